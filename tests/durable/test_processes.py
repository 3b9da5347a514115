"""Several processes on one database: they share the work, and never a name."""

import base64
import json
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from linkedapi_async.testing import Sandbox
from linkedapi_async.testing.log import WorkflowCompleted, WorkflowStarted

if TYPE_CHECKING:
    from .conftest import Base, Crew

MakeCrew = Callable[[Sandbox], "Crew"]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.mark.soak
async def test_two_executors(postgres_base: "Base", make_crew: MakeCrew, *, soaking: bool) -> None:
    """Two share a queue: never two workflows of one account at once, and both work."""
    aliases, each = ["a", "b", "c", "d", "e"], 20 if soaking else 4
    async with Sandbox(accounts=aliases, duration=0.05) as service:
        crew = make_crew(service)
        jobs = [(alias, f"{alias} {number}") for number in range(each) for alias in aliases]
        first = await crew.start(postgres_base.config("worker-1"), postgres_base.ledger, jobs[::2])
        second = await crew.start(
            postgres_base.config("worker-2"), postgres_base.ledger, jobs[1::2]
        )
        assert [await worker.line() for worker in (first, second)] == ["ready\n"] * 2
        outcomes = {**await first.outcomes(), **await second.outcomes()}
        await first.end()
        await second.end()

        assert outcomes == {text: "done" for _, text in jobs}
        sent = Counter(str(one.params["text"]) for one in service.log.effects())
        assert sent == Counter(text for _, text in jobs)
        for alias in aliases:
            starts = service.log.requests("start", alias)
            ends = {
                one.workflow_id: one.at
                for one in service.log
                if isinstance(one, WorkflowCompleted) and one.account == alias
            }
            begun = [
                one
                for one in service.log
                if isinstance(one, WorkflowStarted) and one.account == alias
            ]
            assert len(starts) == len(begun) == each
            for earlier, later in pairwise(begun):
                assert later.at >= ends[earlier.workflow_id]
            for workflow, start in zip(begun, starts[1:], strict=False):
                assert start.at >= ends[workflow.workflow_id], "the next start comes after the end"
        assert set(executors(postgres_base).values()) == {"worker-1", "worker-2"}


async def test_one_executor_id(base: "Base", make_crew: MakeCrew) -> None:
    """A second process under one executor id is refused, and the next one after its end is not."""
    async with Sandbox() as service:
        crew = make_crew(service)
        first = await crew.start(base.config(), base.ledger, [])
        assert await first.line() == "ready\n"

        second = await crew.start(base.config(), base.ledger, [])
        assert not await second.line()
        assert await second.process.wait() == 1
        await first.kill()
        third = await crew.start(base.config(), base.ledger, [])
        assert await third.line() == "ready\n"
        await third.end()


async def test_no_tokens(base: "Base", make_crew: MakeCrew) -> None:
    """No token stands in any row, of DBOS or of the ledger, after work that succeeds and fails."""
    async with Sandbox(accounts=("a", "b")) as service:
        service.inject("linkedinAccountSignedOut", account="b")
        crew = make_crew(service)
        worker = await crew.start(base.config(), base.ledger, [("a", "one"), ("b", "two")])
        assert await worker.line() == "ready\n"
        assert await worker.outcomes() == {"one": "done", "two": "linkedinAccountSignedOut"}
        await worker.end()

        stored = "\n".join(cells(base))
        assert "sendMessage" in stored
        assert "linkedinAccountSignedOut" in stored
        tokens = [service.tokens.linked_api_token]
        tokens += [one.identification_token for one in service.accounts]
        assert not [token for token in tokens if token in stored]


def executors(base: "Base") -> dict[str, str]:
    """Return who ran each workflow."""
    with psycopg.connect(base.url) as connection:
        found = connection.execute("SELECT workflow_uuid, executor_id FROM dbos.workflow_status")
        return dict(found.fetchall())


def cells(base: "Base") -> Iterator[str]:
    """Yield every value of every row as text, what DBOS has pickled also as it was before."""
    for value in raw(base):
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        yield text
        try:
            yield base64.b64decode(text, validate=True).decode(errors="replace")
        except ValueError:
            continue


def raw(base: "Base") -> Iterator[Any]:
    """Yield every value of every row."""
    if base.url.startswith("sqlite"):
        for place in (make_url(base.url).database or "", base.ledger):
            assert Path(place).exists()
            connection = sqlite3.connect(place)
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in names.fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - no input
                    yield from row
            connection.close()
        return
    with psycopg.connect(base.url) as found:
        tables = found.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in tables.fetchall():
            query = f'SELECT to_jsonb(t) FROM "{schema}"."{table}" t'  # noqa: S608 - no input
            for (row,) in found.execute(query.encode()):
                yield from (json.dumps(value) if value else "" for value in row.values())
                yield from row.values()
