"""What a shell is told on Tab."""

from collections.abc import Callable

import pytest
from click.testing import Result

Invoke = Callable[..., Result]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("ba", ["plain,batch"]),
        ("batch st", ["plain,status"]),
        ("batch jo", ["file,jo"]),
        ("batch --unc", ["plain,--uncertain"]),
        ("batch jobs.jsonl --pol", ["plain,--policy"]),
        ("batch jobs.jsonl --out re", ["file,re"]),
        ("batch jobs.jsonl --uncertain ", ["plain,report", "plain,reconcile", "plain,resend"]),
        ("validate w", ["file,w"]),
        ("operations sendM", ["plain,sendMessage"]),
        ("actions st.searchPe", ["plain,st.searchPeople"]),
        ("errors noActive", ["plain,noActiveSeats"]),
    ],
)
def test_a_shell_completes_words(invoke: Invoke, words: str, told: list[str]) -> None:
    """Commands, options, names out of the tables, and files where files are meant."""
    line = f"linkedapi-async {words}"
    env = {
        "_LINKEDAPI_ASYNC_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }

    assert invoke(env=env).stdout.splitlines() == told


def test_help_tells_how_to_turn_it_on(invoke: Invoke) -> None:
    """The line to put into a shell's start file."""
    assert 'eval "$(_LINKEDAPI_ASYNC_COMPLETE=bash_source linkedapi-async)"' in invoke().stdout
    script = invoke(env={"_LINKEDAPI_ASYNC_COMPLETE": "bash_source"}).stdout
    assert "complete -o nosort -F _linkedapi_async_completion linkedapi-async" in script
