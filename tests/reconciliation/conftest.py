"""What the tests of recipes share: a hand that drives them, and answers to give."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import attrs
import pytest

from linkedapi_async.models import UsedAction
from linkedapi_async.operations import Operation
from linkedapi_async.operations._findings import Executed, Finding, Statistics
from linkedapi_async.operations._traces import SKEW

NOW = datetime(2026, 3, 2, 9, 30, 15, 500_000, tzinfo=UTC)

Drive: TypeAlias = Callable[..., "Driven"]
Did: TypeAlias = Callable[..., UsedAction]
Stamp: TypeAlias = Callable[[float], str]


@attrs.frozen
class Driven:
    """What came of driving a recipe.

    Attributes:
        finding: What it concluded.
        asked: What it wanted to know, in order.
    """

    finding: Finding
    asked: tuple[Any, ...]


@pytest.fixture
def since() -> datetime:
    """When the start left."""
    return NOW


@pytest.fixture
def drive() -> Drive:
    """Drive the recipe of an operation, with answers in the order of its questions.

    Where it asks for the statistics, it is told of nothing, unless `used` says otherwise;
    `used=None` is a generation of the API without any.
    """

    def run(
        operation: Operation[Any],
        *answers: Any,
        used: Sequence[UsedAction] | None = (),
        is_whole: bool = True,
    ) -> Driven:
        recipe = operation.recipe(NOW)
        assert recipe is not None
        given, asked = iter(answers), list[Any]()
        try:
            question = next(recipe)
            while True:
                asked.append(question)
                if isinstance(question, Executed):
                    assert question.since == NOW - SKEW
                    question = recipe.send(None if used is None else Statistics(used, is_whole))
                else:
                    question = recipe.send(next(given))
        except StopIteration as end:
            assert list(given) == []
            return Driven(end.value, tuple(asked))

    return run


@pytest.fixture
def did() -> Did:
    """Build an action that the service has executed, some seconds after the start."""
    return executed


@pytest.fixture
def stamp() -> Stamp:
    """Tell the moment some seconds after the start as the service writes it."""
    return written


def executed(action: str, *, after: float = 20.0, success: bool | None = True) -> UsedAction:
    return UsedAction(action_type=action, success=success, time=written(after))


def written(after: float) -> str:
    return (NOW + timedelta(seconds=after)).isoformat(timespec="milliseconds")
