"""Actions on people: search them, open a profile, read it; Sales Navigator included."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import attrs

from linkedapi_async._types import Effect, Plan
from linkedapi_async.models.comments import Comment
from linkedapi_async.models.people import (
    NvPeopleFilter,
    NvPerson,
    NvPersonSearchItem,
    PeopleFilter,
    Person,
    PersonEducation,
    PersonExperience,
    PersonLanguage,
    PersonSearchItem,
    PersonSkill,
)
from linkedapi_async.models.posts import Post
from linkedapi_async.models.reactions import Reaction

from ._base import Action, AnyAction, Rule, Then, action

if TYPE_CHECKING:
    from .connections import (
        CheckConnectionStatus,
        RemoveConnection,
        SendConnectionRequest,
        WithdrawConnectionRequest,
    )
    from .messages import NvSendMessage, NvSyncConversation, SendMessage, SyncConversation
    from .skills import DoForSkills

__all__ = [
    "DoForPeople",
    "NvDoForPeople",
    "NvOpenPersonPage",
    "NvSearchPeople",
    "OpenPersonPage",
    "RetrievePersonComments",
    "RetrievePersonEducation",
    "RetrievePersonExperience",
    "RetrievePersonLanguages",
    "RetrievePersonPosts",
    "RetrievePersonReactions",
    "RetrievePersonSkills",
    "SearchPeople",
]


@action(
    "st.openPersonPage",
    effect=Effect.READ,
    category="stPersonProfileViews",
    root="personUrl is given",
    under=("st.doForPeople", "nv.openPersonPage"),
    children=(
        "st.sendMessage",
        "st.syncConversation",
        "nv.syncConversation",
        "st.checkConnectionStatus",
        "st.sendConnectionRequest",
        "st.withdrawConnectionRequest",
        "st.removeConnection",
        "st.retrievePersonExperience",
        "st.retrievePersonEducation",
        "st.retrievePersonSkills",
        "st.retrievePersonLanguages",
        "st.retrievePersonPosts",
        "st.retrievePersonComments",
        "st.retrievePersonReactions",
        "nv.openPersonPage",
    ),
    errors=("personNotFound", "selfProfileNotAllowed"),
)
@attrs.frozen(kw_only=True)
class OpenPersonPage(Action[Person]):
    """Open a profile, read its basic facts on request, and act there.

    LinkedIn records the visit as an ordinary profile view.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.
        basic_info: Whether the report holds the basic facts, or only what the children report.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    basic_info: bool | None = None
    then: "Then[_BelowOpenPersonPage] | None" = None


@action("st.retrievePersonExperience", effect=Effect.READ, under=("st.openPersonPage",))
@attrs.frozen(kw_only=True)
class RetrievePersonExperience(Action[list[PersonExperience]]):
    """Read the positions of the profile that is open.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """


@action("st.retrievePersonEducation", effect=Effect.READ, under=("st.openPersonPage",))
@attrs.frozen(kw_only=True)
class RetrievePersonEducation(Action[list[PersonEducation]]):
    """Read the schools of the profile that is open.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """


@action(
    "st.retrievePersonSkills",
    effect=Effect.READ,
    under=("st.openPersonPage",),
    children=("st.doForSkills",),
)
@attrs.frozen(kw_only=True)
class RetrievePersonSkills(Action[list[PersonSkill]]):
    """Read the skills of the profile that is open.

    Attributes:
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-person-skills
    """

    then: "Then[DoForSkills] | None" = None


@action("st.retrievePersonLanguages", effect=Effect.READ, under=("st.openPersonPage",))
@attrs.frozen(kw_only=True)
class RetrievePersonLanguages(Action[list[PersonLanguage]]):
    """Read the languages of the profile that is open.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-person-languages
    """


@action("st.retrievePersonPosts", effect=Effect.READ, under=("st.openPersonPage",), children=None)
@attrs.frozen(kw_only=True)
class RetrievePersonPosts(Action[list[Post]]):
    """Read recent posts of the person whose profile is open.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        since: ISO 8601: only what was made after this moment.
        then: Any action; which ones the service takes here is not documented.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    limit: Annotated[int | None, Rule(min=1, max=20)] = None
    since: Annotated[str | None, Rule(format="iso8601")] = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.retrievePersonComments", effect=Effect.READ, under=("st.openPersonPage",), children=None
)
@attrs.frozen(kw_only=True)
class RetrievePersonComments(Action[list[Comment]]):
    """Read recent comments of the person whose profile is open.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        since: ISO 8601: only what was made after this moment.
        then: Any action; which ones the service takes here is not documented.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    limit: Annotated[int | None, Rule(min=1, max=20)] = None
    since: Annotated[str | None, Rule(format="iso8601")] = None
    then: "Then[AnyAction] | None" = None


@action("st.retrievePersonReactions", effect=Effect.READ, under=("st.openPersonPage",))
@attrs.frozen(kw_only=True)
class RetrievePersonReactions(Action[list[Reaction]]):
    """Read recent reactions of the person whose profile is open.

    Attributes:
        limit: How many at most: 1 to 20; the service takes 20.
        since: ISO 8601: only what was made after this moment.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-person-reactions
    """

    limit: Annotated[int | None, Rule(min=1, max=20)] = None
    since: Annotated[str | None, Rule(format="iso8601")] = None


@action(
    "st.searchPeople",
    effect=Effect.READ,
    category="stSearchQueries",
    root=True,
    children=("st.doForPeople",),
    errors=("searchingNotAllowed", "filterNotApplied"),
)
@attrs.frozen(kw_only=True)
class SearchPeople(Action[list[PersonSearchItem]]):
    """Search people.

    Attributes:
        term: Words to search for.
        limit: How many at most: 1 to 1000; the service takes 10.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-search-people
    """

    term: Annotated[str | None, Rule(one_of_group="term_or_url")] = None
    limit: Annotated[int | None, Rule(min=1, max=1000)] = None
    filter: PeopleFilter | None = None
    custom_search_url: Annotated[str | None, Rule(one_of_group="term_or_url")] = None
    then: "Then[DoForPeople] | None" = None


@action(
    "st.doForPeople",
    effect=Effect.READ,
    loop=True,
    under=("st.searchPeople", "st.retrieveCompanyEmployees", "st.retrieveCompanyDMs"),
    children=("st.openPersonPage",),
)
@attrs.frozen(kw_only=True)
class DoForPeople(Action[None]):
    """Repeat the children for each person of the list above.

    Attributes:
        then: What to do with each: one child, or several in order.

    Source: https://linkedapi.io/docs/action-st-search-people
    """

    then: "Then[OpenPersonPage] | None" = None


@action(
    "nv.openPersonPage",
    effect=Effect.READ,
    plan=Plan.PLUS,
    category="nvPersonProfileViews",
    root="personHashedUrl is given",
    under=("nv.doForPeople", "st.openPersonPage"),
    children=("nv.sendMessage", "nv.syncConversation", "st.openPersonPage"),
    errors=("personNotFound", "selfProfileNotAllowed", "noSalesNavigator"),
)
@attrs.frozen(kw_only=True)
class NvOpenPersonPage(Action[NvPerson]):
    """Open a person in Sales Navigator, read the basic facts on request, and act there.

    Attributes:
        person_hashed_url: Address with the hashed id; at the root only.
        basic_info: Whether the report holds the basic facts, or only what the children report.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-nv-open-person-page
    """

    person_hashed_url: Annotated[str | None, Rule(required="at_root")] = None
    basic_info: bool | None = None
    then: "Then[NvSendMessage | NvSyncConversation | OpenPersonPage] | None" = None


@action(
    "nv.searchPeople",
    effect=Effect.READ,
    plan=Plan.PLUS,
    root=True,
    children=("nv.doForPeople",),
    errors=("noSalesNavigator", "searchingNotAllowed"),
)
@attrs.frozen(kw_only=True)
class NvSearchPeople(Action[list[NvPersonSearchItem]]):
    """Search people in Sales Navigator.

    Attributes:
        term: Words to search for.
        limit: How many at most: 1 to 2500; the service takes 25.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.
        then: What to do there: one child, or several in order.

    Source: https://linkedapi.io/docs/action-nv-search-people
    """

    term: Annotated[str | None, Rule(one_of_group="term_or_url")] = None
    limit: Annotated[int | None, Rule(min=1, max=2500)] = None
    filter: NvPeopleFilter | None = None
    custom_search_url: Annotated[str | None, Rule(one_of_group="term_or_url")] = None
    then: "Then[NvDoForPeople] | None" = None


@action(
    "nv.doForPeople",
    effect=Effect.READ,
    plan=Plan.PLUS,
    loop=True,
    under=("nv.searchPeople", "nv.retrieveCompanyEmployees", "nv.retrieveCompanyDMs"),
    children=("nv.openPersonPage",),
)
@attrs.frozen(kw_only=True)
class NvDoForPeople(Action[None]):
    """Repeat the children for each person of the Sales Navigator list above.

    Attributes:
        then: What to do with each: one child, or several in order.

    Source: https://linkedapi.io/docs/action-nv-search-people
    """

    then: "Then[NvOpenPersonPage] | None" = None


if TYPE_CHECKING:
    _BelowOpenPersonPage: TypeAlias = (
        SendMessage
        | SyncConversation
        | NvSyncConversation
        | CheckConnectionStatus
        | SendConnectionRequest
        | WithdrawConnectionRequest
        | RemoveConnection
        | RetrievePersonExperience
        | RetrievePersonEducation
        | RetrievePersonSkills
        | RetrievePersonLanguages
        | RetrievePersonPosts
        | RetrievePersonComments
        | RetrievePersonReactions
        | NvOpenPersonPage
    )
