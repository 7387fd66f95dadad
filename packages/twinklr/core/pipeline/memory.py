"""What the executor remembers: looks outputs up in a `Store` before a stage runs, and keeps them after.

The key of an output is made of the stage's id and `fingerprint`, its declared version and configuration, and its
input, in which files count by content. What a stage reads from the context besides (state written by others,
services) is noted with the output, and the next look-up includes those values: a stage is never given an output that
was made under other state, whether or not it declared that it reads it.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinklr.core.pipeline.codec import Encoder, decode, encode
from twinklr.core.pipeline.context import PipelineContext, Recording
from twinklr.core.pipeline.definition import CachePolicy, StageDefinition
from twinklr.core.pipeline.faults import StoreError
from twinklr.core.pipeline.fingerprint import fingerprint
from twinklr.core.pipeline.graph import initial_part
from twinklr.core.pipeline.result import PipelineResult, StageResult, StageStatus
from twinklr.core.pipeline.store import BESIDE_LOOP_BYTES, RunRecord, Store

if TYPE_CHECKING:
    from twinklr.core.pipeline.run import Run

KEY_VERSION = "1"
"""Part of every key; changed when keys or stored values change their meaning."""


class Memory:
    """A store as one execution uses it.

    Args:
        store: Where outputs lie.
        resume: Use outputs of stages that do not ask for caching too.
    """

    def __init__(self, store: Store, *, resume: bool) -> None:
        self.store = store
        self.resume = resume
        self._digests: dict[int, tuple[Any, str]] = {}

    def keeper(self, definition: StageDefinition, run: Run) -> Keeper | None:
        """Who looks up and keeps one stage's outputs; None where the stage is not to be kept."""
        if definition.cache is False:
            return None
        try:
            return Keeper(definition, run, self)
        except StoreError as error:
            run.find(f"stage {definition.id!r}: is not cached: {error}")
            return None

    async def digest(self, value: Any, *, whole: bool = False) -> str:
        """Digest of a value for a key.

        Of a ``whole`` output of the outermost run it is computed once: many stages may take it, and it stays anyway.
        """
        if whole and id(value) in self._digests:
            return self._digests[id(value)][1]
        encoder = KeyEncoder(self.store)
        encoded = encoder.encode(value)
        if encoded.size > BESIDE_LOOP_BYTES or encoder.files:
            digest = str(await self.store.beside(encoder.finish, encoded.digest))
        else:
            digest = encoded.digest()
        if whole:
            self._digests[id(value)] = (value, digest)  # the value too, so that its id is not given to another
        return digest

    async def run_key(self, pipeline: str, initial: Any) -> str:
        """Names "this pipeline on this input", for answers to its questions."""
        return combine(pipeline, await self.digest(as_file(initial)))

    async def noted(self, run: Awaitable[PipelineResult], run_id: str, pipeline: str) -> PipelineResult:
        """Await a run and keep its history: that it began, and how it ended."""
        started = time.time()
        self.store.note_run(RunRecord(run_id, pipeline, started, 0.0, "running", "", ()))
        try:
            result = await run
        except BaseException:
            duration_ms = (time.time() - started) * 1000
            self.store.note_run(RunRecord(run_id, pipeline, started, duration_ms, "cancelled", "", ()))
            raise
        stages = tuple(
            (name, stage.status.value, stage.duration_ms, stage.attempts, stage.cached)
            for name, stage in result.stage_results.items()
        )
        # Words of an exception may hold a secret; the history holds the names of stages only.
        failed = ", ".join(result.failed_stages)
        status, duration_ms = result.status.value, result.total_duration_ms
        self.store.note_run(RunRecord(run_id, pipeline, started, duration_ms, status, failed, stages))
        return result


@dataclass(slots=True)
class Ticket:
    """One look-up: where the output would lie, and what lay there.

    Attributes:
        base: Key without what the stage reads from the context.
        reads: Digest of each thing known to be read.
        hit: The stored result, if there is one.
    """

    base: str
    reads: dict[str, str]
    hit: StageResult[Any] | None = None

    @property
    def key(self) -> str:
        """Where the output lies."""
        return combine(self.base, *(f"{name}={self.reads[name]}" for name in sorted(self.reads)))


class Keeper:
    """Looks up and keeps the outputs of one stage in one run."""

    def __init__(self, definition: StageDefinition, run: Run, memory: Memory) -> None:
        self._definition = definition
        self._run = run
        self._memory = memory
        self._store = memory.store
        self._policy = definition.cache if isinstance(definition.cache, CachePolicy) else CachePolicy()
        self._looks_up = bool(definition.cache) or memory.resume
        self._initial = not definition.inputs or any(initial_part(name) is not None for name in definition.inputs)
        self._trusted = frozenset(_package(stage.stage) for stage in run.pipeline.stages)
        code = fingerprint(definition.stage, lambda: KeyEncoder(memory.store))
        # The items of a fan-out over a pipeline share what they keep, whatever their place in the list.
        place = re.sub(r"\[\d+\]", "", run.prefix)
        self._identity = combine(KEY_VERSION, place + definition.id, code, self._policy.version)

    async def open(self, value: Any, context: PipelineContext) -> Ticket | None:
        """Look an input up; None where it can be neither found nor kept."""
        try:
            ticket = Ticket(await self._base(value, context), {})
            for name in self._store.reads(ticket.base):
                ticket.reads[name] = await self._read_digest(context.peek(name))
            if self._looks_up:
                ticket.hit = await self._find(ticket, context)
        except (StoreError, OSError, ValueError) as error:
            self._run.find(f"stage {self._definition.id!r}: is not cached: {_of_input(error)}")
            return None
        return ticket

    async def _base(self, value: Any, context: PipelineContext) -> str:
        if self._initial:
            value = {key: as_file(one) for key, one in value.items()} if type(value) is dict else as_file(value)
        whole = context.item is None and not self._run.prefix
        if self._policy.key is not None:
            value, whole = self._policy.key(value), False
        if type(value) is dict and len(self._definition.inputs) > 1 and whole:
            parts = [f"{name}={await self._memory.digest(one, whole=True)}" for name, one in value.items()]
        else:
            parts = [await self._memory.digest(value, whole=whole)]
        config = self._policy.config
        if config is not None:
            parts.append(await self._memory.digest(config(context) if callable(config) else config))
        return combine(self._identity, *parts)

    async def _find(self, ticket: Ticket, context: PipelineContext) -> StageResult[Any] | None:
        try:
            entry = await self._store.get(ticket.key)
            if entry is None or _too_old(entry.created, self._policy.max_age_s):
                return None
            kept = decode(entry.data, entry.files, self._trusted)
            recording = Recording(kept["state"], kept["metrics"])
            result = StageResult(StageStatus.SUCCEEDED, kept["output"], metadata=kept["metadata"])
        except (StoreError, KeyError, TypeError, ValueError) as error:
            self._run.find(f"stage {self._definition.id!r}: a stored output cannot be used ({error}); it is made again")
            return None
        context.replay(recording)
        return result

    async def keep(self, ticket: Ticket, returned: Any, context: PipelineContext) -> None:
        """Keep a fresh output if it is one; comes back when it is safe.

        What cannot be kept is a finding, never a failure.
        """
        result = returned if type(returned) is StageResult else StageResult(StageStatus.SUCCEEDED, returned)
        if not result.success:
            return
        recording = context.recording
        reads = recording.reads or {}
        kept = {
            "output": result.output,
            "state": recording.state,
            "metrics": recording.metrics,
            "metadata": dict(result.metadata),
        }
        try:
            encoded = encode(kept)
            fresh = [name for name in reads if name not in ticket.reads and self._counts(name)]
            for name in fresh:
                ticket.reads[name] = await self._read_digest(reads[name])
            await self._store.put(ticket.key, self._run.prefix + self._definition.id, encoded)
            if fresh:
                await self._store.put_reads(ticket.base, sorted(ticket.reads))
        except Exception as error:  # noqa: BLE001 - reading attributes of the output runs the user's code
            self._run.find(f"stage {self._definition.id!r}: its output is not kept: {_of_output(error)}")

    def _counts(self, name: str) -> bool:
        return self._policy.config is None or not name.startswith("service:")

    async def _read_digest(self, value: Any) -> str:
        """Digest of something read from the context; a service that has no value counts by its type."""
        declared = getattr(value, "cache_key", None)
        if declared is not None:
            return await self._memory.digest(declared() if callable(declared) else declared)
        try:
            return await self._memory.digest(value)
        except StoreError:
            kind = type(value)
            return f"{kind.__module__}.{kind.__qualname__}"


class KeyEncoder(Encoder):
    """Encodes a value for its digest only: files count by content, exceptions by their words."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self.files: list[Path] = []

    def path(self, path: Path) -> Any:
        """A path: its text, and the content of what lies there."""
        self.files.append(path)
        return super().path(path)

    def artifact(self, path: Path) -> Any:
        """A file by its content alone: a kept copy is as good."""
        self.files.append(path)
        return {"!": "artifact", "v": path.suffix}

    def other(self, value: Any) -> Any:
        """Failures may be part of an input, where a fan-out collects them."""
        if isinstance(value, BaseException):
            return {"!": "exception", "c": type(value).__qualname__, "v": str(value)}
        return super().other(value)

    def digest(self, value: Any) -> str:
        """Digest of a value and of its files."""
        return self.finish(self.encode(value).digest)

    def finish(self, digest: Any) -> str:
        """Add the content of the files; reads them, so best on a thread."""
        return combine(digest(), *(self._content(path) for path in self.files))

    def _content(self, path: Path) -> str:
        try:
            if not path.is_dir():
                return self._store.file_digest(path)
            # A folder may hold gigabytes of media; its files count by name, size and time.
            found = sorted((str(file.relative_to(path)), file.stat()) for file in path.rglob("*") if file.is_file())
            return combine(*(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in found))
        except OSError:
            return "missing"


def combine(*parts: str) -> str:
    """One digest of several strings."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def as_file(value: Any) -> Any:
    """The initial input, where it names a file, as a path, so that it counts by content."""
    # os.path.exists, unlike Path.exists, says no where a text cannot be a path at all.
    return Path(value) if type(value) is str and value and os.path.exists(value) else value  # noqa: PTH110


def _too_old(created: float, max_age_s: float | None) -> bool:
    return max_age_s is not None and created < time.time() - max_age_s


def _package(stage: Any) -> str:
    execute = getattr(stage, "execute", stage)
    return str(getattr(execute, "__module__", None) or type(stage).__module__).partition(".")[0]


def _of_input(error: Exception) -> str:
    return str(error).replace("value", "input", 1)


def _of_output(error: Exception) -> str:
    return str(error).replace("value['output']", "output", 1)
