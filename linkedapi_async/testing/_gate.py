"""Stands between the socket and aiohttp, counts the bytes, and breaks off exactly where told.

Each connection has a gate. It holds a request back until it is complete, so that one cut short is
never run, and lets one request through at a time; what comes back passes it on the way out.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Coroutine
from typing import Any, Final, Protocol, cast

from aiohttp import web

from linkedapi_async._clock import Clock

from ._exchange import HEAD_END, Exchange, measure, read_head
from .faults import Close, Cut, Reset, Stall
from .log import ConnectionOpened, Log, ReplySent, RequestReceived

__all__ = ["Gate", "Handler", "Host"]

_LINGER_NOT: Final = struct.pack("ii", 1, 0)
_PIECES_PER_SECOND: Final = 20
_LARGEST_HEAD: Final = 1 << 16
_SIOCOUTQNSD: Final = 0x894B
_GLANCE: Final = 0.002
"""Seconds between looks at the kernel's queue; real ones, whatever clock the sandbox has."""


if sys.platform == "linux":
    import fcntl

    def _unsent(channel: socket.socket) -> int:
        """Return how many bytes the kernel still holds back because the reader is slow."""
        answer = fcntl.ioctl(channel.fileno(), _SIOCOUTQNSD, bytes(4))
        return int.from_bytes(answer, sys.byteorder)

else:  # pragma: no cover - the figures are taken on Linux

    def _unsent(channel: socket.socket) -> int:  # noqa: ARG001 - as where it is known
        """Other systems do not tell: there a reset may overtake megabytes."""
        return 0


class Host(Protocol):
    """What gates need from the server they belong to."""

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def log(self) -> Log:
        """Where requests and replies are noted."""
        ...

    def admit(self, gate: "Gate") -> int:
        """Take a new connection in and return its number."""
        ...

    def forget(self, gate: "Gate") -> None:
        """Let a connection that is over go."""

    def number_request(self) -> int:
        """Return the number of the next request."""
        ...

    def recognise(self, exchange: Exchange) -> None:
        """Find out whose request this is and what lies in wait for it."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the requests, for as long as the server lives."""

    def make_handler(self) -> "Handler":
        """Return aiohttp's side of a new connection."""
        ...


class Handler(web.RequestHandler):
    """aiohttp's side of a connection, which knows its gate."""

    gate: "Gate"


class Gate(asyncio.Protocol):
    """One connection.

    Attributes:
        exchange: The request that is being handled, or was last.
    """

    exchange: Exchange

    def __init__(self, host: Host) -> None:
        self._host = host
        self._handler = host.make_handler()
        self._handler.gate = self
        self._transport: asyncio.Transport
        self._number = 0
        self._unread = b""
        self._incoming: Exchange | None = None
        self._is_busy = False
        self._is_frozen = False
        self._is_lost = False
        self._resets_when_flushed = False
        self._trickle: bytearray | None = None
        self._closes_after_trickle = False

    # ── the way in ──

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection and hand aiohttp a transport that leads back here."""
        socket_side = cast("asyncio.Transport", transport)  # uvloop's is one without saying so
        self._transport = socket_side
        self._number = self._host.admit(self)
        self._host.log.append(ConnectionOpened(at=self._host.clock.now(), connection=self._number))
        self._handler.connection_made(_WayOut(self, socket_side))

    def data_received(self, data: bytes) -> None:
        """Collect a request; more of them wait their turn."""
        if self._is_frozen:
            return
        self._unread = self._unread + data if self._unread else data
        if not self._is_busy:
            self._take_in()

    def eof_received(self) -> bool | None:
        """Let the connection go when the client has nothing more to say."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note what the client broke off, and tell aiohttp."""
        self._is_lost = True
        if self._is_busy:
            self._note_reply()
        elif not self._is_frozen and self._unread:
            self._note_request(
                self._incoming or Exchange(self._host.number_request(), self._number),
                size=len(self._unread),
                is_complete=False,
            )
        self._host.forget(self)
        self._handler.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on that the socket is full."""
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the socket has room, unless a reset was waiting for just that."""
        if self._resets_when_flushed:
            self._resets_when_flushed = False  # and not in here: asyncio still holds the buffer
            asyncio.get_running_loop().call_soon(self._reset_when_sent)
        else:
            self._handler.resume_writing()

    @property
    def is_idle(self) -> bool:
        """Whether the connection is open and nothing is under way on it."""
        return not (self._is_busy or self._is_frozen or self._is_lost or self._unread)

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        self._is_frozen = True
        self._reset()

    def abort(self) -> None:
        """End the connection, whatever state it is in."""
        self._is_frozen = True
        self._transport.abort()

    def _take_in(self) -> None:
        """Hand the next request to aiohttp when all of it is here."""
        exchange = self._incoming
        if exchange is None:
            head_end = self._unread.find(HEAD_END)
            if head_end < 0:
                if len(self._unread) > _LARGEST_HEAD:
                    self.abort()
                return
            exchange = self._incoming = read_head(
                self._unread,
                head_end + len(HEAD_END),
                number=self._host.number_request(),
                connection=self._number,
            )
            self._host.recognise(exchange)
        size = self._size_of(exchange)
        cut = exchange.request_cut
        if (
            cut is not None
            and cut.after <= len(self._unread)
            and (size is None or cut.after < size)
        ):
            self._note_request(exchange, size=cut.after, is_complete=False)
            self._cut(cut)
            return
        if size is None or len(self._unread) < size:
            return
        request, self._unread = self._unread[:size], self._unread[size:]
        exchange.body = exchange.body or request[exchange.head_size :]
        self._incoming = None
        self._is_busy = True
        self.exchange = exchange
        self._note_request(exchange, size=size, is_complete=True)
        self._handler.data_received(request)

    def _size_of(self, exchange: Exchange) -> int | None:
        """Return how long the whole request is, `None` as long as nobody can tell."""
        if exchange.body_size is None:
            found = measure(self._unread, exchange.head_size)
            if found is None:
                return None
            exchange.body_size, exchange.body = found
        return exchange.head_size + exchange.body_size

    # ── the way out ──

    def send(self, data: bytes) -> None:
        """Pass on what aiohttp writes, as far as the fault lets it."""
        if self._is_frozen:
            return
        exchange = self.exchange
        if exchange.reply_size is None:
            data = exchange.read_reply_head(data)
        pace = exchange.pace
        if pace is None:
            self._pass(data)
        elif self._trickle is None:
            self._trickle = bytearray(data)
            self._host.spawn(self._drip(pace))
        else:
            self._trickle += data

    def close(self) -> None:
        """End the connection as aiohttp wants, unless a fault keeps it."""
        if self._trickle is not None:
            self._closes_after_trickle = True
        elif not self._is_frozen:
            self._transport.close()

    def _pass(self, data: bytes) -> None:
        exchange = self.exchange
        if exchange.ceiling is not None:
            data = data[: exchange.ceiling - exchange.sent]
        if data:
            self._transport.write(data)
            exchange.sent += len(data)
        is_complete = exchange.sent == exchange.reply_size
        is_cut = exchange.ceiling is not None and exchange.sent >= exchange.ceiling
        if is_complete or is_cut:
            self._note_reply()
            if exchange.ending is not None:
                self._cut(exchange.ending)
            elif self._unread:
                asyncio.get_running_loop().call_soon(self._resume)

    def _resume(self) -> None:
        if not (self._is_busy or self._is_frozen or self._is_lost):
            self._take_in()

    async def _drip(self, pace: float) -> None:
        outbox = self._trickle
        piece = max(1, int(pace / _PIECES_PER_SECOND))
        while outbox and not self._is_lost:
            drop = bytes(outbox[:piece])
            del outbox[:piece]
            self._pass(drop)
            await self._host.clock.sleep(len(drop) / pace)
        self._trickle = None
        if self._closes_after_trickle:
            self._transport.close()

    def _cut(self, cut: Cut) -> None:
        """Fall silent, and end the connection in the way the fault says."""
        self._is_frozen = True
        self._unread = b""
        match cut:
            case Reset():
                if self._transport.get_write_buffer_size():
                    self._resets_when_flushed = True
                    self._transport.set_write_buffer_limits(0)
                else:
                    self._reset_when_sent()
            case Close():
                self._transport.write_eof()
            case Stall():
                pass

    def _reset_when_sent(self) -> None:
        """Reset once the kernel has sent every byte: a reset throws away what it holds."""
        if self._is_lost:
            return
        if _unsent(self._transport.get_extra_info("socket")):
            asyncio.get_running_loop().call_later(_GLANCE, self._reset_when_sent)
        else:
            self._reset()

    def _reset(self) -> None:
        channel = self._transport.get_extra_info("socket")
        if channel is not None and not self._transport.is_closing():
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._transport.abort()

    # ── the log ──

    def _note_request(self, exchange: Exchange, *, size: int, is_complete: bool) -> None:
        asked = exchange.route
        self._host.log.append(
            RequestReceived(
                at=self._host.clock.now(),
                number=exchange.number,
                connection=self._number,
                method=exchange.method,
                path=exchange.target,
                wire=None if asked.wire is None else asked.wire.value,
                purpose=asked.purpose.value,
                account=None if exchange.account is None else exchange.account.alias,
                size=size,
                is_complete=is_complete,
                body=exchange.document if is_complete else None,
                workflow_id=asked.workflow_id,
                admin_method=asked.admin_method,
                fault=None if exchange.injection is None else exchange.injection.name,
            )
        )

    def _note_reply(self) -> None:
        exchange = self.exchange
        self._is_busy = False
        self._host.log.append(
            ReplySent(
                at=self._host.clock.now(),
                request=exchange.number,
                connection=self._number,
                status=exchange.status,
                size=exchange.sent,
                is_complete=exchange.sent == exchange.reply_size,
                error=exchange.error,
                fault=None if exchange.injection is None else exchange.injection.name,
            )
        )


class _WayOut(asyncio.Transport):
    """What aiohttp takes for the socket."""

    def __init__(self, gate: Gate, transport: asyncio.Transport) -> None:
        super().__init__()
        self._gate = gate
        self._transport = transport

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        self._gate.send(bytes(data))

    def close(self) -> None:
        self._gate.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()
