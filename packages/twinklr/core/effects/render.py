"""`Renderer`: a sequence on a display, as frames of light."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.display.display import Display
from twinklr.core.effects.blend import NORMAL, blend, cover, gather
from twinklr.core.effects.buffers import LayerBuffer, layer_buffers, place_row
from twinklr.core.effects.call import Surroundings
from twinklr.core.effects.catalog import EFFECTS
from twinklr.core.effects.channels import channel_map, to_channels
from twinklr.core.effects.layers import LayerSettings, Parameter
from twinklr.core.effects.painter import (
    EffectCost,
    Painter,
    canvas_picture,
    curve_sources,
    fades,
    laid_over,
    paints_spots,
    positions,
)
from twinklr.core.effects.recolor import SPARKLE_LEVELS, adjust_brightness, adjust_hsv, clear_near, sparkle
from twinklr.core.effects.rows import Segment, Target, lay_out
from twinklr.core.effects.surroundings import model_surroundings, song_surroundings
from twinklr.core.effects.transitions import TRANSITIONS
from twinklr.core.xlights.media_files import find_media, forget_media, wanted_file
from twinklr.core.xlights.sequence import Sequence

Frames = NDArray[np.uint8]

WINDOW_BYTES = 16 << 20
"""Memory of one window's node colours and channels."""


class Renderer:
    """Renders a sequence on a display, any window of it, as often as wanted.

    The same arguments give the same bytes. A window costs what its own frames cost, wherever it lies; only effects
    with memory (meteors, life) are painted from their own start.

    Args:
        sequence: What to render.
        display: The show folder it is rendered for.
        seed: Seed of all effects that use chance.
        media_folders: Where pictures and videos are looked for.
        song: What effects that follow the music hear: an analysed song, or loudness and spectrum by frame.
        models: Names of the rows to render, or None for all.
    """

    def __init__(
        self,
        sequence: Sequence,
        display: Display,
        *,
        seed: int = 0,
        media_folders: Iterable[str] = (),
        song: SongBundle | Surroundings | None = None,
        models: Iterable[str] | None = None,
    ) -> None:
        self._sequence = sequence
        self._display = display
        forget_media()
        self._models = None if models is None else frozenset(models)
        self._targets, missing = lay_out(sequence, display, EFFECTS, seed, self._models)
        self._unsupported = MappingProxyType(dict(sorted(missing.items())))
        self._channels = channel_map(display)
        self._buffers: dict[tuple[object, ...], tuple[LayerBuffer, ...]] = {}
        self._around: dict[int, Surroundings] = {}
        self._painter = Painter(
            sequence.frame_ms,
            song_surroundings(sequence, self.frame_count, tuple(str(folder) for folder in media_folders), song),
        )

    @property
    def frame_count(self) -> int:
        """Frames of the sequence."""
        return self._sequence.duration_ms // self._sequence.frame_ms

    @property
    def channel_count(self) -> int:
        """Bytes of a frame."""
        return self._channels.channel_count

    @property
    def unsupported(self) -> Mapping[str, int]:
        """Effects that stay dark because they are not known, with how often each occurs."""
        return self._unsupported

    @property
    def ignored(self) -> Mapping[str, int]:
        """Settings that change nothing here though they do in xLights, by stored key, with how often each occurs."""
        return dict(sorted(Counter(key for one in self._segments() for key in one.settings.ignored).items()))

    @property
    def missing_media(self) -> Mapping[str, int]:
        """Pictures and videos that no media folder has, with how many effects would show each."""
        wanted = Counter(name for one in self._segments() if (name := wanted_file(one.settings.effect)))
        folders = self._painter.surroundings.media_folders
        return {name: count for name, count in sorted(wanted.items()) if find_media(folders, name) is None}

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Rows with effects that the layout has no lights for, in the sequence's order; submodels as ``row/name``."""
        found: dict[str, None] = {}
        for row in self._sequence.rows:
            if row.disabled or (self._models is not None and row.name not in self._models):
                continue
            known = place_row(self._display, row.name) is not None
            if not known and any(layer.effects for layer in row.all_layers):
                found[row.name] = None
            for sub in row.subrows if known else ():
                if any(layer.effects for layer in sub.layers) and place_row(self._display, row.name, sub) is None:
                    found[f"{row.name}/{sub.name or f'{sub.kind} {sub.index + 1}'}"] = None
        return tuple(found)

    def _segments(self) -> Iterator[Segment]:
        for target in self._targets:
            for layer in target.layers:
                yield from layer.segments

    @property
    def costs(self) -> Mapping[str, EffectCost]:
        """What each kind of effect has cost so far, the dearest first; what was kept from before costs nothing."""
        return dict(sorted(self._painter.costs.items(), key=lambda item: -item[1].cpu_s))

    def frames(self, start: int, stop: int) -> Frames:
        """Channel bytes ``(stop - start, channels)`` of a window."""
        return to_channels(self._canvas(start, stop), self._channels)

    def node_colors(self, start: int, stop: int) -> Frames:
        """Colours ``(stop - start, nodes, 3)`` of all nodes of the display in a window."""
        return np.ascontiguousarray(self._canvas(start, stop)[..., :3])

    def _canvas(self, start: int, stop: int) -> Frames:
        """Node colours as above, with a fourth byte so that a whole pixel can be moved at a time."""
        colors = np.zeros((stop - start, self._display.node_count, 4), dtype=np.uint8)
        for target in self._targets:
            for first, last in target.runs(start, stop):
                self._render(target, colors, start, first, last)
        return colors

    @property
    def window_frames(self) -> int:
        """Frames of a window of moderate memory, for `windows`."""
        frame_bytes = 3 * self._display.node_count + self.channel_count
        return min(max(WINDOW_BYTES // max(frame_bytes, 1), 16), 128)

    def windows(self, frames_per_window: int, start: int = 0, stop: int | None = None) -> Iterator[Frames]:
        """Channel bytes of the sequence, window by window, rendered on all cores.

        At most one window more than there are cores is held, so memory does not grow with the sequence's length.

        Args:
            frames_per_window: Frames of each array; the last one may be shorter.
            start: First frame.
            stop: End, exclusive; the end of the sequence by default.
        """
        end = self.frame_count if stop is None else stop
        workers = usable_cores()
        pending: deque[Future[Frames]] = deque()
        with ThreadPoolExecutor(max_workers=workers) as pool:
            try:
                for first in range(start, end, frames_per_window):
                    pending.append(pool.submit(self.frames, first, min(first + frames_per_window, end)))
                    if len(pending) > workers:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()

    def _render(self, target: Target, colors: Frames, origin: int, first: int, last: int) -> None:
        """Render one row in a stretch of frames in which it has effects."""
        started = np.full(last - first, self._sequence.model_blending or target.is_sub)
        if not started.all():
            colors[first - origin : last - origin, target.place.nodes] = 0
        for layer in target.layers:
            for segment in layer.between(first, last):
                begin, end = max(segment.start, first), min(segment.stop, last)
                part = slice(begin - first, end - first)
                self._layer(target, segment, begin, end, colors[begin - origin : end - origin], started[part])
                started[part] = True

    def _layer(
        self, target: Target, segment: Segment, begin: int, end: int, canvas: Frames, started: NDArray[np.bool_]
    ) -> None:
        """Put frames of one effect on the canvas."""
        settings, nodes = segment.settings, target.place.nodes
        first, last = begin - segment.start, end - segment.start
        levels = None if _is_plain(settings) else self._levels(segment, first, last)
        for buffer in self._layer_buffers(target, settings):
            pixels, cells = self._picture(target, segment, buffer, first, last, canvas)
            if levels is None:
                cover(canvas.view(np.uint32)[..., 0], nodes, pixels.view(np.uint32)[..., 0], cells, started)
                continue
            if _recolors(settings):
                pixels, cells = self._recolored(segment, pixels, cells, first, last)
                levels[:, 0] = 1.0
            blend(canvas, nodes, pixels, cells, buffer.half, settings.method, levels, started)

    def _picture(
        self, target: Target, segment: Segment, buffer: LayerBuffer, first: int, last: int, canvas: Frames
    ) -> tuple[Frames, NDArray[np.int32]]:
        """The layer's picture ``(frames, cells, 4)`` and the cell of it that each node shows."""
        if segment.row is None:
            return np.zeros((last - first, 1, 4), dtype=np.uint8), np.minimum(buffer.cells, 0)
        around = self._surroundings(target, buffer) if segment.row.follows_time else None
        if segment.row.canvas and segment.settings.canvas:
            below = canvas_picture(canvas, target.place.nodes, buffer)
            painted = self._painter.on_canvas(segment, buffer, first, last, below, around)
            return painted.reshape(last - first, -1, 4), buffer.cells
        painted = self._painter.picture(segment, buffer, first, last, around)
        cells = buffer.spots if paints_spots(segment, buffer) else buffer.cells
        pixels = painted.reshape(last - first, -1, 4)
        # Painting on a canvas and covering it are the same thing unless another blend method follows.
        if segment.settings.canvas and segment.settings.method != NORMAL:
            above = np.zeros((last - first, len(cells), 4), dtype=np.uint8)
            gather(pixels, cells, above)
            below = canvas[:, target.place.nodes]
            below[..., 3] = 255
            pixels = laid_over(above, below)
            cells = np.where(cells >= 0, np.arange(len(cells), dtype=np.int32), cells)
        return pixels, cells

    def _surroundings(self, target: Target, buffer: LayerBuffer) -> Surroundings:
        """What effects on a model may look at: its faces and states, and where its nodes lie in the buffer."""
        found = self._around.get(id(buffer))
        if found is None:
            found = self._around[id(buffer)] = model_surroundings(
                self._painter.surroundings, self._display, target.place, buffer
            )
        return found

    def _levels(self, segment: Segment, first: int, last: int) -> NDArray[np.float64]:
        """Brightness and strength of a layer per frame."""
        settings = segment.settings
        levels = np.ones((last - first, 3))
        levels[:, 2] = positions(first, last, segment.stop - segment.start) if settings.morph else settings.mix
        if settings.brightness.curve is not None or settings.brightness.number != 100.0:
            levels[:, 0] = self._brightness(segment, first, last) / 100.0
        if settings.fade_in.duration_s or settings.fade_out.duration_s:
            progress = fades(settings, first, last, segment.stop - segment.start, self._sequence.frame_ms)
            for row, transition in enumerate((settings.fade_in, settings.fade_out)):
                if transition.kind not in TRANSITIONS:
                    levels[:, 1] *= progress[row]
        return levels

    def _brightness(self, segment: Segment, first: int, last: int) -> NDArray[np.float64]:
        position = positions(first, last, segment.stop - segment.start)
        sources = curve_sources(segment, self._sequence.frame_ms, self._painter.surroundings)
        return np.trunc(segment.settings.brightness.over(position, sources) + 1e-9)

    def _recolored(
        self, segment: Segment, pixels: Frames, cells: NDArray[np.int32], first: int, last: int
    ) -> tuple[Frames, NDArray[np.int32]]:
        """The layer's node colours with all colour adjustments made, and the cells of that new picture."""
        settings = segment.settings
        above = np.zeros((last - first, len(cells), 4), dtype=np.uint8)
        gather(pixels, cells, above)
        if settings.chroma is not None:
            key, sensitivity = settings.chroma
            clear_near(above, np.array(key, dtype=np.int64), sensitivity)
        position = positions(first, last, segment.stop - segment.start)
        sources = curve_sources(segment, self._sequence.frame_ms, self._painter.surroundings)
        shifts = [parameter.over(position, sources) / 100.0 for parameter in _shifts(settings)]
        if any(shift.any() for shift in shifts):
            adjust_hsv(above, *shifts)
        frequency = settings.sparkle.over(position, sources)
        if settings.music_sparkles:
            loud = sources.loudness_at(position)
            frequency = frequency * (0.0 if loud is None else loud)
        if frequency.any():
            period = np.where(frequency > 0, np.maximum(208 - frequency, 6), 0).astype(np.int64)
            phase = np.random.default_rng(segment.seed).integers(0, 10000, len(cells))
            sparkle(above, phase, first, period, np.array(settings.sparkle_color, dtype=np.int64), SPARKLE_LEVELS)
        brightness = self._brightness(segment, first, last)
        if settings.contrast != 0.0 or (brightness != 100.0).any():
            adjust_brightness(above, brightness, settings.contrast)
        return above, np.where(cells >= 0, np.arange(len(cells), dtype=np.int32), cells)

    def _layer_buffers(self, target: Target, settings: LayerSettings) -> tuple[LayerBuffer, ...]:
        key = (id(target), settings.style, settings.transform, settings.sub_buffer, settings.stagger)
        found = self._buffers.get(key)
        if found is None:
            found = self._buffers[key] = layer_buffers(target.place, settings)
        return found


def _shifts(settings: LayerSettings) -> tuple[Parameter, Parameter, Parameter]:
    return settings.hue, settings.saturation, settings.value


def _is_plain(settings: LayerSettings) -> bool:
    """Whether a layer goes on as it is: method Normal, nothing dimmed, mixed or recoloured."""
    return (
        settings.method == NORMAL
        and settings.mix == 0.0
        and not settings.morph
        and settings.brightness.curve is None
        and settings.brightness.number == 100.0
        and not (settings.fade_in.duration_s and settings.fade_in.kind not in TRANSITIONS)
        and not (settings.fade_out.duration_s and settings.fade_out.kind not in TRANSITIONS)
        and not _recolors(settings)
    )


def _recolors(settings: LayerSettings) -> bool:
    """Whether a layer's colours change in ways that need each pixel looked at on its own."""
    changed = (*_shifts(settings), settings.sparkle)
    return (
        settings.contrast != 0.0
        or settings.chroma is not None
        or any(part.curve is not None or part.number != 0.0 for part in changed)
    )


def usable_cores() -> int:
    """Number of cores this process may use."""
    try:
        return max(len(os.sched_getaffinity(0)), 1)
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
