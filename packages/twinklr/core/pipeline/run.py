"""One run of one pipeline: dataflow by counting dependencies, no waves.

Every stage counts the inputs it still waits for. The task that finishes a stage goes on with the first stage this
made ready and starts tasks for the others, so a chain of any length is one task and a loop. Failing, stopping from
outside and running out of time all end in `Run.stop`: what runs is cancelled and awaited, the rest never starts.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from twinklr.core.pipeline import events
from twinklr.core.pipeline.attempts import failure_text
from twinklr.core.pipeline.context import PipelineContext, Recording
from twinklr.core.pipeline.definition import PipelineDefinition
from twinklr.core.pipeline.graph import initial_part
from twinklr.core.pipeline.node import Node, part_of
from twinklr.core.pipeline.result import PipelineResult, Question, RunStatus, StageResult, StageStatus, complete
from twinklr.core.pipeline.witness import StateWitness

if TYPE_CHECKING:
    from twinklr.core.pipeline.environment import Environment

BREATH = 64
"""Stages a task does before it lets others run, in case the stages never wait for anything."""


class Run:
    """Runs one pipeline once. Made by `PipelineExecutor.execute`, and for a pipeline used as a stage.

    Args:
        pipeline: What to run; valid.
        initial: What stages without inputs get.
        context: What stages share.
        environment: What this run shares with runs inside it.
        prefix: Put before stage ids in events, messages and the store.

    Attributes:
        now: Milliseconds since the outermost run started.
    """

    def __init__(
        self,
        pipeline: PipelineDefinition,
        initial: Any,
        context: PipelineContext,
        environment: Environment,
        prefix: str,
    ) -> None:
        self.pipeline = pipeline
        self.context = context
        self.environment = environment
        self.prefix = prefix
        self.questions: list[Question] = []
        self.watched = bool(environment.observers)
        self.initial = initial
        self._findings: dict[str, None] = dict.fromkeys(() if prefix else environment.notes)
        self.witness = StateWitness(pipeline.graph, environment.answers, context.live_state, self.find)
        self.now = context.clock.timer(environment.epoch_ms)
        self._first_failure: StageResult[Any] | None = None
        self._error: str | None = None
        self._stopping = False
        self._cancelled = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.graph = pipeline.graph
        self.nodes = [
            Node(position, stage, work, self)
            for position, (stage, work) in enumerate(zip(pipeline.stages, pipeline.works, strict=True))
        ]
        self.outputs: list[Any] = [None] * len(self.nodes)
        self._waiting = [len(parents) for parents in self.graph.parents]
        self._unfinished = len(self.nodes)
        self._idle: list[asyncio.Future[Node | None]] = []

    async def execute(self) -> PipelineResult:
        """Run everything; how it ended. Only cancellation of this task and the interpreter's exits are raised."""
        wall = self.context.clock.wall()
        if not self.prefix:
            self.emit(events.RunStarted, self.pipeline.name, self.graph.ids, wall)
        loop = self._loop = asyncio.get_running_loop()

        def cancel_soon(reason: str) -> None:
            loop.call_soon_threadsafe(self.cancel, reason)

        unsubscribe = self.context.cancellation.subscribe(cancel_soon)
        deadline = self.pipeline.deadline_ms
        timer = deadline and loop.call_later(deadline / 1000, self.stop, f"the run took longer than {deadline:g} ms")
        try:
            async with asyncio.TaskGroup() as self._group:
                for node, waiting in zip(self.nodes, self.graph.parents, strict=True):
                    if not waiting:
                        self._start(node)
        finally:
            if timer:
                timer.cancel()
            unsubscribe()
            for node in self.nodes:
                if node.result is None:
                    self._finish(node, StageResult(StageStatus.NOT_RUN, error=self._error or "the run ended first"))
            result = self._result(wall)
            if not self.prefix:
                self.emit(events.RunFinished, result.status)
        return result

    def _start(self, node: Node) -> None:
        """Give a stage to a task that waits for one, or to a new task."""
        while self._idle:
            turn = self._idle.pop()
            if not turn.done():  # it is where its task was cancelled
                turn.set_result(node)
                return
        self._tasks.add(self._group.create_task(self._follow(node), name=node.name))

    def launch(self, node: Node) -> None:
        """Start a stage ahead of its input's end; it takes items as they come."""
        node.launched = True
        self._start(node)

    async def _follow(self, start: Node) -> None:
        """Run a stage, then a stage it made ready, and so on; then wait for one that another made ready."""
        task = asyncio.current_task()
        assert task is not None
        node: Node | None = start
        count = 0
        try:
            # A stage that swallowed its cancellation ends here too.
            while node is not None and not self._stopping and not task.cancelling():
                node = self._settle(node, await node.execute())
                count += 1
                if count % BREATH == 0:
                    await asyncio.sleep(0)
                if node is None and self._unfinished and not self._stopping and not task.cancelling():
                    turn: asyncio.Future[Node | None] = self._loop.create_future()
                    self._idle.append(turn)
                    node = await turn
        except asyncio.CancelledError:
            if node is not None and node.started_ms is not None and node.result is None:
                self._finish(node, StageResult(StageStatus.CANCELLED, error=self._error or "the run was cancelled"))
            raise
        finally:
            self._tasks.discard(task)

    def _settle(self, node: Node, result: StageResult[Any]) -> Node | None:
        """Note how a stage ended, start what that makes ready, and give one of those to go on with."""
        waiting = self._waiting
        ready: list[Node] = []
        settled = [(node, self._finish(node, result))]
        for done, outcome in settled:
            blocked = _blocks(done, outcome)
            for position in self.graph.children[done.position]:
                left = waiting[position] = waiting[position] - 1
                if left and blocked is None:
                    continue
                child = self.nodes[position]
                child.blocked = child.blocked or blocked
                if left or child.launched:
                    continue
                if child.blocked is None:
                    ready.append(child)
                else:
                    settled.append((child, self._finish(child, StageResult(StageStatus.NOT_RUN, error=child.blocked))))
        if self._stopping:
            return None
        for child in ready[1:]:
            self._start(child)
        return ready[0] if ready else None

    def children(self, node: Node) -> list[Node]:
        """Stages that wait for a stage."""
        return [self.nodes[position] for position in self.graph.children[node.position]]

    def _finish(self, node: Node, result: StageResult[Any]) -> StageResult[Any]:
        if not result.finished_ms:
            now = self.now()
            started = now if node.started_ms is None else node.started_ms
            result = complete(result, node.id, result.attempts, started, now, cached=result.cached)
        node.result = result
        self.outputs[node.position] = result.output
        self._unfinished -= 1
        if not self._unfinished:
            for turn in self._idle:
                if not turn.done():
                    turn.set_result(None)
        if node.stream is not None:
            node.stream.close(failed=not result.success)
        if self.watched:
            kind = type(result.exception).__name__ if result.exception else ""
            self.emit(
                events.StageFinished, node.name, result.status, result.duration_ms, result.attempts, result.cached, kind
            )
        if result.status is StageStatus.FAILED and node.definition.critical:
            if self._first_failure is None:
                self._first_failure = result
                self._error = failure_text(node.id, result)
            if self.pipeline.fail_fast:
                self.stop("")
        return result

    def cancel(self, reason: str) -> None:
        """Stop because somebody outside wants it."""
        self._cancelled = self._cancelled or not self._stopping
        self.stop(reason)

    def stop(self, reason: str) -> None:
        """Cancel what runs; start nothing more."""
        if self._stopping:
            return
        self._stopping = True
        self._error = self._error or reason
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()

    # What stages need of their run

    def value_of(self, name: str, stage_id: str) -> Any:
        """What an input name stands for: a stage's output, its stream while it runs, or (part of) the initial input.

        Raises:
            PipelineError: If it names a part of the initial input that is not there.
        """
        position = self.graph.index.get(name)
        if position is None:
            part = initial_part(name)
            return part_of(self.initial, part, stage_id) if part else self.initial
        source = self.nodes[position]
        return source.stream if source.result is None else self.outputs[position]

    def view(self, stage_id: str, item: int | None, recording: Recording | None = None) -> PipelineContext:
        """The context as one stage or item sees it."""
        return self.context.view(self.witness, stage_id, item, recording)

    def find(self, finding: str) -> None:
        """Keep a finding for the result, once."""
        self._findings.setdefault(finding)

    def emit(self, kind: type[events.Event], *arguments: Any) -> None:
        """Tell the observers, if there are any."""
        if self.watched:
            self.environment.emit(kind(self.environment.run_id, self.now(), *arguments), self)

    def _result(self, wall: float) -> PipelineResult:
        status, error = self._status(), self._error
        if status is RunStatus.PAUSED:
            error = "; ".join(f"waits for an answer to {question.id!r}" for question in self.questions)
        return PipelineResult(
            pipeline_name=self.pipeline.name,
            run_id=self.environment.run_id,
            status=status,
            stage_results={node.id: node.result for node in self.nodes if node.result is not None},
            metrics=self.context.metrics,
            findings=tuple(self._findings),
            questions=tuple(self.questions),
            error=error,
            total_duration_ms=self.now(),
            started_at=wall,
            inputs=self.graph.named_parents,
            first_failure=self._first_failure,
        )

    def _status(self) -> RunStatus:
        if self._cancelled:
            return RunStatus.CANCELLED
        if self._error is not None:
            return RunStatus.FAILED
        if self.questions:
            return RunStatus.PAUSED
        stopped = any(node.result is not None and node.result.status is StageStatus.CANCELLED for node in self.nodes)
        return RunStatus.CANCELLED if stopped else RunStatus.SUCCEEDED


def _blocks(node: Node, result: StageResult[Any]) -> str | None:
    """Why the receivers of a stage cannot run, if they cannot."""
    if result.status is StageStatus.SUCCEEDED or result.status is StageStatus.SKIPPED:
        return None
    if result.status is StageStatus.FAILED:
        return f"its input {node.id!r} failed" if node.definition.critical else None
    return f"its input {node.id!r} did not finish ({result.status.value.replace('_', ' ')})"
