"""A question that is answered at once, outside any workflow."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import attrs

from linkedapi_async._messages import Refusal, Reply, Request

__all__ = ["IDENTIFICATION", "Query"]

R = TypeVar("R")

IDENTIFICATION: Final = "identification-token"
"""Header of the token that names a LinkedIn account, in every generation."""


@attrs.frozen
class Query(Generic[R]):
    """One request, and how to read its reply.

    Attributes:
        name: What it asks, for events and errors.
        request: What is sent.
        read: Returns the answer, or what the reply says instead; raises `ProtocolError` for an
            answer that is not of the documented form.
        reads_only: Whether asking twice changes nothing more than asking once.
    """

    name: str
    request: Request
    read: Callable[[Reply], R | Refusal]
    reads_only: bool = True
