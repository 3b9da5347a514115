"""A file that remembers where to go on, whatever happens while it is written."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from ._exits import Exit
from ._problem import Problem

__all__ = ["CursorFile"]

_LARGEST: Final = 1_000_000


class CursorFile:
    """Holds one cursor: the old one or the new one, never half of either."""

    def __init__(self, path: str) -> None:
        """Name the file; nothing is read or written yet."""
        self._path = path
        self._written: str | None = None

    def read(self) -> str | None:
        """Return the cursor, `None` where there is none yet.

        Raises:
            Problem: The file cannot be read, or is none of this kind.
        """
        try:
            with Path(self._path).open("rb") as file:
                held = file.read(_LARGEST).decode("ascii").strip()
        except FileNotFoundError:
            return None
        except OSError as exc:
            msg = f"Cannot read {self._path}: {exc.strerror}."
            raise Problem(msg, code=Exit.USAGE) from None
        except UnicodeDecodeError:
            msg = f"{self._path} holds no cursor."
            raise Problem(msg, code=Exit.USAGE) from None
        return held or None

    def write(self, cursor: str) -> None:
        """Replace what the file holds, in one step.

        Raises:
            Problem: The file cannot be written; it holds what it held.
        """
        if cursor == self._written:
            return
        target = Path(self._path).resolve()  # a link stays one
        try:
            handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(f"{cursor}\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(draft).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(draft).unlink()
                raise
        except OSError as exc:
            msg = f"Cannot write {self._path}: {exc.strerror}."
            raise Problem(msg, code=Exit.USAGE) from None
        self._written = cursor
