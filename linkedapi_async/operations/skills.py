"""Endorsing skills, one or all that match."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Final

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions import people as actions_people
from linkedapi_async.actions import skills as actions_skills
from linkedapi_async.errors._exceptions import ActionFailure, ProtocolError
from linkedapi_async.workflows._reports import (
    as_object,
    children_of,
    failure_of,
    failures,
    report_list,
    structured,
)

from ._base import (
    ActionClass,
    Operation,
    Recipe,
    VoidOperation,
    operation,
    override,
)
from ._recipes import harmless

__all__ = [
    "EndorsePersonSkill",
    "EndorsePersonSkills",
    "PersonSkillEndorsement",
]

_HARMLESS: Final = (
    "No page shows who endorsed a skill, but an endorsement that exists counts as success and is "
    "never taken back; done again it only counts against the limit once more."
)


@operation("endorsePersonSkill")
@attrs.frozen(kw_only=True)
class EndorsePersonSkill(VoidOperation):
    """Endorse one skill of a 1st-degree connection.

    Attributes:
        person_url: Public or hashed address of the person.
        skill_name: The skill as the profile spells it.

    Source: pypi:linkedapi==1.4.7 operations/endorse_person_skill.py,
    mappers/endorse_person_skills.py
    """

    root: ClassVar[ActionClass] = actions_skills.EndorsePersonSkill

    person_url: str
    skill_name: str

    @override
    def recipe(self, since: datetime) -> Recipe:  # noqa: ARG002 - its age does not matter
        """Ask nothing: endorsing again is harmless."""
        return harmless(_HARMLESS)


@attrs.frozen(kw_only=True)
class PersonSkillEndorsement:
    """What became of endorsing one skill.

    Attributes:
        skill_name: The skill as the profile spells it.
        success: Whether it is endorsed now.
        error: Why not; `None` on success.

    Source: pypi:linkedapi==1.4.7 mappers/endorse_person_skills.py
    """

    skill_name: str | None = None
    success: bool | None = None
    error: ActionFailure | None = None


@operation("endorsePersonSkills")
@attrs.frozen(kw_only=True)
class EndorsePersonSkills(Operation[list[PersonSkillEndorsement]]):
    """Endorse every skill of a 1st-degree connection that a pattern matches.

    A skill that could not be endorsed is no error of the whole: its entry tells.

    Attributes:
        person_url: Public or hashed address of the person.
        skill_name_patterns: RE2 patterns, found anywhere in a name whatever the case. `None`
            takes every skill; an empty list is refused by the service.

    Source: pypi:linkedapi==1.4.7 mappers/endorse_person_skills.py
    """

    person_url: str
    skill_name_patterns: Sequence[str] | None = None

    @override
    def recipe(self, since: datetime) -> Recipe:  # noqa: ARG002 - its age does not matter
        """Ask nothing: endorsing again is harmless."""
        return harmless(_HARMLESS)

    @override
    def workflow(self) -> "JsonObject | list[JsonObject]":
        """Return the page, its skills, the loop over them and the endorsement."""
        loop = actions_skills.DoForSkills(
            skill_name_patterns=self.skill_name_patterns, then=actions_skills.EndorsePersonSkill()
        )
        return actions_people.OpenPersonPage(
            person_url=self.person_url,
            basic_info=False,
            then=actions_people.RetrievePersonSkills(then=loop),
        ).to_json()

    @classmethod
    @override
    def _read(
        cls, completion: Json
    ) -> tuple[list[PersonSkillEndorsement] | None, tuple[ActionFailure, ...]]:
        """Return an entry for each skill that was tried, in the order of the profile."""
        found: list[PersonSkillEndorsement] | None = None
        errors: list[ActionFailure] = []
        for path, report in report_list(completion):
            errors += failures([(path, report)])
            data = report.get("data")
            if data is None or failure_of(report, path):
                continue
            for place, child in children_of(as_object(data, f"{path}.data"), f"{path}.data"):
                if child.get("actionType") != actions_people.RetrievePersonSkills.action_type:
                    continue
                failed = failures([(place, child)])
                errors += failed
                if not failed:
                    found = [*(found or []), *_endorsements(child, place)]
                break
        return found, tuple(errors)


def _endorsements(report: JsonObject, path: str) -> Iterator[PersonSkillEndorsement]:
    """Yield what became of each skill that has a report of its endorsement.

    Raises:
        ProtocolError: The skills are no list.
    """
    skills = report.get("data") or []
    if not isinstance(skills, list):
        msg = f"expected array at {path}.data, got {type(skills).__name__}"
        raise ProtocolError(msg)
    for index, entry in enumerate(skills):
        place = f"{path}.data[{index}]"
        skill = as_object(entry, place)
        for below, child in children_of(skill, place):
            if child.get("actionType") == actions_skills.EndorsePersonSkill.action_type:
                yield PersonSkillEndorsement(
                    skill_name=structured(skill.get("name"), str, f"{place}.name"),
                    success=structured(child.get("success"), bool, f"{below}.success"),
                    error=failure_of(child, below),
                )
                break
