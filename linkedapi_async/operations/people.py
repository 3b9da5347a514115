"""Operations on people, Sales Navigator included."""

from typing import ClassVar

import attrs

from linkedapi_async.actions import people as actions_people
from linkedapi_async.models.people import (
    NvPeopleFilter,
    NvPerson,
    NvPersonSearchItem,
    PeopleFilter,
    Person,
    PersonSearchItem,
)

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    PageOperation,
    Part,
    operation,
)
from .configs import LimitSinceConfig

__all__ = [
    "FetchPerson",
    "NvFetchPerson",
    "NvSearchPeople",
    "SearchPeople",
]


@operation("searchPeople")
@attrs.frozen(kw_only=True)
class SearchPeople(ListOperation[PersonSearchItem]):
    """Search people.

    Attributes:
        limit: How many at most: 1 to 1000; the service takes 10.
        term: Words to search for.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.

    Source: https://linkedapi.io/docs/action-st-search-people
    """

    root: ClassVar[ActionClass] = actions_people.SearchPeople
    model: ClassVar[ModelClass] = PersonSearchItem

    limit: int | None = None
    term: str | None = None
    filter: PeopleFilter | None = None
    custom_search_url: str | None = None


@operation("fetchPerson")
@attrs.frozen(kw_only=True)
class FetchPerson(PageOperation[Person]):
    """Read a profile, with the parts asked for.

    Attributes:
        person_url: Public or hashed address of the person.
        retrieve_experience: Whether to read the positions too.
        retrieve_education: Whether to read the schools too.
        retrieve_skills: Whether to read the skills too.
        retrieve_languages: Whether to read the languages too.
        retrieve_posts: Whether to read recent posts too.
        retrieve_comments: Whether to read comments too.
        retrieve_reactions: Whether to read reactions too.
        posts_retrieval_config: Bounds for recent posts; used only when they are read.
        comments_retrieval_config: Bounds for comments; used only when they are read.
        reactions_retrieval_config: Bounds for reactions; used only when they are read.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    root: ClassVar[ActionClass] = actions_people.OpenPersonPage
    model: ClassVar[ModelClass] = Person
    parts: ClassVar[tuple[Part, ...]] = (
        Part("retrieve_experience", actions_people.RetrievePersonExperience, "experiences"),
        Part("retrieve_education", actions_people.RetrievePersonEducation, "education"),
        Part("retrieve_skills", actions_people.RetrievePersonSkills, "skills"),
        Part("retrieve_languages", actions_people.RetrievePersonLanguages, "languages"),
        Part(
            "retrieve_posts", actions_people.RetrievePersonPosts, "posts", "posts_retrieval_config"
        ),
        Part(
            "retrieve_comments",
            actions_people.RetrievePersonComments,
            "comments",
            "comments_retrieval_config",
        ),
        Part(
            "retrieve_reactions",
            actions_people.RetrievePersonReactions,
            "reactions",
            "reactions_retrieval_config",
        ),
    )

    person_url: str
    retrieve_experience: bool = False
    retrieve_education: bool = False
    retrieve_skills: bool = False
    retrieve_languages: bool = False
    retrieve_posts: bool = False
    retrieve_comments: bool = False
    retrieve_reactions: bool = False
    posts_retrieval_config: LimitSinceConfig | None = None
    comments_retrieval_config: LimitSinceConfig | None = None
    reactions_retrieval_config: LimitSinceConfig | None = None


@operation("nvSearchPeople")
@attrs.frozen(kw_only=True)
class NvSearchPeople(ListOperation[NvPersonSearchItem]):
    """Search people in Sales Navigator.

    Attributes:
        limit: How many at most: 1 to 2500; the service takes 25.
        term: Words to search for.
        filter: What to narrow the list to; every field given has to match.
        custom_search_url: Address of a search made on LinkedIn; overrides the criteria.

    Source: https://linkedapi.io/docs/action-nv-search-people
    """

    root: ClassVar[ActionClass] = actions_people.NvSearchPeople
    model: ClassVar[ModelClass] = NvPersonSearchItem

    limit: int | None = None
    term: str | None = None
    filter: NvPeopleFilter | None = None
    custom_search_url: str | None = None


@operation("nvFetchPerson")
@attrs.frozen(kw_only=True)
class NvFetchPerson(PageOperation[NvPerson]):
    """Read a profile in Sales Navigator.

    Attributes:
        person_hashed_url: Address with the hashed id.

    Source: https://linkedapi.io/docs/action-nv-open-person-page
    """

    root: ClassVar[ActionClass] = actions_people.NvOpenPersonPage
    model: ClassVar[ModelClass] = NvPerson

    person_hashed_url: str
