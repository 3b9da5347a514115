"""Where the values of a JSON text stand: line and column, for messages that editors can follow.

It reads what `json` has read before, and keeps positions where `json` keeps values. Depth is no
matter, and of a key that stands twice in an object the last one counts, as it does for `json`.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs

__all__ = ["Place", "Source", "Step", "path_of", "steps_of"]

Step: TypeAlias = str | int
"""The key of a member of an object, or the index of an entry of a list."""

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}]|[^][{}\s,:"]+')
_WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


@attrs.frozen(order=True)
class Place:
    """A position in a text.

    Attributes:
        line: Counts from 1; a line ends with a line feed.
        column: Counts characters from 1.
    """

    line: int
    column: int


@attrs.define(eq=False)
class _Node:
    """A value of the text.

    Attributes:
        start: Where it begins, in characters.
        is_object: Whether it is an object.
        members: What stands in it, by key or by index.
    """

    start: int
    is_object: bool = False
    members: "dict[Step, _Node]" = attrs.field(factory=dict["Step", "_Node"])


class Source:
    """A JSON text that tells where its values stand.

    Attributes:
        lines: The text by lines, without their ends.
        repeated: Steps to each key that stands in its object already, and the place of the key.
    """

    def __init__(self, text: str) -> None:
        """Read a text.

        Args:
            text: JSON that `json` accepts, behind a byte order mark or none.
        """
        self._text = text.removeprefix("\ufeff")
        self.lines: list[str] = [line.removesuffix("\r") for line in self._text.split("\n")]
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        self._root, repeated = _read(self._text)
        self.repeated: list[tuple[tuple[Step, ...], Place]] = [
            (steps, self._at(start)) for steps, start in repeated
        ]

    def place(self, steps: Sequence[Step]) -> Place:
        """Return where a value begins; of one that is not there, the innermost one around it."""
        node = self._root
        for step in steps:
            if step not in node.members:
                break
            node = node.members[step]
        return self._at(node.start)

    def _at(self, start: int) -> Place:
        line = bisect_right(self._starts, start)
        return Place(line, start - self._starts[line - 1] + 1)


def steps_of(path: str) -> tuple[Step, ...]:
    """Return the steps of a path such as `$.then[0].text`, whose keys are plain words."""
    return tuple(int(index) if index else key for key, index in _STEP.findall(path))


def path_of(steps: Sequence[Step]) -> str:
    """Return the path of some steps; keys that are no plain words stand in quotes."""
    return "$" + "".join(map(_shown, steps))


def _shown(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _WORD.fullmatch(step) else f"[{json.dumps(step)}]"


def _read(text: str) -> tuple[_Node, list[tuple[tuple[Step, ...], int]]]:
    """Return the value of a text, and the keys that stand twice with their positions."""
    root = _Node(0)
    repeated: list[tuple[tuple[Step, ...], int]] = []
    around: list[tuple[_Node, Step]] = []
    key: str | None = None
    for token in _TOKEN.finditer(text):
        word, start = token[0], token.start()
        if word in {"}", "]"}:
            around.pop()
        elif around and around[-1][0].is_object and key is None:
            key = str(json.loads(word))
            if key in around[-1][0].members:
                repeated.append(((*(step for _, step in around[1:]), key), start))
        else:
            node = _Node(start, word == "{")
            members = around[-1][0].members if around else {}
            step: Step = len(members) if key is None else key
            members[step] = node
            root = node if not around else root
            key = None
            if word in {"{", "["}:
                around.append((node, step))
    return root, repeated
