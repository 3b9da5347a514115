"""`linkedapi-async run`: one workflow file, its result as JSON."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from linkedapi_async._clock import SystemClock

from ._client import Target, open_client, target_options
from ._completion import files
from ._console import open_console
from ._documents import read_json, workflow_in
from ._exits import Exit
from ._numbers import Number
from ._plain import echo_json
from ._problem import Problem
from ._timeline import Timeline

if TYPE_CHECKING:
    from rich.console import Console

    from linkedapi_async import Result
    from linkedapi_async._types import Json, JsonObject
    from linkedapi_async.events import Event

__all__ = ["command"]


@click.command("run")
@click.argument("file", required=False, shell_complete=files)
@click.option("--attach", metavar="ID", help="Wait for a workflow started before, by its id.")
@click.option("--deadline", type=Number(min=0, min_open=True), help="Seconds to wait at most.")
@click.option(
    "--policy",
    type=click.Choice(("service", "bot", "batch")),
    default="service",
    show_default=True,
    help="How patient to be.",
)
@target_options
def command(
    *,
    file: str | None,
    attach: str | None,
    deadline: float | None,
    policy: str,
    wire: str | None,
    base_url: str | None,
    sandbox: bool,
) -> Exit:
    """Run the workflow in FILE (- is the standard input) and print its result as JSON.

    FILE holds an action like {"actionType": "st.retrieveSSI"}, a list of them, or an object with
    one of these under "workflow". Progress goes to stderr. The tokens come from the environment:
    LINKED_API_TOKEN (or ACCOUNT_API_TOKEN) and IDENTIFICATION_TOKEN.

    After Ctrl-C or a deadline the workflow runs on: fetch its result later with --attach ID.
    """  # noqa: DOC501 - this text is the help
    if (file is None) is (attach is None):
        msg = "Give either FILE or --attach ID."
        raise click.UsageError(msg, click.get_current_context())
    workflow = None if file is None else workflow_in(read_json(file), file)
    run = _Run(attach)
    target = Target(wire, base_url, sandbox)
    from linkedapi_async import WorkflowTimeout  # noqa: PLC0415 - heavy

    try:
        result = asyncio.run(run.wait(target, workflow, policy=policy, deadline=deadline))
    except KeyboardInterrupt:
        raise run.interrupted() from None
    except WorkflowTimeout as error:
        msg = f"{error.message}; it runs on."
        raise Problem(msg, code=Exit.TIMEOUT, hint=run.later()) from error
    echo_json(_as_json(result))
    return Exit.FAILED_ACTIONS if result.errors else Exit.OK


class _Run:
    """One run, which knows at any moment what goes on at the service."""

    def __init__(self, workflow_id: str | None) -> None:
        self._workflow_id = workflow_id

    async def wait(
        self,
        target: Target,
        workflow: "JsonObject | list[JsonObject] | None",
        *,
        policy: str,
        deadline: float | None,
    ) -> "Result[Json]":
        from linkedapi_async import CustomWorkflow  # noqa: PLC0415 - heavy
        from linkedapi_async.events import (  # noqa: PLC0415 - heavy
            ActionNeeded,
            Raised,
            WorkflowAbandoned,
        )

        console = open_console(stderr=True)
        timeline = Timeline(console, SystemClock().now)
        told = timeline.follow("")

        def on_event(event: "Event") -> None:
            self._workflow_id = getattr(event, "workflow_id", None) or self._workflow_id
            # What the last line tells is not told twice.
            if not isinstance(event, (ActionNeeded, Raised, WorkflowAbandoned)):
                told(event)

        async with open_client(target, policy=policy, deadline=deadline, on_event=on_event) as api:
            with _waiting(console):
                if workflow is not None:
                    return await api.run(CustomWorkflow(workflow))
                return await api.attach(CustomWorkflow, self._workflow_id or "").result()

    def interrupted(self) -> Problem:
        if self._workflow_id is None:
            return Problem(
                "Interrupted before the service named a workflow.", code=Exit.INTERRUPTED
            )
        told = f"Interrupted; workflow {self._workflow_id} runs on at the service."
        return Problem(told, code=Exit.INTERRUPTED, hint=self.later())

    def later(self) -> str:
        return (
            f"It runs on; fetch its result with: linkedapi-async run --attach {self._workflow_id}"
        )


def _waiting(console: "Console") -> AbstractContextManager[Any]:
    """Show on a terminal that something goes on."""
    if not console.is_terminal:
        return nullcontext()
    return console.status("waiting; Ctrl-C leaves the workflow running")


def _as_json(result: "Result[Json]") -> dict[str, Any]:
    return {
        "workflow_id": result.workflow_id,
        "data": result.data,
        "errors": [
            {
                "type": failure.type,
                "message": failure.message,
                "action_type": failure.action_type,
                "label": failure.label,
                "hint": failure.hint,
            }
            for failure in result.errors
        ],
    }
