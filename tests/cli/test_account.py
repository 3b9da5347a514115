import asyncio
import json
from collections.abc import Callable

import pytest
from click.testing import Result

from linkedapi_async.testing import Sandbox

Invoke = Callable[..., Result]


def variables(sandbox: Sandbox, **others: str) -> dict[str, str]:
    return {
        "LINKED_API_TOKEN": sandbox.tokens.linked_api_token,
        "IDENTIFICATION_TOKEN": sandbox.tokens.identification_token,
        "LINKED_API_BASE_URL": sandbox.base_url,
    } | others


async def test_account_behind_the_tokens_is_shown(invoke: Invoke) -> None:
    """Name, address, the account's short name and the wire; tokens stay unseen."""
    async with Sandbox() as sandbox:
        ran = await asyncio.to_thread(invoke, "account", env=variables(sandbox))

    told = dict(line.split(maxsplit=1) for line in ran.stdout.splitlines())
    assert ran.exit_code == 0
    assert told["name"] == "Main Member"
    assert told["url"] == "https://www.linkedin.com/in/main"
    assert told["wire"] == "linked_api"
    assert len(told["account"]) == 8
    assert not any(token in ran.output for token in dict(sandbox.tokens).values())
    assert [record.method for record in sandbox.log.requests()] == ["GET"]


def test_account_is_json_for_programs(invoke: Invoke) -> None:
    """`--json` has the same under fixed keys, and needs no tokens with `--sandbox`."""
    ran = invoke("account", "--sandbox", "--json")

    told = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert list(told) == ["name", "url", "account", "wire"]
    assert told["name"] == "Main Member"


@pytest.mark.parametrize("wire", ["linked_api_v3", "account_api"])
def test_older_wires_cannot_tell(invoke: Invoke, wire: str) -> None:
    """A generation that has no such question is told as that."""
    ran = invoke("account", "--sandbox", "--wire", wire)

    assert ran.exit_code == 3
    assert f"The {wire} generation of the API has no accountInfo" in ran.stderr


async def test_refused_token_asks_for_a_person(invoke: Invoke) -> None:
    """A wrong token ends with the code for what a person has to do."""
    async with Sandbox() as sandbox:
        env = variables(sandbox, IDENTIFICATION_TOKEN="id_wrong")
        ran = await asyncio.to_thread(invoke, "account", env=env)

    assert ran.exit_code == 4
    assert "[invalidIdentificationToken]" in ran.stderr


async def test_strange_letters_do_not_steer_the_terminal(invoke: Invoke) -> None:
    """What the service tells cannot move the cursor, nor break a line."""
    async with Sandbox(accounts=()) as sandbox:
        sandbox.add_account("odd", name="Zo\u00eb\x1b[2J\nName")
        ran = await asyncio.to_thread(invoke, "account", env=variables(sandbox))

    assert "Zo\u00eb [2J Name" in ran.stdout
    assert "\x1b" not in ran.stdout
