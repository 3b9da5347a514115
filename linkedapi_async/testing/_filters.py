"""How searches choose: words, criteria, how many."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from linkedapi_async._types import Json, JsonObject

__all__ = ["criteria_of", "limit_of", "meets", "words_of"]


def words_of(params: JsonObject) -> set[str]:
    """Return the words to look for; a search address brings its own and overrides the term."""
    address = params.get("customSearchUrl")
    if isinstance(address, str):
        found = " ".join(parse_qs(urlsplit(address).query).get("keywords", ()))
    else:
        found = str(params.get("term") or "")
    return set(found.casefold().split())


def criteria_of(params: JsonObject) -> JsonObject:
    """Return the filter; a search address overrides it."""
    wanted = params.get("filter")
    return wanted if isinstance(wanted, Mapping) and "customSearchUrl" not in params else {}


def limit_of(params: JsonObject, usual: int) -> int:
    """Return how many to list."""
    limit = params.get("limit")
    return limit if isinstance(limit, int) else usual


def meets(having: Mapping[str, str], criteria: JsonObject) -> bool:
    """Return whether all criteria hold; of a list of options one is enough, in part is enough.

    Args:
        having: What the candidate has, by criterion.
        criteria: What is wanted; names that candidates know nothing of are passed over.
    """
    return all(_meets(having[name], wanted) for name, wanted in criteria.items() if name in having)


def _meets(having: str, wanted: Json) -> bool:
    options = wanted if isinstance(wanted, list) else [wanted]
    return any(str(option).casefold() in having.casefold() for option in options)
