"""The project's checks: `nox` runs lint, types and tests; `nox -l` lists them all."""

import os
import shutil
import sys
from itertools import chain
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # nox turns it on when CI is set

PROJECT = nox.project.load_toml("pyproject.toml")
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
# In CI a matrix gives each job its Python; anywhere else each one that is found has to pass.
PYTHONS = [HERE] if os.environ.get("CI") else ["3.11", "3.12", "3.13", "3.14"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
PACKAGE = f".[{','.join(EXTRAS)}]"  # with every extra
# The working directory stays off `sys.path`, so what is tested is what was installed.
INSTALLED = {"PYTHONSAFEPATH": "1"}
SERVERS = ["redis-server", "postgresql", "pgbouncer"]  # as Debian names them
APT = [0, 100]  # 100: it could not; the tests will tell
# A third of the time is spent waiting. A file stays whole, as what it measures in real time may be
# disturbed by one other test, but not by its own kind. In their own order the last ones are short;
# by number of tests, which is xdist's, they would be those that take minutes.
SIDE_BY_SIDE = ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group."""
    return list(nox.project.dependency_groups(PROJECT, name))


def debian_packages(session: nox.Session, *names: str) -> None:
    """Install what tests start as programs; where that cannot be done they say what is missing."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    for name in names:
        query = "dpkg-query", "--show", "--showformat=${Status}", name
        status = session.run(*query, external=True, silent=True, success_codes=[0, 1])
        if "ok installed" not in str(status):
            session.run("apt-get", "update", "-qq", external=True, success_codes=APT)
            session.run(
                "apt-get",
                "install",
                "--yes",
                "--no-install-recommends",
                name,
                external=True,
                success_codes=APT,
                env={"DEBIAN_FRONTEND": "noninteractive"},
            )


@nox.session
def lint(session: nox.Session) -> None:
    """Hold formatting, rules and the direction of imports."""
    session.install("-e", PACKAGE, *group("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy and pyright, and that every public symbol has one."""
    session.install("-e", PACKAGE, "nox", *group("types"), *group("test"), *group("bench"))
    python = Path(session.bin, "python")
    session.run("mypy")
    session.run("pyright", "--pythonpath", str(python))
    session.run(
        "pyright",
        "--pythonpath",
        str(python),
        "--verifytypes",
        "linkedapi_async",
        "--ignoreexternal",
    )


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Test the built wheel on each Python found; arguments go to pytest and skip coverage."""
    debian_packages(session, *SERVERS)
    session.install(PACKAGE, *group("test"))
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs, env=INSTALLED)
        return
    data = f".coverage.py{session.python}"
    for stale in Path().glob(f"{data}.*"):
        stale.unlink()
    session.run(
        "python",
        "-m",
        "coverage",
        "run",
        "-m",
        "pytest",
        *SIDE_BY_SIDE,
        env=INSTALLED | {"COVERAGE_FILE": data},
    )
    session.notify("coverage")


@nox.session
def coverage(session: nox.Session) -> None:
    """Combine what the `tests` sessions covered and hold it to the mark."""
    session.install("coverage")
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def floors(session: nox.Session) -> None:
    """Test with the oldest dependencies the metadata allows; best run on the oldest Python."""
    debian_packages(session, *SERVERS)
    session.install(PACKAGE, *group("test"), *floor_pins())
    arguments = session.posargs or SIDE_BY_SIDE
    session.run("python", "-m", "pytest", *arguments, env=INSTALLED)


@nox.session
def examples(session: nox.Session) -> None:
    """Run every example and every README block on the sandbox."""
    session.install(PACKAGE, *group("test"))
    session.run("python", "-m", "pytest", "tests/examples", *session.posargs, env=INSTALLED)


@nox.session
def soak(session: nox.Session) -> None:
    """Repeat the properties at their full counts; this takes a while."""
    debian_packages(session, *SERVERS)
    session.install(PACKAGE, *group("test"))
    session.run(
        "python",
        "-m",
        "pytest",
        "-m",
        "soak or hypothesis",
        *session.posargs,
        env=INSTALLED | {"LINKEDAPI_SOAK": "1"},
    )


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed beside its rivals, in one run; arguments pick, shorten and draw (`-h`)."""
    session.install(PACKAGE, *group("bench"))
    session.run("python", "tests/benchmarks/run.py", *session.posargs, env=INSTALLED)


def floor_pins() -> list[str]:
    """Return each run-time requirement, pinned to its floor."""
    table = PROJECT["project"]
    declared = [*table["dependencies"], *chain.from_iterable(EXTRAS.values())]
    return [
        f"{requirement.name}=={bound.version}"
        for requirement in map(Requirement, declared)
        for bound in requirement.specifier
        if bound.operator == ">="
    ]
