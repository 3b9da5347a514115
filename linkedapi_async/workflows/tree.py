"""Walking raw JSON trees: the actions of a workflow, and the reports of its completion.

The walks go wherever the shape leads and skip what is no object; judging is somebody else's work.
"""

from collections.abc import Iterator

from linkedapi_async._types import Effect, Json, JsonObject
from linkedapi_async.actions._base import spec

__all__ = ["effect_of", "is_loop", "reports", "walk", "writes_of"]


def walk(tree: Json, path: str = "$") -> Iterator[tuple[str, JsonObject]]:
    """Yield every action of a workflow with its path, parents first.

    Args:
        tree: One action, or a list of them.
        path: The path of the tree itself; `$.then[0]` is the first child of a single root.
    """
    if isinstance(tree, dict):
        yield path, tree
        yield from walk(tree.get("then"), f"{path}.then")
    elif isinstance(tree, list):
        for index, action in enumerate(tree):
            yield from walk(action, f"{path}[{index}]")


def effect_of(tree: Json) -> Effect:
    """Return whether a workflow changes anything on LinkedIn.

    One writing action, or one that the tables do not know, makes the whole a write.
    """
    return Effect.WRITE if any(writes_of(tree)) else Effect.READ


def writes_of(tree: Json) -> tuple[str, ...]:
    """Return the types of the actions that change something, or that the tables do not know."""
    kinds = (str(action.get("actionType")) for _, action in walk(tree))
    rows = ((kind, spec(kind)) for kind in kinds)
    return tuple(
        dict.fromkeys(kind for kind, row in rows if row is None or row.effect is Effect.WRITE)
    )


def is_loop(action_type: str) -> bool:
    """Tell whether an action repeats its children, and so has no report of its own."""
    row = spec(action_type)
    return row is not None and row.is_loop


def reports(completion: Json, path: str = "completion") -> Iterator[tuple[str, JsonObject]]:
    """Yield every report of a completion with its path, parents first.

    Children stand under `data.then`; where the data is a list, under `then` of each item.

    Args:
        completion: One report, or a list of them.
        path: The path of the completion itself.
    """
    if isinstance(completion, dict):
        yield path, completion
        data = completion.get("data")
        if isinstance(data, dict):
            yield from reports(data.get("then"), f"{path}.data.then")
        elif isinstance(data, list):
            for index, item in enumerate(data):
                if isinstance(item, dict):
                    below = item.get("then")
                    yield from reports(below, f"{path}.data[{index}].then")
    elif isinstance(completion, list):
        for index, report in enumerate(completion):
            yield from reports(report, f"{path}[{index}]")
