"""A service that says when to come back is believed, within reason."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest

from linkedapi_async import LinkedApi, Policy, TransientError
from linkedapi_async.events import BackingOff, Event
from linkedapi_async.operations import SendMessage
from linkedapi_async.testing import FakeClock, Sandbox

SPREAD = Policy.service().base_delay


def pause(sandbox: Sandbox) -> float:
    first, second = sandbox.log.requests("start")
    return second.at - first.at


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "2"}, 2.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After-Ms": "1500"}, 1.5),
        ({"Retry-After": "29", "Retry-After-Ms": "1500"}, 1.5),
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "nan"}, 0.0),
    ],
)
async def test_waits_as_asked(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    writing: SendMessage,
    headers: dict[str, str],
    least: float,
) -> None:
    """Seconds and milliseconds are waited; what is neither is ignored."""
    sandbox.inject(429, headers=headers)

    await connect().run(writing)

    assert least <= pause(sandbox) <= least + SPREAD
    assert len(sandbox.log.effects()) == 1


@pytest.mark.parametrize("skew", [0, 3600, -3600])
async def test_waits_until_a_date(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    writing: SendMessage,
    skew: int,
) -> None:
    """An HTTP date counts against the reply's own date, so a skewed clock does no harm."""
    server_time = clock.wall() + timedelta(seconds=skew)
    sandbox.inject(
        429,
        headers={
            "Date": format_datetime(server_time, usegmt=True),
            "Retry-After": format_datetime(server_time + timedelta(seconds=20), usegmt=True),
        },
    )

    await connect().run(writing)

    assert 20.0 <= pause(sandbox) <= 20.0 + SPREAD


async def test_too_long_to_wait(
    connect: Callable[..., LinkedApi],
    sandbox: Sandbox,
    clock: FakeClock,
    told: list[Event],
    writing: SendMessage,
) -> None:
    """Above the cap the call gives up at once and says when to come back."""
    sandbox.inject(429, headers={"Retry-After": "412345"}, times=None)
    before = clock.now()

    with pytest.raises(TransientError) as caught:
        await connect().run(writing)

    opens = clock.wall() + timedelta(seconds=412345)
    assert clock.now() == before
    assert caught.value.retry_after == 412345
    assert "412345 s" in str(caught.value)
    assert opens.strftime("%Y-%m-%d %H:%M") in str(caught.value)
    assert len(sandbox.log.requests()) == 1
    assert not [event for event in told if isinstance(event, BackingOff)]


async def test_longer_than_the_deadline(
    connect: Callable[..., LinkedApi], sandbox: Sandbox, clock: FakeClock, writing: SendMessage
) -> None:
    """A pause that outlasts the deadline is not begun."""
    sandbox.inject(429, headers={"Retry-After": "20"})

    with pytest.raises(TransientError) as caught:
        await connect(deadline=10.0).run(writing)

    assert clock.now() == 0.0
    assert caught.value.retry_after == 20.0
    assert len(sandbox.log.requests()) == 1
