"""Carries out the search for posts.

A hit holds every word of the term; widening a search, as LinkedIn does, is left out. Every
criterion given has to apply, and the publisher is the one asked about: for a repost, the reposter.
People and companies are chosen by name as in a mention; an entry that means nobody, or an
industry LinkedIn does not know, ends the search (`filterNotApplied`). So does an address that is
none of a content search, with `searchingNotAllowed`, which also comes when the month's searches
are used up.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeAlias, TypeVar, cast

from linkedapi_async._types import Json, JsonObject

from ._actors import without, written_as
from ._content import Actor, Post
from ._feed import follows, is_connected
from ._filters import begin_search, criteria_of, limit_of, require_offered, words_of
from ._registry import Context, Outcome, executor, fail
from ._telling import tell_post
from ._world import Company, Person

__all__ = ["search_posts"]

Named = TypeVar("Named", Person, Company)
Test: TypeAlias = Callable[[Post], bool]

_POSTS_FOUND: Final = 10
_ADDRESS: Final = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)?linkedin\.com/search/results/content/?(?:[?#].*)?", re.IGNORECASE
)
_WORD: Final = re.compile(r"\w+")
_AGES: Final = {
    "past24Hours": timedelta(days=1),
    "pastWeek": timedelta(days=7),
    "pastMonth": timedelta(days=30),
}
_FORMATS: Final = {
    "videos": {"video", "liveVideo"},
    "images": {"images"},
    "jobPosts": {"job"},
    "liveVideos": {"liveVideo"},
    "documents": {"document"},
}


@executor("st.searchPosts")
def search_posts(context: Context, params: JsonObject) -> Outcome:
    """Find posts; without a sort those most reacted to come first, of equals the latest."""
    address = params.get("customSearchUrl")
    if address is not None and _ADDRESS.fullmatch(str(address)) is None:
        fail("searchingNotAllowed")
    begin_search(context)
    wanted = criteria_of(params)
    tests = list(_tests(context, wanted))
    words = {word for part in words_of(params) for word in _WORD.findall(part)}
    wall = context.world.wall
    found = [
        post
        for post in wall.everything
        if words <= _vocabulary(post) and all(test(post) for test in tests)
    ]
    found.sort(key=lambda post: post.at, reverse=True)
    if wanted.get("sort") != "latest":
        found.sort(key=lambda post: len(wall.reactions(post)), reverse=True)
    del found[limit_of(params, _POSTS_FOUND) :]
    return Outcome([_tell(context, post) for post in found], subjects=tuple(found))


def _tests(context: Context, wanted: JsonObject) -> Iterator[Test]:
    """Yield one test per criterion.

    Raises:
        ActionFailed: A criterion cannot be applied.
    """
    world = context.world
    require_offered({"industries": wanted.get("authorIndustries")})
    if age := wanted.get("datePosted"):
        after = context.moment - _AGES[str(age)]
        yield lambda post: post.at > after
    if kind := wanted.get("contentType"):
        yield lambda post: post.source.format in _FORMATS[str(kind)]
    if posters := _texts(wanted.get("postedBy")):
        yield lambda post: any(_POSTERS[name](context, post.publisher) for name in posters)
    if members := _meant(world.people, wanted.get("fromMembers")):
        yield lambda post: post.publisher.url in members
    if companies := _meant(world.companies, wanted.get("fromCompanies")):
        yield lambda post: post.publisher.url in companies
    if people := _meant(world.people, wanted.get("mentioningMembers")):
        yield lambda post: not people.isdisjoint(_mentions(post))
    if pages := _meant(world.companies, wanted.get("mentioningCompanies")):
        yield lambda post: not pages.isdisjoint(_mentions(post))
    if employers := _meant(world.companies, wanted.get("authorCompanies")):
        yield lambda post: any(one.url in employers for one in _employer(post))
    if industries := [name.casefold() for name in _texts(wanted.get("authorIndustries"))]:
        yield lambda post: any(one.industry.casefold() in industries for one in _employer(post))


def _texts(values: Json) -> list[str]:
    return [str(value) for value in cast("Sequence[Json]", values or ())]


def _meant(candidates: Iterator[Named], entries: Json) -> set[str]:
    """Return the addresses of those that entries of a filter mean."""
    everybody = list(candidates)
    chosen: set[str] = set()
    for entry in cast("Sequence[Json]", entries or ()):
        somebody = written_as(everybody, entry)
        if somebody is None:
            fail("filterNotApplied")
        chosen.add(somebody.url)
    return chosen


def _employer(post: Post) -> list[Company]:
    publisher = post.publisher
    return [publisher.company] if isinstance(publisher, Person) else []


def _mentions(post: Post) -> tuple[str, ...]:
    return (*post.mentions, *post.source.mentions)


def _vocabulary(post: Post) -> set[str]:
    return set(_WORD.findall(f"{post.text} {post.source.text}".casefold()))


def _tell(context: Context, post: Post) -> Json:
    """Return a post as a search lists it: those it names come without a URN."""
    told = tell_post(context, post)
    for role in ("author", "reposter"):
        told[role] = told[role] and without(cast("JsonObject", told[role]), "urn")
    return told


_POSTERS: Final[Mapping[str, Callable[[Context, Actor], bool]]] = {
    "me": lambda context, actor: actor is context.account,
    "firstConnections": is_connected,
    "peopleYouFollow": lambda context, actor: (
        not isinstance(actor, Company) and follows(context, actor)
    ),
}
