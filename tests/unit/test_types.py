"""Secrets and the words every layer shares."""

import copy
import json
import pickle
import traceback

import pytest

from linkedapi_async._messages import Progress, Reply, Request, State
from linkedapi_async._types import Certainty, Disposition, Scope, Secret
from linkedapi_async.testing import FakeClock

TOKEN = "linked_very_secret_1234567890"


def test_a_secret_shows_only_its_fingerprint() -> None:
    """No rendering of a secret, or of what holds it, contains the token."""
    secret = Secret(TOKEN)

    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        repr([secret]),
        repr({"t": secret.value}),
    ):
        assert TOKEN not in shown
    assert secret.fingerprint in repr(secret)


def test_a_traceback_with_locals_shows_no_token() -> None:
    """Tools that print the variables of a frame print no token."""
    value = Secret(TOKEN).value
    try:
        raise ValueError  # noqa: TRY301 - a frame is wanted
    except ValueError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )

    assert "value = '…'" in shown
    assert value not in shown.replace(f"TOKEN = {TOKEN!r}", "")


def test_a_secret_is_usable_as_the_text_it_is() -> None:
    """Its value goes into a header as issued."""
    value = Secret(TOKEN).value

    assert value == TOKEN
    assert f"{value}" == TOKEN
    assert json.loads(json.dumps(value)) == TOKEN


def test_fingerprints_tell_tokens_apart() -> None:
    """Two tokens differ in eight hex digits; equal tokens are equal."""
    one, other = Secret(TOKEN), Secret(TOKEN + "x")

    assert one == Secret(TOKEN)
    assert hash(one) == hash(Secret(TOKEN))
    assert one != other
    assert one.fingerprint != other.fingerprint
    assert len(one.fingerprint) == 8
    assert int(one.fingerprint, 16) >= 0


def test_a_copied_secret_stays_hidden() -> None:
    """Pickling and copying keep the value and the silence."""
    for twin in (
        pickle.loads(pickle.dumps(Secret(TOKEN))),  # noqa: S301 - our own bytes
        copy.deepcopy(Secret(TOKEN)),
    ):
        assert twin == Secret(TOKEN)
        assert TOKEN not in repr([twin, twin.value])


@pytest.mark.parametrize(
    ("state", "is_final"),
    [
        (State.PENDING, False),
        (State.RUNNING, False),
        (State.UNKNOWN, False),
        (State.COMPLETED, True),
        (State.FAILED, True),
    ],
)
def test_only_completed_and_failed_are_final(
    state: State,
    is_final: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A word unknown to this version is treated as still running."""
    assert state.is_final is is_final


@pytest.mark.parametrize(
    ("reason", "is_parked"),
    [("outsideWorkingHours", True), ("queued", False), ("brandNew", False), (None, False)],
)
def test_only_closed_hours_park_a_workflow(
    reason: str | None,
    is_parked: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Being queued, or any other reason, is plain waiting."""
    assert Progress(State.PENDING, pending_reason=reason).is_parked is is_parked


@pytest.mark.parametrize("word", [Disposition.USER_ACTION, Scope.ACCOUNT, Certainty.NOT_SENT])
def test_enum_members_are_their_words(word: str) -> None:
    """Verdicts compare and print as plain words."""
    assert word in {"user_action", "account", "not_sent"}
    assert f"{word}" == word


def test_messages_show_no_bodies() -> None:
    """A logged request or reply holds no payload."""
    request = Request("POST", "/workflows", b'{"text": "private"}')
    reply = Reply(200, {}, b'{"text": "private"}', FakeClock().wall())

    assert "private" not in repr(request) + repr(reply)
