"""Tokens: given as text, or asked of the application and asked again once."""

import asyncio
from typing import Any

import pytest

from linkedapi_async._credentials import Token, TokenSource
from linkedapi_async._types import Secret
from linkedapi_async.errors import ConfigurationError, FatalError
from linkedapi_async.testing import FakeClock

TOKEN = "linked_very_secret_1234567890"
OPTION = "linked_api_token"


class Vault:
    """A callable that supplies tokens in order, slowly, and counts how often it was asked."""

    def __init__(self, clock: FakeClock, *tokens: Any) -> None:
        self.tokens = list(tokens)
        self.asked = 0
        self._clock = clock

    async def __call__(self) -> Any:
        """Supply the next token, the last one for ever."""
        self.asked += 1
        await self._clock.sleep(1)
        token = self.tokens[min(self.asked, len(self.tokens)) - 1]
        if isinstance(token, BaseException):
            raise token
        return token


def source(token: Token) -> TokenSource:
    return TokenSource(token, option=OPTION)


async def test_text_is_the_token() -> None:
    """A token given as text is used as it is, without the blanks around it."""
    given = source(f"  {TOKEN}\n")

    assert given.secret == Secret(TOKEN)
    assert await given.get() == Secret(TOKEN)
    assert not given.can_renew


async def test_text_cannot_be_renewed() -> None:
    """There is nobody to ask for another token."""
    given = source(TOKEN)

    assert not await given.renew(Secret(TOKEN))
    assert await given.get() == Secret(TOKEN)


@pytest.mark.parametrize(
    "token",
    [
        "",
        " ",
        "\n",
        "two words",
        "two\nlines",
        "header: injected\r\nx: y",
        "nul\x00",
        "tab\there",
        "naïve",
        "\u200bzero",
        "x" * 4097,
        None,
        5,
        b"bytes",
    ],
)
async def test_what_cannot_be_a_header_is_refused(clock: FakeClock, token: Any) -> None:
    """An unusable token is a configuration error that names the option and never the token."""
    with pytest.raises(ConfigurationError) as given:
        source(token)
    with pytest.raises(ConfigurationError) as supplied:
        await source(Vault(clock, token)).get()

    for caught in (given, supplied):
        assert OPTION in caught.value.message
        if isinstance(token, str) and token.strip():
            assert token not in str(caught.value)


async def test_the_longest_token_is_accepted() -> None:
    """Four thousand and ninety-six characters are still a token."""
    assert source("x" * 4096).secret == Secret("x" * 4096)


async def test_a_callable_is_asked_at_the_first_need(clock: FakeClock) -> None:
    """Nothing is asked before it is needed, and nothing twice."""
    vault = Vault(clock, TOKEN)
    asked = source(vault)
    before = asked.secret

    tokens = [await asked.get(), await asked.get()]

    assert before is None
    assert asked.can_renew
    assert tokens == [Secret(TOKEN)] * 2
    assert vault.asked == 1


async def test_a_callable_is_asked_once_for_many(clock: FakeClock) -> None:
    """Fifty calls that begin at once cost one question."""
    vault = Vault(clock, TOKEN)
    asked = source(vault)

    tokens = await asyncio.gather(*(asked.get() for _ in range(50)))

    assert set(tokens) == {Secret(TOKEN)}
    assert vault.asked == 1


async def test_a_refused_token_is_renewed_once_for_many(clock: FakeClock) -> None:
    """Fifty refused calls cost one more question, and all hear of the new token."""
    vault = Vault(clock, "old", "new")
    asked = source(vault)
    old = await asked.get()

    renewed = await asyncio.gather(*(asked.renew(old) for _ in range(50)))

    assert set(renewed) == {True}
    assert asked.secret == Secret("new")
    assert vault.asked == 2


async def test_a_late_refusal_of_an_older_token_asks_nothing(clock: FakeClock) -> None:
    """Whoever was refused with a token that is already replaced takes the new one."""
    vault = Vault(clock, "old", "new", "newer")
    asked = source(vault)
    old = await asked.get()
    await asked.renew(old)

    assert await asked.renew(old)
    assert vault.asked == 2
    assert asked.secret == Secret("new")


async def test_the_same_token_again_is_no_renewal(clock: FakeClock) -> None:
    """A callable that has nothing better ends the matter."""
    vault = Vault(clock, "old")
    asked = source(vault)
    old = await asked.get()

    assert not await asked.renew(old)
    assert vault.asked == 2


async def test_the_same_token_again_is_asked_once_for_many(clock: FakeClock) -> None:
    """However many calls were refused at once, the callable is asked once for them all."""
    vault = Vault(clock, "old")
    asked = source(vault)
    old = await asked.get()

    renewed = await asyncio.gather(*(asked.renew(old) for _ in range(20)))

    assert set(renewed) == {False}
    assert vault.asked == 2


async def test_a_failing_callable_is_an_error_of_the_client(clock: FakeClock) -> None:
    """Its own error is the cause; its text, which may hold anything, is not repeated."""
    vault = Vault(clock, OSError(f"vault refused {TOKEN}"), "fine")
    asked = source(vault)

    with pytest.raises(FatalError) as caught:
        await asked.get()

    assert caught.value.code == "tokenUnavailable"
    assert isinstance(caught.value.__cause__, OSError)
    assert OPTION in caught.value.message
    assert TOKEN not in str(caught.value)
    assert await asked.get() == Secret("fine")


async def test_a_callable_need_not_be_async() -> None:
    """A plain function that has the token at hand supplies it as well."""
    assert await source(lambda: TOKEN).get() == Secret(TOKEN)


async def test_a_callable_that_cancels_itself_is_an_error_of_the_client(clock: FakeClock) -> None:
    """What nobody asked for is no cancellation of the call, and is not taken for one."""
    with pytest.raises(FatalError) as caught:
        await source(Vault(clock, asyncio.CancelledError())).get()

    assert caught.value.code == "tokenUnavailable"
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)


async def test_a_cancelled_question_is_asked_anew(still: FakeClock) -> None:
    """Cancellation passes through, and the next caller asks for itself."""
    vault = Vault(still, TOKEN)
    asked = source(vault)
    first, second = (asyncio.ensure_future(asked.get()) for _ in range(2))
    await still.advance(0)

    first.cancel()
    await still.advance(2)

    assert first.cancelled()
    assert second.result() == Secret(TOKEN)
    assert vault.asked == 2


def test_one_source_serves_several_loops(clock: FakeClock) -> None:
    """A client used from two event loops in turn asks once."""
    vault = Vault(clock, TOKEN)
    asked = source(vault)

    tokens = [asyncio.run(_get(asked)) for _ in range(2)]

    assert tokens == [Secret(TOKEN)] * 2
    assert vault.asked == 1


async def _get(asked: TokenSource) -> Secret:
    return await asked.get()


async def test_a_source_shows_no_token(clock: FakeClock) -> None:
    """Its repr names the option and a fingerprint."""
    unasked = source(Vault(clock, TOKEN))
    shown = [repr(source(TOKEN)), repr(unasked)]
    await unasked.get()
    shown.append(repr(unasked))

    assert all(OPTION in text and TOKEN not in text for text in shown)
    assert Secret(TOKEN).fingerprint in shown[0]
    assert shown[2] == shown[0]
