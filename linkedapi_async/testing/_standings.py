"""How the accounts of a sandbox stand, as a test wants them to."""

from abc import ABC, abstractmethod
from datetime import UTC, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from linkedapi_async._clock import Clock

from ._accounts import SESSION, Account, Hours
from ._admin import Admin
from ._ambush import as_fault
from ._directory import Directory
from ._engine import Engine

__all__ = ["Standings"]

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_SCHEDULED: Final = "This workflow is scheduled and will start when the account working hours open"


class Standings(ABC):
    """The hands of LinkedIn, of the account's owner and of who pays; `Sandbox` has them.

    Without an account, what is done here is done to every account there is.

    Attributes:
        clock: Where time comes from.
        admin: The subscription, the connection sessions and the default limits.
    """

    clock: Clock
    admin: Admin
    _directory: Directory
    _engine: Engine

    @abstractmethod
    def _choose(self, account: Account | str | None) -> tuple[Account, ...]:
        """Return one account, or all of them."""

    def close_hours(
        self,
        opens_in: float | None,
        *,
        refuses: bool = False,
        expires_after: float | None = None,
        zone: str = "UTC",
        is_reversed: bool = False,
        account: Account | str | None = None,
    ) -> None:
        """Close the working hours: what runs goes on, what waits is parked.

        Args:
            opens_in: Seconds until they open by themselves; `None` for never.
            refuses: Refuse starts with `outsideWorkingHours` instead of parking them.
            expires_after: Seconds a workflow is parked at most, from its arrival; then it fails
                with `workingHoursWaitExpired`.
            zone: Time zone of the moment in the display text.
            is_reversed: Start what was parked with the latest; nobody documents in which order
                parked workflows start.
            account: Whose hours.
        """
        now = self.clock.now()
        text = _SCHEDULED
        if opens_in is not None:
            place: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
            at = (self.clock.wall() + timedelta(seconds=opens_in)).astimezone(place)
            day = f"{_DAYS[at.weekday()]}, {_MONTHS[at.month - 1]} {at.day}"
            text = f"{text} at {day}, {at:%H:%M} ({zone})"
        opens_at = None if opens_in is None else now + opens_in
        for one in self._choose(account):
            one.hours = Hours(opens_at, refuses, expires_after, f"{text}.", is_reversed)
            self._engine.look_again(one)

    def open_hours(self, *, account: Account | str | None = None) -> None:
        """Open the working hours now."""
        for one in self._choose(account):
            one.hours = None
            self._engine.look_again(one)

    def block(self, word: str, *, account: Account | str | None = None) -> None:
        """Refuse every start with a row of the catalogue, in each wire's own word for it.

        Args:
            word: The row's current name, such as `trialLimitReached`.
            account: Whose starts.

        Raises:
            ValueError: The catalogue has no such word.
        """
        as_fault(word, message=None, body=None)
        for one in self._choose(account):
            self._directory.block(one, word)

    def unblock(self, word: str | None = None, *, account: Account | str | None = None) -> None:
        """Take a refusal back; without a word, all of them."""
        for one in self._choose(account):
            self._directory.unblock(one, word)

    def sign_out(self, *, account: Account | str | None = None) -> None:
        """Let LinkedIn end the session of the cloud browser."""
        self.block(SESSION, account=account)

    def sign_in(self, *, account: Account | str | None = None) -> None:
        """Reconnect after `sign_out`."""
        self.unblock(SESSION, account=account)

    def finish_session(
        self,
        session_id: str,
        outcome: Literal["success", "expired", "error", "cancelled"] = "success",
        *,
        alias: str | None = None,
        name: str | None = None,
    ) -> Account | None:
        """Let the person behind a connection link succeed or not.

        A success that finds no free seat any more becomes an `error`.

        Args:
            session_id: As the Admin API gave it out.
            outcome: How the session ends.
            alias: What a new account is called; `None` makes one up.
            name: The new member's name; `None` makes one of the alias.

        Returns:
            The account that was connected or signed in, `None` for neither.

        Raises:
            SandboxError: There is no such session, or it is over.
        """
        return self.admin.sessions.finish(session_id, outcome, alias=alias, name=name)

    def take_seat(self, *, account: Account | str | None = None) -> None:
        """Let the paid seat run out."""
        for one in self._choose(account):
            self.admin.billing.take_seat(one)

    def give_seat(self, *, account: Account | str | None = None) -> None:
        """Pay for a seat again after `take_seat`."""
        for one in self._choose(account):
            self.admin.billing.give_seat(one)

    def set_language(self, *, is_supported: bool, account: Account | str | None = None) -> None:
        """Switch LinkedIn's interface to a language the service does not read, or back."""
        change = self.unblock if is_supported else self.block
        change("languageNotSupported", account=account)
