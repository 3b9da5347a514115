import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from click.testing import Result

from linkedapi_async import CustomWorkflow, LinkedApi
from linkedapi_async.cli.usage import _count
from linkedapi_async.models import UsedAction
from linkedapi_async.testing import Sandbox

Invoke = Callable[..., Result]


def variables(sandbox: Sandbox) -> dict[str, str]:
    return {
        "LINKED_API_TOKEN": sandbox.tokens.linked_api_token,
        "IDENTIFICATION_TOKEN": sandbox.tokens.identification_token,
        "LINKED_API_BASE_URL": sandbox.base_url,
    }


def test_actions_are_counted_by_type(invoke: Invoke) -> None:
    """Each type has a line with how often it went well and not, and the last line has the sum."""
    ran = invoke("usage", "--sandbox")

    lines = [line.split() for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0
    assert lines[1:] == [
        ["type", "executed", "succeeded", "failed"],
        ["st.openPersonPage", "4", "3", "1"],
        ["st.retrieveSSI", "1", "1", "0"],
        ["st.searchPeople", "1", "1", "0"],
        ["total", "6", "5", "1"],
    ]
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_usage_is_json_for_programs(invoke: Invoke) -> None:
    """`--json` has the span, the sums and the types."""
    ran = invoke("usage", "--sandbox", "--json", "--days", "30")

    told = json.loads(ran.stdout)
    start, end = (datetime.fromisoformat(told[name]) for name in ("start", "end"))
    assert end - start == timedelta(days=30)
    assert (told["executed"], told["succeeded"], told["failed"]) == (6, 5, 1)
    assert told["actions"][0] == {
        "action_type": "st.openPersonPage",
        "executed": 4,
        "succeeded": 3,
        "failed": 1,
    }


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ([], 1),
        (["--since", "30d"], 1),
        (["--since", "2w"], 1),
        (["--days", "1", "--until", "1m"], 0),
        (["--since", "2026-01-01", "--until", "2026-01-31T00:00+01:00"], 0),
    ],
)
async def test_span_is_the_one_asked_for(invoke: Invoke, args: list[str], found: int) -> None:
    """Spans count back from their end, and the longest the service takes is taken."""
    async with Sandbox() as sandbox:
        async with LinkedApi(base_url=sandbox.base_url, **sandbox.tokens) as api:
            await api.run(CustomWorkflow({"actionType": "st.retrieveSSI"}))
        ran = await asyncio.to_thread(invoke, "usage", *args, "--json", env=variables(sandbox))

    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["executed"] == found


def test_nothing_executed_is_said(invoke: Invoke) -> None:
    """An empty span is no empty table."""
    ran = invoke("usage", "--sandbox", "--since", "2026-01-01", "--until", "2026-01-02")

    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[1:] == ["Nothing was executed."]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--since", "31d"], "it is more than 30 days"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "has to lie before end="),
        (["--days", "31"], "31 is not in the range 1<=x<=30"),
        (["--days", "1", "--since", "1d"], "--days and --since exclude each other"),
        (["--since", "yesterday"], "'yesterday' is neither a moment such as"),
        (["--until", "0001-01-01"], "'0001-01-01' is neither a moment such as"),
        (["--since", "99999w"], "'99999w' is neither a moment such as"),
    ],
)
async def test_impossible_span_is_told_before_anything_is_sent(
    invoke: Invoke, args: list[str], sentence: str
) -> None:
    """What the service would refuse, or nobody understands, costs no request."""
    async with Sandbox() as sandbox:
        ran = await asyncio.to_thread(invoke, "usage", *args, env=variables(sandbox))

    assert ran.exit_code == 2
    assert sentence in ran.stderr
    assert sandbox.log.requests() == ()


def test_wire_without_usage_is_told(invoke: Invoke) -> None:
    """The Account API cannot tell, and the version before the current one can."""
    older = invoke("usage", "--sandbox", "--wire", "linked_api_v3", "--json")
    oldest = invoke("usage", "--sandbox", "--wire", "account_api")

    assert json.loads(older.stdout)["executed"] == 6
    assert oldest.exit_code == 3
    assert "has no usage" in oldest.stderr


def test_answer_without_words_is_counted() -> None:
    """An action whose name or end the service leaves out was executed all the same."""
    rows = _count([UsedAction(), UsedAction(action_type="st.x", success=False)])

    assert [(row.action_type, row.executed, row.succeeded, row.failed) for row in rows] == [
        ("(unnamed)", 1, 0, 0),
        ("st.x", 1, 0, 1),
    ]
