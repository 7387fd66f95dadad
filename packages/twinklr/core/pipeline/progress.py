"""The run as it happens: a live table in a terminal, plain lines anywhere else. An observer; rich draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinklr.core.pipeline.events import (
    AttemptFailed,
    Event,
    ItemFinished,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
)
from twinklr.core.pipeline.result import StageStatus

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

MARKS = {
    StageStatus.SUCCEEDED: ("done", "green"),
    StageStatus.FAILED: ("failed", "bold red"),
    StageStatus.SKIPPED: ("skipped", "dim"),
    StageStatus.CANCELLED: ("stopped", "yellow"),
    StageStatus.NOT_RUN: ("not run", "dim"),
    StageStatus.PAUSED: ("waiting", "magenta"),
}


@dataclass(slots=True)
class _Row:
    state: str = "waiting"
    style: str = "dim"
    started_ms: float = 0.0
    duration_ms: float | None = None
    done: int = 0
    total: int | None = None
    failed: int = 0
    note: str = ""


class ProgressDisplay:
    """Shows each stage with its state, time and, for fan-outs, how many items are done.

    Args:
        console: Where to draw. Off a terminal, or with ``live=False``, each finished stage is one line.
        live: Redraw a table in place.

    Use it as an observer: ``PipelineExecutor(observers=[ProgressDisplay(console)])``.
    """

    def __init__(self, console: Console, *, live: bool | None = None) -> None:
        self._console = console
        self._is_live = console.is_terminal if live is None else live
        self._rows: dict[str, _Row] = {}
        self._live: Live | None = None
        self._now_ms = 0.0

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        self._now_ms = event.at_ms
        match event:
            case RunStarted():
                self._rows = {stage: _Row() for stage in event.stages}
                self._open()
            case StageStarted():
                row = self._rows.setdefault(event.stage_id, _Row())
                row.state, row.style, row.started_ms, row.total = "running", "cyan", event.at_ms, event.total
            case AttemptFailed():
                row = self._rows.setdefault(event.stage_id, _Row())
                row.note = f"attempt {event.attempt} failed ({event.error_type}), next in {event.delay_ms / 1000:.1f} s"
                if not self._is_live:
                    self._console.print(f"{event.stage_id}: {row.note}", markup=False, highlight=False)
            case ItemFinished():
                row = self._rows.setdefault(event.stage_id, _Row())
                row.done += 1
                row.failed += event.status is StageStatus.FAILED
            case StageFinished():
                self._finish(event)
            case RunFinished():
                self._close()

    def _finish(self, event: StageFinished) -> None:
        row = self._rows.setdefault(event.stage_id, _Row())
        row.state, row.style = MARKS[event.status]
        row.duration_ms = event.duration_ms
        row.note = "from the cache" if event.cached else f"{event.attempts} attempts" if event.attempts > 1 else ""
        if event.error_type:
            row.note = event.error_type
        # In a list of lines what never started has nothing to say; in the table its row is there anyway.
        if not self._is_live and event.status is not StageStatus.NOT_RUN:
            words = [f"{event.stage_id}: {row.state}", _time(row, self._now_ms), _items(row), row.note]
            self._console.print("  ".join(word for word in words if word), markup=False, highlight=False)

    def _open(self) -> None:
        if self._is_live:
            from rich.live import Live  # noqa: PLC0415 - rich is slow to import

            self._live = Live(console=self._console, get_renderable=self.table, refresh_per_second=8)
            self._live.start()

    def _close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def table(self) -> RenderableType:
        """The table as it stands."""
        from rich.table import Table  # noqa: PLC0415 - rich is slow to import
        from rich.text import Text  # noqa: PLC0415

        table = Table.grid(padding=(0, 2))
        for name, row in self._rows.items():
            cells = [name, row.state, _time(row, self._now_ms), _items(row), row.note]
            table.add_row(*(Text(cell, row.style if position == 1 else "") for position, cell in enumerate(cells)))
        return table


def _time(row: _Row, now_ms: float) -> str:
    if row.duration_ms is None and row.state != "running":
        return ""
    spent_ms = row.duration_ms if row.duration_ms is not None else now_ms - row.started_ms
    return f"{spent_ms / 1000:.1f} s" if row.state not in ("skipped", "not run") else ""


def _items(row: _Row) -> str:
    if not row.done and row.total is None:
        return ""
    failed = f", {row.failed} failed" if row.failed else ""
    return f"{row.done}/{row.total if row.total is not None else '?'}{failed}"
