"""Who acts and who is meant: in whose name an account publishes, and how reports tell of people.

Your accounts are content admins of every third company page, beginning with company 1: 1, 4, 7
and so on. In the name of any other page they may do nothing (`noPostingPermission`); only
publishing a post tells pages that do not exist apart (`companyNotFound`).
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from linkedapi_async._types import Json, JsonObject

from ._content import Actor
from ._registry import Context, fail
from ._world import Company, Person, slug_of

__all__ = ["acting", "tell_actor", "without", "written_as"]

Named = TypeVar("Named", Person, Company)

_ADMINISTERED: Final = 3
_IDENTIFIERS: Final = ("id", "urn", "personHashedUrl", "companyHashedUrl")


def acting(context: Context, params: JsonObject, *, unknown: str = "noPostingPermission") -> Actor:
    """Return in whose name the account acts: the company's that is named, or its own.

    Args:
        context: Where the action stands.
        params: Its parameters; `companyUrl` names a page.
        unknown: What the action reports where there is no such page.

    Raises:
        ActionFailed: There is no such page, or the account is no content admin of it.
    """
    address = params.get("companyUrl")
    if address is None:
        return context.account
    company = context.world.find_company(str(address))
    if company is None:
        fail(unknown)
    if company.number % _ADMINISTERED != 1:
        fail("noPostingPermission")
    return company


def written_as(candidates: Iterable[Named], entry: Json) -> Named | None:
    """Return whom LinkedIn offers for a typed name; `None` where it offers nobody.

    Every word typed has to be a word of the name. Of several namesakes the first is taken, unless
    an identifier picks another.

    Args:
        candidates: Who may be meant, the likeliest first.
        entry: The name, alone or as `name` beside an identifier: `id`, `urn`, `personHashedUrl`
            or `companyHashedUrl`.
    """
    told = entry if isinstance(entry, Mapping) else {"name": entry}
    words = set(str(told.get("name")).casefold().split())
    wanted = next((str(told[wire]) for wire in _IDENTIFIERS if told.get(wire)), None)
    named = (one for one in candidates if words and words <= set(one.name.casefold().split()))
    return next((one for one in named if wanted is None or _is_known_as(one, wanted)), None)


def _is_known_as(one: Person | Company, identifier: str) -> bool:
    """Tell whether a URN, an address or the end of one means somebody."""
    kind = "company" if isinstance(one, Company) else "in"
    known = {one.urn, *(slug_of(address, kind) for address in (one.url, one.hashed_url))}
    return (slug_of(identifier, kind) or identifier.strip().lower()) in known


def tell_actor(context: Context, actor: Actor) -> dict[str, Json]:
    """Return somebody as the author of a post is told."""
    told: dict[str, Json] = {"name": actor.name, "urn": actor.urn}
    if isinstance(actor, Company):
        return {"type": "company", **told, "companyUrl": actor.url}
    degree = context.degree(actor) if isinstance(actor, Person) else None
    return {
        "type": "person",
        **told,
        "profileUrl": actor.url,
        "headline": actor.headline,
        "viewerState": {"connectionDegree": degree},
    }


def without(told: Mapping[str, Json], *names: str) -> dict[str, Json]:
    """Return somebody as told, but for these facts."""
    return {name: value for name, value in told.items() if name not in names}
