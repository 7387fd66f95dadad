"""Painting one effect on one grid: the call to its function, and what happens to its picture before it is blended.

Pictures are kept for a while: the same effect with the same settings on a grid of the same size is painted once, and
an effect with memory is painted once from its start however many windows ask for parts of it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.buffers import LayerBuffer
from twinklr.core.effects.call import EffectCall, Pixels, Surroundings
from twinklr.core.effects.color_curves import palette_at
from twinklr.core.effects.layers import NEVER, LayerSettings
from twinklr.core.effects.optics import blur, roto_zoom, transitioned
from twinklr.core.effects.rows import Segment
from twinklr.core.effects.settings import settings_at
from twinklr.core.effects.transitions import TRANSITIONS
from twinklr.core.effects.value_curves import CurveSources

STRETCH_CELLS = 1 << 20
"""Cells times frames of one call of an effect without memory: larger ones are split."""

MEMORY_STRETCH_CELLS = 4 << 20
"""The same for effects with memory, which begin from their start for every stretch: only to bound the memory taken."""

WHOLE_BYTES = 96 << 20
"""An effect with memory is painted whole up to this size; a larger one from its start for every window."""


class PictureCache:
    """Pictures by what they were painted from, the least recently used dropped when they take too much memory.

    Args:
        limit_bytes: Memory to use at most.
    """

    def __init__(self, limit_bytes: int = 256 << 20) -> None:
        self._limit = limit_bytes
        self._size = 0
        self._kept: OrderedDict[Hashable, Pixels] = OrderedDict()
        self._busy: dict[Hashable, threading.Event] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, paint: Callable[[], Pixels]) -> Pixels:
        """The picture of a key, painted now if it is not kept; two threads never paint the same one."""
        while True:
            with self._lock:
                found = self._kept.get(key)
                if found is not None:
                    self._kept.move_to_end(key)
                    return found
                event = self._busy.get(key)
                if event is None:
                    event = self._busy[key] = threading.Event()
                    break
            event.wait()
        try:
            picture = paint()
            with self._lock:
                self._kept[key] = picture
                self._size += picture.nbytes
                while self._size > self._limit and len(self._kept) > 1:
                    self._size -= self._kept.popitem(last=False)[1].nbytes
            return picture
        finally:
            with self._lock:
                del self._busy[key]
            event.set()


@dataclass(slots=True)
class EffectCost:
    """What painting one kind of effect has cost.

    Attributes:
        calls: Times its function was called.
        frames: Frames it painted.
        cells: Cells times frames it painted.
        cpu_s: Processor time.
    """

    calls: int = 0
    frames: int = 0
    cells: int = 0
    cpu_s: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Painter:
    """Paints effects for one sequence.

    Attributes:
        frame_ms: Length of a frame.
        surroundings: What effects may look at, for a segment of a row on a grid.
        cache: Pictures painted so far.
        costs: What each effect has cost so far, by name.
    """

    frame_ms: int
    surroundings: Surroundings
    cache: PictureCache = field(default_factory=PictureCache)
    costs: dict[str, EffectCost] = field(default_factory=dict)

    def picture(
        self, segment: Segment, buffer: LayerBuffer, start: int, stop: int, surroundings: Surroundings | None = None
    ) -> Pixels:
        """Frames ``start`` to ``stop`` of a segment, counted from its own start.

        ``(frames, height, width, 4)``, or ``(frames, 1, used cells, 4)`` where `paints_spots` says so.
        """
        assert segment.row is not None
        around = surroundings or self.surroundings
        length = segment.stop - segment.start
        spots = paints_spots(segment, buffer)
        whole = length * (len(buffer.used) if spots else buffer.width * buffer.height) * 4
        lasting = segment.row.memory or segment.settings.persistent
        first, last = (0, length) if lasting and whole <= WHOLE_BYTES else (start, stop)
        key = (
            segment.name,
            segment.stored,
            buffer.width,
            buffer.height,
            length,
            first,
            last,
            buffer.used_key if spots else None,
            segment.seed if segment.row.random else 0,
            id(segment) if segment.before is not None else 0,
            (segment.start, id(buffer)) if segment.row.follows_time or segment.settings.follows_time else 0,
        )
        found = self.cache.get(key, lambda: self._painted(segment, buffer, first, last, around))
        return found[start - first : stop - first]

    def on_canvas(
        self,
        segment: Segment,
        buffer: LayerBuffer,
        first: int,
        last: int,
        below: Pixels,
        surroundings: Surroundings | None = None,
    ) -> Pixels:
        """Frames of an effect that paints on a canvas, ``below`` being what lies below it on the same grid."""
        return self._painted(segment, buffer, first, last, surroundings or self.surroundings, below)

    def _painted(
        self,
        segment: Segment,
        buffer: LayerBuffer,
        first: int,
        last: int,
        surroundings: Surroundings,
        below: Pixels | None = None,
    ) -> Pixels:
        settings = segment.settings
        begin = 0 if settings.persistent and below is None else first
        end = last
        if below is None:
            begin, end = min(begin, settings.freeze_frame), min(last, settings.freeze_frame + 1)
            end = max(end, begin + 1)
        pixels = self._called(segment, buffer, begin, end, surroundings, below)
        if settings.persistent:
            pixels = accumulated(pixels)
        pixels = self._through_optics(segment, pixels, begin, end, surroundings)
        if settings.freeze_frame != NEVER or begin != first or end != last:
            wanted = np.minimum(np.arange(first, last), settings.freeze_frame) - begin
            pixels = pixels[np.clip(wanted, 0, len(pixels) - 1)]
        if settings.fade_in.kind in TRANSITIONS or settings.fade_out.kind in TRANSITIONS:
            pixels = self._transitioned(segment, buffer, pixels, first, last, surroundings)
        if settings.suppress_frames > first:
            pixels = pixels.copy()
            pixels[: settings.suppress_frames - first] = 0
        return pixels

    def _transitioned(
        self, segment: Segment, buffer: LayerBuffer, pixels: Pixels, first: int, last: int, surroundings: Surroundings
    ) -> Pixels:
        settings = segment.settings
        progress = fades(settings, first, last, segment.stop - segment.start, self.frame_ms)
        if not (progress < 1.0).any():
            return pixels
        position = positions(first, last, segment.stop - segment.start)
        sources = curve_sources(segment, self.frame_ms, surroundings)
        grid = (buffer.width, buffer.height)
        spots = buffer.used if pixels.shape[1:3] != grid[::-1] else None
        return transitioned(pixels, settings, progress, position, sources, grid=grid, spots=spots)

    def _through_optics(
        self, segment: Segment, pixels: Pixels, first: int, last: int, surroundings: Surroundings
    ) -> Pixels:
        settings = segment.settings
        plain = settings.blur.curve is None and settings.blur.number < 2
        if plain and settings.roto_zoom.idle:
            return pixels
        position = positions(first, last, segment.stop - segment.start)
        sources = curve_sources(segment, self.frame_ms, surroundings)
        if not plain:
            pixels = blur(pixels, settings.blur.over(position, sources))
        return roto_zoom(pixels, settings.roto_zoom, position, sources)

    def _called(
        self,
        segment: Segment,
        buffer: LayerBuffer,
        first: int,
        last: int,
        surroundings: Surroundings,
        below: Pixels | None = None,
    ) -> Pixels:
        """The effect's own picture, painted in stretches of frames that fit the processor's cache."""
        assert segment.row is not None
        spots = segment.row.pointwise and below is None and paints_spots(segment, buffer)
        shown = len(buffer.used) if spots else buffer.width * buffer.height
        limit = MEMORY_STRETCH_CELLS if segment.row.memory else STRETCH_CELLS
        stretch = max(limit // max(shown, 1), 4)
        if last - first <= stretch:
            return self._call(segment, buffer, first, last, surroundings, below)
        parts = []
        for begin in range(first, last, stretch):
            end = min(begin + stretch, last)
            part = None if below is None else below[begin - first : end - first]
            parts.append(self._call(segment, buffer, begin, end, surroundings, part))
        return np.concatenate(parts)

    def _call(
        self,
        segment: Segment,
        buffer: LayerBuffer,
        first: int,
        last: int,
        surroundings: Surroundings,
        below: Pixels | None,
    ) -> Pixels:
        assert segment.row is not None
        length = segment.stop - segment.start
        position = positions(first, last, length)
        sources = curve_sources(segment, self.frame_ms, surroundings)
        cells = None
        spots = below is None and paints_spots(segment, buffer)
        if spots and segment.row.pointwise:
            rows, columns = np.divmod(buffer.used, buffer.width)
            cells = (columns[None, :], rows[None, :])
        call = EffectCall(
            width=buffer.width,
            height=buffer.height,
            frame_ms=self.frame_ms,
            start_frame=segment.start,
            frame_count=length,
            first=first,
            stop=last,
            settings=settings_at(segment.settings.effect, position, sources),
            palette=palette_at(segment.settings.colors, position),
            seed=segment.seed,
            surroundings=surroundings,
            below=below,
            before=self._call_before(segment, buffer, segment.row.lives_on),
            cells=cells,
        )
        begun = time.thread_time()
        pixels = np.ascontiguousarray(segment.row.function(call))
        cost = self.costs.setdefault(segment.name, EffectCost())
        cost.cpu_s += time.thread_time() - begun
        cost.calls += 1
        cost.frames += len(pixels)
        cost.cells += pixels.size // 4
        if spots and cells is None:
            whole = pixels.view(np.uint32).reshape(len(pixels), -1)
            pixels = np.take(whole, buffer.used, axis=1).view(np.uint8).reshape(len(pixels), 1, -1, 4)
        return pixels

    def _call_before(self, segment: Segment, buffer: LayerBuffer, lives_on: int) -> EffectCall | None:
        """Call of the whole effect whose light lives on into a segment for some frames, and of those before it."""
        last = segment.before
        if last is None or lives_on <= 0:
            return None
        length = last.stop - last.start
        position = positions(0, length, length)
        return EffectCall(
            width=buffer.width,
            height=buffer.height,
            frame_ms=self.frame_ms,
            start_frame=last.start,
            frame_count=length,
            first=0,
            stop=length,
            settings=settings_at(last.settings.effect, position, curve_sources(last, self.frame_ms, self.surroundings)),
            palette=palette_at(last.settings.colors, position),
            seed=last.seed,
            surroundings=self.surroundings,
            before=self._call_before(last, buffer, lives_on - length),
        )


def paints_spots(segment: Segment, buffer: LayerBuffer) -> bool:
    """Whether only the cells that nodes show are kept, side by side, instead of the whole grid.

    What moves or mixes cells afterwards needs the whole grid.
    """
    settings = segment.settings
    return (
        segment.row is not None
        and buffer.sparse
        and not settings.persistent
        and not segment.row.canvas
        and settings.blur.curve is None
        and settings.blur.number < 2
        and settings.roto_zoom.idle
    )


def positions(first: int, last: int, length: int) -> NDArray[np.float64]:
    """Position of frames in an effect: 0 at its first frame, 1 at its last."""
    return np.arange(first, last) / max(length - 1, 1)


def curve_sources(segment: Segment, frame_ms: int, surroundings: Surroundings) -> CurveSources:
    """What the value curves of a segment may follow."""
    return CurveSources(
        segment.start, segment.stop - segment.start, frame_ms, surroundings.timing_tracks, surroundings.loudness
    )


def laid_over(above: Pixels, below: Pixels) -> Pixels:
    """A picture on another of the same shape, by its alpha."""
    alpha = above[..., 3:].astype(np.uint16)
    if (alpha == 255).all():
        return above
    mixed = (above.astype(np.uint16) * alpha + below.astype(np.uint16) * (255 - alpha)) // 255
    mixed[..., 3] = np.maximum(above[..., 3], below[..., 3])
    return mixed.astype(np.uint8)


def accumulated(pixels: Pixels) -> Pixels:
    """Every frame painted over the one before, from the first on."""
    out = pixels.copy()
    for frame in range(1, len(out)):
        out[frame] = laid_over(pixels[frame], out[frame - 1])
    return out


def canvas_picture(colors: NDArray[np.uint8], nodes: NDArray[np.int32], buffer: LayerBuffer) -> Pixels:
    """Node colours ``(frames, all nodes, 3)`` as an opaque picture on a buffer."""
    pixels = np.zeros((len(colors), buffer.height * buffer.width, 4), dtype=np.uint8)
    shown = buffer.cells >= 0
    pixels[:, buffer.cells[shown], :3] = colors[:, nodes[shown], :3]
    pixels[:, buffer.cells[shown], 3] = 255
    return pixels.reshape(len(colors), buffer.height, buffer.width, 4)


def fades(settings: LayerSettings, first: int, last: int, length: int, frame_ms: int) -> NDArray[np.float64]:
    """Progress of the transitions of frames: ``(2, frames)``, coming in and going out, 1 where they are over."""
    frame = np.arange(first, last)
    steps_in = int(settings.fade_in.duration_s * 1000.0 / frame_ms + 1e-6)
    steps_out = int(settings.fade_out.duration_s * 1000.0 / frame_ms + 1e-6)
    coming = np.minimum((frame + 1) / steps_in, 1.0) if steps_in else np.ones(len(frame))
    going = np.minimum((length - 1 - frame) / steps_out, 1.0) if steps_out else np.ones(len(frame))
    return np.stack([coming, going])
