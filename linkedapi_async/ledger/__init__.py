"""What is remembered of every call, so that no restart sends anything twice or loses an answer.

A row is written before a start leaves (*sending*), again when the service has named the workflow
(*accepted*), and a last time when its end is known. Nothing is stored here: what a row means, and
which change may follow which, is decided here for every store alike.
"""

from ._identity import key_of, mark_in, marked, payload_of, unmarked
from ._outcomes import (
    Proved,
    damaged,
    evidence_in,
    read_outcome,
    result_of,
    write_error,
    write_proof,
)
from ._rows import PREDECESSORS, VERSION, Change, Intent, Row, State
from ._steps import Answer, Conflict, Elsewhere, Send, Step, Uncertain, Wait, next_step

__all__ = [
    "PREDECESSORS",
    "VERSION",
    "Answer",
    "Change",
    "Conflict",
    "Elsewhere",
    "Intent",
    "Proved",
    "Row",
    "Send",
    "State",
    "Step",
    "Uncertain",
    "Wait",
    "damaged",
    "evidence_in",
    "key_of",
    "mark_in",
    "marked",
    "next_step",
    "payload_of",
    "read_outcome",
    "result_of",
    "unmarked",
    "write_error",
    "write_proof",
]
