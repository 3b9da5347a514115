"""What comes back is what the official SDK reads, and more gently where that one fails."""

import copy
import json
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Json
from linkedapi_async.errors import ActionError, ActionFailure, ProtocolError
from linkedapi_async.models import CheckConnectionStatusResult, PersonSearchItem
from linkedapi_async.operations import CustomWorkflow, FetchPerson, Operation, Result, operations
from linkedapi_async.operations._base import ListOperation, ObjectOperation, PageOperation

SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "samples/completions.jsonl").read_text().splitlines()
]
ERROR: Any = {"type": "personNotFound", "message": "No such person."}
FAILED: Any = {"actionType": "st.x", "success": False, "error": ERROR}
TOLD = ActionFailure("personNotFound", "No such person.", "st.x")


def completions(official: SimpleNamespace, kind: type[Operation[Any]]) -> st.SearchStrategy[Any]:
    """Completions of a typed operation that the official SDK can read."""
    root = cast("Any", kind).root.action_type if hasattr(kind, "root") else "st.openPersonPage"
    body: st.SearchStrategy[Any]
    if issubclass(kind, PageOperation):
        body = pages(official, kind)
    elif issubclass(kind, ListOperation):
        item = official.objects(kind.model)
        body = st.lists(item, max_size=3) | item
    elif issubclass(kind, ObjectOperation):
        body = st.none() | official.objects(kind.model)
    else:
        body = st.none()
    done = body.map(lambda data: {"actionType": root, "success": True, "data": data})
    told: st.SearchStrategy[Any] = official.failed(root)
    return done | told


def pages(official: SimpleNamespace, kind: type[PageOperation[Any]]) -> st.SearchStrategy[Any]:
    """A page, with reports of some of its parts below it."""
    own = {part.into for part in kind.parts}

    def without_parts(page: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in page.items() if key not in own}

    facts: st.SearchStrategy[dict[str, Any]] = official.objects(kind.model).map(without_parts)
    children: list[st.SearchStrategy[Any]] = []
    for part in kind.parts:
        item = item_of(part.action)
        action_type = part.action.action_type

        def report(data: Any, action_type: str = action_type) -> dict[str, Any]:
            return {"actionType": action_type, "success": True, "data": data}

        children.append(
            st.lists(official.objects(item), max_size=2).map(report)
            | official.failed(action_type)
            | st.none()
        )
    below = st.tuples(*children).map(lambda found: [child for child in found if child])
    return st.tuples(facts, below).map(lambda pair: {**pair[0], "then": pair[1]}) | facts


def item_of(action: Any) -> Any:
    return action.__orig_bases__[0].__args__[0].__args__[0]


TYPED = sorted(
    name for name in operations() if name not in {"customWorkflow", "endorsePersonSkills"}
)


@pytest.mark.parametrize("name", TYPED)
@given(data=st.data())
def test_reading_equals_the_official_one(
    official: SimpleNamespace, name: str, data: st.DataObject
) -> None:
    """The same completion gives the same data and the same errors."""
    completion = data.draw(completions(official, operations()[name]))

    assert official.ours(operations()[name], completion) == official.reading(name, completion)


@pytest.mark.parametrize("name", sorted(operations()))
@given(
    completion=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["data", "error", "success", "then", "actionType", "name", "label"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused_by_name(name: str, completion: Any) -> None:
    """Whatever JSON comes, reading ends in a result or in a `ProtocolError`."""
    try:
        _, errors = operations()[name].read(completion)
    except ProtocolError as error:
        told = error.message
    else:
        told = "completion"
        assert all(isinstance(error, ActionFailure) for error in errors)
    assert "completion" in told


@pytest.mark.parametrize("sample", [one for one in SAMPLES if not one["array"]])
def test_documented_completion_reads_as_officially(
    official: SimpleNamespace, sample: dict[str, Any]
) -> None:
    """Every documented completion gives what the official SDK makes of it."""
    name, completion = sample["operation"], sample["completion"]
    try:
        expected = official.reading(name, completion)
    except Exception:  # noqa: BLE001 - where the official SDK fails, ours must not
        operations()[name].read(completion)
    else:
        assert official.ours(operations()[name], completion) == expected


DIFFERENCES: list[tuple[str, str, Any, Any, list[ActionFailure]]] = [
    (
        "a list without data is empty: the official mapper fails on [null]",
        "searchPeople",
        {"actionType": "st.x", "success": True, "data": None},
        [],
        [],
    ),
    (
        "the same where the key is missing",
        "searchPeople",
        {"actionType": "st.x", "success": True},
        [],
        [],
    ),
    (
        "a page without data is None: the official mapper fails",
        "fetchPerson",
        {"actionType": "st.x", "success": True},
        None,
        [],
    ),
    (
        "an array of lists is joined: the official mapper fails",
        "searchPeople",
        [{"success": True, "data": [{"name": "A"}]}, {"success": True, "data": [{"name": "B"}]}],
        [{"name": "A"}, {"name": "B"}],
        [],
    ),
    (
        "an array gives an object operation its first object: officially a list, against the type",
        "checkConnectionStatus",
        [FAILED, {"success": True, "data": {"connectionStatus": "pending"}}],
        {"connectionStatus": "pending"},
        [TOLD],
    ),
    (
        "a report that failed without an error is a failure: officially it looks like success",
        "sendConnectionRequest",
        {"actionType": "st.sendConnectionRequest", "success": False},
        None,
        [ActionFailure("unknownError", "The report gives no reason.", "st.sendConnectionRequest")],
    ),
    (
        "an error without a message is a failure all the same: the official mapper fails",
        "sendConnectionRequest",
        {"actionType": "st.x", "success": False, "error": {"type": "notPending"}},
        None,
        [ActionFailure("notPending", "The report gives no reason.", "st.x")],
    ),
    (
        "no report of the skills is no data: the official mapper fails",
        "endorsePersonSkills",
        {"actionType": "st.openPersonPage", "success": True, "data": {"then": []}},
        None,
        [],
    ),
    (
        "a single child below a skill may stand alone: the official mapper fails",
        "endorsePersonSkills",
        {
            "success": True,
            "data": {
                "then": {
                    "actionType": "st.retrievePersonSkills",
                    "success": True,
                    "data": [
                        {
                            "name": "Go",
                            "then": {"actionType": "st.endorsePersonSkill", "success": True},
                        }
                    ],
                }
            },
        },
        [{"skillName": "Go", "success": True}],
        [],
    ),
    (
        "an invitation without the keys of its type is kept: the official model refuses it",
        "retrieveInvitations",
        {"success": True, "data": [{"invitationType": "connect", "name": "A"}]},
        [{"invitationType": "connect", "name": "A"}],
        [],
    ),
]
"""Where ours reads on purpose otherwise than the official mapper, and why."""


@pytest.mark.parametrize(
    ("name", "completion", "data", "errors"),
    [row[1:] for row in DIFFERENCES],
    ids=[row[0] for row in DIFFERENCES],
)
def test_deliberate_difference(
    official: SimpleNamespace, name: str, completion: Any, data: Any, errors: list[ActionFailure]
) -> None:
    """Each difference from the official mapper is wanted, and stands in the table above."""
    _, failures = operations()[name].read(completion)

    assert official.ours(operations()[name], completion)[0] == data
    assert list(failures) == errors
    try:
        officially = official.reading(name, completion)
    except Exception:  # noqa: BLE001 - it fails, as the table says
        return
    assert officially != (data, [(error.type, error.message) for error in errors])


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "fetchPerson",
            {
                "then": [
                    {
                        "actionType": "st.retrievePersonPosts",
                        "data": [{}, {}, {}, {"reactionsCount": "many"}],
                    }
                ]
            },
            "expected int at completion.data.posts[3].reactionsCount, got str",
        ),
        ("fetchPerson", [], "expected object at completion.data, got list"),
        ("fetchPerson", {"then": [1]}, "expected object at completion.data.then[0], got int"),
        ("searchPeople", [{"name": 1}], "expected str at completion.data[0].name, got int"),
        ("retrieveSSI", {"ssi": True}, "expected int at completion.data.ssi, got bool"),
        ("retrieveSSI", {"ssi": 3.5}, "expected int at completion.data.ssi, got float"),
        ("retrieveSSI", [], "expected object at completion.data, got array"),
    ],
)
def test_wrong_type_is_named_with_its_place(name: str, data: Any, message: str) -> None:
    """A value of the wrong type is refused by place, and the completion is kept."""
    completion = {"actionType": "st.x", "success": True, "data": data}

    with pytest.raises(ProtocolError, match="expected") as caught:
        operations()[name].read(completion)

    assert caught.value.message == message
    assert caught.value.completion == completion


@pytest.mark.parametrize(
    ("report", "message"),
    [
        (None, "expected object at completion, got NoneType"),
        ([1], "expected object at completion[0], got int"),
        ({"error": "no"}, "expected object at completion.error, got str"),
        ({"error": {"type": 4}}, "expected str at completion.error.type, got int"),
        ({"success": False, "actionType": 4}, "expected str at completion.actionType, got int"),
    ],
)
def test_malformed_report_is_named_with_its_place(report: Any, message: str) -> None:
    """A report that is none is refused by place."""
    with pytest.raises(ProtocolError) as caught:
        operations()["syncInbox"].read(report)

    assert caught.value.message == message


def test_failures_know_their_action_and_label() -> None:
    """A failure says which action it was, by type and by the label it was sent with."""
    _, errors = operations()["sendMessage"].read({**FAILED, "label": "Ann"})

    assert errors == (ActionFailure("personNotFound", "No such person.", "st.x", "Ann"),)


def test_errors_of_parts_leave_the_page() -> None:
    """A part that failed is told, and the page and the other parts are there."""
    completion: Any = {
        "actionType": "st.openPersonPage",
        "success": True,
        "data": {
            "name": "Ann",
            "then": [
                {
                    "actionType": "st.retrievePersonSkills",
                    "success": True,
                    "data": [{"name": "Go"}],
                },
                {**FAILED, "actionType": "st.retrievePersonPosts"},
                {"success": True},
            ],
        },
    }

    person, errors = FetchPerson.read(completion)

    assert person
    assert person.skills

    assert (person.name, person.skills[0].name, person.posts, person.languages) == (
        "Ann",
        "Go",
        None,
        None,
    )
    assert [error.action_type for error in errors] == ["st.retrievePersonPosts"]


def test_unwrap_gives_data_or_raises_every_failure() -> None:
    """Data is handed out; without it the failures are raised, with the workflow they are of."""
    status = CheckConnectionStatusResult(connection_status="pending")
    assert Result(status, (TOLD,)).unwrap() is status
    assert Result[None](None).unwrap() is None

    with pytest.raises(ActionError) as caught:
        Result[list[PersonSearchItem]](None, (TOLD,), workflow_id="wf-1").unwrap()

    assert (caught.value.failures, caught.value.code) == ((TOLD,), "personNotFound")
    assert caught.value.workflow_id == "wf-1"


@pytest.mark.parametrize("completion", [FAILED, [FAILED], [FAILED, FAILED]])
def test_reports_of_nothing_but_failures_are_no_data(completion: Json) -> None:
    """A custom workflow of which nothing worked is not taken for one that did."""
    data, errors = CustomWorkflow.read(completion)

    with pytest.raises(ActionError) as caught:
        Result(data, errors, completion=completion).unwrap()

    assert caught.value.failures == errors


def test_reports_of_some_failures_are_data() -> None:
    """Where one action worked, all reports are handed out."""
    completion: Json = [FAILED, {"actionType": "st.syncInbox", "success": True}]
    data, errors = CustomWorkflow.read(completion)

    assert errors
    assert Result(data, errors, completion=completion).unwrap() is completion


def test_results_travel() -> None:
    """Results pickle and copy, and a repr does not spill the completion."""
    result = Result([PersonSearchItem(name="Ann")], (TOLD,), "wf-1", {"data": [{"name": "Ann"}]})

    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - our own bytes
    assert copy.deepcopy(result) == result
    assert "completion" not in repr(result)
