"""From a refusal to a verdict: what it asks for, and what else it dooms."""

from collections.abc import Mapping
from typing import Final

import attrs

from linkedapi_async._messages import Refusal
from linkedapi_async._types import Disposition, Plane, Scope
from linkedapi_async.errors import Fault, find, fold

from .explain import unknown_hint

__all__ = ["Verdict", "classify"]

_TOO_MANY: Final = 429
_PASSING: Final = frozenset({408, 425, _TOO_MANY})
_SERVER_FAULT: Final = 500


@attrs.frozen
class Verdict:
    """A refusal, judged.

    Attributes:
        refusal: What happened.
        disposition: What it asks for.
        scope: What else the same cause dooms.
        hint: What a person should do next.
        row: Its catalogue row; `None` for a type unknown to this version.
    """

    refusal: Refusal
    disposition: Disposition
    scope: Scope
    hint: str
    row: Fault | None

    @property
    def cause(self) -> str:
        """The one word for all aliases: what an episode is about."""
        return self.row.type if self.row else self.refusal.code

    @property
    def is_slow(self) -> bool:
        """Whether healing takes hours."""
        return self.row is not None and self.row.is_slow


def classify(refusal: Refusal, overrides: Mapping[str, Disposition]) -> Verdict:
    """Return the verdict on a refusal.

    A word that stops calls is judged by its row. Anything else the service says, also a word that
    belongs to single actions or that this library gave to failures of its own, is unknown here and
    judged by its HTTP status alone.
    """
    row = find(refusal.code)
    foreign = {Plane.ACTION, Plane.CLIENT} if refusal.is_envelope else {Plane.ACTION}
    if row is not None and row.plane in foreign:
        row = None
    if row is None:
        disposition = overrides.get(fold(refusal.code)) or _by_status(
            refusal.status, frozenset({_TOO_MANY})
        )
        return Verdict(refusal, disposition, Scope.CALL, unknown_hint(refusal.code), None)
    disposition = overrides.get(row.type) or row.disposition
    scope = row.scope
    if row.is_judged_by_status and row.type not in overrides:
        disposition = _by_status(refusal.status, _PASSING)
        scope = row.scope if disposition is Disposition.RETRYABLE else Scope.CALL
    return Verdict(refusal, disposition, scope, row.hint, row)


def _by_status(status: int | None, passing: frozenset[int]) -> Disposition:
    if status is not None and (status in passing or status >= _SERVER_FAULT):
        return Disposition.RETRYABLE
    return Disposition.FATAL
