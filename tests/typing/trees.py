"""What type checkers make of composed workflows and of their reports; never run, only checked.

Each `type: ignore` marks a mistake that has to be found: an ignore that nothing needs fails.
"""

from typing import Any, assert_type

from linkedapi_async import CustomWorkflow, LinkedApi, Result, operations
from linkedapi_async._types import Json
from linkedapi_async.actions import (
    Action,
    AnyAction,
    CheckConnectionStatus,
    CommentOnPost,
    CreatePost,
    DoForCompanies,
    DoForPeople,
    DoForSkills,
    EndorsePersonSkill,
    OpenCompanyPage,
    OpenPersonPage,
    OpenPost,
    ReactToPost,
    RetrieveFeed,
    RetrievePersonPosts,
    RetrievePersonSkills,
    RetrieveSSI,
    SearchCompanies,
    SearchPeople,
    SendConnectionRequest,
    SendMessage,
)
from linkedapi_async.errors import Problem
from linkedapi_async.models import (
    CompanyFilter,
    PeopleFilter,
    Person,
    PersonSearchItem,
    PersonSkill,
    PostAttachment,
    SsiResult,
)
from linkedapi_async.workflows import RawAction, Report, Reports, Workflow, read_reports
from linkedapi_async.workflows._validate import validate


def right_trees() -> None:
    """What may stand under an action is one child, or several of different kinds."""
    endorse = DoForSkills(skill_name_patterns=("^Go$",), then=EndorsePersonSkill())
    page = OpenPersonPage(
        basic_info=True,
        then=[RetrievePersonSkills(then=endorse), SendMessage(text="Hi"), CheckConnectionStatus()],
    )
    assert_type(page, OpenPersonPage)
    search = SearchPeople(
        term="cto",
        filter=PeopleFilter(locations=["Berlin"], connection_degrees=["1st", "2nd"]),
        then=DoForPeople(then=page),
        label="ctos",
    )
    OpenPost(post_url="u", then=(ReactToPost(type="like"), CommentOnPost(text="t")))
    RetrieveFeed(then=search)  # nobody says what may stand there: anything may
    RetrieveFeed(then=[page, RawAction(action_type="st.new", params={"a": [1, None]})])
    CreatePost(text="t", attachments=[PostAttachment(url="u", type="image")])
    assert_type(search.to_json()["actionType"], Json)


def wrong_trees() -> None:
    """Fields and children that an action does not take."""
    SearchPeople(terms="cto")  # type: ignore[call-arg]
    SearchPeople("cto")  # type: ignore[call-arg]
    SearchPeople(limit="10")  # type: ignore[arg-type]
    SearchPeople(filter=CompanyFilter())  # type: ignore[arg-type]
    SearchPeople(filter={"position": "CTO"})  # type: ignore[arg-type]
    PeopleFilter(connection_degrees=["4th"])  # type: ignore[list-item]
    PeopleFilter(location="Berlin")  # type: ignore[call-arg]
    SendMessage()  # type: ignore[call-arg]
    ReactToPost(type="likes")  # type: ignore[arg-type]
    PostAttachment(url="u", type="gif")  # type: ignore[arg-type]
    SearchPeople(then=OpenPersonPage())  # type: ignore[arg-type]
    DoForPeople(then=SendMessage(text="t"))  # type: ignore[arg-type]
    DoForPeople(then=OpenCompanyPage())  # type: ignore[arg-type]
    DoForCompanies(then=[OpenPersonPage()])  # type: ignore[list-item]
    SearchCompanies(then=DoForPeople())  # type: ignore[arg-type]
    OpenPersonPage(then=SearchPeople())  # type: ignore[arg-type]
    OpenPersonPage(then=[RetrievePersonSkills(), EndorsePersonSkill()])  # type: ignore[list-item]
    OpenPersonPage(then={"actionType": "st.sendMessage"})  # type: ignore[arg-type]
    OpenPersonPage(then=operations.SendMessage(text="t"))  # type: ignore[arg-type]
    OpenPersonPage(then=RetrievePersonSkills)  # type: ignore[arg-type]
    CheckConnectionStatus(then=SendMessage(text="t"))  # type: ignore[call-arg]
    SendConnectionRequest(then=None)  # type: ignore[call-arg]
    RetrieveSSI(then=[])  # type: ignore[call-arg]
    RetrievePersonPosts(then="st.openPost")  # type: ignore[arg-type]
    SendMessage(text="t").text = "u"  # type: ignore[misc]


def workflows(tree: Json) -> None:
    """A workflow holds one action or several, and comes back from JSON."""
    one = Workflow(OpenPersonPage(person_url="u"))
    several = Workflow([OpenPersonPage(person_url="u"), RetrieveSSI()])
    assert_type(one.roots, tuple[Action[Any], ...])
    assert_type(list(several), list[AnyAction])
    assert_type(Workflow.from_json(tree, keep_unknown=True), Workflow)
    assert_type(Workflow.from_json(several.to_json()), Workflow)
    assert_type(validate(one.definition), tuple[Problem, ...])
    CustomWorkflow(one.definition)
    CustomWorkflow(several.to_json())

    Workflow(OpenPersonPage(), RetrieveSSI())  # type: ignore[call-arg]
    Workflow({"actionType": "st.retrieveSSI"})  # type: ignore[arg-type]
    Workflow("st.retrieveSSI")  # type: ignore[arg-type]
    Workflow(operations.RetrieveSSI())  # type: ignore[arg-type]
    Workflow.from_json(OpenPersonPage())  # type: ignore[arg-type]
    RawAction("st.new")  # type: ignore[call-arg]
    RawAction(params={})  # type: ignore[call-arg]


async def reports(api: LinkedApi, result: Result[Person]) -> None:
    """What an action reports is typed by its class, wherever it stands."""
    found = (await api.run(CustomWorkflow(OpenPersonPage(person_url="u")))).reports()
    assert_type(found, Reports)
    assert_type(read_reports(result.completion), Reports)
    assert_type(found.first(OpenPersonPage), Person | None)
    assert_type(found.first(RetrievePersonSkills, label="a"), list[PersonSkill] | None)
    assert_type(found.all(RetrieveSSI), list[SsiResult])
    assert_type(found.all(SearchPeople), list[list[PersonSearchItem]])
    assert_type(found.first(RawAction), Json)
    assert_type(found.of(OpenPersonPage), tuple[Report[Person], ...])
    for report in found.of(SearchPeople):
        assert_type(report.data, list[PersonSearchItem] | None)
        assert_type(report.about(0).first(OpenPersonPage), Person | None)
        assert_type(report.below.first(OpenPersonPage), Person | None)

    found.first("st.openPersonPage")  # type: ignore[arg-type]
    found.first(OpenPersonPage())  # type: ignore[arg-type]
    found.first(operations.FetchPerson)  # type: ignore[arg-type]
    _ = found.first(OpenPersonPage).name  # type: ignore[union-attr]
    text: str = found.all(RetrieveSSI)  # type: ignore[assignment]
    number: list[int] = found.all(RetrieveSSI)  # type: ignore[arg-type]
    del text, number


def kinds(page: OpenPersonPage, report: Report[Person]) -> None:
    """What is typed by a person is also something typed by anything a person is."""
    action: Action[object] = page
    general: Report[Person | None] = report
    wrong: Action[SsiResult] = page  # type: ignore[assignment]
    del action, general, wrong
