import json
from collections.abc import Callable

import pytest
from click.testing import Result

from linkedapi_async.errors import CATALOG

Invoke = Callable[..., Result]

NAMES = [name for row in CATALOG.values() for name in row.names]


def test_table_holds_every_word_and_fits_a_terminal(invoke: Invoke) -> None:
    """Each type and alias is listed, in lines of 80 columns at most."""
    ran = invoke("errors")

    assert ran.exit_code == 0
    words = ran.stdout.split()
    assert [name for name in NAMES if name not in words] == []
    assert max(map(len, ran.stdout.splitlines())) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_each_word_is_explained(invoke: Invoke, name: str) -> None:
    """Every word of the catalogue, aliases too, brings its row with what to do."""
    ran = invoke("errors", name)

    assert ran.exit_code == 0
    assert name in ran.stdout.splitlines()[0]
    assert "  do           " in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_json_holds_every_row(invoke: Invoke) -> None:
    """`--json` is the catalogue for programs."""
    rows = json.loads(invoke("errors", "--json").stdout)

    assert [row["type"] for row in rows] == list(CATALOG)
    assert all(row["hint"] and row["fixed_by"] for row in rows)


def test_json_of_one_type(invoke: Invoke) -> None:
    """An alias leads to its row, under the word that was asked for."""
    told = json.loads(invoke("errors", "noActiveSeats", "--json").stdout)

    assert told["code"] == "noActiveSeats"
    assert told["type"] == "subscriptionRequired"
    assert told["disposition"] == "user_action"


def test_mistyped_type_suggests(invoke: Invoke) -> None:
    """A word nearly right brings the right one, whatever its case."""
    ran = invoke("errors", "linkedinaccountsignout")

    assert ran.exit_code == 2
    assert "did you mean linkedinAccountSignedOut" in ran.stderr


def test_unknown_type_points_to_the_list(invoke: Invoke) -> None:
    """A word like no other brings where to look."""
    ran = invoke("errors", "zzz")

    assert ran.exit_code == 2
    assert "run `errors` for the list" in ran.stderr
