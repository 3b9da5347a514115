"""What is wrong with the signature of a webhook delivery."""

from enum import StrEnum

__all__ = ["SignatureFlaw"]


class SignatureFlaw(StrEnum):
    """Why a delivery is refused before it is read."""

    MISSING = "missing"
    """A signature header is not there: signing is off, or somebody else posts."""
    REPEATED = "repeated"
    """A signature header came more than once."""
    MALFORMED = "malformed"
    """A signature header is not of the documented form."""
    MISMATCH = "mismatch"
    """None of the secrets gives this signature for this body."""
    STALE = "stale"
    """Rightly signed, but too long ago: delivered late, or played back."""
    PREMATURE = "premature"
    """Rightly signed, but too far in the future: a clock is wrong, here or there."""
