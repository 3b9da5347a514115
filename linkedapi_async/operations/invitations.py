"""Invitations your account received."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, TypeAlias, cast

import attrs

from linkedapi_async.actions import invitations as actions_invitations
from linkedapi_async.models.enums import InvitationType
from linkedapi_async.models.invitations import Invitation

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    Recipe,
    VoidOperation,
    operation,
    override,
)
from ._findings import Finding, Verdict
from ._recipes import by_standing, by_statistics
from ._traces import page_of
from .connections import CheckConnectionStatus

__all__ = [
    "AcceptInvitation",
    "IgnoreInvitation",
    "RetrieveInvitations",
]


@operation("acceptInvitation")
@attrs.frozen(kw_only=True)
class AcceptInvitation(VoidOperation):
    """Accept an invitation you received; give the one address that belongs to its type.

    Attributes:
        invitation_type: What the invitation asks for.
        person_url: Public or hashed address of the person; for `connect` only.
        company_url: Address of the company page; for `companyFollow` only.
        newsletter_url: Address of the newsletter; for `newsletterSubscribe` only.

    Source: pypi:linkedapi==1.4.7 operations/accept_invitation.py, types/connection.py
    """

    root: ClassVar[ActionClass] = actions_invitations.AcceptInvitation

    invitation_type: InvitationType
    person_url: str | None = None
    company_url: str | None = None
    newsletter_url: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask how you stand to the person, or which invitations are open."""
        return _answered(self, _WHEN_ACCEPTED, since)


@operation("ignoreInvitation")
@attrs.frozen(kw_only=True)
class IgnoreInvitation(VoidOperation):
    """Ignore an invitation you received; give the one address that belongs to its type.

    Attributes:
        invitation_type: What the invitation asks for.
        person_url: Public or hashed address of the person; for `connect` only.
        company_url: Address of the company page; for `companyFollow` only.
        newsletter_url: Address of the newsletter; for `newsletterSubscribe` only.

    Source: pypi:linkedapi==1.4.7 operations/ignore_invitation.py, types/connection.py
    """

    root: ClassVar[ActionClass] = actions_invitations.IgnoreInvitation

    invitation_type: InvitationType
    person_url: str | None = None
    company_url: str | None = None
    newsletter_url: str | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:
        """Ask how you stand to the person, or which invitations are open.

        A connection shows that the invitation was not ignored but accepted.
        """
        return _answered(self, _WHEN_IGNORED, since)


@operation("retrieveInvitations")
@attrs.frozen(kw_only=True)
class RetrieveInvitations(ListOperation[Invitation]):
    """List the invitations you received.

    Source: pypi:linkedapi==1.4.7 operations/retrieve_invitations.py, types/connection.py
    """

    root: ClassVar[ActionClass] = actions_invitations.RetrieveInvitations
    model: ClassVar[ModelClass] = Invitation


_Answer: TypeAlias = AcceptInvitation | IgnoreInvitation

_WHOLE: Final = 100
"""A list shorter than this is taken for the whole. Inferred: the action takes no limit, and
LinkedIn shows a hundred on a page."""

_WHEN_ACCEPTED: Final[Mapping[str, Verdict]] = {
    "connected": Verdict.DONE,
    "pending": Verdict.NOT_DONE,
    "incoming": Verdict.NOT_DONE,
    "notConnected": Verdict.NOT_DONE,
}
_WHEN_IGNORED: Final[Mapping[str, Verdict]] = {
    "connected": Verdict.NOT_DONE,
    "pending": Verdict.DONE,
    "incoming": Verdict.NOT_DONE,
    "notConnected": Verdict.DONE,
}


def _answered(answer: _Answer, proves: Mapping[str, Verdict], since: datetime) -> Recipe:
    """Conclude from the standing to a person; else from the list of what is open.

    An invitation that is listed is not answered. One that is missing may never have been there, so
    that the statistics have to hold an answer too; it may have been cut off where the list is long,
    and it may be listed under another address where a company is given by its number.
    """
    action = answer.root.action_type
    if (person := answer.person_url) is not None:
        status = CheckConnectionStatus(person_url=person)
        return (yield from by_standing(person, proves, action=action, read=status, since=since))
    address = answer.company_url or answer.newsletter_url or ""
    found = cast("Sequence[Invitation] | None", (yield RetrieveInvitations()))
    same = [one for one in found or () if one.invitation_type == answer.invitation_type]
    pages = [page_of(one.company_url or one.newsletter_url) for one in same]
    if page_of(address) in pages:
        return Finding(Verdict.NOT_DONE, f"The invitation of {address} is open.")
    seen = f"Among {len(same)} open invitations of its kind that of {address} is not listed."
    is_whole = found is not None and len(found) < _WHOLE
    is_missing = is_whole and (not pages or not page_of(address).isdecimal())
    doubt = Finding(Verdict.DONE if is_missing else Verdict.UNKNOWN, seen)
    return (yield from by_statistics(action, since=since, doubt=doubt))
