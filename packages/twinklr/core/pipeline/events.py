"""What a run tells while it runs: one stream of small frozen records. Everything that watches hangs on it.

An observer is any callable that takes an event: a progress display, a log, a tracer, your own ``print``. Observers
are called on the event loop, in order, and must be quick. One that raises is dropped, and the run's findings say so.
No event holds an input, an output or the words of an exception, so a log of events holds no secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO

from twinklr.core.pipeline.result import RunStatus, StageStatus


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened.

    Attributes:
        run_id: Which run.
        at_ms: When, in milliseconds since the run started.
    """

    run_id: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """First event of a run. ``wall`` is the time of day in seconds since 1970."""

    pipeline: str
    stages: tuple[str, ...]
    wall: float


@dataclass(frozen=True, slots=True)
class StageStarted(Event):
    """A stage has its inputs and begins. ``total`` is the number of items of a fan-out, where known beforehand."""

    stage_id: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class AttemptFailed(Event):
    """An attempt failed and another follows after ``delay_ms``. ``error_type`` is a class name, never a message."""

    stage_id: str
    item: int | None
    attempt: int
    delay_ms: float
    error_type: str


@dataclass(frozen=True, slots=True)
class ItemFinished(Event):
    """An item of a fan-out ended."""

    stage_id: str
    item: int
    status: StageStatus
    duration_ms: float
    attempts: int
    cached: bool


@dataclass(frozen=True, slots=True)
class StageFinished(Event):
    """A stage ended, in whichever way ``status`` says; also stages that were skipped or never started."""

    stage_id: str
    status: StageStatus
    duration_ms: float
    attempts: int
    cached: bool
    error_type: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """Last event of a run."""

    status: RunStatus


Observer = Callable[[Event], None]


class JsonLines:
    """An observer that writes each event as a line of JSON: ``{"event": "StageFinished", "run_id": ...}``.

    Args:
        target: A file to append to (made with its folders), or an open text stream.
    """

    def __init__(self, target: Path | str | IO[str]) -> None:
        self._path = Path(target) if isinstance(target, Path | str) else None
        self._stream = None if isinstance(target, Path | str) else target

    def __call__(self, event: Event) -> None:
        """Write one line, whole or not at all, so that a killed run leaves a readable log."""
        record = {"event": type(event).__name__}
        record |= {spec.name: getattr(event, spec.name) for spec in fields(event)}
        if self._stream is None:
            assert self._path is not None
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("a", encoding="utf-8")
        self._stream.write(json.dumps(record) + "\n")
        self._stream.flush()
        if self._path is not None and isinstance(event, RunFinished):
            self._stream.close()
            self._stream = None


class MetricsTable:
    """An observer that adds up, over any number of runs, how often each stage ran and how long it took."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, float]] = {}

    def __call__(self, event: Event) -> None:
        """Count one event."""
        if not isinstance(event, StageFinished):
            return
        row = self.rows.setdefault(
            event.stage_id, {"runs": 0, "failed": 0, "cached": 0, "attempts": 0, "total_ms": 0.0, "longest_ms": 0.0}
        )
        row["runs"] += 1
        row["failed"] += event.status is StageStatus.FAILED
        row["cached"] += event.cached
        row["attempts"] += event.attempts
        row["total_ms"] += event.duration_ms
        row["longest_ms"] = max(row["longest_ms"], event.duration_ms)
