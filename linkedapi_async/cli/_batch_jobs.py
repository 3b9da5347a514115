"""The jobs file: read twice and never held, first to check every row, then to carry them out."""

import os
import sys
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, Final, Self

import attrs

from ._batch_rows import Flaw, Flawed, JobCall, Reader
from ._documents import name_of
from ._exits import Exit
from ._positions import Source
from ._problem import Problem

__all__ = ["Jobs", "Survey", "digest_of"]

_LONGEST: Final = 16 * 1024 * 1024
_STEP: Final = 256
_SPAN: Final = 1 << 64
"""Above every digest."""


def digest_of(text: str) -> int:
    """Return a number that no two of some million texts share."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


@attrs.define(eq=False)
class Survey:
    """What a first reading has shown.

    Attributes:
        rows: How many there are.
        flaws: How many things are wrong.
        flawed: How many rows have something wrong.
        unread: How many of them are no JSON.
        twins: How many rows ask for the same call as one before them.
        accounts: What accounts are named, in order.
    """

    rows: int = 0
    flaws: int = 0
    flawed: int = 0
    unread: int = 0
    twins: int = 0
    accounts: dict[str, None] = attrs.field(factory=dict[str, None])

    @property
    def calls(self) -> int:
        """How many different calls there are."""
        return self.rows - self.flawed - self.twins


class Jobs:
    """A file of rows; iterating, after `survey`, yields each different call once.

    Rows that are added behind its end meanwhile wait for the next run.
    """

    def __init__(self, path: str) -> None:
        """Open a file; the standard input is kept until it was read twice.

        Args:
            path: Where it is; `-` is the standard input.

        Raises:
            Problem: It cannot be read.
        """
        self.path = path
        self.name: str = name_of(path)
        self._file = _open(path, self.name)
        self._size = max(os.fstat(self._file.fileno()).st_size, 1)
        self._reader: Reader | None = None
        self._seen: dict[int, int] = {}
        self._calls = 0
        self._end: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Return how many different calls there are."""
        return self._calls

    def survey(
        self,
        reader: Reader,
        tell: Callable[[Flaw], object],
        step: Callable[[int, float], object] = lambda _, __: None,
    ) -> Survey:
        """Read every row; return what there is.

        Args:
            reader: Makes calls of rows.
            tell: Called with everything that is wrong.
            step: Called now and then with the number of rows so far, and the share of the file.

        Raises:
            Problem: The file cannot be read to its end.
        """
        self._reader, self._seen, self._end = reader, {}, None
        seen = Survey()
        for line, raw in self._lines():
            seen.rows += 1
            if not seen.rows % _STEP:
                step(seen.rows, min(self._file.tell() / self._size, 1.0))
            try:
                call = reader.read(raw, line)
                is_new = self._enter(call, raw)
            except Flawed as exc:
                seen.flawed += 1
                seen.flaws += len(exc.flaws)
                seen.unread += not exc.is_json
                for flaw in exc.flaws:
                    tell(flaw)
            else:
                seen.twins += not is_new
                seen.accounts[call.account] = None
        self._calls = seen.calls
        self._end = self._file.tell()
        return seen

    def _enter(self, call: JobCall, raw: bytes) -> bool:
        """Remember a call; return whether it was not there yet.

        Raises:
            Flawed: Its key stands for another call.
        """
        payload = digest_of(call.payload)
        facts = self._seen.setdefault(digest_of(call.name), call.line * _SPAN + payload)
        first, known = divmod(facts, _SPAN)
        if known != payload:
            column = Source(raw.decode()).place(("key",)).column
            message = f"{call.name!r} is the key of another call, in line {first}"
            raise Flawed([Flaw(call.line, column, "key", message)])
        return first == call.line

    def __iter__(self) -> Iterator[JobCall]:
        """Yield each different call.

        Raises:
            Problem: The file is another one by now.
        """
        assert self._reader is not None  # noqa: S101 - `survey` comes first
        for line, raw in self._lines():
            try:
                call = self._reader.reread(raw, line)
            except Exception:  # noqa: BLE001 - whatever it is now, it was well before
                problem = self._changed()
                raise problem from None
            first, known = divmod(self._seen.get(digest_of(call.name), 0), _SPAN)
            if known != digest_of(call.payload):
                problem = self._changed()
                raise problem
            if first == line:
                yield call

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield what is not blank, with its number.

        Raises:
            Problem: It cannot be read.
        """
        line = 0
        try:
            self._file.seek(0)
            while self._file.tell() != self._end and (raw := self._file.readline(_LONGEST)):
                line += 1
                if len(raw) == _LONGEST:
                    msg = f"Line {line} of {self.name} is longer than any call can be."
                    raise Problem(msg, code=Exit.USAGE)
                if raw.strip(b" \t\r\n\xef\xbb\xbf"):
                    yield line, raw
        except OSError as exc:
            msg = f"Cannot read {self.name}: {exc.strerror}."
            raise Problem(msg, code=Exit.USAGE) from None

    def _changed(self) -> Problem:
        return Problem(
            f"{self.name} was changed while it was carried out.",
            code=Exit.USAGE,
            hint="Run the same command again: what was answered is not done twice.",
        )


def _open(path: str, name: str) -> BinaryIO:
    try:
        if path != "-":
            file = Path(path).open("rb")  # noqa: SIM115 - `Jobs` closes it
            if file.seekable():
                return file
            with file:
                return _kept(file)
        return _kept(sys.stdin.buffer)
    except OSError as exc:
        msg = f"Cannot read {name}: {exc.strerror}."
        raise Problem(msg, code=Exit.USAGE) from None


def _kept(stream: BinaryIO) -> BinaryIO:
    """Return a file of what can be read but once."""
    kept = TemporaryFile()  # noqa: SIM115 - `Jobs` closes it
    copyfileobj(stream, kept)
    return kept
