"""Synchronous stages on daemon threads, so that they never stall the event loop.

Not `concurrent.futures`: its threads are joined when the interpreter ends, and a stage that hangs would keep the
program alive after Ctrl-C. A cancelled call is abandoned here: the loop goes on at once, the stage sees
``context.cancelled``, and its thread dies with the process if it never looks.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from twinklr.core.pipeline.backends.body import Body
from twinklr.core.pipeline.context import PipelineContext

Outcome = tuple[BaseException | None, Any]


class Threads:
    """A pool that grows with the calls under way and keeps idle threads for the next ones."""

    under_way = 0
    """Calls of all pools that a loop waits for; a virtual clock must not jump while there are any."""

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[Callable[[], None] | None]] = []
        self._closed = False

    async def call(self, body: Body, value: Any, context: PipelineContext) -> Any:
        """Run a body on a thread, a coroutine on a loop of its own there.

        What looked synchronous and gives a coroutine after all is awaited on the caller's loop.
        """
        try:
            if body.is_async:
                return await self.run(lambda: asyncio.run(body(value, context)))
            returned = await self.run(body, value, context)
        except asyncio.CancelledError:
            context.abandon()
            raise
        return await returned if asyncio.iscoroutine(returned) else returned

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function on a thread, in a copy of the caller's context variables."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        variables = contextvars.copy_context()

        def job() -> None:
            try:
                outcome: Outcome = (None, variables.run(function, *arguments))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the waiting coroutine
                outcome = (error, None)
            with contextlib.suppress(RuntimeError):  # the loop is closed: the call was abandoned long ago
                loop.call_soon_threadsafe(_deliver, future, outcome)

        inbox = self._idle.pop() if self._idle else self._start()
        inbox.put(job)
        Threads.under_way += 1
        try:
            error, value = await future
        finally:
            Threads.under_way -= 1
        if error is not None:
            raise error
        return value

    def _start(self) -> SimpleQueue[Callable[[], None] | None]:
        inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        threading.Thread(target=self._work, args=(inbox,), name="pipeline-stage", daemon=True).start()
        return inbox

    def _work(self, inbox: SimpleQueue[Callable[[], None] | None]) -> None:
        while (job := inbox.get()) is not None:
            job()
            del job  # an idle thread must not keep the last input alive
            self._idle.append(inbox)
            if self._closed:  # after, not before: close() may have looked for idle threads in between
                return

    def close(self) -> None:
        """End idle threads; those at work end after it."""
        self._closed = True
        while self._idle:
            self._idle.pop().put(None)


def _deliver(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)
