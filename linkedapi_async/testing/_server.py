"""Answers requests on every wire: tokens first, then the body, then the tree."""

import asyncio
import socket
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any, Final, assert_never, cast

import attrs
from aiohttp import web

from linkedapi_async._clock import Clock, SystemClock

from ._accounts import Account, Vault
from ._admin_desk import Desk
from ._ambush import Ambush
from ._checks import Objection, check
from ._direct import Direct
from ._directory import Directory
from ._engine import Engine
from ._envelopes import Answer, dump, refusal, success, word_for
from ._exchange import Exchange
from ._gate import Gate, Handler
from ._routes import Purpose, Route, Wire
from ._site import tell_changes
from ._workflows import Workflow
from .faults import (
    Body,
    ErrorEnvelope,
    Html,
    Injection,
    Moment,
    Null,
    Redirect,
    Status,
)
from .log import Log

__all__ = ["Server"]

_HOOK: Final = "https://hooks.example.com/linked-api"
_PAGE: Final = b"<!doctype html><html><head><title>Gateway</title></head><body>Hello</body></html>"
_BACKLOG: Final = 8192
"""Connections the kernel keeps in store while the loop is busy."""
_ACCEPTS_PER_TURN: Final = 64
"""What asyncio takes for a backlog is also how often it fails in a row without descriptors."""
_HTML: Final = "text/html"
_SPARING: Final[dict[str, Any]] = {"access_log": None, "tcp_keepalive": False}
"""What aiohttp's handlers need not do: the sandbox has its own log and its own faults."""


class Server:
    """The HTTP side of a sandbox.

    Attributes:
        clock: What time it is.
        log: Where requests and replies are noted.
        ambush: Faults lying in wait.
        engine: What runs the workflows.
        vault: The main tokens.
        directory: The accounts.
        desk: What serves admin requests.
        direct: What answers questions that need no workflow.
        base_url: Where it listens, once it does.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        log: Log,
        ambush: Ambush,
        engine: Engine,
        vault: Vault,
        directory: Directory,
        desk: Desk,
        direct: Direct,
    ) -> None:
        self.clock = clock
        self.log = log
        self.ambush = ambush
        self.engine = engine
        self.vault = vault
        self.directory = directory
        self.desk = desk
        self.direct = direct
        self.base_url = ""
        self._connections = 0
        self._requests = 0
        self._gates: set[Gate] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._dates = None if isinstance(clock, SystemClock) else clock

    async def open(self, host: str, port: int) -> None:
        """Listen.

        Raises:
            OSError: The address cannot be had.
        """
        loop = asyncio.get_running_loop()
        self._web = web.Server(self._handle)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
        self._listener = await loop.create_server(
            lambda: Gate(self), sock=listener, backlog=_ACCEPTS_PER_TURN
        )
        listener.listen(_BACKLOG)
        name = listener.getsockname()
        shown = f"[{name[0]}]" if ":" in name[0] else name[0]
        self.base_url = f"http://{shown}:{name[1]}"

    async def close(self) -> None:
        """Stop listening and break everything off that is still under way."""
        self._listener.close()
        self._web.handler_cancellation = True
        for gate in list(self._gates):
            gate.abort()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        is_over = False
        while not is_over:
            await self.clock.sleep(0)
            is_over = not (self._gates or self._web.connections)
        await self._listener.wait_closed()

    def drop_idle(self) -> int:
        """Reset every connection nothing is under way on; return how many there were."""
        idle = [gate for gate in self._gates if gate.is_idle]
        for gate in idle:
            gate.reset()
        return len(idle)

    # ── what gates need ──

    def admit(self, gate: Gate) -> int:
        """Take a new connection in and return its number."""
        self._gates.add(gate)
        self._connections += 1
        return self._connections

    def forget(self, gate: Gate) -> None:
        """Let a connection that is over go."""
        self._gates.discard(gate)

    def number_request(self) -> int:
        """Return the number of the next request."""
        self._requests += 1
        return self._requests

    def recognise(self, exchange: Exchange) -> None:
        """Find out whose request this is and what lies in wait for it."""
        tokens = self.directory.by_token
        exchange.account = tokens.get(exchange.headers.get("identification-token", ""))
        exchange.injection = self.ambush.spring(
            _moments(exchange), None if exchange.account is None else exchange.account.alias
        )

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the requests, for as long as the server lives."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def make_handler(self) -> Handler:
        """Return aiohttp's side of a new connection."""
        return Handler(self._web, loop=asyncio.get_running_loop(), **_SPARING)

    # ── answers ──

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        exchange = cast("Handler", request.protocol).gate.exchange
        while not request.content.at_eof():
            await request.content.readany()  # or aiohttp stops reading at a large body
        injection = exchange.injection
        answer = self._false_answer(exchange, injection) if injection is not None else None
        if answer is None:
            found = self._serve(exchange)
            answer = found if isinstance(found, Answer) else await self._hold(found)
        elif injection is not None and injection.runs:
            self._serve(exchange)
        if exchange.delay is not None:
            with self._lingering():
                await self.clock.sleep(exchange.delay)
        exchange.error = answer.error
        headers = {"Content-Type": answer.content_type, **answer.headers}
        if self._dates is not None:
            headers["Date"] = format_datetime(self._dates.wall(), usegmt=True)
        if injection is not None:
            headers |= injection.headers
        return web.Response(body=answer.body, status=answer.status, headers=headers)

    def _serve(self, exchange: Exchange) -> Answer | Workflow:
        """Do what was asked; a workflow instead of an answer is to be waited for."""
        asked = exchange.route
        wire = asked.wire
        if asked.purpose is Purpose.SITE:
            return tell_changes(exchange.target, self.clock.wall().date())
        if wire is None:
            return refusal(
                None,
                "notFound",
                message=f"Nothing is served at {exchange.method} {exchange.target}.",
                status=404,
            )
        if asked.purpose is Purpose.ADMIN:
            return self._refuse_main_token(exchange, wire) or self.desk.serve(exchange)
        account = self._authenticate(exchange, wire)
        return account if isinstance(account, Answer) else self._admit(exchange, wire, account)

    def _admit(self, exchange: Exchange, wire: Wire, account: Account) -> Answer | Workflow:
        """Do what an account asked for."""
        asked = exchange.route
        if asked.purpose is Purpose.START:
            return self._start(exchange, wire, account)
        if asked.purpose is Purpose.ACCOUNT:
            return success(wire, {"name": account.name, "url": account.url})
        if asked.purpose is Purpose.DIRECT:
            return self.direct.serve(exchange, wire, account)
        return self._tell(wire, account, asked)

    def _tell(self, wire: Wire, account: Account, asked: Route) -> Answer:
        """Answer a poll or a cancel."""
        workflow = self.engine.find(wire, account, asked.workflow_id or "")
        if workflow is None:
            return refusal(wire, "workflowNotFound", status=404)
        if asked.purpose is Purpose.CANCEL:
            return success(wire, {"cancelled": self.engine.cancel(workflow)})
        self.engine.is_resting(account)  # hours that have opened are not told any more
        return workflow.progress(self._link(workflow))

    def _refuse_main_token(self, exchange: Exchange, wire: Wire) -> Answer | None:
        """Return why the main token opens nothing; whoever mixes up two that are good may enter."""
        header = "linked-api-token" if wire is Wire.LINKED_API else "account-api-token"
        given = exchange.headers.get(header)
        if not given:
            return refusal(wire, word_for(wire, "linkedApiTokenRequired"))
        if given not in {self.vault.linked_api, self.vault.account_api}:
            return refusal(wire, word_for(wire, "invalidLinkedApiToken"))
        return None

    def _authenticate(self, exchange: Exchange, wire: Wire) -> Account | Answer:
        refused = self._refuse_main_token(exchange, wire)
        if refused is not None:
            return refused
        if not exchange.headers.get("identification-token"):
            return refusal(wire, "identificationTokenRequired")
        return exchange.account or refusal(wire, "invalidIdentificationToken")

    def _start(self, exchange: Exchange, wire: Wire, account: Account) -> Answer | Workflow:
        for word in account.blocks:
            return refusal(wire, word_for(wire, word))
        document = exchange.document
        if not isinstance(document, (dict, list)):
            return refusal(
                wire,
                word_for(wire, "invalidRequestPayload"),
                details="the body must be a JSON object or array",
            )
        verdict = check(document, account.plan)
        if verdict is not None:
            return _object(wire, verdict.objection, verdict.details)
        if self.engine.is_resting(account) and account.hours and account.hours.refuses:
            return refusal(wire, "outsideWorkingHours")
        workflow = self.engine.accept(wire, account, document, request=exchange.number)
        handling = exchange.headers.get("result-handling")
        if wire is not Wire.ACCOUNT_API or handling == "reslink":
            return workflow.acceptance(self._link(workflow))
        return workflow.promise(_HOOK) if handling == "hook" else workflow

    async def _hold(self, workflow: Workflow) -> Answer:
        """Keep the reply open until the workflow is over."""
        with self._lingering():
            await workflow.over()
        return workflow.progress(self._link(workflow))

    @contextmanager
    def _lingering(self) -> Generator[None]:
        """Mark the request's task as one that a closing server has to cancel."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - requests are handled in tasks
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    def _link(self, workflow: Workflow) -> str:
        return f"{self.base_url}/account/results/{workflow.workflow_id}"

    def _false_answer(self, exchange: Exchange, injection: Injection) -> Answer | None:
        """Return what the fault says instead of the service, `None` when it says nothing."""
        match injection.fault:
            case ErrorEnvelope(type=word, message=message):
                return refusal(
                    exchange.route.wire,
                    word,
                    message=message,
                    details="a fault was injected",
                    status=injection.status,
                    is_legacy=injection.is_legacy,
                )
            case Status(code=code, body=body):
                answer = Answer(body, code, _HTML)
            case Html(status=code):
                answer = Answer(_PAGE, code, _HTML)
            case Null(status=code):
                answer = Answer(dump(None), code)
            case Body(content=content, status=code, content_type=content_type):
                answer = Answer(content, code, content_type)
            case Redirect(to=to, status=code):
                answer = Answer(b"", code, _HTML, {"Location": to})
            case _:
                return None
        return answer if injection.status is None else attrs.evolve(answer, status=injection.status)


def _object(wire: Wire, objection: Objection, details: str) -> Answer:
    match objection:
        case Objection.CONSTRAINTS:
            return refusal(wire, "invalidWorkflow", details=details)
        case Objection.PARAMETERS:
            word = "invalidActionParams" if wire is Wire.ACCOUNT_API else "invalidWorkflow"
            return refusal(wire, word, details=details)
        case Objection.PLAN:
            return refusal(wire, word_for(wire, "plusPlanRequired"))
        case Objection.NOT_BUILT:
            return refusal(
                wire,
                "notImplementedInSandbox",
                message=f"This sandbox cannot carry out {details}; the real service can.",
                status=501,
            )
        case _:
            assert_never(objection)


def _moments(exchange: Exchange) -> tuple[Moment, ...]:
    asked = exchange.route
    if asked.purpose is Purpose.OTHER:
        return ("any",)
    if asked.purpose is Purpose.POLL and asked.wire is Wire.ACCOUNT_API:
        return ("poll", "result", "any")
    return (cast("Moment", asked.purpose.value), "any")
