"""What a stage gives back, and what a run gives back.

`StageResult` is made by stages with `StageResult.success`, `.failure` and `.skipped`; the executor completes it with
timings, attempts and cache status. `PipelineResult` holds one for every stage of the definition, whatever happened.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar, overload

from twinklr.core.pipeline.faults import PipelineError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Nothing(dict[str, Any]):
    """An empty mapping that many results share; hashable, since only then may it be a dataclass default."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("results are frozen: hand metadata in, StageResult.success(output, metadata={...})")


EMPTY: Mapping[str, Any] = _Nothing()


class StageStatus(StrEnum):
    """How a stage ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    """It ran and was stopped: a sibling failed, the run was cancelled or out of time."""
    NOT_RUN = "not_run"
    """It never started: what it needs failed, or the run ended first."""
    PAUSED = "paused"
    """It asked a question (`PipelineContext.ask`) that nobody has answered yet."""


class _MakeSuccess(Protocol):
    def __call__(self, output: T, *, stage_name: str = "", metadata: Mapping[str, Any] = EMPTY) -> StageResult[T]: ...


def _make_success(output: T, *, stage_name: str = "", metadata: Mapping[str, Any] = EMPTY) -> StageResult[T]:
    """A result that carries an output.

    Args:
        output: What the stage made. It is handed to the stages that name this one as an input.
        stage_name: Filled by the executor where left out.
        metadata: Anything worth keeping beside the output; shown in reports.
    """
    return StageResult(StageStatus.SUCCEEDED, output, stage_name=stage_name, metadata=metadata)


class _Success:
    """``StageResult.success(output)`` makes a result; ``result.success`` says whether one is good."""

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> _MakeSuccess: ...
    @overload
    def __get__(self, instance: StageResult[Any], owner: type[Any]) -> bool: ...
    def __get__(self, instance: StageResult[Any] | None, owner: type[Any]) -> _MakeSuccess | bool:
        if instance is None:
            return _make_success
        return instance.status is StageStatus.SUCCEEDED


@dataclass(frozen=True, slots=True)
class StageResult(Generic[T_co]):
    """How one stage, or one item of a fan-out stage, ended.

    Attributes:
        status: How it ended; ``result.success`` is the short form for "succeeded".
        output: What it made; None unless it succeeded.
        stage_name: Id of the stage.
        error: What went wrong, or why it was skipped or stopped; None for a success.
        exception: The exception behind a failure, traceback included, so that a caller can raise it again as it was.
        attempts: How often it was tried; 0 when it never ran or came from the cache.
        started_ms: When it started, counted from the start of the run.
        finished_ms: When it ended, counted the same way.
        cached: True when the output came from the store.
        items: For a fan-out stage, the result of every item in input order.
        metadata: What the stage chose to tell.
        retry_after_ms: For a failure: do not try again sooner than this.

    Example:
        >>> result = StageResult.success([1, 2], stage_name="numbers")
        >>> result.success, result.output
        (True, [1, 2])
        >>> StageResult.failure("no such song").error
        'no such song'
    """

    status: StageStatus
    output: T_co | None = None
    stage_name: str = ""
    error: str | None = None
    exception: BaseException | None = None
    attempts: int = 0
    started_ms: float = 0.0
    finished_ms: float = 0.0
    cached: bool = False
    items: tuple[StageResult[Any], ...] = field(default=(), repr=False)
    metadata: Mapping[str, Any] = EMPTY
    retry_after_ms: float | None = None

    success: ClassVar[_Success] = _Success()

    @staticmethod
    def failure(
        error: str | BaseException,
        *,
        stage_name: str = "",
        exception: BaseException | None = None,
        metadata: Mapping[str, Any] = EMPTY,
        retry_after_ms: float | None = None,
    ) -> StageResult[Any]:
        """A result that says what went wrong, in words (or an exception, whose words are used)."""
        if isinstance(error, BaseException):
            exception = exception or error
            error = describe(error)
        return StageResult(
            StageStatus.FAILED,
            stage_name=stage_name,
            error=error,
            exception=exception,
            metadata=metadata,
            retry_after_ms=retry_after_ms,
        )

    @staticmethod
    def skipped(reason: str, *, stage_name: str = "") -> StageResult[Any]:
        """A result that says there was nothing to do; receivers get None."""
        return StageResult(StageStatus.SKIPPED, stage_name=stage_name, error=reason)

    @property
    def duration_ms(self) -> float:
        """From start to end, retries and their pauses included."""
        return self.finished_ms - self.started_ms

    @property
    def traceback(self) -> str:
        """The traceback of the exception behind a failure, as Python prints it; empty without one."""
        return "".join(traceback.format_exception(self.exception)) if self.exception else ""


class _Draft(Generic[T]):
    """A `StageResult` that can still be filled in; becomes one by changing its class.

    Filling a frozen dataclass field by field costs four times as much, and every stage and item needs one.
    """

    __slots__ = StageResult.__slots__


def complete(
    returned: Any, stage_id: str, attempts: int, started_ms: float, finished_ms: float, *, cached: bool
) -> StageResult[Any]:
    """What a stage returned, as a result with what only the executor knows."""
    draft: Any = _Draft()
    if type(returned) is StageResult:
        draft.status = returned.status
        draft.output = returned.output
        draft.stage_name = returned.stage_name or stage_id
        draft.error = returned.error
        draft.exception = returned.exception
        draft.items = returned.items
        draft.metadata = returned.metadata
        draft.retry_after_ms = returned.retry_after_ms
    else:
        draft.status = StageStatus.SUCCEEDED
        draft.output = returned
        draft.stage_name = stage_id
        draft.error = draft.exception = draft.retry_after_ms = None
        draft.items = ()
        draft.metadata = EMPTY
    draft.attempts = attempts
    draft.started_ms = started_ms
    draft.finished_ms = finished_ms
    draft.cached = cached
    draft.__class__ = StageResult
    result: StageResult[Any] = draft
    return result


def describe(error: BaseException) -> str:
    """An exception in one line: its own words, with its type where the words alone say little.

    Example:
        >>> describe(KeyError("profile"))
        "KeyError: 'profile'"
    """
    words = " ".join(str(error).split())
    kind = type(error)
    if words and kind.__module__ not in ("builtins", "asyncio"):
        return words
    return f"{kind.__name__}: {words}" if words else kind.__name__


@dataclass(frozen=True, slots=True)
class Question:
    """What a paused run waits for.

    Attributes:
        id: Name under which the answer is handed in: ``execute(..., answers={id: value})``.
        prompt: The question in words.
        stage_id: Who asks.
    """

    id: str
    prompt: str
    stage_id: str


class RunStatus(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PAUSED = "paused"


@dataclass(frozen=True)
class PipelineResult:
    """How a run ended: one `StageResult` for every stage of the definition.

    Attributes:
        pipeline_name: Name of the definition.
        run_id: Name of this run in logs, events and the store.
        status: How it ended; ``result.success`` is the short form.
        stage_results: By stage id, in the order of the definition.
        metrics: What the stages counted.
        findings: What was odd without being fatal, each naming the stage and the cure.
        questions: What a paused run waits for.
        error: The first thing that went wrong, naming its stage; None for a success.
        total_duration_ms: From start to end.
        inputs: Which stages each stage waited for.
    """

    pipeline_name: str
    run_id: str
    status: RunStatus
    stage_results: Mapping[str, StageResult[Any]] = field(repr=False)
    metrics: Mapping[str, Any] = EMPTY
    findings: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    error: str | None = None
    total_duration_ms: float = 0.0
    started_at: float = 0.0
    inputs: Mapping[str, tuple[str, ...]] = field(default=EMPTY, repr=False)
    first_failure: StageResult[Any] | None = field(default=None, repr=False)

    @property
    def success(self) -> bool:
        """True when every critical stage succeeded or was skipped."""
        return self.status is RunStatus.SUCCEEDED

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """Output by stage id: of every stage that succeeded, and None for every stage that was skipped."""
        kept = (StageStatus.SUCCEEDED, StageStatus.SKIPPED)
        return {name: result.output for name, result in self.stage_results.items() if result.status in kept}

    def _with(self, status: StageStatus) -> list[str]:
        return [name for name, result in self.stage_results.items() if result.status is status]

    @property
    def failed_stages(self) -> list[str]:
        """Stages that failed, non-critical ones included."""
        return self._with(StageStatus.FAILED)

    @property
    def cancelled_stages(self) -> list[str]:
        """Stages that were stopped while they ran."""
        return self._with(StageStatus.CANCELLED)

    @property
    def not_run_stages(self) -> list[str]:
        """Stages that never started."""
        return self._with(StageStatus.NOT_RUN)

    @property
    def skipped_stages(self) -> list[str]:
        """Stages whose condition was false, or that had nothing to do."""
        return self._with(StageStatus.SKIPPED)

    def raise_for_failure(self) -> None:
        """Raise what went wrong, if anything did.

        Raises:
            BaseException: The exception the first failed critical stage raised, as it was.
            PipelineError: If it failed without an exception, or the run was cancelled, out of time or paused.
        """
        if self.success:
            return
        cause = self.first_failure.exception if self.first_failure else None
        if cause is not None:
            raise cause
        raise PipelineError(f"pipeline {self.pipeline_name!r} {self.status}: {self.error}")

    def critical_path(self) -> list[str]:
        """The chain of stages that set the length of the run: making any other stage faster would not help."""
        ran = {name: one for name, one in self.stage_results.items() if one.status is not StageStatus.NOT_RUN}

        def last(names: Iterable[str]) -> str | None:
            return max(names, key=lambda name: (ran[name].finished_ms, ran[name].started_ms), default=None)

        path: list[str] = []
        ahead = last(ran)
        while ahead is not None:
            path.append(ahead)
            ahead = last(name for name in self.inputs.get(ahead, ()) if name in ran)
        return path[::-1]

    def timeline(self, width: int = 60) -> str:
        """The run as text, a bar per stage over time; ``*`` marks the critical path."""
        from twinklr.core.pipeline.diagram import timeline_text  # noqa: PLC0415 - pictures are seldom needed

        return timeline_text(self, width)

    def write_report(self, path: Path | str) -> None:
        """Write the run as one HTML file that needs nothing else: timeline, attempts, cache hits, findings."""
        from twinklr.core.pipeline.run_report import write_report  # noqa: PLC0415 - pictures are seldom needed

        write_report(self, Path(path))
