"""Every error the action tables list for networks and messages, and what brings it about."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest

from linkedapi_async.actions._base import specs
from linkedapi_async.testing import Sandbox
from linkedapi_async.testing._members import Allowance
from linkedapi_async.testing._network import Relation

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

Arrange: TypeAlias = Callable[[Sandbox], None]

SITE: Final = "https://www.linkedin.com"
NOBODY: Final = f"{SITE}/in/nobody"
MYSELF: Final = f"{SITE}/in/main"
STRANGER: Final = f"{SITE}/in/person1"
CONNECTION: Final = f"{SITE}/in/person5"
RESERVED: Final = f"{SITE}/in/person11"


def as_it_is(sandbox: Sandbox) -> None:
    """Arrange nothing: the world is like that."""


def unpaid(sandbox: Sandbox) -> None:
    """Let the member have no Sales Navigator."""
    sandbox.account().has_sales_navigator = False


def asked(sandbox: Sandbox) -> None:
    """Let a request to the stranger be open."""
    sandbox.account().relations[1] = Relation("pending", sandbox.clock.wall())


def rationed(what: Allowance) -> Arrange:
    """Return what uses up one of LinkedIn's own allowances."""

    def arrange(sandbox: Sandbox) -> None:
        sandbox.account().allowances[what] = 0

    return arrange


def unlucky(action_type: str, *targets: tuple[str, str], **params: Any) -> list[Any]:
    """Return rows of an action that differ in the person."""
    return [(action_type, {"personUrl": url, **params}, code, as_it_is) for url, code in targets]


UNKNOWN: Final = (NOBODY, "personNotFound")
OWN: Final = (MYSELF, "selfProfileNotAllowed")
WRITTEN: Final = {"personUrl": STRANGER, "text": "Hi", "subject": "Hello"}
ALCHEMY: Final = {"filter": {"industries": ["Alchemy"]}}

ROWS: Final[list[tuple[str, dict[str, Any], str, Arrange]]] = [
    *unlucky("st.checkConnectionStatus", UNKNOWN, OWN),
    *unlucky(
        "st.sendConnectionRequest",
        UNKNOWN,
        OWN,
        (CONNECTION, "alreadyConnected"),
        (f"{SITE}/in/person13", "emailRequired"),
        (f"{SITE}/in/person17", "requestNotAllowed"),
    ),
    *unlucky("st.sendConnectionRequest", (STRANGER, "noteTooLong"), note="x" * 201),
    (
        "st.sendConnectionRequest",
        {"personUrl": STRANGER, "note": "Hello"},
        "noteLimitExceeded",
        rationed("notes"),
    ),
    (
        "st.sendConnectionRequest",
        {"personUrl": STRANGER},
        "requestNotAllowed",
        rationed("requests"),
    ),
    ("st.sendConnectionRequest", {"personUrl": STRANGER}, "alreadyPending", asked),
    *unlucky("st.withdrawConnectionRequest", UNKNOWN, OWN, (STRANGER, "notPending")),
    *unlucky("st.removeConnection", UNKNOWN, OWN, (STRANGER, "connectionNotFound")),
    ("st.retrieveConnections", {}, "retrievingNotAllowed", rationed("lists")),
    ("st.retrieveConnections", ALCHEMY, "filterNotApplied", as_it_is),
    *unlucky("st.sendMessage", UNKNOWN, OWN, (RESERVED, "messagingNotAllowed"), text="Hi"),
    (
        "st.sendMessage",
        {"personUrl": STRANGER, "text": "Hi"},
        "messagingNotAllowed",
        rationed("messages"),
    ),
    ("st.sendMessage", {"threadId": "2-none", "text": "Hi"}, "threadNotFound", as_it_is),
    (
        "st.manageConversation",
        {"threadId": "2-none", "operation": "star"},
        "threadNotFound",
        as_it_is,
    ),
    *unlucky("st.syncConversation", UNKNOWN, OWN),
    *unlucky(
        "nv.sendMessage",
        UNKNOWN,
        OWN,
        (RESERVED, "messagingNotAllowed"),
        text="Hi",
        subject="Hello",
    ),
    *unlucky("nv.sendMessage", (STRANGER, "messagingNotAllowed"), text="No subject"),
    ("nv.sendMessage", WRITTEN, "messagingNotAllowed", rationed("inMails")),
    ("nv.sendMessage", {"threadId": "nv-none", "text": "Hi"}, "threadNotFound", as_it_is),
    ("nv.sendMessage", WRITTEN, "noSalesNavigator", unpaid),
    (
        "nv.manageConversation",
        {"threadId": "nv-none", "operation": "archive"},
        "threadNotFound",
        as_it_is,
    ),
    (
        "nv.manageConversation",
        {"threadId": "nv-none", "operation": "archive"},
        "noSalesNavigator",
        unpaid,
    ),
    *unlucky("nv.syncConversation", UNKNOWN, OWN),
    ("nv.syncConversation", {"personUrl": STRANGER}, "noSalesNavigator", unpaid),
    ("nv.syncInbox", {}, "noSalesNavigator", unpaid),
]


@pytest.mark.parametrize(("action_type", "params", "code", "arrange"), ROWS)
async def test_an_error_leaves_no_trace(
    talk: "Talk", action_type: str, params: dict[str, Any], code: str, arrange: Arrange
) -> None:
    """It is reported with a sentence of its own, and nothing has changed."""
    sandbox = talk.sandbox
    arrange(sandbox)
    account = sandbox.account()
    relations = dict(account.relations)

    report = await talk.run({"actionType": action_type, **params})

    assert report["error"]["type"] == code
    assert code not in report["error"]["message"]
    assert (account.relations, account.threads, account.following) == (relations, {}, set())
    assert (account.monitored, account.captured) == ({}, [])
    assert sandbox.log.effects() == ()
    assert [one.outcome for one in sandbox.log.actions()] == [code]


@pytest.mark.parametrize("action_type", sorted({row[0] for row in ROWS}))
def test_every_listed_error_is_reached(action_type: str) -> None:
    """A new error of these actions needs a rule of the world or of the account."""
    reached = {code for name, _, code, _ in ROWS if name == action_type}

    assert set(specs()[action_type].errors) <= reached
