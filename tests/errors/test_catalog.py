"""The catalogue against the reference: every word of every generation, judged as designed."""

import re
from itertools import combinations

import pytest

from linkedapi_async._types import Disposition, Plane, Remedy, Scope
from linkedapi_async.errors import CATALOG, Fault, find, fold
from linkedapi_async.wire import WIRES

RETRYABLE, USER_ACTION, FATAL = Disposition
CALL, ACCOUNT, CLIENT = Scope

# Generations each request-level word is attested in (reference/protocol.md, 3.1 to 3.5).
ATTESTED = {
    "accountApiTokenRequired": ("G2", "G3"),
    "linkedApiTokenRequired": ("G4", "G4-A"),
    "dataApiTokenRequired": ("G3-D",),
    "invalidAccountApiToken": ("G2", "G3"),
    "invalidLinkedApiToken": ("G4", "G4-A"),
    "invalidDataApiToken": ("G3-D",),
    "identificationTokenRequired": ("G2", "G3", "G4"),
    "invalidIdentificationToken": ("G2", "G3", "G4"),
    "noActiveSeats": ("G2",),
    "subscriptionRequired": ("G3", "G4"),
    "plusSeatRequired": ("G2",),
    "plusPlanRequired": ("G3", "G4"),
    "trialLimitReached": ("G4",),
    "insufficientCredits": ("G3-D",),
    "invalidRequestBody": ("G1",),
    "invalidActionParams": ("G2",),
    "invalidRequestPayload": ("G3", "G3-D", "G4"),
    "invalidWorkflow": ("G2", "G3", "G3-D", "G4"),
    "linkedinAccountSignedOut": ("G1", "G2", "G4"),
    "languageNotSupported": ("G2", "G4"),
    "outsideWorkingHours": ("G4",),
    "workingHoursWaitExpired": ("G4",),
    "tooManyRequests": ("G4", "G4-A"),
    "accountIdRequired": ("G4-A",),
    "accountNotFound": ("G4-A",),
    "sessionNotFound": ("G4-A",),
    "noAvailableSeats": ("G4-A",),
    "dailyConnectionAttemptsExceeded": ("G4-A",),
    "conversationsNotSynced": ("G4",),
}

# The design's table, row by row: every word of a line means the same.
JUDGED = {
    "invalidWorkflow": (FATAL, CALL),
    "invalidActionParams invalidRequestPayload invalidRequestBody": (FATAL, CALL),
    "accountApiTokenRequired linkedApiTokenRequired dataApiTokenRequired": (FATAL, CLIENT),
    "identificationTokenRequired": (FATAL, ACCOUNT),
    "invalidAccountApiToken invalidLinkedApiToken invalidDataApiToken": (USER_ACTION, CLIENT),
    "invalidIdentificationToken": (USER_ACTION, ACCOUNT),
    "noActiveSeats subscriptionRequired": (USER_ACTION, ACCOUNT),
    "plusSeatRequired plusPlanRequired": (USER_ACTION, CALL),
    "trialLimitReached": (USER_ACTION, CLIENT),
    "insufficientCredits": (USER_ACTION, CLIENT),
    "noAvailableSeats": (USER_ACTION, CLIENT),
    "linkedinAccountSignedOut": (USER_ACTION, ACCOUNT),
    "languageNotSupported": (USER_ACTION, ACCOUNT),
    "accountIdRequired": (FATAL, CALL),
    "accountNotFound": (FATAL, CALL),
    "sessionNotFound": (FATAL, CALL),
    "conversationsNotSynced": (FATAL, CALL),
    "tooManyRequests": (RETRYABLE, CLIENT),
    "outsideWorkingHours": (RETRYABLE, ACCOUNT),
    "workingHoursWaitExpired": (RETRYABLE, ACCOUNT),
    "dailyConnectionAttemptsExceeded": (RETRYABLE, CALL),
}
SLOW = {"outsideWorkingHours", "workingHoursWaitExpired", "dailyConnectionAttemptsExceeded"}
REMEDIES = {
    Remedy.RECONNECT: {"linkedinAccountSignedOut"},
    Remedy.SEATS: {
        "subscriptionRequired",
        "plusPlanRequired",
        "trialLimitReached",
        "insufficientCredits",
        "noAvailableSeats",
    },
    Remedy.TOKEN: {"invalidLinkedApiToken", "invalidIdentificationToken"},
}

# The page the project was born from.
SEED = {
    "invalidWorkflow": FATAL,
    "invalidActionParams": FATAL,
    "accountApiTokenRequired": FATAL,
    "invalidAccountApiToken": USER_ACTION,
    "identificationTokenRequired": FATAL,
    "invalidIdentificationToken": USER_ACTION,
    "noActiveSeats": USER_ACTION,
    "plusSeatRequired": USER_ACTION,
    "linkedinAccountSignedOut": USER_ACTION,
    "languageNotSupported": USER_ACTION,
}

# Results of single actions (reference/protocol.md, 2.4).
OF_ACTIONS = [
    "personNotFound",
    "selfProfileNotAllowed",
    "messagingNotAllowed",
    "alreadyPending",
    "alreadyConnected",
    "emailRequired",
    "noteTooLong",
    "noteLimitExceeded",
    "requestNotAllowed",
    "notPending",
    "retrievingNotAllowed",
    "connectionNotFound",
    "skillNotFound",
    "endorsementUnavailable",
    "limitExceeded",
    "searchingNotAllowed",
    "searchInterfaceMismatch",
    "filterNotApplied",
    "companyNotFound",
    "postNotFound",
    "jobNotFound",
    "commentingNotAllowed",
    "commentNotFound",
    "replyingNotAllowed",
    "duplicateComment",
    "noPostingPermission",
    "mentionNotResolved",
    "repostNotAllowed",
    "alreadyReposted",
    "noSalesNavigator",
    "threadNotFound",
]

ROWS = [pytest.param(row, id=row.type) for row in CATALOG.values()]
WORDS = [
    pytest.param(word, *judged, id=word) for row, judged in JUDGED.items() for word in row.split()
]


@pytest.mark.parametrize(
    "word", [pytest.param(word, id="-".join((word, *gens))) for word, gens in ATTESTED.items()]
)
def test_every_word_of_every_generation_has_a_row(word: str) -> None:
    """No request-level error of any generation is unknown."""
    row = find(word)

    assert row is not None
    assert row.plane is Plane.REQUEST


@pytest.mark.parametrize(("word", "disposition", "scope"), WORDS)
def test_each_word_is_judged_as_designed(word: str, disposition: Disposition, scope: Scope) -> None:
    """Disposition, scope and pace of a word are those of the design's table."""
    row = find(word)

    assert row is not None
    assert (row.disposition, row.scope) == (disposition, scope)
    assert row.is_slow == (word in SLOW)


def test_the_tables_speak_of_the_same_words() -> None:
    """What is attested is judged, and the catalogue holds no request-level word beside it."""
    judged = {word for row in JUDGED for word in row.split()}
    held = {name for row in CATALOG.values() if row.plane is Plane.REQUEST for name in row.names}

    assert judged == set(ATTESTED)
    assert held == set(ATTESTED)


@pytest.mark.parametrize("words", [row.split() for row in JUDGED], ids=" ".join)
def test_aliases_fold_into_one_row(words: list[str]) -> None:
    """All words of one meaning share a row, named by the current generation's word."""
    folded = {fold(word) for word in words}
    row = find(words[0])

    assert row is not None
    assert folded == {row.type}
    assert set(row.names) == set(words)
    assert CATALOG[row.type] is row


@pytest.mark.parametrize(("word", "disposition"), SEED.items())
def test_the_ten_errors_of_the_first_page_are_known(word: str, disposition: Disposition) -> None:
    """The page the project was born from is covered, with its own texts for its own words."""
    row = find(word)

    assert row is not None
    assert row.disposition is disposition
    assert word in row.messages


@pytest.mark.parametrize("word", OF_ACTIONS)
def test_action_errors_live_on_their_own_plane(word: str) -> None:
    """What a single action may answer is known, and known not to stop a call."""
    row = find(word)

    assert row is not None
    assert row.plane is Plane.ACTION


@pytest.mark.parametrize(("remedy", "words"), REMEDIES.items())
def test_remedies_stand_where_a_program_can_help(remedy: Remedy, words: set[str]) -> None:
    """Reconnecting, seats and tokens are offered for exactly the causes they cure."""
    cured = {row.type for row in CATALOG.values() if row.remedy is remedy}

    assert cured == words


def test_no_wire_word_stands_twice() -> None:
    """Each word, alias or not, leads to one row."""
    names = [name for row in CATALOG.values() for name in row.names]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", ROWS)
def test_every_row_tells_a_person_what_to_do(row: Fault) -> None:
    """A hint is a sentence of its own: no wire text, no placeholder, no bare repetition."""
    texts = [re.sub(r"\{.*?\}\.?", "", text).rstrip(". :") for text in row.messages.values()]

    assert len(row.hint.split()) >= 5
    assert row.hint[0].isupper()
    assert row.hint.rstrip().endswith((".", "doctor."))
    assert not set("{}<>") & set(row.hint)
    assert not [text for text in texts if text in row.hint]
    assert row.source


@pytest.mark.parametrize("row", ROWS)
def test_every_documented_text_belongs_to_a_word_of_its_row(row: Fault) -> None:
    """Texts are kept under the wire word they were seen with, or that and its generation."""
    places = [key.rpartition("/") for key in row.messages]

    assert {word for _, _, word in places} <= set(row.names)
    assert {wire for wire, _, _ in places} <= {"", *WIRES}


@pytest.mark.parametrize("row", ROWS)
def test_every_generation_calls_a_row_by_one_of_its_words(row: Fault) -> None:
    """What a generation says is known as a word of the same row."""
    assert set(row.words) <= set(WIRES)
    assert {row.word_on(wire) for wire in WIRES} <= set(row.names)


def test_no_two_rows_give_the_same_hint() -> None:
    """Hints are told apart at a glance: none equals or begins like another."""
    hints = {row.type: row.hint for row in CATALOG.values()}
    alike = [
        (one, other)
        for one, other in combinations(hints, 2)
        if hints[one][:30] == hints[other][:30]
    ]

    assert len(set(hints.values())) == len(hints)
    # One address that leads nowhere is mended like another.
    assert all("NotFound" in one and "NotFound" in other for one, other in alike)


def test_no_hint_repeats_the_text_of_any_row() -> None:
    """Hints are written in own words throughout."""
    texts = {text for row in CATALOG.values() for text in row.messages.values() if "{" not in text}

    assert not [row.type for row in CATALOG.values() if any(text in row.hint for text in texts)]


@pytest.mark.parametrize("word", ["", "noSuchError", "INVALIDWORKFLOW", " invalidWorkflow"])
def test_a_word_without_a_row_stands_as_it_is(word: str) -> None:
    """Unknown words are neither found nor changed; spelling counts."""
    assert find(word) is None
    assert fold(word) == word


@pytest.mark.parametrize("row", [row for row in CATALOG.values() if row.plane is Plane.CLIENT])
def test_own_words_have_no_aliases_and_no_wire_text(row: Fault) -> None:
    """What the service never says has no second name and no text of the service."""
    assert row.names == (row.type,)
    assert not row.messages
