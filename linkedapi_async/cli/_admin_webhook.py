"""`linkedapi-async admin` on the webhook: where events go, their proof, what came of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import attrs
import click
from rich.console import Console
from rich.text import Text

from ._admin import (
    confirm,
    json_option,
    on_admin,
    the_webhook,
    without,
    yes_option,
)
from ._console import hang, open_console
from ._exits import Exit
from ._plain import echo_json, local, one_line, show_card
from ._problem import Problem

if TYPE_CHECKING:
    from linkedapi_async.admin import LinkedApiAdmin
    from linkedapi_async.models import WebhookDelivery, WebhookSubscription

__all__ = ["COMMANDS"]

_SECRET: Final = "secret"  # noqa: S105 - the name of it
_COLORS: Final = {"success": "green", "failed": "red"}


# ── look ──


@click.command("webhook")
@click.option("--reveal", is_flag=True, help="Show the secret that deliveries are signed with.")
@json_option
@on_admin()
async def webhook(admin: "LinkedApiAdmin", *, reveal: bool, as_json: bool) -> None:
    """Show the webhook that is registered."""
    found, webhook_id = await the_webhook(admin)
    if reveal:
        found = await admin.webhooks.reveal_secret(webhook_id)
    _show(found, reveal=reveal, as_json=as_json)


def _show(found: "WebhookSubscription", *, reveal: bool, as_json: bool) -> None:
    if as_json:
        facts = attrs.asdict(found)
        echo_json(facts if reveal else without(_SECRET, facts))
        return
    told = [(label, text) for label, text in _facts(found) if text]
    show_card(open_console(), told + ([(_SECRET, found.secret or "")] if reveal else []))


def _facts(found: "WebhookSubscription") -> "Iterator[tuple[str, str | None]]":
    yield "id", found.id
    yield "address", found.url
    yield "registered", local(found.created_at_time) or found.created_at
    yield (
        "outcome",
        {"fat": "in the event", "thin": "left to be asked for"}.get(
            found.payload_mode or "", found.payload_mode
        ),
    )
    yield (
        "signed",
        {True: "yes", False: "no: receivers cannot tell forgeries"}.get(
            bool(found.signing_enabled)
        ),
    )
    yield "events", "all" if found.events is None else ", ".join(found.events)
    yield "headers", ", ".join(found.header_names or ())


@click.command("deliveries")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many at most."
)
@json_option
@on_admin()
async def deliveries(admin: "LinkedApiAdmin", *, limit: int, as_json: bool) -> None:
    """List what became of events on their way to the webhook, the newest last."""
    found = (await admin.webhooks.deliveries())[:limit][::-1]
    if as_json:
        echo_json([attrs.asdict(one) for one in found])
        return
    console = open_console()
    for one in found:
        _show_delivery(console, one)
    if not found:
        console.print("Nothing was delivered yet.")


def _show_delivery(console: Console, one: "WebhookDelivery") -> None:
    status = one.status or "?"
    head = Text.assemble(
        (f"{local(one.created_at_time)}  ", "dim"),
        (f"{one_line(status):10}", _COLORS.get(status, "yellow")),
        one_line(one.event_type or "?"),
    )
    console.print(head, soft_wrap=True)
    attempts = f"attempts: {one.attempts}"
    answer = f", HTTP {one.response_status_code}" if one.response_status_code is not None else ""
    console.print(f"    {one.id}  {attempts}{answer}", soft_wrap=True)
    if one.last_error:
        hang(console, one_line(one.last_error), ("    ", ""))


# ── change ──


@click.command("set-webhook")
@click.argument("url")
@click.option("--thin", is_flag=True, help="Leave the outcome of workflows out of events.")
@click.option("--unsigned", is_flag=True, help="Do not sign deliveries; forgeries look the same.")
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="TYPE",
    help="Deliver this type or group, such as 'workflow.*'; may be repeated.  [default: all]",
)
@click.option("--reveal", is_flag=True, help="Show the secret that deliveries are signed with.")
@json_option
@on_admin(has_webhook=False)
async def set_webhook(
    admin: "LinkedApiAdmin",
    *,
    url: str,
    thin: bool,
    unsigned: bool,
    events: tuple[str, ...],
    reveal: bool,
    as_json: bool,
) -> None:
    """Have events of all accounts delivered to URL: HTTPS, and reachable for everybody.

    Deliveries are signed. Without --reveal the secret is not shown; `admin webhook --reveal` does
    that later.
    """  # noqa: DOC501 - this text is the help
    for known in await admin.webhooks.get():
        msg = f"There is a webhook already, to {known.url}, and an address cannot be changed."
        hint = "Remove it first: linkedapi-async admin delete-webhook"
        raise Problem(msg, code=Exit.FATAL, hint=hint)
    made = await admin.webhooks.set(
        url=url,
        payload_mode="thin" if thin else None,
        signing_enabled=not unsigned,
        events=events or None,
    )
    _show(made, reveal=reveal, as_json=as_json)


@click.command("delete-webhook")
@yes_option
@on_admin()
async def delete_webhook(admin: "LinkedApiAdmin", *, yes: bool) -> None:
    """Remove the webhook; what was not delivered yet is dropped."""
    found, webhook_id = await the_webhook(admin)
    confirm(f"Remove the webhook to {found.url}, and drop what is under way?", yes=yes)
    await admin.webhooks.delete(webhook_id)
    click.echo(f"Nothing is delivered to {one_line(str(found.url))} any more.")


@click.command("rotate-secret")
@yes_option
@on_admin()
async def rotate_secret(admin: "LinkedApiAdmin", *, yes: bool) -> None:
    """Replace the secret that deliveries are signed with, and print the new one alone on its line.

    The old one is dead at once: receivers refuse what comes until they have the new one.
    """
    found, webhook_id = await the_webhook(admin)
    confirm(f"Make the secret of the webhook to {found.url} worthless now?", yes=yes)
    click.echo((await admin.webhooks.rotate_secret(webhook_id)).secret)


# ── deliver ──


@click.command("replay")
@click.argument("delivery")
@on_admin()
async def replay(admin: "LinkedApiAdmin", *, delivery: str) -> None:
    """Deliver once more what DELIVERY was about: an id, as `admin deliveries` lists it."""
    await admin.webhooks.replay_delivery(delivery)
    click.echo("It is delivered once more, under the same event id.")


@click.command("test-webhook")
@on_admin()
async def test_webhook(admin: "LinkedApiAdmin") -> None:
    """Deliver an event that tells nothing, to see whether it arrives."""
    await admin.webhooks.send_test()
    click.echo("A test event is under way; see: linkedapi-async admin deliveries")


COMMANDS: Final[tuple[click.Command, ...]] = (
    webhook,
    set_webhook,
    delete_webhook,
    rotate_secret,
    deliveries,
    replay,
    test_webhook,
)
