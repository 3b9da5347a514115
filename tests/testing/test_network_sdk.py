"""The official SDK, unmodified, on what the sandbox tells of networks and messages."""

import asyncio
from collections.abc import Callable
from typing import Any

import linkedapi as official
import pytest
from linkedapi.types.connection import (
    AcceptInvitationParams,
    CheckConnectionStatusParams,
    IgnoreInvitationParams,
    RemoveConnectionParams,
    RetrieveConnectionsParams,
    SendConnectionRequestParams,
    WithdrawConnectionRequestParams,
)
from linkedapi.types.message import (
    ManageConversationParams,
    NvManageConversationParams,
    NvSendMessageParams,
    NvSyncConversationParams,
    SendMessageParams,
    SyncConversationParams,
)
from linkedapi.types.profile_viewers import RetrieveProfileViewersParams

from linkedapi_async.testing import Sandbox

SITE = "https://www.linkedin.com"
STRANGER = f"{SITE}/in/person1"
CONNECTION = f"{SITE}/in/person5"
INVITER = f"{SITE}/in/person7"

Run = Callable[..., Any]


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """Run an operation of the SDK to its end, in a thread beside the event loop."""

    def work(name: str, params: Any) -> Any:
        config = official.LinkedApiConfig(base_url=sandbox.base_url, **sandbox.tokens)
        api = official.LinkedApi(config)
        operation = getattr(api, name)
        try:
            started = operation.execute() if params is None else operation.execute(params)
            return operation.result(started.workflow_id, poll_interval=0.001)
        finally:
            api.http_client.session.close()  # type: ignore[attr-defined]

    async def in_a_thread(name: str, params: Any = None) -> Any:
        return await asyncio.to_thread(work, name, params)

    return in_a_thread


VOIDS: list[tuple[str, Any]] = [
    ("sync_network", None),
    ("sync_inbox", None),
    ("nv_sync_inbox", None),
    ("accept_invitation", AcceptInvitationParams(invitation_type="connect", person_url=INVITER)),
    ("ignore_invitation", IgnoreInvitationParams(invitation_type="connect", person_url=INVITER)),
    ("send_connection_request", SendConnectionRequestParams(person_url=STRANGER, note="Hi")),
    ("remove_connection", RemoveConnectionParams(person_url=CONNECTION)),
    ("send_message", SendMessageParams(person_url=STRANGER, text="Hi")),
    ("send_message", SendMessageParams(thread_id="2-main-2", text="Hi")),
    ("manage_conversation", ManageConversationParams(thread_id="2-main-2", operation="mute")),
    ("nv_send_message", NvSendMessageParams(person_url=STRANGER, text="Hi", subject="Hello")),
    ("nv_send_message", NvSendMessageParams(thread_id="nv-main-2", text="Hi")),
    (
        "nv_manage_conversation",
        NvManageConversationParams(thread_id="nv-main-2", operation="archive"),
    ),
    (
        "withdraw_connection_request",
        WithdrawConnectionRequestParams(person_url=f"{SITE}/in/person3"),
    ),
]


@pytest.mark.parametrize(("name", "params"), VOIDS)
async def test_what_only_does_something_succeeds(
    sandbox: Sandbox, run: Run, name: str, params: Any
) -> None:
    """The SDK sends what the sandbox takes, and reads no error."""
    sandbox.receive_message(2, "Hello")
    sandbox.receive_message(2, "Hello", channel="nv")
    await run(
        "send_connection_request", SendConnectionRequestParams(person_url=f"{SITE}/in/person3")
    )

    result = await run(name, params)

    assert result.errors == []
    assert [one.outcome for one in sandbox.log.actions()] == ["success"] * 2


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("sync_conversation", SyncConversationParams(person_url=STRANGER, days=3)),
        ("nv_sync_conversation", NvSyncConversationParams(person_url=STRANGER)),
    ],
)
async def test_the_end_of_a_sync_is_read(run: Run, name: str, params: Any) -> None:
    """It is the one field the SDK cannot do without."""
    result = await run(name, params)

    assert result.errors == []
    assert result.data.sync_until.endswith("Z")


async def test_a_status_is_read(run: Run) -> None:
    """An inviting person is incoming, a word of this SDK."""
    result = await run("check_connection_status", CheckConnectionStatusParams(person_url=INVITER))

    assert result.data.connection_status == "incoming"


async def test_every_invitation_is_read(sandbox: Sandbox, run: Run) -> None:
    """The SDK insists on the fields of each kind and on no others."""
    result = await run("retrieve_invitations")

    assert result.errors == []
    kinds = {one.invitation_type for one in result.data}
    assert kinds == {"connect", "companyFollow", "newsletterSubscribe"}


async def test_every_viewer_is_read(sandbox: Sandbox, run: Run) -> None:
    """The SDK insists on the fields of each kind and on no others."""
    result = await run("retrieve_profile_viewers", RetrieveProfileViewersParams(limit=300))

    assert result.errors == []
    assert {one.viewer_type for one in result.data} == {"identified", "anonymous"}
    assert {one.connection_degree for one in result.data} <= {None, 1, 2, 3}


async def test_connections_and_requests_are_read(sandbox: Sandbox, run: Run) -> None:
    """With their day, and with the age of the request."""
    sandbox.add_connection(1)
    await run(
        "send_connection_request", SendConnectionRequestParams(person_url=f"{SITE}/in/person2")
    )

    connections = await run("retrieve_connections", RetrieveConnectionsParams(since="2026-01-01"))
    requests = await run("retrieve_pending_requests")

    assert [(one.public_url, one.connected_at) for one in connections.data] == [
        (STRANGER, "2026-01-05")
    ]
    assert [(one.name, one.sent_time) for one in requests.data] == [
        (sandbox.world.person(2).name, "just now")
    ]
