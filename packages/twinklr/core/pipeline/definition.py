"""Stages and pipelines, declared. Nothing here runs anything; see `twinklr.core.pipeline.executor`.

A stage is any object with an ``execute(input, context)`` method, any plain function (``def`` or ``async def`` of
``()``, ``(input)`` or ``(input, context)``), or a whole `PipelineDefinition`. What it gets as input follows from its
definition: no inputs, the run's initial input; one, that stage's output; several, a dict of outputs by stage id. A
skipped or failed non-critical input arrives as None.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

from twinklr.core.pipeline.attempts import Work
from twinklr.core.pipeline.backends.body import Body
from twinklr.core.pipeline.context import PipelineContext
from twinklr.core.pipeline.graph import Graph
from twinklr.core.pipeline.policy import RetryPolicy
from twinklr.core.pipeline.result import StageResult


class ExecutionPattern(StrEnum):
    """How a stage is run once its inputs are there.

    Independent stages always run at the same time, whichever pattern they have: `SEQUENTIAL` and `PARALLEL` differ
    for the reader of a definition only.
    """

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"
    CONDITIONAL = "conditional"
    """Run when ``condition(context)`` is true, skipped otherwise."""
    FAN_OUT = "fan_out"
    """Run once for every item of its one input; the output is the list of outputs, in input order."""


@runtime_checkable
class Stage(Protocol):
    """The shape of a stage object. ``execute`` may be ``async def`` or plain ``def`` (then it runs in a thread)."""

    async def execute(self, input: Any, context: PipelineContext) -> StageResult[Any]:
        """Do the work. What is raised becomes a failure that keeps the traceback."""


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """What, besides its code and input, the output of a stage depends on.

    Attributes:
        version: Change it to forget what was stored before.
        config: What the stage depends on apart from its input: a value, or a function of the context. Without it
            every service the stage reads from the context counts; with it none does.
        key: Reduces the input to what matters: ``lambda folder: [folder / "layout.xml"]``; paths count by content.
        max_age_s: Older entries are not used.
    """

    version: str = ""
    config: Any = None
    key: Callable[[Any], Any] | None = None
    max_age_s: float | None = None


Condition = Callable[[PipelineContext], bool | Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class StageDefinition:
    """A stage, where its input comes from, and the rules it runs under.

    Attributes:
        id: Name of the stage in the pipeline: key of its output, name in messages.
        stage: Stage object, function, or `PipelineDefinition`.
        pattern: How it is run.
        inputs: Ids of the stages it waits for. ``"input"`` is the run's initial input and ``"input.NAME"`` one key
            (or attribute) of it; in a dict of several inputs the latter appears as ``NAME``.
        condition: For CONDITIONAL: decides on the context when all inputs are there; may be ``async``.
        retry: When to try again; each item of a fan-out by itself.
        timeout_ms: Longest time for one attempt, of each item of a fan-out by itself.
        deadline_ms: Longest time for the whole stage: all attempts, pauses and items.
        max_concurrency: FAN_OUT: items under way at the same time (32; on threads and processes, by cores).
        on_item_error: FAN_OUT: a failed item fails the stage ("fail"), is left out ("skip"), or stays in the output
            as its failed `StageResult` ("collect"), which a fan-out behind it hands on untouched.
        on_skip: When an input was skipped: "run" with None for it, or "skip" this stage too.
        critical: A critical stage's failure fails the run; another's is None for its receivers.
        runs_on: "loop", "thread", "process", or a backend given to the executor. "auto": coroutines on the loop,
            plain functions on a thread.
        cache: True or a `CachePolicy`: use and keep stored outputs. False: never. None: keep them where the executor
            has a store, use them only to resume.
        description: For diagrams and reports.
    """

    id: str
    stage: Stage | Callable[..., Any] | PipelineDefinition | Any
    pattern: ExecutionPattern = ExecutionPattern.SEQUENTIAL
    inputs: Sequence[str] = ()
    condition: Condition | None = None
    retry: RetryPolicy | None = None
    timeout_ms: float | None = None
    deadline_ms: float | None = None
    max_concurrency: int | None = None
    on_item_error: Literal["fail", "skip", "collect"] = "fail"
    on_skip: Literal["run", "skip"] = "run"
    critical: bool = True
    runs_on: str = "auto"
    cache: bool | CachePolicy | None = None
    description: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", ExecutionPattern(self.pattern))
        inputs = (self.inputs,) if isinstance(self.inputs, str) else tuple(self.inputs)
        object.__setattr__(self, "inputs", inputs)

    @property
    def is_fan_out(self) -> bool:
        """Run once for every item of its input."""
        return self.pattern is ExecutionPattern.FAN_OUT


@dataclass(frozen=True)
class PipelineDefinition:
    """Stages under one name. The order of ``stages`` is for the reader; the inputs decide when each runs.

    Attributes:
        name: Name in logs, reports and the store.
        stages: The stages.
        fail_fast: Stop everything at the first critical failure; otherwise let independent branches finish.
        deadline_ms: Longest time for a run.
        description: For diagrams and reports.

    Example:
        >>> double = StageDefinition("double", lambda number: number * 2)
        >>> PipelineDefinition("doubling", [double]).validate()
        []
    """

    name: str
    stages: Sequence[StageDefinition]
    fail_fast: bool = True
    deadline_ms: float | None = None
    description: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(self.stages))

    def stage(self, stage_id: str) -> StageDefinition:
        """The definition of a stage.

        Raises:
            KeyError: If there is none of that id.
        """
        return self.stages[self.graph.index[stage_id]]

    @cached_property
    def graph(self) -> Graph:
        """Who waits for whom, by position in ``stages``."""
        return Graph([stage.id for stage in self.stages], [stage.inputs for stage in self.stages])

    @cached_property
    def works(self) -> tuple[Work | None, ...]:
        """How to do each stage's work, worked out once; None for a pipeline as stage."""
        return tuple(
            None if isinstance(stage.stage, PipelineDefinition) else Work(Body.of(stage.stage), stage)
            for stage in self.stages
        )

    @cached_property
    def places(self) -> frozenset[str]:
        """Everything ``runs_on`` says, here and in pipelines inside."""
        inside = [stage.stage.places for stage in self.stages if isinstance(stage.stage, PipelineDefinition)]
        return frozenset(stage.runs_on for stage in self.stages).union(*inside)

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """What `validate` returns, found once."""
        from twinklr.core.pipeline.validation import check_pipeline  # noqa: PLC0415 - it reads definitions

        return tuple(check_pipeline(self))

    def validate(self) -> list[str]:
        """Every problem of the definition, each naming the stage, the cause and the cure; empty when it can run."""
        return list(self.findings)

    def to_mermaid(self) -> str:
        """The graph as Mermaid text, which GitHub and many editors draw."""
        from twinklr.core.pipeline.diagram import mermaid  # noqa: PLC0415 - pictures are seldom needed

        return mermaid(self)

    def to_dot(self) -> str:
        """The graph in Graphviz' language."""
        from twinklr.core.pipeline.diagram import dot  # noqa: PLC0415 - pictures are seldom needed

        return dot(self)
