"""People, on standard LinkedIn and in Sales Navigator, and the filters that find them."""

from collections.abc import Sequence

import attrs

from .actors import PersonViewerState
from .comments import Comment
from .enums import (
    ConnectionDegree,
    NvConnectionDegreeFilter,
    YearsOfExperience,
)
from .posts import Post
from .reactions import Reaction

__all__ = [
    "NvPeopleFilter",
    "NvPerson",
    "NvPersonSearchItem",
    "PeopleFilter",
    "Person",
    "PersonEducation",
    "PersonExperience",
    "PersonLanguage",
    "PersonSearchItem",
    "PersonSkill",
]


@attrs.frozen(kw_only=True)
class PersonExperience:
    """One position of a profile.

    Attributes:
        position: Job title.
        company_name: Name of the company.
        company_hashed_url: Address of the company with its hashed id.
        employment_type: Kind of employment. Known: `fullTime`, `partTime`, `selfEmployed`,
            `freelance`, `contract`, `internship`, `apprenticeship`, `seasonal`.
        location_type: Where the work is done. Known: `onSite`, `remote`, `hybrid`.
        description: Description as shown.
        duration: Length of the employment; the examples look like months, no source names the
            unit.
        start_time: When it began, as text.
        end_time: When it ended, as text; `None` for a current position.
        location: Place as shown.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    position: str | None = None
    company_name: str | None = None
    company_hashed_url: str | None = None
    employment_type: str | None = None
    location_type: str | None = None
    description: str | None = None
    duration: int | None = None
    start_time: str | None = None
    end_time: str | None = None
    location: str | None = None


@attrs.frozen(kw_only=True)
class PersonEducation:
    """One school of a profile.

    Attributes:
        school_name: Name of the school.
        school_hashed_url: Address of the school with its hashed id.
        details: Degree, years and whatever else the entry shows.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    school_name: str | None = None
    school_hashed_url: str | None = None
    details: str | None = None


@attrs.frozen(kw_only=True)
class PersonSkill:
    """One skill of a profile.

    Attributes:
        name: Name as shown.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-person-skills
    """

    name: str | None = None


@attrs.frozen(kw_only=True)
class PersonLanguage:
    """One language of a profile.

    Attributes:
        name: Name as shown.
        proficiency: How well the language is spoken. Known: `elementary`, `limitedWorking`,
            `professionalWorking`, `fullProfessional`, `nativeOrBilingual`.

    Source: https://linkedapi.io/docs/account-api/action-st-retrieve-person-languages
    """

    name: str | None = None
    proficiency: str | None = None


@attrs.frozen(kw_only=True)
class Person:
    """A profile, with the parts that were asked for.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        hashed_url: Address with the hashed id.
        headline: The line below the name.
        location: Place as shown.
        country_code: Two-letter code of the country.
        position: Job title.
        company_name: Name of the company.
        company_hashed_url: Address of the company with its hashed id.
        followers_count: How many followers there are.
        about: The "about" text of the profile.
        avatar_url: Address of the profile picture.
        viewer_state: How your account stands to it.
        experiences: Positions; `None` unless asked for.
        education: Schools; `None` unless asked for.
        skills: Skills; `None` unless asked for.
        languages: Languages; `None` unless asked for.
        posts: Recent posts; `None` unless asked for.
        comments: Recent comments; `None` unless asked for.
        reactions: Recent reactions; `None` unless asked for.

    Source: https://linkedapi.io/docs/action-st-open-person-page
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    hashed_url: str | None = None
    headline: str | None = None
    location: str | None = None
    country_code: str | None = None
    position: str | None = None
    company_name: str | None = None
    company_hashed_url: str | None = None
    followers_count: int | None = None
    about: str | None = None
    avatar_url: str | None = None
    viewer_state: PersonViewerState | None = None
    experiences: list[PersonExperience] | None = None
    education: list[PersonEducation] | None = None
    skills: list[PersonSkill] | None = None
    languages: list[PersonLanguage] | None = None
    posts: list[Post] | None = None
    comments: list[Comment] | None = None
    reactions: list[Reaction] | None = None


@attrs.frozen(kw_only=True)
class PersonSearchItem:
    """A person that a search found.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        headline: The line below the name.
        location: Place as shown.
        avatar_url: Address of the profile picture.
        viewer_state: How your account stands to it.

    Source: https://linkedapi.io/docs/action-st-search-people
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    headline: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class PeopleFilter:
    """What a search for people is narrowed to; every field given has to match.

    Attributes:
        first_name: First name.
        last_name: Last name.
        position: Job title.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.
        current_companies: Names of present employers; any may match.
        previous_companies: Names of former employers; any may match.
        schools: Names of schools; any may match.
        connection_degrees: How near the people may be.

    Source: https://linkedapi.io/docs/action-st-search-people
    """

    first_name: str | None = None
    last_name: str | None = None
    position: str | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    current_companies: Sequence[str] | None = None
    previous_companies: Sequence[str] | None = None
    schools: Sequence[str] | None = None
    connection_degrees: Sequence[ConnectionDegree] | None = None


@attrs.frozen(kw_only=True)
class NvPerson:
    """A profile in Sales Navigator.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        public_url: Public address.
        hashed_url: Address with the hashed id.
        headline: The line below the name.
        location: Place as shown.
        country_code: Two-letter code of the country.
        position: Job title.
        company_name: Name of the company.
        company_urn: URN of the company.
        company_hashed_url: Address of the company with its hashed id.
        avatar_url: Address of the profile picture.

    Source: https://linkedapi.io/docs/action-nv-open-person-page
    """

    name: str | None = None
    urn: str | None = None
    public_url: str | None = None
    hashed_url: str | None = None
    headline: str | None = None
    location: str | None = None
    country_code: str | None = None
    position: str | None = None
    company_name: str | None = None
    company_urn: str | None = None
    company_hashed_url: str | None = None
    avatar_url: str | None = None


@attrs.frozen(kw_only=True)
class NvPersonSearchItem:
    """A person that a Sales Navigator search found.

    Attributes:
        name: Name as shown.
        urn: URN, the stable name LinkedIn uses.
        hashed_url: Address with the hashed id.
        position: Job title.
        location: Place as shown.
        avatar_url: Address of the profile picture.
        viewer_state: How your account stands to it.

    Source: https://linkedapi.io/docs/action-nv-search-people
    """

    name: str | None = None
    urn: str | None = None
    hashed_url: str | None = None
    position: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    viewer_state: PersonViewerState | None = None


@attrs.frozen(kw_only=True)
class NvPeopleFilter:
    """What a Sales Navigator search for people is narrowed to; every field given has to match.

    Attributes:
        first_name: First name.
        last_name: Last name.
        position: Job title.
        locations: Places in free text; any may match.
        industries: Industries as LinkedIn names them; any may match.
        current_companies: Names of present employers; any may match.
        previous_companies: Names of former employers; any may match.
        schools: Names of schools; any may match.
        years_of_experiences: Years of experience; any may match.
        connection_degrees: How near the people may be.

    Source: https://linkedapi.io/docs/action-nv-search-people
    """

    first_name: str | None = None
    last_name: str | None = None
    position: str | None = None
    locations: Sequence[str] | None = None
    industries: Sequence[str] | None = None
    current_companies: Sequence[str] | None = None
    previous_companies: Sequence[str] | None = None
    schools: Sequence[str] | None = None
    years_of_experiences: Sequence[YearsOfExperience] | None = None
    connection_degrees: Sequence[NvConnectionDegreeFilter] | None = None
