"""How searches choose: words, criteria, how many, and what LinkedIn does not let them do.

Words stand anywhere in what a candidate shows. A criterion that is a list is met by one of its
options, and an empty one asks for nothing.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import parse_qs, unquote

from linkedapi_async._types import Json, JsonObject

from ._names import INDUSTRIES
from ._registry import Context, fail

__all__ = [
    "Trait",
    "begin_list",
    "begin_search",
    "criteria_of",
    "limit_of",
    "meets",
    "query_of",
    "require_offered",
    "words_in",
    "words_of",
]

Trait: TypeAlias = str | frozenset[str | bool]
"""What a candidate has: a text that may be asked for in part, or values to be asked for as such."""

_OFFERED: Final = frozenset(industry.casefold() for industry in INDUSTRIES)
_WORD: Final = re.compile(r"[^\s,;/()]+")
_NESTED: Final = re.compile(r"\bkeywords:([^,()]*)")
"""Where Sales Navigator writes the words of a search, inside its parameter `query`."""


def begin_search(context: Context) -> None:
    """Count a search against what LinkedIn allows.

    Raises:
        ActionFailed: The month's searches are used up.
    """
    day = context.moment.date()
    if not context.account.affords("searches", day):
        fail("searchingNotAllowed")
    context.account.use("searches", day)


def begin_list(context: Context) -> None:
    """Count a list of people against what LinkedIn shows.

    Raises:
        ActionFailed: The month's lists are used up.
    """
    day = context.moment.date()
    if not context.account.affords("lists", day):
        fail("retrievingNotAllowed")
    context.account.use("lists", day)


def require_offered(criteria: JsonObject) -> None:
    """Insist on industries that LinkedIn has: standard filters offer nothing else to choose.

    Raises:
        ActionFailed: An industry is none of LinkedIn's names.
    """
    for name in _options(criteria.get("industries")):
        if str(name).casefold() not in _OFFERED:
            fail("filterNotApplied", f"LinkedIn offers no industry {name!r}.")


def query_of(params: JsonObject) -> Mapping[str, str] | None:
    """Return what a `customSearchUrl` asks for by name, `None` where there is no such address."""
    address = params.get("customSearchUrl")
    if not isinstance(address, str):
        return None
    _, _, text = address.partition("#")[0].partition("?")
    query = {name: values[0] for name, values in parse_qs(text).items()}
    nested = _NESTED.search(query.get("query", ""))
    return query if nested is None else query | {"keywords": unquote(nested[1])}


def words_of(params: JsonObject) -> set[str]:
    """Return the words to look for; a search address brings its own and overrides the term."""
    query = query_of(params)
    return words_in(str(params.get("term") or "") if query is None else query.get("keywords", ""))


def words_in(text: str) -> set[str]:
    """Return the words of a text."""
    return set(_WORD.findall(text.casefold()))


def criteria_of(params: JsonObject, name: str = "filter") -> JsonObject:
    """Return what narrows the search; a search address overrides it."""
    wanted = params.get(name)
    return wanted if isinstance(wanted, Mapping) and query_of(params) is None else {}


def limit_of(params: JsonObject, usual: int) -> int:
    """Return how many to list."""
    limit = params.get("limit")
    return int(limit) if isinstance(limit, (int, float)) else usual


def meets(having: Mapping[str, Trait], criteria: JsonObject) -> bool:
    """Return whether all criteria hold.

    Args:
        having: What the candidate has, by criterion.
        criteria: What is wanted; names that candidates know nothing of are passed over.
    """
    return all(_meets(having[name], wanted) for name, wanted in criteria.items() if name in having)


def _meets(having: Trait, wanted: Json) -> bool:
    options = _options(wanted)
    if not options:
        return True
    if isinstance(having, str):
        return any(str(option).casefold() in having.casefold() for option in options)
    return not having.isdisjoint(options)


def _options(wanted: Json) -> Sequence[Json]:
    if wanted is None:
        return ()
    return wanted if isinstance(wanted, list) else (wanted,)
