"""A small workflow that shows each action at work, made from the tables.

What an example gives follows from the rows: what is needed, and a few parameters that tell more.
What stands in them is written here, in words that the sandbox's world knows, so that it runs there.
"""

from collections.abc import Mapping
from typing import Any, Final, get_origin

from linkedapi_async._types import Json
from linkedapi_async.actions._base import Action, Spec, specs
from linkedapi_async.models._rules import Param

__all__ = ["example", "is_given", "sample"]

_SITE: Final = "https://www.linkedin.com"
_POST: Final = "urn:li:activity:7000000000000000010"
_MENTION: Final = "Thank you @[john] for the talk on retries!"

_VALUES: Final[Mapping[str, Json]] = {
    "commentUrl": f"{_SITE}/feed/update/{_POST}/?dashCommentUrn="
    "urn%3Ali%3Afsd_comment%3A%287100000000000105000%2C"
    "urn%3Ali%3Aactivity%3A7000000000000000010%29",
    "companyHashedUrl": f"{_SITE}/company/12345678",
    "companyUrl": f"{_SITE}/company/company1",
    "connectionDegrees": ["2nd", "3rd+"],
    "datePosted": "pastMonth",
    "days": 30,
    "jobUrl": f"{_SITE}/jobs/view/4416248954",
    "key": "john",
    "limit": 10,
    "locations": ["United States", "Canada", "Germany"],
    "name": "John Doe",
    "note": "Your talk on retries made me rewrite mine. Shall we connect?",
    "personHashedUrl": f"{_SITE}/in/ACoAA11D005376197D605EF93D43B",
    "personUrl": f"{_SITE}/in/person1",
    "postUrl": f"{_SITE}/feed/update/{_POST}",
    "postUrn": _POST,
    "sizes": ["51-200", "201-500", "501-1000"],
    "skillName": "SQL",
    "skillNamePatterns": ["sql", "^machine"],
    "subject": "Your talk on retries",
    "term": "engineer",
    "text": "Thank you for the talk on retries!",
    "threadId": "2-main-1",
    "workplaceTypes": ["remote", "hybrid"],
}
"""What stands under a wire name; elsewhere it is the first value allowed."""

_SPECIAL: Final[Mapping[str, Mapping[str, Json]]] = {
    "endorsePersonSkills": {"personUrl": f"{_SITE}/in/person5"},
    "st.acceptInvitation": {"personUrl": f"{_SITE}/in/person7"},
    "st.createPost": {"text": _MENTION},
    "st.createRepost": {"text": _MENTION},
    "st.doForSkills": {"personUrl": f"{_SITE}/in/person5"},
    "st.endorsePersonSkill": {"personUrl": f"{_SITE}/in/person5"},
    "st.ignoreInvitation": {"personUrl": f"{_SITE}/in/person7"},
    "st.removeConnection": {"personUrl": f"{_SITE}/in/person5"},
    "st.searchCompanies": {"term": "software"},
    "st.doForCompanies": {"term": "software"},
    "nv.searchCompanies": {"term": "software"},
    "nv.doForCompanies": {"term": "software"},
    "nv.manageConversation": {"threadId": "nv-main-1"},
    "st.searchPosts": {"term": "hiring"},
    "st.doForPosts": {"term": "hiring"},
}
"""What stands there in one example alone: only some people have invited you or are connected."""

_PLAIN: Final[Mapping[str, Json]] = {"boolean": True, "integer": 1, "number": 1, "string": "text"}

_TELLING: Final = frozenset(
    {
        "basicInfo",
        "connectionDegrees",
        "datePosted",
        "days",
        "filter",
        "limit",
        "locations",
        "mentions",
        "note",
        "sizes",
        "skillNamePatterns",
        "sort",
        "subject",
        "term",
        "text",
        "type",
        "workplaceTypes",
    }
)
"""What an example gives though nothing asks for it."""

_ABOVE: Final[Mapping[str, str]] = {"st.doForPosts": "st.searchPosts"}
"""A parent for what no source names one for."""


def example(action_type: str) -> Action[Any]:
    """Return a workflow with an action in it.

    The action begins it where it may, and stands below what it belongs to elsewhere. A page has a
    child that reads a part of it, a loop has what it repeats.

    Raises:
        KeyError: No such action is known.
    """
    row = specs()[action_type]
    tree = _build(row, _below(row), about=action_type, is_root=row.is_root)
    while not row.is_root:
        row = specs()[row.parents[0] if row.parents else _ABOVE[row.action_type]]
        tree = _build(row, tree, about=action_type, is_root=row.is_root)
    return tree


def is_given(param: Param, among: tuple[Param, ...], *, is_root: bool) -> bool:
    """Tell whether an example gives a parameter.

    Args:
        param: Its row.
        among: All rows of the same object.
        is_root: Whether targets have to be named there.
    """
    if param.required is True or param.wire in _TELLING:
        return True
    if param.required_when is not None:
        name, _, wanted = param.required_when.partition("=")
        return any(sample(other) == wanted for other in among if other.wire == name)
    if param.is_group_needed:
        group = [other for other in among if other.one_of_group == param.one_of_group]
        return is_root and param is group[0]
    return is_root and param.required == "at_root"


def sample(param: Param, about: str = "") -> Any:
    """Return a value for a parameter, as its class takes it.

    Args:
        param: Its row.
        about: The action or operation that the example is about.
    """
    value: Any
    if param.model is not None:
        given = [one for one in param.fields if is_given(one, param.fields, is_root=True)]
        value = param.model(**{one.name: sample(one) for one in given})
    elif param.wire in _SPECIAL.get(about, {}):
        return _SPECIAL[about][param.wire]
    elif param.wire in _VALUES:
        return _VALUES[param.wire]
    else:
        kind = param.type.removeprefix("list[").removesuffix("]")
        value = param.enum[0] if param.enum else _PLAIN[kind]
    return [value] if param.type.startswith("list[") else value


def _build(row: Spec, then: Action[Any] | None, *, about: str, is_root: bool) -> Action[Any]:
    given: dict[str, Any] = {
        param.name: sample(param, about)
        for param in row.params
        if is_given(param, row.params, is_root=is_root)
    }
    if then is not None:
        given["then"] = then
    return row.cls(**given)


def _below(row: Spec) -> Action[Any] | None:
    """Return a child worth showing: what a loop repeats, or a part that a page has."""
    children = [specs()[name] for name in row.children or ()]
    if not row.is_loop:
        is_page = get_origin(row.result) is not list
        children = [child for child in children if is_page and not child.is_root]
    return _build(children[0], None, about=row.action_type, is_root=False) if children else None
