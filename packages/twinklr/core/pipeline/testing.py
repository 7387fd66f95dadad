"""For tests of your stages and pipelines: no sleeping, no mocks, nothing random.

* `run_virtual`: runs a coroutine on a loop whose time jumps, so an hour of back-off takes a millisecond.
* `run_stage`: one stage alone.
* `RecordingExecutor`: an executor that keeps every event and counts calls.
* `Faults`: makes the nth attempt of a stage fail, be late, or stop the run.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import defaultdict
from collections.abc import Collection, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from twinklr.core.pipeline.backends import Body, Threads
from twinklr.core.pipeline.context import PipelineContext
from twinklr.core.pipeline.definition import PipelineDefinition, StageDefinition
from twinklr.core.pipeline.events import AttemptFailed, Event, ItemFinished, StageFinished, StageStarted
from twinklr.core.pipeline.executor import PipelineExecutor
from twinklr.core.pipeline.result import StageResult

T = TypeVar("T")

PATIENCE_S = 5.0
"""Real time a virtual loop waits, with nothing scheduled, before it says that nothing ever will be."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer as soon as nothing else can run.

    Threads and processes take real time; while a stage runs on one, the clock stands still.
    """

    def __init__(self) -> None:
        self._virtual_s = 0.0
        self._real = selectors.DefaultSelector()
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual_s

    def jump(self, timeout: float | None) -> list[Any]:
        """Wait for input for a time, without the waiting."""
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        if Threads.under_way:
            return self._real.select(0.005)
        if timeout is None:
            ready = self._real.select(PATIENCE_S)
            if not ready:
                raise RuntimeError("deadlock: every task waits, and no timer is set that could wake one")
            return ready
        self._virtual_s += timeout
        return []


class _JumpingSelector(selectors.BaseSelector):
    """The loop's real selector, asked never to wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._loop._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._loop._real.unregister(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return self._loop.jump(timeout)

    def get_map(self) -> Any:
        return self._loop._real.get_map()

    def close(self) -> None:
        self._loop._real.close()


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine as ``asyncio.run`` does, in virtual time.

    Example:
        >>> async def an_hour() -> float:
        ...     await asyncio.sleep(3600)
        ...     return asyncio.get_running_loop().time()
        >>> run_virtual(an_hour())
        3600.0
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


async def run_stage(
    stage: Any, input: Any = None, context: PipelineContext | None = None, **settings: Any
) -> StageResult[Any]:
    """Run one stage as the executor would.

    Args:
        stage: Stage object or function.
        input: What it gets, as it is: a dict for a stage with several inputs.
        context: What it runs in.
        settings: Anything else a `StageDefinition` takes: ``retry=``, ``timeout_ms=``, ``runs_on=``.
    """
    pipeline = PipelineDefinition("test", [StageDefinition("stage", stage, **settings)])
    result = await PipelineExecutor().execute(pipeline, input, context)
    return result.stage_results["stage"]


class RecordingExecutor(PipelineExecutor):
    """An executor that keeps every event of its runs.

    Attributes:
        events: All events so far.
    """

    def __init__(self, **settings: Any) -> None:
        self.events: list[Event] = []
        observers = [self.events.append, *settings.pop("observers", ())]
        super().__init__(observers=observers, **settings)

    @property
    def started(self) -> list[str]:
        """Stages in the order in which they started."""
        return [event.stage_id for event in self.events if isinstance(event, StageStarted)]

    @property
    def finished(self) -> list[str]:
        """Stages in the order in which they ended."""
        return [event.stage_id for event in self.events if isinstance(event, StageFinished)]

    def attempts(self, stage_id: str) -> int:
        """How often a stage was tried, all items together."""
        failed = sum(isinstance(event, AttemptFailed) and event.stage_id == stage_id for event in self.events)
        of_items = any(isinstance(event, ItemFinished) and event.stage_id == stage_id for event in self.events)
        kind = ItemFinished if of_items else StageFinished
        ends = [event for event in self.events if isinstance(event, kind) and event.stage_id == stage_id]
        return failed + sum(event.attempts > 0 for event in ends)


class Faults:
    """What should go wrong, by stage and attempt; `apply` gives a pipeline in which it does.

    Example:
        >>> from twinklr.core.pipeline import RetryConfig
        >>> add = StageDefinition("add", lambda numbers: sum(numbers), retry=RetryConfig(initial_delay_ms=50))
        >>> faults = Faults().fail("add", attempts=[1]).delay("add", 2_000)
        >>> run = PipelineExecutor().execute(faults.apply(PipelineDefinition("sum", [add])), [1, 2])
        >>> run_virtual(run).stage_results["add"].attempts
        2
    """

    def __init__(self) -> None:
        self.failures: dict[str, dict[int | None, BaseException]] = defaultdict(dict)
        self.delays_ms: dict[str, float] = {}
        self.cancels: set[str] = set()

    def fail(self, stage_id: str, attempts: Collection[int] = (), error: BaseException | None = None) -> Faults:
        """Fail some attempts (counted from 1, for each item by itself), or all where none are named."""
        fault = error or RuntimeError("injected fault")
        for attempt in attempts or (None,):
            self.failures[stage_id][attempt] = fault
        return self

    def delay(self, stage_id: str, delay_ms: float) -> Faults:
        """Wait before every attempt."""
        self.delays_ms[stage_id] = delay_ms
        return self

    def cancel(self, stage_id: str) -> Faults:
        """Cancel the run when this stage starts."""
        self.cancels.add(stage_id)
        return self

    def apply(self, pipeline: PipelineDefinition) -> PipelineDefinition:
        """The same pipeline with the faults in it."""
        touched = self.failures.keys() | self.delays_ms.keys() | self.cancels
        unknown = touched - set(pipeline.graph.index)
        if unknown:
            raise KeyError(f"no stage {sorted(unknown)[0]!r} in pipeline {pipeline.name!r}")
        stages = [
            replace(stage, stage=_Faulty(stage, self)) if stage.id in touched else stage for stage in pipeline.stages
        ]
        return replace(pipeline, stages=stages)


class _Faulty:
    """A stage with faults in front of it. It runs on the loop, whatever the stage itself would."""

    def __init__(self, definition: StageDefinition, faults: Faults) -> None:
        self._body = Body.of(definition.stage)
        self._id = definition.id
        self._faults = faults
        self._attempts: dict[int | None, int] = defaultdict(int)

    async def execute(self, input: Any, context: PipelineContext) -> Any:
        self._attempts[context.item] += 1
        faults = self._faults
        if self._id in faults.cancels:
            context.cancellation.cancel(f"cancelled by {self._id!r}")
            await asyncio.sleep(0)
        if self._id in faults.delays_ms:
            await context.clock.sleep(faults.delays_ms[self._id])
        failures = faults.failures.get(self._id, {})
        error = failures.get(self._attempts[context.item], failures.get(None))
        if error is not None:
            raise error
        returned = self._body(input, context)
        return await returned if asyncio.iscoroutine(returned) else returned
