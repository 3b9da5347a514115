"""What happens, as lines a person can follow: when, which workflow, what."""

from collections.abc import Callable
from typing import Final

from rich.cells import set_cell_size
from rich.console import Console

from linkedapi_async._types import Certainty
from linkedapi_async.events import (
    AccountLeftOut,
    AccountParked,
    AccountResumed,
    ActionNeeded,
    ActionResolved,
    BackingOff,
    CallAdopted,
    CallReconciled,
    CallUncertain,
    CoordinationLost,
    CoordinationRestored,
    DeliveryRefused,
    Drift,
    Event,
    Held,
    LimitsUnread,
    PreflightWarning,
    Raised,
    ReconnectionEnded,
    ReconnectionOffered,
    RemedyFailed,
    SeatsShown,
    WorkflowAbandoned,
    WorkflowFinished,
    WorkflowParked,
    WorkflowStarted,
)

from ._console import crop, hang

__all__ = ["Timeline", "cause_of", "describe", "shorten", "span"]

_NAME_WIDTH: Final = 20
_TABULAR: Final = 60  # columns from which names have one of their own
_ID_SHOWN: Final = 13
_SHOWN: Final = 90
_CERTAINTIES: Final = {
    Certainty.NOT_SENT: "the request never left",
    Certainty.REJECTED: "refused, so it does not run",
    Certainty.MAYBE_ACCEPTED: "it may run all the same",
    Certainty.ACCEPTED: "it had been accepted",
}
_VERDICTS: Final = {"done": "was carried out", "not_done": "was not carried out"}


class Timeline:
    """Prints one line per thing that happens."""

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        """Take where to print and what time it is.

        Args:
            console: Where lines go.
            now: Seconds; lines count from this moment on.
        """
        self._console = console
        self._now = now
        self._began_at = now()

    def add(self, who: str, text: str, style: str = "") -> None:
        """Print a line; long text goes on below itself."""
        moment = f"{self._now() - self._began_at:6.1f} s  "
        name = crop(who, _NAME_WIDTH - 1)
        if name:
            is_wide = self._console.width >= _TABULAR
            name = set_cell_size(name, _NAME_WIDTH) if is_wide else f"{name}: "
        hang(self._console, text, (moment, "dim"), (name, "bold"), style=style)

    def follow(self, who: str) -> Callable[[Event], None]:
        """Return an `on_event` callback that tells what happens to one workflow."""

        def tell(event: Event) -> None:
            told = describe(event)
            if told is not None:
                self.add(who, *told)

        return tell


def describe(  # noqa: C901, PLR0911, PLR0912 - one line per event, one after the other
    event: Event,
) -> tuple[str, str] | None:
    """Return an event in words and its colour; `None` for what another line tells."""
    match event:
        case WorkflowStarted(workflow_id=None):
            return "accepted and answered at once", ""
        case WorkflowStarted():
            return f"accepted as {shorten(event.workflow_id)}", ""
        case WorkflowParked(opens_in=None):
            return "parked: the account rests, and nobody says until when", "cyan"
        case WorkflowParked():
            told = f"open in {span(event.opens_in or 0)}; asks again shortly after that"
            return f"parked: outside the account's working hours, which {told}", "cyan"
        case BackingOff(purpose="poll"):
            return f"asking for news failed: {cause_of(event)}; the next poll asks again", "yellow"
        case BackingOff():
            proof = _CERTAINTIES[event.certainty]
            return f"backing off for {span(event.delay)}: {cause_of(event)}; {proof}", "yellow"
        case ActionNeeded():
            return f"ACTION NEEDED: {event.code}. {event.hint}", "bold magenta"
        case Held():
            return "held: waits for that instead of failing", "cyan"
        case ActionResolved():
            return f"resolved: {event.code} lasted {span(event.lasted)}; the call goes on", "green"
        case AccountParked(rest=None):
            return f"parked: {event.code}; looks now and then whether that is over", "cyan"
        case AccountParked():
            return f"parked: {event.code}; goes on in {span(event.rest or 0)}", "cyan"
        case AccountResumed():
            return f"works again: {event.code} lasted {span(event.lasted)}", "green"
        case AccountLeftOut():
            return f"left out: {event.reason}", "yellow"
        case LimitsUnread():
            return f"its limits could not be read: {event.message}", "yellow"
        case CoordinationLost():
            return f"decides alone, {event.store} is out of reach: {event.reason}", "yellow"
        case CoordinationRestored():
            return f"in touch with the others again after {span(event.lasted)}", "green"
        case CallUncertain():
            return f"uncertain: {event.operation} {event.key} may have been sent before", "magenta"
        case CallReconciled():
            says = _VERDICTS.get(event.verdict, "stays open")
            return f"{event.operation} {event.key} {says}: {event.evidence}", "magenta"
        case CallAdopted():
            where = shorten(event.workflow_id)
            return f"{event.operation} {event.key} was taken after all, as {where}", "green"
        case WorkflowFinished(succeeded=True):
            return f"completed after {span(event.elapsed)}", "green"
        case WorkflowFinished():
            return f"the service gave it up after {span(event.elapsed)}", "red"
        case WorkflowAbandoned():
            where = shorten(event.workflow_id) if event.workflow_id else "without a known id"
            return f"nobody waits any more; it runs on as {where}", "yellow"
        case PreflightWarning():
            return f"sent although it breaks a rule: {event.problem}", "yellow"
        case ReconnectionOffered():
            return f"sign in again at {event.link}", "bold magenta"
        case ReconnectionEnded(succeeded=True):
            return "the account is signed in again", "green"
        case ReconnectionEnded():
            return "the reconnection came to nothing", "red"
        case SeatsShown():
            seats = ", ".join(f"{count} {kind}" for kind, count in event.bought.items()) or "none"
            return f"seats bought: {seats}; accounts connected: {event.used}", "yellow"
        case RemedyFailed():
            return f"nothing could be done about {event.cause}: {event.message}", "red"
        case DeliveryRefused():
            return f"a webhook delivery was answered {event.status}: {event.reason}", "yellow"
        case Drift():
            return f"the service says {event.word!r}, which this version does not know", "yellow"
        case Raised():
            doubt = event.certainty is Certainty.MAYBE_ACCEPTED
            proof = f" ({_CERTAINTIES[event.certainty]})" if doubt else ""
            return f"raised {event.error}: {cause_of(event)}{proof}", "red"
        case _:
            return None


def span(seconds: float) -> str:
    """Return a span of time for people."""
    if seconds < 100:  # noqa: PLR2004 - beyond, tenths are noise
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def shorten(workflow_id: str | None) -> str:
    """Return enough of an id or a result link to tell it from others."""
    name = (workflow_id or "").rpartition("/")[2]
    return name if len(name) <= _ID_SHOWN else f"{name[:_ID_SHOWN]}…"


def cause_of(event: BackingOff | Raised) -> str:
    """Return what went wrong, in one line."""
    text = event.message if len(event.message) <= _SHOWN else f"{event.message[:_SHOWN]}…"
    return text.rstrip(".") if event.code in text else f"{text.rstrip('.')} [{event.code}]"
