"""What a pause keeps shut, and whoever waits for its end."""

import asyncio

__all__ = ["Gate"]


class Gate:
    """Lets starts out while it stands open, as it does from the beginning.

    Attributes:
        is_shut: Whether nothing is to be started.
    """

    __slots__ = ("_opened", "is_shut")

    def __init__(self) -> None:
        """Stand open."""
        self.is_shut: bool = False
        self._opened = asyncio.Event()
        self._opened.set()

    def shut(self) -> None:
        """Let nothing out."""
        self.is_shut = True
        self._opened.clear()

    def open(self) -> None:
        """Let out what waits."""
        self.is_shut = False
        self._opened.set()

    async def passed(self) -> None:
        """Wait until it stands open."""
        await self._opened.wait()
