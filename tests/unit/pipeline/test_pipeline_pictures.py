"""What one sees of a run: events, log, tables, progress, spans, diagrams, timeline, report."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from twinklr.core.pipeline import (
    ExecutionPattern,
    JsonLines,
    MetricsTable,
    PipelineDefinition,
    PipelineExecutor,
    RetryConfig,
    StageDefinition,
)
from twinklr.core.pipeline.progress import ProgressDisplay
from twinklr.core.pipeline.testing import RecordingExecutor, run_virtual

SECRET = "sk-very-secret"


async def ask(value: Any, context: Any) -> Any:
    await asyncio.sleep(0.1)
    return value


def flaky() -> Any:
    tries = iter([1, 0])

    async def stage(value: Any, context: Any) -> str:
        await asyncio.sleep(0.05)
        if next(tries):
            raise ConnectionError(f"401 for key {SECRET}")
        return SECRET

    return stage


def pipeline() -> PipelineDefinition:
    return PipelineDefinition(
        "show",
        [
            StageDefinition("items", lambda _: [1, 2, 3], runs_on="loop"),
            StageDefinition("each", ask, ExecutionPattern.FAN_OUT, ["items"], max_concurrency=2),
            StageDefinition("flaky", flaky(), inputs=["input.key"], retry=RetryConfig(jitter=False)),
            StageDefinition("maybe", ask, ExecutionPattern.CONDITIONAL, ["items"], condition=lambda c: False),
            StageDefinition("end", ask, inputs=["each", "flaky", "maybe"], critical=False),
        ],
    )


def run(*observers: Any) -> Any:
    return run_virtual(PipelineExecutor(observers=observers).execute(pipeline(), {"key": SECRET}))


def test_the_log_is_json_lines_without_anything_secret(tmp_path: Path):
    stream = io.StringIO()
    run(JsonLines(tmp_path / "logs" / "run.jsonl"), JsonLines(stream))
    text = (tmp_path / "logs" / "run.jsonl").read_text()
    assert text == stream.getvalue()
    records = [json.loads(line) for line in text.splitlines()]
    assert [records[0]["event"], records[-1]["event"]] == ["RunStarted", "RunFinished"]
    failed = next(record for record in records if record["event"] == "AttemptFailed")
    assert failed["error_type"] == "ConnectionError"
    assert SECRET not in text
    assert "for key" not in text


def test_events_come_in_order_with_times():
    executor = RecordingExecutor()
    run_virtual(executor.execute(pipeline(), {"key": SECRET}))
    assert executor.finished == ["items", "maybe", "each", "flaky", "end"]
    assert [event.at_ms for event in executor.events] == sorted(event.at_ms for event in executor.events)
    assert executor.attempts("flaky") == 2


def test_a_table_over_several_runs():
    table = MetricsTable()
    run(table)
    run(table)
    assert table.rows["flaky"]["runs"] == 2
    assert table.rows["flaky"]["attempts"] == 4
    assert table.rows["each"]["longest_ms"] == pytest.approx(200)


def test_plain_progress():
    stream = io.StringIO()
    run(ProgressDisplay(Console(file=stream, width=100)))
    lines = stream.getvalue().splitlines()
    assert "items: done  0.0 s" in lines
    assert "each: done  0.2 s  3/3" in lines
    assert "flaky: attempt 1 failed (ConnectionError), next in 1.0 s" in lines
    assert "flaky: done  1.1 s  2 attempts" in lines
    assert "maybe: skipped" in lines
    assert SECRET not in stream.getvalue()


def test_live_progress():
    stream = io.StringIO()
    display = ProgressDisplay(Console(file=stream, width=100, force_terminal=True))
    run(display)
    assert "each" in stream.getvalue()
    assert "3/3" in stream.getvalue()


def test_spans():
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from twinklr.core.pipeline.tracing import OpenTelemetrySpans

    memory = InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    run(OpenTelemetrySpans(provider.get_tracer("test")))
    spans = {span.name: span for span in memory.get_finished_spans()}
    assert spans["each[1]"].parent.span_id == spans["each"].context.span_id
    assert spans["each"].parent.span_id == spans["pipeline show"].context.span_id
    assert (spans["each"].end_time - spans["each"].start_time) / 1e6 == pytest.approx(200, abs=1)
    assert SECRET not in str([span.to_json() for span in spans.values()])


def test_diagrams():
    text = pipeline().to_mermaid()
    for part in ('s1[["each"]]', 's3{{"maybe"}}', "s0 --> s1", "input -->|key| s2", 's4["end"]:::optional'):
        assert part in text
    dot = pipeline().to_dot()
    assert '"items" -> "each";' in dot
    assert '"each" [shape=box3d];' in dot


def test_timeline_and_report(tmp_path: Path):
    result = run()
    lines = result.timeline(40).splitlines()
    assert [line[:2] for line in lines] == ["  ", "  ", "* ", "  ", "* "]
    assert "2 attempts" in lines[2]
    assert "skipped" in lines[3]
    result.write_report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    for part in ("show: succeeded", "each", "[2]", "skipped: its condition was false"):
        assert part in page
    assert "http" not in page.replace("http-equiv", "")
    assert SECRET not in page


def test_the_report_escapes_what_it_shows(tmp_path: Path):
    async def bad(value: Any, context: Any) -> None:
        raise ValueError("<script>alert(1)</script>")

    result = run_virtual(PipelineExecutor().execute(PipelineDefinition("<b>", [StageDefinition("<i>", bad)])))
    result.write_report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "<script>" not in page
    assert "<i>" not in page.replace("<i class", "")
