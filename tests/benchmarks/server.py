"""The least a Linked API can be: fixed bytes at the least cost, in a process of its own.

The first part of the path says how it behaves, so one server serves every benchmark; further parts
tell its clients apart:

    fast         accepts; the first two polls say running, the third brings the completion
    long         as fast, but the sixth does
    running      accepts; runs for ever
    parked       accepts; polls say that the account's working hours open in six hours
    silent       reads a start and says nothing
    stalled      answers a start with half a body
    mute-polls   accepts; says nothing to a poll
    busy         answers a start with 503
    busy-polls   accepts; answers a poll with 503
    signed-out   refuses a start until a person signs in, as any mode does one that visits
                 somebody of that name

`GET /count` tells how many requests came before it, `GET /seen/<mode and further parts>` how many
of one client, over how many connections, and for how many workflows. What is no HTTP, as the first
bytes of TLS to a server without, is read and never answered. Ends when its standard input does.
"""

import argparse
import asyncio
import json
import ssl
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, cast

_END: Final = b"\r\n\r\n"
_RUNS: Final = b'{"success":true,"result":{"workflowStatus":"running","message":"Running."}}'
_PERSON: Final = {
    "actionType": "st.openPersonPage",
    "success": True,
    "data": {
        "name": "Jane Doe",
        "publicUrl": "https://www.linkedin.com/in/jane-doe",
        "hashedUrl": "https://www.linkedin.com/in/ACoAAA",
        "headline": "Founder",
        "location": "New York",
        "countryCode": "us",
        "position": "CEO",
        "companyName": "Acme",
        "companyHashedUrl": "https://www.linkedin.com/company/1",
        "followersCount": 42,
        "about": None,
    },
}
_SSI: Final = {"actionType": "st.retrieveSSI", "success": True, "data": {"ssi": 71}}


def _reply(body: bytes, status: bytes = b"200 OK", *, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d"
    return head % (status, size) + _END + body


def _done(completion: object) -> bytes:
    result = {"workflowStatus": "completed", "completion": completion}
    return _reply(json.dumps({"success": True, "result": result}).encode())


_RUNNING: Final = _reply(_RUNS)
_STARTED: Final = _reply(
    b'{"success":true,"result":{"workflowId":"wf-00000000","workflowStatus":"running"}}'
)
_DONE: Final = {b"p": _done(_PERSON), b"c": _done(_SSI)}
_BUSY: Final = _reply(b"busy", b"503 Service Unavailable")
_STALLED: Final = _reply(_RUNS[:40], length=len(_RUNS))
_SIGNED_OUT: Final = _reply(
    b'{"success":false,"error":{"type":"linkedinAccountSignedOut","message":"Signed out."}}',
    b"400 Bad Request",
)
_TO_START: Final = {
    b"silent": b"",
    b"stalled": _STALLED,
    b"busy": _BUSY,
    b"signed-out": _SIGNED_OUT,
}
_OPENS: Final = datetime.now(UTC) + timedelta(hours=6)
_PARKED: Final = _reply(
    json.dumps(
        {
            "success": True,
            "result": {
                "workflowStatus": "pending",
                "pendingReason": "outsideWorkingHours",
                "message": "The workflow will run when the account working hours open at "
                f"{_OPENS:%a, %b %d, %H:%M} (UTC).",
            },
        }
    ).encode()
)
_TO_POLL: Final = {
    b"running": _RUNNING,
    b"parked": _PARKED,
    b"mute-polls": b"",
    b"busy-polls": _BUSY,
}
_POLLS: Final = {b"fast": 3, b"long": 6}


class _Seen:
    """What came from one client."""

    __slots__ = ("connections", "polled", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.connections = 0
        self.polled: set[bytes] = set()

    def told(self) -> bytes:
        return json.dumps(
            {
                "requests": self.requests,
                "connections": self.connections,
                "polled": len(self.polled),
            }
        ).encode()


class _Connection(asyncio.Protocol):
    """One connection; requests on it come one after the other."""

    idle: ClassVar[float | None] = None
    started: ClassVar[int] = 0
    polls: ClassVar[Counter[bytes]] = Counter()
    seen: ClassVar[defaultdict[bytes, _Seen]] = defaultdict(_Seen)

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._is_new = True
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(_END)
        if end < 0:
            return
        body = b""
        if self._buffer.startswith(b"POST"):
            length = self._buffer.lower().index(b"\r\ncontent-length:", 0, end + 2) + 17
            size = int(self._buffer[length : self._buffer.index(b"\r\n", length)])
            if len(self._buffer) < end + 4 + size:
                return
            body = self._buffer[end + 4 :]
        path = self._buffer.split(b" ", 2)[1]
        self._buffer = b""
        reply = self._answer(path, body)
        if reply and self._transport is not None:
            self._transport.write(reply)
        if self.idle is not None:
            self._end_when_idle(self.idle)

    def _answer(self, path: bytes, body: bytes) -> bytes:
        if path == b"/count":
            return _reply(b"%d" % sum(one.requests for one in self.seen.values()))
        if path.startswith(b"/seen/"):
            return _reply(self.seen[path.removeprefix(b"/seen/")].told())
        client, _, workflow = path[1:].partition(b"/workflows")
        mode = client.partition(b"/")[0]
        seen = self.seen[client]
        seen.requests += 1
        seen.connections += self._is_new
        self._is_new = False
        if body:
            return self._start(mode, body)
        seen.polled.add(workflow)
        return self._poll(mode, workflow)

    @classmethod
    def _start(cls, mode: bytes, body: bytes) -> bytes:
        cls.started += 1
        if b"/signed-out" in body:
            return _SIGNED_OUT
        kind = b"p" if b"openPersonPage" in body else b"c"
        fallback = _STARTED.replace(b"wf-0", b"wf-" + kind).replace(
            b"0000000", b"%07d" % cls.started
        )
        return _TO_START.get(mode, fallback)

    @classmethod
    def _poll(cls, mode: bytes, workflow: bytes) -> bytes:
        needed = _POLLS.get(mode)
        if needed is None:
            return _TO_POLL.get(mode, b"")
        cls.polls[workflow] += 1
        if cls.polls[workflow] < needed:
            return _RUNNING
        del cls.polls[workflow]
        return _DONE[workflow[4:5]]

    def _end_when_idle(self, idle: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        if self._transport is not None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(idle, self._transport.close)


async def _serve(certificate: str | None) -> None:
    loop = asyncio.get_running_loop()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=1024, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate", help="PEM file with key and chain: speak TLS")
    parser.add_argument("--idle", type=float, help="close a connection idle for so many seconds")
    options = parser.parse_args()
    _Connection.idle = options.idle
    asyncio.run(_serve(options.certificate))


if __name__ == "__main__":
    main()
