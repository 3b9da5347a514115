"""How long to wait: pure arithmetic over a number drawn elsewhere."""

__all__ = ["full_jitter", "poll_pause"]

_MAX_DOUBLINGS = 32
_GROWTH = 1.5
_SPREAD = 0.2


def full_jitter(attempt: int, *, base: float, cap: float, draw: float) -> float:
    """Return the pause after a failed attempt, spread evenly below an exponential bound.

    Args:
        attempt: Which attempt failed, from 1.
        base: Bound after the first attempt, in seconds.
        cap: Largest bound, in seconds.
        draw: Chance, 0.0 <= draw < 1.0.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    bound: float = min(cap, base * 2 ** min(attempt - 1, _MAX_DOUBLINGS))
    return draw * bound


def poll_pause(polls: int, *, base: float, cap: float, draw: float) -> float:
    """Return the pause before the next poll: growing by half, spread by a fifth either way.

    Args:
        polls: Polls already made.
        base: First pause, in seconds.
        cap: Longest pause before the spread, in seconds.
        draw: Chance, 0.0 <= draw < 1.0.
    """
    pause: float = min(cap, base * _GROWTH ** min(polls, _MAX_DOUBLINGS))
    return pause * (1 - _SPREAD + 2 * _SPREAD * draw)
