"""What became of each row, a line of JSON for each; a file of them is gone on with where it ends.

What may still change stands in the file until the next run only, which writes it anew.
"""

import json
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shutil import copymode
from stat import S_ISREG
from typing import Any, BinaryIO, Final, cast

import attrs
import click

from linkedapi_async.errors import LinkedApiError, OutcomeUnknown
from linkedapi_async.models._rules import encode
from linkedapi_async.operations import CustomWorkflow
from linkedapi_async.pool import Outcome

from ._batch_jobs import digest_of
from ._batch_rows import JobCall
from ._exits import Exit
from ._plain import to_json
from ._problem import Problem

__all__ = ["DONE", "FAILED", "UNCERTAIN", "Results", "line_of", "status_of"]

DONE: Final = "done"
FAILED: Final = "failed"
UNCERTAIN: Final = "uncertain"
_START: Final = b'{"key": '


def status_of(outcome: Outcome[Any]) -> str:
    """Return in a word what became of a call."""
    if outcome.error is None:
        return DONE
    return UNCERTAIN if isinstance(outcome.error, OutcomeUnknown) else FAILED


def line_of(outcome: Outcome[Any], *, is_rehearsal: bool, encoding: str = "utf-8") -> str:
    """Return the line that tells an outcome.

    Args:
        outcome: The outcome.
        is_rehearsal: Whether it is a sandbox's, which marks the line.
        encoding: What letters there are; others stand there as escapes.
    """
    call, result, error = cast("JobCall", outcome.call), outcome.result, outcome.error
    is_raw = isinstance(call.operation, CustomWorkflow)
    told: dict[str, Any] = {
        "key": call.name,
        "line": call.line,
        "account": call.account,
        "operation": call.operation.name,
        "status": status_of(outcome),
        "workflow_id": result.workflow_id if result else error.workflow_id if error else None,
        "data": None if result is None else result.data if is_raw else encode(result.data),
        "errors": [_failure(one) for one in result.errors] if result else [],
        "error": None if error is None else _error(error),
    }
    if is_rehearsal:
        told["sandbox"] = True
    return to_json(told, default=_moment, encoding=encoding)


def _failure(failure: Any) -> dict[str, Any]:
    return {**attrs.asdict(failure), "hint": failure.hint}


def _error(error: LinkedApiError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "disposition": error.disposition,
        "certainty": error.certainty,
        "hint": error.hint,
    }


def _moment(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# ── the file ────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class _Past:
    """What an earlier run has left in a file.

    Attributes:
        kept: Digests of the keys whose lines stay.
        spans: Where lines that stay begin and end, neighbours together.
        size: How many bytes there are.
    """

    kept: frozenset[int] = frozenset()
    spans: tuple[tuple[int, int], ...] = ()
    size: int = 0


class Results:
    """Where lines go: to a file that nobody else writes to meanwhile, or to the standard output."""

    def __init__(self, path: str | None, *, echo: Callable[[str], object]) -> None:
        """Open the file; nothing in it is changed.

        Args:
            path: The file; `None` is the standard output.
            echo: Shows a line on the standard output.

        Raises:
            Problem: It cannot be written, or somebody else writes to it.
        """
        self._path = path
        self._echo = echo
        self._past = _Past()
        self._files: list[BinaryIO] = []
        if path is not None:
            self._append_to(Path(path))

    def look_back(self, *, is_rehearsal: bool, is_lasting: bool) -> int:
        """Read what an earlier run has left; return how many lines of it stay.

        Args:
            is_rehearsal: Whether the next lines come from a sandbox.
            is_lasting: Whether the ledger outlives the run, so that its answers count.

        Raises:
            Problem: It is no file of results, cannot be read, or holds what must not be mixed.
        """
        if self._files and S_ISREG(os.fstat(self._files[-1].fileno()).st_mode):
            path = Path(str(self._path))
            with _told_of(path, "read"), path.open("rb") as file:
                self._past = _read(file, path, is_rehearsal=is_rehearsal, is_lasting=is_lasting)
        return len(self._past.kept)

    def begin(self) -> None:
        """Take out of the file what does not stay; it is the old or the new one at any moment.

        Raises:
            Problem: It cannot be written.
        """
        spans, size = self._past.spans, self._past.size
        if spans == (((0, size),) if size else ()):
            return
        path = Path(str(self._path))
        with _told_of(path, "write"):
            if all(start == 0 for start, _ in spans):
                os.truncate(path, sum(end for _, end in spans))
                return
            new = path.with_name(f"{path.name}.new")
            new.unlink(missing_ok=True)
            self._append_to(new)
            with path.open("rb") as old:
                for piece in _pieces(old, spans):
                    _write(self._files[-1], piece)
            copymode(path, new)
            new.replace(path)

    def write(self, outcome: Outcome[Any], *, is_rehearsal: bool) -> None:
        """Write what became of a call, unless that stands there.

        Raises:
            Problem: It cannot be written.
            BrokenPipeError: The reader of the standard output has left.
        """
        call = cast("JobCall", outcome.call)
        if outcome.error is None and digest_of(call.name) in self._past.kept:
            return
        if not self._files:
            line = line_of(outcome, is_rehearsal=is_rehearsal, encoding=sys.stdout.encoding)
            with _told_of(None, "write"):
                self._echo(line)
            return
        line = line_of(outcome, is_rehearsal=is_rehearsal)
        with _told_of(Path(str(self._path)), "write"):
            _write(self._files[-1], f"{line}\n".encode())

    def close(self) -> None:
        """Let go of the file."""
        for file in self._files:
            file.close()

    def _append_to(self, path: Path) -> None:
        """Write to a file from now on; what was written to before stays locked.

        Raises:
            Problem: It cannot be written, or somebody else writes to it.
        """
        with _told_of(path, "write"):
            file = path.open("ab", buffering=0)
        self._files.append(file)
        if not _lock(file):
            self.close()
            msg = f"Another batch writes to {click.format_filename(path)}."
            hint = "Let it end, or give --out another file."
            raise Problem(msg, code=Exit.USAGE, hint=hint)


def _lock(file: BinaryIO) -> bool:
    """Keep others from writing to a file; return whether nobody does."""
    if sys.platform == "win32":  # pragma: no cover - there the second run is on its own
        return True
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # pragma: no cover - a device or a disk that knows no locks
        return True
    return True


def _read(file: BinaryIO, path: Path, *, is_rehearsal: bool, is_lasting: bool) -> _Past:
    kept: set[int] = set()
    spans: list[tuple[int, int]] = []
    start = 0
    for number, raw in enumerate(file, 1):
        end = start + len(raw)
        told = _told(raw) if raw.endswith(b"\n") else None
        if told is None and (raw.endswith(b"\n") or not _is_torn(raw)):
            msg = f"Line {number} of {path} is no result of a batch."
            hint = "Give --out a file of its own; this one is left as it is."
            raise Problem(msg, code=Exit.USAGE, hint=hint)
        if told is not None and told["status"] == DONE:
            is_old_rehearsal = "sandbox" in told
            if is_rehearsal and not is_old_rehearsal:
                msg = f"{path} holds results of the real service."
                hint = "Give --out another file for the sandbox."
                raise Problem(msg, code=Exit.USAGE, hint=hint)
            if is_lasting and is_rehearsal == is_old_rehearsal:
                kept.add(digest_of(told["key"]))
                if spans and spans[-1][1] == start:
                    start = spans.pop()[0]
                spans.append((start, end))
        start = end
    return _Past(frozenset(kept), tuple(spans), start)


def _told(raw: bytes) -> dict[str, Any] | None:
    """Return a line's facts; `None` where it has none."""
    with suppress(ValueError):
        told = json.loads(raw)
        if isinstance(told, dict) and isinstance(cast("Any", told).get("key"), str):
            return cast("dict[str, Any]", told) if "status" in told else None
    return None


def _is_torn(raw: bytes) -> bool:
    """Whether this may be the beginning of a line."""
    return raw.startswith(_START) or _START.startswith(raw)


def _write(file: BinaryIO, told: bytes) -> None:
    """Write all of it: a file without a buffer takes as much as there is room for."""
    rest = memoryview(told)
    while rest:
        rest = rest[file.write(rest) :]


def _pieces(file: BinaryIO, spans: tuple[tuple[int, int], ...]) -> Iterator[bytes]:
    for start, end in spans:
        file.seek(start)
        left = end - start
        while left and (piece := file.read(min(left, 1 << 20))):
            yield piece
            left -= len(piece)


@contextmanager
def _told_of(path: Path | None, what: str) -> Generator[None]:
    """Tell what goes wrong with a file, or with the standard output, in a sentence.

    Raises:
        Problem: Something does.
        OSError: The reader of the standard output has left (`BrokenPipeError`).
    """
    try:
        yield
    except OSError as exc:
        if path is None and isinstance(exc, BrokenPipeError):
            raise
        name = "the standard output" if path is None else click.format_filename(path)
        msg = f"Cannot {what} {name}: {exc.strerror}."
        hint = "Mend that and run the same command again: what was answered is not done twice."
        raise Problem(msg, code=Exit.USAGE, hint=hint) from None
