"""Carries out actions on people: open a profile, read it, search."""

from itertools import islice
from typing import Final

from linkedapi_async._types import Json, JsonObject

from ._comments import tell_comments
from ._filters import (
    Trait,
    begin_search,
    criteria_of,
    limit_of,
    meets,
    require_offered,
    words_in,
    words_of,
)
from ._names import SCHOOLS
from ._posts import tell_posts, tell_reactions
from ._registry import Context, Outcome, Skill, executor, fail
from ._traits import THIS_YEAR, experience_of, is_group_member, years_before, years_of
from ._world import Person

__all__ = [
    "endorse_person_skill",
    "matches",
    "open_person_page",
    "people_found",
    "retrieve_person_comments",
    "retrieve_person_education",
    "retrieve_person_experience",
    "retrieve_person_languages",
    "retrieve_person_posts",
    "retrieve_person_reactions",
    "retrieve_person_skills",
    "search_item",
    "search_people",
]

_PEOPLE_FOUND: Final = 10
_PROFICIENCIES: Final = ("nativeOrBilingual", "fullProfessional", "limitedWorking")


@executor("st.openPersonPage")
def open_person_page(context: Context, params: JsonObject) -> Outcome:
    """Open a profile; the facts come with `basicInfo` only."""
    person = context.person(params)
    if not params.get("basicInfo"):
        return Outcome({}, person)
    about = (
        f"{person.position} with {years_of(person)} years of experience, "
        f"mostly {' and '.join(person.skills[:2])}."
    )
    facts: dict[str, Json] = {
        "name": person.name,
        "urn": person.urn,
        "publicUrl": person.url,
        "hashedUrl": person.hashed_url,
        "headline": person.headline,
        "location": person.location,
        "countryCode": person.country,
        "position": person.position,
        "companyName": person.company.name,
        "companyHashedUrl": person.company.hashed_url,
        "followersCount": person.followers,
        "about": about,
        "avatarUrl": None,
        "viewerState": {"connectionDegree": context.degree(person)},
    }
    return Outcome(facts, person)


@executor("st.retrievePersonExperience")
def retrieve_person_experience(context: Context, params: JsonObject) -> Outcome:
    """List the current position and the one before."""
    person = context.person(params)
    jobs: list[Json] = [
        {
            "position": person.position,
            "companyName": person.company.name,
            "companyHashedUrl": person.company.hashed_url,
            "employmentType": "fullTime",
            "locationType": "hybrid",
            "description": f"{person.position}, {person.company.industry}.",
            "duration": (THIS_YEAR - person.since) * 12,
            "startTime": f"Jan {person.since}",
            "endTime": None,
            "location": person.location,
        }
    ]
    if person.previous is not None:
        jobs.append(
            {
                "position": person.position,
                "companyName": person.previous.name,
                "companyHashedUrl": person.previous.hashed_url,
                "employmentType": "fullTime",
                "locationType": "onSite",
                "description": f"{person.position}, {person.previous.industry}.",
                "duration": years_before(person) * 12,
                "startTime": f"Jan {person.since - years_before(person)}",
                "endTime": f"Dec {person.since - 1}",
                "location": person.previous.location,
            }
        )
    return Outcome(jobs)


@executor("st.retrievePersonEducation")
def retrieve_person_education(context: Context, params: JsonObject) -> Outcome:
    """List the one school."""
    person = context.person(params)
    school: Json = {
        "schoolName": person.school,
        "schoolHashedUrl": f"https://www.linkedin.com/school/{1001 + SCHOOLS.index(person.school)}",
        "details": f"Bachelor's degree, {person.since - 8} - {person.since - 4}",
    }
    return Outcome([school])


@executor("st.retrievePersonSkills")
def retrieve_person_skills(context: Context, params: JsonObject) -> Outcome:
    """List the skills; a loop runs over their names, on this person."""
    person = context.person(params)
    found: list[Json] = [{"name": skill} for skill in person.skills]
    return Outcome(found, subjects=tuple(Skill(person, skill) for skill in person.skills))


@executor("st.endorsePersonSkill")
def endorse_person_skill(context: Context, params: JsonObject) -> Outcome:
    """Endorse a skill of a connection; once it is, doing it again succeeds and changes nothing."""
    skill = context.subject
    if not isinstance(skill, Skill):
        skill = Skill(context.person(params), str(params.get("skillName")))
    if skill.name not in skill.person.skills:
        fail("skillNotFound")
    if context.relation(skill.person) != "connected":
        fail("endorsementUnavailable")
    endorsed = context.account.endorsed
    is_repeated = (skill.person.number, skill.name) in endorsed
    endorsed.add((skill.person.number, skill.name))
    return Outcome(is_repeated=is_repeated)


@executor("st.retrievePersonLanguages")
def retrieve_person_languages(context: Context, params: JsonObject) -> Outcome:
    """List the languages, the best spoken first."""
    person = context.person(params)
    pairs = zip(person.languages, _PROFICIENCIES, strict=False)
    return Outcome([{"name": name, "proficiency": proficiency} for name, proficiency in pairs])


@executor("st.retrievePersonPosts")
def retrieve_person_posts(context: Context, params: JsonObject) -> Outcome:
    """List what the person has published, newest first."""
    return tell_posts(context, context.person(params), params)


@executor("st.retrievePersonComments")
def retrieve_person_comments(context: Context, params: JsonObject) -> Outcome:
    """List what the person has commented, newest first."""
    return tell_comments(context, context.person(params), params)


@executor("st.retrievePersonReactions")
def retrieve_person_reactions(context: Context, params: JsonObject) -> Outcome:
    """List what the person has reacted to, newest first."""
    return tell_reactions(context, context.person(params), params)


@executor("st.searchPeople")
def search_people(context: Context, params: JsonObject) -> Outcome:
    """Find people by words and filter; a search address brings its own words."""
    begin_search(context)
    require_offered(criteria_of(params))
    found = people_found(context, params, _PEOPLE_FOUND)
    return Outcome([search_item(context, person) for person in found], subjects=found)


def people_found(context: Context, params: JsonObject, usual: int) -> tuple[Person, ...]:
    """Return whom a search finds.

    Args:
        context: Where it is made.
        params: Words, filter and limit, or a search address in their place.
        usual: How many to list without a limit.
    """
    words, criteria = words_of(params), criteria_of(params)
    fitting = (
        person
        for person in context.world.people
        if words <= _vocabulary(person) and matches(context, person, criteria)
    )
    return tuple(islice(fitting, limit_of(params, usual)))


def search_item(context: Context, person: Person) -> dict[str, Json]:
    """Return a person as lists show one."""
    return {
        "name": person.name,
        "urn": person.urn,
        "publicUrl": person.url,
        "headline": person.headline,
        "location": person.location,
        "avatarUrl": None,
        "viewerState": {"connectionDegree": context.degree(person)},
    }


def matches(context: Context, person: Person, criteria: JsonObject) -> bool:
    """Return whether a person meets every given criterion of a people filter."""
    previous = person.previous.name if person.previous is not None else ""
    group = {"groupMembers"} if is_group_member(person) else set[str]()
    experience = frozenset({experience_of(person)})
    having: dict[str, Trait] = {
        "firstName": person.first_name,
        "lastName": person.last_name,
        "position": person.position,
        "positions": person.position,
        "locations": person.location,
        "industries": person.company.industry,
        "currentCompanies": person.company.name,
        "previousCompanies": previous,
        "schools": person.school,
        "yearsOfExperience": experience,  # as the public pages spell it
        "yearsOfExperiences": experience,
        "connectionDegrees": frozenset({context.degree(person), *group}),
    }
    return meets(having, criteria)


def _vocabulary(person: Person) -> set[str]:
    return words_in(f"{person.name} {person.headline} {person.location} {person.company.industry}")
