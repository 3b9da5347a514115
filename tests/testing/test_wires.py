"""Each generation as its documentation tells it."""

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from linkedapi_async._types import Plan
from linkedapi_async.testing import FakeClock

if TYPE_CHECKING:
    from tests.testing.conftest import Talk

CHECK = {
    "actionType": "st.checkConnectionStatus",
    "personUrl": "https://www.linkedin.com/in/person5",
}
REPORT = {
    "actionType": "st.checkConnectionStatus",
    "success": True,
    "data": {"connectionStatus": "connected"},
}
LATER = "Your workflow is running. Please check the resultLink periodically."
WIRES = ["linked_api", "linked_api_v3", "account_api"]


async def test_the_current_api_from_start_to_end(talk: "Talk") -> None:
    """`wf-` ids, status words, no id in a poll."""
    started = await talk.start(CHECK)
    workflow_id = started["result"]["workflowId"]

    assert started == {
        "success": True,
        "result": {"workflowId": workflow_id, "workflowStatus": "running"},
    }
    assert workflow_id.startswith("wf-")
    assert await talk.poll(workflow_id) == {"workflowStatus": "running"}
    assert await talk.end(workflow_id) == {"workflowStatus": "completed", "completion": REPORT}


async def test_a_queued_workflow_is_pending(talk: "Talk") -> None:
    """Behind another one, a workflow says that it is queued."""
    await talk.begin(CHECK)
    second = await talk.start(CHECK)

    assert second["result"]["workflowStatus"] == "pending"
    assert second["result"]["pendingReason"] == "queued"


async def test_its_forerunner_knows_no_pending(talk: "Talk", clock: FakeClock) -> None:
    """`account-` ids, only `running`, no cancel."""
    await talk.start(CHECK, wire="linked_api_v3")
    started = await talk.start(CHECK, wire="linked_api_v3")
    workflow_id = started["result"]["workflowId"]
    path = f"/account/workflows/{workflow_id}"

    assert started == {"success": True, "result": {"workflowId": workflow_id}}
    assert workflow_id.startswith("account-")
    _, told = await talk.ask("GET", path, wire="linked_api_v3")
    assert told["result"] == {"workflowStatus": "running"}
    assert (await talk.ask("DELETE", path, wire="linked_api_v3"))[0] == 404
    await clock.sleep(5)
    _, told = await talk.ask("GET", path, wire="linked_api_v3")
    assert told == {
        "success": True,
        "result": {"workflowStatus": "completed", "completion": REPORT},
    }


async def test_a_result_link_leads_to_the_end(talk: "Talk", clock: FakeClock) -> None:
    """`reslink` answers at once; the link is on the same origin and asks for the same tokens."""
    started = await talk.start(CHECK, wire="account_api")
    link = started["progress"]["resultLink"]

    assert started == {"status": "running", "progress": {"message": LATER, "resultLink": link}}
    assert link.startswith(f"{talk.sandbox.base_url}/account/results/")
    assert (await talk.ask("GET", link, wire="account_api"))[1]["status"] == "running"
    await clock.sleep(5)
    _, told = await talk.ask("GET", link, wire="account_api")
    assert told == {"status": "completed", "completion": REPORT}


@pytest.mark.parametrize("handling", ["long", ""])
async def test_a_reply_is_held_open(talk: "Talk", handling: str) -> None:
    """`long`, and no word at all, answer with the end itself."""
    told = await talk.start(CHECK, wire="account_api", handling=handling)

    assert told == {"status": "completed", "completion": REPORT}


async def test_a_webhook_is_promised(talk: "Talk") -> None:
    """`hook` gives no link."""
    told = await talk.start(CHECK, wire="account_api", handling="hook")

    assert told["status"] == "running"
    assert set(told["progress"]) == {"message", "webhook"}


async def test_a_held_reply_may_be_a_failure(talk: "Talk") -> None:
    """The workflow ran, or may have run, although the reply looks like a refusal."""
    talk.sandbox.inject("linkedinAccountSignedOut", on="failure", runs=True)

    told = await talk.start(CHECK, wire="account_api", handling="long")

    assert told["status"] == "failed"
    assert told["error"]["type"] == "linkedinAccountSignedOut"
    assert len(talk.sandbox.log.actions()) == 1


@pytest.mark.parametrize(
    ("wire", "missing", "wrong"),
    [
        ("linked_api", "linkedApiTokenRequired", "invalidLinkedApiToken"),
        ("linked_api_v3", "accountApiTokenRequired", "invalidAccountApiToken"),
        ("account_api", "accountApiTokenRequired", "invalidAccountApiToken"),
    ],
)
async def test_tokens_are_judged_in_order(
    talk: "Talk", wire: str, missing: str, wrong: str
) -> None:
    """Main token missing, wrong, identification token missing, wrong; only then the body."""
    path = {"linked_api": "/workflows", "linked_api_v3": "/account/workflows"}.get(
        wire, "/account/workflow"
    )
    good = talk.headers(wire)
    main = next(iter(good))
    tries: list[dict[str, str]] = [
        {},
        {main: "nonsense"},
        {main: good[main]},
        {main: good[main], "identification-token": "nonsense"},
        good,
    ]

    found = [await talk.ask("POST", path, body="no tree", headers=one) for one in tries]

    body_word = "invalidActionParams" if wire == "account_api" else "invalidRequestPayload"
    words = [missing, wrong, "identificationTokenRequired", "invalidIdentificationToken", body_word]
    assert [told["error"]["type"] for _, told in found] == words
    statuses = [status for status, _ in found]
    assert statuses == ([401, 401, 200, 200, 200] if wire == "linked_api" else [200] * 5)
    assert all(_is_refusal(told, wire) for _, told in found)


@pytest.mark.parametrize("wire", WIRES)
async def test_faults_of_the_tree_have_each_wires_word(talk: "Talk", wire: str) -> None:
    """Structure is `invalidWorkflow` everywhere; parameters only on the newer wires."""
    orphan = {"actionType": "st.retrievePersonSkills"}
    incomplete = {"actionType": "st.sendMessage", "personUrl": "u"}

    told = [await talk.start(tree, wire=wire) for tree in (orphan, incomplete)]

    second = "invalidActionParams" if wire == "account_api" else "invalidWorkflow"
    assert [one["error"]["type"] for one in told] == ["invalidWorkflow", second]


@pytest.mark.parametrize(
    ("wire", "word"),
    [
        ("linked_api", "plusPlanRequired"),
        ("linked_api_v3", "plusPlanRequired"),
        ("account_api", "plusSeatRequired"),
    ],
)
async def test_a_core_seat_has_no_sales_navigator(talk: "Talk", wire: str, word: str) -> None:
    """Actions of the better seat are refused in each wire's word."""
    talk.sandbox.add_account("core", plan=Plan.CORE)

    told = await talk.start(
        {"actionType": "nv.searchPeople", "term": "x"}, wire=wire, account="core"
    )

    assert told["error"]["type"] == word


NEW_ACTION = """
import asyncio, aiohttp, attrs
from linkedapi_async._types import Effect
from linkedapi_async.actions._base import Action, action
from linkedapi_async.testing import Sandbox

@action("st.brandNew", effect=Effect.READ, root=True)
@attrs.frozen(kw_only=True)
class BrandNew(Action[None]):
    pass

async def main():
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        tokens = sandbox.tokens
        headers = {"linked-api-token": tokens.linked_api_token,
                   "identification-token": tokens.identification_token}
        body = BrandNew().to_json()
        url = sandbox.base_url + "/workflows"
        async with session.post(url, json=body, headers=headers) as reply:
            print(reply.status, (await reply.json())["error"]["message"])

asyncio.run(main())
"""


def test_what_cannot_be_carried_out_is_said() -> None:
    """An action without an executor is answered 501 by name, never with a made-up error."""
    told = subprocess.run(
        [sys.executable, "-c", NEW_ACTION], capture_output=True, text=True, check=True
    ).stdout

    assert told.startswith("501 ")
    assert "st.brandNew" in told


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/workflows/a/b", "/account/results", "/admin/x"]
)
async def test_unknown_addresses_are_not_found(talk: "Talk", path: str) -> None:
    """Anything else is answered 404, as JSON."""
    status, told = await talk.ask("GET", path)

    assert (status, told["error"]["type"]) == (404, "notFound")


async def test_unknown_ids_are_not_found(talk: "Talk") -> None:
    """Inferred: an id nobody knows, or of another account or wire, is answered 404."""
    talk.sandbox.add_account("other")
    workflow_id = await talk.begin(CHECK)
    told = [
        await talk.ask("GET", "/workflows/wf-unknown"),
        await talk.ask("GET", f"/workflows/{workflow_id}", account="other"),
        await talk.ask("DELETE", f"/workflows/{workflow_id}", account="other"),
        await talk.ask("GET", f"/account/workflows/{workflow_id}", wire="linked_api_v3"),
    ]

    assert {(status, one["error"]["type"]) for status, one in told} == {(404, "workflowNotFound")}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"7", b"null"])
async def test_a_body_that_is_no_tree_is_refused(talk: "Talk", body: bytes) -> None:
    """Whatever cannot be an action or a list of them."""
    url = f"{talk.sandbox.base_url}/workflows"
    async with talk.session.post(url, data=body, headers=talk.headers()) as reply:
        told = await reply.json()

    assert told["error"]["type"] == "invalidRequestPayload"
    assert "JSON object or array" in told["error"]["message"]


async def test_a_large_body_is_read_to_its_end(talk: "Talk") -> None:
    """Large ones are judged like any other, and the connection serves on."""
    huge = {"actionType": "st.sendMessage", "personUrl": "u", "text": "x" * 900_000}

    told = [await talk.start(huge), await talk.start(CHECK)]

    assert told[0]["error"]["type"] == "invalidWorkflow"
    assert told[1]["success"]
    assert talk.sandbox.log.connections == 1


async def test_the_old_field_name_can_be_asked_for(talk: "Talk") -> None:
    """`errorType` stands in place of `type`."""
    talk.sandbox.inject("trialLimitReached", legacy_error_field=True)

    told = await talk.start(CHECK)

    assert told["error"]["errorType"] == "trialLimitReached"


def _is_refusal(told: Any, wire: str) -> bool:
    frame = {"status": "failed"} if wire == "account_api" else {"success": False}
    return bool({key: value for key, value in told.items() if key != "error"} == frame)
