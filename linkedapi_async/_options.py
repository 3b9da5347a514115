"""What a client is given, checked: every fault named with the option and its value."""

import math
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from ._credentials import Token, TokenSource
from ._proxy import Proxy
from ._types import Plan
from .errors import ConfigurationError
from .operations._base import Operation
from .policy import Pace, Policy
from .wire import WIRES, Wire

if TYPE_CHECKING:
    from .receiver import WebhookReceiver

__all__ = [
    "BASE_URL",
    "check_count",
    "check_operation",
    "check_url",
    "check_workflow_id",
    "choose_pace",
    "choose_plan",
    "choose_proxy",
    "choose_receiver",
    "main_token",
    "with_deadline",
    "with_waiting",
]

BASE_URL: Final = "https://api.linkedapi.io"


def main_token(
    linked: Token | None, account: Token | None, wire: str | None
) -> tuple[TokenSource, str]:
    """Return the main token, and the wire it belongs to unless one was named.

    Raises:
        ConfigurationError: There is none, one too many, or not that wire's.
    """
    if linked is not None and account is not None:
        msg = "linked_api_token and account_api_token exclude each other: each has its own API"
        raise ConfigurationError(msg)
    if linked is None and account is None:
        msg = "linked_api_token is missing (or account_api_token, for the older Account API)"
        raise ConfigurationError(msg)
    if wire is not None and wire not in WIRES:
        msg = f"wire={wire!r} is not one of {', '.join(WIRES)}"
        raise ConfigurationError(msg)
    if linked is not None:
        if wire not in {None, "linked_api"}:
            msg = f"wire={wire!r} takes account_api_token, not linked_api_token"
            raise ConfigurationError(msg)
        return TokenSource(linked, option="linked_api_token"), "linked_api"
    if wire == "linked_api":
        msg = "wire='linked_api' takes linked_api_token, not account_api_token"
        raise ConfigurationError(msg)
    assert account is not None  # noqa: S101 - one of the two is given
    return TokenSource(account, option="account_api_token"), wire or "account_api"


def check_operation(value: object, *, or_class: bool = False) -> None:
    """Let operations pass, and their classes where these will do.

    Raises:
        ConfigurationError: It is something else, such as bare JSON.
    """
    is_class = or_class and isinstance(value, type) and issubclass(value, Operation)
    if not is_class and not isinstance(value, Operation):
        msg = (
            f"operation={value!r} is no operation, such as FetchPerson(person_url=...) "
            "or CustomWorkflow({...})"
        )
        raise ConfigurationError(msg)


def check_workflow_id(value: object) -> None:
    """Let ids of workflows pass, whatever they look like.

    Raises:
        ConfigurationError: It is no text, or an empty one.
    """
    if not isinstance(value, str) or not value.strip():
        msg = f"workflow_id={value!r} has to be a text with something in it"
        raise ConfigurationError(msg)


def check_url(base_url: str) -> str:
    """Return the service's address without a trailing slash.

    Raises:
        ConfigurationError: It is no plain address.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    extra = parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in {"http", "https"} or not host or extra:
        msg = (
            f"base_url={base_url!r} is no plain http(s) address like {BASE_URL} "
            "(no user, query or fragment)"
        )
        raise ConfigurationError(msg)
    return base_url.rstrip("/")


def choose_pace(polls_per_second: float) -> Pace:
    """Return the budget of polls.

    Raises:
        ConfigurationError: It is no number above 0.
    """
    if 0 < polls_per_second < math.inf:
        return Pace(polls_per_second)
    msg = f"polls_per_second={polls_per_second!r} has to be a number above 0, or None"
    raise ConfigurationError(msg)


def choose_plan(plan: Plan | str | None) -> Plan | None:
    """Return the seat named, `None` for one that nobody named.

    Raises:
        ConfigurationError: There is no such seat.
    """
    try:
        return None if plan is None else Plan(plan)
    except ValueError:
        msg = f"plan={plan!r} is not one of {', '.join(Plan)}"
        raise ConfigurationError(msg) from None


def choose_proxy(proxy: str | None, base_url: str, *, trust_env: bool) -> Proxy | None:
    """Return the proxy given, else the one the environment names, if that counts.

    Raises:
        ConfigurationError: It is no address of an HTTP proxy.
    """
    if proxy is not None:
        return Proxy.parse(proxy, origin="the option proxy")
    return Proxy.from_environment(base_url) if trust_env else None


def check_count(option: str, value: object) -> int:
    """Return a number of something.

    Raises:
        ConfigurationError: It is none, or below one.
    """
    if not isinstance(value, int) or value < 1:
        msg = f"{option}={value!r} has to be a whole number, 1 or more"
        raise ConfigurationError(msg)
    return value


def choose_receiver(receiver: object, wire: Wire) -> "WebhookReceiver | None":
    """Return what hears of ends, `None` where nothing does.

    Raises:
        ConfigurationError: It hears nothing, or nothing of this wire.
    """
    if receiver is None:
        return None
    from .receiver import WebhookReceiver  # noqa: PLC0415 - only who uses one imports webhooks

    if not isinstance(receiver, WebhookReceiver):
        msg = f"receiver={receiver!r} is no WebhookReceiver"
        raise ConfigurationError(msg)
    if not wire.has_webhooks:
        msg = f"receiver cannot be used with wire={wire.name!r}: that generation has no webhooks"
        raise ConfigurationError(msg)
    return receiver


def with_waiting(policy: Policy | None, waiting: str | None) -> Policy | None:
    """Return the policy with the taste given in its place.

    Raises:
        ConfigurationError: There is no such taste, or the policy is none.
    """
    if waiting is None:
        return policy
    return attrs.evolve(with_deadline(policy, None), waiting=waiting)


def with_deadline(policy: object, deadline: float | None) -> Policy:
    """Return the policy with the deadline given in its place; the default one for `None`.

    Raises:
        ConfigurationError: One of them is unusable.
    """
    if policy is None:
        policy = Policy.service()
    if not isinstance(policy, Policy):
        msg = f"policy={policy!r} is no Policy, such as Policy.batch()"
        raise ConfigurationError(msg)
    return policy if deadline is None else attrs.evolve(policy, deadline=deadline)
