"""Invitations your account received."""

from typing import Annotated

import attrs

from linkedapi_async._types import Effect
from linkedapi_async.models.enums import InvitationType
from linkedapi_async.models.invitations import Invitation

from ._base import Action, AnyAction, Rule, Then, action

__all__ = [
    "AcceptInvitation",
    "IgnoreInvitation",
    "RetrieveInvitations",
]


@action("st.acceptInvitation", effect=Effect.WRITE, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class AcceptInvitation(Action[None]):
    """Accept an invitation you received.

    Exactly the one address that belongs to `invitation_type` has to be given.

    Attributes:
        invitation_type: What the invitation asks for.
        person_url: Public or hashed address of the person; for `connect` only.
        company_url: Address of the company page; for `companyFollow` only.
        newsletter_url: Address of the newsletter; for `newsletterSubscribe` only.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/accept_invitation.py, types/connection.py
    """

    invitation_type: InvitationType
    person_url: Annotated[
        str | None,
        Rule(
            one_of_group="invitation_target",
            is_exclusive=True,
            required_when="invitationType=connect",
        ),
    ] = None
    company_url: Annotated[
        str | None,
        Rule(
            one_of_group="invitation_target",
            is_exclusive=True,
            required_when="invitationType=companyFollow",
        ),
    ] = None
    newsletter_url: Annotated[
        str | None,
        Rule(
            one_of_group="invitation_target",
            is_exclusive=True,
            required_when="invitationType=newsletterSubscribe",
        ),
    ] = None
    then: "Then[AnyAction] | None" = None


@action("st.ignoreInvitation", effect=Effect.WRITE, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class IgnoreInvitation(Action[None]):
    """Ignore an invitation you received.

    Exactly the one address that belongs to `invitation_type` has to be given.

    Attributes:
        invitation_type: What the invitation asks for.
        person_url: Public or hashed address of the person; for `connect` only.
        company_url: Address of the company page; for `companyFollow` only.
        newsletter_url: Address of the newsletter; for `newsletterSubscribe` only.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/ignore_invitation.py, types/connection.py
    """

    invitation_type: InvitationType
    person_url: Annotated[
        str | None,
        Rule(
            one_of_group="invitation_target",
            is_exclusive=True,
            required_when="invitationType=connect",
        ),
    ] = None
    company_url: Annotated[
        str | None,
        Rule(
            one_of_group="invitation_target",
            is_exclusive=True,
            required_when="invitationType=companyFollow",
        ),
    ] = None
    newsletter_url: Annotated[
        str | None,
        Rule(
            one_of_group="invitation_target",
            is_exclusive=True,
            required_when="invitationType=newsletterSubscribe",
        ),
    ] = None
    then: "Then[AnyAction] | None" = None


@action("st.retrieveInvitations", effect=Effect.READ, root=True, under=None, children=None)
@attrs.frozen(kw_only=True)
class RetrieveInvitations(Action[list[Invitation]]):
    """List the invitations you received.

    Attributes:
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/retrieve_invitations.py, types/connection.py
    """

    then: "Then[AnyAction] | None" = None
