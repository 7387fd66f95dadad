"""A fan-out: one stage over many items, by a few workers that take the next item as soon as they are free.

Workers pull from one shared source, so an iterable of any length costs memory only for items under way and results.
Behind another fan-out the source is a `Stream` of its results, taken as they are finished.
"""

from __future__ import annotations

import asyncio
import collections.abc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

from twinklr.core.pipeline.faults import PipelineError
from twinklr.core.pipeline.result import StageResult, StageStatus

Perform = Callable[[Any, int], Awaitable[StageResult[Any]]]
BREATH = 64
"""Items done before others are let run, in case the items never wait for anything."""


class ItemFailed(Exception):
    """An item failed, and with it the stage. Carries the item's result."""

    def __init__(self, index: int, result: StageResult[Any]) -> None:
        super().__init__(index)
        self.index = index
        self.result = result

    def as_result(self, others: dict[int, StageResult[Any]]) -> StageResult[Any]:
        """The stage's failure, with what its other items gave until then."""
        items = others | {self.index: self.result}
        return StageResult(
            StageStatus.FAILED,
            error=f"item {self.index}: {self.result.error}",
            exception=self.result.exception,
            attempts=self.result.attempts,
            items=tuple(items[index] for index in sorted(items)),
        )


class UpstreamFailed(Exception):
    """The fan-out that this one takes its items from failed."""


class Stream:
    """Items of one fan-out on their way to the next: index and output, in the order they were finished."""

    __slots__ = ("_closed", "_failed", "_items", "_wake")

    def __init__(self) -> None:
        self._items: list[tuple[int, Any]] = []
        self._closed = self._failed = False
        self._wake: asyncio.Event = asyncio.Event()

    def put(self, index: int, value: Any) -> None:
        """Hand on one item."""
        self._items.append((index, value))
        self._wake.set()

    def close(self, *, failed: bool) -> None:
        """There are no more items."""
        self._closed, self._failed = True, failed
        self._wake.set()

    async def follow(self) -> AsyncIterator[tuple[int, Any]]:
        """All items, those already there first."""
        position = 0
        while True:
            while position < len(self._items):
                yield self._items[position]
                position += 1
            if self._failed:
                raise UpstreamFailed
            if self._closed:
                return
            self._wake.clear()
            await self._wake.wait()


def known_length(value: Any) -> int | None:
    """Number of items, where it can be told beforehand."""
    return len(value) if isinstance(value, collections.abc.Sized) else 0 if value is None else None


def open_source(value: Any, source_id: str) -> Iterator[tuple[int, Any]] | AsyncIterator[tuple[int, Any]]:
    """Numbered items of a fan-out's input.

    Raises:
        PipelineError: If it is a dict, a string, or nothing one can go through.
    """
    if value is None:  # its input was skipped or failed without being critical: nothing to do
        return iter(())
    if isinstance(value, collections.abc.Mapping):
        lists = [key for key, held in value.items() if isinstance(held, list | tuple)]
        hint = (
            f"its key {lists[0]!r} holds a list: return that list itself, StageResult.success({lists[0]})"
            if lists
            else "return a list, StageResult.success([...])"
        )
        raise PipelineError(f"FAN_OUT needs a list of items, but {source_id!r} gave a dict; {hint}")
    if isinstance(value, collections.abc.AsyncIterable):
        return _numbered(value)
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise PipelineError(
            f"FAN_OUT needs a list of items, but {source_id!r} gave a {type(value).__name__}; return a list, "
            "StageResult.success([...])"
        )
    return enumerate(value)


async def _numbered(items: collections.abc.AsyncIterable[Any]) -> AsyncIterator[tuple[int, Any]]:
    index = 0
    try:
        async for item in items:
            yield index, item
            index += 1
    finally:
        close = getattr(items, "aclose", None)
        if close is not None:  # a generator left early cleans up now, not when it is collected
            await close()


class FanOut:
    """One run of one fan-out stage.

    Args:
        name: Of its tasks, for debugging.
        perform: Does one item.
        limit: Workers at most.
        on_item_error: What a failed item means; see `StageDefinition`.
        stream: Where finished items go besides the results, for a fan-out behind this one.
    """

    def __init__(self, name: str, perform: Perform, limit: int, on_item_error: str, stream: Stream | None) -> None:
        self._name = name
        self._perform = perform
        self._limit = limit
        self._on_item_error = on_item_error
        self._stream = stream
        self._workers = 1
        self._turn = asyncio.Lock()
        self._left_out: set[int] = set()
        self.results: dict[int, StageResult[Any]] = {}

    async def run(self, source: Iterator[tuple[int, Any]] | AsyncIterator[tuple[int, Any]]) -> StageResult[Any]:
        """Go through all items; the list of outputs in input order.

        Raises:
            ItemFailed: If an item failed and that fails the stage; the others have been stopped and awaited.
        """
        try:
            async with asyncio.TaskGroup() as group:
                if isinstance(source, AsyncIterator):
                    await self._pull_async(source, group)
                else:
                    await self._pull(source, group)
        except BaseExceptionGroup as several:
            # One cause is reported: the first. What other items raised while they were stopped follows from it.
            raise several.exceptions[0] from None
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()
        order = sorted(self.results)
        kept = [self.results[index] for index in order]
        if any(result.status is StageStatus.PAUSED for result in kept):
            return StageResult(StageStatus.PAUSED, items=tuple(kept))
        staying = [self.results[index] for index in order if index not in self._left_out] if self._left_out else kept
        return StageResult(
            StageStatus.SUCCEEDED,
            [result.output if result.success else result for result in staying],
            attempts=max((result.attempts for result in kept), default=0),
            cached=bool(kept) and all(result.cached for result in kept),
            items=tuple(kept),
        )

    async def _pull(self, source: Iterator[tuple[int, Any]], group: asyncio.TaskGroup) -> None:
        """A worker on an ordinary iterator. There are as many workers as items under way, up to the limit."""
        for index, item in source:
            if self._workers < self._limit:
                self._workers += 1
                group.create_task(self._pull(source, group), name=self._name)
            self._take(index, item, None if _was_collected(item) else await self._perform(item, index))
            if len(self.results) % BREATH == 0:
                await asyncio.sleep(0)

    async def _pull_async(self, source: AsyncIterator[tuple[int, Any]], group: asyncio.TaskGroup) -> None:
        """A worker on an async iterator, which only one may wait for at a time."""
        while True:
            async with self._turn:
                try:
                    index, item = await anext(source)
                except StopAsyncIteration:
                    return
            if self._workers < self._limit:
                self._workers += 1
                group.create_task(self._pull_async(source, group), name=self._name)
            self._take(index, item, None if _was_collected(item) else await self._perform(item, index))
            if len(self.results) % BREATH == 0:
                await asyncio.sleep(0)

    def _take(self, index: int, item: Any, result: StageResult[Any] | None) -> None:
        """Take in the result of an item; None where the item is a failure collected before, which stays as it is."""
        if result is None:
            result, stays = item, True
        else:
            failed = result.status is StageStatus.FAILED
            if failed and self._on_item_error == "fail":
                raise ItemFailed(index, result)
            stays = result.success or (failed and self._on_item_error == "collect")
        self.results[index] = result
        if not stays:
            self._left_out.add(index)
        elif self._stream is not None:
            self._stream.put(index, result.output if result.success else result)


def _was_collected(item: Any) -> bool:
    return type(item) is StageResult and item.status is StageStatus.FAILED
