"""What calls are known by: keys in the ledger, digests of what is sent, marks in workflows."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from linkedapi_async._types import Json, JsonObject
from linkedapi_async.errors import ConfigurationError

__all__ = ["key_of", "mark_in", "marked", "payload_of", "unmarked"]

_MARK: Final = "intent:"
_MARKED: Final = re.compile(rf"{_MARK}[0-9a-f]{{16}}")
_DERIVED: Final = "auto:"
_LONGEST_KEY: Final = 500
"""Characters; PostgreSQL indexes texts of less than 2,700 bytes."""


def payload_of(account: str, operation: str, workflow: Json) -> str:
    """Return the digest that two calls share only if they would send the same."""
    told = {"account": account, "operation": operation, "workflow": workflow}
    return sha256(
        json.dumps(told, sort_keys=True, separators=(",", ":"), default=repr).encode()
    ).hexdigest()


def key_of(key: object, payload: str) -> str:
    """Return a call's key as the ledger has it: the caller's own, or one derived from the payload.

    Calls without a key that would send the same are one and the same call. A number and its text
    are one key, 7 and `"7"`; texts are compared letter by letter, without a normal form.

    Raises:
        ConfigurationError: The key is neither text, a whole number, nor a UUID.
    """
    if key is None:
        return f"{_DERIVED}{payload[:32]}"
    if isinstance(key, str) and 0 < len(key) <= _LONGEST_KEY and _is_storable(key):
        return key
    if isinstance(key, (int, UUID)) and not isinstance(key, bool):
        return str(key)
    msg = (
        f"key={key!r:.80} cannot be kept in a ledger; "
        f"use a whole number, a UUID, or text of at most {_LONGEST_KEY} characters"
    )
    raise ConfigurationError(msg)


def _is_storable(text: str) -> bool:
    """Return whether every database takes a text: no lone surrogates, no NUL."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def marked(workflow: "JsonObject | Sequence[JsonObject]", mark: str) -> Json:
    """Return a workflow that carries a mark as the label of its first action.

    A workflow without an unlabelled action at its root stays as it is: labels are the caller's.
    """
    if isinstance(workflow, Mapping):
        return workflow if "label" in workflow else {**workflow, "label": f"{_MARK}{mark}"}
    found = False
    actions: list[Json] = []
    for action in workflow:
        told = action if found else marked(action, mark)
        found = found or told is not action
        actions.append(told)
    return actions


def mark_in(completion: Json) -> str | None:
    """Return the mark that a completion carries, `None` where there is none."""
    reports = completion if isinstance(completion, Sequence) else [completion]
    for report in reports:
        label = report.get("label") if isinstance(report, Mapping) else None
        if isinstance(label, str) and label.startswith(_MARK):
            return label.removeprefix(_MARK)
    return None


def unmarked(completion: Json) -> Json:
    """Return a completion as it would be had nothing been marked."""
    if isinstance(completion, list):
        return [unmarked(report) for report in completion]
    if isinstance(completion, dict) and _is_mark(completion.get("label")):
        return {name: value for name, value in completion.items() if name != "label"}
    return completion


def _is_mark(label: Json) -> bool:
    return isinstance(label, str) and _MARKED.fullmatch(label) is not None
