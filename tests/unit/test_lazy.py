"""Packages whose names are those of their modules."""

import compileall
import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PACKAGES = ["actions", "models", "operations"]
each_package = pytest.mark.parametrize("name", [f"linkedapi_async.{name}" for name in PACKAGES])

ZOO = {
    "__init__": (
        "from linkedapi_async._lazy import publish\n"
        "__getattr__, __dir__ = publish(__name__, ('birds', 'cats'), {'_ark': ('Noah',)})\n"
    ),
    "birds": "__all__ = ['Crow']\nclass Crow: pass\nclass Egg: pass\n",
    "cats": '__all__ = ["Lynx", "Puma"]\nclass Lynx: pass\nclass Puma: pass\n',
    "_ark": "class Noah: pass\nclass Ham: pass\n",
}


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Build and import a package of its own name."""

    def build(name: str, *, sourceless: bool = False) -> ModuleType:
        home = tmp_path / name
        home.mkdir()
        for module, source in ZOO.items():
            (home / f"{module}.py").write_text(source, "utf-8")
        if sourceless:
            assert compileall.compile_dir(home, quiet=1, legacy=True)
            for path in home.glob("*.py"):
                path.unlink()
        importlib.invalidate_caches()
        return importlib.import_module(name)

    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return build


def loaded(package: str) -> set[str]:
    return {name.rpartition(".")[2] for name in sys.modules if name.startswith(f"{package}.")}


def test_a_name_costs_the_import_of_its_module(zoo: Callable[..., Any]) -> None:
    """Nothing is imported with the package, and one module with a name; the name then stays."""
    package = zoo("zoo_one")
    assert loaded("zoo_one") == set()

    puma = package.Puma

    assert loaded("zoo_one") == {"cats"}
    assert puma is package.cats.Puma
    assert vars(package)["Puma"] is puma


def test_names_are_those_of_the_modules(zoo: Callable[..., Any]) -> None:
    """What modules list and what is picked is public, and nothing else."""
    package = zoo("zoo_all")

    assert package.__all__ == dir(package) == ["Crow", "Lynx", "Noah", "Puma"]
    assert package.Noah.__module__ == "zoo_all._ark"
    assert package.Crow.__module__ == "zoo_all.birds"
    for name in ("Egg", "Ham", "Dodo", "_ark_of", "__wrapped__"):
        assert not hasattr(package, name)


def test_looking_for_a_dunder_imports_nothing(zoo: Callable[..., Any]) -> None:
    """Tools probe modules for names with underscores; that costs nothing."""
    package = zoo("zoo_dunder")

    assert not hasattr(package, "__wrapped__")

    assert loaded("zoo_dunder") == set()


def test_modules_are_attributes_of_their_package(zoo: Callable[..., Any]) -> None:
    """A public module resolves like a name."""
    assert zoo("zoo_module").birds.Egg.__module__ == "zoo_module.birds"


def test_names_resolve_without_sources(zoo: Callable[..., Any]) -> None:
    """An application shipped as byte code alone has every name."""
    package = zoo("zoo_bytes", sourceless=True)

    assert package.Puma.__module__ == "zoo_bytes.cats"
    assert package.__all__ == ["Crow", "Lynx", "Noah", "Puma"]
    with pytest.raises(AttributeError, match="module 'zoo_bytes' has no attribute 'Dodo'"):
        _ = package.Dodo


@each_package
def test_star_import_brings_every_public_name(name: str) -> None:
    """`from ... import *` in a fresh process brings what `__all__` and `dir` tell, no more."""
    code = f"from {name} import *; print(*sorted(key for key in globals() if key[0] != '_'))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    package = importlib.import_module(name)

    assert ran.stdout.split() == package.__all__ == dir(package)


@each_package
def test_every_public_name_has_one_home(name: str) -> None:
    """No two modules of a package list the same name."""
    names = dir(importlib.import_module(name))

    assert len(names) == len(set(names))


@each_package
def test_type_checkers_read_every_module(name: str) -> None:
    """Each public module of a package is one that checkers import `*` from, and an attribute."""
    package = importlib.import_module(name)
    (home,) = map(Path, package.__path__)
    modules = {path.stem for path in home.glob("[!_]*.py")}
    starred = re.findall(r"from \.(\w+) import \*", (home / "__init__.py").read_text("utf-8"))

    assert set(starred) == modules
    assert all(isinstance(getattr(package, module), ModuleType) for module in modules)
