"""What leads to Redis: urls, clients of the application, and what redis-py makes of it."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from linkedapi_async._clock import SystemClock
from linkedapi_async.errors import ConfigurationError
from linkedapi_async.stores import Parking, RedisCoordinator
from linkedapi_async.stores._link import Link, LinkLost

if TYPE_CHECKING:
    from tests.conftest import RedisServer

    from .conftest import Worker

CLIENT: Any = Redis  # partly untyped
WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from linkedapi_async.stores import LocalCoordinator, RedisCoordinator
LocalCoordinator()
RedisCoordinator("redis://localhost")
"""


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "localhost:6379",
        "",
        "redis://:pa/ss@localhost",
        "redis://localhost?db=x",
        "redis://localhost?no_such_option=1",
    ],
)
def test_an_unusable_url_is_refused(url: str) -> None:
    """A url is checked when it is given; the error shows nothing of it, for it may be secret."""
    with pytest.raises(ConfigurationError, match="Redis url cannot be used") as caught:
        RedisCoordinator(url)

    assert "pa" not in str(caught.value).split()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"lease": 0.0}, "lease=0.0"),
        ({"timeout": float("inf")}, "timeout=inf"),
        ({"namespace": ""}, "namespace=''"),
        ({"namespace": "{a}"}, "namespace='{a}'"),
    ],
)
def test_unusable_options_are_refused(options: dict[str, Any], told: str) -> None:
    """An option that cannot work is named, with its value."""
    with pytest.raises(ConfigurationError, match=told):
        RedisCoordinator("redis://localhost", **options)


def test_a_blocking_client_is_refused() -> None:
    """Only what does not block the event loop may be given."""
    with pytest.raises(ConfigurationError, match=r"redis\.asyncio\.Redis, not Redis"):
        RedisCoordinator(BlockingRedis())  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("redis", "pip install 'linkedapi-async[redis]'"),
        ("linkedapi_async.stores._membership", "ModuleNotFoundError"),
    ],
)
def test_a_missing_extra_is_named(missing: str, told: str) -> None:
    """Without the extra the error says what to install; a broken installation is another thing."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 1
    assert told in ran.stderr
    assert ("ConfigurationError" in ran.stderr) is (missing == "redis")


@pytest.mark.parametrize("decodes", [False, True])
@pytest.mark.parametrize("protocol", [2, 3])
async def test_a_client_of_the_application_stays_open(
    shared_redis: "RedisServer",
    worker: "Callable[..., Worker]",
    namespace: str,
    signed_out: Callable[..., Parking],
    *,
    decodes: bool,
    protocol: int,
) -> None:
    """A client that was given is used as it is, and left open."""
    client = CLIENT.from_url(shared_redis.url, decode_responses=decodes, protocol=protocol)
    async with client:
        first = worker()
        first.coordinator = RedisCoordinator(client, namespace=namespace)
        async with first, worker() as second:
            second.coordinator.park(signed_out())
            await first.until(lambda: bool(first.parked))
            second.coordinator.resume("acme", signed_out().cause)
            await first.until(lambda: bool(first.resumed))

        assert await client.ping()
    assert first.told == []


async def test_a_coordinator_serves_one(worker: "Callable[..., Worker]") -> None:
    """It is opened once at a time, and can be opened again when it was closed."""
    first = worker()
    async with first:
        assert isinstance(first.coordinator, RedisCoordinator)
        assert first.coordinator.is_shared
        with pytest.raises(ConfigurationError, match="make one for each"):
            await worker_open(first)
    assert not first.coordinator.is_shared

    async with first:
        assert first.coordinator.is_shared
    assert first.told == []


async def test_without_opening_it_decides_alone(
    worker: "Callable[..., Worker]", signed_out: Callable[..., Parking]
) -> None:
    """Before it is opened nothing is shared, and nothing is lost of what was parked."""
    first = worker()
    pacer = first.coordinator.pace(2.0, backlog=lambda: 1)
    first.coordinator.park(signed_out())

    assert pacer.take(0.0) == 0.0
    assert pacer.take(0.0) == pytest.approx(0.5, abs=1e-3)
    assert (await first.coordinator.may_probe("acme", "x")).wait == 0.0
    async with first, worker() as second:
        await second.until(lambda: bool(second.parked))


async def test_a_cancellation_that_redis_swallows_passes() -> None:
    """Where redis-py forgets that its caller was cancelled, it is cancelled all the same."""
    asked = asyncio.Event()

    class Swallows:
        def register_script(self, script: str) -> Callable[..., Awaitable[None]]:
            async def run(**_: object) -> None:
                asked.set()
                try:
                    await asyncio.get_running_loop().create_future()
                except asyncio.CancelledError:
                    return

            return run

    swallowing: Any = Swallows()
    link = Link(swallowing, is_own=False, clock=SystemClock(), timeout=5.0)
    running = asyncio.ensure_future(link.run("", [], []))
    await asked.wait()
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_silent_subscription_is_a_loss(redis_server: "RedisServer") -> None:
    """Where not even listening can begin, the link is lost within the timeout."""
    client = CLIENT.from_url(redis_server.url)
    link = Link(client, is_own=True, clock=SystemClock(), timeout=0.1)
    redis_server.freeze()
    try:
        with pytest.raises(LinkLost):
            await link.run("return 1", [], [])
    finally:
        redis_server.thaw()
    redis_server.stop()

    with pytest.raises(LinkLost, match="ConnectionError"):
        await link.listen("channel", list)
    await link.close()


async def worker_open(worker: "Worker") -> None:
    """Open what is open."""
    await worker.coordinator.open(
        clock=worker.clock,
        emit=worker.told.append,
        on_park=lambda _: True,
        on_resume=lambda _account, _cause: None,
    )
