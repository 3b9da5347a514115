"""The least a Linked API can be: fixed bytes at the least cost, in a process of its own.

The first part of the path says how it behaves, so one server serves every benchmark:

    fast         accepts; the first two polls say running, the third brings the completion
    running      accepts; runs for ever
    silent       reads a start and says nothing
    stalled      answers a start with half a body
    mute-polls   accepts; says nothing to a poll
    busy         answers a start with 503
    busy-polls   accepts; answers a poll with 503
    signed-out   refuses a start until a person signs in

`GET /count` tells how many requests came before it. What is no HTTP, as the first bytes of TLS,
is read and never answered. Ends when its standard input does.
"""

import asyncio
import json
import sys
from collections import Counter
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
_TO_POLL: Final = {b"running": _RUNNING, b"mute-polls": b"", b"busy-polls": _BUSY}
_POLLS: Final = 3


class _Connection(asyncio.Protocol):
    """One connection; requests on it come one after the other."""

    requests: ClassVar[int] = 0
    started: ClassVar[int] = 0
    polled: ClassVar[Counter[bytes]] = Counter()

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

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
        path = self._buffer.split(b" ", 2)[1].split(b"/")
        self._buffer = b""
        reply = self._poll(path) if not body else self._start(path[1], body)
        if reply and self._transport is not None:
            self._transport.write(reply)

    @classmethod
    def _start(cls, mode: bytes, body: bytes) -> bytes:
        cls.requests += 1
        cls.started += 1
        kind = b"p" if b"openPersonPage" in body else b"c"
        fallback = _STARTED.replace(b"wf-0", b"wf-" + kind).replace(
            b"0000000", b"%07d" % cls.started
        )
        return _TO_START.get(mode, fallback)

    @classmethod
    def _poll(cls, path: list[bytes]) -> bytes:
        if path[1] == b"count":
            return _reply(b"%d" % cls.requests)
        cls.requests += 1
        if path[1] != b"fast":
            return _TO_POLL.get(path[1], b"")
        workflow = path[-1]
        cls.polled[workflow] += 1
        if cls.polled[workflow] < _POLLS:
            return _RUNNING
        del cls.polled[workflow]
        return _DONE[workflow[3:4]]


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
