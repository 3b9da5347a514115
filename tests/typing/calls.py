"""What type checkers make of calls; never run, only checked.

Each `type: ignore` marks a mistake that has to be found: an ignore that nothing needs fails.
"""

from collections.abc import Sequence
from typing import assert_type

from linkedapi_async import (
    ActionFailure,
    CustomWorkflow,
    LinkedApi,
    Policy,
    Result,
    State,
    WorkflowHandle,
    WorkflowStatus,
    actions,
)
from linkedapi_async._types import Json
from linkedapi_async.events import Event
from linkedapi_async.models import Company, CompanyFilter, Person, PersonSearchItem
from linkedapi_async.operations import (
    FetchCompany,
    FetchPerson,
    Operation,
    ReactToPost,
    SearchPeople,
    SendMessage,
)
from linkedapi_async.workflows import Workflow


async def results(api: LinkedApi) -> None:
    """`run` is typed by its operation."""
    person = await api.run(FetchPerson(person_url="u"))
    assert_type(person, Result[Person])
    assert_type(person.data, Person | None)
    assert_type(person.unwrap(), Person)
    assert_type(person.unwrap().name, str | None)
    assert_type(person.errors, tuple[ActionFailure, ...])
    assert_type(person.workflow_id, str | None)
    assert_type(await api.run(SearchPeople(term="cto")), Result[list[PersonSearchItem]])
    assert_type(await api.run(FetchCompany(company_url="u")), Result[Company])
    assert_type(await api.run(SendMessage(person_url="u", text="t")), Result[None])
    assert_type(await api.run(CustomWorkflow({"actionType": "st.openPersonPage"})), Result[Json])


async def handles(api: LinkedApi) -> None:
    """`start` and `attach` give typed handles."""
    handle = await api.start(FetchPerson(person_url="u"))
    assert_type(handle, WorkflowHandle[Person])
    assert_type(await handle.result(timeout=3), Result[Person])
    assert_type(await handle.status(), WorkflowStatus)
    assert_type((await handle.status()).state, State)
    assert_type(await handle.cancel(), bool)
    assert_type(api.attach(SearchPeople, "wf"), WorkflowHandle[list[PersonSearchItem]])
    assert_type(api.attach(SearchPeople(limit=1), "wf"), WorkflowHandle[list[PersonSearchItem]])
    assert_type(api.with_options(deadline=3, policy=Policy.bot()), LinkedApi)


async def options() -> None:
    """Tokens are text or async callables; a listener takes events."""

    async def token() -> str:
        return "token"

    def listen(event: Event) -> None:
        assert_type(event.account, str)

    async with LinkedApi(linked_api_token=token, identification_token="b", on_event=listen) as api:
        assert_type(api, LinkedApi)
    assert_type(LinkedApi.from_env(), LinkedApi)


async def mistakes(api: LinkedApi) -> None:
    """What a checker has to refuse."""

    def number() -> int:
        return 5

    FetchPerson(person_uri="u")  # type: ignore[call-arg]
    FetchPerson()  # type: ignore[call-arg]
    FetchPerson("u")  # type: ignore[call-arg]
    FetchPerson(person_url=5)  # type: ignore[arg-type]
    LinkedApi("a", "b")  # type: ignore[call-arg]
    LinkedApi(linked_api_token=5)  # type: ignore[arg-type]
    LinkedApi(linked_api_token=number)  # type: ignore[arg-type]
    LinkedApi(token="a")  # type: ignore[call-arg]
    LinkedApi(preflight="maybe")  # type: ignore[arg-type]
    LinkedApi(policy="batch")  # type: ignore[arg-type]
    await api.run(FetchPerson)  # type: ignore[arg-type]
    await api.run({"actionType": "x"})  # type: ignore[arg-type]
    api.attach("fetchPerson", "wf")  # type: ignore[arg-type]
    person = await api.run(FetchPerson(person_url="u"))
    _ = person.data.name  # type: ignore[union-attr]
    _ = person.unwrap().nmae  # type: ignore[attr-defined]
    person.data = None  # type: ignore[misc]
    company: Company = person.unwrap()  # type: ignore[assignment]
    wrong: Result[Company] = person  # type: ignore[assignment]
    del company, wrong
    items: list[Person] = (await api.run(SearchPeople())).unwrap()  # type: ignore[assignment]
    del items
    await api.run(actions.SearchPeople())  # type: ignore[arg-type]
    await api.run(Workflow(actions.SearchPeople()))  # type: ignore[arg-type]
    SearchPeople(filter=CompanyFilter())  # type: ignore[arg-type]
    ReactToPost(post_url="u", type="likes")  # type: ignore[arg-type]
    handle: WorkflowHandle[Company] = api.attach(FetchPerson, "wf")  # type: ignore[arg-type]
    del handle
    Policy(max_attempts="3")  # type: ignore[arg-type]


def variance(items: Result[list[PersonSearchItem]]) -> Sequence[PersonSearchItem]:
    """Lists of models are sequences of them."""
    return items.unwrap()


async def choices(api: LinkedApi, *, is_person: bool) -> None:
    """One of several operations is run like any other; its result is one of theirs."""
    person, company = FetchPerson(person_url="u"), FetchCompany(company_url="u")
    await api.run(person if is_person else company)
    await api.start(person if is_person else company)
    api.attach(FetchPerson if is_person else FetchCompany, "wf")
    chosen: Operation[Person | Company] = person if is_person else company
    assert_type(await api.run(chosen), Result[Person | Company])
    assert_type((await api.start(chosen)), WorkflowHandle[Person | Company])
    queue: list[Operation[Person | Company]] = [person, company]
    assert_type([await api.run(one) for one in queue], list[Result[Person | Company]])
    result: Result[Person | Company] = await api.run(person)
    handle: WorkflowHandle[object] = await api.start(person)
    kind: type[Operation[Person | Company]] = FetchPerson if is_person else FetchCompany
    assert_type(api.attach(kind, "wf"), WorkflowHandle[Person | Company])
    del result, handle
