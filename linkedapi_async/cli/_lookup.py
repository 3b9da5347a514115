"""Finding what a word means: an action or an operation, spelled as anybody would."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import attrs
import click

__all__ = ["Index", "index_of_actions", "index_of_operations", "pick"]

_NAMED: Final = 6


@attrs.frozen
class Index:
    """Names of one kind, each with the ways to spell it.

    Attributes:
        noun: What they are names of.
        command: The command that shows them.
        spellings: Ways to spell each name, in lower case and without punctuation.
    """

    noun: str
    command: str
    spellings: Mapping[str, frozenset[str]]

    def named(self, word: str) -> str | None:
        """Return the name that a word spells out; `None` where it spells none."""
        plain = _plain(word)
        return next((name for name, ways in self.spellings.items() if plain in ways), None)

    def containing(self, word: str) -> list[str]:
        """Return the names that a word begins; if it begins none, those it is a piece of."""
        plain = _plain(word)
        pairs = [(name, way) for name, ways in self.spellings.items() for way in ways]
        begun = [name for name, way in pairs if plain and way.startswith(plain)]
        return sorted({*begun} or {name for name, way in pairs if plain and plain in way})

    def near(self, word: str) -> list[str]:
        """Return names that look like a word, the likest first."""
        names = {way: name for name, ways in self.spellings.items() for way in ways}
        close = get_close_matches(_plain(word), names, n=_NAMED)
        return list(dict.fromkeys(names[way] for way in close))[:3]


def index_of_actions() -> Index:
    """Return the index of actions: by wire name and by class."""
    from linkedapi_async.actions import specs  # noqa: PLC0415 - `--help` does without

    return Index(
        "action",
        "actions",
        {
            name: frozenset({_plain(name), _plain(row.cls.__name__)})
            for name, row in specs().items()
        },
    )


def index_of_operations() -> Index:
    """Return the index of operations: by official name, which spells the class too."""
    from linkedapi_async.operations import operations  # noqa: PLC0415 - `--help` does without

    return Index(
        "operation", "operations", {name: frozenset({_plain(name)}) for name in operations()}
    )


def pick(word: str, index: Index, other: Index) -> str:
    """Return the name a word stands for: spelled out, or a piece of one name alone.

    Args:
        word: What was typed.
        index: Where to look.
        other: Where it may stand if it does not stand there.

    Raises:
        UsageError: It stands for none, or for several; the sentence names near ones.
    """
    named = index.named(word)
    if named is not None:
        return named
    elsewhere = other.named(word)
    found = index.containing(word)
    if elsewhere is None and len(found) == 1:
        return found[0]
    if elsewhere is not None:
        told = f"{elsewhere} is an {other.noun}; see: linkedapi-async {other.command} {elsewhere}"
    elif found:
        more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        told = f"{word!r} may be {', '.join(found[:_NAMED])}{more}; which is meant?"
    else:
        near = index.near(word)
        meant = (
            f"did you mean {' or '.join(near)}?" if near else f"run `{index.command}` for the list."
        )
        told = f"No {index.noun} is called {word!r}; {meant}"
    raise click.UsageError(told, click.get_current_context())


def _plain(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())
