"""A run as one HTML file that needs nothing else: timeline, attempts, cache hits, critical path, findings."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinklr.core.pipeline.result import StageResult

if TYPE_CHECKING:
    from twinklr.core.pipeline.result import PipelineResult

MAX_ITEMS = 200
"""Items of a fan-out drawn one by one; the rest is counted."""

STYLE = """
body{font:14px system-ui,sans-serif;margin:2rem;color:#1c1e21;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:3px 8px;border-bottom:1px solid #e3e5e8}
td:nth-child(3){white-space:nowrap}
td.bar{width:55%;position:relative;padding:0}
td.bar i{position:absolute;top:4px;bottom:4px;min-width:2px;border-radius:2px}
.succeeded{background:#3a8f5c}.failed{background:#c8372d}.cancelled{background:#d99a26}.paused{background:#8c5bc0}
.skipped,.not_run{background:#b9bdc4}.hit{background:#4f86c6}.path td:first-child{font-weight:600}
.item td{color:#6b7078;font-size:12px;border:0;padding:1px 8px 1px 24px}.item td.bar{padding:0}pre{white-space:pre-wrap}
@media(prefers-color-scheme:dark){body{background:#15171a;color:#dfe2e6}td,th{border-color:#2c2f34}}
"""


def write_report(result: PipelineResult, path: Path) -> None:
    """Write the report; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(report_html(result), encoding="utf-8")
    part.replace(path)


def report_html(result: PipelineResult) -> str:
    """The report as text."""
    when = datetime.fromtimestamp(result.started_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    title = f"{escape(result.pipeline_name)}: {result.status}"
    path = set(result.critical_path())
    rows = "".join(_rows(result, name, stage, name in path) for name, stage in result.stage_results.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1><p>Run {escape(result.run_id)}, {when}, {result.total_duration_ms / 1000:.2f} s. "
        "Bold: the critical path, which set the length of the run.</p>"
        f"{_paragraph('Error', result.error)}"
        "<table><tr><th>Stage<th>Ended<th>Time<th>Attempts<th>From start to end</tr>"
        f"{rows}</table>{_list('Findings', result.findings)}{_metrics(result)}</html>\n"
    )


def _rows(result: PipelineResult, name: str, stage: StageResult[Any], on_path: bool) -> str:
    total = max(result.total_duration_ms, 1e-9)
    rows = [_row("path" if on_path else "", name, stage, total)]
    rows += [_row("item", f"[{index}]", item, total) for index, item in enumerate(stage.items[:MAX_ITEMS])]
    if len(stage.items) > MAX_ITEMS:
        rows.append(f'<tr class="item"><td colspan="5">and {len(stage.items) - MAX_ITEMS} more items</tr>')
    return "".join(rows)


def _row(kind: str, name: str, stage: StageResult[Any], total_ms: float) -> str:
    left = min(100.0, stage.started_ms / total_ms * 100)
    width = max(0.0, min(100.0 - left, stage.duration_ms / total_ms * 100))
    colour = "hit" if stage.cached else stage.status.value
    ended = "from the store" if stage.cached else stage.status.value.replace("_", " ")
    reason = f": {escape(stage.error)}" if stage.error else ""
    return (
        f'<tr class="{kind}"><td>{escape(name)}<td>{ended}{reason}<td>{stage.duration_ms:.1f} ms<td>{stage.attempts}'
        f'<td class="bar"><i class="{colour}" style="left:{left:.2f}%;width:{width:.2f}%"></i></tr>'
    )


def _paragraph(title: str, text: str | None) -> str:
    return f"<p><b>{title}:</b> {escape(text)}</p>" if text else ""


def _list(title: str, lines: tuple[str, ...]) -> str:
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{escape(line)}' for line in lines)}</ul>" if lines else ""


def _metrics(result: PipelineResult) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(name))}<td>{escape(str(value))}</tr>" for name, value in result.metrics.items()
    )
    return f"<h2>Metrics</h2><table>{rows}</table>" if rows else ""
