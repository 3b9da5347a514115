"""One row of a jobs file: what it asks for, or everything that is wrong with it."""

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, cast

import attrs

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors._problem import Breach
from linkedapi_async.ledger import key_of, payload_of
from linkedapi_async.operations import CustomWorkflow, Operation, operations
from linkedapi_async.pool import Call
from linkedapi_async.workflows._validate import check, shown

from ._batch_parameters import Finding, OperationClass, built, judge, listed, path_in, stranger
from ._documents import NotJson, parse_json
from ._lookup import index_of_actions, index_of_operations
from ._positions import Source, steps_of

__all__ = ["SANDBOX", "Flaw", "Flawed", "JobCall", "Reader"]

SANDBOX: Final = "sandbox:"
"""What the keys of a rehearsal begin with in a ledger, so that it answers no call in earnest."""

_KEYS: Final = ("account", "operation", "parameters", "workflow", "key", "priority")
_FORM: Final = '{"account": "anna", "operation": "fetchPerson", "parameters": {"personUrl": "…"}}'
_CULPRITS: Final = frozenset(
    {Breach.UNKNOWN_ACTION, Breach.NOT_AT_ROOT, Breach.PARENT, Breach.PLAN}
)


@attrs.frozen
class Flaw:
    """Something wrong with a row.

    Attributes:
        line: Of the file, counting from 1.
        column: In the line, counting from 1.
        rule: What is broken, a stable word.
        message: What stands there, and what would be right.
    """

    line: int
    column: int
    rule: str
    message: str


class Flawed(Exception):
    """A row that cannot be carried out.

    Attributes:
        flaws: Everything wrong with it.
        is_json: Whether it is JSON at least.
    """

    def __init__(self, flaws: Sequence[Flaw], *, is_json: bool = True) -> None:
        """Keep what is wrong."""
        super().__init__(flaws)
        self.flaws: Sequence[Flaw] = flaws
        self.is_json: bool = is_json


@attrs.frozen(kw_only=True)
class JobCall(Call[Any]):
    """What a row asks for.

    Attributes:
        line: Where it stands in the file.
        name: Its key, as people know it.
        payload: Digest of what it would send.
    """

    line: int
    name: str
    payload: str


class Reader:
    """Makes calls of rows."""

    def __init__(
        self,
        accounts: Collection[str] | None,
        *,
        default: str | None,
        is_rehearsal: bool = False,
    ) -> None:
        """Prepare.

        Args:
            accounts: Aliases that rows may name; `None` for any.
            default: The one that need not be named.
            is_rehearsal: Whether it is for a sandbox, where nothing counts.
        """
        self._accounts = accounts
        self._default = default
        self._prefix = SANDBOX if is_rehearsal else ""

    def read(self, raw: bytes, line: int) -> JobCall:
        """Return what a row asks for.

        Args:
            raw: Its text.
            line: Where it stands in the file.

        Raises:
            Flawed: It asks for nothing that could be done.
        """
        text = _text_of(raw, line)
        value = _value_of(text, line)
        found = list(self._judge(value))
        if not found:
            return self._call(cast("JsonObject", value), line)
        source = Source(text)
        places = [(source.place(one.steps), one) for one in found]
        raise Flawed(
            [
                Flaw(line, place.column, one.rule, one.message)
                for place, one in sorted(places, key=lambda pair: pair[0])
            ]
        )

    def reread(self, raw: bytes, line: int) -> JobCall:
        """Return what a row asks for that was read before; of any other, anything may be raised."""
        return self._call(json.loads(raw.decode("utf-8-sig")), line)

    def _call(self, row: JsonObject, line: int) -> JobCall:
        account = cast("str", row.get("account") or self._default)
        work = _work_of(row)
        payload = payload_of(account, work.name, work.workflow())
        name = key_of(row.get("key"), payload)
        return JobCall(
            account=account,
            operation=work,
            key=f"{self._prefix}{name}",
            priority=cast("int", row.get("priority") or 0),
            line=line,
            name=name,
            payload=payload,
        )

    # ── what may be wrong ──

    def _judge(self, row: Json) -> Iterator[Finding]:
        if not isinstance(row, dict):
            yield Finding((), "shape", f"is no object; a row is one, such as {_FORM}")
            return
        for key in row:
            if key not in _KEYS:
                yield Finding((key,), "unknown", stranger(key, _KEYS, "key of a row"))
        yield from self._judge_account(row.get("account"))
        key, priority = row.get("key"), row.get("priority")
        if key is not None and (isinstance(key, bool) or not isinstance(key, str | int)):
            yield Finding(
                ("key",), Breach.TYPE, f"key is {shown(key)}; it takes text or a whole number"
            )
        elif key == "":
            yield Finding(("key",), Breach.LENGTH, "key is empty; leave it out, or name the call")
        if priority is not None and (isinstance(priority, bool) or not isinstance(priority, int)):
            yield Finding(
                ("priority",),
                Breach.TYPE,
                f"priority is {shown(priority)}; it takes a whole number",
            )
        yield from _judge_work(row)

    def _judge_account(self, account: Json) -> Iterator[Finding]:
        if account is None:
            if self._default is None:
                told = f"names no account; there are {listed(self._accounts or ())}"
                yield Finding((), "account", told)
        elif not isinstance(account, str) or not account:
            yield Finding(
                ("account",),
                Breach.TYPE,
                f"account is {shown(account)}; it takes the name of an account",
            )
        elif self._accounts is not None and account not in self._accounts:
            near = get_close_matches(account, self._accounts, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"there is {listed(self._accounts)}"
            told = f"{shown(account)} is no account that is known; {meant}"
            yield Finding(("account",), "account", told)


# ── from bytes to a value ───────────────────────────────────────────────────────────────────────


def _text_of(raw: bytes, line: int) -> str:
    """Return a row's text.

    Raises:
        Flawed: It is none.
    """
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8").rstrip()
    except UnicodeDecodeError as exc:
        column = len(raw[: exc.start].decode("utf-8", "replace")) + 1
        is_utf16 = raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        told = "is UTF-16; save the file as UTF-8" if is_utf16 else "is no UTF-8 text"
        flaw = Flaw(line, column, "syntax", told)
        raise Flawed([flaw], is_json=False) from None


def _value_of(text: str, line: int) -> Json:
    """Return a row's value.

    Raises:
        Flawed: It is no JSON, or not the same to everybody who reads it.
    """
    repeated: list[str] = []

    def note(pairs: list[tuple[str, Json]]) -> JsonObject:
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated.append("")
        return found

    try:
        value = parse_json(text, "")
        json.loads(text, object_pairs_hook=note)
        json.dumps(value, ensure_ascii=False).encode()
    except NotJson as exc:
        rest = text[exc.column - 1 :]
        at = f", at {shown(rest)}" if exc.is_placed and rest else ""
        flaw = Flaw(line, exc.column, "syntax", f"is no JSON: {exc.reason}{at}")
        raise Flawed([flaw], is_json=False) from None
    except UnicodeEncodeError:
        flaw = Flaw(line, 1, "syntax", r"holds half a letter: an escape such as \ud83d alone")
        raise Flawed([flaw], is_json=False) from None
    if repeated:
        message = "stands in its object twice; keep one of them"
        raise Flawed(
            [
                Flaw(line, place.column, "repeated", f"{steps[-1]!r} {message}")
                for steps, place in Source(text).repeated
            ]
        )
    return value


# ── what is to be done ──────────────────────────────────────────────────────────────────────────


def _judge_work(row: JsonObject) -> Iterator[Finding]:
    """Yield what is wrong with what is to be done."""
    name, workflow, given = row.get("operation"), row.get("workflow"), row.get("parameters")
    if workflow is not None:
        for key in ("operation", "parameters"):
            if row.get(key) is not None:
                yield Finding(
                    (key,), Breach.CONFLICT, f"{key} is given beside a workflow; keep one"
                )
        yield from _judge_workflow(workflow)
        return
    if name is None:
        yield Finding((), Breach.MISSING, f"has no operation, such as in {_FORM}")
        return
    cls = _class_of(name) if isinstance(name, str) else None
    if cls is None:
        yield Finding(("operation",), "operation", _no_operation(name))
    elif given is not None and not isinstance(given, dict):
        yield Finding(
            ("parameters",), Breach.TYPE, f"parameters is {shown(given)}; it takes an object"
        )
    else:
        yield from judge(cls, given or {})


def _judge_workflow(workflow: Json) -> Iterator[Finding]:
    for problem in check(workflow):
        culprit = ("actionType",) if problem.rule in _CULPRITS else ()
        steps = ("workflow", *steps_of(problem.path), *culprit)
        yield Finding(steps, problem.rule, f"{path_in(problem)}{problem.message}")


def _no_operation(name: Json) -> str:
    if not isinstance(name, str):
        return f"operation is {shown(name)}; it takes the name of one, such as fetchPerson"
    if name == CustomWorkflow.name:
        return 'customWorkflow is given as "workflow": {…}, without an operation'
    action = index_of_actions().named(name)
    if action is not None and "." in name:
        return f'{shown(name)} is an action; give it as "workflow": {{"actionType": "{action}", …}}'
    near = index_of_operations().near(name)
    meant = (
        f"did you mean {' or '.join(near)}?" if near else "`linkedapi-async operations` lists them"
    )
    return f"{shown(name)} is no operation; {meant}"


@cache
def _class_of(name: str) -> OperationClass | None:
    """Return the operation that a word spells out; `None` where it spells none."""
    found = name if name in operations() else index_of_operations().named(name)
    return None if found in {None, CustomWorkflow.name} else operations()[str(found)]


def _work_of(row: JsonObject) -> Operation[Any]:
    """Return what a row in which nothing is wrong asks for."""
    workflow = row.get("workflow")
    if workflow is not None:
        return CustomWorkflow(cast("JsonObject | list[JsonObject]", workflow))
    cls = _class_of(str(row["operation"]))
    assert cls is not None  # noqa: S101 - it was judged
    return built(cls, cast("JsonObject", row.get("parameters") or {}))
