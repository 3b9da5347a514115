"""Each writing operation is decided: it has a recipe, or a reason to have none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from linkedapi_async._types import Effect
from linkedapi_async.actions._base import specs
from linkedapi_async.operations import (
    AcceptInvitation,
    CheckConnectionStatus,
    CommentOnPost,
    CreatePost,
    CreateRepost,
    CustomWorkflow,
    EndorsePersonSkill,
    EndorsePersonSkills,
    IgnoreInvitation,
    ManageConversation,
    NvManageConversation,
    NvSendMessage,
    Operation,
    ReactToComment,
    ReactToPost,
    RemoveConnection,
    ReplyToComment,
    SendConnectionRequest,
    SendMessage,
    WithdrawConnectionRequest,
    operations,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANN = "https://www.linkedin.com/in/ann"
POST = "urn:li:activity:7"
COMMENT = (
    "https://www.linkedin.com/feed/update/urn:li:activity:7/"
    "?commentUrn=urn:li:comment:(activity:7,9)"
)

REACT = {"actionType": "st.reactToPost", "type": "like"}

WITH_RECIPE: tuple[Operation[Any], ...] = (
    AcceptInvitation(invitation_type="connect", person_url=ANN),
    CommentOnPost(post_urn=POST, text="Fine"),
    CreatePost(text="News"),
    CreateRepost(post_urn=POST),
    EndorsePersonSkill(person_url=ANN, skill_name="Go"),
    EndorsePersonSkills(person_url=ANN),
    IgnoreInvitation(invitation_type="connect", person_url=ANN),
    ManageConversation(thread_id="2-a", operation="archive"),
    NvManageConversation(thread_id="2-a", operation="archive"),
    NvSendMessage(person_url=ANN, text="Hello", subject="You"),
    ReactToComment(comment_url=COMMENT),
    ReactToPost(post_urn=POST, type="like"),
    RemoveConnection(person_url=ANN),
    ReplyToComment(comment_url=COMMENT, text="Fine"),
    SendConnectionRequest(person_url=ANN),
    SendMessage(person_url=ANN, text="Hello"),
    WithdrawConnectionRequest(person_url=ANN),
)
WITHOUT: tuple[Operation[Any], ...] = (
    CustomWorkflow({"actionType": "st.openPost", "postUrn": POST, "then": REACT}),  # below others
)


def test_each_writing_operation_is_decided() -> None:
    """A new one stands in neither table, and fails here until somebody has thought about it."""
    decided = {operation.name for operation in (*WITH_RECIPE, *WITHOUT)}
    writing = {
        name
        for name, kind in operations().items()
        if (root := getattr(kind, "root", None)) is None
        or specs()[root.action_type].effect is Effect.WRITE
    }

    assert decided == writing


@pytest.mark.parametrize("operation", WITH_RECIPE, ids=lambda one: one.name)
def test_a_recipe_begins_with_a_question_or_a_reading_that_only_reads(
    operation: Operation[Any],
) -> None:
    """What finds out whether something was written writes nothing itself."""
    recipe = operation.recipe(NOW)
    assert recipe is not None

    asked = next(recipe, None)

    assert operation.effect is Effect.WRITE
    assert not isinstance(asked, Operation) or asked.effect is Effect.READ


@pytest.mark.parametrize(
    "operation",
    [
        *WITHOUT,
        CustomWorkflow({"actionType": "st.unheardOf"}),
        CustomWorkflow({"actionType": "st.sendMessage", "personUrl": ANN}),
        CustomWorkflow({"actionType": "st.sendMessage", "text": "Hello", "extra": 1}),
        CustomWorkflow({"actionType": "st.createPost", "text": "News", "mentions": [{}]}),
        CustomWorkflow([{"actionType": "st.createPost", "text": "News"}] * 2),
        CustomWorkflow([{"actionType": "st.sendMessage", "text": "Hello"}, {"actionType": "st.x"}]),
        CheckConnectionStatus(person_url=ANN),
        ReactToComment(comment_url="https://www.linkedin.com/in/ann"),
        ReplyToComment(comment_url="9", text="Fine"),
    ],
)
def test_where_nothing_proves_it_there_is_no_recipe(operation: Operation[Any]) -> None:
    """Readings need none, and a comment whose address names no post cannot be found."""
    assert operation.recipe(NOW) is None


@pytest.mark.parametrize("operation", WITH_RECIPE, ids=lambda one: one.name)
def test_a_workflow_made_by_hand_is_judged_like_the_operation_it_is(
    operation: Operation[Any],
) -> None:
    """Whatever label it carries: it asks the same."""
    tree: Any = operation.workflow()
    custom = CustomWorkflow({**tree, "label": "mine"})
    recipe, twin = custom.recipe(NOW), operation.recipe(NOW)

    if operation.name == "endorsePersonSkills":  # its write stands below a page
        assert recipe is None
        return
    assert recipe is not None
    assert twin is not None
    assert next(recipe, None) == next(twin, None)
