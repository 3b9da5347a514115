"""What one worker believes is parked, and what it has yet to tell the others."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import msgspec

from linkedapi_async._sharing import Parking

__all__ = ["Key", "Parkings", "entry_of", "name_of"]

Key: TypeAlias = tuple[str, str]
"""Account and cause."""

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Parking)


def name_of(key: Key) -> str:
    """Return the one word that stands for a key in a store."""
    return _ENCODER.encode(key).decode()


def entry_of(parking: Parking) -> str:
    """Return a parking as a store holds it."""
    return _ENCODER.encode(parking).decode()


class Parkings:
    """Parkings by account and cause.

    The store is the truth, except where this worker has yet to tell it something.

    Attributes:
        held: What this worker holds for parked.
        untold: What it has yet to tell, oldest first: a parking, or `None` where one has ended.
    """

    __slots__ = ("held", "untold")

    def __init__(self) -> None:
        """Start with nothing parked."""
        self.held: dict[Key, Parking] = {}
        self.untold: dict[Key, Parking | None] = {}

    def park(self, parking: Parking) -> None:
        """Note what was found out here."""
        key = _key(parking)
        self.held[key] = parking
        self._tell(key, parking)

    def resume(self, key: Key) -> None:
        """Note that a cause is gone."""
        self.held.pop(key, None)
        self._tell(key, None)

    def told(self, key: Key, news: Parking | None) -> None:
        """Note that the store has taken news, unless newer ones have come since."""
        if self.untold.get(key, ...) is news:
            del self.untold[key]

    def take_in(
        self,
        entries: Iterable[str],
        *,
        is_new_store: bool,
        on_park: Callable[[Parking], bool],
        on_resume: Callable[[str, str], object],
    ) -> None:
        """Believe what the store holds, and pass on what is new about it.

        Args:
            entries: All that is parked; what cannot be read is another version's.
            is_new_store: Whether the store has lost its data since: it is told again then.
            on_park: Returns whether this worker has the account.
            on_resume: Hears of what has ended.
        """
        parked = {_key(parking): parking for parking in map(_read, entries) if parking}
        for key, parking in parked.items():
            if key not in self.held and key not in self.untold and on_park(parking):
                self.held[key] = parking
        for key in [key for key in self.held if key not in parked and key not in self.untold]:
            if is_new_store:
                self._tell(key, self.held[key])
            else:
                del self.held[key]
                on_resume(*key)

    def _tell(self, key: Key, news: Parking | None) -> None:
        self.untold.pop(key, None)
        self.untold[key] = news


def _key(parking: Parking) -> Key:
    return parking.account, parking.cause


def _read(entry: str) -> Parking | None:
    try:
        return _DECODER.decode(entry)
    except msgspec.DecodeError:  # also what is JSON of another form
        return None
