"""What every test may ask for: a sandbox, a clock, a client, and a list of what it was told."""

import gc
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:  # fixtures import late, so that a broken module fails only the tests that need it
    from linkedapi_async import LinkedApi
    from linkedapi_async.events import Event
    from linkedapi_async.testing import FakeClock, Sandbox

# A shell that starts a job in the background lets it ignore Ctrl-C, and its children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_NAMES = (f"group{number}" for number in itertools.count())
SOAKING = bool(os.environ.get("LINKEDAPI_SOAK"))

settings.register_profile(
    "default",
    max_examples=25,
    deadline=None,  # a busy machine is no failure
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("soak", settings.get_profile("default"), max_examples=2_000)
settings.load_profile("soak" if SOAKING else "default")


def pytest_collection_finish() -> None:
    """Have the collector leave alone what stays anyway: it costs a tenth of the run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def soaking() -> bool:
    """Whether properties run at their full counts (`nox -s soak`)."""
    return SOAKING


@pytest.fixture
def clock() -> "FakeClock":
    """The time of the test; it leaps ahead when nothing else can happen."""
    from linkedapi_async.testing import FakeClock  # noqa: PLC0415 - see above

    return FakeClock()


@pytest.fixture
async def sandbox(clock: "FakeClock") -> "AsyncIterator[Sandbox]":
    """The service in miniature, on the test's clock."""
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - see above

    async with Sandbox(seed=0, clock=clock) as running:
        yield running


@pytest.fixture
def told() -> "list[Event]":
    """What the client announced, in order."""
    return []


@pytest.fixture
async def api(
    sandbox: "Sandbox", clock: "FakeClock", told: "list[Event]"
) -> "AsyncIterator[LinkedApi]":
    """A client of the current API, connected to the sandbox."""
    from linkedapi_async import LinkedApi  # noqa: PLC0415 - see above

    async with LinkedApi(
        base_url=sandbox.base_url, **sandbox.tokens, clock=clock, on_event=told.append
    ) as client:
        yield client


# ── a real Redis ──


@attrs.define(eq=False)
class RedisServer:
    """A redis-server on a socket of its own; what it holds ends with it.

    Attributes:
        folder: Where the socket lies.
        options: Further arguments.
    """

    folder: Path
    options: tuple[str, ...] = ()
    _process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"unix://{self.folder / 's'}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        binary = shutil.which("redis-server")
        if binary is None:
            pytest.fail(
                "These tests need a real Redis: apt-get install redis-server "
                "(`nox -s tests` does it where it may)"
            )
        socket = str(self.folder / "s")
        self._process = subprocess.Popen(
            [binary, "--port", "0", "--unixsocket", socket, "--save", "", *self.options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        assert self._process.stdout is not None
        assert any("ready to accept" in line.lower() for line in self._process.stdout)

    def stop(self) -> None:
        """End it at once; its data are lost."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def freeze(self) -> None:
        """Have it keep its connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ask(self, *command: str) -> str:
        """Return what redis-cli prints."""
        line = ["redis-cli", "-s", str(self.folder / "s"), *command]
        return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all tests that leave it alone."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis for one test that stops it."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def namespace() -> str:
    """A group of workers of its own."""
    return next(_NAMES)


# ── a real PostgreSQL ──


@attrs.define(eq=False)
class PostgresServer:
    """A PostgreSQL on a socket of its own; what it holds ends with it.

    It refuses to run as root, so root starts it as the user that Debian made for it.

    Attributes:
        folder: Where everything of it lies.
        password: Of the user `postgres`.
    """

    folder: Path
    password: str = "open/sesame"

    @property
    def dsn(self) -> str:
        """What leads there; the password is percent-encoded."""
        return self.dsn_of(self.password.replace("/", "%2F"))

    def dsn_of(self, password: str, *, user: str = "postgres") -> str:
        """Return what leads there for somebody."""
        return f"postgresql://{user}:{password}@/postgres?host={self.folder}"

    def create(self) -> None:
        """Make its files and start it."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        secret = self.folder / "secret"
        secret.write_text(self.password, "utf-8")
        options = "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}"
        self._run("initdb", "-D", str(self.folder / "data"), *options, "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self._control("start", "-o", options, "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """End it at once, as if its machine had failed."""
        self._control("stop", "-m", "immediate")

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        import psycopg  # noqa: PLC0415 - few tests need it

        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        binary = shutil.which(program) or (str(found[-1]) if found else None)
        if binary is None:
            pytest.fail(
                "These tests need a real PostgreSQL: apt-get install postgresql "
                "(`nox -s tests` does it where it may)"
            )
        user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []}
        if os.geteuid() != 0:
            user = {}
        with Path(self.folder / "output").open("a", encoding="utf-8") as output:
            subprocess.run(
                [binary, *arguments],
                stdout=output,  # no pipe: the server would keep it open
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=True,
                **user,
            )


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL for all tests that leave it alone."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = PostgresServer(Path(folder))
        server.create()
        yield server
        server.stop()


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL for one test that stops it."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = PostgresServer(Path(folder))
        server.create()
        yield server
        server.stop()
