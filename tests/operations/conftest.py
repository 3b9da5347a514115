"""The official SDK beside ours: the same parameters, the same completions."""

import inspect
from collections.abc import Mapping, Sequence
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import attrs
import linkedapi.operations
import pytest
from hypothesis import strategies as st
from linkedapi.core import Operation as OfficialOperation
from pydantic import BaseModel

from linkedapi_async.errors import ActionFailure
from linkedapi_async.models._rules import camel
from linkedapi_async.operations import Operation

OFFICIAL: Mapping[str, Any] = {
    kind.operation_name: kind
    for _, kind in inspect.getmembers(linkedapi.operations, inspect.isclass)
    if issubclass(kind, OfficialOperation) and kind is not OfficialOperation
}

TEXT = st.text(max_size=8)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(1, 100),
    float: st.floats(0, 1e6),
    bool: st.booleans(),
}

TARGETS = {
    "connect": "person_url",
    "companyFollow": "company_url",
    "newsletterSubscribe": "newsletter_url",
}
"""The one address that belongs to each type of invitation."""


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type form: what a caller may give for a parameter."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return values(inner[0])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in {Union, UnionType}:
        return st.one_of(*(st.none() if part is NoneType else values(part) for part in inner))
    if origin is Sequence:
        return st.lists(values(inner[0]), max_size=3)
    if attrs.has(kind):
        return st.builds(kind, **{f.name: values(f.type) for f in attrs.fields(kind)})
    return PLAIN[kind]


def parameters(kind: type[Operation[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Parameters of an operation, by name."""
    given = {field.name: values(field.type) for field in attrs.fields(cast("Any", kind))}
    if "invitation_type" in given:
        return st.sampled_from(sorted(TARGETS)).flatmap(
            lambda word: st.fixed_dictionaries(
                {"invitation_type": st.just(word), TARGETS[word]: TEXT}
            )
        )
    return st.fixed_dictionaries(given)


def by_name(value: Any) -> Any:
    """Parameters as the official models are built from."""
    if isinstance(value, list):
        entries = cast("Any", value)
        return [by_name(item) for item in entries]
    kind = cast("Any", type(value))
    return attrs.asdict(value) if attrs.has(kind) else value


def official_request(name: str, given: Mapping[str, Any]) -> Any:
    """The JSON that the official SDK sends for the same parameters."""
    kind = OFFICIAL[name]
    (base,) = kind.__orig_bases__
    params = get_args(base)[0]
    if params is NoneType:
        return kind.mapper.map_request(None)
    return kind.mapper.map_request(
        params.model_validate({key: by_name(value) for key, value in given.items()})
    )


def plain(value: Any) -> Any:
    """Results of either side as JSON by wire names, without `None`."""
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True, exclude_none=True)
    if isinstance(value, list):
        entries = cast("Any", value)
        return [plain(item) for item in entries]
    if isinstance(value, ActionFailure):
        return {"type": value.type, "message": value.message}
    fields: Any = getattr(value, "__attrs_attrs__", None)
    if fields:
        known = {camel(field.name): getattr(value, field.name) for field in fields}
        return {key: plain(item) for key, item in known.items() if item is not None}
    return value


def official_reading(name: str, completion: Any) -> tuple[Any, list[tuple[str, str]]]:
    """What the official SDK makes of a completion."""
    read = OFFICIAL[name].mapper.map_response(completion)
    return plain(read.data), [(error.type, error.message) for error in read.errors]


def our_reading(kind: type[Operation[Any]], completion: Any) -> tuple[Any, list[tuple[str, str]]]:
    """What we make of a completion."""
    data, errors = kind.read(completion)
    return plain(data), [(error.type, error.message) for error in errors]


# ── Completions ─────────────────────────────────────────────────────────────────────────────────

ONLY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Invitation": {
        "connect": ("headline", "note"),
        "companyFollow": ("company_url", "company_name"),
        "newsletterSubscribe": ("newsletter_url", "newsletter_name"),
    },
    "ProfileViewer": {
        "identified": (
            "name",
            "public_url",
            "urn",
            "headline",
            "connection_degree",
            "avatar_url",
        ),
        "anonymous": ("description", "search_url"),
    },
}
"""Fields that the official SDK insists on, and refuses under another word."""

NEEDED = {
    "Invitation": ("name", "public_url"),
    "ProfileViewer": ("viewed_at", "viewed_ago"),
    "SyncConversationResult": ("sync_until",),
    "PersonSkillEndorsement": ("skill_name", "success"),
}


def objects(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects as the service may send them for a model: keys missing, null or filled."""
    fields = {field.name: field for field in attrs.fields(kind)}
    if kind.__name__ in ONLY:
        words = ONLY[kind.__name__]
        word_field = "invitation_type" if kind.__name__ == "Invitation" else "viewer_type"
        return st.sampled_from(sorted(words)).flatmap(
            lambda word: st.fixed_dictionaries(
                {
                    camel(word_field): st.just(word),
                    **{
                        camel(name): json_of(_inner(fields[name].type))
                        for name in (*NEEDED[kind.__name__], *words[word])
                    },
                }
            )
        )
    needed = NEEDED.get(kind.__name__, ())
    return st.fixed_dictionaries(
        {camel(name): json_of(_inner(fields[name].type)) for name in needed},
        optional={
            camel(name): st.none() | json_of(_inner(field.type))
            for name, field in fields.items()
            if name not in needed
        }
        | {"somethingNew": st.integers()},
    )


def _inner(kind: Any) -> Any:
    return next(part for part in get_args(kind) if part is not NoneType)


def json_of(kind: Any) -> st.SearchStrategy[Any]:
    """JSON for a type form of a model."""
    if get_origin(kind) is list:
        return st.lists(json_of(get_args(kind)[0]), max_size=2)
    return objects(kind) if attrs.has(kind) else PLAIN[kind]


def failed(action_type: str) -> st.SearchStrategy[dict[str, Any]]:
    """A report of an action that failed."""
    return st.fixed_dictionaries(
        {
            "actionType": st.just(action_type),
            "success": st.just(value=False),
            "error": st.fixed_dictionaries({"type": TEXT, "message": TEXT}),
        }
    )


@pytest.fixture(scope="session")
def official() -> SimpleNamespace:
    """Everything here that compares ours with the official SDK."""
    return SimpleNamespace(
        names=set(OFFICIAL),
        parameters=parameters,
        request=official_request,
        reading=official_reading,
        ours=our_reading,
        objects=objects,
        failed=failed,
    )
