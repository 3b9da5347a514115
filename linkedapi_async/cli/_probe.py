"""The way to a service, one hop at a time: name, connection, certificate."""

import asyncio
import errno
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import attrs

from linkedapi_async._clock import SystemClock

from ._exits import Exit

__all__ = ["Finding", "probe_connection", "probe_name", "probe_tls", "proxy_for"]

_PATIENCE: Final = 10.0


@attrs.frozen
class Finding:
    """What one look at something brought.

    Attributes:
        what: What was looked at.
        seen: What was found, in words.
        remedy: What to do; empty when all is well.
        code: Exit code it deserves; `Exit.OK` when all is well.
        is_note: Whether it is only told, neither well nor a problem.
    """

    what: str
    seen: str
    remedy: str = ""
    code: Exit = Exit.OK
    is_note: bool = False


def proxy_for(base_url: str) -> str | None:
    """Return the proxy the environment names for an address, without its password."""
    parts = urlsplit(base_url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxy = getproxies().get(parts.scheme)
    return None if proxy is None else proxy.rpartition("@")[2]


async def probe_name(host: str, port: int) -> Finding:
    """Look whether the name can be resolved."""
    try:
        async with SystemClock().timer(_PATIENCE):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError) as exc:
        seen = f"{host} cannot be resolved: {_reason(exc)}"
    else:
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        more = f" and {len(addresses) - 2} more" if len(addresses) > 2 else ""  # noqa: PLR2004 - as many as it names
        return Finding("name", f"{host} is {', '.join(addresses[:2])}{more}")
    return Finding(
        "name",
        seen,
        "Check the spelling of the address, then this machine's DNS and network.",
        Exit.TRANSIENT,
    )


async def probe_connection(host: str, port: int) -> Finding:
    """Look whether something listens."""
    try:
        async with SystemClock().timer(_PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
        await writer.wait_closed()
    except OSError as exc:
        seen = f"no connection to {host}:{port}: {_reason(exc)}"
        remedy = "Check network and firewall; where a proxy is needed, set HTTPS_PROXY."
        # Of several addresses asyncio joins the failures into one text without a number.
        if f"[Errno {errno.ECONNREFUSED}]" in str(exc):
            seen = f"{host}:{port} refused the connection: nothing listens there"
            remedy = "Check the port of the address, and that the service is running."
        return Finding("connection", seen, remedy, Exit.TRANSIENT)
    return Finding("connection", f"{host}:{port} accepts connections")


async def probe_tls(host: str, port: int) -> Finding:
    """Look whether the certificate is trusted."""
    try:
        async with SystemClock().timer(_PATIENCE):
            _, writer = await asyncio.open_connection(
                host, port, ssl=ssl.create_default_context(), server_hostname=host
            )
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        await writer.wait_closed()
    except ssl.SSLCertVerificationError as exc:
        return Finding(
            "certificate",
            f"not trusted: {exc.verify_message}",
            "Something between here and the service may inspect TLS: give the client its "
            "certificate authority (option ssl, or SSL_CERT_FILE). Check the clock, too.",
            Exit.FATAL,
        )
    except OSError as exc:
        return Finding(
            "certificate",
            f"no TLS with {host}:{port}: {_reason(exc)}",
            "Check that the port speaks https; plain http needs an address with http://.",
            Exit.FATAL,
        )
    return Finding("certificate", f"trusted, {version}")


def _reason(exc: Exception) -> str:
    """Return why, in the words of the system where it has some."""
    if isinstance(exc, ssl.SSLError):
        return (exc.reason or "no TLS").replace("_", " ").lower()
    return getattr(exc, "strerror", None) or str(exc) or f"no answer within {_PATIENCE:g} s"
