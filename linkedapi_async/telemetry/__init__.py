"""OpenTelemetry for every client of the package: `LinkedApi(..., observer=Telemetry())`.

Needs the extra `otel`. Requests become spans and metrics by the HTTP conventions, workflows by the
messaging ones; the operation is the destination, the workflow's id the message's. Nothing else of
what is sent or received is recorded: no token, header, body, query or message text.
"""

try:
    from ._telemetry import Telemetry
except ModuleNotFoundError as _exc:
    if (_exc.name or "").partition(".")[0] != "opentelemetry":
        raise
    _msg = "linkedapi_async.telemetry needs OpenTelemetry: pip install 'linkedapi-async[otel]'"
    raise ModuleNotFoundError(_msg, name=_exc.name) from None

__all__ = ["Telemetry"]
