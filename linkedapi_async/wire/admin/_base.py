"""What all methods share: how a request looks, how its reply is read, what may be sent again."""

import re
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeVar, cast

import attrs

from linkedapi_async._convert import structure
from linkedapi_async._messages import Refusal, Reply, Request
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors import ProtocolError
from linkedapi_async.wire._envelope import encode, read_body, refuse
from linkedapi_async.wire._query import Query

__all__ = ["Repeat", "facts_of", "member", "nothing", "query", "whole"]

R = TypeVar("R")

_SECRETS: Final = re.compile(rb'"(?:identificationToken|token|secret)"')


class Repeat(Enum):
    """Why a method may be sent again when nobody knows whether it was carried out, or may not."""

    READS = "reads"
    """It changes nothing. `accounts.getAll` may open a reconnection session for a signed-out
    account, and only if none is open."""
    SETTLES = "settles"
    """It says what shall be, so the second time leaves what the first has left and is answered
    alike. A limit that is deleted is never missing: the default stands behind it. Parsing an
    account anew twice reads one profile twice."""
    NEVER = "never"
    """The second time would add something (a session, a webhook, a delivery), take another secret,
    spend money, or be refused because the first has removed what it names, which would deny what
    was done."""


def query(
    name: str, params: JsonObject | None, unpack: Callable[[Json], R], repeat: Repeat
) -> Query[R]:
    """Return the query that asks for a method.

    Args:
        name: Resource and action, as the path has them.
        params: The body, keys with `null` included; `None` sends no body at all.
        unpack: Returns the answer from the `result` of the reply.
        repeat: Whether it may be sent again.
    """

    def read(reply: Reply) -> R | Refusal:
        found = _read(reply, unpack)
        if isinstance(found, _Misfit):
            msg = f"{name}: {found.message}"
            raise ProtocolError(msg, code="unreadableAnswer")
        return found

    body = None if params is None else encode(params)
    request = Request("POST", f"/admin/{name}", body)
    return Query(name, request, read, reads_only=repeat is not Repeat.NEVER)


def whole(kind: type[R]) -> Callable[[Json], R]:
    """Return what reads a whole `result`."""
    return lambda result: structure(result, kind, path="result")


def member(key: str, kind: type[R]) -> Callable[[Json], R]:
    """Return what reads one member of a `result`, which has to be there."""

    def read(result: Json) -> R:
        return structure(facts_of(result).get(key), kind, path=f"result.{key}")

    return read


def facts_of(result: Json) -> JsonObject:
    """Return a `result`, which has to be an object."""
    structure(result, _Facts, path="result")
    return cast("JsonObject", result)


def nothing(result: Json) -> None:
    """Read the `result` of a method that has none."""


@attrs.frozen
class _Facts:
    """Any object at all."""


@attrs.frozen
class _Misfit:
    """A reply that says yes in a form nobody knows.

    Attributes:
        message: What was expected where.
    """

    message: str


def _read(reply: Reply, unpack: Callable[[Json], R]) -> R | Refusal | _Misfit:
    """Return what a reply says; what it holds stays in this frame, since it may be a token."""
    body = read_body(reply, trusts_type=True)
    if isinstance(body, Refusal):
        if body.is_envelope or not _SECRETS.search(reply.body):
            return body
        message = f"HTTP {reply.status} with a reply that may hold a token, so it is not shown"
        return attrs.evolve(body, message=message)
    if body.get("success") is not True and "result" not in body:
        return refuse(reply, "undecodableReply", "The reply says neither success nor failure")
    try:
        return unpack(body.get("result"))
    except ProtocolError as error:
        return _Misfit(error.message)
