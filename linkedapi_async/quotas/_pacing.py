"""How long an account rests between two starts."""

from typing import Any

import attrs

from linkedapi_async.errors._exceptions import ConfigurationError

__all__ = ["Pacing"]

_DAY = 86400.0


def _seconds(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _DAY:
        msg = f"{field.name}={value!r} has to be a number of seconds, from 0 to a day"
        raise ConfigurationError(msg)


@attrs.frozen(kw_only=True)
class Pacing:
    """Pauses between the starts of one account, no two alike. All times are seconds.

    The service asks for none, and the numbers are ours: it runs the workflows of an account one
    after another, and a short visit takes it about 20 seconds.

    Attributes:
        shortest: No pause is shorter.
        spread: How much longer the longest pause is; pauses are drawn evenly in between.
    """

    shortest: float = attrs.field(default=20.0, validator=_seconds)
    spread: float = attrs.field(default=40.0, validator=_seconds)

    @property
    def mean(self) -> float:
        """The pause to reckon with."""
        return self.gap(0.5)

    def gap(self, draw: float) -> float:
        """Return a pause.

        Args:
            draw: Chance, 0.0 <= draw < 1.0.
        """
        return self.shortest + self.spread * draw
