"""What a LinkedIn account can be asked without a workflow."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from ._client import Client
from ._identity import Identity
from ._session import Session
from ._site import Site
from ._types import Json
from .wire import Wire

if TYPE_CHECKING:  # the others are imported by whoever needs them: most clients run workflows only
    from .following import Source
    from .models.account_info import AccountInfo
    from .models.changelog import Changelog
    from .models.feedback import FeedbackSeverity, FeedbackType
    from .models.usage import UsedAction
    from .receiver import WebhookReceiver
    from .watched import Conversations, Inbox, Network

__all__ = ["DirectCalls"]


class DirectCalls(Client[Session]):
    """The part of `LinkedApi` that needs no workflow."""

    _wire: Wire
    _receiver: "WebhookReceiver | None"
    _site: Site
    _identity: Identity

    @property
    def inbox(self) -> "Inbox":
        """Messages of the inboxes that `SyncInbox` or `NvSyncInbox` put under watch."""
        from .watched import Inbox  # noqa: PLC0415 - see above

        return Inbox(self._source())

    @property
    def network(self) -> "Network":
        """Changes of the network, once `SyncNetwork` put it under watch."""
        from .watched import Network  # noqa: PLC0415 - see above

        return Network(self._source())

    @property
    def conversations(self) -> "Conversations":
        """Conversations that `SyncConversation` or `NvSyncConversation` keeps up to date."""
        from .watched import Conversations  # noqa: PLC0415 - see above

        return Conversations(self._source())

    async def account_info(self) -> "AccountInfo":
        """Return whose account the tokens open; the cheapest way to check them.

        Raises:
            UnsupportedByWire: This generation of the API cannot tell; nothing was sent.
            UserActionRequired: A token is refused.
            LinkedApiError: As with every call.
        """
        from .wire import direct  # noqa: PLC0415 - see above

        return await self._ask(direct.account_info(self._wire.name))

    async def usage(self, *, start: datetime | str, end: datetime | str) -> "list[UsedAction]":
        """Return the actions executed for the account in a span of time.

        Args:
            start: An aware datetime or ISO 8601 text (without a zone: UTC).
            end: The same; later, by 30 days at most.

        Raises:
            ConfigurationError: The span is none, or too long; nothing was sent.
            UnsupportedByWire: The Account API cannot tell; nothing was sent.
            LinkedApiError: As with every call.

        Source: https://linkedapi.io/docs/account-api/api-usage-statistics
        """
        from .wire import direct  # noqa: PLC0415 - see above

        return await self._ask(direct.usage(self._wire.name, start=start, end=end))

    async def send_feedback(
        self,
        message: str,
        *,
        type: "FeedbackType" = "other",  # noqa: A002 - the service's word
        severity: "FeedbackSeverity | None" = None,
        surface: str | None = None,
        workflow_id: str | None = None,
        operation: str | None = None,
        error: str | None = None,
        context: Mapping[str, Json] | None = None,
    ) -> str:
        """Tell the makers of the service something; return the id of the feedback.

        Args:
            message: What happened, what was expected, how to see it again. Keep secrets out.
            type: What kind of feedback it is.
            severity: How badly it hinders you.
            surface: What part it is about.
            workflow_id: The workflow it is about.
            operation: The operation it is about, as `st.sendMessage`.
            error: The message of the error it is about, word for word.
            context: Anything else, as JSON.

        Raises:
            OutcomeUnknown: It may have been taken, but no reply came.
            ConfigurationError: The message is empty, or the context no JSON; nothing was sent.
            UnsupportedByWire: This generation of the API takes none; nothing was sent.
            LinkedApiError: As with every call.
        """
        from .wire import direct  # noqa: PLC0415 - see above

        facts: dict[str, Json] = {
            **(context or {}),
            "severity": severity,
            "surface": surface,
            "workflowId": workflow_id,
            "operationName": operation,
            "errorText": error,
        }
        return await self._ask(direct.feedback(self._wire.name, message, type=type, context=facts))

    async def changelog(self, since: date | str | None = None) -> "Changelog":
        """Return what changed at the service, newest first, from its public site.

        The request goes to `site_url`, without tokens.

        Args:
            since: A date, an aware datetime or ISO 8601 text; the week it lies in belongs to the
                answer.

        Raises:
            ConfigurationError: The moment cannot be read; nothing was sent.
            LinkedApiError: As with every call.
        """
        from .wire import direct  # noqa: PLC0415 - see above

        return await self._site.ask(direct.changelog(since), self._policy)

    async def aclose(self) -> None:
        """Close connections; waits still open raise `ClientClosed`, which carries their ids.

        A session of your own stays open. Closing again does nothing.
        """
        if self._is_owner:
            await self._site.aclose()
        await super().aclose()

    def _source(self) -> "Source":
        from .following import Source  # noqa: PLC0415 - see above

        return Source(
            wire=self._wire.name,
            policy=self._policy,
            line=self._line,
            receiver=self._receiver,
            identity=self._identity,
        )
