"""Sends one event over HTTP, and never further than this machine."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import attrs

from linkedapi_async._clock import Clock

from ._subscription import Webhook, is_local

__all__ = ["TIMEOUT", "Answered", "Poster"]

TIMEOUT: Final = 10.0
"""Seconds an attempt may take. Inferred: the service's figure is not documented."""
_AGENT: Final = "linkedapi-sandbox"


@attrs.frozen
class Answered:
    """What became of an attempt.

    Attributes:
        status: HTTP status of the answer, `None` without one.
        error: Why there was none, `None` for no such reason.
    """

    status: int | None
    error: str | None = None


class Poster:
    """The HTTP client behind a webhook."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._leads: dict[str, str] = {}

    def lead(self, origin: str, to: str) -> None:
        """Send what is addressed to one origin to another."""
        self._leads[_origin(origin)] = to.rstrip("/")

    async def post(self, webhook: Webhook, body: bytes, proof: Mapping[str, str]) -> Answered:
        """Send a body and return what came back.

        Args:
            webhook: Where to, and which headers it wants.
            body: The event.
            proof: The signature headers.
        """
        target = self._target(webhook.url)
        if target is None:
            return Answered(None, "The sandbox delivers on its own machine only.")
        headers = {
            **webhook.headers,
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            **proof,
        }
        session = self._session = self._session or _session()
        try:
            async with (
                self._clock.timer(TIMEOUT),
                session.post(target, data=body, headers=headers, allow_redirects=False) as reply,
            ):
                return Answered(reply.status)
        except TimeoutError:
            return Answered(None, f"No answer within {TIMEOUT:g} s.")
        except (aiohttp.ClientError, OSError) as error:
            return Answered(None, f"{type(error).__name__}: {error}")

    async def close(self) -> None:
        """End every connection."""
        if self._session is not None:
            await self._session.close()

    def _target(self, url: str) -> str | None:
        led = self._leads.get(_origin(url))
        if led is not None:
            parts = urlsplit(url)
            return f"{led}{parts._replace(scheme='', netloc='').geturl()}"
        return url if is_local(urlsplit(url).hostname or "") else None


def _session() -> aiohttp.ClientSession:
    """Open a client that keeps nothing between attempts: no connection, no cookie, no patience."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0, ssl=False),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
