"""`PipelineExecutor`: runs pipelines. The flow itself is in `twinklr.core.pipeline.run`."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinklr.core.pipeline.backends import Backend
from twinklr.core.pipeline.context import PipelineContext
from twinklr.core.pipeline.definition import PipelineDefinition
from twinklr.core.pipeline.environment import Environment
from twinklr.core.pipeline.events import Observer
from twinklr.core.pipeline.faults import PipelineValidationError, StoreError
from twinklr.core.pipeline.result import PipelineResult
from twinklr.core.pipeline.run import Run

if TYPE_CHECKING:
    from twinklr.core.pipeline.store import Store


class PipelineExecutor:
    """Runs pipelines, one or many at the same time.

    Args:
        store: Where outputs are kept for caching and resuming: a `Store`, or the folder of one. None: nothing is kept.
        observers: Called with every event of every run.
        backends: More places for stages to run, by the name used in ``runs_on``.

    Example:
        >>> import asyncio
        >>> from twinklr.core.pipeline import PipelineDefinition, StageDefinition
        >>> pipeline = PipelineDefinition("sum", [StageDefinition("add", lambda numbers: sum(numbers))])
        >>> asyncio.run(PipelineExecutor().execute(pipeline, [1, 2, 3])).outputs
        {'add': 6}
    """

    def __init__(
        self,
        *,
        store: Store | Path | str | None = None,
        observers: Sequence[Observer] = (),
        backends: Mapping[str, Backend] | None = None,
    ) -> None:
        self._store = store
        self._observers = list(observers)
        self._backends = dict(backends or {})

    async def execute(
        self,
        pipeline: PipelineDefinition,
        initial_input: Any = None,
        context: PipelineContext | None = None,
        *,
        resume: bool = False,
        answers: Mapping[str, Any] | None = None,
    ) -> PipelineResult:
        """Run a pipeline to its end.

        Args:
            pipeline: What to run.
            initial_input: What stages without inputs get.
            context: Services, state and metrics; an empty one by default.
            resume: Use whatever an earlier run with the same input finished, also of stages that do not cache.
            answers: Answers to questions a paused run asked, by question id; kept in the store for later runs.

        Raises:
            PipelineValidationError: If the definition cannot run; nothing was started.
            StoreError: If the store cannot be opened and ``resume`` needs it.
            asyncio.CancelledError: If this task was cancelled; everything has stopped by then.
        """
        if pipeline.findings:
            raise PipelineValidationError(pipeline.name, pipeline.findings)
        context = context or PipelineContext()
        with contextlib.ExitStack() as closing:
            environment = Environment(uuid.uuid4().hex[:12], context.clock.now_ms(), self._observers, self._backends)
            environment.answers.update(answers or {})
            _check_places(pipeline, environment.places())
            store = self._store
            if isinstance(store, Path | str):
                store = _open_store(store, environment.notes, needed=resume)
                if store is not None:
                    closing.callback(store.close)
            closing.callback(environment.close)
            if store is not None:
                await environment.remember(store, pipeline.name, initial_input, resume=resume)
            run = Run(pipeline, initial_input, context, environment, "")
            if environment.memory is None:
                return await run.execute()
            return await environment.memory.noted(run.execute(), environment.run_id, pipeline.name)


def _check_places(pipeline: PipelineDefinition, places: set[str]) -> None:
    """Refuse a definition that runs on backends this executor does not have."""
    unknown = pipeline.places - places
    if unknown:
        raise PipelineValidationError(
            pipeline.name,
            [
                f"runs_on={name!r} is no place this executor knows ({', '.join(sorted(places))}); hand it in: "
                f"PipelineExecutor(backends={{{name!r}: ...}})"
                for name in sorted(unknown)
            ],
        )


def _open_store(folder: Path | str, notes: list[str], *, needed: bool) -> Store | None:
    """Open a store; where that fails a run that does not need one goes on without, and says so."""
    from twinklr.core.pipeline.store import Store  # noqa: PLC0415 - sqlite is loaded only where something is kept

    try:
        return Store(folder)
    except StoreError as error:
        if needed:
            raise
        notes.append(f"nothing is cached: {error}")
        return None
