"""Redis through redis-py, whose exceptions end here: all of them, for no call may fail by one."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NoReturn

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from linkedapi_async._clock import Clock
from linkedapi_async.errors import ConfigurationError

__all__ = ["Link", "LinkLost", "open_client"]

_IDLE: Final = 60.0
"""Seconds after which waiting for a message begins anew; without a bound older redis-py uses its
own."""

_POOL: Final[Any] = ConnectionPool  # partly untyped


class LinkLost(Exception):
    """Redis cannot be asked.

    Attributes:
        reason: What was seen; it holds no password.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason: str = reason


def open_client(redis: object) -> "tuple[Redis, bool]":
    """Return a client and whether it was made here; nothing connects yet.

    Args:
        redis: A url, or the application's own client.

    Raises:
        ConfigurationError: It is neither, or the url says something that redis-py does not know.
    """
    if isinstance(redis, Redis):
        return redis, False
    if not isinstance(redis, str):
        msg = f"redis has to be a url or a redis.asyncio.Redis, not {type(redis).__name__}"
        raise ConfigurationError(msg)
    try:
        pool = _POOL.from_url(redis, retry=Retry(NoBackoff(), 0), socket_timeout=None)
        pool.connection_class(**pool.connection_kwargs)
    except (TypeError, ValueError):
        msg = (
            "The Redis url cannot be used: it has to be like redis://host:6379/0, rediss://… or "
            "unix:///path, and its options have to be those of redis-py"
        )
        raise ConfigurationError(msg) from None  # their messages may quote the password
    return Redis.from_pool(pool), True


class Link:
    """One group's way to Redis.

    Attributes:
        timeout: Seconds for one request, connecting included.
    """

    def __init__(self, client: "Redis", *, is_own: bool, clock: Clock, timeout: float) -> None:
        """Take the client; the first request connects.

        Args:
            client: How to reach Redis.
            is_own: Whether to close it in the end.
            clock: Measures the timeout.
            timeout: Seconds for one request, connecting included.
        """
        self._client: Any = client
        self._is_own = is_own
        self._clock = clock
        self.timeout: float = timeout
        self._scripts: dict[str, Any] = {}

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str | float]) -> Any:
        """Return what a script returns.

        Raises:
            LinkLost: It does not; it may have run all the same.
        """
        cancels = _cancels()
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self._client.register_script(script)
        try:
            async with self._clock.timer(self.timeout):
                outcome = await known(keys=keys, args=args)
        except TimeoutError:
            raise self._too_slow() from None
        except Exception as exc:
            raise self._lost(exc) from exc
        _pass_on(cancels)
        return outcome

    async def listen(self, channel: str, heard: Callable[[], object]) -> NoReturn:
        """Call `heard` when listening has begun, for each message, and now and then, for ever.

        Raises:
            LinkLost: The connection is gone; messages may have been missed.
        """
        cancels = _cancels()
        messages = self._client.pubsub()
        try:
            async with self._clock.timer(self.timeout):
                await messages.subscribe(channel)
            while True:
                _pass_on(cancels)
                await messages.get_message(timeout=_IDLE)
                heard()
        except TimeoutError:
            raise self._too_slow() from None
        except Exception as exc:
            raise self._lost(exc) from exc
        finally:
            await self._quietly(messages.aclose())

    async def close(self) -> None:
        """Close what was opened here."""
        if self._is_own:
            await self._quietly(self._client.aclose())

    async def _quietly(self, work: Any) -> None:
        with suppress(Exception):
            async with self._clock.timer(self.timeout):
                await work

    def _too_slow(self) -> LinkLost:
        return LinkLost(f"no answer within {self.timeout:g} s")

    def _lost(self, exc: Exception) -> LinkLost:
        told = f"{type(exc).__name__}: {exc}"
        password = self._client.connection_pool.connection_kwargs.get("password")
        return LinkLost(told.replace(password, "…") if password else told)


def _cancels() -> int:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - coroutines of this library run in tasks
    return task.cancelling()


def _pass_on(cancels: int) -> None:
    """Raise a cancellation that was swallowed: `wait_for` in redis-py does that before Python 3.12.

    Raises:
        CancelledError: There are more than `cancels` by now.
    """
    if _cancels() > cancels:
        raise asyncio.CancelledError
