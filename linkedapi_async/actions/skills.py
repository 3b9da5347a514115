"""Endorsing skills, one or all that match."""

from collections.abc import Sequence
from typing import Annotated

import attrs

from linkedapi_async._types import Effect

from ._base import Action, AnyAction, Rule, Then, action

__all__ = [
    "DoForSkills",
    "EndorsePersonSkill",
]


@action(
    "st.endorsePersonSkill",
    effect=Effect.WRITE,
    category="stEndorsements",
    root="personUrl and skillName are given",
    under=("st.doForSkills",),
    children=None,
    errors=("skillNotFound", "endorsementUnavailable", "limitExceeded"),
)
@attrs.frozen(kw_only=True)
class EndorsePersonSkill(Action[None]):
    """Endorse one skill of a 1st-degree connection.

    An endorsement that exists already counts as success, and against the limit.

    Attributes:
        person_url: Public or hashed address of the person; at the root only.
        skill_name: The skill as the profile spells it; left out inside a loop over skills.
        then: Any action; which ones the service takes here is not documented.

    Source: pypi:linkedapi==1.4.7 operations/endorse_person_skill.py,
    mappers/endorse_person_skills.py
    """

    person_url: Annotated[str | None, Rule(required="at_root", format="linkedin_person_url")] = None
    skill_name: Annotated[str | None, Rule(required="at_root")] = None
    then: "Then[AnyAction] | None" = None


@action(
    "st.doForSkills",
    effect=Effect.READ,
    loop=True,
    under=("st.retrievePersonSkills",),
    children=("st.endorsePersonSkill",),
)
@attrs.frozen(kw_only=True)
class DoForSkills(Action[None]):
    """Repeat the child for each skill of the list above that a pattern matches.

    One skill that fails does not stop the others.

    Attributes:
        skill_name_patterns: RE2 patterns, found anywhere in a name whatever the case. `None` takes
            every skill; an empty list is refused.
        then: What to do with each: one child, or several in order.

    Source: pypi:linkedapi==1.4.7 mappers/endorse_person_skills.py
    """

    skill_name_patterns: Annotated[Sequence[str] | None, Rule(min_length=1)] = None
    then: "Then[EndorsePersonSkill] | None" = None
