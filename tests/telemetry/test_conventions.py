"""Names as the conventions have them; addresses, ids and words that give nothing away."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from opentelemetry import semconv
from opentelemetry.trace import SpanKind

from linkedapi_async._messages import Purpose, Request
from linkedapi_async._observer import Level, Watch
from linkedapi_async._types import WorkflowId
from linkedapi_async.events import WorkflowFinished
from linkedapi_async.telemetry._conventions import scrubbed_url, server_attributes
from linkedapi_async.wire import open_wire

if TYPE_CHECKING:
    from tests.telemetry.conftest import Job, Seen

BASE_URL: Final = "https://api.linkedapi.io"
IDS: Final = {
    "linked_api": "wf-c0ffee",
    "linked_api_v3": "account-c0ffee",
    "account_api": f"{BASE_URL}/account/results/c0ffee",
}


def conventional() -> str:
    """Return the text of OpenTelemetry's own tables."""
    (folder,) = semconv.__path__
    return "".join(path.read_text("utf-8") for path in Path(folder).rglob("*.py"))


def test_every_name_is_conventional_or_ours(seen: "Seen", watch: Watch, job: Any) -> None:
    """No metric and no attribute is made up outside of `linkedapi.`."""
    call: Job = job(workflow_id=WorkflowId("wf-1"), attempts=2)
    poll = Request("GET", "/workflows/wf-1", template="/workflows/{workflow_id}")
    with watch.sending(call), watch.exchange(poll, call):
        pass
    with pytest.raises(TimeoutError), watch.receiving(call):
        raise TimeoutError
    watch.hear(WorkflowFinished(account="", operation="", workflow_id=None, succeeded=True,
                                elapsed=1.0))  # fmt: skip
    watch.gauge(lambda: [Level("queued", "", 1)])

    metrics = seen.metrics()
    used = set(metrics)
    for metric in metrics.values():
        for point in metric.data.data_points:
            used |= set(point.attributes)
    for span in seen.spans:
        used |= set(span.attributes or {})
    ours = {name for name in used if name.startswith("linkedapi.")}
    assert len(used - ours) > 15
    tables = conventional()
    assert [name for name in used - ours if f'"{name}"' not in tables] == []


def test_the_scope_names_package_and_schema(seen: "Seen", watch: Watch, job: Any) -> None:
    """An exporter can tell whose spans these are, and by which tables to read them."""
    with watch.sending(job()):
        pass

    scope = seen.span("send fetchPerson").instrumentation_scope
    assert scope is not None
    assert scope.name == "linkedapi_async"
    assert scope.version
    assert (scope.schema_url or "").startswith("https://opentelemetry.io/schemas/1.")
    assert seen.span("send fetchPerson").kind is SpanKind.PRODUCER


@pytest.mark.parametrize("name", IDS)
def test_a_template_shows_no_id(name: str) -> None:
    """Each wire names the varying part of its paths."""
    wire = open_wire(name, BASE_URL)
    requests = [wire.start([]), wire.poll(WorkflowId(IDS[name]))]
    if wire.can_cancel:
        requests.append(wire.cancel(WorkflowId(IDS[name])))

    for request in requests:
        assert request.template.startswith("/")
        assert "c0ffee" not in request.template
        assert "c0ffee" not in scrubbed_url(BASE_URL, request.template)


def test_a_template_shows_no_query() -> None:
    """What stands behind the question mark is nobody's business."""
    assert Request("GET", "/stats/actions?start=2026-01-01").template == "/stats/actions"


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://api.linkedapi.io", "https://api.linkedapi.io/workflows/REDACTED"),
        ("https://user:secret@host/secret", "https://host/workflows/REDACTED"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/workflows/REDACTED"),
        ("http://[::1]:8080", "http://[::1]:8080/workflows/REDACTED"),
    ],
)
def test_an_address_is_origin_and_template(base_url: str, shown: str) -> None:
    """Nothing that only this request or this customer has in it."""
    assert scrubbed_url(base_url, "/workflows/{workflow_id}") == shown
    assert "secret" not in str(server_attributes(base_url))


def test_polls_are_no_resending(seen: "Seen", watch: Watch, job: Any) -> None:
    """However often a schedule has asked."""
    call = cast("Job", job(purpose=Purpose.POLL, attempts=40))
    with watch.exchange(Request("GET", "/inbox"), call):
        pass

    assert "http.request.resend_count" not in seen.attributes("GET /inbox")
