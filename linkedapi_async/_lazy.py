"""Packages whose names resolve when they are first used (PEP 562).

A module's own `__all__` says what is public, so that each name is written down in one place. Type
checkers read the same lists: such a package imports `*` from its modules under `TYPE_CHECKING`.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pkgutil import get_data
from types import MappingProxyType, ModuleType

__all__ = ["publish"]

_NONE: Mapping[str, Sequence[str]] = MappingProxyType({})


def publish(
    package: str, modules: Sequence[str], picked: Mapping[str, Sequence[str]] = _NONE
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package.

    A name costs the import of its own module; `__all__` and `dir` cost the import of all.

    Args:
        package: Its full name.
        modules: Its public modules, whose names are public in the package too.
        picked: Further modules, with those of their names that are public in the package.
    """
    index = _Index(package, modules, picked)
    return index.resolve, index.names


class _Index:
    """Where the public names of one package are defined."""

    def __init__(
        self, package: str, modules: Sequence[str], picked: Mapping[str, Sequence[str]]
    ) -> None:
        self._package = package
        self._modules = modules
        self._homes = {name: home for home, names in picked.items() for name in names}

    def names(self) -> list[str]:
        """Return every public name, sorted."""
        listed: list[str] = [name for home in self._modules for name in self._load(home).__all__]
        return sorted([*self._homes, *listed])

    def resolve(self, name: str) -> object:
        """Return what a name stands for, and keep it in the package.

        Raises:
            AttributeError: There is no such name.
        """
        found = self._find(name)
        setattr(sys.modules[self._package], name, found)
        return found

    def _find(self, name: str) -> object:
        if name == "__all__":
            return self.names()
        if name in self._modules:
            return self._load(name)
        if name in self._homes:
            return getattr(self._load(self._homes[name]), name)
        if not name.startswith("_"):
            for module in self._likeliest_first(name):
                if name in module.__all__:
                    return getattr(module, name)
        msg = f"module {self._package!r} has no attribute {name!r}"
        raise AttributeError(msg)

    def _likeliest_first(self, name: str) -> Iterator[ModuleType]:
        others: list[str] = []
        for home in self._modules:
            if self._quotes(home, name):
                yield self._load(home)
            else:
                others.append(home)
        yield from map(self._load, others)

    def _load(self, home: str) -> ModuleType:
        return import_module(f"{self._package}.{home}")

    def _quotes(self, home: str, name: str) -> bool:
        """Tell whether a module's source holds a name in quotes, as its `__all__` does.

        A hint that spares imports, no more: without sources no module is likelier than another.
        """
        try:
            source = get_data(self._package, f"{home}.py")
        except OSError:
            return False
        return f'"{name}"'.encode() in (source or b"")
