import json
import os
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

from linkedapi_async.cli._batch_jobs import Jobs
from linkedapi_async.cli._batch_rows import Flaw, Flawed, JobCall, Reader
from linkedapi_async.cli._problem import Problem
from linkedapi_async.ledger import payload_of
from linkedapi_async.models.people import PeopleFilter
from linkedapi_async.operations import (
    CustomWorkflow,
    FetchPerson,
    NvFetchPerson,
    SearchPeople,
    operations,
)
from linkedapi_async.operations._examples import example, parameters
from linkedapi_async.operations.configs import LimitSinceConfig
from linkedapi_async.workflows._validate import check

PERSON = "https://www.linkedin.com/in/person1"
READER = Reader(("anna", "ben"), default=None)
ALONE = Reader(("anna",), default="anna")


def row(**facts: Any) -> bytes:
    return json.dumps(facts).encode()


def message(**facts: Any) -> bytes:
    given = {"person_url": PERSON, "text": "Hello!", **facts}
    return row(account="anna", operation="sendMessage", parameters=given)


def flaws(raw: bytes, reader: Reader = READER, line: int = 3) -> list[Flaw]:
    with pytest.raises(Flawed) as caught:
        reader.read(raw, line)
    return list(caught.value.flaws)


def read(raw: bytes, reader: Reader = READER) -> JobCall:
    return reader.read(raw, 3)


# ── rows that are well ──


def test_a_row_is_a_call() -> None:
    """Account, operation, key and priority are what the row says."""
    call = read(
        row(
            account="anna",
            operation="fetchPerson",
            parameters={"personUrl": PERSON},
            key="k",
            priority=4,
        )
    )

    assert (call.account, call.key, call.name, call.priority, call.line) == (
        "anna",
        "k",
        "k",
        4,
        3,
    )
    assert call.operation == FetchPerson(person_url=PERSON)


@pytest.mark.parametrize(
    "given",
    [
        {"person_url": PERSON, "posts_retrieval_config": {"limit": 2}, "retrieve_posts": True},
        {"personUrl": PERSON, "postsRetrievalConfig": {"limit": 2}, "retrievePosts": True},
        {"personUrl": PERSON, "posts_retrieval_config": {"limit": 2}, "retrievePosts": True},
    ],
)
def test_parameters_are_spelled_either_way(given: dict[str, Any]) -> None:
    """As the command `operations` shows them, or as the service spells them."""
    call = read(row(account="ben", operation="fetchPerson", parameters=given))

    assert call.operation == FetchPerson(
        person_url=PERSON,
        retrieve_posts=True,
        posts_retrieval_config=LimitSinceConfig(limit=2),
    )


def test_parameters_hold_objects() -> None:
    """What is an object in the row is the class of the library in the operation."""
    given = {"term": "cto", "filter": {"locations": ["Berlin"], "first_name": None}}
    call = read(row(account="ben", operation="searchPeople", parameters=given))

    assert call.operation == SearchPeople(term="cto", filter=PeopleFilter(locations=["Berlin"]))


@pytest.mark.parametrize("name", ["nvFetchPerson", "NvFetchPerson", "nv_fetch_person"])
def test_operations_are_spelled_as_anybody_would(name: str) -> None:
    """The official name, the class, and the words with underscores mean the same."""
    given = {"personHashedUrl": "https://www.linkedin.com/in/ACwAA1"}

    assert isinstance(
        read(row(account="ben", operation=name, parameters=given)).operation, NvFetchPerson
    )


@pytest.mark.parametrize("name", sorted(set(operations()) - {"customWorkflow"}))
def test_every_operation_can_be_asked_for(name: str) -> None:
    """The workflow of an operation's full example comes out of a row that holds its parameters."""
    wanted = example(operations()[name], is_full=True)
    given = {p.name: _plain(getattr(wanted, p.name)) for p in parameters(type(wanted))}

    call = read(row(account="ben", operation=name, parameters=given))

    assert call.operation.workflow() == wanted.workflow()
    assert check(call.operation.workflow()) == ()


def _plain(value: Any) -> Any:
    kind = cast("Any", type(value))
    if attrs.has(kind):
        return {one.name: _plain(getattr(value, one.name)) for one in attrs.fields(kind)}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in cast("list[Any]", value)]
    return value


def test_a_workflow_is_a_call() -> None:
    """Raw trees stand in the place of an operation."""
    tree = {"actionType": "st.retrieveSSI"}

    assert read(row(account="ben", workflow=tree)).operation == CustomWorkflow(tree)


def test_the_only_account_need_not_be_named() -> None:
    """It is known, and counts for the key as if it had been named."""
    named = read(row(account="anna", operation="retrieveSSI"), ALONE)

    assert read(row(operation="retrieveSSI"), ALONE) == named


def test_a_row_without_a_key_is_known_by_what_it_asks_for() -> None:
    """Spelling makes no other call of it; another account does."""
    one = read(row(account="ben", operation="fetchPerson", parameters={"personUrl": PERSON}))
    same = read(row(account="ben", operation="fetchPerson", parameters={"person_url": PERSON}))
    other = read(row(account="anna", operation="fetchPerson", parameters={"personUrl": PERSON}))

    assert one.key == same.key != other.key
    assert one.payload == payload_of("ben", "fetchPerson", one.operation.workflow())


def test_whole_numbers_are_keys() -> None:
    """They are their text."""
    assert read(row(account="ben", operation="retrieveSSI", key=7)).name == "7"


def test_a_rehearsal_has_keys_of_its_own() -> None:
    """What was tried on a sandbox never answers a call in earnest."""
    reader = Reader(None, default="main", is_rehearsal=True)
    call = read(row(account="whoever", operation="retrieveSSI", key="k"), reader)

    assert (call.key, call.name) == ("sandbox:k", "k")


# ── rows that are not ──

BAD: list[tuple[bytes, bytes, str, str]] = [
    (b"{", b"", "syntax", "is no JSON: Expecting property name"),
    (b"# later", b"#", "syntax", "is no JSON: Expecting value, at '# later'"),
    (
        '{"account": "anna"}'.encode("utf-16"),
        b"\xff",
        "syntax",
        "is UTF-16; save the file as UTF-8",
    ),
    (row(account="a" * 999, operation="retrieveSSI"), b'"aaa', "account", f"'{'a' * 39}… is no"),
    (b'{"account": NaN}', b"{", "syntax", "NaN"),
    (b'{"account": "a\xff"}', b"\xff", "syntax", "UTF-8"),
    (row(account="anna", key="\ud800"), b"{", "syntax", "half a letter"),
    (b'["anna"]', b"[", "shape", "is no object"),
    (b'{"account": "ben", "account": 5}', b'"account": 5', "repeated", "'account' stands"),
    (row(account="anna", operation="retrieveSSI", kee=1), b"1", "unknown", "mean 'key'?"),
    (row(account="anna", operation="retrieveSSI", x_y=1), b"1", "unknown", "there is 'account'"),
    (row(operation="retrieveSSI"), b"{", "account", "there are 'anna', 'ben'"),
    (row(account=5, operation="retrieveSSI"), b"5", "type", "account is 5; it takes the name"),
    (
        row(account="bem", operation="retrieveSSI"),
        b'"bem"',
        "account",
        "'bem' is no account that is known; did you mean 'ben'?",
    ),
    (row(account="zoe", operation="retrieveSSI"), b'"zoe"', "account", "there is 'anna', 'ben'"),
    (
        row(account="ben", operation="retrieveSSI", key=True),
        b"true",
        "type",
        "key is true; it takes text",
    ),
    (row(account="ben", operation="retrieveSSI", key=""), b'""', "length", "is empty"),
    (
        row(account="ben", operation="retrieveSSI", priority=1.5),
        b"1.5",
        "type",
        "priority is 1.5; it takes a",
    ),
    (row(account="ben"), b"{", "missing", "has no operation"),
    (
        row(account="ben", operation=7),
        b"7",
        "operation",
        "operation is 7; it takes the name of one",
    ),
    (row(account="ben", operation="fetchPersn"), b'"fetch', "operation", "mean fetchPerson"),
    (row(account="ben", operation="qqqqqqqq"), b'"qq', "operation", "`linkedapi-async operations`"),
    (row(account="ben", operation="st.openPersonPage"), b'"st.', "operation", "is an action; give"),
    (row(account="ben", operation="customWorkflow"), b'"custom', "operation", 'as "workflow"'),
    (
        row(account="ben", operation="retrieveSSI", parameters=[]),
        b"[",
        "type",
        "parameters is a list; it takes an object",
    ),
    (message(text="x" * 1901), b'"xxx', "length", "text has 1,901 characters"),
    (message(text=None), b'{"person_url', "missing", "text is missing"),
    (message(txt="x"), b'"x"', "unknown", "'txt' is no parameter of sendMessage; did you mean"),
    (message(personUrl="x"), b'"x"', "unknown", "both spellings"),
    (message(manage_conversation={"operation": "no"}), b'"no"', "enum", "is 'no'; it is archive"),
    (message(manage_conversation={"operatoin": "x"}), b'"x"', "unknown", "of manage_conversation"),
    (row(account="ben", workflow=[]), b"[", "shape", "an empty list"),
    (row(account="ben", workflow={"actionType": "st.x"}), b'"st.x"', "unknownAction", "'st.x'"),
    (
        row(account="ben", workflow={"actionType": "st.retrieveSSI"}, operation="x"),
        b'"x"',
        "conflict",
        "operation is given beside a workflow",
    ),
]


@pytest.mark.parametrize(("raw", "place", "rule", "told"), BAD)
def test_what_is_wrong_is_told_with_its_place(
    raw: bytes, place: bytes, rule: str, told: str
) -> None:
    """Line, column, a stable word, and what would be right."""
    column = (raw.index(place) if place else len(raw)) + 1

    found = [flaw for flaw in flaws(raw) if flaw.rule == rule]

    assert [(flaw.line, flaw.column) for flaw in found] == [(3, column)]
    assert told in found[0].message


def test_everything_wrong_with_a_row_is_told_in_order() -> None:
    """One look at the messages is enough to mend the row."""
    found = flaws(row(acount="anna", operation="searchPeople", parameters={"limit": 0, "trm": 1}))

    assert [(flaw.rule, flaw.column) for flaw in found] == [
        ("account", 1),
        ("unknown", 12),
        ("range", 73),
        ("unknown", 83),
    ]


def test_parts_of_lists_are_looked_into() -> None:
    """Objects in a list have names of their own."""
    given = {"text": "Hi", "attachments": [{"url": "https://x.example/a.png", "typ": "image"}]}
    found = flaws(row(account="ben", operation="createPost", parameters=given))

    assert "'typ' is no part of attachments; did you mean 'type'?" in [
        flaw.message for flaw in found
    ]


def test_a_byte_order_mark_is_no_mistake() -> None:
    """Editors of some systems begin a file with one."""
    assert ALONE.read(b"\xef\xbb\xbf" + row(operation="retrieveSSI"), 1).account == "anna"


# ── files ──


def survey(path: Path, reader: Reader = ALONE) -> tuple[list[str], list[JobCall]]:
    told: list[Flaw] = []
    with Jobs(str(path)) as jobs:
        jobs.survey(reader, told.append)
        calls = [] if told else list(jobs)
        assert told or len(jobs) == len(calls)
    return [f"{flaw.line}:{flaw.column} {flaw.rule} {flaw.message}" for flaw in told], calls


def test_blank_lines_count_and_are_nothing(tmp_path: Path) -> None:
    """Lines are counted as editors do, whatever ends them."""
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(
        b'\r\n\n{"operation": "retrieveSSI"}\r\n   \n{"operation": "retrieveSSI", "key": 2}'
    )

    _, calls = survey(path)

    assert [call.line for call in calls] == [3, 5]


def test_the_same_call_is_there_once(tmp_path: Path) -> None:
    """Rows that ask for one call, under one key, are one."""
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b'{"operation": "retrieveSSI"}\n' * 3)

    _, calls = survey(path)

    assert [call.line for call in calls] == [1]


def test_a_key_stands_for_one_call(tmp_path: Path) -> None:
    """Two calls under one key are a mistake, told with both lines."""
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(
        b'{"operation": "retrieveSSI", "key": "k"}\n{"operation": "syncInbox", "key": "k"}\n'
    )

    assert survey(path)[0] == ["2:35 key 'k' is the key of another call, in line 1"]


@pytest.mark.parametrize("change", [b'{"operation": "syncInbox"}\n', b"nonsense\n"])
def test_a_file_may_not_change_between_the_readings(tmp_path: Path, change: bytes) -> None:
    """What was not checked is not carried out."""
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b'{"operation": "retrieveSSI"}\n')
    with Jobs(str(path)) as jobs:
        jobs.survey(ALONE, lambda _: None)
        path.write_bytes(change)

        with pytest.raises(Problem, match="was changed"):
            list(jobs)


def test_rows_that_are_added_meanwhile_wait(tmp_path: Path) -> None:
    """The next run checks them, and carries them out."""
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b'{"operation": "retrieveSSI"}\n')
    with Jobs(str(path)) as jobs:
        jobs.survey(ALONE, lambda _: None)
        with path.open("ab") as file:
            file.write(b'{"operation": "syncInbox"}\n')

        assert [call.line for call in jobs] == [1]


def test_what_can_be_read_once_is_kept(tmp_path: Path) -> None:
    """A pipe is read twice all the same."""
    reading, writing = os.pipe()
    os.write(writing, b'{"operation": "retrieveSSI"}\n')
    os.close(writing)

    _, calls = survey(Path(f"/dev/fd/{reading}"))
    os.close(reading)

    assert [call.line for call in calls] == [1]


def test_endless_lines_are_refused(tmp_path: Path) -> None:
    """What is no file of lines ends before memory does."""
    path = tmp_path / "jobs.jsonl"
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)

    with pytest.raises(Problem, match=r"Line 1 .* is longer"):
        survey(path)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails")
def test_a_file_that_fails_later_is_told() -> None:
    """What can be opened cannot always be read."""
    with pytest.raises(Problem, match=r"Cannot read .*mem: Input/output error"):
        survey(Path("/proc/self/mem"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """It is told in a sentence."""
    with pytest.raises(Problem, match="Cannot read"):
        survey(tmp_path)
