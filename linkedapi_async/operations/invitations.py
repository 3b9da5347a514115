"""Invitations your account received."""

from typing import ClassVar

import attrs

from linkedapi_async.actions import invitations as actions_invitations
from linkedapi_async.models.enums import InvitationType
from linkedapi_async.models.invitations import Invitation

from ._base import (
    ActionClass,
    ListOperation,
    ModelClass,
    VoidOperation,
    operation,
)

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


@operation("retrieveInvitations")
@attrs.frozen(kw_only=True)
class RetrieveInvitations(ListOperation[Invitation]):
    """List the invitations you received.

    Source: pypi:linkedapi==1.4.7 operations/retrieve_invitations.py, types/connection.py
    """

    root: ClassVar[ActionClass] = actions_invitations.RetrieveInvitations
    model: ClassVar[ModelClass] = Invitation
