"""One row of the error catalogue."""

from collections.abc import Mapping

import attrs

from linkedapi_async._types import Disposition, Fixer, Plane, Remedy, Scope

__all__ = ["Fault"]


@attrs.frozen
class Fault:
    """One error type, with everything the package knows of it.

    Attributes:
        type: The wire word that names the row: the current generation's.
        aliases: Other words of the same meaning, from older generations or sister services.
        plane: Whether it stops a call, is a result of one action, or is our own word.
        disposition: What it asks for.
        scope: What else the same cause dooms.
        fixer: Who can remove the cause.
        hint: What to do next and where, in a sentence for people.
        remedy: A cure a program can help with, if there is one.
        is_slow: Healing takes hours, so back off at the slow pace.
        is_preflight: The service says this only before it runs anything, in every generation.
        never_ran: A workflow that ends with it was given up before it did anything.
        is_judged_by_status: Only the HTTP status tells what it asks for.
        status: HTTP status it is documented with, where one is.
        words: What a generation calls the row, by wire, where not by its own type.
        messages: Documented message texts by wire word, or by `wire/word` where a generation has
            a text of its own. Texts change, so never match on them.
        source: Where the fact comes from.
    """

    type: str
    aliases: tuple[str, ...] = ()
    plane: Plane = Plane.REQUEST
    disposition: Disposition = attrs.field(kw_only=True)
    scope: Scope = Scope.CALL
    fixer: Fixer = attrs.field(kw_only=True)
    hint: str = attrs.field(kw_only=True)
    remedy: Remedy | None = None
    is_slow: bool = False
    is_preflight: bool = False
    never_ran: bool = False
    is_judged_by_status: bool = False
    status: int | None = None
    words: Mapping[str, str] = attrs.field(factory=dict[str, str])
    messages: Mapping[str, str] = attrs.field(factory=dict[str, str])
    source: str = "pypi:linkedapi==1.4.7 errors.py"

    def word_on(self, wire: str) -> str:
        """Return what a generation calls the row."""
        return self.words.get(wire, self.type)

    def message_on(self, wire: str, word: str) -> str | None:
        """Return the documented text beside a word, `None` where none is known."""
        return self.messages.get(f"{wire}/{word}") or self.messages.get(word)

    @property
    def names(self) -> tuple[str, ...]:
        """Every wire word of the row, the current one first."""
        return (self.type, *self.aliases)
