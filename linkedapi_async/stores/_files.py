"""Files as a ledger needs them: who they are, who may read them, and why they cannot be used."""

import errno
import os
from pathlib import Path
from typing import Final

__all__ = ["create", "explained", "identity"]

_HINTS: Final = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "allow this process more files",
    errno.ENFILE: "allow more files",
    errno.EIO: "see whether the disk is failing",
}


def create(path: Path) -> None:
    """Create an empty file that only its user can read.

    Raises:
        FileExistsError: There is one.
        OSError: There can be none.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from every other one, whatever its name.

    Raises:
        FileNotFoundError: There is none.
        OSError: It cannot be looked at.
    """
    told = path.stat()
    return told.st_dev, told.st_ino


def explained(exc: OSError) -> str:
    """Return what the system says, and what helps."""
    hint = _HINTS.get(exc.errno or 0, "allow this user to write the file and its folder")
    return f"{exc.strerror}; {hint}"
