"""The Account API (G2), the generation of the page this library began with.

One endpoint takes workflows. The reply is the end itself, held open until then, or a result link
to ask again; this wire asks for the link. The header name that does so is documented for the
generation before and inferred for this one.

Source: https://linkedapi.io/docs/account-api/executing-workflows/
"""

from typing import ClassVar, Final
from urllib.parse import urlsplit

import attrs

from linkedapi_async._messages import Progress, Refusal, Reply, Request, State
from linkedapi_async._types import Certainty, Json, JsonObject, WorkflowId
from linkedapi_async.errors import UnsupportedByWire, find

from ._envelope import as_object, as_text, encode, failure_of, read_body, refuse, state_of

__all__ = ["AccountApiWire"]

_HTTP_ERROR: Final = 400
_RESULT: Final = "/account/results/{hash}"


class AccountApiWire:
    """Post to `/account/workflow`, then follow the result link on the configured origin only."""

    name: ClassVar[str] = "account_api"
    token_header: ClassVar[str] = "account-api-token"  # noqa: S105 - a header's name
    can_cancel: ClassVar[bool] = False
    holds_starts: ClassVar[bool] = True
    has_webhooks: ClassVar[bool] = False

    def __init__(self, base_url: str) -> None:
        """Take the origin that result links have to lie on."""
        self._origin = _origin(base_url)

    def start(self, workflow: Json) -> Request:
        """Return the POST; its reply may all the same be held open until the end."""
        return Request(
            "POST",
            "/account/workflow",
            encode(workflow),
            headers={"result-handling": "reslink"},
            is_held=True,
        )

    def poll(self, workflow_id: WorkflowId) -> Request:
        """Return the GET of a result link.

        Raises:
            UnsupportedByWire: The link is no address on the configured origin, where alone the
                tokens may go; nothing was sent.
        """
        if not self._is_ours(workflow_id):
            msg = f"{workflow_id!r} is no result link on {self._origin}"
            raise UnsupportedByWire(msg, code="foreignResultLink", workflow_id=workflow_id)
        return Request("GET", workflow_id, template=_RESULT)

    def cancel(self, workflow_id: WorkflowId) -> Request:
        """Refuse: this generation cannot cancel.

        Raises:
            UnsupportedByWire: Always; nothing was sent.
        """
        msg = "The Account API cannot cancel a workflow"
        raise UnsupportedByWire(msg, workflow_id=workflow_id)

    def read_cancel(self, reply: Reply) -> bool | Refusal:
        """Return that there is no such reply in this generation."""
        return refuse(reply, "undecodableReply", "The Account API has no reply to a cancel")

    def read_start(self, reply: Reply) -> Progress | Refusal:
        """Return the end itself, or the link to ask again.

        A `failed` body may be the end of a reply held open, so it proves a refusal only by a 4xx
        status or a type that the service says before it runs anything.
        """
        body = read_body(reply, trusts_type=False)
        if isinstance(body, Refusal):
            return _later(body)
        if as_text(body.get("status")) is None:
            return refuse(reply, "undecodableReply", "The reply to the start names no status")
        progress = _progress(body)
        if progress.state.is_final:
            return progress
        details = as_object(body.get("progress")) or as_object(body.get("process"))
        link = as_text(details.get("resultLink"))
        if link is None:
            return _without_link(reply, details)
        is_path = link.startswith("/") and not link.startswith("//")
        named = WorkflowId(self._origin + link if is_path else link)
        if not self._is_ours(named):
            where = f"The result link lies on {_origin(link)}, not on {self._origin}"
            refusal = refuse(reply, "foreignResultLink", where, certainty=Certainty.ACCEPTED)
            return attrs.evolve(refusal, workflow_id=named)
        return Progress(
            state=progress.state,
            workflow_id=named,
            word=progress.word,
            message=as_text(details.get("message")),
        )

    def read_poll(self, reply: Reply) -> Progress | Refusal:
        """Return the state behind a result link; a failure in its envelope is the workflow's."""
        body = read_body(reply, trusts_type=False)
        if not isinstance(body, Refusal):
            if as_text(body.get("status")) is None:
                return refuse(reply, "undecodableReply", "The result link's reply names no status")
            return _progress(body)
        row = find(body.code)
        ended = body.is_envelope and reply.status < _HTTP_ERROR
        if ended and not (row is not None and row.is_preflight):
            return Progress(
                State.FAILED,
                word="failed",
                failure=Refusal(
                    body.code, body.message, Certainty.ACCEPTED, body.status, is_envelope=True
                ),
            )
        return body

    def _is_ours(self, link: str) -> bool:
        return bool(self._origin) and _origin(link) == self._origin


def _later(refusal: Refusal) -> Refusal:
    """Say what a `failed` start proves: some types only come before anything runs."""
    if not refusal.is_envelope or refusal.certainty is Certainty.REJECTED:
        return refusal
    row = find(refusal.code)
    if row is None:
        return refusal
    certainty = Certainty.REJECTED if row.is_preflight else Certainty.ACCEPTED
    return Refusal(
        refusal.code,
        refusal.message,
        certainty,
        refusal.status,
        refusal.retry_after,
        is_envelope=True,
    )


def _without_link(reply: Reply, details: JsonObject) -> Refusal:
    if "webhook" in details:
        return refuse(
            reply,
            "resultSentElsewhere",
            "The result will go to a webhook, and there is no link to ask",
            certainty=Certainty.ACCEPTED,
        )
    return refuse(reply, "undecodableReply", "Started, but the reply gives no resultLink")


def _progress(body: JsonObject) -> Progress:
    word = body.get("status")
    state = state_of(word)
    details = as_object(body.get("progress"))
    return Progress(
        state=state,
        word=str(word),
        message=as_text(details.get("message")),
        completion=body.get("completion"),
        failure=failure_of(body.get("error"), word="type") if state is State.FAILED else None,
    )


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if not parts.hostname or scheme not in {"http", "https"} or parts.username is not None:
        return ""
    return f"{scheme}://{parts.hostname}:{port or (443 if scheme == 'https' else 80)}"
