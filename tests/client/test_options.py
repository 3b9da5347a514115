"""Options: refused by name when unusable, guessed when left out, shared between siblings."""

import inspect
import math
from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest

from linkedapi_async import (
    ClientClosed,
    ConfigurationError,
    Disposition,
    LinkedApi,
    Policy,
    TransientError,
    UserActionRequired,
)
from linkedapi_async.events import ActionNeeded, Event
from linkedapi_async.operations import FetchPerson
from linkedapi_async.testing import FakeClock, Sandbox

TOKENS = {"linked_api_token": "linked", "identification_token": "id"}
LinkedApiLoose = cast("Callable[..., LinkedApi]", LinkedApi)
PolicyLoose = cast("Callable[..., Policy]", Policy)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"linked_api_token": None}, "linked_api_token is missing"),
        ({"identification_token": None}, "identification_token is missing"),
        ({"account_api_token": "account"}, "account_api_token exclude"),
        ({"linked_api_token": ""}, "linked_api_token is empty"),
        ({"linked_api_token": " \n"}, "linked_api_token is empty"),
        ({"identification_token": ""}, "identification_token is empty"),
        ({"linked_api_token": "a b"}, "linked_api_token"),
        ({"linked_api_token": "a\r\nX-Evil: 1"}, "linked_api_token"),
        ({"identification_token": "tökén"}, "identification_token"),
        ({"plan": "gold"}, "plan='gold' is not one of core, plus"),
        ({"identification_token": "x" * 10_000}, "identification_token"),
        ({"linked_api_token": 7}, "linked_api_token.*int"),
        ({"identification_token": b"id"}, "identification_token.*bytes"),
        ({"base_url": ""}, "base_url=''"),
        ({"base_url": "api.linkedapi.io"}, "base_url='api.linkedapi.io'"),
        ({"base_url": "ftp://api.linkedapi.io"}, "base_url='ftp://"),
        ({"base_url": "https://"}, "base_url='https://'"),
        ({"base_url": "https://user@api.linkedapi.io"}, "base_url="),
        ({"base_url": "https://api.linkedapi.io?x=1"}, "base_url="),
        ({"base_url": "https://api.linkedapi.io:port"}, "base_url="),
        ({"base_url": "https://[::1"}, "base_url="),
        ({"wire": "g5"}, "wire='g5'"),
        ({"wire": ""}, "wire=''"),
        ({"wire": "account_api"}, "wire='account_api'"),
        ({"wire": "linked_api_v3"}, "wire='linked_api_v3'"),
        ({"linked_api_token": None, "account_api_token": "a", "wire": "linked_api"}, "wire="),
        ({"deadline": 0}, "deadline=0"),
        ({"deadline": -1.0}, "deadline=-1.0"),
        ({"deadline": math.nan}, "deadline=nan"),
        ({"deadline": "30"}, "deadline='30'"),
        ({"max_connections": 0}, "max_connections=0"),
        ({"max_reply_bytes": -1}, "max_reply_bytes=-1"),
        ({"preflight": "maybe"}, "preflight='maybe'"),
        ({"policy": "batch"}, "policy='batch'"),
        ({"on_event": "print"}, "on_event='print'"),
        ({"receiver": "hooks"}, "receiver='hooks'"),
    ],
    ids=repr,
)
def test_unusable_option(options: dict[str, Any], named: str) -> None:
    """A bad option is refused where it is given, by its name and value, as a `ValueError` too."""
    with pytest.raises(ConfigurationError, match=named) as caught:
        LinkedApiLoose(**{**TOKENS, **options})

    assert isinstance(caught.value, ValueError)
    assert caught.value.certainty == "not_sent"


def test_listener_is_no_coroutine_function() -> None:
    """A listener that would have to be awaited hears nothing, so it is refused."""

    async def listen(_: Event) -> None: ...

    with pytest.raises(ConfigurationError, match=r"on_event=.*listen.* is no plain function"):
        LinkedApiLoose(**TOKENS, on_event=listen)


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        ({"max_attempts": 0}, "max_attempts=0"),
        ({"max_attempts": -1}, "max_attempts=-1"),
        ({"base_delay": -0.1}, "base_delay=-0.1"),
        ({"max_delay": math.nan}, "max_delay=nan"),
        ({"slow_base_delay": -1}, "slow_base_delay=-1"),
        ({"retry_after_cap": -1}, "retry_after_cap=-1"),
        ({"connect_timeout": 0}, "connect_timeout=0"),
        ({"read_timeout": 0}, "read_timeout=0"),
        ({"poll_base": 0}, "poll_base=0"),
        ({"poll_max": -5}, "poll_max=-5"),
        ({"deadline": 0}, "deadline=0"),
        ({"on_user_action": "maybe"}, "on_user_action='maybe'"),
        ({"read_timeout": "20"}, "read_timeout='20'"),
    ],
    ids=repr,
)
def test_unusable_policy(numbers: dict[str, Any], named: str) -> None:
    """A number no policy can have is refused by its name and value."""
    with pytest.raises(ConfigurationError, match=named):
        PolicyLoose(**numbers)


def test_unusable_override() -> None:
    """An override to no disposition is refused with the value."""
    with pytest.raises(ConfigurationError, match="'perhaps'"):
        Policy().override("tooManyRequests", cast("Disposition", "perhaps"))


async def test_override_covers_the_row(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """Overriding an alias changes what becomes of every word of its row."""
    policy = Policy.service().override("noActiveSeats", Disposition.RETRYABLE)
    sandbox.inject("subscriptionRequired")

    result = await connect(policy=policy).run(reading)

    assert result.data is not None
    assert len(sandbox.log.requests("start")) == 2


# ── Where and for whom ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"linked_api_token": "secret-main"}, "linked_api"),
        ({"linked_api_token": "secret-main", "wire": "linked_api"}, "linked_api"),
        ({"account_api_token": "secret-main"}, "account_api"),
        ({"account_api_token": "secret-main", "wire": "linked_api_v3"}, "linked_api_v3"),
    ],
)
def test_wire_is_guessed(options: dict[str, Any], shown: str) -> None:
    """The main token tells the generation; the repr shows it, and no token."""
    api = LinkedApiLoose(**options, identification_token="secret-id", account="sales")

    assert repr(api) == f"<LinkedApi {shown} https://api.linkedapi.io account=sales>"


def test_repr_without_an_alias() -> None:
    """Without an alias the account is a short fingerprint, stable and not the token."""
    first, second = (LinkedApiLoose(**TOKENS) for _ in range(2))

    assert repr(first) == repr(second)
    assert first.account == second.account
    assert len(first.account) == 8
    assert "account=id" not in repr(first)


FULL = {
    "LINKED_API_TOKEN": "linked",
    "ACCOUNT_API_TOKEN": "account",
    "IDENTIFICATION_TOKEN": "id",
    "LINKED_API_BASE_URL": "http://localhost:1234/",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set exactly these variables of ours."""

    def put(**values: str) -> None:
        for name in FULL:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("LINKED_API_TOKEN",), "linked_api https://api.linkedapi.io"),
        (("ACCOUNT_API_TOKEN",), "account_api https://api.linkedapi.io"),
        (("LINKED_API_TOKEN", "LINKED_API_BASE_URL"), "linked_api http://localhost:1234"),
    ],
)
def test_from_env(environment: Callable[..., None], names: tuple[str, ...], shown: str) -> None:
    """Tokens and address come from the environment."""
    environment(IDENTIFICATION_TOKEN="id", **{name: FULL[name] for name in names})

    assert repr(LinkedApi.from_env()).startswith(f"<LinkedApi {shown} ")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "LINKED_API_TOKEN is not set"),
        ({"LINKED_API_TOKEN": "linked"}, "IDENTIFICATION_TOKEN is not set"),
        ({"IDENTIFICATION_TOKEN": "id"}, "LINKED_API_TOKEN is not set"),
        ({"LINKED_API_TOKEN": "", "IDENTIFICATION_TOKEN": "id"}, "LINKED_API_TOKEN"),
        ({"LINKED_API_TOKEN": "linked", "IDENTIFICATION_TOKEN": ""}, "IDENTIFICATION_TOKEN"),
        (
            {"LINKED_API_TOKEN": "a", "ACCOUNT_API_TOKEN": "b", "IDENTIFICATION_TOKEN": "c"},
            "LINKED_API_TOKEN and ACCOUNT_API_TOKEN",
        ),
        (
            {"LINKED_API_TOKEN": "a", "IDENTIFICATION_TOKEN": "c", "LINKED_API_BASE_URL": "x"},
            "base_url='x'",
        ),
    ],
    ids=repr,
)
def test_from_env_incomplete(
    environment: Callable[..., None], given: dict[str, str], named: str
) -> None:
    """What is missing, empty or one too many is named as the variable it is."""
    environment(**given)

    with pytest.raises(ConfigurationError, match=named):
        LinkedApi.from_env()


def test_from_env_with_options(environment: Callable[..., None]) -> None:
    """Options given beside the environment win."""
    environment(LINKED_API_TOKEN="a", IDENTIFICATION_TOKEN="c")

    api = LinkedApi.from_env(base_url="http://localhost:1", account="sales", deadline=5)

    assert repr(api) == "<LinkedApi linked_api http://localhost:1 account=sales>"
    assert api.policy.deadline == 5


def test_options_of_the_design() -> None:
    """Every option of the design is there, keyword-only."""
    parameters = inspect.signature(LinkedApi).parameters

    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {
        "linked_api_token", "account_api_token", "identification_token", "base_url", "wire",
        "policy", "deadline", "on_event", "session", "proxy", "ssl", "preflight", "clock",
    } <= set(parameters)  # fmt: skip


# ── Siblings ────────────────────────────────────────────────────────────────────────────────────


async def test_siblings_share_connections(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A sibling uses the connection its original opened."""
    api = connect()

    await api.run(reading)
    await api.with_options(deadline=30).run(reading)
    await api.with_options(policy=Policy.batch()).run(reading)

    assert sandbox.log.connections == 1


async def test_siblings_share_the_budget(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """Siblings made for each call do not each bring retries of their own."""
    api = connect()
    sandbox.inject(503, times=None)

    for _ in range(100):
        with pytest.raises(TransientError):
            await api.with_options(deadline=30).run(reading)

    assert len(sandbox.log.requests()) <= 100 + 10 + 3


async def test_siblings_share_episodes(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, told: list[Event], reading: FetchPerson
) -> None:
    """A cause announced by one is not announced by the other."""
    api = connect()
    sandbox.sign_out()

    for one in (api, api.with_options(deadline=30), api.with_options(preflight="off")):
        with pytest.raises(UserActionRequired):
            await one.run(reading)

    assert len([event for event in told if isinstance(event, ActionNeeded)]) == 1


async def test_sibling_has_its_own_options(
    connect: Callable[..., LinkedApi], clock: FakeClock, sandbox: Sandbox, reading: FetchPerson
) -> None:
    """Options of a sibling are its own; what it leaves out stays."""
    policy = attrs.evolve(Policy.batch(), poll_base=7.0)
    api = connect(policy=policy)

    sibling = api.with_options(deadline=30)

    assert sibling.policy == attrs.evolve(policy, deadline=30)
    assert api.policy == policy
    assert sibling.account == api.account
    assert api.with_options() is not api


async def test_closing_a_sibling_closes_nothing(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A sibling may be closed or used as a context; the original closes both."""
    api = connect()
    async with api.with_options(deadline=30) as sibling:
        await sibling.run(reading)

    assert (await api.run(reading)).data is not None
    assert (await sibling.run(reading)).data is not None

    await api.aclose()
    for closed in (api, sibling, sibling.with_options(deadline=5)):
        with pytest.raises(ClientClosed):
            await closed.run(reading)
    assert len(sandbox.log.requests("start")) == 3


async def test_without_a_deadline(
    connect: Callable[..., LinkedApi], clock: FakeClock, reading: FetchPerson
) -> None:
    """A policy without a deadline waits for days."""
    async with Sandbox(clock=clock, duration=5 * 86400.0) as sandbox:
        policy = attrs.evolve(Policy.batch(), deadline=None, poll_max=3600.0)
        api = connect(base_url=sandbox.base_url, policy=policy, **sandbox.tokens)

        result = await api.run(reading)

        assert result.data is not None
        assert clock.now() >= 5 * 86400.0


async def test_base_url_with_a_path(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, reading: FetchPerson
) -> None:
    """A base address may end with a slash or lead through a path of a gateway."""
    assert (await connect(base_url=f"{sandbox.base_url}/").run(reading)).data is not None

    with pytest.raises(Exception, match="notFound"):
        await connect(base_url=f"{sandbox.base_url}/gateway/").run(reading)
    assert sandbox.log.requests("other")[0].path == "/gateway/workflows"
