"""Whose account a pair of tokens opens."""

import attrs

__all__ = [
    "AccountInfo",
]


@attrs.frozen(kw_only=True)
class AccountInfo:
    """The LinkedIn account behind the tokens.

    Attributes:
        name: Name of the member.
        url: Address of the profile.

    Source: pypi:linkedapi==1.4.7 types/account.py
    """

    name: str | None = None
    url: str | None = None
