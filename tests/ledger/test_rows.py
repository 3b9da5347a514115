"""What a group of writes comes to, without a database."""

from datetime import datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from linkedapi_async.ledger import Change, Row, State
from linkedapi_async.stores._rows import Claim, Write, write

if TYPE_CHECKING:
    from .conftest import MakeIntent

DONE = Change(key="k", mark="m", state=State.DONE)


@pytest.fixture
def row(intent: "MakeIntent", moment: datetime) -> Row:
    """A row that is being sent."""
    (row,), _ = write({}, [Claim(intent(), moment)], owner="run")
    assert isinstance(row, Row)
    return row


def test_a_row_is_saved_once(intent: "MakeIntent", moment: datetime) -> None:
    """However often a group changes a row, its last form is what is saved."""
    writes: list[Write] = [Claim(intent(), moment), DONE, Claim(intent("l"), moment)]

    told, saved = write({}, writes, owner="run")

    assert [one.key if isinstance(one, Row) else one for one in told] == ["k", True, "l"]
    assert [columns[:5] for columns in saved] == [
        ("k", "acme", "st.fetchPerson", "p", "done"),
        ("l", "acme", "st.fetchPerson", "p", "sending"),
    ]


def test_what_may_have_been_made_before(row: Row, intent: "MakeIntent", moment: datetime) -> None:
    """A group that is repeated finds its own work: a claim its mark, a change its state."""
    claim = Claim(intent(), moment)
    (again,), _ = write({"k": row}, [claim], owner="run", is_repeated=True)
    done = attrs.evolve(row, state=State.DONE)

    told = [write({"k": done}, [DONE], owner="run", is_repeated=is_so) for is_so in (True, False)]
    stranger = Change(key="k", mark="n", state=State.DONE)
    (other, unknown), _ = write(
        {"k": done},
        [stranger, Change(key="u", mark="m", state=State.DONE)],
        owner="run",
        is_repeated=True,
    )

    assert again == row
    assert told == [([True], []), ([False], [])]
    assert (other, unknown) == (False, False)
