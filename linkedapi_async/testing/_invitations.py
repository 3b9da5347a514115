"""Carries out actions on invitations the account has received: list, accept, ignore."""

from typing import assert_never

from linkedapi_async._types import Json, JsonObject

from ._network import Invitation, newsletter_of
from ._registry import Context, Outcome, executor, fail
from ._world import slug_of

__all__ = ["accept_invitation", "ignore_invitation", "retrieve_invitations"]


@executor("st.retrieveInvitations")
def retrieve_invitations(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """List what has not been answered, latest first."""
    found = context.life.invitations()
    return Outcome([_tell(one) for one in found], subjects=tuple(one.person for one in found))


@executor("st.acceptInvitation")
def accept_invitation(context: Context, params: JsonObject) -> Outcome:
    """Do what an invitation asks for."""
    context.life.accept(_find(context, params))
    return Outcome()


@executor("st.ignoreInvitation")
def ignore_invitation(context: Context, params: JsonObject) -> Outcome:
    """Let an invitation go."""
    context.life.ignore(_find(context, params))
    return Outcome()


def _find(context: Context, params: JsonObject) -> Invitation:
    kind = params["invitationType"]
    target = _target(context, str(kind), params)
    found = (one for one in context.life.invitations() if (one.kind, one.target) == (kind, target))
    return next(found, None) or fail("notPending", "There is no open invitation of this kind.")


def _target(context: Context, kind: str, params: JsonObject) -> str:
    """Return the address an invitation is found by, however the caller spells it."""
    if kind == "connect":
        return context.person(params).url
    if kind == "companyFollow":
        company = context.world.find_company(str(params["companyUrl"]))
        return fail("companyNotFound") if company is None else company.url
    slug = slug_of(str(params["newsletterUrl"]), "newsletters")
    return f"https://www.linkedin.com/newsletters/{slug}"


def _tell(invitation: Invitation) -> dict[str, Json]:
    person = invitation.person
    told: dict[str, Json] = {
        "invitationType": invitation.kind,
        "name": person.name,
        "urn": person.urn,
        "publicUrl": person.url,
    }
    match invitation.kind:
        case "connect":
            return told | {"headline": person.headline, "note": invitation.note}
        case "companyFollow":
            return told | {"companyUrl": person.company.url, "companyName": person.company.name}
        case "newsletterSubscribe":
            newsletter = newsletter_of(person)
            return told | {"newsletterUrl": newsletter.url, "newsletterName": newsletter.name}
        case _:
            assert_never(invitation.kind)
