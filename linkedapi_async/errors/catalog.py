"""The error catalogue: one row per error type of every generation and of both planes.

Every other part of the package asks this table; none compares error words by itself.
Rows of plane `client` are words of this library for failures that carry no envelope.
"""

from collections.abc import Mapping
from typing import Final

from linkedapi_async._types import Disposition, Fixer, Plane, Remedy, Scope

from ._action_faults import ACTION_FAULTS
from ._fault import Fault

__all__ = ["CATALOG", "Fault", "find", "fold"]

_COMMON: Final = "https://linkedapi.io/docs/account-api/global-errors/"
_REQUESTS: Final = "https://linkedapi.io/docs/making-requests"
_ADMIN: Final = "https://linkedapi.io/docs/admin-overview"
_OWN: Final = "linkedapi_async"

# Wires, by the name the client gives them.
_V3: Final = "linked_api_v3"
_ACCOUNT: Final = "account_api"
_CONSTRAINTS: Final = (
    "Workflow configuration is not valid due to violated action constraints or invalid action "
    "parameters: {details}."
)


_VALIDITY = (
    Fault(
        "invalidWorkflow",
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        hint=(
            "Compare the tree with the constraints of each action in it: where it may stand, "
            "which children it takes, which parameters it needs there."
        ),
        messages={
            "invalidWorkflow": (
                "Workflow configuration doesn't meet the constraints of one or more actions."
            ),
            "linked_api/invalidWorkflow": _CONSTRAINTS,
            f"{_V3}/invalidWorkflow": _CONSTRAINTS,
        },
        source=_COMMON,
    ),
    Fault(
        "invalidRequestPayload",
        aliases=("invalidActionParams", "invalidRequestBody"),
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        hint=(
            "Correct the parameter the message names: its presence, type, format or range, "
            "as the page of that action or endpoint gives it."
        ),
        words={_ACCOUNT: "invalidActionParams"},
        messages={
            "invalidRequestPayload": "Invalid request body/parameters: {details}.",
            "invalidActionParams": "The action parameters are invalid: {details}.",
            "invalidRequestBody": "The request body is invalid: {details}.",
        },
        source=_COMMON,
    ),
)

_TOKENS = (
    Fault(
        "linkedApiTokenRequired",
        aliases=("accountApiTokenRequired", "dataApiTokenRequired"),
        disposition=Disposition.FATAL,
        scope=Scope.CLIENT,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        status=401,
        hint=(
            "The main token did not arrive. Pass it to the client, and check that no proxy "
            "between here and the service strips its header."
        ),
        words={_V3: "accountApiTokenRequired", _ACCOUNT: "accountApiTokenRequired"},
        messages={
            "linkedApiTokenRequired": "'linked-api-token' is missing in request headers.",
            f"{_V3}/accountApiTokenRequired": "'account-api-token' is missing in request headers.",
            "accountApiTokenRequired": "Account API token is missing in request headers.",
            "dataApiTokenRequired": "'data-api-token' is missing in request headers.",
        },
        source=_COMMON,
    ),
    Fault(
        "identificationTokenRequired",
        disposition=Disposition.FATAL,
        scope=Scope.ACCOUNT,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        hint=(
            "The token that names the LinkedIn account did not arrive. Pass identification_token "
            "to the client; each connected account has its own on the platform."
        ),
        messages={
            "identificationTokenRequired": "'identification-token' is missing in request headers.",
            f"{_ACCOUNT}/identificationTokenRequired": (
                "Identification token is missing in request headers."
            ),
        },
        source=_COMMON,
    ),
    Fault(
        "invalidLinkedApiToken",
        aliases=("invalidAccountApiToken", "invalidDataApiToken"),
        disposition=Disposition.USER_ACTION,
        scope=Scope.CLIENT,
        fixer=Fixer.OWNER,
        remedy=Remedy.TOKEN,
        is_preflight=True,
        status=401,
        hint=(
            "Copy the current main token from the platform (https://app.linkedapi.io) into your "
            "configuration; the one in use is unknown, expired or replaced."
        ),
        words={_V3: "invalidAccountApiToken", _ACCOUNT: "invalidAccountApiToken"},
        messages={
            "invalidLinkedApiToken": "The provided 'linked-api-token' is invalid.",
            "invalidAccountApiToken": "The provided account-api-token is invalid.",
            f"{_V3}/invalidAccountApiToken": "The provided 'account-api-token' is invalid.",
            "invalidDataApiToken": "The provided 'data-api-token' is invalid.",
        },
        source=_COMMON,
    ),
    Fault(
        "invalidIdentificationToken",
        disposition=Disposition.USER_ACTION,
        scope=Scope.ACCOUNT,
        fixer=Fixer.OWNER,
        remedy=Remedy.TOKEN,
        is_preflight=True,
        hint=(
            "Copy this LinkedIn account's current identification token from the platform "
            "(https://app.linkedapi.io); regenerating one kills the old one at once."
        ),
        messages={"invalidIdentificationToken": "The provided 'identification-token' is invalid."},
        source=_COMMON,
    ),
)

_SUBSCRIPTION = (
    Fault(
        "subscriptionRequired",
        aliases=("noActiveSeats",),
        disposition=Disposition.USER_ACTION,
        scope=Scope.ACCOUNT,
        fixer=Fixer.OWNER,
        remedy=Remedy.SEATS,
        is_preflight=True,
        hint=(
            "No paid seat covers this LinkedIn account. Add or renew a seat, or settle the open "
            "payment, under billing on https://app.linkedapi.io."
        ),
        words={_ACCOUNT: "noActiveSeats"},
        messages={
            "subscriptionRequired": (
                "No purchased subscription seats available for this LinkedIn account."
            ),
            "noActiveSeats": "No active seats available for this LinkedIn account.",
        },
        source=_COMMON,
    ),
    Fault(
        "plusPlanRequired",
        aliases=("plusSeatRequired",),
        disposition=Disposition.USER_ACTION,
        fixer=Fixer.OWNER,
        remedy=Remedy.SEATS,
        is_preflight=True,
        hint=(
            "Move this account's seat to Plus under billing on https://app.linkedapi.io, or take "
            "the Sales Navigator (nv.) actions out of the workflow; other workflows go on."
        ),
        words={_ACCOUNT: "plusSeatRequired"},
        messages={
            "plusPlanRequired": "Some actions in this workflow require the Plus plan.",
            "plusSeatRequired": (
                "Some actions in this workflow require a Plus seat for your LinkedIn account."
            ),
        },
        source=_COMMON,
    ),
    Fault(
        "trialLimitReached",
        disposition=Disposition.USER_ACTION,
        scope=Scope.CLIENT,
        fixer=Fixer.OWNER,
        remedy=Remedy.SEATS,
        is_preflight=True,
        hint=(
            "The trial's workflows are used up. Choose a plan on https://app.linkedapi.io, or ask "
            "support@linkedapi.io for an extension; the account stays connected."
        ),
    ),
    Fault(
        "insufficientCredits",
        disposition=Disposition.USER_ACTION,
        scope=Scope.CLIENT,
        fixer=Fixer.OWNER,
        remedy=Remedy.SEATS,
        is_preflight=True,
        hint="Buy Data API credits on https://app.linkedapi.io; none are left.",
        messages={
            "insufficientCredits": "You have no remaining credits for using Data API.",
        },
        source="https://linkedapi.io/docs/data-api/making-requests-0",
    ),
    Fault(
        "noAvailableSeats",
        disposition=Disposition.USER_ACTION,
        scope=Scope.CLIENT,
        fixer=Fixer.OWNER,
        remedy=Remedy.SEATS,
        is_preflight=True,
        hint=(
            "Every seat is taken by a connected account. Buy one more, or disconnect an account "
            "that is no longer used, then connect again."
        ),
        source=_ADMIN,
    ),
)

_ACCOUNT_STATE = (
    Fault(
        "linkedinAccountSignedOut",
        disposition=Disposition.USER_ACTION,
        scope=Scope.ACCOUNT,
        fixer=Fixer.OWNER,
        remedy=Remedy.RECONNECT,
        hint=(
            "Sign this LinkedIn account in again on https://app.linkedapi.io (Reconnect); "
            "LinkedIn ends sessions now and then. Held calls then go on by themselves."
        ),
        messages={
            "linkedinAccountSignedOut": (
                "This LinkedIn account has been signed out in our cloud browser."
            )
        },
        source=_COMMON,
    ),
    Fault(
        "languageNotSupported",
        disposition=Disposition.USER_ACTION,
        scope=Scope.ACCOUNT,
        fixer=Fixer.OWNER,
        hint=(
            "Switch the interface language of this LinkedIn account to English, or ask "
            "support@linkedapi.io to add its language."
        ),
        messages={
            "languageNotSupported": (
                "This LinkedIn account uses a language that is not currently supported."
            )
        },
        source=_COMMON,
    ),
    Fault(
        "outsideWorkingHours",
        disposition=Disposition.RETRYABLE,
        scope=Scope.ACCOUNT,
        fixer=Fixer.TIME,
        is_slow=True,
        hint=(
            "The account rests. Start again when its working hours open, or have its owner let "
            "work wait instead of refusing it (account settings on https://app.linkedapi.io)."
        ),
    ),
    Fault(
        "workingHoursWaitExpired",
        disposition=Disposition.RETRYABLE,
        scope=Scope.ACCOUNT,
        fixer=Fixer.TIME,
        is_slow=True,
        never_ran=True,
        hint=(
            "The workflow waited too long for the working hours and was given up before it ran. "
            "Start it again inside them, or set restart_expired in the policy."
        ),
    ),
)

_THROTTLING = (
    Fault(
        "tooManyRequests",
        disposition=Disposition.RETRYABLE,
        scope=Scope.CLIENT,
        fixer=Fixer.TIME,
        is_preflight=True,
        status=429,
        hint="Ask less often; the Admin API documents 100 requests in 60 seconds.",
        source=_ADMIN,
    ),
    Fault(
        "dailyConnectionAttemptsExceeded",
        disposition=Disposition.RETRYABLE,
        fixer=Fixer.TIME,
        is_slow=True,
        is_preflight=True,
        hint="Today's attempts to connect accounts are used up; try again tomorrow.",
        source=_ADMIN,
    ),
)

_IDENTIFIERS = (
    Fault(
        "accountIdRequired",
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        status=401,
        hint="Pass the account's id, a UUID as the Admin API lists it.",
        source=_ADMIN,
    ),
    Fault(
        "accountNotFound",
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        status=401,
        hint="This main token has no account of that id; list the accounts and compare.",
        source=_ADMIN,
    ),
    Fault(
        "sessionNotFound",
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        status=404,
        hint="That connection session is unknown or over; create a new one.",
        source=_ADMIN,
    ),
    Fault(
        "conversationsNotSynced",
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        is_preflight=True,
        hint=(
            "Run SyncConversation (or NvSyncConversation) once for each person polled; a "
            "conversation is only kept from then on."
        ),
        source="https://linkedapi.io/docs/working-with-conversations",
    ),
)

_CLIENT = (
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
)

_ROWS: Final = (
    *_VALIDITY,
    *_TOKENS,
    *_SUBSCRIPTION,
    *_ACCOUNT_STATE,
    *_THROTTLING,
    *_IDENTIFIERS,
    *_CLIENT,
    *ACTION_FAULTS,
)

CATALOG: Final[Mapping[str, Fault]] = {row.type: row for row in _ROWS}
"""The rows by their own type; `find` also knows the aliases."""

_BY_NAME: Final = {name: row for row in _ROWS for name in row.names}


def find(code: str) -> Fault | None:
    """Return the row of a wire word or alias; `None` for a word the catalogue does not hold."""
    return _BY_NAME.get(code)


def fold(code: str) -> str:
    """Return the word that stands for all aliases of a code; an unknown one stands as it is."""
    row = _BY_NAME.get(code)
    return code if row is None else row.type
