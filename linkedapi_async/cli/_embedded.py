"""What goes on in a sandbox that a command brings along, so that it has something to show.

Everything is done by alarms of the sandbox's clock: nothing here outlives the block, or fails it.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Final

from linkedapi_async._types import Plan

if TYPE_CHECKING:
    from linkedapi_async import LinkedApi
    from linkedapi_async._clock import Alarm
    from linkedapi_async.testing import Sandbox

__all__ = ["HOOK", "busy_day", "events", "letters", "office"]

_PERSON: Final = "https://www.linkedin.com/in/person"
_NOBODY: Final = "https://www.linkedin.com/in/nobody-of-that-name"
HOOK: Final = "https://hooks.example.com/"
"""Where the embedded sandbox is told to deliver events."""
_PAUSE: Final = 2.0
_LOOK: Final = 0.2
_TEXTS: Final = (
    "Thank you for connecting. What are you working on these days?",
    "Could you send me the slides of your talk?",
    "Tuesday at ten would suit me well. Shall I call you?",
)


@asynccontextmanager
async def _repeat(
    sandbox: "Sandbox", act: Callable[[int], object], pause: float
) -> AsyncGenerator[None]:
    """Do something again and again while the block lasts, given how often it was done before."""
    turns = count()
    pending: list[Alarm] = []

    def ring() -> None:
        pending[:] = [sandbox.clock.call_later(pause, ring)]
        act(next(turns))

    ring()
    try:
        yield
    finally:
        pending[0].cancel()


async def busy_day(api: "LinkedApi") -> None:
    """Have some actions executed, one of them in vain."""
    from linkedapi_async import CustomWorkflow  # noqa: PLC0415 - heavy

    pages = [*(f"{_PERSON}{number}" for number in range(1, 4)), _NOBODY]
    await api.run(
        CustomWorkflow(
            [
                *({"actionType": "st.openPersonPage", "personUrl": page} for page in pages),
                {"actionType": "st.searchPeople", "term": "engineer", "limit": 5},
                {"actionType": "st.retrieveSSI"},
            ]
        )
    )


@asynccontextmanager
async def letters(sandbox: "Sandbox") -> AsyncGenerator[None]:
    """Watch the inbox, and let people write: some have, and others do while the block lasts."""
    sandbox.account().watch("st", sandbox.clock.wall())

    def write(turn: int) -> None:
        sandbox.receive_message(turn % 5 + 1, _TEXTS[turn % len(_TEXTS)])

    write(3)
    write(1)
    async with _repeat(sandbox, write, _PAUSE):
        yield


@asynccontextmanager
async def office(sandbox: "Sandbox", *, has_webhook: bool) -> AsyncGenerator[None]:
    """Give an administrator something to see: a second account, signed out, a seat, deliveries.

    Whoever is given a link to sign in opens it after two seconds, and succeeds.
    """
    if has_webhook:
        sandbox.deliveries.subscribe(HOOK)
    sandbox.add_account("anna")
    sandbox.sign_out(account="anna")
    sandbox.admin.billing.add_seat(Plan.CORE)

    def sign_in(_: int) -> None:
        for session in sandbox.admin.sessions.all:
            if session.status == "preparing":
                sandbox.finish_session(session.session_id)

    async with _repeat(sandbox, sign_in, _LOOK):
        yield


@asynccontextmanager
async def events(sandbox: "Sandbox") -> AsyncGenerator[None]:
    """Let things happen that a webhook tells of, and somebody send it a forgery."""
    sandbox.account().watch("st", sandbox.clock.wall())
    acts: tuple[Callable[[], object], ...] = (
        lambda: sandbox.receive_message(2, _TEXTS[2]),
        sandbox.sign_out,
        sandbox.sign_in,
    )
    await sandbox.deliveries.forge()
    async with _repeat(sandbox, lambda turn: acts[turn % len(acts)](), _PAUSE):
        yield
