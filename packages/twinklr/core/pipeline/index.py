"""The index of a store: an sqlite database in WAL mode, read where it is asked, written by one thread.

The writer thread puts whatever has gathered into one transaction, so thousands of small outputs cost few commits.
Several processes may read and write at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from twinklr.core.pipeline.backends.threads import Threads
from twinklr.core.pipeline.faults import StoreError

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries(
    key TEXT PRIMARY KEY, stage TEXT, created REAL, used REAL, size INTEGER, digest TEXT, data BLOB, files TEXT);
CREATE TABLE IF NOT EXISTS reads(base TEXT PRIMARY KEY, names TEXT);
CREATE TABLE IF NOT EXISTS files(path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, digest TEXT);
CREATE TABLE IF NOT EXISTS answers(run TEXT, question TEXT, answer TEXT, PRIMARY KEY(run, question));
CREATE TABLE IF NOT EXISTS runs(
    id TEXT PRIMARY KEY, pipeline TEXT, started REAL, duration_ms REAL, status TEXT, failed TEXT, stages TEXT);
"""


class Index:
    """The database of a folder.

    Args:
        folder: Where it lies; it must exist.

    Attributes:
        notes: What was odd when it was opened.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "index.db"
        self.notes: list[str] = []
        self._lock = threading.Lock()
        self._closed = False
        self._reader = self._open()
        self._connection = _connect(self._path)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._writer: threading.Thread | None = None

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self._path}: {error}") from error
        except sqlite3.DatabaseError as error:
            aside = self._path.with_name(f"index.db.broken-{int(time.time())}")
            self._path.replace(aside)
            for ending in ("-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            self.notes.append(f"{self._path} was damaged ({error}); it was moved to {aside.name} and a new one begun")
            return _connect(self._path)

    def close(self) -> None:
        """Write what is under way, then close; waits for reads on other threads, and later ones fail."""
        with self._lock:
            self._closed = True
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
        with self._lock:  # sqlite crashes when a connection is closed under a thread that reads
            self._connection.close()
            self._reader.close()

    def rows(self, sql: str, *arguments: Any) -> list[Any]:
        """Read.

        Raises:
            StoreError: If that fails.
        """
        with self._lock:
            try:
                return self._reader.execute(sql, arguments).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"{self._path}: {error}") from error

    def delete(self, sql: str, arguments: list[tuple[Any, ...]]) -> None:
        """Change many rows at once, here and now.

        Raises:
            StoreError: If that fails.
        """
        with self._lock:
            try:
                with self._reader:
                    self._reader.executemany(sql, arguments)
            except sqlite3.Error as error:
                raise StoreError(f"{self._path}: {error}") from error

    async def write(self, sql: str, *arguments: Any) -> None:
        """Write a row and come back when it is safe.

        Raises:
            StoreError: If that fails.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._submit(_Job(sql, arguments, loop, done))
        Threads.under_way += 1
        try:
            await asyncio.shield(done)
        finally:
            Threads.under_way -= 1

    def note(self, sql: str, *arguments: Any) -> None:
        """Write a row some time soon; for what may be lost."""
        self._submit(_Job(sql, arguments, None, None))

    def _submit(self, job: _Job) -> None:
        with self._lock:
            if self._closed:
                raise StoreError(f"{self._path}: is closed")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_all, name="pipeline-store", daemon=True)
                self._writer.start()
            self._queue.put(job)

    def _write_all(self) -> None:
        """The writer thread: everything that has gathered in one transaction, until it is told to end."""
        ending = False
        while not ending:
            gathered = [self._queue.get()]
            while not self._queue.empty():
                gathered.append(self._queue.get())
            jobs = [job for job in gathered if job is not None]
            ending = len(jobs) < len(gathered)
            error: Exception | None = None
            try:
                with self._connection:
                    for job in jobs:
                        self._connection.execute(job.sql, job.arguments)
            except Exception as problem:  # noqa: BLE001 - whatever it is, those who wait for the rows must hear of it
                error = StoreError(f"{self._path}: {problem}")
            _report(jobs, error)


@dataclass(slots=True)
class _Job:
    sql: str
    arguments: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop | None
    done: asyncio.Future[None] | None


def _report(jobs: list[_Job], error: Exception | None) -> None:
    """Tell everyone who waits, each loop in one call."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for job in jobs:
        if job.loop is not None and job.done is not None:
            waiting.setdefault(job.loop, []).append(job.done)
    for loop, futures in waiting.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: list[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.cancelled():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
    try:
        _retry_locked(lambda: connection.execute("PRAGMA journal_mode = WAL"))
        connection.execute("PRAGMA synchronous = NORMAL")
        _retry_locked(lambda: connection.executescript(SCHEMA))
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _retry_locked(action: Callable[[], Any]) -> None:
    """Switching to WAL fails at once, without waiting, while another process does the same."""
    for attempt in range(50):
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 49:
                raise
            time.sleep(0.02)
