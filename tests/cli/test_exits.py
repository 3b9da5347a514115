from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from linkedapi_async import Disposition
from linkedapi_async.cli._app import App, app
from linkedapi_async.cli._exits import MEANINGS, Exit, exit_of
from linkedapi_async.cli._problem import Problem
from linkedapi_async.errors import (
    ActionError,
    ActionFailure,
    ConfigurationError,
    FatalError,
    LinkedApiError,
    OutcomeUnknown,
    TransientError,
    UserActionRequired,
    WorkflowTimeout,
)

Invoke = Callable[..., Result]

ENDINGS = [
    (FatalError("m", code="invalidWorkflow"), Exit.FATAL),
    (ConfigurationError("m"), Exit.FATAL),
    (UserActionRequired("m", code="noActiveSeats"), Exit.USER_ACTION),
    (TransientError("m"), Exit.TRANSIENT),
    (TransientError("m", code="new", disposition=Disposition.RETRYABLE), Exit.TRANSIENT),
    (OutcomeUnknown("m", code="connectionLost"), Exit.UNKNOWN),
    (WorkflowTimeout("m"), Exit.TIMEOUT),
    (ActionError((ActionFailure("personNotFound", "m"),)), Exit.FAILED_ACTIONS),
]


@pytest.mark.parametrize(("error", "code"), ENDINGS)
def test_each_family_has_its_exit_code(error: LinkedApiError, code: Exit) -> None:
    """Scripts tell failures apart by what they ask for."""
    assert exit_of(error) is code


def test_help_lists_every_exit_code(invoke: Invoke) -> None:
    """`--help` holds the table of exit codes, all of them."""
    told = invoke("--help").stdout

    assert set(MEANINGS) == set(Exit)
    assert all(f"  {int(code)} " in told and text in told for code, text in MEANINGS.items())


def test_help_lists_every_command(invoke: Invoke) -> None:
    """Each command has a line in `--help`, and is there under its name."""
    told = invoke("--help").stdout.splitlines()
    ctx = click.Context(app)

    for name in app.list_commands(ctx):
        found = app.get_command(ctx, name)
        assert found is not None
        assert found.name == name
        assert any(line.startswith(f"  {name} ") for line in told)


def test_no_command_shows_the_help(invoke: Invoke) -> None:
    """The bare command is a question, and the help its answer."""
    ran = invoke()

    assert ran.exit_code == 0
    assert "Exit codes" in ran.stdout


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (RuntimeError("odd"), 70, "Unexpected RuntimeError: odd"),
        (TransientError("Gone.", code="connectionLost"), 5, "Gone [connectionLost]."),
        (ExceptionGroup("two", [ExceptionGroup("one", [RuntimeError("odd")])]), 70, "odd"),
        (ExceptionGroup("one", [Problem("Told.", code=Exit.USAGE)]), 2, "Error: Told."),
        (click.ClickException("Odd."), 1, "See linkedapi-async --help."),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_nothing_ends_in_a_traceback(error: BaseException, code: int, sentence: str) -> None:
    """Whatever a command raises becomes a sentence and an exit code."""

    class Breaking(App):
        def resolve_command(
            self, ctx: click.Context, args: list[str]
        ) -> tuple[str | None, click.Command | None, list[str]]:
            raise error

    ran = CliRunner().invoke(Breaking("broken"), ["x"])

    assert ran.exit_code == code
    assert sentence in ran.stderr
    assert "Traceback" not in ran.output


def test_only_commands_are_found() -> None:
    """A name that is no command finds none."""
    assert app.get_command(click.Context(app), "nothing") is None
