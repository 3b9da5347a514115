"""Words of this library, for failures that carry no envelope of the service."""

from typing import Final

from linkedapi_async._types import Disposition, Fixer, Plane, Scope

from ._fault import Fault

__all__ = ["OWN_FAULTS"]

_ADMIN: Final = "https://linkedapi.io/docs/admin-overview"
_OWN: Final = "linkedapi_async"

OWN_FAULTS: Final = (
    Fault(
        "connectionFailed",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        scope=Scope.CLIENT,
        fixer=Fixer.TIME,
        hint=(
            "The service could not be reached. Check base_url, name resolution, proxy, firewall "
            "and certificate from this machine: linkedapi-async doctor."
        ),
        source=_OWN,
    ),
    Fault(
        "connectionLost",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        scope=Scope.CLIENT,
        fixer=Fixer.TIME,
        hint="The connection broke before the reply was complete; check the network path.",
        source=_OWN,
    ),
    Fault(
        "requestTimeout",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        scope=Scope.CLIENT,
        fixer=Fixer.TIME,
        hint=(
            "No answer in time. If the service is healthy, allow more: connect_timeout, "
            "read_timeout or deadline of the policy."
        ),
        source=_OWN,
    ),
    Fault(
        "httpError",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        scope=Scope.CLIENT,
        fixer=Fixer.TIME,
        is_judged_by_status=True,
        hint=(
            "The reply had an HTTP error status and no error type. A proxy or gateway often "
            "answers so: look at the status, then at https://linkedapi.io for an outage."
        ),
        source=_OWN,
    ),
    Fault(
        "undecodableReply",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        scope=Scope.CLIENT,
        fixer=Fixer.TIME,
        hint=(
            "The reply is not what this API sends. If it lasts, base_url may point elsewhere or "
            "something on the way rewrites replies."
        ),
        source=_OWN,
    ),
    Fault(
        "redirectRefused",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        scope=Scope.CLIENT,
        fixer=Fixer.DEVELOPER,
        hint=(
            "Redirects are never followed, since tokens would travel along. If the new address "
            "is right, make it the base_url."
        ),
        source=_OWN,
    ),
    Fault(
        "replyTooLarge",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint="Ask for less in one workflow: smaller limits, fewer children.",
        source=_OWN,
    ),
    Fault(
        "resultSentElsewhere",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.OWNER,
        hint=(
            "The workflow runs, but its result goes to a webhook only. Switch result handling "
            "to the result link on the platform."
        ),
        source=_OWN,
    ),
    Fault(
        "foreignResultLink",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=(
            "The result lies on another origin, where tokens must not go. If that origin is the "
            "service, make it the base_url and attach the link there."
        ),
        source=_OWN,
    ),
    Fault(
        "unknownError",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.SUPPORT,
        hint="The service failed without naming a reason; send the id to support@linkedapi.io.",
        source=_OWN,
    ),
    Fault(
        "unsupportedByWire",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint="Use the current API (linked_api_token) for this call.",
        source=_OWN,
    ),
    Fault(
        "invalidConfiguration",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        scope=Scope.CLIENT,
        fixer=Fixer.DEVELOPER,
        hint="Correct the named option of the client, or the environment variable behind it.",
        source=_OWN,
    ),
    Fault(
        "tokenUnavailable",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        scope=Scope.CLIENT,
        fixer=Fixer.DEVELOPER,
        hint="The callable that supplies the token failed; its own error is the cause shown.",
        source=_OWN,
    ),
    Fault(
        "workflowTimeout",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        fixer=Fixer.TIME,
        hint=(
            "The workflow runs on. Keep its id and attach to it later, or give a longer deadline."
        ),
        source=_OWN,
    ),
    Fault(
        "workflowCancelled",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint="The workflow was cancelled through its handle; start it again if it is wanted.",
        source=_OWN,
    ),
    Fault(
        "connectionSessionExpired",
        plane=Plane.CLIENT,
        disposition=Disposition.USER_ACTION,
        fixer=Fixer.OWNER,
        hint="Nobody signed in through the link in time. Create another session and send its link.",
        source=_ADMIN,
    ),
    Fault(
        "connectionSessionFailed",
        plane=Plane.CLIENT,
        disposition=Disposition.USER_ACTION,
        fixer=Fixer.OWNER,
        hint=(
            "The sign-in did not succeed. Let the person try again through the link of another "
            "session; if that fails too, ask support@linkedapi.io."
        ),
        source=_ADMIN,
    ),
    Fault(
        "connectionSessionCancelled",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint="Somebody cancelled the session; create another one if the account is still wanted.",
        source=_ADMIN,
    ),
    Fault(
        "connectionSessionOpen",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        fixer=Fixer.OWNER,
        hint=(
            "The link still works. Remind the person and await the session again, with a longer "
            "timeout where they need one."
        ),
        source=_OWN,
    ),
    Fault(
        "connectedAccountUnclear",
        plane=Plane.CLIENT,
        disposition=Disposition.USER_ACTION,
        fixer=Fixer.OWNER,
        hint=(
            "An account was connected, and the list does not tell which. Compare it with the "
            "accounts known before; guessing would hand one person the account of another."
        ),
        source=_OWN,
    ),
    Fault(
        "clientClosed",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint="Open a new client; attach to the ids this error carries.",
        source=_OWN,
    ),
    Fault(
        "wrongLoop",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        scope=Scope.CLIENT,
        fixer=Fixer.DEVELOPER,
        hint="Create the client or the session where it is used: after the fork, in that loop.",
        source=_OWN,
    ),
    Fault(
        "unreadableResult",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.SUPPORT,
        hint=(
            "The workflow completed, and its data is not of the documented form at the place "
            "named. The raw completion is kept in the error; a newer release may read it."
        ),
        source=_OWN,
    ),
    Fault(
        "unreadableAnswer",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.SUPPORT,
        hint=(
            "The service did what was asked, and told it in a form this version does not know. "
            "Look at the state with another request; a newer release may read the reply."
        ),
        source=_OWN,
    ),
    Fault(
        "unreadableEvent",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.SUPPORT,
        hint=(
            "A webhook delivery is not of the documented form. Delivering it again changes "
            "nothing: keep its body, acknowledge it, and see whether a newer release reads it."
        ),
        source=_OWN,
    ),
    Fault(
        "invalidSignature",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=(
            "Compare the secret with the webhook's current one, verify the body byte for byte as "
            "it came, and set this machine's clock; what still fails was sent by somebody else."
        ),
        source=_OWN,
    ),
    Fault(
        "queueTimeout",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        fixer=Fixer.TIME,
        hint=(
            "The deadline came while the call stood behind others of its account. Give more "
            "time, or hand in less; the service runs one workflow of an account at a time."
        ),
        source=_OWN,
    ),
    Fault(
        "limitReached",
        plane=Plane.CLIENT,
        disposition=Disposition.RETRYABLE,
        fixer=Fixer.TIME,
        hint=(
            "The account's limits, hours or pauses leave no room before the deadline. Come back "
            "at the moment named, or give the call until then."
        ),
        source=_OWN,
    ),
    Fault(
        "accountRemoved",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        scope=Scope.ACCOUNT,
        fixer=Fixer.DEVELOPER,
        hint="The account was taken out of the pool; hand the call in for another one.",
        source=_OWN,
    ),
    Fault(
        "limitTooSmall",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=(
            "Even an unused limit has no room for this call. Ask it for fewer entries, split it, "
            "or raise the limit it names: yours, or the account's at Linked API."
        ),
        source=_OWN,
    ),
    Fault(
        "ledgerUnusable",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        scope=Scope.CLIENT,
        fixer=Fixer.DEVELOPER,
        hint=(
            "Mend what the message names (room on the disk, write permission, the server, the "
            "version of this package) and run the same again: what was written down is kept."
        ),
        source=_OWN,
    ),
    Fault(
        "ledgerDamaged",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=(
            "It is not sent. Look at LinkedIn whether it was carried out; if it was not, hand it "
            "in under another key. The other rows are not affected."
        ),
        source=_OWN,
    ),
    Fault(
        "keyConflict",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=(
            "A key stands for one call for ever. Give this call a key of its own, or take a new "
            "ledger if what the old one holds is over and done with."
        ),
        source=_OWN,
    ),
    Fault(
        "startInterrupted",
        plane=Plane.CLIENT,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=(
            "Nobody noted what came of its start, so it is not sent again. Have the service asked "
            'whether it was carried out (`uncertain="reconcile"`, `linkedapi-async batch '
            "uncertain`), or look at LinkedIn and say so."
        ),
        source=_OWN,
    ),
)
