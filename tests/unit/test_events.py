"""Events: stable names, levels and fields."""

import attrs
import pytest

from linkedapi_async import events
from linkedapi_async.events import Event

# What users filter their logs by: a change here is a breaking one.
NAMED = {
    "AccountLeftOut": ("linkedapi.account_left_out", "warning"),
    "AccountParked": ("linkedapi.account_parked", "warning"),
    "AccountResumed": ("linkedapi.account_resumed", "info"),
    "ActionNeeded": ("linkedapi.action_needed", "error"),
    "ActionResolved": ("linkedapi.action_resolved", "info"),
    "BackingOff": ("linkedapi.backing_off", "warning"),
    "CallAdopted": ("linkedapi.call_adopted", "info"),
    "CallReconciled": ("linkedapi.call_reconciled", "info"),
    "CallUncertain": ("linkedapi.call_uncertain", "warning"),
    "CoordinationLost": ("linkedapi.coordination_lost", "warning"),
    "CoordinationRestored": ("linkedapi.coordination_restored", "info"),
    "DeliveryRefused": ("linkedapi.delivery_refused", "warning"),
    "Drift": ("linkedapi.drift", "warning"),
    "Held": ("linkedapi.held", "info"),
    "LimitsUnread": ("linkedapi.limits_unread", "warning"),
    "PreflightWarning": ("linkedapi.preflight_warning", "warning"),
    "Raised": ("linkedapi.raised", "warning"),
    "ReconnectionEnded": ("linkedapi.reconnection_ended", "info"),
    "ReconnectionOffered": ("linkedapi.reconnection_offered", "warning"),
    "RemedyFailed": ("linkedapi.remedy_failed", "error"),
    "SeatsShown": ("linkedapi.seats_shown", "warning"),
    "WorkflowAbandoned": ("linkedapi.workflow_abandoned", "warning"),
    "WorkflowFinished": ("linkedapi.workflow_finished", "info"),
    "WorkflowParked": ("linkedapi.workflow_parked", "info"),
    "WorkflowStarted": ("linkedapi.workflow_started", "info"),
}


@pytest.mark.parametrize(("kind", "named"), NAMED.items())
def test_names_and_levels_are_stable(kind: str, named: tuple[str, str]) -> None:
    """Each event keeps its name and level in logs, and says whom it concerns."""
    event: type[Event] = getattr(events, kind)

    assert (event.name, event.level) == named
    assert "account" in {field.name for field in attrs.fields(event)}
    assert issubclass(event, Event)


def test_every_event_is_in_the_table() -> None:
    """A new event arrives with its stable name."""
    assert set(events.__all__) - {"Event", "Level"} == set(NAMED)


def test_events_are_frozen() -> None:
    """A listener cannot change what the next one hears."""
    event = events.Drift(account="acme", kind="error", word="x")

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.word = "y"  # type: ignore[misc]  # that is the test
