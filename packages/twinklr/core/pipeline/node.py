"""One stage of one run: from "its inputs are there" to its `StageResult`."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from twinklr.core.pipeline import events
from twinklr.core.pipeline.attempts import Work, within
from twinklr.core.pipeline.backends import Backend, Body
from twinklr.core.pipeline.context import Pause, PipelineContext, Recording
from twinklr.core.pipeline.definition import PipelineDefinition, StageDefinition
from twinklr.core.pipeline.fan_out import (
    FanOut,
    ItemFailed,
    Stream,
    UpstreamFailed,
    known_length,
    open_source,
)
from twinklr.core.pipeline.faults import PipelineError, StageTimeout
from twinklr.core.pipeline.graph import initial_part
from twinklr.core.pipeline.result import Question, RunStatus, StageResult, StageStatus, complete

if TYPE_CHECKING:
    from twinklr.core.pipeline.memory import Keeper
    from twinklr.core.pipeline.run import Run


class Node:
    """A stage while it runs.

    Attributes:
        launched: It was started ahead of its input's end, as a fan-out behind a fan-out is.
        blocked: Why it cannot run, if it cannot.
        stream: Where its finished items go while it runs.
        result: How it ended.
        started_ms: When it started, if it did.
    """

    launched = False
    blocked: str | None = None
    stream: Stream | None = None
    result: StageResult[Any] | None = None
    started_ms: float | None = None
    _backend: Backend | None = None
    _keeper: Keeper | None = None

    def __init__(self, position: int, definition: StageDefinition, work: Work | None, run: Run) -> None:
        self.position = position
        self.definition = definition
        self.id = definition.id
        self._run = run
        self._work = work or Work(Body(_SubPipeline(run, self), 2, True), definition)

    @property
    def name(self) -> str:
        """Its id, after those of the stages whose pipelines it is in."""
        return self._run.prefix + self.id

    @property
    def parents(self) -> list[Node]:
        """Stages it waits for."""
        nodes = self._run.nodes
        return [nodes[position] for position in self._run.graph.parents[self.position]]

    def streams_from(self, source: Node) -> bool:
        """It is a fan-out that takes the items of another as they are finished."""
        return self.definition.is_fan_out and source.definition.is_fan_out and source.definition.critical

    async def execute(self) -> StageResult[Any]:
        """Run it: skip, condition, input, work, deadline. Its result, whatever happens."""
        run, definition = self._run, self.definition
        self.started_ms = run.now()
        try:
            plain = self._work.plain and run.environment.memory is None
            if not plain and (verdict := await self._ask()) is not None:
                return verdict
            value = self._input()
            if not plain:
                self._prepare()
                if definition.is_fan_out:
                    return await self._in_time(self._fan_out(value))
            if run.watched:
                run.emit(events.StageStarted, self.name)
            return await (self._perform(value, None) if plain else self._in_time(self._perform(value, None)))
        except Exception as error:  # noqa: BLE001 - inputs, their items and cache keys are objects of the user's own
            return StageResult.failure(error)

    async def _in_time(self, work: Coroutine[Any, Any, StageResult[Any]]) -> StageResult[Any]:
        limit_ms = self.definition.deadline_ms
        if limit_ms is None:
            return await work
        try:
            return await within(limit_ms, work, f"the stage took longer than {limit_ms:g} ms")
        except StageTimeout as error:
            return StageResult.failure(error)

    def _input(self) -> Any:
        """The initial input, one output, or a dict of several.

        Raises:
            PipelineError: If it names a part of the initial input that is not there.
        """
        run, names = self._run, self.definition.inputs
        if not names:
            return run.initial
        if len(names) == 1:
            return run.value_of(names[0], self.id)
        index = run.graph.index
        parents = run.graph.parents[self.position]
        if len(parents) == len(names):  # stages all of them: the usual case, made quick
            ids, outputs = run.graph.ids, run.outputs
            return {ids[parent]: outputs[parent] for parent in parents}
        return {name if name in index else initial_part(name) or name: run.value_of(name, self.id) for name in names}

    async def _ask(self) -> StageResult[Any] | None:
        """None to go on; a skip where an input or the condition says so, a failure where the condition raised."""
        if self.definition.on_skip == "skip":
            for parent in self.parents:
                if parent.result is not None and parent.result.status is StageStatus.SKIPPED:
                    return StageResult.skipped(f"its input {parent.id!r} was skipped")
        condition = self.definition.condition
        if condition is None:
            return None
        try:
            verdict = condition(self._run.view(self.id, None))
            if inspect.isawaitable(verdict):
                verdict = await verdict
        except Pause as pause:
            return self._paused(pause)
        except Exception as error:  # noqa: BLE001 - a condition is the user's code and may raise anything
            return StageResult.failure(f"its condition raised {type(error).__name__}: {error}", exception=error)
        return None if verdict else StageResult.skipped("its condition was false")

    def _prepare(self) -> None:
        """Find out where it runs and what keeps its outputs, before its first attempt."""
        definition, environment, work = self.definition, self._run.environment, self._work
        if not isinstance(work.body.function, _SubPipeline):
            if definition.runs_on != "auto" or not work.body.is_async:
                self._backend = environment.backend(definition.runs_on, work.body)
            if environment.memory is not None:
                self._keeper = environment.memory.keeper(definition, self._run)
        if work.unpacks_inputs:
            self._run.find(
                f"stage {self.id!r}: takes its input apart like a tuple, but with several inputs it gets a dict by "
                f"stage id; read input[{definition.inputs[0]!r}]"
            )

    async def _perform(self, value: Any, item: int | None) -> StageResult[Any]:
        """One piece of work, a stage or an item: its result, whatever happens."""
        started_ms = self.started_ms if item is None else self._run.now()
        attempts = 1
        returned: Any
        try:
            if self._keeper is not None:
                returned, attempts = await self._remembered(self._keeper, value, item)
            elif self._work.direct:
                returned = await self._work.call(value, self._run.view(self.id, item))
            else:
                context = self._run.view(self.id, item)
                returned, attempts = await self._work.run(value, context, self._backend, self._retried)
        except Pause as pause:
            returned = self._paused(pause)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - a stage may raise anything; it ends here
            returned = self._work.raised(error)
        return self._done(returned, attempts, item, started_ms or 0.0)

    async def _remembered(self, keeper: Keeper, value: Any, item: int | None) -> tuple[Any, int]:
        """From the store, or done and kept there."""
        context = self._run.view(self.id, item, Recording(reads={}))
        ticket = await keeper.open(value, context)
        if ticket is not None and ticket.hit is not None:
            return ticket.hit, 0
        returned, attempts = await self._work.run(value, context, self._backend, self._retried)
        if ticket is not None:
            await keeper.keep(ticket, returned, context)
        return returned, attempts

    def _done(self, returned: Any, attempts: int, item: int | None, started_ms: float) -> StageResult[Any]:
        run = self._run
        done = complete(returned, self.id, attempts, started_ms, run.now(), cached=attempts == 0)
        if item is not None and run.watched:
            run.emit(events.ItemFinished, self.name, item, done.status, done.duration_ms, attempts, done.cached)
        return done

    def _paused(self, pause: Pause) -> StageResult[Any]:
        self._run.questions.append(Question(pause.question_id, pause.prompt, self.name))
        return StageResult(StageStatus.PAUSED, error=f"waits for an answer: {pause.prompt}")

    def _retried(self, context: PipelineContext, attempt: int, pause_ms: float, result: StageResult[Any]) -> None:
        kind = type(result.exception).__name__ if result.exception else "failure"
        self._run.emit(events.AttemptFailed, self.name, context.item, attempt, pause_ms, kind)

    async def _fan_out(self, value: Any) -> StageResult[Any]:
        definition, run = self.definition, self._run
        source_id = definition.inputs[0]
        source: Iterator[tuple[int, Any]] | AsyncIterator[tuple[int, Any]]
        streams = isinstance(value, Stream)
        run.emit(events.StageStarted, self.name, None if streams else known_length(value))
        source = value.follow() if streams else open_source(value, source_id)
        receivers = [child for child in run.children(self) if child.streams_from(self)]
        if receivers and value is not None:
            self.stream = Stream()
            for child in receivers:
                run.launch(child)
        limit = definition.max_concurrency or run.environment.concurrency(self._backend)
        fan_out = FanOut(self.name, self._perform, limit, definition.on_item_error, self.stream)
        try:
            return await fan_out.run(source)
        except ItemFailed as failed:
            return failed.as_result(fan_out.results)
        except UpstreamFailed:
            return StageResult(StageStatus.CANCELLED, error=f"its input {source_id!r} did not finish")


def part_of(initial: Any, part: str, stage_id: str) -> Any:
    """What ``input.NAME`` means: a key of the initial input, or an attribute.

    Raises:
        PipelineError: If there is neither.
    """
    if isinstance(initial, Mapping):
        if part in initial:
            return initial[part]
    elif hasattr(initial, part):
        return getattr(initial, part)
    raise PipelineError(
        f"the initial input has no {part!r}; hand it in: execute(pipeline, {{{part!r}: ...}}, context), "
        f"or take 'input.{part}' out of the inputs of {stage_id!r}"
    )


class _SubPipeline:
    """A pipeline as a stage: gives the output of its last stage, or a dict of outputs where it has several.

    Its stages read the state of the pipeline around it; what they write stays inside, so that the items of a fan-out
    over a pipeline do not write over each other.
    """

    def __init__(self, outer: Run, node: Node) -> None:
        self._outer = outer
        assert isinstance(node.definition.stage, PipelineDefinition)
        self._pipeline = node.definition.stage
        self._name = node.name

    async def __call__(self, value: Any, context: PipelineContext) -> StageResult[Any]:
        outer = self._outer
        place = self._name if context.item is None else f"{self._name}[{context.item}]"
        inner = type(outer)(self._pipeline, value, outer.context.scoped(), outer.environment, f"{place}/")
        result = await inner.execute()
        for finding in result.findings:
            outer.find(f"in {place}: {finding}")
        if result.status is RunStatus.PAUSED:
            outer.questions += inner.questions
            return StageResult(StageStatus.PAUSED, error=result.error)
        if not result.success:
            cause = result.first_failure.exception if result.first_failure else None
            return StageResult.failure(result.error or "cancelled", exception=cause)
        graph = self._pipeline.graph
        last = [name for name, children in zip(graph.ids, graph.children, strict=True) if not children]
        outputs = {name: result.outputs.get(name) for name in last}
        return StageResult.success(outputs[last[0]] if len(last) == 1 else outputs)
