"""What is wrong with a workflow, found before it is sent."""

from enum import StrEnum

import attrs

__all__ = ["Breach", "Problem"]


class Breach(StrEnum):
    """The kind of rule that a workflow breaks."""

    SHAPE = "shape"
    """Something that is no action stands where one belongs."""
    UNKNOWN_ACTION = "unknownAction"
    """No action of this name is known."""
    NOT_AT_ROOT = "notAtRoot"
    """The action cannot begin a workflow."""
    PARENT = "parent"
    """The action may not stand under the one above it."""
    PLAN = "plan"
    """The action needs a better seat than the account has."""
    MISSING = "missing"
    """A parameter is needed here."""
    EXCLUDED = "excluded"
    """A parameter has to be left out here."""
    CONFLICT = "conflict"
    """Parameters, or entries of a list, exclude each other."""
    TYPE = "type"
    """A value is of the wrong type."""
    ENUM = "enum"
    """A value is none of those allowed."""
    LENGTH = "length"
    """A text or a list is too short or too long."""
    RANGE = "range"
    """A number is too small or too large."""
    FORMAT = "format"
    """A text is no address or date of the kind that belongs there."""
    PATTERN = "pattern"
    """A text holds characters that are not allowed, or too many."""


@attrs.frozen
class Problem:
    """One rule broken at one place of a workflow.

    Attributes:
        path: Where: `$` is the document, `$[1].then[0].text` a parameter in it.
        rule: The kind of rule.
        message: What stands there, and what would be right.
        action_type: The action concerned, as the workflow names it; `None` where it names none.
    """

    path: str
    rule: Breach
    message: str
    action_type: str | None = None

    def __str__(self) -> str:
        """Return place and message in one sentence."""
        return f"{self.path} {self.message}"
