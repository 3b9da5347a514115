"""The way through a proxy: given by the application, or found in the environment."""

from base64 import b64encode
from typing import Final, Self
from urllib.request import getproxies, proxy_bypass

import attrs
from yarl import URL

from ._types import Secret
from .errors import ConfigurationError

__all__ = ["Proxy"]

_LOOPBACK: Final = ("localhost", "127.", "::1")


@attrs.frozen
class Proxy:
    """An HTTP proxy, its password kept apart.

    Attributes:
        address: Where it listens, without user and password.
        authorization: What it wants to see in `Proxy-Authorization`, if anything.
    """

    address: URL
    authorization: Secret | None = None

    @classmethod
    def parse(cls, address: str, *, origin: str) -> Self:
        """Return the proxy of an address such as `http://user:password@proxy:3128`.

        Args:
            address: The address.
            origin: The option or variable it comes from, named in errors.

        Raises:
            ConfigurationError: It is no address of an HTTP proxy.
        """
        try:
            url = URL(address)
        except ValueError:
            url = URL()
        if url.scheme not in {"http", "https"} or not url.host:
            msg = f"The proxy given by {origin} is no address like http://proxy:3128"
            raise ConfigurationError(msg)
        if url.user is None:
            return cls(url)
        credentials = f"{url.user}:{url.password or ''}".encode()
        return cls(url.with_user(None), Secret(f"Basic {b64encode(credentials).decode()}"))

    @classmethod
    def from_environment(cls, base_url: str) -> Self | None:
        """Return the proxy the environment names for an address; never one for loopback.

        Raises:
            ConfigurationError: What it names is no address of an HTTP proxy.
        """
        url = URL(base_url)
        host = url.host or ""
        if host.startswith(_LOOPBACK) or proxy_bypass(host):
            return None
        proxies = getproxies()
        kind = url.scheme if url.scheme in proxies else "all"
        if kind not in proxies:
            return None
        return cls.parse(proxies[kind], origin=f"the environment ({kind.upper()}_PROXY)")
