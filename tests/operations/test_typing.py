"""What type checkers infer; mypy and pyright judge this file, running it only proves it valid."""

from typing import TypeVar, assert_type

from linkedapi_async._types import Json
from linkedapi_async.models import Person, PersonSearchItem, SsiResult
from linkedapi_async.operations import (
    CustomWorkflow,
    EndorsePersonSkills,
    FetchPerson,
    Operation,
    PersonSkillEndorsement,
    Result,
    RetrieveSSI,
    SearchPeople,
    SendMessage,
)

R = TypeVar("R")


def run(operation: Operation[R]) -> Result[R]:
    """Stand in for a client, as far as types go."""
    data, errors = operation.read({"actionType": "st.x", "success": True})
    return Result(data, errors)


def test_results_are_typed_by_their_operation() -> None:
    """Each operation tells the type of its result without an annotation."""
    assert_type(run(SearchPeople(term="x")), Result[list[PersonSearchItem]])
    assert_type(run(SearchPeople()).data, list[PersonSearchItem] | None)
    assert_type(run(FetchPerson(person_url="u")).unwrap(), Person)
    assert_type(run(RetrieveSSI()), Result[SsiResult])
    assert_type(run(SendMessage(text="x")), Result[None])
    assert_type(run(EndorsePersonSkills(person_url="u")), Result[list[PersonSkillEndorsement]])
    assert_type(run(CustomWorkflow({"actionType": "st.x"})), Result[Json])
