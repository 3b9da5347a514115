"""Endorsing every skill that matches."""

from typing import Any

import pytest

from linkedapi_async import operations as package
from linkedapi_async.errors import ActionFailure, ProtocolError
from linkedapi_async.operations import EndorsePersonSkills, PersonSkillEndorsement
from linkedapi_async.operations._base import MODULES, operations

LIMIT: Any = {"type": "limitExceeded", "message": "m"}


def page(*children: Any) -> Any:
    return {"actionType": "st.openPersonPage", "success": True, "data": {"then": list(children)}}


def skills(data: Any) -> Any:
    return {"actionType": "st.retrievePersonSkills", "success": True, "data": data}


def endorsed(**more: Any) -> Any:
    return {"actionType": "st.endorsePersonSkill", "success": True, **more}


def test_each_skill_that_was_tried_has_its_entry() -> None:
    """Skills without a report were not selected; a failed one tells why in its entry."""
    completion = page(
        {"actionType": "st.somethingElse"},
        skills(
            [
                {"name": "Go", "then": [{"actionType": "st.x"}, endorsed()]},
                {"name": "C"},
                {"name": "Rust", "then": [{"actionType": "st.x"}]},
                {"name": "Java", "then": [endorsed(success=False, error=LIMIT)]},
            ]
        ),
    )

    assert EndorsePersonSkills.read(completion) == (
        [
            PersonSkillEndorsement(skill_name="Go", success=True),
            PersonSkillEndorsement(
                skill_name="Java",
                success=False,
                error=ActionFailure("limitExceeded", "m", "st.endorsePersonSkill"),
            ),
        ],
        (),
    )


@pytest.mark.parametrize(
    ("completion", "failed"),
    [
        ({"actionType": "a", "success": False, "error": LIMIT}, ("a",)),
        (page({**skills(None), "success": False, "error": LIMIT}), ("st.retrievePersonSkills",)),
        ({"actionType": "a", "success": True}, ()),
        (page(), ()),
    ],
)
def test_failure_of_the_whole_leaves_no_data(completion: Any, failed: tuple[str, ...]) -> None:
    """Where the page or the skills failed, or are missing, there is no data."""
    data, errors = EndorsePersonSkills.read(completion)

    assert data is None
    assert tuple(error.action_type for error in errors) == failed


def test_no_skills_are_no_entries() -> None:
    """A profile without skills gives an empty list."""
    assert EndorsePersonSkills.read(page(skills([]))) == ([], ())
    assert EndorsePersonSkills.read(page(skills(None))) == ([], ())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("x", "expected array at completion.data.then[0].data, got str"),
        ([4], "expected object at completion.data.then[0].data[0], got int"),
        (
            [{"name": "Go", "then": [endorsed(success=None)]}],
            "expected bool at completion.data.then[0].data[0].then[0].success, got null",
        ),
    ],
)
def test_wrong_type_is_named_with_its_place(data: Any, message: str) -> None:
    """A report of another form is refused by place."""
    with pytest.raises(ProtocolError) as caught:
        EndorsePersonSkills.read(page(skills(data)))

    assert caught.value.message == message


def test_package_names_every_operation() -> None:
    """The lazy package exports each operation once, and nothing unknown."""
    built = {kind.__name__ for kind in operations().values()}

    assert built <= set(dir(package))
    assert len(dir(package)) == len(set(dir(package)))
    assert {kind.__module__.rpartition(".")[2] for kind in operations().values()} == set(MODULES)
    with pytest.raises(AttributeError, match="Teleport"):
        _ = package.Teleport  # type: ignore[attr-defined]  # the point - no such name
