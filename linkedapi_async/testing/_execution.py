"""Carries out a valid tree and builds its completion, whatever the actions in it are."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import cast

import attrs

from linkedapi_async._clock import Clock
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.actions._base import Spec

from ._ambush import Ambush
from ._registry import ActionFailed, Context, Outcome, Subject, actions, executors, fail
from ._usage import ExecutedAction
from ._workflows import Workflow
from ._world import World
from .log import ActionExecuted, Log

__all__ = ["Execution"]

_FRAME = frozenset({"actionType", "label", "then"})


@attrs.frozen
class Execution:
    """One run of one tree.

    Attributes:
        workflow: Whose tree.
        world: Everybody there is.
        log: Where each action is noted.
        ambush: Faults lying in wait for actions.
        clock: What time it is.
    """

    workflow: Workflow
    world: World
    log: Log
    ambush: Ambush
    clock: Clock

    def run(self, document: Json) -> Json:
        """Return the completion: a report for one action, a list of them for a list."""
        return self._reports(document, subject=None)

    def _reports(self, then: Json, subject: Subject) -> Json:
        """Run children in order; one object in, one report out, and a list for a list."""
        if isinstance(then, Sequence) and not isinstance(then, str):
            return [self._report(cast("JsonObject", child), subject) for child in then]
        return self._report(cast("JsonObject", then), subject)

    def _report(self, action: JsonObject, subject: Subject) -> JsonObject:
        spec = actions()[str(action["actionType"])]
        report: dict[str, Json] = {"actionType": spec.action_type}
        if "label" in action:
            report["label"] = action["label"]
        params = {key: value for key, value in action.items() if key not in _FRAME}
        try:
            outcome = self._execute(spec, params, subject)
        except ActionFailed as failure:
            self._note(spec, action, params, failure.code)
            error: Json = {"type": failure.code, "message": failure.message}
            return report | {"success": False, "error": error}
        self._note(spec, action, params, "success", is_repeated=outcome.is_repeated)
        report["success"] = True
        data = self._with_children(outcome, action.get("then"))
        return report if data is None else report | {"data": data}

    def _execute(self, spec: Spec, params: JsonObject, subject: Subject) -> Outcome:
        account = self.workflow.account
        injection = self.ambush.spring(("action",), account.alias)
        if injection is not None:
            fail(*injection.words)
        moment = self.clock.wall()
        if spec.category is not None and not account.allows(spec.category, moment.date()):
            fail("limitExceeded")
        context = Context(self.world, account, moment, subject)
        outcome = executors()[spec.action_type](context, params)
        if spec.category is not None:
            account.spend(spec.category, moment.date())
        return outcome

    def _with_children(self, outcome: Outcome, then: Json) -> Json:
        """Hang the children's reports into the parent's data."""
        if then is None:
            return outcome.data
        if isinstance(outcome.data, list):
            return self._loop(cast("list[JsonObject]", outcome.data), outcome.subjects, then)
        data = cast("JsonObject", outcome.data or {})
        return {**data, "then": self._reports(then, outcome.subject)}

    def _loop(
        self, items: list[JsonObject], subjects: tuple[Subject, ...], then: Json
    ) -> list[Json]:
        """Run the children of loops once per item; an item's `then` is always a list.

        Observed: the official SDK 1.4.7 reads nothing else below the item of a loop. Inferred: a
        child that is no loop runs once per item too.
        """
        children = then if isinstance(then, Sequence) else [then]
        told: list[Json] = []
        for item, subject in zip_longest(items, subjects):
            reports: list[Json] = []
            chosen = False
            for child in cast("Sequence[JsonObject]", children):
                if not _selects(child, item):
                    continue
                chosen = True
                is_loop = actions()[str(child["actionType"])].is_loop
                found = self._reports(child.get("then", []) if is_loop else child, subject)
                reports.extend(found if isinstance(found, list) else [found])
            told.append({**item, "then": reports} if chosen else item)
        return told

    def _note(
        self,
        spec: Spec,
        action: JsonObject,
        params: JsonObject,
        outcome: str,
        *,
        is_repeated: bool = False,
    ) -> None:
        label = action.get("label")
        self.workflow.account.executed.append(
            ExecutedAction(spec.action_type, outcome == "success", self.clock.wall())
        )
        self.log.append(
            ActionExecuted(
                at=self.clock.now(),
                workflow_id=self.workflow.workflow_id,
                account=self.workflow.account.alias,
                action_type=spec.action_type,
                effect=spec.effect,
                params=params,
                outcome=outcome,
                label=None if label is None else str(label),
                is_repeated=is_repeated,
            )
        )


def _selects(loop: JsonObject, item: JsonObject) -> bool:
    """Tell whether a loop takes an item; only loops over skills choose."""
    patterns = loop.get("skillNamePatterns")
    if not isinstance(patterns, list):
        return True
    name = str(item.get("name", ""))
    return any(_matches(str(pattern), name) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    """Tell whether a name fits; a pattern that is none here stands for itself."""
    try:
        return re.search(pattern, name, re.IGNORECASE) is not None
    except re.error:
        return pattern.casefold() in name.casefold()
