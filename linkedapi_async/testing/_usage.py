"""What an account has used the service for."""

from datetime import datetime

import attrs

__all__ = ["ExecutedAction"]


@attrs.frozen
class ExecutedAction:
    """One action that was executed, as usage statistics count it.

    Attributes:
        action_type: Wire name.
        success: Whether it reported no error.
        at: When.
    """

    action_type: str
    success: bool
    at: datetime
