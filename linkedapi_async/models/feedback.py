"""What feedback about the service says of itself."""

from typing import Literal, TypeAlias

__all__ = [
    "FeedbackSeverity",
    "FeedbackType",
]

FeedbackSeverity: TypeAlias = Literal["low", "medium", "high"]
"""How badly something hinders you."""

FeedbackType: TypeAlias = Literal["bug", "feature", "praise", "other"]
"""What kind of feedback it is."""
