"""Runs as OpenTelemetry spans: one for the run, one per stage, one per item. Needs the extra ``twinklr[otel]``.

The spans hold ids, times, attempts and statuses; never an input, an output or an exception's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinklr.core.pipeline.events import Event, ItemFinished, RunFinished, RunStarted, StageFinished, StageStarted
from twinklr.core.pipeline.result import RunStatus, StageStatus

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer  # type: ignore[import-not-found, unused-ignore]


class OpenTelemetrySpans:
    """An observer that turns events into spans.

    Args:
        tracer: Where spans go; by default the one of the program's tracer provider.
    """

    def __init__(self, tracer: Tracer | None = None) -> None:
        from opentelemetry import trace  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415

        self._trace = trace
        self._tracer = tracer or trace.get_tracer("twinklr.core.pipeline")
        self._runs: dict[str, tuple[Span, float]] = {}
        self._stages: dict[tuple[str, str], Span] = {}

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case RunStarted():
                start = int(event.wall * 1e9)
                span = self._tracer.start_span(f"pipeline {event.pipeline}", start_time=start)
                span.set_attribute("pipeline.run_id", event.run_id)
                self._runs[event.run_id] = (span, event.wall * 1e9 - event.at_ms * 1e6)
            case StageStarted():
                self._stages[event.run_id, event.stage_id] = self._start(event, event.stage_id, event.at_ms)
            case ItemFinished():
                parent = self._stages.get((event.run_id, event.stage_id))
                name = f"{event.stage_id}[{event.item}]"
                self._end(event, self._start(event, name, event.at_ms - event.duration_ms, parent))
            case StageFinished():
                key = (event.run_id, event.stage_id)
                begun = self._stages.pop(key, None)
                self._end(event, begun or self._start(event, event.stage_id, event.at_ms))
            case RunFinished():
                span, _ = self._runs[event.run_id]
                span.set_attribute("pipeline.status", event.status.value)
                if event.status is RunStatus.FAILED:
                    span.set_status(self._trace.StatusCode.ERROR)
                span.end(self._time(event.run_id, event.at_ms))
                del self._runs[event.run_id]

    def _time(self, run_id: str, at_ms: float) -> int:
        _, epoch_ns = self._runs[run_id]
        return int(epoch_ns + at_ms * 1e6)

    def _start(self, event: Event, name: str, at_ms: float, parent: Span | None = None) -> Span:
        above = parent or self._runs[event.run_id][0]
        return self._tracer.start_span(
            name, context=self._trace.set_span_in_context(above), start_time=self._time(event.run_id, at_ms)
        )

    def _end(self, event: StageFinished | ItemFinished, span: Span) -> None:
        span.set_attribute("pipeline.status", event.status.value)
        span.set_attribute("pipeline.attempts", event.attempts)
        span.set_attribute("pipeline.cached", event.cached)
        if event.status is StageStatus.FAILED:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(self._time(event.run_id, event.at_ms))
