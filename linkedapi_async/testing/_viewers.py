"""Carries out the action that lists who has looked at the account's profile."""

from typing import Final
from urllib.parse import quote_plus

from linkedapi_async._types import Json, JsonObject

from ._filters import limit_of
from ._moments import ago, read, stamp
from ._network import Visit
from ._registry import Context, Outcome, executor

__all__ = ["retrieve_profile_viewers"]

_VIEWERS_FOUND: Final = 20
_DEGREES: Final = {"1st": 1, "2nd": 2, "3rd+": 3}
_SEARCH: Final = "https://www.linkedin.com/search/results/people/?keywords="


@executor("st.retrieveProfileViewers")
def retrieve_profile_viewers(context: Context, params: JsonObject) -> Outcome:
    """List who has looked at the profile, latest first, at the moment its age stands for."""
    since = params.get("since")
    first = read(since) if isinstance(since, str) else None
    ages = ((visit, *ago(context.moment - visit.at)) for visit in context.life.visits())
    seen = [
        (visit, shown, context.moment - age)
        for visit, shown, age in ages
        if first is None or context.moment - age >= first
    ][: limit_of(params, _VIEWERS_FOUND)]
    return Outcome(
        [
            {"viewedAt": stamp(at), "viewedAgo": shown} | _tell(context, visit)
            for visit, shown, at in seen
        ],
        subjects=tuple(None if visit.is_anonymous else visit.person for visit, _, _ in seen),
    )


def _tell(context: Context, visit: Visit) -> dict[str, Json]:
    person = visit.person
    if visit.is_anonymous:
        return {
            "viewerType": "anonymous",
            "description": f"{person.position} at {person.company.name}",
            "searchUrl": _SEARCH + quote_plus(person.headline),
        }
    return {
        "viewerType": "identified",
        "name": person.name,
        "publicUrl": person.url,
        "urn": person.urn,
        "headline": person.headline,
        "connectionDegree": _DEGREES[context.degree(person)],
        "avatarUrl": None,
    }
