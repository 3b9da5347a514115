"""The command line, for the terminal of a person: `linkedapi-async --help`.

Needs the extra `cli`; without it `main` says so in one sentence. Importing this loads nothing else.
"""

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
