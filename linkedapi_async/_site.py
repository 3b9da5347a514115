"""The public web site of the service: another host, which no token and no account ever reaches."""

from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import attrs

from ._client import Client
from ._line import Line
from ._observer import Observer
from ._options import check_url
from ._trunk import Core
from .errors import ConfigurationError
from .policy import Policy
from .wire import Query

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

__all__ = ["SITE_URL", "Site"]

R = TypeVar("R")

SITE_URL: Final = "https://linkedapi.io"
_CLIENT: Final = "client"


class Site(Client[Line]):
    """Asks the site; connections, retry budget and episodes are its own."""

    def __init__(
        self,
        site_url: str,
        *,
        core: Core,
        proxy: str | None,
        ssl: "tls.SSLContext | aiohttp.Fingerprint | bool | None",
        trust_env: bool,
        observer: Observer | None = None,
    ) -> None:
        """Take from the client it belongs to what is no secret.

        Raises:
            ConfigurationError: The address is none.
        """
        try:
            check_url(site_url)
        except ConfigurationError as error:
            msg = error.message.replace("base_url", "site_url", 1)
            raise ConfigurationError(msg) from None
        super().__init__(
            tokens={},
            base_url=site_url,
            alias=urlsplit(site_url).hostname,
            policy=None,
            deadline=None,
            on_event=None,
            session=core.borrowed,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            max_connections=core.settings.max_connections,
            max_reply_bytes=core.settings.max_reply_bytes,
            observer=observer,
            clock=core.clock,
        )
        headers = {k: v for k, v in self._core.settings.headers.items() if k != _CLIENT}
        self._core.settings = attrs.evolve(self._core.settings, headers=headers)
        self._core.sink = core.sink

    async def ask(self, query: Query[R], policy: Policy) -> R:
        """Return the answer of the site.

        Raises:
            LinkedApiError: There is none.
        """
        return await self._line().ask(query, policy)

    def _open_line(self) -> Line:
        return Line(self._core)
