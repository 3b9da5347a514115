"""Which causes are open, so that a person hears of each once."""

from collections.abc import Callable

import attrs

from linkedapi_async._types import Remedy, Scope

from .classify import Verdict

__all__ = ["Episode", "Episodes"]


@attrs.frozen(kw_only=True, eq=False)
class Episode:
    """One cause that a person has to remove, from its announcement to the first success.

    Attributes:
        code: The service's word.
        cause: The one word for all its aliases.
        account: Who met it first.
        scope: What it stops.
        opened_at: Monotonic seconds.
        operation: What was asked for; the only success that disproves a cause of scope `call`.
        is_about_tokens: Whether any answered request disproves it.
    """

    code: str
    cause: str
    account: str
    scope: Scope
    opened_at: float
    is_about_tokens: bool
    operation: str


class Episodes:
    """The open causes of a client, by what they stop."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        """Start with a clean slate."""
        self._open: dict[tuple[str, str], Episode] = {}

    def __bool__(self) -> bool:
        """Whether anything is open; the common answer is no."""
        return bool(self._open)

    def open(
        self, verdict: Verdict, account: str, *, now: float, operation: str = ""
    ) -> tuple[Episode, bool]:
        """Return the episode a verdict belongs to, and whether it began just now."""
        key = self._key(verdict.scope, account), verdict.cause
        episode = self._open.get(key)
        if episode is not None:
            return episode, False
        is_about_tokens = verdict.row is not None and verdict.row.remedy is Remedy.TOKEN
        episode = Episode(
            code=verdict.refusal.code,
            cause=verdict.cause,
            account=account,
            scope=verdict.scope,
            opened_at=now,
            is_about_tokens=is_about_tokens,
            operation=operation,
        )
        self._open[key] = episode
        return episode, True

    def heal(
        self,
        account: str,
        *,
        sent_at: float,
        is_start: bool,
        operation: str = "",
        is_query: bool = False,
    ) -> tuple[Episode, ...]:
        """Close what a success disproves and return it.

        Args:
            account: Whose request succeeded.
            sent_at: When it was sent; an answer from before the episode proves nothing.
            is_start: Whether a workflow was accepted; news of a running one proves only that the
                tokens are good.
            operation: What succeeded; it alone disproves a cause that stops single calls.
            is_query: Whether it was a question without a workflow; its answer disproves whatever
                stopped the same question before.
        """

        def is_disproved(episode: Episode) -> bool:
            if episode.opened_at > sent_at:
                return False
            is_same = episode.operation == operation
            if episode.scope is Scope.CALL and not is_same:
                return False
            return is_start or episode.is_about_tokens or (is_query and is_same)

        return self._close(account, is_disproved)

    def forget_tokens(self, account: str) -> tuple[Episode, ...]:
        """Close what a changed token may have healed and return it."""
        return self._close(account, lambda episode: episode.is_about_tokens)

    def close(self, episode: Episode) -> tuple[Episode, ...]:
        """Close one episode that its own request has disproved; return it if it was open."""
        keys = [key for key, value in self._open.items() if value is episode]
        return tuple(self._open.pop(key) for key in keys)

    def close_cause(self, account: str, cause: str) -> tuple[Episode, ...]:
        """Close what is known of one cause of an account and return it."""
        return self._close(account, lambda episode: episode.cause == cause)

    def is_open(self, episode: Episode) -> bool:
        """Return whether an episode still lasts."""
        return episode in self._open.values()

    def _close(self, account: str, is_over: Callable[[Episode], bool]) -> tuple[Episode, ...]:
        places = {account, ""}
        over = [k for k, e in self._open.items() if k[0] in places and is_over(e)]
        return tuple(self._open.pop(key) for key in over)

    @staticmethod
    def _key(scope: Scope, account: str) -> str:
        return "" if scope is Scope.CLIENT else account
