"""What a test does with webhooks: registers one, disturbs the way there, sends it forgeries."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from linkedapi_async._clock import Clock
from linkedapi_async._types import Json, JsonObject
from linkedapi_async.webhooks._signature import sign

from ._accounts import Vault
from ._courier import Courier
from ._delivery import Delivery, Disturbance
from ._envelopes import dump
from ._poster import Poster
from ._problems import SandboxError
from ._subscription import TEST, PayloadMode, Webhook, flaw, stamp
from .log import DeliveryAttempted, Log

__all__ = ["Deliveries", "Forgery"]

_STALE: Final = timedelta(hours=1)

Forgery: TypeAlias = Literal["signature", "unsigned", "altered", "stale", "workflow"]
"""What is wrong with an event: signed with another secret, or not at all; changed after it was
signed; signed an hour ago; or signed well, about a workflow that nobody has started."""


class Deliveries:
    """The way from the sandbox to a webhook, and what happens to events there.

    Events are posted for real, by a client of the sandbox's own, beside its other work. The
    service demands HTTPS and public addresses; this one delivers to addresses of the machine it
    runs on, such as `http://127.0.0.1:8080/hook`, and to no others: `lead` tells where an event
    goes instead that is addressed elsewhere.
    """

    def __init__(self, *, clock: Clock, log: Log, vault: Vault, seed: int) -> None:
        self._clock = clock
        self._log = log
        self._vault = vault
        self._seed = seed
        self._webhook: Webhook | None = None
        self._disturbance = Disturbance()
        self._poster = Poster(clock=clock)
        self._courier = Courier(clock=clock, log=log, vault=vault, poster=self._poster)

    # ── the webhook ──

    @property
    def webhook(self) -> Webhook | None:
        """The registered webhook, with its secret; `None` without one."""
        return self._webhook

    def subscribe(
        self,
        url: str,
        *,
        payload_mode: PayloadMode | Literal["fat", "thin"] = PayloadMode.FAT,
        is_signed: bool = True,
        headers: Mapping[str, str] | None = None,
        events: Sequence[str] | None = None,
    ) -> Webhook:
        """Register a webhook without the Admin API, in place of the one there is.

        Args:
            url: Where to deliver.
            payload_mode: Whether `workflow.completed` holds the outcome.
            is_signed: Whether deliveries are signed, with the `secret` of what is returned.
            headers: Extra header fields.
            events: Selectors such as `workflow.*`; `None` is everything.

        Raises:
            SandboxError: The service would not take it.
        """
        problem = flaw(url=url, headers=headers, events=events)
        if problem is not None:
            raise SandboxError(problem)
        self.unsubscribe()
        webhook = self._webhook = Webhook(
            f"whs-{self._vault.issue_uuid('webhook')}",
            url,
            self._clock.wall(),
            self._new_secret,
            PayloadMode(payload_mode),
            is_signed=is_signed,
            events=None if events is None else tuple(events),
        )
        webhook.set_headers(headers or {})
        return webhook

    def unsubscribe(self) -> None:
        """Delete the webhook, if there is one: what was not delivered yet is dropped."""
        webhook, self._webhook = self._webhook, None
        if webhook is not None:
            webhook.is_active = False
            self._courier.drop(webhook)

    # ── what is delivered ──

    @property
    def records(self) -> tuple[Delivery, ...]:
        """Every delivery there was, oldest first, as `webhook.deliveries` has them."""
        return tuple(self._courier.records.values())

    def emit(
        self,
        event_type: str,
        event_id: str,
        data: JsonObject,
        *,
        lane: str,
        result: Callable[[], Json] | None = None,
    ) -> None:
        """Deliver an event, if somebody wants it.

        The sandbox does this; a test may, with an event of a type that is still to come.

        Args:
            event_type: Such as `workflow.completed`.
            event_id: What tells it from every other event.
            data: Its facts.
            lane: What it is about; events about one thing leave in their order.
            result: What fills `data.result` where the payload is fat.
        """
        webhook = self._webhook
        if webhook is None or not webhook.wants(event_type):
            return
        if result is not None and webhook.payload_mode is PayloadMode.FAT:
            data = {**data, "result": result()}
        body = dump(self._envelope(event_type, event_id, data))
        calm = Disturbance() if event_type == TEST else self._disturbance
        fate = calm.fate(self._seed, event_id)
        self._courier.send(webhook, event_type, event_id, body, lane=lane, fate=fate)

    def replay(self, delivery_id: str) -> bool:
        """Deliver an event once more, undisturbed; return whether there was such a delivery.

        Inferred: it has the id and the body of the event it repeats, and goes to the webhook that
        is registered now.
        """
        old = self._courier.records.get(delivery_id)
        if old is None or self._webhook is None:
            return False
        self._courier.send(self._webhook, old.event_type, old.event_id, old.body, lane=old.lane)
        return True

    async def wait_idle(self) -> None:
        """Wait until nothing is left to deliver: all has arrived, or was given up."""
        await self._courier.wait_idle()

    # ── what goes wrong ──

    def disturb(self, *, lost: float = 0.0, doubled: float = 0.0, spread: float = 0.0) -> None:
        """Let events come to harm from now on; without arguments, no more.

        What happens to an event depends on the seed and its id alone. Tests and replays are spared.

        Args:
            lost: Share of them, from 0.0 to 1.0, that is never sent; the service takes them for
                delivered.
            doubled: Share of them that is sent twice, with the same id.
            spread: Seconds over which they are scattered, so that they overtake each other.

        Raises:
            ValueError: A share is outside of 0.0 to 1.0, or the seconds are negative.
        """
        self._disturbance = Disturbance(lost=lost, doubled=doubled, spread=spread)

    async def forge(
        self, forgery: Forgery = "signature", *, event: JsonObject | None = None
    ) -> int | None:
        """Send the webhook an event that the service never sent.

        Args:
            forgery: What is wrong with it.
            event: The envelope; `None` tells of the end of a workflow that nobody has started.

        Returns:
            The HTTP status it was answered with, `None` without an answer.

        Raises:
            SandboxError: No webhook is registered.
        """
        webhook = self._webhook
        if webhook is None:
            msg = "No webhook is registered: there is nobody to deceive."
            raise SandboxError(msg)
        envelope = self._invent() if event is None else event
        body, moment = dump(envelope), self._clock.wall()
        secret = self._new_secret() if forgery == "signature" else webhook.secret
        moment = moment - _STALE if forgery == "stale" else moment
        proof = {} if forgery == "unsigned" else sign(body, secret=secret, now=moment.timestamp())
        body = body + b" " if forgery == "altered" else body
        answered = await self._poster.post(webhook, body, proof)
        self._log.append(
            DeliveryAttempted(
                at=self._clock.now(),
                delivery_id="",
                event_id=str(envelope.get("id")),
                event_type=str(envelope.get("type")),
                attempt=1,
                status=answered.status,
                error=answered.error,
                fault=f"forged: {forgery}",
            )
        )
        return answered.status

    def lead(self, origin: str, to: str) -> None:
        """Deliver what is addressed to one origin to another.

        A test can register the address that is registered for real, such as
        `https://hooks.example.com/linked-api`, and have its events come to its own receiver.

        Args:
            origin: Scheme, host and port of the address that is registered.
            to: What takes their place, such as `http://127.0.0.1:8080`.
        """
        self._poster.lead(origin, to)

    # ── the sandbox opens and closes ──

    def open(self) -> None:
        """Begin to deliver; the sandbox does this."""
        self._courier.open()

    async def close(self) -> None:
        """Break off what is under way, and leave the rest; the sandbox does this."""
        await self._courier.close()
        await self._poster.close()

    def _new_secret(self) -> str:
        return self._vault.issue("secret") + self._vault.issue("secret")

    def _invent(self) -> JsonObject:
        workflow_id = f"wf-{self._vault.issue_uuid('forgery')}"
        return self._envelope(
            "workflow.completed",
            f"workflow.completed:{workflow_id}",
            {
                "workflowId": workflow_id,
                "accountId": self._vault.issue_uuid("forgery"),
                "status": "completed",
            },
        )

    def _envelope(self, event_type: str, event_id: str, data: JsonObject) -> JsonObject:
        created_at = stamp(self._clock.wall())
        return {"id": event_id, "type": event_type, "createdAt": created_at, "data": data}
