"""One trace leads from the HTTP request through the log to the worker's span."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from harness.platform import connected, started
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from kinolog.common.testing import eventually

Spans = list[tuple[str, str, str]]


@contextmanager
def collector() -> Iterator[tuple[int, Spans]]:
    """An OTLP receiver on a free port, and the (service, span name, trace id) of all it received."""
    spans: Spans = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            spans.extend(spans_of(ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, spans
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def spans_of(request: ExportTraceServiceRequest) -> Spans:
    found: Spans = []
    for group in request.resource_spans:
        service = next(each.value.string_value for each in group.resource.attributes if each.key == "service.name")
        found += [(service, span.name, span.trace_id.hex()) for scope in group.scope_spans for span in scope.spans]
    return found


async def test_the_request_and_the_attempt_are_one_trace(tmp_path: Path) -> None:
    with collector() as (port, spans):
        exporting = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with started(tmp_path / "data", environment=exporting) as running:
            async with connected(running) as platform:
                video_id = await platform.video(await platform.project())
                await platform.ends(await platform.submit("trim", video_id, start_time=0, end_time=1))
            attempt = await eventually(lambda: trace_of(spans, "kinolog-render", "job trim"))
            request = await eventually(lambda: trace_of(spans, "kinolog-gateway", "POST /v1/jobs"))
    assert request == attempt


def trace_of(spans: Spans, service: str, name: str) -> str | None:
    return next((trace_id for of, called, trace_id in spans if (of, called) == (service, name)), None)
