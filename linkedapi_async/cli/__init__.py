"""The command line, for the terminal of a person: `linkedapi-async --help`.

Needs the extra `cli`; without it `main` says so in one sentence. Importing this loads nothing else.
"""

import os
import sys
from importlib import import_module

__all__ = ["main"]

_NEEDED = frozenset({"click", "rich"})


def main() -> None:
    """Run the command line and leave with its exit code.

    Raises:
        SystemExit: Always; `linkedapi-async --help` lists the codes.
        ModuleNotFoundError: The installation is broken in another way.
    """
    _fill_gaps()
    try:
        import_module("rich")
        from ._app import app  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] not in _NEEDED:
            raise
        print(
            "The command line needs click and rich: pip install 'linkedapi-async[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    app.main(prog_name="linkedapi-async")


def _fill_gaps() -> None:
    """Open what was closed of the standard streams, lest a file takes its number and its text."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
