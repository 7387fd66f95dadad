"""What all runs of one execution share, a pipeline used as a stage included: observers, backends, store, clock."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twinklr.core.pipeline.backends import Backend, Body, Processes, Threads
from twinklr.core.pipeline.events import Event, Observer
from twinklr.core.pipeline.faults import StoreError

if TYPE_CHECKING:
    from twinklr.core.pipeline.memory import Memory
    from twinklr.core.pipeline.run import Run
    from twinklr.core.pipeline.store import Store

DEFAULT_CONCURRENCY = 32
"""Items of a fan-out under way at the same time on the event loop, where the definition does not say."""


class Environment:
    """Made for one call of `PipelineExecutor.execute` and closed at its end."""

    def __init__(
        self,
        run_id: str,
        epoch_ms: float,
        observers: Sequence[Observer],
        backends: Mapping[str, Backend],
    ) -> None:
        self.run_id = run_id
        self.epoch_ms = epoch_ms
        self.observers = list(observers)
        self.answers: dict[str, Any] = {}
        self.memory: Memory | None = None
        self.notes: list[str] = []
        self._given = backends
        self._own: dict[str, Threads | Processes] = {}

    async def remember(self, store: Store, pipeline: str, initial: Any, *, resume: bool) -> None:
        """Use a store: keep the answers that were handed in, and take up those of earlier runs."""
        from twinklr.core.pipeline.memory import Memory  # noqa: PLC0415 - loaded only where something is kept

        self.memory = Memory(store, resume=resume)
        self.notes += store.notes
        if not (self.answers or resume):
            return
        try:
            key = await self.memory.run_key(pipeline, initial)
            for question, answer in self.answers.items():
                await store.put_answer(key, question, answer)
            if resume:
                self.answers = store.answers(key) | self.answers
        except StoreError as error:
            self.notes.append(f"answers are not kept: {error}")

    def places(self) -> set[str]:
        """Everything ``runs_on`` may say."""
        return {"auto", "loop", "thread", "process", *self._given}

    def backend(self, runs_on: str, body: Body) -> Backend | None:
        """Where a body runs; None is the event loop."""
        if runs_on == "auto":
            runs_on = "loop" if body.is_async else "thread"
        if runs_on == "loop":
            return None
        if runs_on in self._given:
            return self._given[runs_on]
        if runs_on not in self._own:
            self._own[runs_on] = Threads() if runs_on == "thread" else Processes()
        return self._own[runs_on]

    def concurrency(self, backend: Backend | None) -> int:
        """Items of a fan-out at the same time, where the definition does not say."""
        cores = os.cpu_count() or 1
        if isinstance(backend, Processes):
            return cores
        return min(DEFAULT_CONCURRENCY, cores + 4) if isinstance(backend, Threads) else DEFAULT_CONCURRENCY

    def emit(self, event: Event, run: Run) -> None:
        """Tell everyone who watches. Whoever raises is not told again."""
        for observer in list(self.observers):
            try:
                observer(event)
            except Exception as error:  # noqa: BLE001 - somebody else's code must not end the run
                self.observers.remove(observer)
                name = getattr(observer, "__name__", type(observer).__name__)
                run.find(f"observer {name!r} raised {type(error).__name__}: {error}; it was not told anything more")

    def close(self) -> None:
        """Let go of threads and processes."""
        for backend in self._own.values():
            backend.close()
