"""What `doctor` looks at: the environment, then the service's answer to one harmless question."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

import attrs

from linkedapi_async._clock import SystemClock
from linkedapi_async._messages import Refusal, Request
from linkedapi_async._proxy import Proxy
from linkedapi_async._transport import Delivery, Settings, Transport
from linkedapi_async._types import JsonObject, Remedy, Scope, Secret, WorkflowId
from linkedapi_async.policy import classify
from linkedapi_async.wire import LinkedApiWire, open_wire
from linkedapi_async.wire._envelope import as_object, read_body

from ._exits import BY_DISPOSITION, Exit
from ._probe import Finding

__all__ = ["Setup", "ask", "look_at", "setup_of"]

_REAL: Final = "https://api.linkedapi.io"
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_MAIN: Final = "main token"
_IDENTIFICATION: Final = "identification token"
_CONNECT_TIMEOUT: Final = 10.0
_READ_TIMEOUT: Final = 30.0


@attrs.frozen(kw_only=True)
class Setup:
    """What a client would be given.

    Attributes:
        wire: Generation of the API.
        base_url: Address of the service.
        main: Main token.
        identification: Token of the LinkedIn account.
    """

    wire: str
    base_url: str
    main: Secret
    identification: Secret


def look_at(environment: Mapping[str, str], base_url: str | None) -> Iterator[Finding]:
    """Yield what is well and what is not about the variables.

    Args:
        environment: The variables.
        base_url: An address that counts in place of theirs.
    """
    mains = [name for name in ("LINKED_API_TOKEN", "ACCOUNT_API_TOKEN") if environment.get(name)]
    if len(mains) > 1:
        yield _wrong(_MAIN, f"{' and '.join(mains)} are both set", "Unset the one not to be used.")
    elif not mains:
        yield _wrong(
            _MAIN,
            f"LINKED_API_TOKEN is {_absence(environment, 'LINKED_API_TOKEN')}",
            "Copy it from https://app.linkedapi.io. (ACCOUNT_API_TOKEN is for the older API.)",
        )
    else:
        yield _token(_MAIN, mains[0], environment[mains[0]])
    name = "IDENTIFICATION_TOKEN"
    if environment.get(name):
        yield _token(_IDENTIFICATION, name, environment[name])
    else:
        yield _wrong(
            _IDENTIFICATION,
            f"{name} is {_absence(environment, name)}",
            "Copy it from https://app.linkedapi.io; each LinkedIn account there has its own.",
        )
    yield _address(base_url or environment.get("LINKED_API_BASE_URL") or _REAL)


def setup_of(environment: Mapping[str, str], wire: str | None, base_url: str | None) -> Setup:
    """Return what a client would make of variables that are well."""
    main = environment.get("LINKED_API_TOKEN")
    return Setup(
        wire=wire or ("linked_api" if main else "account_api"),
        base_url=(base_url or environment.get("LINKED_API_BASE_URL") or _REAL).rstrip("/"),
        main=Secret((main or environment["ACCOUNT_API_TOKEN"]).strip()),
        identification=Secret(environment["IDENTIFICATION_TOKEN"].strip()),
    )


async def ask(setup: Setup) -> list[Finding]:
    """Return what the service says to the tokens.

    The current API is asked who the account is. The older ones have no such question: they are
    asked for a workflow that does not exist, since they judge the tokens first.
    """
    wire = open_wire(setup.wire, setup.base_url)
    if wire.name == LinkedApiWire.name:
        request = Request("GET", "/account")
    elif wire.name == "account_api":
        request = wire.poll(WorkflowId(f"{setup.base_url}/account/results/{_NOBODY}"))
    else:
        request = wire.poll(WorkflowId(f"account-{_NOBODY}"))
    headers = {"client": "linkedapi-async-python", "Accept": "application/json"}
    proxy = Proxy.from_environment(setup.base_url)
    clock = SystemClock()
    transport = Transport(Settings(base_url=setup.base_url, headers=headers, proxy=proxy), clock)
    try:
        reply = await transport.send(
            request,
            {wire.token_header: setup.main, "identification-token": setup.identification},
            connect_timeout=_CONNECT_TIMEOUT,
            read_timeout=_READ_TIMEOUT,
            remaining=None,
            delivery=Delivery(clock),
        )
    finally:
        await transport.close()
    outcome = reply if isinstance(reply, Refusal) else read_body(reply, trusts_type=True)
    if isinstance(outcome, Refusal):
        return _refused(outcome, is_question_answerable=wire.name == LinkedApiWire.name)
    return _welcome(outcome)


def _welcome(body: JsonObject) -> list[Finding]:
    result = as_object(body.get("result"))
    who = f"opens the account of {result.get('name')}, {result.get('url')}"
    return [Finding(_MAIN, "accepted"), Finding(_IDENTIFICATION, who if result else "accepted")]


def _refused(refusal: Refusal, *, is_question_answerable: bool) -> list[Finding]:
    verdict = classify(refusal, {})
    if refusal.is_envelope and verdict.row is None and not is_question_answerable:
        return [Finding(_MAIN, "accepted"), Finding(_IDENTIFICATION, "accepted")]
    told = f"{refusal.message.rstrip('.')} [{refusal.code}]"
    code = BY_DISPOSITION[verdict.disposition]
    if verdict.row is None or verdict.row.remedy is not Remedy.TOKEN:
        return [Finding("answer", told, verdict.hint, code)]
    if verdict.scope is Scope.CLIENT:
        return [Finding(_MAIN, told, verdict.hint, code)]
    return [Finding(_MAIN, "accepted"), Finding(_IDENTIFICATION, told, verdict.hint, code)]


def _token(what: str, name: str, value: str) -> Finding:
    bare = value.strip()
    if bare[:1] in {"'", '"', "<"} or not bare.isascii() or len(bare.split()) != 1:
        return _wrong(
            what,
            f"{name} is set, but has quotes, brackets, spaces or letters no token has",
            "Copy the token alone, without anything around it.",
        )
    return Finding(what, f"{name} is set, {len(bare)} characters")


def _address(base_url: str) -> Finding:
    try:
        parts = urlsplit(base_url)
        is_fine = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_fine = is_fine and (parts.port or 1) > 0
    except ValueError:
        is_fine = False
    if is_fine:
        return Finding("address", base_url)
    return _wrong("address", f"{base_url!r} is no http(s) address", f"It looks like {_REAL}.")


def _absence(environment: Mapping[str, str], name: str) -> str:
    return "empty" if name in environment else "not set"


def _wrong(what: str, seen: str, remedy: str) -> Finding:
    return Finding(what, seen, remedy, Exit.FATAL)
