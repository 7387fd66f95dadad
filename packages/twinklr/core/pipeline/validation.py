"""Every problem of a definition at once, each as one line: the stage, the cause, the cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from twinklr.core.pipeline.backends.body import Body
from twinklr.core.pipeline.graph import initial_part
from twinklr.core.pipeline.typefit import check_types

if TYPE_CHECKING:
    from twinklr.core.pipeline.definition import PipelineDefinition, StageDefinition

FAN_OUT_ONLY = {"max_concurrency": None, "on_item_error": "fail"}
"""Settings that only a fan-out looks at, and their defaults."""
MAX_COMPARISONS = 100_000
"""Names compared to find the nearest of unknown ones; about a second."""


def check_pipeline(pipeline: PipelineDefinition) -> list[str]:
    """All findings on a definition, those on its graph first, then stage by stage, then types."""
    wrong = list(_check_kinds(pipeline))
    if wrong:
        return wrong  # the rest needs ids to look at
    findings = list(_check_graph(pipeline))
    hints = _hints(pipeline)
    for stage in pipeline.stages:
        findings += [f"stage {stage.id!r}: {problem}" for problem in _check_stage(stage, pipeline, hints)]
    return findings + check_types(pipeline)


def _check_kinds(pipeline: PipelineDefinition) -> Iterator[str]:
    """What is not even a definition with ids."""
    from twinklr.core.pipeline.definition import StageDefinition  # noqa: PLC0415 - it imports this module

    for position, stage in enumerate(pipeline.stages):
        one: object = stage
        if not isinstance(one, StageDefinition):
            yield (
                f"pipeline {pipeline.name!r}: stages[{position}] is a {type(one).__name__}; "
                "write StageDefinition('its id', ...)"
            )
            continue
        named: list[tuple[str, object]] = [("its id", stage.id), *(("an input", name) for name in stage.inputs)]
        for what, name in named:
            if not isinstance(name, str):
                yield f"stage {stage.id!r}: {what} is a {type(name).__name__}; ids are strings"


def _hints(pipeline: PipelineDefinition) -> dict[str, str]:
    """What may have been meant by each unknown input; the nearest name while looking for it takes no ages."""
    known = pipeline.graph.index
    names = (name for stage in pipeline.stages for name in stage.inputs)
    unknown = list(dict.fromkeys(name for name in names if name not in known and initial_part(name) is None))
    there = f"there are {', '.join(sorted(known)[:10])}" if unknown else ""
    hints = {}
    for count, name in enumerate(unknown):
        near = get_close_matches(name, known, 1) if count * len(known) < MAX_COMPARISONS else []
        hints[name] = f"did you mean {near[0]!r}?" if near else there
    return hints


def _check_graph(pipeline: PipelineDefinition) -> Iterator[str]:
    if not pipeline.stages:
        yield f"pipeline {pipeline.name!r} has no stages; give it at least one StageDefinition"
        return
    yield from (f"pipeline {pipeline.name!r}: {one}" for one in _check_time("deadline_ms", pipeline.deadline_ms))
    for name, count in Counter(stage.id for stage in pipeline.stages).items():
        if count > 1:
            yield f"stage {name!r}: duplicate id, {count} stages have it; give each stage an id of its own"
    graph = pipeline.graph
    for path in graph.cycles():
        names = " -> ".join(graph.ids[position] for position in path)
        yield f"stage {graph.ids[path[0]]!r}: cycle, it waits for itself ({names}); remove one of these inputs"
    if all(graph.parents) or not graph.order():
        yield (
            f"pipeline {pipeline.name!r} has no entry point: every stage waits for another; "
            "leave the inputs of the first stage empty, so that it gets the initial input"
        )


def _check_stage(stage: StageDefinition, pipeline: PipelineDefinition, hints: dict[str, str]) -> Iterator[str]:
    if not str(stage.id).strip():
        yield "its id is empty; ids are non-empty strings"
    yield from _check_inputs(stage, pipeline, hints)
    yield from _check_pattern(stage)
    yield from _check_body(stage)
    for name in ("timeout_ms", "deadline_ms"):
        yield from _check_time(name, getattr(stage, name))
    most: object = stage.max_concurrency
    if most is not None and (not isinstance(most, int) or most < 1):
        yield f"max_concurrency is {most!r}; give a whole number, at least 1"
    if stage.retry is not None and not hasattr(stage.retry, "next_delay_ms"):
        yield f"retry is {stage.retry!r}; give RetryConfig(max_attempts=3)"


def _check_time(name: str, value: object) -> Iterator[str]:
    if value is not None and (not isinstance(value, int | float) or not value > 0):
        yield f"{name} is {value!r}; give a time above 0, in milliseconds, or leave it out"


def _check_inputs(stage: StageDefinition, pipeline: PipelineDefinition, hints: dict[str, str]) -> Iterator[str]:
    known = pipeline.graph.index
    for name in stage.inputs:
        if name not in known and initial_part(name) is None:
            yield f"unknown input {name!r}; {hints[name]}"
    keys = Counter(name if name in known else initial_part(name) or name for name in stage.inputs)
    for name, count in keys.items():
        if count > 1:
            yield f"input {name!r} is named {count} times; name each input once"
    if stage.on_skip not in ("run", "skip"):
        yield f"on_skip is {stage.on_skip!r}; use 'run' or 'skip'"
    if stage.on_skip == "skip" and not any(name in known for name in stage.inputs):
        yield "on_skip='skip' has no effect, since it waits for no stage; leave it out"


def _check_pattern(stage: StageDefinition) -> Iterator[str]:
    pattern = stage.pattern.name
    if pattern == "CONDITIONAL" and stage.condition is None:
        yield "CONDITIONAL without a condition; give condition=lambda context: context.get_state('key', False)"
    if pattern != "CONDITIONAL" and stage.condition is not None:
        yield f"has a condition, which {pattern} never asks; use pattern=ExecutionPattern.CONDITIONAL"
    condition: object = stage.condition
    if condition is not None and not callable(condition):
        yield "its condition is not callable; give a function of the context"
    if stage.is_fan_out:
        if len(stage.inputs) != 1:
            yield (
                f"FAN_OUT with {len(stage.inputs)} inputs; it needs exactly one, whose output is the list of items "
                "(put a stage before it that builds the list)"
            )
        if stage.on_item_error not in ("fail", "skip", "collect"):
            yield f"on_item_error is {stage.on_item_error!r}; use 'fail', 'skip' or 'collect'"
        return
    for name, default in FAN_OUT_ONLY.items():
        if getattr(stage, name) != default:
            yield f"{name} has no effect on {pattern}; leave it out or use pattern=ExecutionPattern.FAN_OUT"


def _check_body(stage: StageDefinition) -> Iterator[str]:
    from twinklr.core.pipeline.definition import PipelineDefinition  # noqa: PLC0415 - it imports this module

    body = stage.stage
    if isinstance(body, PipelineDefinition):
        for finding in body.findings:
            yield f"in its pipeline: {finding}"
        for name in ("cache", "runs_on"):
            if getattr(stage, name) not in (None, "auto"):
                yield f"{name} has no effect on a pipeline as stage; set it on the stages of that pipeline"
        return
    execute = getattr(body, "execute", body)
    if isinstance(body, type):
        yield f"its stage is the class {body.__name__}; hand in an instance: {body.__name__}(...)"
    elif not callable(execute):
        yield f"its stage is a {type(body).__name__}; give an object with execute(input, context), or a function"
    else:
        problem = Body.of(body).misfit()
        if problem:
            yield f"its stage cannot be called with (input, context): {problem}; bind the rest with functools.partial"
