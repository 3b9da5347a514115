"""The one place that touches sockets: one aiohttp session per event loop.

A request ends as a `Reply` or as a `Refusal` that says what was really written, so nobody above
sees aiohttp. Sessions of our own watch each request through their connector: before a connection
is handed out nothing is written, afterwards anything may be. aiohttp resends GET and DELETE by
itself when a kept connection turns out dead; here that is stopped, because a resend is a decision.
"""

import asyncio
import math
import os
import ssl as tls
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import aiohttp
import attrs
from yarl import URL

from ._clock import Clock, Timer
from ._messages import Refusal, Reply, Request
from ._proxy import Proxy
from ._types import Certainty
from .errors import ClientClosed, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

__all__ = ["Delivery", "Settings", "Transport"]

_KEEP_ALIVE: Final = 120.0
_DNS_TTL: Final = 60
_CHUNK: Final = 1 << 16
_UNBOUNDED: Final = aiohttp.ClientTimeout(
    total=None, connect=None, sock_connect=None, sock_read=None
)


@attrs.frozen(kw_only=True)
class Settings:
    """How to reach the service.

    Attributes:
        base_url: Where paths are appended, without a trailing slash.
        headers: Sent with every request; no tokens.
        proxy: The proxy to go through, if any.
        ssl: What certificates are checked against; `True` is the system's store.
        max_connections: Requests in flight at once; further ones queue.
        max_reply_bytes: Largest reply read, decompressed.
    """

    base_url: str
    headers: "Mapping[str, str]"
    proxy: Proxy | None = None
    ssl: "tls.SSLContext | aiohttp.Fingerprint | bool" = True
    max_connections: int = 500
    max_reply_bytes: int = 64 * 1024 * 1024


class Delivery:
    """What is known of one attempt while it is under way.

    Attributes:
        is_written: Whether a byte of the request may have left. Only `False` is a promise.
    """

    __slots__ = ("_bound", "_clock", "_ends_at", "_read_timeout", "_timer", "is_written")

    def __init__(self, clock: Clock) -> None:
        """Start before anything happened."""
        self.is_written: bool = False
        self._clock = clock
        self._timer: Timer | None = None
        self._bound = math.inf
        self._ends_at = math.inf
        self._read_timeout = math.inf

    def connects(self, timer: Timer, timeout: float, read_timeout: float, ends_at: float) -> None:
        """Note how connecting is bounded, and how to bound what follows."""
        self._timer = timer
        self._bound = timeout
        self._read_timeout = read_timeout
        self._ends_at = ends_at

    def writes(self) -> None:
        """Note that from here on bytes may leave, and bound the reply.

        Raises:
            TimeoutError: The deadline passed while connecting, so nothing may leave any more.
        """
        left = self._ends_at - self._clock.now()
        if left <= 0:
            raise TimeoutError
        self.is_written = True
        self._bound = min(self._read_timeout, left)
        if self._timer is not None:
            self._timer.restart(_finite(self._bound))

    @property
    def phase(self) -> str:
        """What is being waited for, for messages."""
        if self._timer is None:
            return "a free connection"
        return f"{'a reply' if self.is_written else 'a connection'} within {self._bound:.3g} s"


_DELIVERY: ContextVar[Delivery | None] = ContextVar("linkedapi_delivery", default=None)


class _ResendStoppedError(aiohttp.ClientConnectionError):
    """aiohttp was about to send a request again on its own."""


class _Connector(aiohttp.TCPConnector):
    """A connector that tells when a request may be written, and lets it be written once."""

    async def connect(
        self,
        req: "ClientRequest",
        traces: "list[Trace]",
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as aiohttp's
    ) -> "Connection":
        delivery = _DELIVERY.get()
        if delivery is not None and delivery.is_written:
            raise _ResendStoppedError
        connection = await super().connect(req, traces, timeout)
        if delivery is not None:
            try:
                delivery.writes()
            except TimeoutError:
                connection.release()
                raise
        return connection


class Transport:
    """Sends requests on one event loop."""

    def __init__(
        self, settings: Settings, clock: Clock, session: aiohttp.ClientSession | None = None
    ) -> None:
        """Prepare; nothing is opened before the first request.

        Args:
            settings: How to reach the service.
            clock: Bounds every attempt.
            session: The application's own session. It stays open and keeps its hooks, which hide
                what was written: every failure there is `MAYBE_ACCEPTED`.
        """
        self._settings = settings
        self._clock = clock
        self._borrowed = session
        self._session = session
        self._slots = asyncio.Semaphore(settings.max_connections)
        self._guard: AsyncGenerator[None] | None = None
        self._is_tunnelled = settings.base_url.startswith("https:")
        self._kept, self._extra = self._share_out(settings)
        self._pid = os.getpid()

    async def send(
        self,
        request: Request,
        tokens: "Mapping[str, str]",
        *,
        connect_timeout: float,
        read_timeout: float,
        remaining: float | None,
        delivery: Delivery,
    ) -> Reply | Refusal:
        """Send a request once and read its whole reply.

        Args:
            request: What to send.
            tokens: What tells who asks, by header name.
            connect_timeout: Seconds for name resolution, connecting and TLS.
            read_timeout: Seconds from a written request to its whole reply; infinite
                for one that may be held open.
            remaining: Seconds until the call's deadline; bounds all of it, queueing included.
            delivery: Learns what was written, also when this is cancelled.

        Raises:
            ClientClosed: The session was closed by its owner, or belongs to another process.
        """
        if os.getpid() != self._pid:
            msg = "This client's connections belong to the process it was forked from"
            raise ClientClosed(msg, code="wrongLoop")
        left = math.inf if remaining is None else remaining
        ends_at = self._clock.now() + left
        queues = self._slots.locked()
        timer = self._clock.timer(_finite(left if queues else min(connect_timeout, left)))
        try:
            async with timer, self._slots:
                if queues:
                    left = ends_at - self._clock.now()
                    timer.restart(min(connect_timeout, left))
                delivery.connects(timer, min(connect_timeout, left), read_timeout, ends_at)
                return await self._exchange(request, tokens, delivery)
        except TimeoutError:
            return _refusal("requestTimeout", f"Gave up waiting for {delivery.phase}", delivery)

    async def _exchange(
        self, request: Request, tokens: "Mapping[str, str]", delivery: Delivery
    ) -> Reply | Refusal:
        session = self._session or await self._open()
        proxy = self._settings.proxy
        if self._borrowed is not None:
            delivery.writes()
        mark = _DELIVERY.set(delivery)
        try:
            response = await session.request(
                request.method,
                self._url(request.path),
                data=request.body,
                headers=self._headers(request, tokens),
                allow_redirects=False,
                proxy=None if proxy is None else proxy.address,
                proxy_headers=self._proxy_headers(proxy),
                raise_for_status=False,
                ssl=self._settings.ssl,
                timeout=_UNBOUNDED,
            )
            try:
                body = await self._read(response)
            finally:
                response.release()
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as exc:
            return _translate(exc, delivery)
        except RuntimeError as exc:
            if not session.closed:
                raise
            msg = "The aiohttp session given to this client was closed by its owner"
            raise ClientClosed(msg) from exc
        finally:
            _DELIVERY.reset(mark)
        if body is None:
            limit = self._settings.max_reply_bytes
            message = f"The reply is larger than {limit} bytes"
            return Refusal("replyTooLarge", message, Certainty.MAYBE_ACCEPTED, response.status)
        return Reply(response.status, response.headers, body, self._clock.wall())

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        """Return the body, decompressed; `None` for one that is larger than allowed."""
        limit = self._settings.max_reply_bytes
        length = response.content_length
        if length is not None and "Content-Encoding" not in response.headers and length <= limit:
            return await response.read()
        chunks = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            chunks += chunk
            if len(chunks) > limit:
                response.close()
                return None
        return bytes(chunks)

    def _headers(self, request: Request, tokens: "Mapping[str, str]") -> "Mapping[str, str]":
        """Return the header fields to give with a request.

        A session of our own that reaches the service directly keeps the common ones. Tokens are
        given each time: accounts share the session, and a proxy would be shown what it keeps.
        """
        if not self._extra and not request.headers:
            return tokens
        return {**self._extra, **tokens, **request.headers}

    def _share_out(self, settings: Settings) -> "tuple[Mapping[str, str], Mapping[str, str]]":
        """Return the common header fields that the session keeps, and those given each time."""
        proxy = settings.proxy
        if proxy is None:
            return (settings.headers, {}) if self._borrowed is None else ({}, settings.headers)
        if proxy.authorization is None or self._is_tunnelled:
            return {}, settings.headers
        return {}, {**settings.headers, "Proxy-Authorization": proxy.authorization.value}

    def _proxy_headers(self, proxy: Proxy | None) -> dict[str, str] | None:
        """Return what the proxy is shown when it is asked for a tunnel."""
        if proxy is None or proxy.authorization is None or not self._is_tunnelled:
            return None
        return {"Proxy-Authorization": proxy.authorization.value}

    def _url(self, path: str) -> URL:
        if path.startswith("/"):
            return URL(self._settings.base_url + path, encoded=True)
        return URL(path, encoded=True)

    async def _open(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            headers=self._kept,
            connector=_Connector(limit=0, keepalive_timeout=_KEEP_ALIVE, ttl_dns_cache=_DNS_TTL),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_UNBOUNDED,
        )
        self._guard = _closing(self._session)
        await anext(self._guard)
        return self._session

    async def close(self) -> None:
        """Close what was opened here; an application's own session stays open."""
        guard, self._guard = self._guard, None
        if guard is not None:
            await guard.aclose()


async def _closing(session: aiohttp.ClientSession) -> AsyncGenerator[None]:
    """Close a session at the latest when its event loop ends.

    `asyncio.run` finishes the async generators of its loop before it closes it, so a loop that
    nobody told about `aclose` leaves no connections behind.
    """
    try:
        yield
    finally:
        await session.close()


def _finite(timeout: float) -> float | None:
    return None if timeout == math.inf else timeout


def _translate(exc: Exception, delivery: Delivery) -> Refusal:
    """Say what an error of the HTTP library means, without its text: it may quote headers.

    Raises:
        ConfigurationError: The address itself is at fault.
    """
    match exc:
        case _ResendStoppedError():
            message = "The service had closed the kept connection the request went out on"
        case aiohttp.InvalidURL():
            msg = "base_url or result link is no address that can be asked"
            raise ConfigurationError(msg) from None
        case aiohttp.ClientConnectorCertificateError():
            why = getattr(exc.certificate_error, "verify_message", "no reason given")
            message = f"The certificate of {exc.host}:{exc.port} is not trusted: {why}"
        case aiohttp.ClientConnectorDNSError():
            message = f"The name {exc.host} cannot be resolved{_reason(exc.os_error)}"
        case aiohttp.ClientConnectorError():
            kind = "TLS connection" if isinstance(exc, aiohttp.ClientSSLError) else "connection"
            message = f"No {kind} to {exc.host}:{exc.port}{_reason(exc.os_error)}"
        case aiohttp.ClientHttpProxyError():
            message = f"The proxy refused to connect: HTTP {exc.status}"
        case aiohttp.ServerDisconnectedError():
            message = "The service closed the connection without a reply"
        case aiohttp.ClientPayloadError():
            message = "The reply broke off before its end"
        case aiohttp.ClientResponseError():
            message = f"The reply is no valid HTTP ({type(exc).__name__})"
            return _refusal("undecodableReply", message, delivery)
        case _:
            message = f"The connection broke ({type(exc).__name__}{_reason(exc)})"
    code = "connectionLost" if delivery.is_written else "connectionFailed"
    return _refusal(code, message, delivery)


def _reason(exc: BaseException) -> str:
    text = getattr(exc, "strerror", None)
    return f": {text}" if isinstance(text, str) and text else ""


def _refusal(code: str, message: str, delivery: Delivery) -> Refusal:
    certainty = Certainty.MAYBE_ACCEPTED if delivery.is_written else Certainty.NOT_SENT
    return Refusal(code, message, certainty)
