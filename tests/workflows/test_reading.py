"""Completions as typed reports."""

import pickle
from types import NoneType
from typing import get_args, get_origin

import pytest

from linkedapi_async import ActionFailure, LinkedApi, ProtocolError, Result
from linkedapi_async._types import Json
from linkedapi_async.actions import (
    CheckConnectionStatus,
    DoForPeople,
    EndorsePersonSkill,
    OpenPersonPage,
    RetrievePersonExperience,
    RetrievePersonSkills,
    RetrieveSSI,
    SearchPeople,
    SendMessage,
    Spec,
    specs,
)
from linkedapi_async.models import (
    CheckConnectionStatusResult,
    Person,
    PersonExperience,
    PersonSearchItem,
    PersonSkill,
    SsiResult,
)
from linkedapi_async.operations import CustomWorkflow
from linkedapi_async.workflows import RawAction, Reports, read_reports

ROWS = sorted(specs().values(), key=lambda row: row.action_type)

PAGE: Json = {
    "actionType": "st.openPersonPage",
    "success": True,
    "data": {
        "name": "Jane Doe",
        "then": [
            {
                "actionType": "st.retrievePersonExperience",
                "success": True,
                "data": [{"position": "CEO"}],
            },
            {
                "actionType": "st.retrievePersonSkills",
                "success": False,
                "error": {"type": "limitExceeded", "message": "Enough."},
            },
        ],
    },
}

LOOP: Json = {
    "actionType": "st.searchPeople",
    "success": True,
    "data": [
        {
            "name": "Ann",
            "then": {
                "actionType": "st.openPersonPage",
                "success": True,
                "data": {
                    "name": "Ann A.",
                    "then": {
                        "actionType": "st.retrievePersonSkills",
                        "success": True,
                        "data": [
                            {
                                "name": "Go",
                                "then": [{"actionType": "st.endorsePersonSkill", "success": True}],
                            },
                            {"name": "C"},
                        ],
                    },
                },
            },
        },
        {
            "name": "Bob",
            "then": [
                {
                    "actionType": "st.openPersonPage",
                    "label": "again",
                    "success": False,
                    "error": {"type": "personNotFound", "message": "Nobody."},
                }
            ],
        },
        {"name": "Cem"},
    ],
}


def test_page_and_its_parts_are_typed() -> None:
    """What a page and its children brought is found by their classes."""
    reports = read_reports(PAGE)

    assert reports.first(OpenPersonPage) == Person(name="Jane Doe")
    assert reports.first(RetrievePersonExperience) == [PersonExperience(position="CEO")]
    assert reports.first(RetrievePersonSkills) is None
    assert reports.first(CheckConnectionStatus) is None
    assert reports.errors == (ActionFailure("limitExceeded", "Enough.", "st.retrievePersonSkills"),)
    assert [(report.path, report.success) for report in reports] == [
        ("completion", True),
        ("completion.data.then[0]", True),
        ("completion.data.then[1]", False),
    ]


def test_children_stand_under_the_entries_of_a_list() -> None:
    """Each report tells which entry of the list it is about, and is found from there."""
    reports = read_reports(LOOP)

    (search,) = reports.of(SearchPeople)
    assert search.data == [PersonSearchItem(name=name) for name in ("Ann", "Bob", "Cem")]
    assert [(child.item, child.path, child.success) for child in search.children] == [
        (0, "completion.data[0].then", True),
        (1, "completion.data[1].then[0]", False),
    ]
    assert search.about(0).first(OpenPersonPage) == Person(name="Ann A.")
    assert search.about(0).first(RetrievePersonSkills) == [
        PersonSkill(name="Go"),
        PersonSkill(name="C"),
    ]
    assert search.about(1).first(OpenPersonPage) is None
    assert [failure.type for failure in search.about(1).errors] == ["personNotFound"]
    assert search.about(2) == Reports()
    (skills,) = reports.of(RetrievePersonSkills)
    assert [(child.item, child.path) for child in skills.below] == [
        (0, "completion.data[0].then.data.then.data[0].then[0]")
    ]
    assert [report.success for report in reports.of(EndorsePersonSkill)] == [True]


def test_lists_bring_every_action_of_a_kind() -> None:
    """`all` skips what brought nothing, `of` does not; a label narrows both."""
    reports = read_reports([PAGE, LOOP])

    assert reports.all(OpenPersonPage) == [Person(name="Jane Doe"), Person(name="Ann A.")]
    assert reports.all(OpenPersonPage, label="again") == []
    assert [report.label for report in reports.of(OpenPersonPage)] == [None, None, "again"]
    assert [report.path for report in reports.of(OpenPersonPage, label="again")] == [
        "completion[1].data[1].then[0]"
    ]
    assert reports.all(EndorsePersonSkill) == []
    assert [root.action_type for root in reports.roots] == ["st.openPersonPage", "st.searchPeople"]


def test_labels_tell_several_of_a_kind_apart() -> None:
    """`first` takes the one with the label asked for."""
    told: Json = [
        {
            "actionType": "st.checkConnectionStatus",
            "label": label,
            "success": True,
            "data": {"connectionStatus": status},
        }
        for label, status in (("a", "connected"), ("b", "pending"))
    ]
    reports = read_reports(told)

    assert reports.first(CheckConnectionStatus, label="b") == CheckConnectionStatusResult(
        connection_status="pending"
    )
    assert reports.first(CheckConnectionStatus, label="c") is None
    assert reports.first(CheckConnectionStatus) == CheckConnectionStatusResult(
        connection_status="connected"
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action_type)
def test_data_of_every_action_is_typed_by_its_class(row: Spec) -> None:
    """Whatever the action, its data is of the type its class names; what is new is passed over."""
    is_list = get_origin(row.result) is list
    fact: Json = {"somethingNew": 1}
    reports = read_reports(
        {"actionType": row.action_type, "success": True, "data": [fact] if is_list else fact}
    )

    (report,) = reports.of(row.cls)
    if row.result is NoneType:
        assert report.data is None
    elif is_list:
        assert [type(entry) for entry in report.data or ()] == [*get_args(row.result)]
    else:
        assert type(report.data) is row.result
    assert report.raw["data"] == ([fact] if is_list else fact)


def test_data_that_holds_no_fact_is_none() -> None:
    """A page opened only for its children brings nothing itself."""
    below: Json = {"actionType": "st.sendMessage", "success": True}
    page: dict[str, Json] = {"actionType": "st.openPersonPage", "success": True}

    reports = read_reports([page, {**page, "data": {}}, {**page, "data": {"then": below}}])

    assert [report.data for report in reports.of(OpenPersonPage)] == [None, None, None]
    assert [report.path for report in reports.of(SendMessage)] == ["completion[2].data.then"]


def test_one_object_counts_as_a_list_of_one() -> None:
    """Where a list is documented and an object comes, it is the only entry."""
    told: Json = {
        "actionType": "st.retrievePersonSkills",
        "success": True,
        "data": {"name": "Go"},
    }

    assert read_reports(told).first(RetrievePersonSkills) == [PersonSkill(name="Go")]


def test_unknown_actions_stay_raw() -> None:
    """What no table knows keeps its JSON, and its children are typed."""
    below: Json = {"actionType": "st.retrieveSSI", "data": {"ssi": 1}}
    data: Json = {"colour": "red", "then": below}
    reports = read_reports([{"actionType": "st.paint", "success": True, "data": data}, {}])

    assert [report.action_type for report in reports.of(RawAction)] == ["st.paint", ""]
    assert reports.all(RawAction) == [data]
    assert reports.first(RetrieveSSI) == SsiResult(ssi=1)


def test_report_of_a_loop_is_read_too() -> None:
    """Should a loop report of itself, its children are found below it."""
    told: Json = {
        "actionType": "st.doForPeople",
        "success": True,
        "data": [{"then": {"actionType": "st.sendMessage", "success": True}}, 7],
    }

    (loop,) = read_reports(told).of(DoForPeople)

    assert loop.data is None
    assert loop.about(0).of(SendMessage)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"success": True}, None),
        ({}, None),
        ({"success": True, "error": None}, None),
        ({"success": False}, ActionFailure("unknownError", "The report gives no reason.", "st.x")),
        (
            {"error": {"type": "limitExceeded"}, "label": "l"},
            ActionFailure("limitExceeded", "The report gives no reason.", "st.x", "l"),
        ),
    ],
)
def test_failure_of_a_report(report: dict[str, Json], expected: ActionFailure | None) -> None:
    """A report fails where it says so, or holds an error; what it lacks is told as unknown."""
    (read,) = read_reports({"actionType": "st.x", **report, "data": {"some": "thing"}})

    assert read.error == expected
    assert read.success is (expected is None)
    assert (read.data is None) is (expected is not None)


WRONG: list[tuple[Json, str]] = [
    (None, "expected object at completion, got NoneType"),
    ([{}, 5], "expected object at completion[1], got int"),
    ({"actionType": 5}, "expected str at completion.actionType, got int"),
    ({"label": []}, "expected str at completion.label, got list"),
    ({"error": "no"}, "expected object at completion.error, got str"),
    ({"error": {"type": 5}}, "expected str at completion.error.type, got int"),
    ({"error": {"message": {}}}, "expected str at completion.error.message, got dict"),
    (
        {"data": {"then": ["x"]}},
        "expected object at completion.data.then[0], got str",
    ),
    ({"data": [{"then": "x"}]}, "expected object at completion.data[0].then, got str"),
    (
        {"actionType": "st.openPersonPage", "data": {"name": 5}},
        "expected str at completion.data.name, got int",
    ),
    (
        {"actionType": "st.openPersonPage", "data": [1]},
        "expected object at completion.data, got array",
    ),
    (
        {"data": {"then": {"actionType": "st.retrievePersonSkills", "data": [{"name": 5}]}}},
        "expected str at completion.data.then.data[0].name, got int",
    ),
]


@pytest.mark.parametrize(("completion", "message"), WRONG)
def test_wrong_types_are_named_with_their_place(completion: Json, message: str) -> None:
    """What is not of the documented form is refused by path; the completion is not lost."""
    with pytest.raises(ProtocolError) as caught:
        read_reports(completion)

    assert caught.value.message == message
    assert caught.value.completion == completion


def test_endless_completion_is_refused() -> None:
    """Reports deeper than Python can follow are refused like any other unreadable reply."""
    deep: Json = {"actionType": "st.openPersonPage"}
    for _ in range(5_000):
        deep = {"actionType": "st.openPersonPage", "data": {"then": deep}}

    with pytest.raises(ProtocolError, match="nested too deeply") as caught:
        read_reports(deep)

    assert caught.value.completion is deep


def test_reports_are_values() -> None:
    """Equal, pickled, and silent about the raw JSON."""
    reports = read_reports(PAGE)

    assert pickle.loads(pickle.dumps(reports)) == reports  # noqa: S301 - our own
    assert "raw" not in repr(reports)


def test_every_result_offers_its_reports() -> None:
    """A result reads its completion on request."""
    result = Result[Json](data=None, completion=PAGE)

    assert result.reports() == read_reports(PAGE)


async def test_custom_workflow_is_read_typed(api: LinkedApi) -> None:
    """What the service reports of a workflow made by hand is found by class and label."""
    result = await api.run(CustomWorkflow([RetrieveSSI(label="a"), RetrieveSSI(label="b")]))

    reports = result.reports()

    assert [type(index) for index in reports.all(RetrieveSSI)] == [SsiResult, SsiResult]
    (second,) = reports.of(RetrieveSSI, label="b")
    assert second.path == "completion[1]"
    assert second.data == reports.first(RetrieveSSI, label="b")
