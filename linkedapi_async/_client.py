"""What every client of the package is: options checked, one line per event loop, closed once."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import timedelta
from inspect import iscoroutinefunction
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from ._clock import Clock, SystemClock
from ._credentials import TokenSource
from ._line import Line
from ._observer import Observer
from ._options import check_count, check_url, choose_pace, choose_proxy, with_deadline
from ._sinks import Sink
from ._transport import Settings
from ._trunk import Core
from ._version import read_version
from .errors import ClientClosed, ConfigurationError
from .events import Event
from .policy import Policy, Window
from .wire import Query, read_date

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

__all__ = ["Client"]

R = TypeVar("R")
L = TypeVar("L", bound=Line)

_NAME: Final = "linkedapi-async-python"


class Client(ABC, Generic[L]):
    """One object for one set of tokens, usable from any number of tasks.

    Opened lazily, so it may be created anywhere; connections belong to the event loop that uses
    them, one pool each. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        tokens: Mapping[str, TokenSource],
        base_url: str,
        alias: str | None,
        policy: Policy | None,
        deadline: float | None,
        on_event: Callable[[Event], object] | None,
        session: "aiohttp.ClientSession | None",
        proxy: str | None,
        ssl: "tls.SSLContext | aiohttp.Fingerprint | bool | None",
        trust_env: bool,
        max_connections: int,
        max_reply_bytes: int,
        clock: Clock | None,
        observer: Observer | None = None,
        polls_per_second: float | None = None,
        window: Window | None = None,
    ) -> None:
        """Check the options that all clients have; nothing is opened or sent.

        Raises:
            ConfigurationError: An option is unusable; the message names it.
        """
        address = check_url(base_url)
        if on_event is not None and (iscoroutinefunction(on_event) or not callable(on_event)):
            msg = f"on_event={on_event!r} is no plain function: it is called, and never awaited"
            raise ConfigurationError(msg)
        clock = clock or SystemClock()
        watch = None if observer is None else observer.attend(address, clock)
        self._core = Core(
            settings=Settings(
                base_url=address,
                headers={
                    "client": _NAME,
                    "User-Agent": f"{_NAME}/{read_version()}",
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                },
                proxy=choose_proxy(proxy, address, trust_env=trust_env),
                ssl=True if ssl is None else ssl,
                max_connections=check_count("max_connections", max_connections),
                max_reply_bytes=check_count("max_reply_bytes", max_reply_bytes),
            ),
            tokens=tokens,
            alias=alias,
            clock=clock,
            sink=Sink(on_event, watch),
            borrowed=session,
            window=window,
            watch=watch,
            pace=None if polls_per_second is None else choose_pace(polls_per_second),
        )
        self._policy = with_deadline(policy, deadline)
        self._lines: dict[asyncio.AbstractEventLoop, L] = {}
        self._home = _running_loop() if session is not None else None
        self._is_owner = True
        self._is_closed = [False]

    async def __aenter__(self) -> Self:
        """Return the client; the first request opens connections."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.aclose()

    @property
    def policy(self) -> Policy:
        """What this client does about failures."""
        return self._policy

    @property
    def clock(self) -> Clock:
        """Where its time and chance come from."""
        return self._core.clock

    @property
    def clock_skew(self) -> timedelta | None:
        """How far the service's clock was ahead of this one at its last reply, to a second or two.

        `None` before a reply that is dated.
        """
        text, received_at = self._core.dated or (None, None)
        dated_at = read_date(text)
        return None if dated_at is None or received_at is None else dated_at - received_at

    async def aclose(self) -> None:
        """Close connections; waits still open raise `ClientClosed`, which carries their ids.

        A session of your own stays open. Closing again does nothing.
        """
        if not self._is_owner:
            return
        self._is_closed[0] = True
        here = asyncio.get_running_loop()
        for loop, line in list(self._lines.items()):
            if loop is here:
                await line.close()
            elif loop.is_running():  # in another thread; a loop that is over has closed its own
                closing = asyncio.run_coroutine_threadsafe(line.close(), loop)
                await asyncio.wrap_future(closing)

    @abstractmethod
    def _open_line(self) -> L:
        """Return a line for the running event loop."""

    def _line(self) -> L:
        """Return the line of the running event loop.

        Raises:
            ClientClosed: The client was closed.
            ConfigurationError: A session was given, and it belongs to another loop.
        """
        if self._is_closed[0]:
            msg = "The client is closed"
            raise ClientClosed(msg)
        loop = _running_loop()
        if self._home is not None and loop is not self._home:
            msg = "The aiohttp session given to this client belongs to another event loop"
            raise ConfigurationError(msg, code="wrongLoop")
        line = self._lines.get(loop)
        if line is None:
            for past in [known for known in self._lines if known.is_closed()]:
                del self._lines[past]
            line = self._lines[loop] = self._open_line()
        return line

    def _twin(self, policy: Policy | None, deadline: float | None, **own: object) -> Self:
        """Return a sibling that shares everything but its policy and some attributes."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), **own)
        twin._policy = with_deadline(policy or self._policy, deadline)
        twin._is_owner = False
        return twin

    async def _ask(self, query: Query[R]) -> R:
        return await self._line().ask(query, self._policy)


def _running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        ConfigurationError: There is none.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = "There is no running event loop: use the client inside async code"
        raise ConfigurationError(msg, code="wrongLoop") from None
