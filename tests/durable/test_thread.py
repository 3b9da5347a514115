"""A loop in a thread of its own, asked from other loops."""

import asyncio
import threading
from concurrent import futures

import pytest

from linkedapi_async.durable._thread import LoopThread


async def name() -> str:
    """Return where this runs."""
    return threading.current_thread().name


async def test_asked_from_another_loop() -> None:
    """What is asked runs there, and its result or its cancellation comes here."""
    thread = LoopThread("beside")
    begun = threading.Event()
    ended = threading.Event()

    async def wait() -> None:
        begun.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    thread.start()
    assert await thread.run(name()) == "beside"
    waiting = asyncio.ensure_future(thread.run(wait()))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.to_thread(ended.wait)
    thread.stop()
    thread.stop()

    with pytest.raises(asyncio.CancelledError):
        await thread.run(name())


def test_given_up() -> None:
    """What is given up ends, also if that came first; what is waited for goes on."""
    thread = LoopThread("beside")

    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    thread.start()
    thread.give_up()
    with pytest.raises(futures.CancelledError):
        thread.attempt(hang())
    assert thread.wait(name()) == "beside"
    thread.take_heart()
    assert thread.attempt(name()) == "beside"
    thread.stop()
