"""Morph: a line that wanders from one place to another, its head in the first colour, its tail in the others.

The two ends of the line run along two paths. Time is measured in cells of the longer path: first the head passes,
then a tail several paths long, which fades in its second half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import accelerate, frames_of, span_position

STEP = 0.1
"""Tail and head are drawn in tenths of a cell."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Sweep:
    """Which cells the line passes, on the time scale of its longer path.

    Attributes:
        length: Cells of the longer path.
        enters: When each cell is first touched, ``(height, width)``; infinite where it never is.
        leaves: When each cell is last touched.
    """

    length: int
    enters: Floats
    leaves: Floats

    def at(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Sweep:
        """The sweep over the given cells."""
        return Sweep(self.length, self.enters[rows, columns], self.leaves[rows, columns])


@njit(cache=True, nogil=True)
def _line(x0: int, y0: int, x1: int, y1: int) -> NDArray[np.int64]:
    """Cells of a straight line, both ends included, ``(cells, 2)`` of x, y."""
    dx, dy = abs(x1 - x0), abs(y1 - y0)
    sx = 1 if x1 > x0 else -1
    sy = 1 if y1 > y0 else -1
    cells = np.empty((max(dx, dy) + 1, 2), dtype=np.int64)
    error = dx - dy
    for index in range(cells.shape[0]):
        cells[index, 0], cells[index, 1] = x0, y0
        twice = 2 * error
        if twice > -dy:
            error -= dy
            x0 += sx
        if twice < dx:
            error += dx
            y0 += sy
    return cells


@njit(cache=True, nogil=True)
def _touch(enters: Floats, leaves: Floats, x: int, y: int, start: float, end: float) -> None:
    if 0 <= y < enters.shape[0] and 0 <= x < enters.shape[1]:
        enters[y, x] = min(enters[y, x], start)
        leaves[y, x] = max(leaves[y, x], end)


@njit(cache=True, nogil=True)
def _pass_over(first: NDArray[np.int64], second: NDArray[np.int64], enters: Floats, leaves: Floats) -> None:
    """Draw every line between both paths and note from when to when each cell is touched."""
    length = max(first.shape[0], second.shape[0])
    i, j, start = 0, 0, 0.0
    while i < first.shape[0] and j < second.shape[0]:
        next_i = (i + 1) * length / first.shape[0]
        next_j = (j + 1) * length / second.shape[0]
        end = min(next_i, next_j)
        cells = _line(second[j, 0], second[j, 1], first[i, 0], first[i, 1])
        for index in range(cells.shape[0]):
            x, y = cells[index, 0], cells[index, 1]
            _touch(enters, leaves, x, y, start, end)
            if index > 0 and x != cells[index - 1, 0] and y != cells[index - 1, 1]:
                # Slanted lines are thickened, so that no holes are left between neighbours.
                _touch(enters, leaves, cells[index - 1, 0], y, start, end)
        if next_i <= next_j:
            i += 1
        if next_j <= next_i:
            j += 1
        start = end


@lru_cache(maxsize=256)
def _sweep(width: int, height: int, corners: tuple[int, ...]) -> Sweep:
    """The cells passed when the line's ends run from corners (x, y) 0 to 2 and 1 to 3."""
    enters = np.full((height, width), np.inf)
    leaves = np.full((height, width), -np.inf)
    first = _line(corners[0], corners[1], corners[4], corners[5])
    second = _line(corners[2], corners[3], corners[6], corners[7])
    _pass_over(first, second, enters, leaves)
    return Sweep(max(len(first), len(second)), enters, leaves)


def render_morph(call: EffectCall) -> Pixels:
    """Paint the Morph effect."""
    settings = call.settings
    frames = frames_of(call)
    corners = _corners(call)
    shifts = _shifts(call, corners[0])
    stagger = settings.number("SLIDER_Morph_Stagger", 0) / 100.0
    pixels = call.blank()
    same = bool((corners == corners[0]).all())
    windows = [slice(0, frames)] if same else [slice(index, index + 1) for index in range(frames)]
    for window in windows:
        for index, (dx, dy) in enumerate(shifts):
            moved = corners[window.start] + np.array([dx, dy] * 4)
            sweep = _sweep(call.width, call.height, tuple(int(value) for value in moved))
            delay = abs(stagger) * (index if stagger > 0 else len(shifts) - 1 - index) / max(len(shifts), 1)
            _paint(call, sweep.at(call.rows, call.columns), window, delay, pixels)
    return pixels


def _corners(call: EffectCall) -> NDArray[np.int64]:
    """x, y of the line's two ends at the start and at the end, per frame, ``(frames, 8)``."""
    frames = frames_of(call)
    names = ("Start_X1", "Start_Y1", "Start_X2", "Start_Y2", "End_X1", "End_Y1", "End_X2", "End_Y2")
    defaults = (0, 0, 100, 0, 0, 100, 100, 100)
    sizes = np.array([call.width - 1, call.height - 1] * 4)
    percent = np.stack(
        [
            call.settings.over_time(f"Morph_{name}", f"SLIDER_Morph_{name}", default, frames)
            for name, default in zip(names, defaults, strict=True)
        ],
        axis=1,
    )
    if call.settings.flag("CHECKBOX_Morph_Start_Link"):
        percent[:, 2:4] = percent[:, 0:2]
    if call.settings.flag("CHECKBOX_Morph_End_Link"):
        percent[:, 6:8] = percent[:, 4:6]
    result: NDArray[np.int64] = np.floor(percent * sizes / 100.0 + 1e-9).astype(np.int64)
    return result


def _shifts(call: EffectCall, corners: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Where the line is repeated: across its way, every so many cells."""
    settings = call.settings
    skip = max(int(settings.number("SLIDER_Morph_Repeat_Skip", 1)), 1)
    count = int(settings.number("SLIDER_Morph_Repeat_Count", 0))
    wide = abs(corners[4] - corners[0]) > abs(corners[5] - corners[1])
    if settings.flag("CHECKBOX_Morph_AutoRepeat"):
        count = (call.height if wide else call.width) // skip
    return [(0, index * skip) if wide else (index * skip, 0) for index in range(count + 1)]


def _paint(call: EffectCall, sweep: Sweep, window: slice, delay: float, pixels: Pixels) -> None:
    """Draw the tail, then the head on top of it, into a window of the painted frames.

    The tail is drawn backwards in steps from its tip; each cell keeps the last step that touched it.
    """
    has_head, behind, head, tail = _run(call, sweep.length, delay)
    size = call.palette.size
    for frame in range(frames_of(call))[window]:
        # The tail has the palette's colours without the first, which is the head's.
        colors = call.palette.colors[frame, min(1, size - 1) :]
        tip = behind[frame] - (STEP if has_head[frame] else 0.0)
        if tip >= 0.0:
            steps = _descend(min(tip, sweep.length - 1.0))
            _lay_tail(pixels[frame], sweep.enters, sweep.leaves, steps, np.array([tip, tail[frame]]), colors)
        end = behind[frame] + head[frame]
        if has_head[frame] and end >= 0.0 and behind[frame] < sweep.length:
            steps = _climb(max(behind[frame], 0.0), min(end, sweep.length))
            _lay_head(pixels[frame], sweep.enters, sweep.leaves, steps, call.palette.colors[frame, 0])


def _run(call: EffectCall, length: int, delay: float) -> tuple[NDArray[np.bool_], Floats, Floats, Floats]:
    """Whether there is a head, where the head's rear is, and the lengths of head and tail, in cells per frame."""
    settings = call.settings
    frames = frames_of(call)
    accel = settings.over_time("MorphAccel", "SLIDER_MorphAccel", 0, frames)
    share = settings.over_time("MorphDuration", "SLIDER_MorphDuration", 20, frames) / 100.0
    first = settings.over_time("MorphStartLength", "SLIDER_MorphStartLength", 1, frames)
    last = settings.over_time("MorphEndLength", "SLIDER_MorphEndLength", 1, frames)
    position = accelerate(span_position(call), accel)
    if delay > 0:
        position = (position - delay) / max(1.0 - delay, 1e-6)
    has_head = share > 0
    tail = length * np.where(has_head, 1.0 / np.where(has_head, share, 1.0) - 1.0, 1.0)
    head = np.where(has_head, first + (last - first) * np.clip(position / np.maximum(share, 1e-6), 0.0, 1.0), 0.0)
    if settings.flag("CHECKBOX_ShowHeadAtStart"):
        behind = position * (length + tail)
    else:
        behind = position * (length + tail + head) - head
    return has_head & (position >= 0.0), behind, head, np.maximum(tail, 1e-6)


def _climb(start: float, stop: float) -> Floats:
    """Steps from ``start`` up to ``stop``; adding up step by step decides which cells the last ones fall into."""
    steps = np.full(int((stop - start) / STEP) + 3, STEP)
    steps[0] = start
    climbed = np.add.accumulate(steps)
    return climbed[climbed <= stop] if start < stop else climbed[:1]


def _descend(start: float) -> Floats:
    """Steps from ``start`` down to 0, in rising order."""
    steps = np.full(int(start / STEP) + 3, STEP)
    steps[0] = start
    fallen = np.subtract.accumulate(steps)
    return np.ascontiguousarray(fallen[fallen >= 0.0][::-1])


@njit(cache=True, nogil=True)
def _touched(steps: Floats, time: float) -> int:
    """Index of the first of evenly spaced steps that is not before ``time``."""
    index = min(max(int((time - steps[0]) * 10.0), 0), steps.size)
    while index > 0 and steps[index - 1] >= time:
        index -= 1
    while index < steps.size and steps[index] < time:
        index += 1
    return index


@njit(cache=True, nogil=True)
def _lay_head(cells: Pixels, enters: Floats, leaves: Floats, steps: Floats, color: NDArray[np.uint8]) -> None:
    """Paint the cells the line is on at one of the steps."""
    for row in range(enters.shape[0]):
        for column in range(enters.shape[1]):
            if enters[row, column] <= steps[-1] and leaves[row, column] > steps[0]:
                index = _touched(steps, enters[row, column])
                if index < steps.size and steps[index] < leaves[row, column]:
                    cells[row, column, 0], cells[row, column, 1] = color[0], color[1]
                    cells[row, column, 2], cells[row, column, 3] = color[2], 255


@njit(cache=True, nogil=True)
def _lay_tail(
    cells: Pixels, enters: Floats, leaves: Floats, steps: Floats, tail: Floats, colors: NDArray[np.uint8]
) -> None:
    """Paint the cells touched at one of the steps; ``tail`` is the place of its tip and its length."""
    spans = colors.shape[0] - 1
    for row in range(enters.shape[0]):
        for column in range(enters.shape[1]):
            if enters[row, column] > steps[-1]:
                continue
            # Steps beyond the tail's end are not drawn.
            index = _touched(steps, max(enters[row, column], tail[0] - tail[1]))
            if index >= steps.size or steps[index] >= leaves[row, column]:
                continue
            along = max((tail[0] - steps[index]) / tail[1], 0.0)
            alpha = int(min(2.0 - 2.0 * along, 1.0) * 255.0)
            if alpha <= 0:
                continue
            real = min(along, 0.99999) * spans
            slot = int(real)
            after = min(slot + 1, spans)
            for channel in range(3):
                low, high = float(colors[slot, channel]), float(colors[after, channel])
                cells[row, column, channel] = np.uint8(low + np.floor((high - low) * (real - slot) + 0.5))
            cells[row, column, 3] = alpha


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Morph": render_morph})
POINTWISE = frozenset(EFFECTS)
