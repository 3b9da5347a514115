"""One request and its reply, as the gate sees them pass: heads, sizes, where the bytes stop."""

import json
import re
from typing import Final

import attrs

from linkedapi_async._types import Json

from ._accounts import Account
from ._routes import Route, route
from .faults import Close, Cut, Delay, Drop, Injection, Reset, Slow, Stall, Truncate

__all__ = ["HEAD_END", "Exchange", "measure", "read_head"]

HEAD_END: Final = b"\r\n\r\n"
_HEADERS: Final = re.compile(
    rb"\r\n(content-length|transfer-encoding|linked-api-token|account-api-token"
    rb"|identification-token|result-handling):[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_BODILESS: Final = frozenset({204, 304})


@attrs.define(eq=False)
class Exchange:
    """What is known of a request and of its reply so far.

    Attributes:
        number: Counts requests over all connections.
        connection: Number of the connection.
        method: HTTP method.
        target: Path and query.
        route: What it asks for.
        headers: The few header fields the sandbox reads, in lower case.
        head_size: Bytes of the head.
        body_size: Bytes of the body, `None` when it comes in chunks.
        account: Whose identification token it carries.
        injection: What was lying in wait for it.
        body: The body, once it is complete.
        error: The error word in its reply.
        status: HTTP status of its reply, 0 before there is one.
        sent: Bytes of the reply sent.
        reply_size: Bytes of the reply, `None` before there is one.
        ceiling: Bytes of the reply that may be sent before `ending` comes, `None` for all.
        ending: How the connection ends at the ceiling.
    """

    number: int
    connection: int
    method: str = ""
    target: str = ""
    route: Route = attrs.field(factory=lambda: route("", ""))
    headers: dict[str, str] = attrs.field(factory=dict[str, str], repr=False)
    head_size: int = 0
    body_size: int | None = 0
    account: Account | None = None
    injection: Injection | None = None
    body: bytes = attrs.field(default=b"", repr=False)
    error: str | None = None
    status: int = 0
    sent: int = 0
    reply_size: int | None = None
    ceiling: int | None = None
    ending: Cut | None = None

    @property
    def document(self) -> Json:
        """The decoded body; the text of one that is no JSON, `None` without a body."""
        if not self.body:
            return None
        try:
            found: Json = json.loads(self.body)
        except ValueError:
            return self.body.decode(errors="replace")
        return found

    @property
    def request_cut(self) -> Cut | None:
        """The fault that ends this request before all of it was read."""
        match self.injection:
            case Injection(
                fault=Reset(side="request") | Close(side="request") | Stall(side="request") as cut
            ):
                return cut
            case _:
                return None

    @property
    def delay(self) -> float | None:
        """Seconds its reply has to wait."""
        match self.injection:
            case Injection(fault=Delay(seconds=seconds)):
                return seconds
            case _:
                return None

    @property
    def pace(self) -> float | None:
        """Bytes per second its reply may run at."""
        match self.injection:
            case Injection(fault=Slow(bytes_per_second=pace)):
                return pace
            case _:
                return None

    def read_reply_head(self, data: bytes) -> bytes:
        """Learn status, size and ceiling from the first bytes of the reply; return them to send."""
        head = data.find(HEAD_END) + len(HEAD_END)
        self.status = int(data[9:12])
        length = _LENGTH.search(data, 0, head)
        has_body = self.method != "HEAD" and self.status not in _BODILESS
        body = int(length[1]) if length is not None and has_body else 0
        self.reply_size = head + body
        match self.injection.fault if self.injection is not None else None:
            case Truncate(after=after):
                self.ceiling, self.ending = head + after, Close()
                if after >= body and length is not None:
                    self.ceiling = self.reply_size
                    self.reply_size += 1
                    start, end = length.span(1)
                    longer = str(body + 1).encode()
                    self.ceiling += len(longer) - (end - start)
                    self.reply_size += len(longer) - (end - start)
                    return data[:start] + longer + data[end:]
            case Drop():
                self.ceiling, self.ending = 0, Stall()
            case (Reset() | Close() | Stall()) as cut:
                self.ceiling = cut.after if cut.side == "reply" else 0
                self.ending = cut
            case _:
                pass
        return data


def read_head(data: bytes, head_size: int, *, number: int, connection: int) -> Exchange:
    """Return the exchange that a request's head begins.

    Args:
        data: Bytes that begin with the head.
        head_size: How many of them are head.
        number: Number of the request.
        connection: Number of the connection.
    """
    line = data[: data.find(b"\r\n")].split(b" ")
    method = line[0].decode("latin-1")
    target = line[1].decode("latin-1") if len(line) > 1 else ""
    headers: dict[str, str] = {}
    for name, value in _HEADERS.findall(data, 0, head_size):
        headers.setdefault(name.lower().decode(), value.strip().decode("latin-1"))
    length = headers.get("content-length", "0")
    is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    return Exchange(
        number,
        connection,
        method,
        target,
        route(method, target),
        headers,
        head_size,
        None if is_chunked else int(length) if length.isdecimal() else 0,
    )


def measure(data: bytes, start: int) -> tuple[int, bytes] | None:
    """Return the size and the content of a chunked body, `None` while it is incomplete.

    Args:
        data: The request so far.
        start: Where its body begins.
    """
    content = bytearray()
    at = start
    while (line_end := data.find(b"\r\n", at)) >= 0:
        try:
            size = int(data[at:line_end].split(b";")[0], 16)
        except ValueError:
            return len(data) - start, b""  # no chunk: aiohttp says so
        at = line_end + 2
        if size == 0:
            end = data.find(b"\r\n", at)
            return None if end < 0 else (end + 2 - start, bytes(content))
        if len(data) < at + size + 2:
            return None
        content += data[at : at + size]
        at += size + 2
    return None
