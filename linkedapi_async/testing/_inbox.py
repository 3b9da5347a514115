"""Carries out actions on whole inboxes: begin to watch one."""

from linkedapi_async._types import JsonObject

from ._registry import Context, Outcome, executor

__all__ = ["nv_sync_inbox", "sync_inbox"]


@executor("st.syncInbox")
def sync_inbox(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """Begin to watch the standard inbox."""
    context.account.watch("st", context.moment)
    return Outcome()


@executor("nv.syncInbox")
def nv_sync_inbox(context: Context, params: JsonObject) -> Outcome:  # noqa: ARG001 - called as all are
    """Begin to watch the inbox of Sales Navigator."""
    context.require_sales_navigator()
    context.account.watch("nv", context.moment)
    return Outcome()
