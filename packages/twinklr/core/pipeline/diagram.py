"""Pictures as text: a definition as Mermaid or Graphviz, a run as a timeline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from twinklr.core.pipeline.definition import ExecutionPattern, PipelineDefinition
from twinklr.core.pipeline.graph import initial_part
from twinklr.core.pipeline.result import StageStatus

if TYPE_CHECKING:
    from twinklr.core.pipeline.result import PipelineResult

MERMAID_SHAPES = {
    ExecutionPattern.SEQUENTIAL: ("[", "]"),
    ExecutionPattern.PARALLEL: ("[", "]"),
    ExecutionPattern.CONDITIONAL: ("{{", "}}"),
    ExecutionPattern.FAN_OUT: ("[[", "]]"),
}
DOT_SHAPES = {
    ExecutionPattern.SEQUENTIAL: "box",
    ExecutionPattern.PARALLEL: "box",
    ExecutionPattern.CONDITIONAL: "hexagon",
    ExecutionPattern.FAN_OUT: "box3d",
}
STATUS_MARKS = {
    StageStatus.SUCCEEDED: "=",
    StageStatus.FAILED: "!",
    StageStatus.CANCELLED: "x",
    StageStatus.PAUSED: "?",
    StageStatus.SKIPPED: ".",
    StageStatus.NOT_RUN: ".",
}


def mermaid(pipeline: PipelineDefinition) -> str:
    """A Mermaid flowchart: conditional stages as hexagons, fan-outs with double edges, non-critical ones dashed.

    Example:
        >>> from twinklr.core.pipeline import StageDefinition
        >>> stages = [StageDefinition("a", len), StageDefinition("b", str, inputs=["a"])]
        >>> print(mermaid(PipelineDefinition("p", stages)))
        flowchart TD
            s0["a"]
            s1["b"]
            s0 --> s1
    """
    lines = ["flowchart TD"]
    index = pipeline.graph.index
    initial = any(initial_part(name) is not None and name not in index for s in pipeline.stages for name in s.inputs)
    if initial:
        lines.append('    input(["input"])')
    for position, stage in enumerate(pipeline.stages):
        begin, end = MERMAID_SHAPES[stage.pattern]
        label = stage.id.replace('"', "#quot;")
        lines.append(f'    s{position}{begin}"{label}"{end}' + ("" if stage.critical else ":::optional"))
    for position, stage in enumerate(pipeline.stages):
        for name in stage.inputs:
            if name in index:
                lines.append(f"    s{index[name]} --> s{position}")
            else:
                part = initial_part(name)
                lines.append(f"    input -->{f'|{part}|' if part else ''} s{position}")
    if any(not stage.critical for stage in pipeline.stages):
        lines.append("    classDef optional stroke-dasharray: 4")
    return "\n".join(lines)


def dot(pipeline: PipelineDefinition) -> str:
    """The same in Graphviz' language."""
    lines = [f"digraph {json.dumps(pipeline.name)} {{", "    rankdir=TB;"]
    for stage in pipeline.stages:
        style = "" if stage.critical else ", style=dashed"
        lines.append(f"    {json.dumps(stage.id)} [shape={DOT_SHAPES[stage.pattern]}{style}];")
        lines += [f"    {json.dumps(name)} -> {json.dumps(stage.id)};" for name in stage.inputs]
    return "\n".join([*lines, "}"])


def timeline_text(result: PipelineResult, width: int) -> str:
    """A bar per stage over time, ``*`` before the stages of the critical path."""
    total = max(result.total_duration_ms, 1e-9)
    names = max((len(name) for name in result.stage_results), default=0)
    path = set(result.critical_path())
    lines = []
    for name, stage in result.stage_results.items():
        begin = min(width - 1, int(stage.started_ms / total * width))
        length = max(1, round(stage.duration_ms / total * width))
        bar = (" " * begin + STATUS_MARKS[stage.status] * length)[:width].ljust(width)
        note = "cached" if stage.cached else f"{stage.attempts} attempts" if stage.attempts > 1 else ""
        note = note if stage.success else stage.status.value.replace("_", " ")
        mark = "*" if name in path else " "
        lines.append(f"{mark} {name.ljust(names)} |{bar}| {stage.duration_ms:9.1f} ms {note}".rstrip())
    return "\n".join(lines)
