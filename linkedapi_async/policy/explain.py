"""An error type in words for people: what it means here and what to do."""

from collections.abc import Mapping

import attrs

from linkedapi_async._types import Disposition, Fixer, Plane, Remedy, Scope
from linkedapi_async.errors import find

__all__ = ["Explanation", "explain", "unknown_hint"]

_PLAN = {
    Disposition.RETRYABLE: "backs off and sends again while that is safe and the policy allows",
    Disposition.USER_ACTION: "announces the hint once, then raises or holds the call",
    Disposition.FATAL: "raises at once",
}
_PLACE = {
    Plane.REQUEST: "stops the whole call",
    Plane.ACTION: "result of one action in a completed workflow, in Result.errors",
    Plane.CLIENT: "named by this library, never sent by the service",
}


@attrs.frozen(kw_only=True)
class Explanation:
    """One error type as the policy sees it.

    Attributes:
        code: The word asked for.
        type: The word its row goes by.
        aliases: The other words of the row.
        is_known: Whether the catalogue holds it; else it is judged by HTTP status alone.
        is_overridden: Whether this policy judges it differently from the catalogue.
        plane: Where it occurs; `None` when unknown.
        disposition: What it asks for; `None` when only the HTTP status can tell.
        scope: What else the same cause dooms.
        fixer: Who can remove the cause; `None` when unknown.
        remedy: A cure a program can help with.
        hint: What to do next, and where.
        source: Where the fact comes from.
    """

    code: str
    type: str
    aliases: tuple[str, ...]
    is_known: bool
    is_overridden: bool
    plane: Plane | None
    disposition: Disposition | None
    scope: Scope
    fixer: Fixer | None
    remedy: Remedy | None
    hint: str
    source: str

    def __str__(self) -> str:
        """Return a few lines for a terminal."""
        if self.disposition is None:
            verdict = "retryable on HTTP 429 and 5xx, else fatal: only the status can tell"
        else:
            origin = " (overridden)" if self.is_overridden else ""
            verdict = f"{self.disposition}{origin}: {_PLAN[self.disposition]}"
        names = ", ".join((self.type, *self.aliases))
        lines = [
            names,
            f"  where        {_PLACE[self.plane] if self.plane else 'not in the catalogue'}",
            f"  disposition  {verdict}",
            f"  scope        {self.scope}",
            f"  fixed by     {self.fixer or 'unknown'}",
            f"  do           {self.hint}",
        ]
        if self.source:
            lines.append(f"  source       {self.source}")
        return "\n".join(lines)


def explain(code: str, overrides: Mapping[str, Disposition]) -> Explanation:
    """Return what is known of an error type under some overrides."""
    row = find(code)
    if row is None:
        return Explanation(
            code=code,
            type=code,
            aliases=(),
            is_known=False,
            is_overridden=code in overrides,
            plane=None,
            disposition=overrides.get(code),
            scope=Scope.CALL,
            fixer=None,
            remedy=None,
            hint=unknown_hint(code),
            source="",
        )
    return Explanation(
        code=code,
        type=row.type,
        aliases=row.aliases,
        is_known=True,
        is_overridden=row.type in overrides,
        plane=row.plane,
        disposition=overrides.get(row.type, None if row.is_judged_by_status else row.disposition),
        scope=row.scope,
        fixer=row.fixer,
        remedy=row.remedy,
        hint=row.hint,
        source=row.source,
    )


def unknown_hint(code: str) -> str:
    """Return what to do about a word that is not in the catalogue."""
    return (
        f"{code!r} is newer than this version. Look it up at https://linkedapi.io/docs, update "
        f"linkedapi-async, or teach it: policy.override({code!r}, Disposition.…)."
    )
