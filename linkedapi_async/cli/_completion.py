"""What a shell completes on Tab: files where files are meant, and names out of the tables."""

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

__all__ = ["Completer", "files", "names"]

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
"""What click asks for the ends of a word."""


def files(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Have the shell complete the name of a file."""
    return [CompletionItem(begun, type="file")]


def names(known: Callable[[], Iterable[str]]) -> Completer:
    """Return what completes a name.

    Args:
        known: Gives all names; it is called when one is asked for.
    """

    def complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in known() if name.startswith(begun)]

    return complete
