"""What goes over the wire is what the official SDK sends."""

import json
from types import SimpleNamespace
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Effect
from linkedapi_async.operations import (
    CommentOnPost,
    CustomWorkflow,
    FetchCompany,
    FetchJob,
    FetchPerson,
    LimitConfig,
    LimitSinceConfig,
    ManageConversationConfig,
    Operation,
    RetrieveSSI,
    SearchPeople,
    SendMessage,
    operations,
)

TYPED = sorted(name for name in operations() if name != "customWorkflow")


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {key: without_none(item) for key, item in pairs if item is not None}
    if isinstance(value, list):
        entries = cast("Any", value)
        return [without_none(item) for item in entries]
    return value


def test_every_official_operation_has_its_twin(official: SimpleNamespace) -> None:
    """No operation of the official SDK is missing, and none was made up."""
    assert set(operations()) == official.names


@pytest.mark.parametrize("name", TYPED)
@given(data=st.data())
def test_request_equals_the_official_one(
    official: SimpleNamespace, name: str, data: st.DataObject
) -> None:
    """The same parameters give the same JSON, whichever SDK writes it."""
    kind = operations()[name]
    chosen = data.draw(official.parameters(kind))

    ours = kind(**chosen).workflow()

    assert ours == without_none(official.request(name, chosen))
    assert json.loads(json.dumps(ours)) == ours


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (RetrieveSSI(), {"actionType": "st.retrieveSSI"}),
        (
            FetchPerson(person_url="u"),
            {"actionType": "st.openPersonPage", "basicInfo": True, "personUrl": "u", "then": []},
        ),
        (
            FetchPerson(
                person_url="u",
                retrieve_posts=True,
                posts_retrieval_config=LimitSinceConfig(limit=5, since="2024-01-01"),
                comments_retrieval_config=LimitSinceConfig(limit=1),
            ),
            {
                "actionType": "st.openPersonPage",
                "basicInfo": True,
                "personUrl": "u",
                "then": [
                    {"actionType": "st.retrievePersonPosts", "limit": 5, "since": "2024-01-01"}
                ],
            },
        ),
        (
            FetchCompany(
                company_url="c", retrieve_dms=True, dms_retrieval_config=LimitConfig(limit=3)
            ),
            {
                "actionType": "st.openCompanyPage",
                "basicInfo": True,
                "companyUrl": "c",
                "then": [{"actionType": "st.retrieveCompanyDMs", "limit": 3}],
            },
        ),
        (
            FetchJob(job_url="j"),
            {"actionType": "st.openJob", "basicInfo": True, "jobUrl": "j", "then": []},
        ),
        (
            SendMessage(
                text="Hi",
                thread_id="2-abc",
                manage_conversation=ManageConversationConfig(operation="archive"),
            ),
            {
                "actionType": "st.sendMessage",
                "text": "Hi",
                "threadId": "2-abc",
                "then": {"actionType": "st.manageConversation", "operation": "archive"},
            },
        ),
    ],
)
def test_request_is_what_the_service_documents(operation: Operation[Any], expected: object) -> None:
    """Parts become children in order; a bound without its part, and `None`, never leave."""
    assert operation.workflow() == expected


@pytest.mark.parametrize("name", TYPED)
@given(data=st.data())
def test_effect_is_that_of_the_tree(
    official: SimpleNamespace, name: str, data: st.DataObject
) -> None:
    """An operation writes exactly where the reference says so."""
    kind = operations()[name]
    writes = {
        "sendMessage",
        "manageConversation",
        "sendConnectionRequest",
        "withdrawConnectionRequest",
        "acceptInvitation",
        "ignoreInvitation",
        "removeConnection",
        "endorsePersonSkill",
        "endorsePersonSkills",
        "reactToPost",
        "commentOnPost",
        "reactToComment",
        "replyToComment",
        "createPost",
        "createRepost",
        "nvSendMessage",
        "nvManageConversation",
    }

    effect = kind(**data.draw(official.parameters(kind))).effect

    assert effect is (Effect.WRITE if name in writes else Effect.READ)


def test_operations_are_frozen_values() -> None:
    """Equal parameters make equal operations, which nothing can change."""
    assert SearchPeople(term="cto") == SearchPeople(term="cto")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        cast("Any", SearchPeople()).term = "x"
    with pytest.raises(TypeError):
        cast("Any", CommentOnPost)()


def test_each_operation_knows_its_official_name() -> None:
    """The registry and the class agree, and a custom workflow has a name too."""
    assert all(kind.name == name for name, kind in operations().items())
    assert CustomWorkflow.name == "customWorkflow"
