"""What became of a batch, in a few lines: how many, what went wrong, what to do next."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from linkedapi_async import BatchProgress
from linkedapi_async._types import Disposition
from linkedapi_async.errors import OutcomeUnknown
from linkedapi_async.pool import Outcome

from ._batch_options import count_of
from ._console import hang
from ._exits import BY_DISPOSITION, Exit

__all__ = ["Tally", "sum_up"]


class Tally:
    """What outcomes came to.

    Attributes:
        partial: How many of the done ones hold failed actions.
        codes: How many failed, by error.
        hints: What to do about an error.
        unsent: How many of the failed ones did not run.
    """

    def __init__(self) -> None:
        """Count from nothing."""
        self.partial: int = 0
        self.codes: Counter[str] = Counter()
        self.hints: dict[str, str] = {}
        self.unsent: int = 0
        self._kinds: set[Disposition] = set()
        self._is_uncertain = False

    def add(self, outcome: Outcome[Any]) -> None:
        """Count an outcome."""
        result, error = outcome.result, outcome.error
        if result is not None and result.errors:
            self.partial += 1
            for failure in result.errors:
                self._note(failure.type, failure.hint)
        if error is None:
            return
        if isinstance(error, OutcomeUnknown):
            self._is_uncertain = True
            return
        self._note(error.code, error.hint)
        self._kinds.add(error.disposition)
        self.unsent += error.certainty.is_resendable

    def _note(self, code: str, hint: str) -> None:
        self.codes[code] += 1
        self.hints.setdefault(code, hint)

    @property
    def code(self) -> Exit:
        """How the command ends."""
        if self._is_uncertain:
            return Exit.UNKNOWN
        if self._kinds:
            return min(BY_DISPOSITION[kind] for kind in self._kinds)
        return Exit.FAILED_ACTIONS if self.partial else Exit.OK


def sum_up(
    console: Console,
    progress: BatchProgress,
    tally: Tally,
    *,
    settle: str,
    is_rehearsal: bool,
    is_interrupted: bool,
) -> None:
    """Print what became of a batch, and what to do next.

    Args:
        console: Where to.
        progress: How far it came.
        tally: What outcomes came to.
        settle: The command that settles uncertain calls.
        is_rehearsal: Whether it ran on a sandbox that is gone.
        is_interrupted: Whether somebody stopped it.
    """
    total = progress.total or progress.read
    facts = [f"{progress.done:,} done"]
    if tally.partial:
        facts[0] += f" ({tally.partial:,} with failed actions)"
    facts += [f"{progress.failures:,} failed"] if progress.failures else []
    facts += [f"{progress.uncertain:,} uncertain"] if progress.uncertain else []
    if progress.replayed:
        facts.append(f"{progress.replayed:,} of them known before")
    is_over = progress.answered == total
    style = "bold" if is_over else "bold yellow"
    _say(console, f"{progress.answered:,} of {total:,} answered: {', '.join(facts)}.", style)
    for code, number in tally.codes.most_common():
        hang(console, f"{code}. {tally.hints[code]}", (f"{number:7,}  ", "red"))
    if is_rehearsal:
        if not is_over:
            _say(console, "The sandbox is gone, and what ran in it: the rest begins anew.")
        return
    if progress.uncertain:
        told = f"{progress.uncertain:,} may have been carried out, and nobody knows."
        _say(console, f"{told} Have the service asked:", "magenta")
        console.print(f"  {settle}", soft_wrap=True)
    if tally.unsent:
        told = f"{tally.unsent:,} of the failed did not run; the same command sends them again."
        _say(console, told)
    if not is_over:
        told = "Interrupted. " if is_interrupted else ""
        if progress.running:
            told += f"{count_of(progress.running, 'call')} accepted go on at the service. "
        _say(console, f"{told}The same command goes on where this stopped, and does nothing twice.")


def _say(console: Console, text: str, style: str = "") -> None:
    """Print a sentence, in lines of whole words on a terminal, in one elsewhere."""
    console.print(Text(text, style=style), soft_wrap=not console.is_terminal)
