"""Traces of what was sent: texts that stand on LinkedIn now, and whether one of them is ours.

LinkedIn rewrites what it shows (spaces, quotes, emoji, links, long ends) and clocks differ, so that
likeness and time have a middle between yes and no; what lies there proves nothing.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import Enum
from typing import Final
from urllib.parse import unquote

import attrs

from ._findings import Finding, Verdict

__all__ = ["SKEW", "Likeness", "Trace", "find_trace", "liken", "page_of", "quote", "told"]

SKEW: Final = timedelta(minutes=2)
"""What is dated this much too early may be ours: a minute for clocks that differ, and one because
times may be told by the minute."""

_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|(?<![@\w.-])(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE
)
_ROOT: Final = re.compile(r"^(?:https?://)?(?:www\.)?")
_SHORTENED: Final = "lnkd.in/"
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys(map(chr, range(0xFE00, 0xFE10))),  # which picture stands for a character
    }
)
_PAGE: Final = re.compile(r"/(?:in|company|school|showcase|newsletters)/([^/?#]+)", re.IGNORECASE)
_CUT: Final = re.compile(r"\s*(?:\.{3}\s*(?:(?:see|show) more)?|(?:see|show) more)$", re.IGNORECASE)
_NEAR: Final = 0.8
_COMPARED: Final = 300
_LEAST: Final = 12
_QUOTED: Final = 60


class Likeness(Enum):
    """How near a text that is seen comes to one that was sent."""

    EQUAL = "equal"
    SIMILAR = "similar"
    DIFFERENT = "different"


@attrs.frozen(kw_only=True)
class Trace:
    """A text on LinkedIn that may be what was sent.

    Attributes:
        text: As it is shown.
        at: When it was written; `None` where nobody says.
        is_ours: Whether the account wrote it; `None` where nobody says.
    """

    text: str | None
    at: datetime | None
    is_ours: bool | None = True

    def is_before(self, since: datetime) -> bool:
        """Tell whether it is older than a moment, as finely as its own time is told."""
        if self.at is None:
            return False
        step = next(step for step in (1_000_000, 1000, 1) if self.at.microsecond % step == 0)
        return self.at < since.replace(microsecond=since.microsecond // step * step)


def liken(sent: str, seen: str | None) -> Likeness:
    """Return how near a text comes to one that was sent.

    Forms of letters, spaces, what cannot be seen, and the addresses of links that LinkedIn has
    shortened do not count. A text that is cut off is similar, at best; so is one that differs in
    emoji and punctuation only, or that holds all of what was sent, as below a subject.
    """
    (ours, our_links), (theirs, their_links) = _fold(sent), _fold(seen or "")
    if ours == theirs:
        is_same = all(map(_is_same_link, our_links, their_links))
        return Likeness.EQUAL if is_same else Likeness.SIMILAR
    if _letters(ours) == _letters(theirs) or _letters(sent) == _letters(seen or ""):
        return Likeness.SIMILAR
    if ours and f" {ours} " in f" {theirs} ":
        return Likeness.SIMILAR
    kept = _CUT.sub("", theirs)
    least = _LEAST if kept == theirs else 1
    if len(kept) >= least and ours.startswith(kept):
        return Likeness.SIMILAR
    theirs = kept
    if len(ours) >= _LEAST and theirs.startswith(ours):
        return Likeness.SIMILAR
    pair = SequenceMatcher(
        None, ours[:_COMPARED].casefold(), theirs[:_COMPARED].casefold(), autojunk=False
    )
    bounds = (pair.real_quick_ratio, pair.quick_ratio, pair.ratio)  # each tighter, and dearer
    return Likeness.SIMILAR if all(bound() >= _NEAR for bound in bounds) else Likeness.DIFFERENT


def find_trace(
    sent: str, traces: Iterable[Trace], *, since: datetime, what: str, is_unique: bool = False
) -> Finding | None:
    """Return what texts prove of one that was sent; `None` where none of them may be it.

    Args:
        sent: The text.
        traces: What stands where it would stand.
        since: The earliest moment at which it may have been sent.
        what: What such a text is called, such as `message to Ann`.
        is_unique: Whether the same text cannot stand there twice: then it counts however old it
            is told to be, as its age may be told by the day.
    """
    doubtful: Finding | None = None
    for trace in traces:
        if trace.is_ours is False:
            continue
        is_old = trace.is_before(since - SKEW)
        if is_old and not is_unique:
            continue
        likeness = liken(sent, trace.text)
        if likeness is Likeness.DIFFERENT or (is_old and likeness is not Likeness.EQUAL):
            continue
        seen = f"A {what} that reads {quote(trace.text)}, dated {told(trace.at)},"
        if likeness is Likeness.SIMILAR:
            doubtful = Finding(Verdict.UNKNOWN, f"{seen} is similar, but not the same.")
        elif trace.is_ours is None:
            doubtful = Finding(Verdict.UNKNOWN, f"{seen} is there, but nobody says who wrote it.")
        elif trace.at is None or trace.is_before(since):
            doubtful = Finding(
                Verdict.UNKNOWN, f"{seen} is there, but the start was not before {told(since)}."
            )
        else:
            return Finding(Verdict.DONE, f"{seen} is there.", dated_at=trace.at)
    return doubtful


def page_of(address: str | None) -> str:
    """Return what tells a page from others of its kind: the last part of its address.

    A page may have several, and two spellings of one page need not be equal.
    """
    spelled = unicodedata.normalize("NFC", unquote(address or ""))
    found = _PAGE.search(spelled)
    return (found[1] if found else spelled).casefold()


def told(at: datetime | None) -> str:
    """Return a moment for people."""
    return "nobody says when" if at is None else at.isoformat(" ", "seconds")


def quote(text: str | None) -> str:
    """Return the beginning of a text for people."""
    folded = " ".join((text or "").split())
    return repr(folded if len(folded) <= _QUOTED else f"{folded[: _QUOTED - 1]}…")


def _fold(text: str) -> tuple[str, list[str]]:
    """Return a text with one sign for each of its links, and the links."""
    plain = unicodedata.normalize("NFKC", html.unescape(text).translate(_SAME))
    visible = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    return " ".join(_LINK.sub("⌁", visible).split()), _LINK.findall(visible)


def _is_same_link(one: str, other: str) -> bool:
    """Tell whether two links may be one: nobody knows what a shortened one stands for."""
    plain = [_ROOT.sub("", link.casefold()).rstrip("/.,") for link in (one, other)]
    return plain[0] == plain[1] or any(link.startswith(_SHORTENED) for link in plain)


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())
