"""What the replies of each generation mean."""

from collections.abc import Callable
from typing import Any

import pytest

from linkedapi_async._messages import Progress, Refusal, Reply, State
from linkedapi_async._types import Certainty
from linkedapi_async.wire import Wire, open_wire

NOT_SENT, REJECTED, MAYBE_ACCEPTED, ACCEPTED = Certainty
ORIGIN = "https://api.linkedapi.io"
LINK = f"{ORIGIN}/account/results/abc"
TREE: dict[str, Any] = {"actionType": "st.openPersonPage", "success": True, "data": {"name": "Ada"}}

Make = Callable[..., Reply]


@pytest.fixture
def current() -> Wire:
    """The current API."""
    return open_wire("linked_api", ORIGIN)


@pytest.fixture
def account_api() -> Wire:
    """The Account API of the first page."""
    return open_wire("account_api", ORIGIN)


def progress(outcome: Progress | Refusal) -> Progress:
    assert isinstance(outcome, Progress)
    return outcome


def refused(outcome: object) -> Refusal:
    assert isinstance(outcome, Refusal)
    return outcome


# ── Starts ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["linked_api", "linked_api_v3"])
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({}, Progress(State.PENDING)),
        ({"workflowStatus": None}, Progress(State.PENDING)),
        ({"workflowStatus": "running"}, Progress(State.RUNNING, word="running")),
        (
            {"workflowStatus": "pending", "pendingReason": "queued", "message": "Soon."},
            Progress(State.PENDING, word="pending", pending_reason="queued", message="Soon."),
        ),
        (
            {"workflowStatus": "pending", "pendingReason": None, "message": ""},
            Progress(State.PENDING, word="pending"),
        ),
        (
            {"workflowStatus": "completed", "completion": TREE},
            Progress(State.COMPLETED, word="completed", completion=TREE),
        ),
        ({"workflowStatus": "dreaming"}, Progress(State.UNKNOWN, word="dreaming")),
    ],
)
def test_a_started_workflow_is_named(
    reply: Make, name: str, result: dict[str, Any], expected: Progress
) -> None:
    """Of an acceptance only the id is needed; whatever else is said is read."""
    body = {"success": True, "result": {"workflowId": "wf-1", **result}}

    started = progress(open_wire(name, ORIGIN).read_start(reply(body)))

    assert started.workflow_id == "wf-1"
    for fact in ("state", "word", "pending_reason", "message", "completion", "failure"):
        assert getattr(started, fact) == getattr(expected, fact), fact


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "result": {}},
        {"success": True, "result": {"workflowId": None}},
        {"success": True, "result": {"workflowId": ""}},
        {"success": True, "result": {"workflowId": 5}},
        {"success": True, "result": ["wf-1"]},
        {"success": True, "result": None},
        {"success": True},
        {},
    ],
)
@pytest.mark.parametrize("name", ["linked_api", "linked_api_v3"])
def test_an_acceptance_without_an_id_proves_nothing(
    reply: Make, name: str, body: dict[str, Any]
) -> None:
    """A 200 that names no workflow may have started one."""
    outcome = refused(open_wire(name, ORIGIN).read_start(reply(body)))

    assert (outcome.code, outcome.certainty) == ("undecodableReply", MAYBE_ACCEPTED)


@pytest.mark.parametrize(
    "link",
    [LINK, "https://api.linkedapi.io:443/account/results/abc"],
)
@pytest.mark.parametrize(
    ("word", "details", "state"),
    [
        ("running", "progress", State.RUNNING),
        ("processing", "process", State.RUNNING),
        ("pending", "progress", State.PENDING),
        ("dreaming", "progress", State.UNKNOWN),
    ],
)
def test_the_account_api_gives_a_link(  # noqa: PLR0917 - columns of the table
    account_api: Wire, reply: Make, word: str, details: str, state: State, link: str
) -> None:
    """The result link is the workflow's id; its older spelling is understood."""
    body = {"status": word, details: {"message": "Running.", "resultLink": link}}

    started = progress(account_api.read_start(reply(body)))

    assert (started.state, started.word, started.workflow_id) == (state, word, link)
    assert started.message == "Running."


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/account/results/abc",
        "https://user@api.linkedapi.io/account/results/abc",
        "https://api.linkedapi.io:8443/account/results/abc",
        "http://api.linkedapi.io/account/results/abc",
        "//evil.example/account/results/abc",
        "account/results/abc",
    ],
)
def test_a_link_elsewhere_is_reported_and_not_followed(
    account_api: Wire, reply: Make, link: str
) -> None:
    """The workflow runs, and its result lies where the tokens must not go; the link is kept."""
    body = {"status": "running", "progress": {"resultLink": link}}

    outcome = refused(account_api.read_start(reply(body)))

    assert (outcome.code, outcome.certainty) == ("foreignResultLink", ACCEPTED)
    assert outcome.workflow_id == link


def test_a_link_without_an_origin_is_the_service_s(account_api: Wire, reply: Make) -> None:
    """A path alone lies where it was received."""
    body = {"status": "running", "progress": {"resultLink": "/account/results/abc"}}

    started = progress(account_api.read_start(reply(body)))

    assert started.workflow_id == "https://api.linkedapi.io:443/account/results/abc"
    assert account_api.poll(started.workflow_id).path == started.workflow_id


@pytest.mark.parametrize(
    ("details", "code", "certainty"),
    [
        ({"progress": {"webhook": "https://x.example"}}, "resultSentElsewhere", ACCEPTED),
        ({"progress": {}}, "undecodableReply", MAYBE_ACCEPTED),
        ({"progress": {"resultLink": ""}}, "undecodableReply", MAYBE_ACCEPTED),
        ({"progress": {"resultLink": 5}}, "undecodableReply", MAYBE_ACCEPTED),
        ({"progress": "soon"}, "undecodableReply", MAYBE_ACCEPTED),
        ({}, "undecodableReply", MAYBE_ACCEPTED),
    ],
)
def test_a_start_without_a_link_cannot_be_followed(
    account_api: Wire, reply: Make, details: dict[str, Any], code: str, certainty: Certainty
) -> None:
    """It runs for a webhook, or nobody knows."""
    outcome = refused(account_api.read_start(reply({"status": "running", **details})))

    assert (outcome.code, outcome.certainty) == (code, certainty)


@pytest.mark.parametrize("word", ["completed", "complete"])
def test_a_reply_held_open_brings_the_end_itself(account_api: Wire, reply: Make, word: str) -> None:
    """A start may be answered by the result; then there is nothing to ask for."""
    ended = progress(account_api.read_start(reply({"status": word, "completion": TREE})))

    assert ended.state is State.COMPLETED
    assert ended.completion == TREE
    assert ended.workflow_id is None


@pytest.mark.parametrize(
    ("code", "certainty"),
    [
        # said before anything runs, in every generation
        ("invalidWorkflow", REJECTED),
        ("invalidActionParams", REJECTED),
        ("accountApiTokenRequired", REJECTED),
        ("invalidAccountApiToken", REJECTED),
        ("identificationTokenRequired", REJECTED),
        ("invalidIdentificationToken", REJECTED),
        ("noActiveSeats", REJECTED),
        ("plusSeatRequired", REJECTED),
        # may end a workflow that ran a while
        ("linkedinAccountSignedOut", ACCEPTED),
        ("languageNotSupported", ACCEPTED),
        # unheard of
        ("brandNew", MAYBE_ACCEPTED),
    ],
)
def test_what_a_failed_reply_held_open_proves(
    account_api: Wire, reply: Make, code: str, certainty: Certainty
) -> None:
    """A failure in a held reply is a refusal only if it cannot come later."""
    body = {"status": "failed", "error": {"type": code, "message": "No."}}

    outcome = refused(account_api.read_start(reply(body)))

    assert (outcome.code, outcome.certainty) == (code, certainty)
    assert outcome.is_envelope


def test_a_failed_reply_without_an_error_is_an_end(account_api: Wire, reply: Make) -> None:
    """`failed` alone says that the workflow ended, though not why."""
    ended = progress(account_api.read_start(reply({"status": "failed"})))

    assert ended.state is State.FAILED
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.certainty) == ("unknownError", ACCEPTED)


# ── Polls ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["linked_api", "linked_api_v3"])
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (
            {"workflowStatus": "pending", "pendingReason": "outsideWorkingHours", "message": "m"},
            Progress(
                State.PENDING, word="pending", pending_reason="outsideWorkingHours", message="m"
            ),
        ),
        ({"workflowStatus": "running"}, Progress(State.RUNNING, word="running")),
        (
            {"workflowStatus": "completed", "completion": [TREE, TREE]},
            Progress(State.COMPLETED, word="completed", completion=[TREE, TREE]),
        ),
        ({"workflowStatus": "completed"}, Progress(State.COMPLETED, word="completed")),
        ({"workflowStatus": "dreaming"}, Progress(State.UNKNOWN, word="dreaming")),
        (
            {
                "workflowStatus": "failed",
                "failure": {"reason": "linkedinAccountSignedOut", "message": "Out."},
            },
            Progress(
                State.FAILED,
                word="failed",
                failure=Refusal(
                    "linkedinAccountSignedOut", "Out.", Certainty.ACCEPTED, is_envelope=True
                ),
            ),
        ),
    ],
)
def test_news_of_a_workflow(
    reply: Make, name: str, result: dict[str, Any], expected: Progress
) -> None:
    """Each documented status is read with all it brings; new words are kept."""
    outcome = open_wire(name, ORIGIN).read_poll(reply({"success": True, "result": result}))

    assert outcome == expected


@pytest.mark.parametrize("failure", [None, {}, "signedOut", {"reason": ""}, {"reason": 5}, []])
def test_a_failure_without_a_reason_is_a_failure(current: Wire, reply: Make, failure: Any) -> None:
    """However little is said, the workflow ended, and nothing is made up."""
    body = {"success": True, "result": {"workflowStatus": "failed", "failure": failure}}

    ended = progress(current.read_poll(reply(body)))

    assert ended.state is State.FAILED
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.certainty) == ("unknownError", ACCEPTED)
    assert not ended.failure.is_envelope


@pytest.mark.parametrize(
    "result", [{}, None, [], "running", {"workflowStatus": 5}, {"workflowStatus": ""}]
)
def test_news_without_a_status_cannot_be_read(current: Wire, reply: Make, result: Any) -> None:
    """A poll's reply has to name a status."""
    outcome = refused(current.read_poll(reply({"success": True, "result": result})))

    assert outcome.code == "undecodableReply"


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"status": "running", "progress": {"message": "m"}}, State.RUNNING),
        ({"status": "processing", "process": {}}, State.RUNNING),
        ({"status": "completed", "completion": TREE}, State.COMPLETED),
        ({"status": "complete", "completion": [TREE]}, State.COMPLETED),
        ({"status": "dreaming"}, State.UNKNOWN),
    ],
)
def test_news_behind_a_result_link(
    account_api: Wire, reply: Make, body: dict[str, Any], state: State
) -> None:
    """Both spellings of the old status words are understood."""
    outcome = progress(account_api.read_poll(reply(body)))

    assert (outcome.state, outcome.word) == (state, body["status"])
    assert outcome.completion == body.get("completion")


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("linkedinAccountSignedOut", True),
        ("languageNotSupported", True),
        ("brandNew", True),
        ("invalidAccountApiToken", False),
        ("tooManyRequests", False),
    ],
)
@pytest.mark.parametrize("key", ["type", "errorType"])
def test_a_failure_behind_a_result_link_is_the_workflows_or_the_polls(
    account_api: Wire,
    reply: Make,
    code: str,
    ends: bool,  # noqa: FBT001 - a column of the table
    key: str,
) -> None:
    """What is only said before a run refuses the poll; all else ended the workflow."""
    body = {"status": "failed", "error": {key: code, "message": "No."}}

    outcome = account_api.read_poll(reply(body))

    if ends:
        ended = progress(outcome)
        assert ended.state is State.FAILED
        assert ended.failure is not None
        assert (ended.failure.code, ended.failure.certainty) == (code, ACCEPTED)
        assert ended.failure.is_envelope
    else:
        assert refused(outcome).code == code


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_error_status_behind_a_result_link_is_the_polls(
    account_api: Wire, reply: Make, status: int
) -> None:
    """With an HTTP error the poll failed, whatever its body says; the workflow goes on."""
    body = {"status": "failed", "error": {"type": "linkedinAccountSignedOut", "message": "m"}}

    outcome = refused(account_api.read_poll(reply(body, status)))

    assert (outcome.code, outcome.status) == ("linkedinAccountSignedOut", status)


@pytest.mark.parametrize("body", [{}, {"status": 5}, {"status": ""}, {"status": None}])
def test_a_result_link_has_to_name_a_status(
    account_api: Wire, reply: Make, body: dict[str, Any]
) -> None:
    """Without a status nothing can be said."""
    assert refused(account_api.read_poll(reply(body))).code == "undecodableReply"
    assert refused(account_api.read_start(reply(body))).code == "undecodableReply"


# ── Cancels ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cancelled", [True, False])
def test_the_answer_to_a_cancel(
    current: Wire,
    reply: Make,
    cancelled: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The service says yes or no."""
    body = {"success": True, "result": {"cancelled": cancelled}}

    assert current.read_cancel(reply(body)) is cancelled


@pytest.mark.parametrize("result", [{}, None, [], {"cancelled": "yes"}, {"cancelled": 1}])
def test_an_answer_that_is_neither_yes_nor_no(current: Wire, reply: Make, result: Any) -> None:
    """Anything but a boolean is no answer."""
    outcome = refused(current.read_cancel(reply({"success": True, "result": result})))

    assert (outcome.code, outcome.certainty) == ("undecodableReply", MAYBE_ACCEPTED)


def test_a_refused_cancel(current: Wire, reply: Make) -> None:
    """An error envelope refuses a cancel as it refuses anything."""
    body = {"success": False, "error": {"type": "invalidLinkedApiToken", "message": "m"}}

    outcome = refused(current.read_cancel(reply(body, 401)))

    assert (outcome.code, outcome.certainty) == ("invalidLinkedApiToken", REJECTED)


def test_the_account_api_reads_no_cancel(account_api: Wire, reply: Make) -> None:
    """There is no such reply in that generation."""
    assert refused(account_api.read_cancel(reply({}))).code == "undecodableReply"
