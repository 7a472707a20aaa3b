"""Logs and traces: structured lines that carry trace and correlation ids, spans around what crosses a boundary.

Exporters are off unless the standard OTEL variables ask for one (`OTEL_TRACES_EXPORTER=otlp` or `console`).
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import Span, SpanKind
from opentelemetry.util.types import AnyValue

from kinolog.common.aggregates import Job
from kinolog.common.settings import ServiceSettings

_tracer: Final = trace.get_tracer("kinolog")
_exports: Final[list[SpanExporter]] = []


def configure(service: str, settings: ServiceSettings) -> TracerProvider:
    """Set up logging and tracing of this process. Flush the provider before the process ends."""
    _configure_logging(service, settings)
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"kinolog-{service}"}))
    for exporter in _exporters():
        _exports.append(exporter)
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def attempt_span(job: Job, traceparent: str | None) -> Iterator[Span]:
    """The span of one attempt, a child of the request that queued the job; log lines inside name the job.

    A job that comes from no trace begins one only where spans are exported.
    """
    # Each attempt has a task of its own, and with it a context of its own: nothing needs to be unbound.
    structlog.contextvars.bind_contextvars(job_id=job.id, job_type=job.type, correlation_id=job.correlation_id)
    if traceparent is None and not _exports:
        yield trace.INVALID_SPAN
        return
    parent = propagate.extract({"traceparent": traceparent} if traceparent else {})
    attributes: dict[str, AnyValue] = {
        "kinolog.job.id": job.id,
        "kinolog.job.type": job.type,
        "kinolog.job.attempt": job.attempt,
    }
    with _tracer.start_as_current_span(
        f"job {job.type}", context=parent, kind=SpanKind.CONSUMER, attributes=attributes
    ) as span:
        yield span


def _configure_logging(service: str, settings: ServiceSettings) -> None:
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer: Any = console if settings.log_format == "console" else _json_renderer
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


_json_renderer: Final = structlog.processors.JSONRenderer()


def _add_trace(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = f"{context.trace_id:032x}"
        line["span_id"] = f"{context.span_id:016x}"
    return line


def _exporters() -> Iterator[SpanExporter]:
    """https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/"""
    wanted = os.environ.get("OTEL_TRACES_EXPORTER", "otlp" if "OTEL_EXPORTER_OTLP_ENDPOINT" in os.environ else "none")
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        match name:
            case "otlp":
                yield _otlp_exporter()
            case "console":
                yield ConsoleSpanExporter(out=sys.stderr)
            case "none":
                continue
            case _:
                raise ValueError(f"OTEL_TRACES_EXPORTER names {name!r}: use otlp, console or none")


def _otlp_exporter() -> SpanExporter:
    """Imported only where it is wanted: it would cost every start of every service a sixth of its time."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
