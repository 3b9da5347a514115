"""What each generation is asked, and what its answers mean; no socket."""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

import pytest

from linkedapi_async._messages import Refusal, Reply
from linkedapi_async._types import Certainty
from linkedapi_async.errors import ConfigurationError, ProtocolError, UnsupportedByWire
from linkedapi_async.models import Changelog, Conversation, ConversationMessage, ConversationPoll
from linkedapi_async.wire import WIRES, Query, direct

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WANTED = ConversationPoll(person_url="b", type="nv")
PERSON = "https://www.linkedin.com/in/person1"
TOKYO = timezone(timedelta(hours=9))

QUERIES: dict[str, Callable[[str], Query[Any]]] = {
    "accountInfo": direct.account_info,
    "pollConversations": lambda wire: direct.conversations(
        wire, [ConversationPoll(person_url="u")]
    ),
    "pollInbox": direct.inbox,
    "pollInbox of a person": lambda wire: direct.inbox_history(wire, "u"),
    "pollNetwork": direct.network,
    "usage": lambda wire: direct.usage(wire, start="2026-01-01", end="2026-01-02"),
    "sendFeedback": lambda wire: direct.feedback(wire, "Hi", type="other", context={}),
}
PATHS: dict[str, dict[str, str]] = {
    "linked_api": {
        "accountInfo": "GET /account",
        "pollConversations": "POST /conversations/poll",
        "pollInbox": "POST /inbox/poll",
        "pollInbox of a person": "POST /inbox/poll",
        "pollNetwork": "POST /network/poll",
        "usage": "GET /stats/actions?start=2026-01-01&end=2026-01-02",
        "sendFeedback": "POST /feedback",
    },
    "linked_api_v3": {
        "pollConversations": "POST /account/conversations/poll",
        "usage": "GET /account/stats/actions?start=2026-01-01&end=2026-01-02",
    },
    "account_api": {"pollConversations": "POST /account/conversations/poll"},
}


def body_of(query: Query[Any]) -> Any:
    return None if query.request.body is None else json.loads(query.request.body)


def answer(query: Query[Any], body: object, status: int = 200) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return query.read(Reply(status, {}, content, NOON))


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("wire", WIRES)
def test_each_generation_is_asked_where_it_answers(wire: str, name: str) -> None:
    """What a generation lacks is refused before anything is sent."""
    path = PATHS[wire].get(name)
    if path is None:
        with pytest.raises(UnsupportedByWire, match=name.split(maxsplit=1)[0]):
            QUERIES[name](wire)
        return

    query: Query[Any] = QUERIES[name](wire)

    assert f"{query.request.method} {query.request.path}" == path
    assert query.name == name.split(maxsplit=1)[0]
    assert query.reads_only is (name != "sendFeedback")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (direct.inbox("linked_api"), {}),
        (
            direct.inbox("linked_api", since=NOON, type="nv", thread_id="t"),
            {"since": "2026-01-05T12:00:00.000Z", "type": "nv", "threadId": "t"},
        ),
        (
            direct.inbox_history("linked_api", PERSON, since="2026-01-05T12:00:00+01:00"),
            {"since": "2026-01-05T12:00:00+01:00", "personUrl": PERSON},
        ),
        (direct.network("linked_api"), {}),
        (
            direct.network("linked_api", since=NOON.astimezone(TOKYO), type="connectionAdded"),
            {"since": "2026-01-05T12:00:00.000Z", "type": "connectionAdded"},
        ),
        (
            direct.conversations(
                "linked_api_v3",
                [
                    ConversationPoll(person_url="a", since="2026-01-05"),
                    ConversationPoll(person_url="b", type="nv"),
                ],
            ),
            [
                {"personUrl": "a", "type": "st", "since": "2026-01-05"},
                {"personUrl": "b", "type": "nv"},
            ],
        ),
        (
            direct.conversations(
                "account_api",
                [
                    ConversationPoll(person_url="a", since=NOON),
                    ConversationPoll(person_url="b", type="nv"),
                ],
            ),
            {
                "standard": [{"person": "a", "since": "2026-01-05T12:00:00.000Z"}],
                "salesNavigator": [{"person": "b"}],
            },
        ),
        (
            direct.conversations("linked_api", cast("Any", [{"personUrl": "a"}, WANTED])),
            [{"personUrl": "a", "type": "st"}, {"personUrl": "b", "type": "nv"}],
        ),
        (
            direct.feedback(
                "linked_api", "Hi", type="bug", context={"severity": "low", "surface": None}
            ),
            {"type": "bug", "message": "Hi", "context": {"severity": "low"}},
        ),
    ],
)
def test_bodies(query: Query[Any], body: object) -> None:
    """What was left out is not sent; a moment is sent in UTC, a text as it is."""
    assert body_of(query) == body


@pytest.mark.parametrize(
    ("since", "query"),
    [
        (None, ""),
        ("2026-10-01", "?since=2026-10-01"),
        (date(2026, 10, 1), "?since=2026-10-01"),
        ("2026-10-01T12:34:56+02:00", "?since=2026-10-01T12%3A34%3A56%2B02%3A00"),
        (NOON, "?since=2026-01-05T12%3A00%3A00.000Z"),
    ],
)
def test_the_changelog_is_asked_since(since: Any, query: str) -> None:
    """Days and zoned moments, encoded."""
    assert direct.changelog(since).request.path == f"/api/changelog{query}"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: direct.inbox("linked_api", since="yesterday"), "since='yesterday'"),
        (
            lambda: direct.conversations("linked_api", cast("Any", ["a"])),
            "='a' has to be a ConversationPoll",
        ),
        (
            lambda: direct.conversations("linked_api", cast("Any", [{"person": "a"}])),
            "has to be a ConversationPoll",
        ),
        (lambda: direct.inbox("linked_api", since=datetime(2026, 1, 5)), "aware"),  # noqa: DTZ001 - the point
        (lambda: direct.changelog(datetime(2026, 1, 5)), "since=datetime"),  # noqa: DTZ001 - the point
        (lambda: direct.inbox_history("linked_api", " "), "person_url"),
        (lambda: direct.feedback("linked_api", "", type="bug", context={}), "message"),
        (
            lambda: direct.feedback("linked_api", "Hi", type="bug", context={"x": math.nan}),
            "JSON",
        ),
        (
            lambda: direct.conversations(
                "account_api",
                [ConversationPoll(person_url="u", type="xx")],  # type: ignore[arg-type]  # the point
            ),
            "'xx'",
        ),
        (lambda: direct.usage("linked_api", start="soon", end=NOON), "start='soon'"),
        (lambda: direct.usage("linked_api", start=NOON, end="late"), "end='late'"),
        (lambda: direct.usage("linked_api", start=NOON, end=NOON), "to lie before"),
        (
            lambda: direct.usage("linked_api", start="2026-01-06", end="2026-01-05T23:00:00"),
            "before",
        ),
        (
            lambda: direct.usage(
                "linked_api", start=NOON, end=NOON + timedelta(days=30, microseconds=1)
            ),
            "30 days",
        ),
    ],
)
def test_bad_questions_are_refused_unsent(ask: Any, said: str) -> None:
    """Moments, spans and texts are checked before anything is sent."""
    with pytest.raises(ConfigurationError, match=said):
        ask()


def test_thirty_days_are_fine() -> None:
    """The longest span the service takes, told in two ways."""
    query = direct.usage("linked_api", start="2026-01-05T12:00:00", end=NOON + timedelta(days=30))

    assert query.request.path.endswith(
        "?start=2026-01-05T12%3A00%3A00&end=2026-02-04T12%3A00%3A00.000Z"
    )


@pytest.mark.parametrize(
    ("result", "place"),
    [
        (["x"], "result, got array"),
        ({"messages": {}}, "result.messages, got object"),
        ({"messages": [{"id": 1}]}, r"result.messages\[0\].id, got int"),
    ],
)
def test_odd_answers_name_the_place(result: object, place: str) -> None:
    """What is not of the documented form is raised with where it stands."""
    with pytest.raises(ProtocolError, match=place):
        answer(direct.inbox("linked_api"), {"success": True, "result": result})


@pytest.mark.parametrize("name", QUERIES)
def test_an_answer_without_a_result_is_none(name: str) -> None:
    """It is asked for again, as far as that is harmless."""
    refusal = answer(QUERIES[name]("linked_api"), {"success": True})

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.certainty) == ("undecodableReply", Certainty.MAYBE_ACCEPTED)


@pytest.mark.parametrize("name", QUERIES)
def test_a_refusal_is_read(name: str) -> None:
    """Whether it comes with success=false or with an HTTP status."""
    error = {"type": "invalidIdentificationToken", "message": "No."}

    for status in (200, 401):
        refusal = answer(QUERIES[name]("linked_api"), {"success": False, "error": error}, status)

        assert isinstance(refusal, Refusal)
        assert refusal.code == "invalidIdentificationToken"
        assert refusal.certainty is Certainty.REJECTED


def test_lists_that_are_left_out_are_empty() -> None:
    """The official SDK takes them for empty, too."""
    for query in (direct.inbox("linked_api"), direct.network("linked_api")):
        assert answer(query, {"success": True, "result": {}}) == []
    history = answer(direct.inbox_history("linked_api", PERSON), {"success": True, "result": {}})
    assert (history.messages, history.threads) == ([], [])


def test_feedback_needs_its_id() -> None:
    """It was taken, but under which name nobody knows."""
    query = direct.feedback("linked_api", "Hi", type="bug", context={})

    with pytest.raises(ProtocolError, match=r"result\.feedbackId") as caught:
        answer(query, {"success": True, "result": {}})

    assert caught.value.certainty is Certainty.ACCEPTED


ENTRY = {"since": "2026-01-05", "messages": [{"id": "m", "sender": "them", "text": "Hi"}]}
FOUND = [ConversationMessage(id="m", sender="them", text="Hi")]


@pytest.mark.parametrize("name", ["person", "personUrl"])
@pytest.mark.parametrize("is_wrapped", [True, False])
def test_the_account_api_answers_in_groups(name: str, is_wrapped: bool) -> None:  # noqa: FBT001 - a column
    """Below `completion` or bare, with the names of the request or with later ones."""
    query = direct.conversations("account_api", [ConversationPoll(person_url="a")])
    groups: Any = {
        "standard": [{name: "a", **ENTRY}],
        "salesNavigator": [{name: "b", "messages": list[Any]()}],
    }

    found = answer(query, {"status": "completed", "completion": groups} if is_wrapped else groups)

    assert found == [
        Conversation(person_url="a", type="st", since="2026-01-05", messages=FOUND),
        Conversation(person_url="b", type="nv", messages=[]),
    ]


def test_odd_answers_of_the_account_api() -> None:
    """A failure is one; anything else is not readable."""
    query = direct.conversations("account_api", [])
    error = {"type": "conversationsNotSynced", "message": "No."}

    assert answer(query, {"status": "failed", "error": error}).code == "conversationsNotSynced"
    assert answer(query, {"status": "completed", "completion": {}}).code == "undecodableReply"
    odd: list[Any] = [{"standard": {}}, {"standard": ["x"]}]
    for groups in odd:
        with pytest.raises(ProtocolError, match="standard"):
            answer(query, {"completion": groups})


@pytest.mark.parametrize("since", ["2026-10-01", None])
def test_a_changelog_is_read(since: str | None) -> None:
    """Releases with their changes, and where these are documented."""
    item = {"title": "T", "body": "B", "docs": "/docs/x", "new": 1}
    body = {"since": since, "count": 1, "entries": [{"date": "2026-09-28", "items": [item]}]}

    found: Changelog = answer(direct.changelog(), body)

    (release,) = found.entries
    (change,) = release.items or []
    assert (found.since, found.count) == (since, 1)
    assert (release.date, release.day) == ("2026-09-28", date(2026, 9, 28))
    assert (change.title, change.docs_url) == ("T", "https://linkedapi.io/docs/x")


def test_a_changelog_may_say_little() -> None:
    """What is missing or odd is `None`; without releases it is none."""
    body: dict[str, list[dict[str, Any]]] = {"entries": [{"date": "soon", "items": [{}]}, {}]}

    found: Changelog = answer(direct.changelog(), body)

    assert (found.since, found.count) == (None, None)
    assert [release.day for release in found.entries] == [None, None]
    assert (found.entries[0].items or [])[0].docs_url is None
    with pytest.raises(ProtocolError, match="entries"):
        answer(direct.changelog(), {})


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, {"error": "since must be a date"}), (500, b"<html>"), (404, {"error": "Nothing"})],
)
def test_the_site_refuses_in_its_own_way(status: int, body: object) -> None:
    """A text where the API has an object; its status decides."""
    refusal = answer(direct.changelog(), body, status)

    assert (refusal.code, refusal.status) == ("httpError", status)
    assert "since must be a date" in refusal.message or status != 400
