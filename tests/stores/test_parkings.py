"""What one worker believes is parked, beside what the store says."""

from collections.abc import Callable

import attrs
import pytest

from linkedapi_async.stores import Parking
from linkedapi_async.stores._parkings import Parkings, entry_of, name_of


@attrs.define
class Book:
    """A worker's parkings, and what was passed on.

    Attributes:
        parked: Accounts that were passed on as parked.
        resumed: Accounts that were passed on as resumed.
        own: Accounts the worker has.
    """

    own: set[str]
    parkings: Parkings = attrs.field(factory=Parkings)
    parked: list[str] = attrs.field(factory=list[str])
    resumed: list[str] = attrs.field(factory=list[str])

    def look(self, *entries: str, is_new_store: bool = False) -> None:
        """Take in all that a store holds."""
        self.parkings.take_in(
            entries,
            is_new_store=is_new_store,
            on_park=self._park,
            on_resume=lambda account, _: self.resumed.append(account),
        )

    def _park(self, parking: Parking) -> bool:
        self.parked.append(parking.account)
        return parking.account in self.own


@pytest.fixture
def book() -> Book:
    """A worker with two accounts."""
    return Book(own={"acme", "umbrella"})


def told(book: Book) -> None:
    """Take all news of a worker for told."""
    for key, news in list(book.parkings.untold.items()):
        book.parkings.told(key, news)


def test_news_of_the_store_are_passed_on_once(
    book: Book, signed_out: Callable[..., Parking]
) -> None:
    """What is parked, and what is no more, is passed on when it is new."""
    for _ in range(2):
        book.look(entry_of(signed_out()))
    for _ in range(2):
        book.look()

    assert (book.parked, book.resumed) == (["acme"], ["acme"])


def test_accounts_of_others_are_not_held(book: Book, signed_out: Callable[..., Parking]) -> None:
    """A parking of an account that this worker does not have is no concern of it."""
    book.look(entry_of(signed_out("stranger")))
    book.look()

    assert (book.parked, book.resumed) == (["stranger"], [])
    assert book.parkings.held == {}


def test_what_is_untold_counts_more_than_the_store(
    book: Book, signed_out: Callable[..., Parking]
) -> None:
    """The store is not believed where it has yet to hear."""
    book.look(entry_of(signed_out("umbrella")))
    book.parkings.park(signed_out())
    book.parkings.resume(("umbrella", signed_out().cause))

    book.look(entry_of(signed_out("umbrella")))

    assert (book.parked, book.resumed) == (["umbrella"], [])
    assert list(book.parkings.held) == [("acme", signed_out().cause)]


def test_the_last_news_of_an_account_are_told(signed_out: Callable[..., Parking]) -> None:
    """News that were overtaken are told no more, and told news do not hide newer ones."""
    parkings, key = Parkings(), ("acme", signed_out().cause)
    parkings.park(signed_out())
    parkings.park(signed_out("umbrella"))
    parkings.resume(key)

    parkings.told(key, signed_out())

    assert list(parkings.untold.items()) == [
        (("umbrella", signed_out().cause), signed_out("umbrella")),
        (key, None),
    ]


def test_a_store_that_lost_its_data_is_told_again(
    book: Book, signed_out: Callable[..., Parking]
) -> None:
    """An empty store that is new does not mean that everything was resumed."""
    book.parkings.park(signed_out())
    told(book)

    book.look(is_new_store=True)

    assert book.resumed == []
    assert list(book.parkings.untold.values()) == [signed_out()]


@pytest.mark.parametrize("entry", ["", "[]", "{}", '{"account":"acme"}', "\x00"])
def test_what_cannot_be_read_is_passed_over(
    book: Book, signed_out: Callable[..., Parking], entry: str
) -> None:
    """Entries of another version do not disturb."""
    book.look(entry, entry_of(signed_out()))

    assert book.parked == ["acme"]


def test_names_are_unmistakable() -> None:
    """No two pairs of account and cause share a name."""
    pairs = [("a", "b:c"), ("a:b", "c"), ('a","b', "c"), ("", "a")]

    assert len({name_of(pair) for pair in pairs}) == len(pairs)


def test_parkings_come_back_whole(book: Book, signed_out: Callable[..., Parking]) -> None:
    """What the store holds of a parking is all of it."""
    book.look(entry_of(signed_out()))

    assert list(book.parkings.held.values()) == [signed_out()]
