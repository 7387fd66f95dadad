"""A folder that keeps outputs: an sqlite index with small values inside, large values and whole files beside it.

A blob is a file named by its content's SHA-256, written under another name and renamed, so a crash leaves either all
of it or nothing; every row and blob carries its digest and is checked when read. Several processes may use one
folder. Deleting the folder is always safe.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinklr.core.pipeline.backends.threads import Threads
from twinklr.core.pipeline.codec import Encoded
from twinklr.core.pipeline.faults import StoreError
from twinklr.core.pipeline.index import Index

INLINE_BYTES = 32 * 1024
"""Values up to this size lie in the index itself."""
BESIDE_LOOP_BYTES = 1 << 20
"""From this size on, hashing, reading and writing happen on a thread."""
SETTLED_NS = 2_000_000_000
"""A file changed more recently than this may change again without its time showing it; its digest is not noted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored output: its bytes, where its files lie, and when it was made (seconds since 1970)."""

    data: bytearray
    files: tuple[Path, ...]
    created: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as history shows it.

    Attributes:
        id: Name of the run.
        pipeline: Name of the definition.
        started: Seconds since 1970.
        duration_ms: From start to end.
        status: A `RunStatus`, or "running" for one that never said how it ended.
        failed: Stages that failed.
        stages: Id, status, milliseconds, attempts and "came from the store" of each stage.
    """

    id: str
    pipeline: str
    started: float
    duration_ms: float
    status: str
    failed: str
    stages: tuple[tuple[str, str, float, int, bool], ...]


@dataclass(frozen=True, slots=True)
class StageUsage:
    """What one stage keeps: how many entries, bytes, and when one was last used (seconds since 1970)."""

    stage: str
    entries: int
    size: int
    last_used: float


class Store:
    """Outputs, answers and run history in one folder.

    Args:
        folder: Where; made if missing.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._blobs = self.folder / "blobs"
        try:
            self._blobs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be used as a store: {error.strerror}") from error
        self._index = Index(self.folder)
        self.notes = self._index.notes
        self._rows, self._write, self._note = self._index.rows, self._index.write, self._index.note
        self._used: dict[str, float] = {}
        self._threads = Threads()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is under way and let go of the folder."""
        for key, used in self._used.items():
            self._note("UPDATE entries SET used = ? WHERE key = ?", used, key)
        self._used.clear()
        self._threads.close()
        self._index.close()

    async def beside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run something slow without stalling the loop."""
        return await self._threads.run(function, *arguments)

    # Entries

    async def get(self, key: str) -> Entry | None:
        """A stored output, or None.

        Raises:
            StoreError: If it is damaged; the entry is gone afterwards.
        """
        rows = self._rows("SELECT digest, data, files, created, size FROM entries WHERE key = ?", key)
        if not rows:
            return None
        *row, size = rows[0]
        self._used[key] = time.time()
        try:
            if size <= BESIDE_LOOP_BYTES:
                return self._read(*row)
            entry: Entry = await self.beside(self._read, *row)
            return entry
        except StoreError:
            await self._write("DELETE FROM entries WHERE key = ?", key)
            self._discard(*row[:3])
            raise

    def _discard(self, digest: str, data: bytes | None, files: str) -> None:
        """Remove what a damaged entry refers to, or the next one with the same content would take it for whole."""
        for name in ([digest] if data is None else []) + [one[0] for one in json.loads(files or "[]")]:
            self._blob(name).unlink(missing_ok=True)

    def _read(self, digest: str, data: bytes | None, files: str, created: float) -> Entry:
        if data is None:
            path = self._blob(digest)
            try:
                content = bytearray(path.stat().st_size)
                with path.open("rb") as file:
                    read = file.readinto(content)
            except OSError as error:
                raise StoreError(f"blob {digest[:12]} cannot be read: {error.strerror}") from error
            del content[read:]
        else:
            content = bytearray(data)
        if hashlib.sha256(content).hexdigest() != digest:
            raise StoreError(f"blob {digest[:12]} is damaged")
        return Entry(content, tuple(self._artifact(*one) for one in json.loads(files or "[]")), created)

    def _artifact(self, name: str, size: int, mtime_ns: int) -> Path:
        path = self._blobs / name[:2] / name
        try:
            found = path.stat()
        except OSError as error:
            raise StoreError(f"file {name[:12]} cannot be read: {error.strerror}") from error
        same = (found.st_size, found.st_mtime_ns) == (size, mtime_ns)
        if not same and (found.st_size != size or sha256_of(path) != path.name.partition(".")[0]):
            raise StoreError(f"file {name[:12]} was changed after it was stored")
        return path

    async def put(self, key: str, stage: str, value: Encoded) -> None:
        """Keep an output; safe against a crash from the moment this comes back.

        Raises:
            StoreError: If it cannot be written.
        """
        if value.size > BESIDE_LOOP_BYTES or value.artifacts:
            digest, data, size, files = await self.beside(self._write_blobs, value)
        else:
            digest, data, size, files = self._write_blobs(value)
        now = time.time()
        await self._write(
            "INSERT OR REPLACE INTO entries VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            *(key, stage, now, now, size, digest, data, files),
        )

    def _write_blobs(self, value: Encoded) -> tuple[str, bytes | None, int, str]:
        try:
            files = [self._adopt(path) for path in value.artifacts]
            digest = value.digest()
            size = value.size + sum(size for _, size, _ in files)
            if value.size <= INLINE_BYTES:
                return digest, b"".join(value.chunks()), size, json.dumps(files) if files else ""
            blob = self._blob(digest)
            if not blob.exists():
                with self._new_blob(blob) as part, part.open("wb") as file:
                    for chunk in value.chunks():
                        file.write(chunk)
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be written: {error.strerror or error}") from error
        return digest, None, size, json.dumps(files) if files else ""

    def _adopt(self, path: Path) -> tuple[str, int, int]:
        """Take a file in, by a second name for the same bytes where the file system can, else by a copy."""
        name = sha256_of(path) + path.suffix
        blob = self._blob(name)
        if not blob.exists():
            with self._new_blob(blob) as part:
                try:
                    os.link(path, part)
                except OSError:
                    import shutil  # noqa: PLC0415 - only where linking fails

                    shutil.copyfile(path, part)
        found = blob.stat()
        return name, found.st_size, found.st_mtime_ns

    @contextlib.contextmanager
    def _new_blob(self, blob: Path) -> Iterator[Path]:
        blob.parent.mkdir(exist_ok=True)
        part = blob.with_name(f"{blob.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            yield part
            part.replace(blob)
        finally:
            part.unlink(missing_ok=True)

    def _blob(self, name: str) -> Path:
        return self._blobs / name[:2] / name

    # What goes into keys

    def reads(self, base: str) -> list[str]:
        """Names whose values decide, besides the base key, whether an entry is valid."""
        rows = self._rows("SELECT names FROM reads WHERE base = ?", base)
        return list(json.loads(rows[0][0])) if rows else []

    async def put_reads(self, base: str, names: list[str]) -> None:
        """Note which names an output depends on."""
        await self._write("INSERT OR REPLACE INTO reads VALUES(?, ?)", base, json.dumps(names))

    def file_digest(self, path: Path) -> str:
        """SHA-256 of a file, from memory where its size and times have not changed.

        The time of any change to its entry counts too (where the system keeps it): programs that copy a file with its
        times cannot set that one back. The sum of both times moves when either does.
        """
        found = path.stat()
        times_ns = found.st_mtime_ns + found.st_ctime_ns
        known = self._rows("SELECT digest, size, mtime_ns FROM files WHERE path = ?", str(path.absolute()))
        if known and known[0][1:] == (found.st_size, times_ns):
            return str(known[0][0])
        digest = sha256_of(path)
        if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > SETTLED_NS:
            self._note(
                "INSERT OR REPLACE INTO files VALUES(?, ?, ?, ?)",
                *(str(path.absolute()), found.st_size, times_ns, digest),
            )
        return digest

    # Answers and history

    def answers(self, run: str) -> dict[str, Any]:
        """Answers given to a paused run, by question."""
        rows = self._rows("SELECT question, answer FROM answers WHERE run = ?", run)
        return {question: json.loads(answer) for question, answer in rows}

    async def put_answer(self, run: str, question: str, answer: Any) -> None:
        """Keep an answer.

        Raises:
            StoreError: If it is not made of JSON's types.
        """
        try:
            text = json.dumps(answer)
        except (TypeError, ValueError) as error:
            raise StoreError(f"the answer to {question!r} cannot be kept: {error}; use JSON's types") from error
        await self._write("INSERT OR REPLACE INTO answers VALUES(?, ?, ?)", run, question, text)

    def note_run(self, record: RunRecord) -> None:
        """Add a run to the history."""
        self._note(
            "INSERT OR REPLACE INTO runs VALUES(?, ?, ?, ?, ?, ?, ?)",
            *(record.id, record.pipeline, record.started, record.duration_ms, record.status, record.failed),
            json.dumps(record.stages),
        )

    def runs(self, limit: int = 20, pipeline: str | None = None) -> list[RunRecord]:
        """The latest runs, newest first."""
        rows = self._rows(
            "SELECT * FROM runs WHERE ? IS NULL OR pipeline = ? ORDER BY started DESC LIMIT ?",
            pipeline,
            pipeline,
            limit,
        )
        return [
            RunRecord(run, name, started, duration_ms, status, failed, tuple(map(tuple, json.loads(stages))))
            for run, name, started, duration_ms, status, failed, stages in rows
        ]

    # Upkeep

    def usage(self) -> list[StageUsage]:
        """What each stage keeps, the largest first."""
        rows = self._rows("SELECT stage, COUNT(*), SUM(size), MAX(used) FROM entries GROUP BY stage ORDER BY 3 DESC")
        return [StageUsage(*row) for row in rows]

    def prune(self, max_age_s: float | None = None, max_bytes: int | None = None) -> tuple[int, int]:
        """Forget what was not used for a time, then the longest unused until the rest fits.

        Returns:
            Entries forgotten and bytes freed.
        """
        rows = self._rows("SELECT key, size, used FROM entries ORDER BY used DESC")
        oldest = time.time() - max_age_s if max_age_s is not None else 0.0
        kept_bytes = 0
        dropped = []
        for key, size, used in rows:
            if used < oldest or (max_bytes is not None and kept_bytes + size > max_bytes):
                dropped.append((key, size))
            else:
                kept_bytes += size
        self._drop([key for key, _ in dropped])
        return len(dropped), sum(size for _, size in dropped)

    def _drop(self, keys: list[str]) -> None:
        self._index.delete("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])
        wanted: set[str] = set()
        for digest, inline, files in self._rows("SELECT digest, data IS NOT NULL, files FROM entries"):
            wanted.update([] if inline else [digest], (one[0] for one in json.loads(files or "[]")))
        abandoned = time.time() - 3600
        for path in self._blobs.glob("*/*"):
            # A part may be under way in another process. A whole blob may be about to get its row there; then that
            # row's output will be missed on the next look-up and made again.
            with contextlib.suppress(FileNotFoundError):
                if path.name not in wanted and (path.suffix != ".part" or path.stat().st_mtime < abandoned):
                    path.unlink()

    def verify(self, *, repair: bool = False) -> list[str]:
        """Read everything; a line for each entry that is damaged. With ``repair`` those entries are forgotten."""
        findings, broken = [], []
        for key, stage in self._rows("SELECT key, stage FROM entries"):
            rows = self._rows("SELECT digest, data, files, created FROM entries WHERE key = ?", key)
            if not rows:
                continue  # forgotten by another process meanwhile
            files = rows[0][2]
            try:
                self._read(*rows[0])
                for name, *_ in json.loads(files or "[]"):
                    if sha256_of(self._blob(name)) != name.partition(".")[0]:
                        raise StoreError(f"file {name[:12]} was changed after it was stored")
            except StoreError as error:
                findings.append(f"{stage}: entry {key[:12]}: {error}")
                broken.append(key)
        if repair and broken:
            self._drop(broken)
        return findings


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
