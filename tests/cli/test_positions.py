import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async._types import Json
from linkedapi_async.cli._positions import Place, Source, Step, path_of, steps_of

Path = tuple[Step, ...]

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)
LAYOUTS = st.fixed_dictionaries(
    {
        "indent": st.none() | st.integers(0, 3),
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([(",", ":"), (" , ", " : "), (",\t", ":\t")]),
    }
)
WORDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
STEPS = st.text(st.sampled_from('.[]"0a'), max_size=4) | st.integers(0, 1)
BREAKS = st.sampled_from(["\n", "\r\n", "\n\n"])


def places_in(value: Json, path: Path = ()) -> list[tuple[Path, Json]]:
    """Return every value in a value, with its steps."""
    found = [(path, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places_in(inner, (*path, index))
    return found


def offset_of(text: str, place: Place) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1


def text_at(text: str, place: Place) -> Any:
    """Return the JSON value that begins at a place."""
    return json.JSONDecoder().raw_decode(text, offset_of(text, place))[0]


@given(value=VALUES, layout=LAYOUTS, line_break=BREAKS)
def test_every_value_stands_where_it_is_said_to(
    value: Any, layout: dict[str, Any], line_break: str
) -> None:
    """However a text is laid out, `json` reads at each place the value that was asked for."""
    text = json.dumps(value, **layout).replace("\n", line_break)

    source = Source(text)

    for path, expected in places_in(json.loads(text)):
        found = text_at(text, source.place(path))
        assert json.dumps(found) == json.dumps(expected)


@given(st.lists(st.tuples(st.text(max_size=2), VALUES)))
def test_of_a_repeated_key_the_last_counts(pairs: list[tuple[str, Any]]) -> None:
    """A key that stands twice leads where `json` leads, and is named each time it comes again."""
    members = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    text = f"[{{{members}}}]"
    value = json.loads(text)

    source = Source(text)

    for path, expected in places_in(value):
        assert json.dumps(text_at(text, source.place(path))) == json.dumps(expected)
    again = [path for path, _ in source.repeated if len(path) == 2]
    assert len(again) == len(pairs) - len(value[0])
    for path, place in source.repeated:
        assert text_at(text, place) == path[-1]


@given(st.lists(WORDS | st.integers(0, 10_000)))
def test_paths_of_words_go_there_and_back(path: list[Step]) -> None:
    """Whatever the validator may name is found."""
    assert steps_of(path_of(path)) == tuple(path)


@given(st.lists(STEPS, max_size=3), st.lists(STEPS, max_size=3))
def test_each_place_has_a_path_of_its_own(one: list[Step], other: list[Step]) -> None:
    """Two paths are the same only where their steps are."""
    assert (path_of(one) == path_of(other)) is (one == other)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("$", ()),
        ("$.then[0].text", ("then", 0, "text")),
        ("$[1].filter.sizes[12]", (1, "filter", "sizes", 12)),
    ],
)
def test_steps_of_a_path(path: str, steps: Path) -> None:
    """The paths of the validator and the steps say the same."""
    assert steps_of(path) == steps
    assert path_of(steps) == path


def test_keys_that_are_no_words_stand_in_quotes() -> None:
    """A path can be read whatever the key."""
    assert path_of(("a b", 0, "c.d", "", "é")) == '$["a b"][0]["c.d"][""]["\\u00e9"]'


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ('{"a": 1}', ("a",), Place(1, 7)),
        ('{"a": 1}', ("b",), Place(1, 1)),
        ('{"a": 1}', ("a", "b"), Place(1, 7)),
        ("\n\n [1,\n  2]", (1,), Place(4, 3)),
        ('{\r\n  "a": [\r\n    true]}', ("a", 0), Place(3, 5)),
        ('\ufeff{"a": 1}', ("a",), Place(1, 7)),
        ('["\\"]", {"}": [0]}]', (1, "}", 0), Place(1, 16)),
        ('{"\\u0061": "x"}', ("a",), Place(1, 12)),
        ('{"a": {"b": 1}, "a": {"c": 2}}', ("a", "b"), Place(1, 22)),
        ("-1.5e-3", (), Place(1, 1)),
        ("", (), Place(1, 1)),
    ],
)
def test_place_of_a_value(text: str, path: Path, place: Place) -> None:
    """Line and column count from 1; what is not there is where it would have to be."""
    assert Source(text).place(path) == place


def test_depth_is_no_matter() -> None:
    """A text nested deeper than any stack is read all the same."""
    depth = 200_000

    source = Source("[" * depth + "1" + "]" * depth)

    assert source.place((0,) * depth) == Place(1, depth + 1)


def test_lines_are_those_of_the_text() -> None:
    """The lines come without their ends, whichever they are."""
    assert Source('\ufeff{"a":\r\n1\n}').lines == ['{"a":', "1", "}"]
