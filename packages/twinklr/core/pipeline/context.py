"""What stages share: services, state, metrics, and the means of a run.

The framework knows none of your services. ``PipelineContext(provider=..., app_config=...)`` keeps whatever it is
given, and a stage reads ``context.provider``. Every stage gets its own thin view of the one context, so that what it
writes is recorded: a cache hit, or a run in another process, replays exactly that.
"""

from __future__ import annotations

import contextlib
import copy
import random
import threading
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

from twinklr.core.pipeline.clock import Clock, SystemClock
from twinklr.core.pipeline.limits import Budget, CancelToken

T = TypeVar("T")
D = TypeVar("D")

_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class StateKey(Generic[T]):
    """A state key whose values have a type; ``get_state`` and ``set_state`` take it in place of a string.

    Example:
        >>> HAS_LYRICS = StateKey("has_lyrics", default=False)
        >>> context = PipelineContext()
        >>> context.get_state(HAS_LYRICS)
        False
    """

    name: str
    default: T | None = None


class Pause(BaseException):
    """Leaves a stage that waits for an answer. Not an ``Exception``: a stage's own handlers must not stop it."""

    def __init__(self, question_id: str, prompt: str) -> None:
        super().__init__(question_id, prompt)
        self.question_id = question_id
        self.prompt = prompt


@dataclass(slots=True)
class Recording:
    """What one stage, or one item, wrote, in order; and what it read, where that decides whether a hit is valid.

    Attributes:
        state: Last value written per key.
        metrics: ``(operation, name, value)``, operation "set" or "add".
        reads: What was read that this stage did not write, by ``state:KEY``, ``service:NAME`` or ``answer:ID``, with
            the value at the first read. None: nobody asked for it.
    """

    state: dict[str, Any] = field(default_factory=dict)
    metrics: list[tuple[str, str, Any]] = field(default_factory=list)
    reads: dict[str, Any] | None = None


class RunLink(Protocol):
    """What a view needs of the run it belongs to."""

    answers: dict[str, Any]

    def wrote(self, key: str, stage_id: str, item: int | None) -> None:
        """A stage wrote a state key."""

    def read(self, key: str, stage_id: str, known: bool, bare: bool) -> None:
        """A stage or condition read a state key; ``known``: it had a value; ``bare``: no default was given."""


class _Board:
    """What all views of one context share."""

    __slots__ = ("budget", "cancellation", "clock", "lock", "metrics", "output_dir", "rng", "services", "state")

    def __init__(self, services: dict[str, Any]) -> None:
        self.services = services
        self.state: MutableMapping[str, Any] = {}
        self.metrics: dict[str, Any] = {}
        self.output_dir: Path | None = None
        self.clock: Clock = SystemClock()
        self.cancellation = CancelToken()
        self.budget: Budget | None = None
        self.rng = random.Random()
        self.lock = threading.Lock()

    def scoped(self) -> _Board:
        """A copy that shares everything but the state written from now on."""
        board = copy.copy(self)
        board.state = ChainMap({}, self.state)
        return board


class PipelineContext:
    """Services, state and metrics of a run.

    Args:
        output_dir: Where stages write files for the user.
        clock: Where time comes from.
        cancellation: Stops the run from outside.
        budget: What the run may spend; read by stages as ``context.budget``.
        rng: Source of randomness for retry pauses; seed it for repeatable runs.
        services: Anything stages need, by any name: read back as attributes.

    Example:
        >>> context = PipelineContext(greeting="Hello")
        >>> context.greeting
        'Hello'
        >>> context.set_state("seen", True)
        >>> context.get_state("seen"), context.get_state("unknown", 0)
        (True, 0)
    """

    __slots__ = ("_abandoned", "_board", "_record", "_run", "item", "stage_id")

    def __init__(
        self,
        *,
        output_dir: Path | str | None = None,
        clock: Clock | None = None,
        cancellation: CancelToken | None = None,
        budget: Budget | None = None,
        rng: random.Random | None = None,
        **services: Any,
    ) -> None:
        taken = [name for name in services if hasattr(PipelineContext, name)]
        if taken:
            raise TypeError(f"{taken[0]!r} is a name of the context itself; hand the service in under another")
        board = _Board(services)
        board.output_dir = Path(output_dir) if output_dir is not None else None
        board.clock = clock or board.clock
        board.cancellation = cancellation or board.cancellation
        board.budget = budget
        board.rng = rng or board.rng
        self._board = board
        self._run: RunLink | None = None
        self._record: Recording | None = None
        self._abandoned = False
        self.stage_id = ""
        self.item: int | None = None

    def view(self, run: RunLink, stage_id: str, item: int | None, recording: Recording | None) -> PipelineContext:
        """The same context as one stage sees it; used by the executor."""
        view = PipelineContext.__new__(PipelineContext)
        view._board = self._board
        view._run = run
        view._record = recording
        view._abandoned = False
        view.stage_id = stage_id
        view.item = item
        return view

    def detach(self, run: RunLink, state: dict[str, Any], stage_id: str, item: int | None) -> None:
        """Become the view of a stage that runs elsewhere, on a copy of the state; used by backends."""
        self._board.state.update(state)
        self._run = run
        self._record = Recording(reads={})
        self.stage_id, self.item = stage_id, item

    def scoped(self) -> PipelineContext:
        """The same context with state of its own on top of this one's; used for a pipeline inside a pipeline."""
        scoped = PipelineContext.__new__(PipelineContext)
        scoped._board = self._board.scoped()
        scoped._run = scoped._record = scoped.item = None
        scoped._abandoned = False
        scoped.stage_id = ""
        return scoped

    @property
    def live_state(self) -> Mapping[str, Any]:
        """All state as it stands, not a copy; used by the executor."""
        return self._board.state

    # Services

    def __getattr__(self, name: str) -> Any:
        """A service by the name it was handed in under."""
        if name.startswith("_"):
            raise AttributeError(name)
        services = self._board.services
        if name not in services:
            from difflib import get_close_matches  # noqa: PLC0415 - only where there is an error to explain

            near = get_close_matches(name, services, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"hand it in: PipelineContext({name}=...)"
            raise AttributeError(f"the context has no service {name!r}; {hint}")
        self._note_read(f"service:{name}", services[name])
        return services[name]

    @property
    def services(self) -> dict[str, Any]:
        """All services by name."""
        return self._board.services

    @property
    def output_dir(self) -> Path | None:
        """Where stages write files for the user."""
        return self._board.output_dir

    @property
    def clock(self) -> Clock:
        """Where time comes from."""
        return self._board.clock

    @property
    def rng(self) -> random.Random:
        """Source of randomness for retry pauses."""
        return self._board.rng

    @property
    def budget(self) -> Budget | None:
        """What the run may spend."""
        return self._board.budget

    @property
    def cancellation(self) -> CancelToken:
        """Stops the run: ``context.cancellation.cancel("why")``."""
        return self._board.cancellation

    @property
    def cancelled(self) -> bool:
        """True when this stage should stop. Thread stages that run long look here now and then."""
        return self._abandoned or self._board.cancellation.cancelled

    def abandon(self) -> None:
        """Tell a thread stage that nobody waits for it any more; used by the executor."""
        self._abandoned = True

    # State

    @overload
    def get_state(self, key: StateKey[T], default: T = ...) -> T: ...
    @overload
    def get_state(self, key: str, default: Any = ...) -> Any: ...
    def get_state(self, key: str | StateKey[Any], default: Any = _MISSING) -> Any:
        """What an upstream stage stored under a key; the default, or None, where nobody did."""
        name = key if isinstance(key, str) else key.name
        state = self._board.state
        value = state.get(name, _MISSING)
        if self._record is None or name not in self._record.state:
            self._note_read(f"state:{name}", None if value is _MISSING else value)
            if self._run is not None:
                bare = default is _MISSING and isinstance(key, str)
                self._run.read(name, self.stage_id, value is not _MISSING, bare)
        if value is not _MISSING:
            return value
        if default is not _MISSING:
            return default
        return None if isinstance(key, str) else key.default

    @overload
    def set_state(self, key: StateKey[T], value: T) -> None: ...
    @overload
    def set_state(self, key: str, value: Any) -> None: ...
    def set_state(self, key: str | StateKey[Any], value: Any) -> None:
        """Store a value for downstream stages and conditions."""
        name = key if isinstance(key, str) else key.name
        self._board.state[name] = value
        if self._record is not None:
            self._record.state[name] = value
        if self._run is not None:
            self._run.wrote(name, self.stage_id, self.item)

    @property
    def state(self) -> dict[str, Any]:
        """All state as it stands, as a copy."""
        return dict(self._board.state)

    # Metrics

    def set_metric(self, name: str, value: Any) -> None:
        """Note a figure about the run; the last value stays."""
        self._board.metrics[name] = value
        if self._record is not None:
            self._record.metrics.append(("set", name, value))

    def increment_metric(self, name: str, by: float = 1) -> None:
        """Count something up from 0."""
        metrics = self._board.metrics
        with self._board.lock:  # stages on threads count too
            metrics[name] = metrics.get(name, 0) + by
        if self._record is not None:
            self._record.metrics.append(("add", name, by))

    @contextlib.contextmanager
    def time_metric(self, name: str) -> Iterator[None]:
        """Add the time a block takes to a metric, in milliseconds."""
        started = self.clock.now_ms()
        try:
            yield
        finally:
            self.increment_metric(name, self.clock.now_ms() - started)

    @property
    def metrics(self) -> dict[str, Any]:
        """All metrics as they stand, as a copy."""
        return dict(self._board.metrics)

    def replay(self, recording: Recording) -> None:
        """Write what another execution of this stage wrote; used for cache hits and remote runs."""
        for name, value in recording.state.items():
            self.set_state(name, value)
        for name in recording.reads or ():
            self._note_read(name, self.peek(name))
        for operation, name, value in recording.metrics:
            if operation == "set":
                self.set_metric(name, value)
            else:
                self.increment_metric(name, value)

    # Questions

    def ask(self, question_id: str, prompt: str) -> Any:
        """The answer to a question, or a pause until there is one.

        Without an answer the stage stops here; the run goes on with whatever does not need it, then ends as
        "paused". Run it again with ``answers={question_id: value}`` and the stage starts over and gets the answer.

        Args:
            question_id: Name of the question, unique in the pipeline.
            prompt: The question in words.
        """
        if self._run is None or question_id not in self._run.answers:
            raise Pause(question_id, prompt)
        answer = self._run.answers[question_id]
        self._note_read(f"answer:{question_id}", answer)
        return answer

    @property
    def answers(self) -> dict[str, Any]:
        """Answers handed in or given earlier, by question id."""
        return self._run.answers if self._run is not None else {}

    # Reads, for the cache

    def _note_read(self, name: str, value: Any) -> None:
        if self._record is not None and self._record.reads is not None:
            self._record.reads.setdefault(name, value)

    def peek(self, name: str) -> Any:
        """The value now of something `Recording.reads` names; None where there is none."""
        kind, _, name = name.partition(":")
        if kind == "answer":
            return self._run.answers.get(name) if self._run is not None else None
        return (self._board.state if kind == "state" else self._board.services).get(name)

    def restart_recording(self) -> None:
        """Forget what was written: the attempt failed, and what the next one writes is what counts."""
        if self._record is not None:
            self._record = Recording(reads=self._record.reads)

    @property
    def recording(self) -> Recording:
        """What was written and read through this view; used by the executor."""
        return self._record if self._record is not None else Recording()
