"""What one account may still do, and when: limits, working hours and pauses in one place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

from linkedapi_async.actions._base import spec
from linkedapi_async.errors._exceptions import ConfigurationError, FatalError
from linkedapi_async.models.limits import Limit, LimitUsage
from linkedapi_async.models.usage import UsedAction

from ._book import Book, Spent
from ._costs import Costs
from ._hours import WorkingHours
from ._limits import KEYS, Limits, key_of
from ._obstacles import Obstacle, ObstacleKind
from ._pacing import Pacing
from ._periods import LimitKey, Period
from ._walk import Cell, Term, Walk, next_window
from ._zones import in_utc, reached, zone_of

__all__ = ["Quotas"]

_DAY: Final = 86400.0


class Quotas:
    """What one account may still do, and when. Moments are aware; those returned are in UTC.

    What may start is counted from its start on, by what it may do at most, so two starts cannot
    both take the last of a limit: ask `feasible_at`, then `spend`, without awaiting in between.
    """

    __slots__ = (
        "_book",
        "_hours",
        "_lag",
        "_limits",
        "_pacing",
        "_rested_at",
        "_shut",
        "_zone",
    )

    def __init__(
        self,
        limits: Mapping[str, int] | Iterable[Limit] = (),
        *,
        hours: WorkingHours | Iterable[WorkingHours] | None = None,
        pacing: Pacing | None = None,
        zone: str = "UTC",
        lag: float = 900.0,
    ) -> None:
        """Start with nothing used.

        Args:
            limits: Limits of your own, beside the service's: the lower one holds. A mapping such
                as `{"stMessages": 50}` is per day.
            hours: When to start anything: in any of these hours. `None` is always.
            pacing: How long to rest between starts; `None` is not at all.
            zone: By whose calendar days, weeks and months are counted. Inferred: no source says.
            lag: Seconds within which what was started is over as a rule. What is started so
                shortly before a period ends may be counted in the next one, and so it is here.

        Raises:
            ConfigurationError: A limit is unusable or counts what no action does; the zone is
                unknown; the lag is not between 0 and a day.
        """
        if not 0 <= lag <= _DAY:
            msg = f"lag={lag!r} has to be a number of seconds, from 0 to a day"
            raise ConfigurationError(msg)
        self._zone = zone_of(zone)
        self._limits = Limits(limits)
        self._hours = () if hours is None else _several(hours)
        self._pacing = pacing
        self._lag = timedelta(seconds=lag)
        self._book = Book(self._zone)
        self._rested_at = datetime.min.replace(tzinfo=UTC)
        self._shut: dict[str, datetime] = {}

    # ── What is asked ───────────────────────────────────────────────────────────────────────────

    def feasible_at(self, costs: Costs, at: datetime) -> datetime | None:
        """Return the earliest moment at which a call may start, as far as is known now.

        Args:
            costs: What the call counts against, from `costs_of`.
            at: The current moment; it comes back where the call may start at once.

        Returns:
            The moment; `None` where the call needs more than a whole limit.
        """
        return self._walk(in_utc(at)).step(costs)

    def plan(self, calls: Iterable[Costs], at: datetime) -> list[datetime | None]:
        """Return when each of many calls may start, one after the other in this order.

        It reckons with the mean pause between starts and with nothing else being started.

        Args:
            calls: What each call counts against.
            at: Nothing starts before this moment.

        Returns:
            A moment for each call, none before the one in front of it; `None` where a call needs
            more than a whole limit, or would start when calendars have ended (the year 9990).
        """
        walk = self._walk(in_utc(at))
        return [walk.step(costs) for costs in calls]

    def earliest_feasible_at(self, calls: Iterable[Costs], at: datetime) -> datetime | None:
        """Return when the last of many calls may start, as `plan` has it.

        Args:
            calls: What each call counts against.
            at: Nothing starts before this moment.

        Returns:
            The moment, `at` itself without calls; `None` where one of them never starts.
        """
        last = in_utc(at)
        for start in self.plan(calls, last):
            if start is None:
                return None
            last = start
        return last

    def blocked_by(self, costs: Costs, at: datetime) -> tuple[Obstacle, ...]:
        """Return everything that keeps a call from starting at a moment; empty for nothing."""
        return tuple(self._obstacles(costs, in_utc(at)))

    def refusal(self, costs: Costs) -> FatalError | None:
        """Return the error for a call that can never start; `None` for one that can."""
        hopeless = [
            Obstacle(
                kind=ObstacleKind.LIMIT,
                until=None,
                category=category,
                period=period,
                cost=cost,
                limit=limit,
            )
            for category, cost in costs.items()
            for period, limit in self._limits.of(category)
            if cost > limit
        ]
        if not hopeless:
            return None
        return FatalError("; ".join(map(str, hopeless)), code="limitTooSmall")

    def usage(self, at: datetime) -> tuple[LimitUsage, ...]:
        """Return every limit that holds and how much of it is used, with what is under way."""
        now = in_utc(at)
        return tuple(
            LimitUsage(
                category=category,
                period=period.value,
                max_value=limit,
                current_usage=self._used((category, period), now),
                is_enabled=True,
            )
            for (category, period), limit in self._limits
        )

    # ── What happens ────────────────────────────────────────────────────────────────────────────

    def spend(self, costs: Costs, at: datetime, *, draw: float = 0.5) -> Spent:
        """Count a call that is started now, whatever stands in its way.

        Args:
            costs: What it may do at most.
            at: The current moment.
            draw: Chance for the pause after it, 0.0 <= draw < 1.0.

        Returns:
            What `settle` needs when the call is over, or `refund` when it never ran. Until then
            it counts as under way, in every period that comes.
        """
        now = in_utc(at)
        if self._pacing is not None:
            pause = timedelta(seconds=self._pacing.gap(draw))
            self._rested_at = max(self._rested_at, now + pause)
        return self._book.spend(costs, now)

    def refund(self, spent: Spent) -> None:
        """Forget a start that was proved not to run; the pause after it remains.

        What was refunded or settled before stays as it is.
        """
        self._book.refund(spent)

    def settle(self, spent: Spent, at: datetime, *, actual: Costs | None = None) -> None:
        """Count a call that is over.

        What was refunded or settled before stays as it is.

        Args:
            spent: What `spend` returned.
            at: The current moment: it counts in the periods of this one.
            actual: What it did, from `costs_in`; `None` is all that it might have done.
        """
        self._book.settle(spent, in_utc(at), spent.costs if actual is None else actual)

    def exhaust(self, action_type: str, at: datetime) -> None:
        """Start nothing more of an action's category today: the service said it is used up.

        Args:
            action_type: The action whose report says so, as `st.sendMessage`.
            at: The current moment.
        """
        row = spec(action_type)
        if row is not None and row.category is not None:
            self._shut[row.category] = self._term((row.category, Period.DAILY), in_utc(at)).end

    # ── What the service tells ──────────────────────────────────────────────────────────────────

    def take_in(self, limits: Iterable[Limit], usage: Iterable[LimitUsage], at: datetime) -> None:
        """Believe the Admin API: its limits instead of those it told before, and its counts.

        Limits that are not enforced do not hold; words this version does not know are left alone.

        Args:
            limits: From `limits.get`; may be empty, since usage names the limits too.
            usage: From `limits.get_usage`.
            at: When the usage was asked for. What has been settled since is added to it, if that
                was at most ten minutes ago.
        """
        told = tuple(usage)
        self._limits.take_in((*limits, *told))
        counts: dict[LimitKey, int] = {}
        for row in told:
            key = key_of(row)
            if key is not None and row.current_usage is not None:
                counts[key] = max(0, row.current_usage)
        self._book.take_in(counts, in_utc(at))
        self._shut.clear()

    def recount(self, actions: Iterable[UsedAction], at: datetime) -> None:
        """Count anew from what the service says it has executed: after a restart, for example.

        Failed actions do not count. Inferred: no source says whether they do.

        Args:
            actions: Everything since the month, or the week if that is earlier, began; the service
                tells of 30 days at once. A limit whose period is not covered is guessed too low.
            at: When they were asked for.
        """
        now = in_utc(at)
        begins = {key: self._term(key, now).begin for key in KEYS}
        counts = Counter(dict.fromkeys(KEYS, 0))
        for action in actions:
            row = spec(action.action_type or "")
            moment = action.time_at
            if row is None or moment is None or action.success is False:
                continue
            for period in Period:
                key = (row.category or "", period)
                if key in begins and moment >= begins[key]:
                    counts[key] += 1
        self._book.take_in(counts, now)

    # ── Below ───────────────────────────────────────────────────────────────────────────────────

    def _walk(self, now: datetime) -> Walk:
        at = max(now, self._rested_at)

        def find(category: str) -> list[Cell]:
            return [
                Cell(
                    limit,
                    at,
                    under_way=self._book.under_way(category),
                    look=partial(self._term, (category, period)),
                )
                for period, limit in self._limits.of(category)
            ]

        return Walk(
            at,
            hours=self._hours,
            pause=0.0 if self._pacing is None else self._pacing.mean,
            find=find,
            shut=self._shut,
        )

    def _term(self, key: LimitKey, at: datetime) -> Term:
        day = at.astimezone(self._zone).date()
        begin, end = (
            reached(datetime.combine(first, time()), self._zone)
            for first in (key[1].begin(day), key[1].end(day))
        )
        return Term(self._book.done(key, at), begin, end - self._lag, end)

    def _used(self, key: LimitKey, now: datetime) -> int:
        return self._book.done(key, now) + self._book.under_way(key[0])

    def _obstacles(self, costs: Costs, now: datetime) -> Iterator[Obstacle]:
        for category, cost in costs.items():
            until = self._shut.get(category, now)
            if until > now:
                yield Obstacle(kind=ObstacleKind.REFUSED, until=until, category=category, cost=cost)
            for period, limit in self._limits.of(category):
                key = category, period
                used = self._used(key, now)
                if cost > 0 and used + cost > limit:
                    yield Obstacle(
                        kind=ObstacleKind.LIMIT,
                        until=None if cost > limit else self._term(key, now).end,
                        category=category,
                        period=period,
                        cost=cost,
                        used=used,
                        limit=limit,
                    )
        if self._hours and (opening := next_window(self._hours, now)[0]) > now:
            yield Obstacle(kind=ObstacleKind.HOURS, until=opening)
        if self._rested_at > now:
            yield Obstacle(kind=ObstacleKind.PACING, until=self._rested_at)


def _several(hours: WorkingHours | Iterable[WorkingHours]) -> tuple[WorkingHours, ...]:
    return (hours,) if isinstance(hours, WorkingHours) else tuple(hours)
