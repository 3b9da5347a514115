"""The group of commands: finds them when they are asked for, and tells failures in a sentence."""

import errno
import sys
import traceback
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, NoReturn, cast

import click

from linkedapi_async._version import read_version

from ._exits import MEANINGS, Exit
from ._problem import Problem, problem_of

__all__ = ["App", "app"]

_COMMANDS: Final[Mapping[str, str]] = {
    "demo": "Watch the client cope with everything that goes wrong.",
    "run": "Run a workflow file and print its result as JSON.",
    "validate": "Check workflow files against every documented rule.",
    "batch": "Carry out a file of calls, each once, through restarts.",
    "actions": "List every action, or show all about one.",
    "operations": "List every operation, or show all about one.",
    "errors": "List every error type, or explain one.",
    "sandbox": "Serve Linked API in miniature for your own tests.",
    "doctor": "Check environment, connection and tokens.",
    "account": "Show whose LinkedIn account the tokens open.",
    "usage": "Show what was executed for the account.",
    "inbox": "Show messages of watched inboxes, or follow them.",
    "webhook": "Receive webhook deliveries and show what they tell.",
    "admin": "Manage accounts, limits, seats and the webhook.",
}
"""Every command in the order a newcomer meets them; `--help` shows these lines and imports none."""
_COMPLETION: Final = 'eval "$(_LINKEDAPI_ASYNC_COMPLETE=bash_source linkedapi-async)"'
_UNWRITABLE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""How a disk is full, or a terminal gone."""


class App(click.Group):
    """All commands.

    Attributes:
        is_debugging: Whether `--debug` asked for tracebacks.
    """

    is_debugging = False

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click's
        """Return the commands in order."""
        return list(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - as click's
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command's module and return the command."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"{__package__}.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command asked for.

        Raises:
            UsageError: There is none of that name.
        """
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, _COMMANDS, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_COMMANDS)}."
            msg = f"There is no command {name!r}; {meant}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command asked for.

        Raises:
            SystemExit: Ctrl-C ended it, and nothing more is to be said.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(Exit.INTERRUPTED)

    def main(  # type: ignore[override]  # on purpose - it never returns
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command and leave with its exit code; nothing ends in a traceback.

        Raises:
            SystemExit: Always.
        """
        self.is_debugging = False
        extra["standalone_mode"] = False
        try:
            code = super().main(args, prog_name, **extra)
        except click.ClickException as exc:
            self._tell(exc)
            sys.exit(exc.code if isinstance(exc, Problem) else exc.exit_code)
        except Exception as exc:  # noqa: BLE001 - the last line of defence
            problem = _judge(exc)
            self._tell(problem)
            sys.exit(problem.code)
        sys.exit(code or Exit.OK)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - as click's
        formatter: click.HelpFormatter,
    ) -> None:
        """Write a line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of exit codes below the commands."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])
        with formatter.section("Completion in bash; zsh and fish have zsh_source and fish_source"):
            formatter.write(f"{' ' * formatter.current_indent}{_COMPLETION}\n")

    def _tell(self, exc: click.ClickException) -> None:
        if self.is_debugging:
            traceback.print_exc()
        from rich.text import Text  # noqa: PLC0415 - only failures need it

        from ._console import open_console  # noqa: PLC0415 - as above

        console = open_console(stderr=True)
        for label, text in _lines(exc):
            style = "bold red" if label == "Error" else "cyan"
            console.print(Text.assemble((f"{label}: ", style), text), soft_wrap=True)


def _judge(exc: Exception) -> Problem:
    from linkedapi_async.errors import LinkedApiError  # noqa: PLC0415 - only failures need it

    if isinstance(exc, ExceptionGroup):  # a task group's: the first failure speaks for all
        return _judge(cast("ExceptionGroup[Exception]", exc).exceptions[0])
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, LinkedApiError):
        return problem_of(exc)
    if isinstance(exc, OSError) and exc.filename is None and exc.errno in _UNWRITABLE:
        msg = f"Cannot write the standard output: {exc.strerror}."  # all else has a name
        return Problem(msg, code=Exit.USAGE)
    return Problem(
        f"Unexpected {type(exc).__name__}: {exc}",
        code=Exit.BUG,
        hint="This is a bug in linkedapi-async; run again with --debug and report what it shows.",
    )


def _lines(exc: click.ClickException) -> list[tuple[str, str]]:
    ctx = exc.ctx if isinstance(exc, click.UsageError) else None
    path = ctx.command_path if ctx else "linkedapi-async"
    hint = exc.hint if isinstance(exc, Problem) else f"See {path} --help."
    return [("Error", exc.format_message()), *([("Hint", hint)] if hint else [])]


def _note_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    root = ctx.find_root().command
    if value and isinstance(root, App):
        root.is_debugging = True


@click.group(
    "linkedapi-async",
    cls=App,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(read_version(), message="linkedapi-async %(version)s")
@click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_note_debug,
    help="Show tracebacks of failures.",
)
@click.pass_context
def app(ctx: click.Context) -> None:
    """Linked API from the terminal: check and run workflows, look things up, try a sandbox."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
