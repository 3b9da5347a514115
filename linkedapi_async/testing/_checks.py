"""Judges a posted tree by the action tables, as the service does before it accepts one."""

from enum import StrEnum
from typing import Final

import attrs

from linkedapi_async._types import Json, Plan
from linkedapi_async.errors._problem import Breach, Problem
from linkedapi_async.workflows._validate import check as problems_of
from linkedapi_async.workflows.tree import is_loop, walk

from ._registry import executors

__all__ = ["Objection", "Verdict", "check"]


class Objection(StrEnum):
    """What is wrong with a tree."""

    CONSTRAINTS = "constraints"
    """An unknown action, or one where it may not stand."""
    PARAMETERS = "parameters"
    """A parameter missing, misplaced, of the wrong type or out of range."""
    PLAN = "plan"
    """An action that needs a better seat."""
    NOT_BUILT = "not built"
    """An action the service knows and this sandbox cannot carry out."""


_STRUCTURE: Final = frozenset(
    {Breach.SHAPE, Breach.UNKNOWN_ACTION, Breach.NOT_AT_ROOT, Breach.PARENT}
)


@attrs.frozen
class Verdict:
    """Why a tree is refused.

    Attributes:
        objection: The kind of fault.
        details: What and where.
    """

    objection: Objection
    details: str


def check(document: Json, plan: Plan) -> Verdict | None:
    """Return why a tree is refused, or `None` for one that will run.

    Args:
        document: The decoded body: one action or a list of them.
        plan: The seat of the account.
    """
    problems = problems_of(document, plan=plan)
    if problems:
        worst = min(problems, key=lambda problem: problem.rule is Breach.PLAN)
        return Verdict(_objection_to(worst), str(worst))
    for _, action in walk(document):
        action_type = str(action["actionType"])
        if not is_loop(action_type) and action_type not in executors():
            return Verdict(Objection.NOT_BUILT, action_type)
    return None


def _objection_to(problem: Problem) -> Objection:
    if problem.rule is Breach.PLAN:
        return Objection.PLAN
    return Objection.CONSTRAINTS if problem.rule in _STRUCTURE else Objection.PARAMETERS
