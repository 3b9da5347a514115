"""The tokens of a client: given as text, or asked of the application and asked again once."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from ._types import Secret
from .errors import ConfigurationError, FatalError

__all__ = ["Token", "TokenSource"]

Token: TypeAlias = str | Callable[[], Awaitable[str] | str]
"""A token, or a callable, async as a rule, that supplies it: called at the first request and once
more after the service called the token invalid."""

_LONGEST: Final = 4096


class TokenSource:
    """One token, however it is supplied.

    Attributes:
        option: The client option it came from, named in errors.
    """

    def __init__(self, token: Token, *, option: str) -> None:
        """Check what can be checked now.

        Raises:
            ConfigurationError: The token is empty or cannot be a header's value.
        """
        self.option = option
        self._ask: Callable[[], Awaitable[str] | str] | None = None
        self._secret: Secret | None = None
        self._answers = 0
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )
        if callable(token):
            self._ask = token
        else:
            self._secret = _checked(_sealed(token), option)

    def __repr__(self) -> str:
        """Show the option and the fingerprint alone."""
        return f"TokenSource({self.option}, {self._secret!r})"

    @property
    def secret(self) -> Secret | None:
        """The token in use; `None` while a callable has not been asked."""
        return self._secret

    @property
    def can_renew(self) -> bool:
        """Whether asking again may bring another token."""
        return self._ask is not None

    async def get(self) -> Secret:
        """Return the token, asking for it the first time.

        Raises:
            FatalError: The callable failed (`tokenUnavailable`); nothing was sent.
            ConfigurationError: The callable returned no usable token.
        """
        return self._secret or await self._renew(None)

    async def renew(self, refused: Secret | None) -> bool:
        """Ask again after a token was refused; return whether there is another one now.

        However many calls were refused at once, the callable is asked once for them all.
        """
        if self._ask is None:
            return False
        return await self._renew(refused) != refused

    async def _renew(self, refused: Secret | None) -> Secret:
        known = self._answers
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if self._secret is None or (self._secret == refused and self._answers == known):
                self._secret = _checked(_sealed(await self._supplied()), self.option)
                self._answers += 1
            return self._secret

    async def _supplied(self) -> str:
        assert self._ask is not None  # noqa: S101 - only callers with a callable come here
        try:
            token = self._ask()
            return await token if isawaitable(token) else token
        except asyncio.CancelledError as exc:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise self._unavailable(exc) from exc  # its own doing: nobody cancels this task
        except Exception as exc:
            raise self._unavailable(exc) from exc

    def _unavailable(self, exc: BaseException) -> FatalError:
        msg = f"The callable given as {self.option} raised {type(exc).__name__}"
        return FatalError(msg, code="tokenUnavailable")


def _sealed(token: object) -> tuple[Secret | None, str]:
    """Return a token out of sight, or what is wrong with it; the raw text stays in this frame."""
    if not isinstance(token, str):
        return None, f"has to be text or a callable that supplies it, not {type(token).__name__}"
    text = token.strip()
    if not text:
        return None, "is empty"
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        return None, "holds characters that no token has (or is far too long)"
    return Secret(text), ""


def _checked(sealed: tuple[Secret | None, str], option: str) -> Secret:
    secret, fault = sealed
    if secret is None:
        msg = f"{option} {fault}"
        raise ConfigurationError(msg)
    return secret
