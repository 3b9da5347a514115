"""The installed version, read once."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

__all__ = ["read_version"]


@cache
def read_version() -> str:
    """Return the version of the installed package; `0` where it runs uninstalled."""
    try:
        return version("linkedapi-async")
    except PackageNotFoundError:  # pragma: no cover - tests run on what is installed
        return "0"
