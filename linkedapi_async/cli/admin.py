"""`linkedapi-async admin`: what belongs to one main token, from the terminal."""

from typing import Final

import click

from . import _admin_accounts, _admin_limits, _admin_subscription, _admin_webhook

__all__ = ["command"]

_WHOLE: Final = 200


class _InOrder(click.Group):
    """Lists its commands in the order they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click's
        """Return the names of the commands."""
        return list(self.commands)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - as click's
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the first sentence of each command in full."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(_WHOLE)) for name, one in self.commands.items()]
            )


@click.group("admin", cls=_InOrder, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Manage what belongs to the main token: accounts, limits, seats and the webhook.

    LINKED_API_TOKEN is all these commands need. An ACCOUNT is named by its id, by the address of
    its profile (the last part will do), or by its name in full. What cannot be undone asks first
    on a terminal, and needs --yes elsewhere. Tokens and secrets are shown by regenerate-token, by
    rotate-secret and where --reveal asks for them, and nowhere else.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for _module in (_admin_accounts, _admin_limits, _admin_subscription, _admin_webhook):
    for _command in _module.COMMANDS:
        command.add_command(_command)
