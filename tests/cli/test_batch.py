import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import Result
from rich.console import Console

from linkedapi_async.cli._batch_check import examine
from linkedapi_async.cli._batch_jobs import Jobs
from linkedapi_async.cli._batch_results import Results, line_of
from linkedapi_async.cli._batch_rows import JobCall, Reader
from linkedapi_async.cli._client import Target
from linkedapi_async.cli._problem import Problem
from linkedapi_async.errors import LedgerError
from linkedapi_async.operations import Result as Result_
from linkedapi_async.operations import RetrieveSSI
from linkedapi_async.pool import Outcome
from linkedapi_async.testing import FakeClock, Sandbox
from linkedapi_async.testing.faults import Reset

Invoke = Callable[..., Result]
Carry = Callable[..., Awaitable[Any]]

PERSON = "https://www.linkedin.com/in/person"
JOBS = Path(__file__).parents[2] / "examples" / "jobs.jsonl"


def letters(count: int, *accounts: str) -> list[dict[str, Any]]:
    names = accounts or ("main",)
    return [
        {
            "account": names[number % len(names)],
            "operation": "sendMessage",
            "key": f"letter-{number}",
            "parameters": {"personUrl": f"{PERSON}{number + 1}", "text": f"Hello {number}!"},
        }
        for number in range(count)
    ]


def write(path: Path, rows: Iterable[dict[str, Any]]) -> str:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


def told(text: str) -> dict[str, dict[str, Any]]:
    """Return the results in a text by key; no key stands there twice."""
    rows = [json.loads(line) for line in text.splitlines()]
    found = {row["key"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def variables(sandbox: Sandbox) -> dict[str, str]:
    tokens = {one.alias: str(one.identification_token) for one in sandbox.accounts}
    return {
        "LINKED_API_TOKEN": sandbox.tokens.linked_api_token,
        "LINKED_API_ACCOUNTS": json.dumps(tokens),
        "LINKED_API_BASE_URL": sandbox.base_url,
    }


# ── on a sandbox of its own ──


def test_the_example_runs_on_a_sandbox(invoke: Invoke, tmp_path: Path) -> None:
    """Nothing is needed for it, and nothing is left but the results."""
    out = tmp_path / "results.jsonl"
    before = set(JOBS.parent.iterdir())

    ran = invoke("batch", str(JOBS), "--out", str(out), "--sandbox")

    rows = told(out.read_text())
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout == ""
    assert {row["status"] for row in rows.values()} == {"done"}
    assert sorted(row["line"] for row in rows.values()) == list(range(1, len(rows) + 1))
    assert ran.stderr.endswith(f"{len(rows)} of {len(rows)} answered: {len(rows)} done.\n")
    assert set(JOBS.parent.iterdir()) == before


def test_results_go_to_the_standard_output(invoke: Invoke, tmp_path: Path) -> None:
    """A line of JSON each, with the data as the service spells it."""
    rows: list[dict[str, Any]] = [
        {"operation": "fetchPerson", "key": "look", "parameters": {"person_url": f"{PERSON}1"}},
        {"workflow": {"actionType": "st.retrieveSSI"}, "key": 2, "priority": 1},
    ]

    ran = invoke("batch", write(tmp_path / "jobs.jsonl", rows), "--sandbox")

    found = told(ran.stdout)
    assert ran.exit_code == 0
    assert found["look"]["data"]["publicUrl"] == f"{PERSON}1"
    assert found["look"]["sandbox"] is True
    assert found["look"]["account"] == "main"
    assert found["2"]["operation"] == "customWorkflow"
    assert found["2"]["data"]["actionType"] == "st.retrieveSSI"
    assert found["2"]["workflow_id"].startswith("wf-")


def test_rows_come_from_the_standard_input(invoke: Invoke, tmp_path: Path) -> None:
    """They are read twice all the same, and need a place for the ledger."""
    text = json.dumps(letters(1)[0])
    env = {"LINKED_API_TOKEN": "linked_x", "IDENTIFICATION_TOKEN": "id_x"}

    ran = invoke("batch", "-", "--sandbox", text=text)
    refused = invoke("batch", "-", env=env, text=text)

    assert told(ran.stdout)["letter-0"]["status"] == "done"
    assert refused.exit_code == 2
    assert "Give --ledger: the standard input has no place" in refused.stderr


def test_failed_actions_show_in_results_and_exit_code(invoke: Invoke, tmp_path: Path) -> None:
    """They are results, not failures of calls; the summary says what to do."""
    row = {"operation": "fetchPerson", "parameters": {"personUrl": f"{PERSON}-nobody"}}

    ran = invoke("batch", write(tmp_path / "jobs.jsonl", [row]), "--sandbox")

    (line,) = told(ran.stdout).values()
    assert ran.exit_code == 1
    assert line["status"] == "done"
    assert line["errors"][0]["type"] == "personNotFound"
    assert line["errors"][0]["hint"]
    assert "1 done (1 with failed actions)." in ran.stderr
    assert "1  personNotFound. " in ran.stderr


def test_a_rehearsal_in_a_ledger_answers_nothing_in_earnest(invoke: Invoke, tmp_path: Path) -> None:
    """What was tried on a sandbox is neither done nor begun."""
    jobs = write(tmp_path / "jobs.jsonl", letters(2))
    ledger = str(tmp_path / "tried.ledger")

    first = invoke("batch", jobs, "--sandbox", "--ledger", ledger)
    again = invoke("batch", jobs, "--sandbox", "--ledger", ledger)
    status = invoke("batch", "status", jobs, "--ledger", ledger, "--json")
    whole = invoke("batch", "status", "--ledger", ledger, "--json")

    assert told(first.stdout).keys() == told(again.stdout).keys()
    assert "2 of them known before" in again.stderr
    counted = json.loads(status.stdout)
    assert (counted["total"], counted["new"], counted["rehearsed"]) == (2, 2, 2)
    counted = json.loads(whole.stdout)
    assert (counted["total"], counted["rehearsed"]) == (0, 2)


# ── checked first ──


def test_bad_rows_are_all_told_and_nothing_is_sent(invoke: Invoke, tmp_path: Path) -> None:
    """Each with file, line and column; a row that is well does not help the others."""
    path = tmp_path / "jobs.jsonl"
    rows = [
        *letters(1),
        {"operation": "sendMesage"},
        {"operation": "sendMessage", "kee": 1},
    ]
    write(path, rows)

    ran = invoke("batch", str(path), "--sandbox")

    assert ran.exit_code == 3
    assert ran.stdout == ""
    lines = ran.stderr.splitlines()
    assert lines[0].startswith(f"{path}:2:15 operation 'sendMesage' is no operation; did you mean")
    assert [line.split()[0] for line in lines[1:4]] == [f"{path}:3:{n}" for n in (1, 1, 37)]
    assert lines[4:] == ["Error: 4 problems in 2 of 3 rows; nothing was sent."]


def test_ten_thousand_bad_rows_are_told_in_short(invoke: Invoke, tmp_path: Path) -> None:
    """The first problems, how many more there are and where, and what tells all of them."""
    path = tmp_path / "my jobs.jsonl"
    good = json.dumps(letters(1)[0])
    bad = ['{"operation": 1}' if number % 7 else good for number in range(700)]
    path.write_text("\n".join(bad) + '\n{"operation": 2}')

    ran = invoke("batch", str(path), "--sandbox")
    all_of_it = invoke("batch", str(path), "--sandbox", "--check")

    lines = ran.stderr.splitlines()
    assert ran.exit_code == 3
    assert len(lines) == 102
    assert lines[100] == (
        "and 501 more problems, in lines 118 to 119, 121 to 126, 128 to 133, 135 to 140, 142 to "
        "147, 149 to 154, 156 to 161, 163 to 168, 170 to 175, 177 to 182, … 701; all of them: "
        f"linkedapi-async batch '{path}' --check"
    )
    assert lines[101] == "Error: 601 problems in 601 of 701 rows; nothing was sent."
    assert len(all_of_it.stderr.splitlines()) == 602


@pytest.mark.parametrize("is_interactive", [True, False])
def test_long_checks_are_told(tmp_path: Path, *, is_interactive: bool) -> None:
    """A line now and then, or one that changes; nothing where it does not last."""
    path = Path(write(tmp_path / "jobs.jsonl", letters(1_000)))
    console = Console(file=io.StringIO(), force_terminal=is_interactive, width=80)
    file = cast("io.StringIO", console.file)
    moments = count(0.0, 2.0)
    with Jobs(str(path)) as jobs:
        reader = Reader(None, default=None)
        survey = examine(jobs, reader, console=console, now=lambda: next(moments))
        before = file.getvalue()
        examine(jobs, reader, console=console, now=lambda: 0.0)

    assert survey.calls == 1_000
    assert "768 rows checked, 7" in before
    assert ("   6.0 s  768 rows" in before) is not is_interactive
    assert file.getvalue() == before


def test_what_is_no_json_is_a_matter_of_usage(invoke: Invoke, tmp_path: Path) -> None:
    """As for `validate`: 2 where nothing could be read, 3 where a rule is broken."""
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"operation": "sendMesage"}\n{"operation"\n')

    assert invoke("batch", str(path), "--sandbox").exit_code == 2


def test_checking_alone_sends_nothing(invoke: Invoke, tmp_path: Path) -> None:
    """It says how much there is to do, and needs no main token."""
    jobs = write(tmp_path / "jobs.jsonl", [*letters(3, "anna", "ben"), letters(1, "anna")[0]])
    env = {"LINKED_API_ACCOUNTS": '{"anna": "id_1", "ben": "id_2"}'}

    ran = invoke("batch", jobs, "--check", env=env)

    assert ran.exit_code == 0
    assert ran.stdout == f"{jobs}: 3 calls for 2 accounts, all of them well.\n"
    assert "1 row asks for a call that stands above it" in ran.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "jobs.jsonl"]


def test_rows_that_are_alike_are_counted(invoke: Invoke, tmp_path: Path) -> None:
    """They are told, since somebody may have meant two calls."""
    jobs = write(tmp_path / "jobs.jsonl", letters(1) * 3)

    ran = invoke("batch", jobs, "--sandbox")

    assert list(told(ran.stdout)) == ["letter-0"]
    assert "2 rows ask for a call that stands above them" in ran.stderr


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_told(invoke: Invoke, tmp_path: Path, text: str) -> None:
    """Nothing to do is likelier a mistake than a wish."""
    path = tmp_path / "jobs.jsonl"
    path.write_text(text)

    ran = invoke("batch", str(path), "--sandbox")

    assert ran.exit_code == 2
    assert "holds no rows." in ran.stderr


def test_a_missing_file_is_told(invoke: Invoke) -> None:
    """A command that is misspelled looks like a file, and is guessed."""
    ran = invoke("batch", "statsu")

    assert ran.exit_code == 2
    assert "There is no file 'statsu'; " in ran.stderr
    assert "did you mean: linkedapi-async batch status?" in ran.stderr


def test_help_shows_the_options_of_a_run(invoke: Invoke) -> None:
    """The shorthand is documented where people look."""
    bare, asked = invoke("batch"), invoke("batch", "--help")

    assert bare.stdout == asked.stdout
    for word in ("--out", "--ledger", "--uncertain", "status", "LINKED_API_ACCOUNTS"):
        assert word in asked.stdout
    assert "linkedapi-async batch run" in invoke("batch", "run", "--help").stdout.replace(
        "app ", "linkedapi-async "
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--sandbox", "--discover"), "one of --accounts, --discover and --sandbox"),
        (("--accounts", "a.json", "--discover"), "one of --accounts, --discover and --sandbox"),
        (("--out", "{jobs}", "--sandbox"), "JOBS and --out are the same file"),
        (("--out", "", "--sandbox"), "--out names no file."),
        (("--ledger", "{jobs}", "--sandbox"), "JOBS and --ledger are the same file"),
        (("--ledger", "x", "--out", "x", "--sandbox"), "--out and --ledger are the same file"),
        (("--ledger", "mysql://h/d", "--sandbox"), "mysql"),
    ],
)
def test_options_that_make_no_sense(
    invoke: Invoke, tmp_path: Path, args: tuple[str, ...], message: str
) -> None:
    """They are refused before anything is read."""
    jobs = write(tmp_path / "jobs.jsonl", letters(1))

    ran = invoke("batch", jobs, *(arg.format(jobs=jobs) for arg in args))

    assert ran.exit_code in {2, 3}
    assert message in ran.stderr
    assert ran.stdout == ""


# ── accounts ──


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({}, "No account is known to work with."),
        ({"LINKED_API_ACCOUNTS": "[]"}, "LINKED_API_ACCOUNTS names no accounts."),
        ({"LINKED_API_ACCOUNTS": '{"anna": 5}'}, "no token for 'anna'"),
        ({"LINKED_API_ACCOUNTS": "id_secret"}, "LINKED_API_ACCOUNTS is not JSON"),
        ({"LINKED_API_ACCOUNTS": '{"anna": "secret", "anna": "x"}'}, "names 'anna' twice"),
        ({"IDENTIFICATION_TOKEN": "id_secret"}, "LINKED_API_TOKEN is not set"),
        (
            {
                "IDENTIFICATION_TOKEN": "id_secret",
                "LINKED_API_TOKEN": "linked_secret",
                "ACCOUNT_API_TOKEN": "account_secret",
            },
            "both set",
        ),
    ],
)
def test_accounts_and_tokens_that_are_missing(
    invoke: Invoke, tmp_path: Path, env: dict[str, str], message: str
) -> None:
    """The sentence says what is missing, and shows no token."""
    ran = invoke("batch", write(tmp_path / "jobs.jsonl", letters(1)), env=env)

    assert ran.exit_code in {2, 3}
    assert message in ran.stderr
    assert "secret" not in ran.stderr


async def test_accounts_come_from_a_file(invoke: Invoke, tmp_path: Path) -> None:
    """The file counts more than the environment."""
    async with Sandbox(accounts=("anna", "ben")) as sandbox:
        jobs = write(tmp_path / "jobs.jsonl", letters(2, "anna", "ben"))
        names = tmp_path / "accounts.json"
        names.write_text(variables(sandbox)["LINKED_API_ACCOUNTS"])
        env = {**variables(sandbox), "LINKED_API_ACCOUNTS": '{"zoe": "id_x"}'}

        ran = await asyncio.to_thread(
            invoke, "batch", jobs, "--policy", "service", "--accounts", str(names), env=env
        )

        assert ran.exit_code == 0, ran.stderr
        assert {one.account for one in sandbox.log.workflows()} == {"anna", "ben"}


async def test_accounts_are_discovered(invoke: Invoke, tmp_path: Path) -> None:
    """The Admin API tells them, by the names of the members."""
    async with Sandbox(accounts=("anna", "ben")) as sandbox:
        env = variables(sandbox) | {"LINKED_API_ACCOUNTS": ""}
        name = sandbox.accounts[0].name
        jobs = write(tmp_path / "jobs.jsonl", letters(2, name))

        ran = await asyncio.to_thread(
            invoke, "batch", jobs, "--policy", "service", "--discover", env=env
        )

        assert ran.exit_code == 0, ran.stderr
        assert {one.account for one in sandbox.log.workflows()} == {"anna"}


async def test_a_single_account_is_called_main(invoke: Invoke, tmp_path: Path) -> None:
    """Its token is in the variable that other commands take, too."""
    async with Sandbox() as sandbox:
        env = variables(sandbox) | {
            "LINKED_API_ACCOUNTS": "",
            "IDENTIFICATION_TOKEN": sandbox.tokens.identification_token,
        }
        row = {"operation": "retrieveSSI"}

        ran = await asyncio.to_thread(
            invoke, "batch", write(tmp_path / "jobs.jsonl", [row]), "--policy", "service", env=env
        )

        assert [one["account"] for one in told(ran.stdout).values()] == ["main"]


# ── once, and again ──


async def test_the_same_batch_again_sends_nothing(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """The ledger lies beside the jobs; results stand in the file once."""
    sandbox.add_account("anna")
    jobs, out = write(tmp_path / "jobs.jsonl", letters(6, "anna", "main")), tmp_path / "r.jsonl"

    first = await carry(sandbox, jobs, out=str(out))
    sent, written = len(sandbox.log.workflows()), out.read_text()
    again = await carry(sandbox, jobs, out=str(out))
    shown = await carry(sandbox, jobs)

    assert (first.code, again.code) == (0, 0)
    assert len(sandbox.log.workflows()) == sent == 6
    assert out.read_text() == written
    assert told(written).keys() == {f"letter-{number}" for number in range(6)}
    assert told(shown.lines) == told(written)
    assert again.told.endswith("6 of 6 answered: 6 done, 6 of them known before.\n")
    assert (tmp_path / "jobs.ledger").exists()


async def test_more_rows_are_added_later(sandbox: Sandbox, carry: Carry, tmp_path: Path) -> None:
    """What is new is sent, wherever in the file it stands."""
    path, out = tmp_path / "jobs.jsonl", tmp_path / "r.jsonl"

    await carry(sandbox, write(path, letters(3)[1:]), out=str(out))
    await carry(sandbox, write(path, letters(3)), out=str(out))

    assert told(out.read_text()).keys() == {"letter-0", "letter-1", "letter-2"}
    assert len(sandbox.log.effects("st.sendMessage")) == 3


async def test_an_edited_row_under_its_old_key_is_refused(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """The key stands for what was sent; the result of that stays, and the refusal is told."""
    path, out, rows = tmp_path / "jobs.jsonl", tmp_path / "r.jsonl", letters(1)
    await carry(sandbox, write(path, rows), out=str(out))
    rows[0]["parameters"]["text"] = "Something else"

    ran = await carry(sandbox, write(path, rows), out=str(out))

    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert ran.code == 3
    assert [line["status"] for line in lines] == ["done", "failed"]
    assert lines[1]["error"]["code"] == "keyConflict"
    assert len(sandbox.log.effects("st.sendMessage")) == 1


async def test_what_failed_and_did_not_run_is_sent_by_the_next_run(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """Its line is replaced, and the summary has said so."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(2)), tmp_path / "r.jsonl"

    sandbox.sign_out()
    first = await carry(sandbox, jobs, out=str(out))
    failed = told(out.read_text())
    sandbox.sign_in()
    again = await carry(sandbox, jobs, out=str(out))

    assert first.code == 4
    assert {row["status"] for row in failed.values()} == {"failed"}
    assert failed["letter-0"]["error"]["code"] == "linkedinAccountSignedOut"
    assert failed["letter-0"]["error"]["disposition"] == "user_action"
    assert "ACTION NEEDED: linkedinAccountSignedOut" in first.told
    assert "      2  linkedinAccountSignedOut. " in first.told
    assert "2 of the failed did not run; the same command sends them again." in first.told
    assert again.code == 0
    assert {row["status"] for row in told(out.read_text()).values()} == {"done"}


async def test_stopping_after_failures(sandbox: Sandbox, carry: Carry, tmp_path: Path) -> None:
    """The rest is not begun, and the summary says how to go on."""
    jobs = write(tmp_path / "jobs.jsonl", letters(30))
    sandbox.inject("invalidWorkflow", times=None)

    ran = await carry(sandbox, jobs, stop_after=3)

    assert ran.code == 3
    assert 3 <= len(told(ran.lines)) < 30
    assert "The same command goes on where this stopped" in ran.told


async def test_holding_waits_for_a_person(sandbox: Sandbox, carry: Carry, tmp_path: Path) -> None:
    """Calls of a signed-out account go on once it is signed in."""
    jobs = write(tmp_path / "jobs.jsonl", letters(1))
    sandbox.inject("linkedinAccountSignedOut", times=1)

    ran = await carry(sandbox, jobs, is_holding=True)

    assert ran.code == 0
    assert "ACTION NEEDED" in ran.told
    assert told(ran.lines)["letter-0"]["status"] == "done"


# ── what may have been sent ──


async def test_a_lost_reply_is_uncertain_and_stays_so(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """It is told with the command that settles it, and never sent again."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(2)), tmp_path / "r.jsonl"
    sandbox.inject(Reset(side="reply", after=0), times=1)

    first = await carry(sandbox, jobs, out=str(out))
    again = await carry(sandbox, jobs, out=str(out))

    states = sorted(row["status"] for row in told(out.read_text()).values())
    assert (first.code, again.code) == (6, 6)
    assert states == ["done", "uncertain"]
    assert f"linkedapi-async batch uncertain {jobs} --reconcile" in first.told
    assert len(sandbox.log.workflows()) == 2


async def test_uncertain_calls_are_reconciled_at_once(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """The service is asked, and the result says that it was done."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(1)), tmp_path / "r.jsonl"
    sandbox.inject(Reset(side="reply", after=0), times=1)

    ran = await carry(sandbox, jobs, out=str(out), uncertain="reconcile")

    assert ran.code == 0, ran.told
    assert told(out.read_text())["letter-0"]["status"] == "done"
    assert "letter-0 was carried out: " in ran.told
    assert len(sandbox.log.effects("st.sendMessage")) == 1


# ── the file of results ──


async def test_a_torn_line_is_written_anew(sandbox: Sandbox, carry: Carry, tmp_path: Path) -> None:
    """A process that was killed while it wrote has left half a line, wherever it broke."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(2)), tmp_path / "r.jsonl"
    await carry(sandbox, jobs, out=str(out))
    whole = out.read_bytes()

    for size in range(len(whole)):
        if size % 97 == 0 or size > len(whole) - 3:
            out.write_bytes(whole[:size])
            await carry(sandbox, jobs, out=str(out))
            assert told(out.read_text()) == told(whole.decode())

    assert len(sandbox.log.workflows()) == 2


async def test_what_the_file_lacks_the_ledger_adds(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """Results that were lost, or taken out, are there again; nothing is sent for it."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(3)), tmp_path / "r.jsonl"
    await carry(sandbox, jobs, out=str(out))
    first, _, last = out.read_text().splitlines(keepends=True)
    out.write_text(first + last)

    await carry(sandbox, jobs, out=str(out))

    assert out.read_text().startswith(first + last)
    assert len(told(out.read_text())) == 3
    assert len(sandbox.log.workflows()) == 3


async def test_lines_that_may_change_are_taken_out_of_the_middle(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """What is done stays as it is, around those that failed."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(4)), tmp_path / "r.jsonl"
    await carry(sandbox, jobs, out=str(out))
    lines = out.read_text().splitlines(keepends=True)
    out.write_text(lines[0] + lines[1].replace('"done"', '"failed"') + lines[2] + lines[3])
    out.chmod(0o640)

    await carry(sandbox, jobs, out=str(out))

    assert out.read_text().splitlines(keepends=True) == [lines[0], lines[2], lines[3], lines[1]]
    assert out.stat().st_mode & 0o777 == 0o640
    assert not out.with_name("r.jsonl.new").exists()


@pytest.mark.parametrize(
    "content",
    ["Dear diary\n", "Dear diary", '{"key": 5, "status": "done"}\n', '{"key": "a"}\n', "[1]\n"],
)
async def test_a_file_of_something_else_is_left_alone(
    sandbox: Sandbox, carry: Carry, tmp_path: Path, content: str
) -> None:
    """Nobody loses a diary to a slip of the pen, and nothing is sent."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(1)), tmp_path / "r.jsonl"
    out.write_text(content)

    with pytest.raises(Problem, match=r"Line 1 of .* is no result of a batch"):
        await carry(sandbox, jobs, out=str(out))

    assert out.read_text() == content
    assert sandbox.log.requests() == ()


async def test_results_without_their_ledger_are_refused(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """With a new ledger all would be sent twice, though the results are there."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(2)), tmp_path / "r.jsonl"
    await carry(sandbox, jobs, out=str(out))

    with pytest.raises(Problem, match="holds 2 results, and the ledger knows 0 calls"):
        await carry(sandbox, jobs, out=str(out), ledger=str(tmp_path / "new.ledger"))

    assert len(sandbox.log.workflows()) == 2


def test_rehearsed_results_are_replaced_and_real_ones_are_not(
    invoke: Invoke, tmp_path: Path
) -> None:
    """A sandbox may be tried again and again; what the service said is never written over."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(1)), tmp_path / "r.jsonl"

    codes = [invoke("batch", jobs, "--sandbox", "--out", str(out)).exit_code for _ in range(2)]
    rehearsed = told(out.read_text())
    out.write_text(out.read_text().replace(', "sandbox": true', ""))
    refused = invoke("batch", jobs, "--sandbox", "--out", str(out))

    assert codes == [0, 0]
    assert rehearsed["letter-0"]["sandbox"] is True
    assert refused.exit_code == 2
    assert "holds results of the real service" in refused.stderr


async def test_results_in_earnest_replace_rehearsed_ones(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """They were never true."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(1)), tmp_path / "r.jsonl"
    await carry(sandbox, jobs, out=str(out))
    real = told(out.read_text())
    out.write_text(out.read_text().replace("}\n", ', "sandbox": true}\n'))

    await carry(sandbox, jobs, out=str(out))

    assert told(out.read_text()) == real


async def test_results_may_go_to_what_is_no_file(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """A device is written to, and not looked into."""
    jobs = write(tmp_path / "jobs.jsonl", letters(1))

    assert (await carry(sandbox, jobs, out=os.devnull)).code == 0


@pytest.mark.parametrize(
    ("text", "shown"), [("Zoë", '"Zoë"'), ("Zoë \ud83d", '"Zo\\u00eb \\ud83d"')]
)
def test_letters_that_utf8_lacks_are_escaped(text: str, shown: str) -> None:
    """A line is UTF-8 whatever the service said; others keep their letters."""
    call = JobCall(account="a", operation=RetrieveSSI(), key="k", line=1, name="k", payload="")

    line = line_of(Outcome(call, Result_(cast("Any", {"said": text}))), is_rehearsal=False)

    assert f'"said": {shown}' in line
    assert line.encode()


def test_moments_are_iso_8601() -> None:
    """Data holds dates as text."""
    call = JobCall(account="a", operation=RetrieveSSI(), key="k", line=1, name="k", payload="")
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)

    line = line_of(Outcome(call, Result_(cast("Any", {"at": noon}))), is_rehearsal=False)

    assert json.loads(line)["data"] == {"at": "2026-01-05T12:00:00+00:00"}


@pytest.mark.skipif(sys.platform == "win32", reason="locks are POSIX's")
async def test_two_batches_never_write_to_one_file(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """A run that cron starts while the last one goes on is refused, before and after a rewrite."""
    jobs, out = write(tmp_path / "jobs.jsonl", letters(3)), tmp_path / "r.jsonl"
    await carry(sandbox, jobs, out=str(out))
    lines = out.read_text().splitlines(keepends=True)
    out.write_text(lines[0] + lines[1].replace('"done"', '"failed"') + lines[2])

    with closing(Results(str(out), echo=print)) as first:
        with pytest.raises(Problem, match="Another batch writes to"):
            await carry(sandbox, jobs, out=str(out))
        first.look_back(is_rehearsal=False, is_lasting=True)
        first.begin()
        with pytest.raises(Problem, match="Another batch writes to"):
            await carry(sandbox, jobs, out=str(out))
    await carry(sandbox, jobs, out=str(out))

    assert out.read_text().splitlines(keepends=True) == [lines[0], lines[2], lines[1]]


# ── what cannot be written ──


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
async def test_a_full_disk_is_one_sentence(sandbox: Sandbox, carry: Carry, tmp_path: Path) -> None:
    """What was answered is in the ledger: the next run writes it where there is room."""
    jobs = write(tmp_path / "jobs.jsonl", letters(1))

    with pytest.raises(Problem, match="Cannot write /dev/full: No space left on device"):
        await carry(sandbox, jobs, out="/dev/full")
    again = await carry(sandbox, jobs)

    assert told(again.lines)["letter-0"]["status"] == "done"
    assert len(sandbox.log.workflows()) == 1


async def test_results_that_cannot_be_opened(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """It shows before anything is sent."""
    jobs = write(tmp_path / "jobs.jsonl", letters(1))

    with pytest.raises(Problem, match=r"Cannot write .*: No such file or directory"):
        await carry(sandbox, jobs, out=str(tmp_path / "missing" / "r.jsonl"))
    with pytest.raises(Problem, match=r"Cannot write .*: Not a directory"):
        await carry(sandbox, jobs, out=f"{jobs}/r.jsonl")

    assert sandbox.log.requests() == ()


async def test_a_ledger_that_is_none_is_refused(
    sandbox: Sandbox, carry: Carry, tmp_path: Path
) -> None:
    """Nothing is sent without it."""
    jobs, ledger = write(tmp_path / "jobs.jsonl", letters(1)), tmp_path / "x.ledger"
    ledger.write_text("Dear diary, " * 100)

    with pytest.raises(LedgerError, match=r"x\.ledger"):
        await carry(sandbox, jobs, ledger=str(ledger))

    assert sandbox.log.requests() == ()


def test_a_ledger_that_is_none_is_one_sentence(invoke: Invoke, tmp_path: Path) -> None:
    """The store, what is wrong and what to do; no traceback, and the file is as it was."""
    jobs, ledger = write(tmp_path / "jobs.jsonl", letters(1)), tmp_path / "x.ledger"
    ledger.write_text("Dear diary, " * 100)

    ran = invoke("batch", jobs, "--sandbox", "--ledger", str(ledger))

    assert ran.exit_code == 3
    assert ran.stderr.startswith("Error: ")
    assert "x.ledger" in ran.stderr
    assert "[ledgerUnusable]" in ran.stderr
    assert ledger.read_text() == "Dear diary, " * 100


# ── stopped by signals ──


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(
    ("signals", "told", "untold"),
    [
        (("SIGINT",), "Ctrl-C again leaves now", "Leaving: "),
        (("SIGTERM", "SIGTERM"), "Ctrl-C leaves now", "Leaving: "),
        (("SIGINT", "SIGINT", "SIGINT"), "Leaving: what runs is no longer awaited.", "again now"),
    ],
)
async def test_signals_stop_and_nothing_is_lost(
    sandbox: Sandbox,
    clock: FakeClock,
    carry: Carry,
    tmp_path: Path,
    *,
    signals: tuple[str, ...],
    told: str,
    untold: str,
) -> None:
    """Once ends it soon, twice at once; the next run answers every row, each sent once."""
    jobs = write(tmp_path / "jobs.jsonl", letters(8))

    def ring() -> None:
        for name in signals:
            signal.raise_signal(getattr(signal, name))

    clock.call_later(1.0, ring)
    first = await carry(sandbox, jobs)
    ring()  # nothing is left to stop
    again = await carry(sandbox, jobs)

    text = " ".join(first.told.split())
    assert first.code == 130
    assert told in text
    assert untold not in text
    assert "Interrupted. " in text
    assert again.lines.count('"status": "done"') == 8
    assert len(sandbox.log.workflows()) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
async def test_an_interrupted_rehearsal_begins_anew(
    sandbox: Sandbox, clock: FakeClock, carry: Carry, tmp_path: Path
) -> None:
    """What ran in the sandbox is gone with it, and nobody is told otherwise."""
    jobs = write(tmp_path / "jobs.jsonl", letters(8))
    clock.call_later(0.3, lambda: signal.raise_signal(signal.SIGINT))

    ran = await carry(
        sandbox, jobs, ledger=None, target=Target(None, None, is_sandbox=True), is_holding=False
    )

    assert ran.code == 130
    assert "The sandbox is gone, and what ran in it: the rest begins anew." in ran.told
    assert "The same command" not in ran.told
