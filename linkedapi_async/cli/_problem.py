"""What ends a command badly: one sentence, what to do, an exit code."""

from typing import TYPE_CHECKING

import click

from ._exits import Exit, exit_of

if TYPE_CHECKING:
    from linkedapi_async.errors import LinkedApiError

__all__ = ["Problem", "problem_of"]


class Problem(click.ClickException):
    """A failure that is told in a sentence.

    Attributes:
        code: How the command exits.
        hint: What to do next; empty when the sentence says it all.
    """

    def __init__(self, message: str, *, code: Exit, hint: str = "") -> None:
        """Keep what is told."""
        super().__init__(message)
        self.code = code
        self.hint = hint


def problem_of(error: "LinkedApiError") -> Problem:
    """Return an error of the library as something to tell."""
    told = f"{error.message.rstrip('.')} [{error.code}]."
    if error.workflow_id is not None and error.workflow_id not in error.message:
        told += f" Workflow: {error.workflow_id}"
    return Problem(told, code=exit_of(error), hint=error.hint)
