"""CPU-heavy stages in processes of their own, started fresh ("spawn") and kept for the next call.

Each call has a worker to itself, so cancelling or timing out a call kills exactly that worker. A worker gets the
stage, its input, and a copy of the context: state as it stands and every service that can be pickled. What the stage
writes to state and metrics comes back with the output. Pickle travels only between these processes, never to disk.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import signal
import traceback
from multiprocessing.connection import Connection
from typing import Any

from twinklr.core.pipeline.backends.body import Body
from twinklr.core.pipeline.backends.threads import Threads
from twinklr.core.pipeline.context import PipelineContext, Recording
from twinklr.core.pipeline.faults import PipelineError


class _Worker:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def request(self, payload: bytes) -> bytes:
        """Send a call, wait for the answer."""
        try:
            self._pipe.send_bytes(payload)
            return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            self._process.join(1.0)
            raise PipelineError(
                f"the worker process ended (exit code {self._process.exitcode}) before it answered; if it never "
                "started, the script lacks: if __name__ == '__main__'"
            ) from error

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.join(1.0)
        self._pipe.close()


class Processes:
    """As many workers as there are calls under way; idle ones are used again."""

    def __init__(self) -> None:
        self._threads = Threads()
        self._idle: list[_Worker] = []

    async def call(self, body: Body, value: Any, context: PipelineContext) -> Any:
        """Run a body in a worker process, replay what it wrote to the context, give what it returned."""
        payload = _pack(body, value, context)
        worker = self._idle.pop() if self._idle else await self._threads.run(_Worker)
        try:
            # A thread waits for the pipe; killing the worker makes it come back.
            reply = await self._threads.run(worker.request, payload)
        except (asyncio.CancelledError, PipelineError):
            worker.kill()
            raise
        self._idle.append(worker)
        error, remote, returned, recording = pickle.loads(reply)
        context.replay(recording)
        if error is not None:
            error.add_note(f"in the worker process:\n{remote}")
            raise error
        return returned

    def close(self) -> None:
        """End all workers."""
        while self._idle:
            self._idle.pop().kill()
        self._threads.close()


def _pack(body: Body, value: Any, context: PipelineContext) -> bytes:
    services, left_out = {}, []
    for name, service in context.services.items():
        try:
            services[name] = pickle.dumps(service)
        except Exception:  # noqa: BLE001 - pickling runs foreign code, which may raise anything
            left_out.append(name)
    answers = context.answers
    surroundings = (services, left_out, answers, context.state, context.output_dir, context.stage_id, context.item)
    try:
        return pickle.dumps((body, value, surroundings))
    except Exception as error:
        raise PipelineError(
            f"cannot be sent to a process: {error}; define the stage at the top level of a module and keep open "
            "files, locks and clients out of it and its input, or use runs_on='thread'"
        ) from error


class _Detached(PipelineContext):
    """The context inside a worker."""

    __slots__ = ("_left_out",)
    _left_out: list[str]

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._left_out:
            raise PipelineError(
                f"service {name!r} cannot be pickled, so it is not there in a process; use runs_on='thread', "
                "or build it inside the stage"
            )
        return super().__getattr__(name)


class _Elsewhere:
    """Stands for the run inside a worker; the real one hears of writes when they are replayed."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def wrote(self, key: str, stage_id: str, item: int | None) -> None:
        """Nothing to do here."""

    def read(self, key: str, stage_id: str, known: bool, bare: bool) -> None:
        """Nothing to do here."""


def _unpack(surroundings: tuple[Any, ...]) -> PipelineContext:
    services, left_out, answers, state, output_dir, stage_id, item = surroundings
    context = _Detached(output_dir=output_dir, **{name: pickle.loads(data) for name, data in services.items()})
    context._left_out = left_out
    context.detach(_Elsewhere(answers), state, stage_id, item)
    return context


def serve(pipe: Connection) -> None:
    """What a worker does: answer calls until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    while True:
        try:
            payload = pipe.recv_bytes()
        except (EOFError, OSError):
            os._exit(0)
        pipe.send_bytes(_answer(payload))


def _pack_answer(returned: Any, recording: Recording) -> bytes:
    try:
        return pickle.dumps((None, "", returned, recording))
    except Exception as error:
        raise PipelineError(
            f"the output, or what the stage wrote to state, cannot be pickled and so not leave the process: {error}; "
            "keep open files, locks, clients and local functions out of it, or use runs_on='thread'"
        ) from error


def _answer(payload: bytes) -> bytes:
    recording = Recording()
    try:
        body, value, surroundings = pickle.loads(payload)
        context = _unpack(surroundings)
        recording = context.recording
        returned = body(value, context)
        if asyncio.iscoroutine(returned):
            returned = asyncio.run(returned)
        return _pack_answer(returned, recording)
    except BaseException as error:  # noqa: BLE001 - everything goes back to the caller, SystemExit included
        remote = traceback.format_exc()
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # noqa: BLE001 - an exception with a constructor of its own may fail in any way
            error = PipelineError(f"{type(error).__name__}: {error}")
        error.__traceback__ = None
        try:
            return pickle.dumps((error, remote, None, recording))
        except Exception:  # noqa: BLE001 - what it wrote to state may be what cannot be pickled
            return pickle.dumps((error, remote, None, Recording()))
