"""`linkedapi-async demo`: real workflows on a sandbox where everything goes wrong."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Final

import attrs
import click
from rich import box
from rich.table import Table
from rich.text import Text

from ._clock import BriskClock
from ._completion import files
from ._console import hang, open_console
from ._documents import Ending, Scene, Step, not_a_demo_file, read_scene, scenes
from ._exits import Exit
from ._numbers import Number
from ._stage import play, prepare, tokens_for
from ._timeline import Timeline, shorten

if TYPE_CHECKING:
    from linkedapi_async._types import Json
    from linkedapi_async.policy import Policy
    from linkedapi_async.testing import Account, Sandbox

__all__ = ["Outcome", "Part", "command"]

_MONDAY: Final = datetime(2026, 1, 5, 8, 59, 30, tzinfo=UTC)
_STAGGER: Final = 1.0
_LOOK: Final = 0.5
_SHORTEST: Final = 8.0
_LONGEST: Final = 16.0
"""Seconds a workflow runs here; on the real service it is half a minute and more."""


@attrs.frozen
class Part:
    """A scene, ready to be run.

    Attributes:
        scene: Which.
        account: Its account in the sandbox.
        policy: The client's policy.
    """

    scene: Scene
    account: "Account"
    policy: "Policy"


@attrs.frozen
class Outcome:
    """What became of a scene.

    Attributes:
        scene: Which.
        seen: How it ended.
        requests: How many requests the sandbox received for it.
        hint: What to do about it.
    """

    scene: Scene
    seen: Ending
    requests: int
    hint: str

    @property
    def is_as_expected(self) -> bool:
        """Whether it ended as its file says; what the file leaves out is not compared."""
        wanted = self.scene.ends
        return (
            self.seen.kind == wanted.kind
            and wanted.code in {None, self.seen.code}
            and wanted.certainty in {None, self.seen.certainty}
            and self.seen.errors == wanted.errors
            and wanted.starts in {None, self.seen.starts}
        )


@click.command("demo")
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=files)
@click.option(
    "--speed",
    type=Number(min=0.1, max=60),
    default=6,
    show_default=True,
    help="How much faster than life.",
)
def command(*, files: tuple[str, ...], speed: float) -> Exit:
    """Run workflows on a sandbox where everything goes wrong, and watch the client cope.

    Nothing leaves this machine and no token is needed. Without FILE it runs those of
    examples/workflows, which are JSON documents to read, copy and change. Exit code 0 means that
    every workflow ended as its file says.
    """
    chosen = [read_scene(path) for path in files] or scenes()
    outcomes = asyncio.run(_perform(chosen, speed))
    _summarise(outcomes)
    return Exit.OK if all(one.is_as_expected for one in outcomes) else Exit.FAILED_ACTIONS


async def _perform(chosen: Sequence[Scene], speed: float) -> list[Outcome]:
    from linkedapi_async.testing import Sandbox  # noqa: PLC0415 - heavy

    console = open_console()
    console.print(
        f"{len(chosen)} workflows, one account each, on a sandbox at {speed:g} times the speed of "
        "life.\nTimes are seconds as the client sees them.\n"
    )
    import_module("linkedapi_async.client")  # before the clock starts
    clock = BriskClock(speed=speed, start=_MONDAY)
    timeline = Timeline(console, clock.now)
    async with (
        Sandbox(clock=clock, duration=_duration, accounts=()) as sandbox,
        asyncio.TaskGroup() as watch,
    ):
        parts = [Part(scene, prepare(sandbox, scene), _policy(scene)) for scene in chosen]
        watching = watch.create_task(_watch(sandbox, timeline))
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_run(part, sandbox, timeline, _STAGGER * place))
                for place, part in enumerate(parts)
            ]
        watching.cancel()
    return [task.result() for task in tasks]


def _duration(_: "Json", chance: Random) -> float:
    return chance.uniform(_SHORTEST, _LONGEST)


async def _watch(sandbox: "Sandbox", timeline: Timeline) -> None:
    """Tell what only the service sees: when a workflow's turn comes."""
    from linkedapi_async.testing import WorkflowStarted  # noqa: PLC0415 - heavy

    seen = 0
    while True:
        for record in sandbox.log[seen:]:
            if isinstance(record, WorkflowStarted):
                timeline.add(
                    record.account, f"the service runs {shorten(record.workflow_id)}", "dim"
                )
        seen = len(sandbox.log)
        await sandbox.clock.sleep(_LOOK)


async def _run(part: Part, sandbox: "Sandbox", timeline: Timeline, delay: float) -> Outcome:
    scene, account = part.scene, part.account
    await sandbox.clock.sleep(delay)
    timeline.add(scene.name, f"{scene.title}.", "bold")
    async with asyncio.TaskGroup() as group:
        steps: list[asyncio.Task[None]] = []
        for step in scene.steps:
            if step.after:
                steps.append(group.create_task(_later(step, account, sandbox, timeline)))
            else:
                timeline.add(scene.name, play(sandbox, account, step), "cyan")
        seen, hint = await _call(part, sandbox, timeline)
        for task in steps:
            task.cancel()
    requests = sandbox.log.requests(account=scene.name)
    starts = sum(request.purpose == "start" for request in requests)
    return Outcome(scene, attrs.evolve(seen, starts=starts), len(requests), hint)


async def _later(step: Step, account: "Account", sandbox: "Sandbox", timeline: Timeline) -> None:
    await sandbox.clock.sleep(step.after)
    timeline.add(account.alias, play(sandbox, account, step), "cyan")


async def _call(part: Part, sandbox: "Sandbox", timeline: Timeline) -> tuple[Ending, str]:
    """Run the workflow; return how it ended, and what a person should do about that."""
    from linkedapi_async import CustomWorkflow, LinkedApi, LinkedApiError  # noqa: PLC0415 - heavy

    scene = part.scene
    assert isinstance(sandbox.clock, BriskClock)  # noqa: S101 - `_perform` gave it
    async with LinkedApi(
        base_url=sandbox.base_url,
        **tokens_for(scene.wire, part.account.tokens),
        wire=scene.wire,
        policy=part.policy,
        preflight=scene.preflight,
        account=scene.name,
        on_event=timeline.follow(scene.name),
        clock=sandbox.clock.with_chance(scene.seed),
    ) as api:
        try:
            result = await api.run(CustomWorkflow(scene.workflow))
        except LinkedApiError as error:
            kind = type(error).__name__
            return Ending(kind, code=error.code, certainty=error.certainty), error.hint
    for failure in result.errors:
        told = f"{failure.action_type} failed with {failure.type}: {failure.message}"
        timeline.add(scene.name, told, "yellow")
    hint = result.errors[0].hint if result.errors else ""
    return Ending("completed", errors=tuple(one.type for one in result.errors)), hint


def _policy(scene: Scene) -> "Policy":
    """Return the policy of a scene.

    Raises:
        Problem: It names no field of a policy, or no value of one.
    """
    from linkedapi_async import Policy  # noqa: PLC0415 - heavy

    # Sped-up time must not turn a busy machine into a slow service.
    patient = {"connect_timeout": 60.0, "read_timeout": 120.0, "deadline": 300.0}
    try:
        return attrs.evolve(Policy.service(), **{**patient, **scene.policy})
    except (TypeError, ValueError) as exc:
        problem = not_a_demo_file(scene.name, exc)
        raise problem from None


def _summarise(outcomes: Sequence[Outcome]) -> None:
    console = open_console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in ("workflow", "wire", "expected", "seen"):
        table.add_column(name, overflow="fold")
    table.add_column("sent", justify="right")
    for one in outcomes:
        table.add_row(
            one.scene.name,
            one.scene.wire,
            one.scene.ends.summary,
            Text("as expected", style="green")
            if one.is_as_expected
            else Text(one.seen.summary, style="bold red"),
            str(one.requests),
        )
    console.print()
    console.print(table)
    console.print(Text("sent: requests the sandbox received for it\n", style="dim"))
    hints: dict[str, list[str]] = {}
    for one in outcomes:
        if one.hint:
            hints.setdefault(one.hint, []).append(one.scene.name)
    if hints:
        console.print(Text("What to do", style="bold"))
    for hint, names in hints.items():
        console.print(Text(f"{', '.join(names)}:", style="cyan"))
        hang(console, hint, ("    ", ""))
    wrong = sum(not one.is_as_expected for one in outcomes)
    verdict = f"{wrong} of {len(outcomes)} ended otherwise than" if wrong else "All ended as"
    console.print(
        Text(f"\n{verdict} their files say.", style="bold red" if wrong else "bold green")
    )
