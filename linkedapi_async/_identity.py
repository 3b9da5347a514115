"""What a client learns of its account by itself."""

import attrs

__all__ = ["Identity"]


@attrs.define(eq=False)
class Identity:
    """What putting polls and events together tells of an account.

    Attributes:
        account_id: As events name the account; `None` while no message was both told and polled.
    """

    account_id: str | None = None
