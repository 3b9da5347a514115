"""From the bytes of a poll's reply to the typed result, beside the official SDK.

Each case is taken twice, because the garbage collector is a good part of it. *Kept*: the results of
a turn are held to its end, as a batch holds them; it then looks through all of them, again and
again. *Dropped*: each result is let go before the next is read, which spares the official models
more than ours.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

import attrs
import linkedapi
import requests
from linkedapi.http import LinkedApiHttpClient

from linkedapi_async._messages import Progress, Reply
from linkedapi_async.operations import FetchPerson, SearchPeople
from linkedapi_async.operations._base import Operation
from linkedapi_async.wire import LinkedApiWire
from tests.benchmarks.measure import Row, compare, cpu, interleave

__all__ = ["measure"]

NOW: Final = datetime.now(UTC)
TEXT: Final = "Ein Satz über „Engineering“ - with some punctuation. " * 4


class _Canned(requests.Session):
    """A session that has the reply at hand."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = body

    def request(self, *args: object, **kwargs: object) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.encoding = "utf-8"
        response._content = self._body
        return response


def measure(*, quick: bool) -> list[Row]:
    """Return milliseconds for each reply; `json.loads` alone stands there without a demand."""
    turns, times = (5, 2) if quick else (15, 5)
    people = _body("st.searchPeople", [_found(number) for number in range(1000)])
    person = _body("st.openPersonPage", _person())
    return [
        *_case("decode SearchPeople of 1,000", SearchPeople, people, turns=turns, times=times),
        *_case("decode FetchPerson, rich", FetchPerson, person, turns=turns, times=5 * times),
    ]


def _case(
    name: str, operation: type[Operation[Any]], body: bytes, *, turns: int, times: int
) -> list[Row]:
    wire = LinkedApiWire()
    config = linkedapi.LinkedApiConfig(linked_api_token="main", identification_token="account")
    client = linkedapi.LinkedApi(LinkedApiHttpClient(config, session=_Canned(body)))
    theirs: Any = client.search_people if operation is SearchPeople else client.fetch_person

    def ours() -> object:
        progress = wire.read_poll(Reply(200, {}, body, NOW))
        assert isinstance(progress, Progress)
        return operation.read(progress.completion)[0]

    def official() -> object:
        return theirs.status("wf-1").data

    _agree(ours(), official())
    contestants = {"ours": ours, "official": official, "json.loads": lambda: json.loads(body)}
    rows: list[Row] = []
    for habit, most in (("kept", None), ("dropped", 0)):
        repeat = partial(_repeat, times=times, most=most)
        samples = interleave(
            {who: partial(repeat, work) for who, work in contestants.items()}, turns=turns
        )
        case = f"{name}, {habit}"
        rows += [
            compare(case, samples, rival="official", unit="ms", scale=1e3, demanded=1 / 3),
            compare(case, samples, rival="json.loads", unit="ms", scale=1e3),
        ]
    return rows


def _repeat(work: Callable[[], object], *, times: int, most: int | None) -> float:
    """Return the CPU seconds of one repetition, holding the last so many results (or all)."""
    return cpu(lambda: deque((work() for _ in range(times)), maxlen=most)) / times


def _agree(ours: Any, theirs: Any) -> None:
    """Make sure that both have read the same."""
    mine = [attrs.asdict(item) for item in _many(ours)]
    assert mine == [item.model_dump() for item in _many(theirs)]


def _many(value: Any) -> list[Any]:
    return [*cast("Iterable[Any]", value)] if isinstance(value, list) else [value]


def _body(action: str, data: object) -> bytes:
    completion = {"actionType": action, "success": True, "data": data}
    result = {"workflowStatus": "completed", "completion": completion}
    return json.dumps({"success": True, "result": result}, ensure_ascii=False).encode()


def _found(number: int) -> dict[str, object]:
    return {
        "name": f"Jane Doe {number}",
        "urn": f"urn:li:fsd_profile:ACoAAA{number:07d}",
        "publicUrl": f"https://www.linkedin.com/in/jane-doe-{number}",
        "headline": "Founder & CEO at Acme - building things",
        "location": "Zürich, Switzerland",
        "avatarUrl": f"https://media.licdn.com/dms/image/v2/{number}/profile.jpg",
        "viewerState": _STANDING,
    }


def _person() -> dict[str, object]:
    return {
        **_found(1),
        "hashedUrl": "https://www.linkedin.com/in/ACoAAA",
        "countryCode": "ch",
        "position": "CEO",
        "companyName": "Acme",
        "companyHashedUrl": "https://www.linkedin.com/company/1",
        "followersCount": 4200,
        "about": TEXT * 5,
        "then": [
            _part("st.retrievePersonExperience", _EXPERIENCE, 12),
            _part("st.retrievePersonEducation", _EDUCATION, 3),
            _part("st.retrievePersonSkills", {"name": "Python"}, 50),
            _part("st.retrievePersonLanguages", {"name": "German", "proficiency": "native"}, 4),
            _part("st.retrievePersonPosts", _POST, 20),
            _part("st.retrievePersonComments", _COMMENT, 20),
            _part("st.retrievePersonReactions", _REACTION, 20),
        ],
    }


def _part(action: str, item: dict[str, object], count: int) -> dict[str, object]:
    return {"actionType": action, "success": True, "data": [item] * count}


_STANDING: Final = {"connectionDegree": "2nd", "isFollowing": False}
_EXPERIENCE: Final[dict[str, object]] = {
    "position": "CEO",
    "companyName": "Acme",
    "companyHashedUrl": "https://www.linkedin.com/company/1",
    "employmentType": "fullTime",
    "locationType": "remote",
    "description": TEXT,
    "duration": 12,
    "startTime": "2020-01",
    "endTime": None,
    "location": "Zürich",
}
_EDUCATION: Final[dict[str, object]] = {
    "schoolName": "ETH",
    "schoolHashedUrl": "https://www.linkedin.com/school/1",
    "details": "MSc, 2003-2008",
}
_POST: Final[dict[str, object]] = {
    "url": "https://www.linkedin.com/feed/update/urn:li:activity:1",
    "activityUrn": "urn:li:activity:1",
    "time": "2026-01-02T03:04:05Z",
    "type": "original",
    "author": {
        "type": "person",
        "name": "Jane Doe",
        "profileUrl": "https://www.linkedin.com/in/jane-doe",
        "headline": "Founder",
    },
    "text": TEXT,
    "hashtags": ["python", "asyncio"],
    "mentions": [],
    "images": ["https://media.licdn.com/dms/image/1.jpg"],
    "hasVideo": False,
    "hasPoll": False,
    "reactionsCount": 42,
    "commentsCount": 7,
    "repostsCount": 1,
}
_COMMENT: Final[dict[str, object]] = {
    "postUrl": "https://www.linkedin.com/feed/update/urn:li:activity:1",
    "time": "2026-01-02T03:04:05Z",
    "text": TEXT,
    "image": None,
    "reactionsCount": 3,
}
_REACTION: Final[dict[str, object]] = {
    "postUrl": "https://www.linkedin.com/feed/update/urn:li:activity:1",
    "time": "2026-01-02T03:04:05Z",
    "reactionType": "like",
}
