"""What `doctor` looks at: the environment, then the service's answer to one harmless question."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from linkedapi_async._types import Remedy, Scope, Secret
from linkedapi_async.client import LinkedApi
from linkedapi_async.errors import LinkedApiError, find
from linkedapi_async.operations.custom import CustomWorkflow
from linkedapi_async.policy import Policy
from linkedapi_async.wire import LinkedApiWire

from ._exits import BY_DISPOSITION, Exit
from ._probe import Finding

__all__ = ["Setup", "ask", "look_at", "setup_of"]

_REAL: Final = "https://api.linkedapi.io"
_NOWHERE: Final = {
    "linked_api_v3": "account-00000000-0000-0000-0000-000000000000",
    "account_api": "{base_url}/account/results/00000000-0000-0000-0000-000000000000",
}
"""Names of workflows that do not exist, by wire."""
_MAIN: Final = "main token"
_IDENTIFICATION: Final = "identification token"
_ONCE: Final = Policy(max_attempts=1, connect_timeout=10.0, read_timeout=30.0)


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
    is_current = setup.wire == LinkedApiWire.name
    tokens: dict[str, Any] = {
        "linked_api_token" if is_current else "account_api_token": setup.main.value,
        "identification_token": setup.identification.value,
    }
    api = LinkedApi(**tokens, wire=setup.wire, base_url=setup.base_url, policy=_ONCE)
    try:
        async with api:
            if is_current:
                info = await api.account_info()
                return _welcome(f"opens the account of {info.name}, {info.url}")
            place = _NOWHERE[setup.wire].format(base_url=setup.base_url)
            await api.attach(CustomWorkflow, place).status()
    except LinkedApiError as error:
        return _refused(error, is_question_answerable=is_current)
    return _welcome("accepted")


def _welcome(who: str) -> list[Finding]:
    return [Finding(_MAIN, "accepted"), Finding(_IDENTIFICATION, who)]


def _refused(error: LinkedApiError, *, is_question_answerable: bool) -> list[Finding]:
    row = find(error.code)
    if row is None and not is_question_answerable:
        return _welcome("accepted")
    told = f"{error.message.rstrip('.')} [{error.code}]"
    code = BY_DISPOSITION[error.disposition]
    if row is None or row.remedy is not Remedy.TOKEN:
        return [Finding("answer", told, error.hint, code)]
    if error.scope is Scope.CLIENT:
        return [Finding(_MAIN, told, error.hint, code)]
    return [Finding(_MAIN, "accepted"), Finding(_IDENTIFICATION, told, error.hint, code)]


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
