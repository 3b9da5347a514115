"""The project keeps its own promises: imports, names, version, folders."""

import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "linkedapi_async").rglob("*.py"))

# A child forked after the dependencies were loaded has a fresh package for the price of a fork.
IMPORT_ALONE = """
import gc, importlib, os, sys, traceback, warnings
import aiohttp.web, attrs, click, msgspec, pytest, rich.console, structlog, tenacity
gc.disable()
failed = 0
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        warnings.simplefilter("error")
        try:
            importlib.import_module(name)
        except BaseException:
            print(name, traceback.format_exc(), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    failed += os.waitpid(child, 0)[1] != 0
sys.exit(failed)
"""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = [module_name(path) for path in SOURCES if path.stem != "__main__"]


def defined_in(module: ModuleType) -> set[str]:
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_each_module_imports_alone_without_a_warning() -> None:
    """No module leans on another having been imported first, and none warns."""
    unmeasured = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}

    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_ALONE, *MODULES],
        capture_output=True,
        text=True,
        check=False,
        env=unmeasured,  # a forked child's coverage ends with it, and costs most of the time
    )

    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", MODULES)
def test_all_is_exact_and_resolves(name: str) -> None:
    """`__all__` names each public class and function of a module, and nothing it lacks."""
    module = importlib.import_module(name)
    listed: list[str] = list(getattr(module, "__all__", []))

    assert len(listed) == len(set(listed))
    assert [entry for entry in listed if not hasattr(module, entry)] == []
    assert defined_in(module) - set(listed) == set()


@pytest.mark.parametrize("name", MODULES)
def test_unknown_names_are_attribute_errors(name: str) -> None:
    """A lazy module refuses a name it does not have as any other module would."""
    assert not hasattr(importlib.import_module(name), "no_such_name")


def test_importing_the_package_loads_none_of_its_modules() -> None:
    """`import linkedapi_async` costs nothing until a name is asked for."""
    code = "import sys, linkedapi_async; print([n for n in sys.modules if 'linkedapi_async.' in n])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_version_is_stated_once() -> None:
    """The package, its metadata and the project file tell the same version."""
    import linkedapi_async  # noqa: PLC0415 - the package may be broken; this file must still load

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert metadata.version("linkedapi-async") == declared
    assert linkedapi_async.__version__ == declared


def test_changelog_knows_the_version() -> None:
    """The version being built has its section in the changelog."""
    assert f"## [{metadata.version('linkedapi-async')}]" in (ROOT / "CHANGELOG.md").read_text(
        "utf-8"
    )


@pytest.mark.skipif(not sys.flags.safe_path, reason="only nox tests what was installed")
def test_what_is_tested_is_what_was_installed() -> None:
    """Under nox the package comes from the wheel, with its type marker and the demo's workflows."""
    files = {str(file) for file in metadata.files("linkedapi-async") or []}
    home = Path(importlib.import_module("linkedapi_async.errors").__file__ or "").parents[1]
    workflows = {path.name for path in (ROOT / "examples" / "workflows").glob("*.json")}

    assert "site-packages" in home.parts
    assert "linkedapi_async/py.typed" in files
    assert workflows
    assert {f"linkedapi_async/cli/workflows/{name}" for name in workflows} <= files


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None,
    reason="only a checkout knows what the repository holds",
)
def test_top_level_holds_only_what_belongs_there() -> None:
    """Beside the package stand tests, examples, the project's own files and dot-files."""
    listing = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    ran = subprocess.run(listing, capture_output=True, text=True, check=True)
    paths = [Path(path) for path in ran.stdout.split("\0") if path]
    folders = {path.parts[0] for path in paths if len(path.parts) > 1}
    files = {path.name for path in paths if len(path.parts) == 1}

    assert {name for name in folders if name[0] != "."} <= {"linkedapi_async", "tests", "examples"}
    assert {name for name in files if name[0] != "."} <= {
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "noxfile.py",
        "pyproject.toml",
    }


def test_package_carries_no_unfinished_marks() -> None:
    """Nothing is left for later in the shipped code."""
    mark = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")

    assert [path.name for path in SOURCES if mark.search(path.read_text("utf-8"))] == []


def test_silenced_checks_name_their_reason() -> None:
    """Each `noqa`, `type: ignore`, `pyright: ignore` and `no cover` says why, behind ` - `."""
    silenced = re.compile(r"#\s*(?:noqa|type: ignore|pyright: ignore|pragma: no)\b(?!.* - \S)")

    assert [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if silenced.search(line)
    ] == []
