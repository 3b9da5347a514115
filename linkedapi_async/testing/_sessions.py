"""Connection sessions: a person opens a link and signs an account in, in a browser far away.

A session gets ready by itself on the sandbox's clock; what the person then does, a test decides.
Inferred: how long each step takes, when a session expires, and the words for its type.
"""

from datetime import date
from enum import StrEnum
from typing import Final

import attrs

from linkedapi_async._clock import Clock
from linkedapi_async._types import Json

from ._accounts import SESSION, Account, Standing, Vault
from ._billing import Billing
from ._directory import Directory
from ._problems import SandboxError

__all__ = ["ConnectionSession", "SessionStatus", "SessionType", "Sessions"]

_LINK: Final = "https://app.linkedapi.io/connection/"


class SessionType(StrEnum):
    """What a session is for."""

    CONNECTION = "connection"
    RECONNECTION = "reconnection"


class SessionStatus(StrEnum):
    """How far a session is."""

    PENDING = "pending"
    PREPARING = "preparing"
    SERVING = "serving"
    STREAMING = "streaming"
    SUCCESS = "success"
    EXPIRED = "expired"
    ERROR = "error"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self in _FINAL


_FINAL: Final = frozenset(
    {
        SessionStatus.SUCCESS,
        SessionStatus.EXPIRED,
        SessionStatus.ERROR,
        SessionStatus.CANCELLED,
    }
)
_STEPS: Final = (
    (900.0, SessionStatus.EXPIRED),
    (10.0, SessionStatus.STREAMING),
    (5.0, SessionStatus.SERVING),
    (2.0, SessionStatus.PREPARING),
)
"""What a session becomes by itself, by its age in seconds, the last step first."""


@attrs.define(eq=False)
class ConnectionSession:
    """One link that was given out.

    Attributes:
        session_id: Its id.
        type: What it is for.
        account: Whom it connected or will sign in; `None` before a connection has succeeded.
        link: What the person has to open.
    """

    session_id: str
    type: SessionType
    account: Account | None
    _clock: Clock = attrs.field(repr=False, alias="clock")
    _opened_at: float = attrs.field(init=False, repr=False)
    _end: SessionStatus | None = attrs.field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        self._opened_at = self._clock.now()

    @property
    def link(self) -> str:
        """Address of the page where the person signs in."""
        return f"{_LINK}{self.session_id}"

    @property
    def status(self) -> SessionStatus:
        """How far it is now."""
        if self._end is not None:
            return self._end
        age = self._clock.now() - self._opened_at
        reached = (status for since, status in _STEPS if age >= since)
        return next(reached, SessionStatus.PENDING)

    def end(self, status: SessionStatus) -> None:
        """Let it be over, unless it is already."""
        if not self.status.is_final:
            self._end = status

    def told(self) -> dict[str, Json]:
        """Return it as the Admin API writes it."""
        return {
            "sessionId": self.session_id,
            "status": self.status.value,
            "type": self.type.value,
        }


class Sessions:
    """Every session there was.

    Attributes:
        attempts_per_day: How many may be created per UTC day, `None` for any number.
    """

    def __init__(
        self, *, directory: Directory, vault: Vault, clock: Clock, billing: Billing
    ) -> None:
        self.attempts_per_day: int | None = None
        self._directory = directory
        self._vault = vault
        self._clock = clock
        self._billing = billing
        self._sessions: dict[str, ConnectionSession] = {}
        self._attempts: list[date] = []
        directory.watch(self._notice)

    @property
    def all(self) -> tuple[ConnectionSession, ...]:
        """Every session, oldest first."""
        return tuple(self._sessions.values())

    @property
    def connecting(self) -> tuple[ConnectionSession, ...]:
        """Sessions under way that will add an account."""
        return tuple(
            one
            for one in self._sessions.values()
            if one.type is SessionType.CONNECTION and not one.status.is_final
        )

    def find(self, session_id: str) -> ConnectionSession | None:
        """Return a session by its id."""
        return self._sessions.get(session_id)

    def reconnecting(self, account: Account) -> ConnectionSession | None:
        """Return the session under way that will sign an account in."""
        for one in self._sessions.values():
            is_its = one.type is SessionType.RECONNECTION and one.account is account
            if is_its and not one.status.is_final:
                return one
        return None

    def open(self, account: Account | None = None) -> ConnectionSession:
        """Give out a link: for an account that has to sign in, or without one for a new one."""
        session = ConnectionSession(
            self._vault.issue_uuid("session"),
            SessionType.CONNECTION if account is None else SessionType.RECONNECTION,
            account,
            self._clock,
        )
        self._sessions[session.session_id] = session
        return session

    def may_attempt(self) -> bool:
        """Return whether today's attempts are not used up yet, and count this one."""
        today = self._clock.wall().date()
        attempts = sum(day == today for day in self._attempts)
        if self.attempts_per_day is not None and attempts >= self.attempts_per_day:
            return False
        self._attempts.append(today)
        return True

    def finish(
        self,
        session_id: str,
        outcome: str,
        *,
        alias: str | None,
        name: str | None,
    ) -> Account | None:
        """Let the person succeed or not; return whom that connected or signed in.

        Raises:
            SandboxError: There is no such session, it is over, or the outcome is no final status.
        """
        session = self._sessions.get(session_id)
        if session is None or session.status.is_final:
            state = "unknown" if session is None else f"over ({session.status})"
            msg = f"The connection session {session_id!r} is {state}."
            raise SandboxError(msg)
        if outcome not in _FINAL:
            msg = f"{outcome!r} is no end of a session; there are {', '.join(sorted(_FINAL))}."
            raise SandboxError(msg)
        if outcome != SessionStatus.SUCCESS:
            session.end(SessionStatus(outcome))
            return None
        if session.account is None:
            return self._connect(session, alias, name)
        self._directory.unblock(session.account, SESSION)
        session.end(SessionStatus.SUCCESS)
        return session.account

    def _connect(
        self, session: ConnectionSession, alias: str | None, name: str | None
    ) -> Account | None:
        plan = self._billing.free_plan
        if plan is None:
            session.end(SessionStatus.ERROR)
            return None
        session.account = self._directory.add(alias, plan=plan, name=name, is_parsed=False)
        session.end(SessionStatus.SUCCESS)
        return session.account

    def _notice(self, account: Account, standing: Standing) -> None:
        """End the reconnection of an account that came back, or left, in another way."""
        session = self.reconnecting(account)
        if session is None:
            return
        if standing is Standing.ACTIVE:
            session.end(SessionStatus.SUCCESS)
        elif standing is Standing.DELETED:
            session.end(SessionStatus.CANCELLED)
