"""What comes back, and its moments in time."""

import importlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from linkedapi_async import models
from linkedapi_async.models import Comment, Post, ProfileViewer, SyncConversationResult
from linkedapi_async.models._times import moment

PARIS = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-31T12:00:00.000Z", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        ("2025-01-31T12:00:00+01:00", datetime(2025, 1, 31, 12, tzinfo=PARIS)),
        ("2025-01-31", datetime(2025, 1, 31, tzinfo=UTC)),
        ("2 weeks ago", None),
        ("", None),
        (None, None),
    ],
)
def test_timestamps_become_aware_moments(text: str | None, expected: datetime | None) -> None:
    """ISO 8601 becomes an aware moment; anything else is `None`, never an exception."""
    assert moment(text) == expected


def test_models_offer_their_moments() -> None:
    """The text stays as sent; the moment stands beside it."""
    text, at = "2025-01-31T12:00:00Z", datetime(2025, 1, 31, 12, tzinfo=UTC)

    assert (Post(time=text).time, Post(time=text).time_at) == (text, at)
    assert Comment(time="soon").time_at is None
    assert SyncConversationResult(sync_until=text).sync_until_at == at
    assert ProfileViewer(viewed_at=text).viewed_at_time == at


@pytest.mark.parametrize("name", dir(models))
def test_every_timestamp_has_its_moment(name: str) -> None:
    """Whatever carries the time it was made offers it as a moment too."""
    kind: Any = getattr(models, name)
    if hasattr(kind, "time"):
        assert kind(time="2025-01-31T12:00:00Z").time_at == datetime(2025, 1, 31, 12, tzinfo=UTC)


def test_every_public_name_resolves() -> None:
    """The lazy package gives each name from the module that defines it."""
    for name in dir(models):
        found = getattr(models, name)
        home = getattr(found, "__module__", None)
        if home and home.startswith("linkedapi_async.models."):
            assert name in importlib.import_module(home).__all__


def test_unknown_names_are_refused() -> None:
    """A name that is none is an `AttributeError`."""
    with pytest.raises(AttributeError, match="Unicorn"):
        _ = models.Unicorn  # type: ignore[attr-defined]  # the point - no such name


def test_models_are_documented_with_their_source() -> None:
    """Each class says what it is, names every field, and where the fact comes from."""
    for name in dir(models):
        kind = getattr(models, name)
        if not hasattr(kind, "__attrs_attrs__"):
            continue
        text = kind.__doc__ or ""
        assert "Source: " in text, name
        assert [f.name for f in kind.__attrs_attrs__ if f"    {f.name}: " not in text] == []
