"""One piece of work, a stage or one item of a fan-out, from its input to its `StageResult`: attempts and pauses."""

from __future__ import annotations

import asyncio
import dis
import functools
from collections.abc import Awaitable, Callable
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

from twinklr.core.pipeline.backends import Backend, Body
from twinklr.core.pipeline.context import PipelineContext
from twinklr.core.pipeline.faults import StageTimeout
from twinklr.core.pipeline.result import StageResult, StageStatus, describe

if TYPE_CHECKING:
    from twinklr.core.pipeline.definition import StageDefinition

T = TypeVar("T")
OnRetry = Callable[[PipelineContext, int, float, StageResult[Any]], None]


class Work:
    """How to do one stage's work, worked out once per definition; the same for every item of a fan-out.

    Attributes:
        body: What to call.
        call: The same with input and context, by the shortest way.
        retry: When to try again.
        timeout_ms: Longest time for an attempt.
        unpacks_inputs: It gets a dict of several inputs and takes it apart like a tuple.
        direct: A coroutine on the loop, tried once for as long as it takes; `call` is all there is to do.
        plain: A coroutine on the loop without conditions; there is nothing to look at before it runs.
    """

    def __init__(self, body: Body, definition: StageDefinition) -> None:
        several = len(definition.inputs) > 1
        self.body = body
        self.call: Callable[..., Any] = body.function if body.takes == 2 else body
        self.retry = definition.retry
        self.timeout_ms = definition.timeout_ms
        self.unpacks_inputs = several and unpacks_input(body)
        on_loop = body.is_async and definition.runs_on in ("auto", "loop")
        self.direct = on_loop and self.retry is None and self.timeout_ms is None
        self.plain = (
            on_loop
            and definition.condition is None
            and definition.deadline_ms is None
            and definition.on_skip == "run"
            and not definition.is_fan_out
            and not self.unpacks_inputs
        )

    async def attempt(self, value: Any, context: PipelineContext, backend: Backend | None) -> Any:
        """Try once: what the stage returned, or a failed `StageResult` for what it raised.

        Only cancellation, a pause and the interpreter's own exits are raised.
        """
        try:
            if self.timeout_ms is None:
                return await self._call(value, context, backend)
            message = f"the attempt took longer than {self.timeout_ms:g} ms"
            return await within(self.timeout_ms, self._call(value, context, backend), message)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - a stage may raise anything; it ends here
            return self.raised(error)

    def raised(self, error: BaseException) -> StageResult[Any]:
        """What a stage raised, as a failure, with the likely cause where that is known.

        Raises:
            asyncio.CancelledError: If this task was asked to stop, as against a stage that waited for something
                somebody else cancelled.
        """
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise error
            return StageResult.failure("something it waited for was cancelled")
        if self.unpacks_inputs:
            error.add_note(
                "a stage with several inputs gets a dict by stage id: read input['stage id'], do not unpack it"
            )
        return StageResult.failure(error)

    async def _call(self, value: Any, context: PipelineContext, backend: Backend | None) -> Any:
        if backend is not None:
            return await backend.call(self.body, value, context)
        returned = self.body(value, context)
        return await returned if isinstance(returned, Awaitable) else returned

    async def run(
        self, value: Any, context: PipelineContext, backend: Backend | None, on_retry: OnRetry
    ) -> tuple[Any, int]:
        """Try until it succeeds or the policy gives up; what came of it and the number of attempts."""
        if self.retry is None:
            return await self.attempt(value, context, backend), 1
        clock = context.clock
        started = clock.now_ms()
        attempt = 1
        while True:
            returned = await self.attempt(value, context, backend)
            result = returned if type(returned) is StageResult else StageResult(StageStatus.SUCCEEDED, returned)
            pause = self.retry.next_delay_ms(result, attempt, clock.now_ms() - started, context.rng)
            if pause is None:
                return returned, attempt
            on_retry(context, attempt, pause, result)
            await clock.sleep(pause)
            context.restart_recording()
            attempt += 1


async def within(limit_ms: float, work: Awaitable[T], message: str) -> T:
    """Await something for a limited time.

    Raises:
        StageTimeout: When the time is up; a TimeoutError of the work's own passes as it is.
    """
    scope = asyncio.timeout(limit_ms / 1000.0)
    try:
        async with scope:
            return await work
    except TimeoutError as error:
        if scope.expired():
            raise StageTimeout(message) from error
        raise


def unpacks_input(body: Body) -> bool:
    """True when a function takes its input apart like a tuple: ``profile, lyrics = input``."""
    function = getattr(body.function, "__func__", body.function)
    code = getattr(function, "__code__", None)
    return code is not None and _unpacks(code, int(function is not body.function))


@functools.lru_cache(maxsize=1024)
def _unpacks(code: CodeType, first: int) -> bool:
    if code.co_argcount <= first:
        return False
    name = code.co_varnames[first]
    previous = ""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "UNPACK_SEQUENCE" and previous == name:
            return True
        previous = instruction.argval if instruction.opname.startswith("LOAD_FAST") else ""
    return False


def failure_text(stage_id: str, result: StageResult[Any]) -> str:
    """A failure in one line, naming the stage."""
    error = result.error or (describe(result.exception) if result.exception else "failed without saying why")
    notes = "; ".join(getattr(result.exception, "__notes__", ()))
    notes = notes if "\n" not in notes else ""
    return f"stage {stage_id!r}: {error}" + (f"; {notes}" if notes else "")
