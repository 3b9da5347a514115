"""Members by the addresses they go by."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from linkedapi_async.models import InboxMessage

__all__ = ["Correspondent", "handle_of"]


def handle_of(address: str) -> str:
    """Return what tells one profile from others in its address, written any way.

    `https://www.linkedin.com/in/Anna-B/?trk=x` and `linkedin.com/in/anna-b` have the same.
    """
    path = address.strip().partition("?")[0].partition("#")[0].rstrip("/")
    return unquote(path.rpartition("/")[2]).casefold()


class Correspondent:
    """One person, recognised in messages by any name that was ever theirs in one."""

    def __init__(self, address: str, known: "Iterable[InboxMessage]") -> None:
        """Learn the person's names.

        Args:
            address: One of their addresses.
            known: Messages exchanged with them.
        """
        self._names = {handle_of(address)}.union(*map(_names, known))

    def wrote(self, message: "InboxMessage") -> bool:
        """Return whether a message was exchanged with that person."""
        names = _names(message)
        if self._names.isdisjoint(names):
            return False
        self._names |= names
        return True


def _names(message: "InboxMessage") -> set[str]:
    addresses = (message.person_hashed_url, message.person_public_url, message.person_url)
    names = {handle_of(address) for address in addresses if address}
    return names | ({message.person_urn} if message.person_urn else set())
