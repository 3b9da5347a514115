"""The error catalogue: one row per error type of every generation and of both planes.

Every other part of the package asks this table; none compares error words by itself.
"""

from collections.abc import Mapping
from typing import Final

from linkedapi_async._types import Disposition, Fixer, Remedy, Scope

from ._action_faults import ACTION_FAULTS
from ._fault import Fault
from ._own_faults import OWN_FAULTS

__all__ = ["CATALOG", "Fault", "find", "fold"]

_COMMON: Final = "https://linkedapi.io/docs/account-api/global-errors/"
_REQUESTS: Final = "https://linkedapi.io/docs/making-requests"
_ADMIN: Final = "https://linkedapi.io/docs/admin-overview"

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

_ROWS: Final = (
    *_VALIDITY,
    *_TOKENS,
    *_SUBSCRIPTION,
    *_ACCOUNT_STATE,
    *_THROTTLING,
    *_IDENTIFIERS,
    *OWN_FAULTS,
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
