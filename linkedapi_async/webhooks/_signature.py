"""Whether a delivery is the service's own: its signature, checked and made.

The signature covers the body byte for byte, so it has to be checked on the bytes as they came,
before anything reads them. A refusal is raised and no value: what nobody looks at stops all the
same. Secrets are hidden first of all, so that no frame of a traceback shows one.

Source: pypi:linkedapi==1.4.7 webhooks/signature.py
"""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import floor, isfinite
from typing import Final, Protocol, TypeAlias, runtime_checkable

from linkedapi_async._types import Secret
from linkedapi_async.errors import ConfigurationError, InvalidSignature, SignatureFlaw

__all__ = [
    "SIGNATURE_HEADER",
    "TIMESTAMP_HEADER",
    "HasItems",
    "Headers",
    "Secrets",
    "check",
    "hide",
    "sign",
    "verify",
]

SIGNATURE_HEADER: Final = "linked-api-signature"
"""Header with 64 lowercase hex digits."""
TIMESTAMP_HEADER: Final = "linked-api-signature-timestamp"
"""Header with the Unix seconds of signing."""

_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS: Final = re.compile(r"[0-9]{1,15}")


@runtime_checkable
class HasItems(Protocol):
    """Headers that list themselves: a dict, or a multi-dict, which lists repeated ones too."""

    def items(self) -> Iterable[tuple[str, object]]:
        """Return names and values."""
        ...


Headers: TypeAlias = HasItems | Iterable[tuple[str | bytes, object]]
"""Header fields of a request as web frameworks give them: listed, or pairs of text or of bytes.

Names are compared without case. A value of `None` counts as not sent.
"""

Secrets: TypeAlias = Sequence[str | Secret]
"""Signing secrets, any of which may have signed; a single text counts as one secret."""


def verify(
    body: bytes, headers: Headers, *, secrets: Secrets, now: float, tolerance: float = 300.0
) -> None:
    """Return if a delivery was signed with one of the secrets, and not too long ago.

    The signature is judged before its age, so a stale delivery is known to be genuine.

    Args:
        body: The body exactly as received; JSON that was read and written again will not do.
        headers: All header fields of the request, so that a repeated one is seen.
        secrets: Several while a secret is being replaced: the service knows only one at a time.
        now: Unix seconds.
        tolerance: How many seconds the clocks may differ, either way.

    Raises:
        InvalidSignature: The delivery is not proved genuine; its `reason` says why.
        ConfigurationError: A secret is empty or no text, there is none, or the tolerance is no
            finite number of seconds.
    """
    secrets = hide(secrets)
    check(secrets, tolerance)
    found = _select(headers)
    signature = _only(SIGNATURE_HEADER, found, _SIGNATURE, "64 lowercase hex digits")
    stamp = _only(TIMESTAMP_HEADER, found, _SECONDS, "Unix seconds in decimal digits")
    if not any(_is_signed(body, stamp, signature, secret) for secret in secrets):
        msg = f"{SIGNATURE_HEADER} fits none of the secrets given ({len(secrets)})"
        raise InvalidSignature(msg, reason=SignatureFlaw.MISMATCH)
    age = now - int(stamp)
    if not abs(age) <= tolerance:  # so put, a clock that gives NaN refuses too
        is_ahead = age < 0
        place = "ahead of" if is_ahead else "behind"
        msg = f"{TIMESTAMP_HEADER} is {abs(age):.1f} s {place} now, {tolerance:g} s are allowed"
        raise InvalidSignature(
            msg, reason=SignatureFlaw.PREMATURE if is_ahead else SignatureFlaw.STALE
        )


def sign(body: bytes, *, secret: str | Secret, now: float) -> dict[str, str]:
    """Return the two headers that prove a body, as the service sends them.

    Args:
        body: What will be sent, byte for byte.
        secret: The signing secret.
        now: Unix seconds.

    Raises:
        ConfigurationError: The secret is empty or no text.
    """
    secrets = hide(secret)
    del secret
    check(secrets)
    stamp = str(floor(now))
    return {SIGNATURE_HEADER: _digest(body, stamp, secrets[0]), TIMESTAMP_HEADER: stamp}


def hide(secrets: Secrets | str | Secret) -> tuple[Secret, ...]:
    """Return secrets that do not show themselves; what is no text becomes an empty one.

    It never refuses: an error here would show the secrets in its traceback.
    """
    if isinstance(secrets, str) or not isinstance(secrets, Iterable):
        return (_hidden(secrets),)
    return tuple(_hidden(secret) for secret in secrets)


def _hidden(secret: object) -> Secret:
    if isinstance(secret, Secret):
        return secret
    return Secret(secret if isinstance(secret, str) else "")


def check(secrets: tuple[Secret, ...], tolerance: float = 0.0) -> None:
    """Return if deliveries can be verified with these.

    Raises:
        ConfigurationError: A secret is empty or no text, there is none, or the tolerance is no
            finite number of seconds.
    """
    if not secrets:
        msg = "secrets is empty: with none, a forged delivery would pass for a genuine one"
        raise ConfigurationError(msg)
    for index, secret in enumerate(secrets):
        if not secret.value.strip():
            msg = f"secrets[{index}] is empty or no text"
            raise ConfigurationError(msg)
    if not (isfinite(tolerance) and tolerance >= 0):
        msg = f"tolerance={tolerance!r} is no finite number of seconds from 0 up"
        raise ConfigurationError(msg)


def _select(headers: Headers) -> Mapping[str, list[str]]:
    """Return every value of the two headers."""
    found: dict[str, list[str]] = {SIGNATURE_HEADER: [], TIMESTAMP_HEADER: []}
    for name, value in headers.items() if isinstance(headers, HasItems) else headers:
        values = found.get(_text(name).lower())
        if values is not None and value is not None:
            values.append(_text(value))
    return found


def _text(part: object) -> str:
    return part.decode("latin-1") if isinstance(part, bytes) else str(part)


def _only(name: str, found: Mapping[str, list[str]], form: re.Pattern[str], told: str) -> str:
    """Return the one value of a header.

    Raises:
        InvalidSignature: It is missing, repeated or malformed.
    """
    values = found[name]
    if not values:
        msg = f"{name} is missing"
        raise InvalidSignature(msg, reason=SignatureFlaw.MISSING)
    if len(values) > 1:
        msg = f"{name} came {len(values)} times"
        raise InvalidSignature(msg, reason=SignatureFlaw.REPEATED)
    if not form.fullmatch(values[0]):
        msg = f"{name} is not {told}"
        raise InvalidSignature(msg, reason=SignatureFlaw.MALFORMED)
    return values[0]


def _is_signed(body: bytes, stamp: str, signature: str, secret: Secret) -> bool:
    return hmac.compare_digest(_digest(body, stamp, secret), signature)


def _digest(body: bytes, stamp: str, secret: Secret) -> str:
    # The secret looks like hex, but its text is the key. Text that UTF-8 cannot carry (from an
    # environment variable) passes, for Python's error would show it; and the key is no local, for
    # a traceback would.
    code = hmac.new(
        secret.value.encode("utf-8", "surrogatepass"), f"{stamp}.".encode(), digestmod=sha256
    )
    code.update(body)
    return code.hexdigest()
