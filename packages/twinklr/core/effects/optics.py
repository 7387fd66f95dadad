"""What a painted picture goes through before it is blended: blur, turn and zoom, transitions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import Pixels
from twinklr.core.effects.layers import LayerSettings, RotoZoom
from twinklr.core.effects.transitions import TRANSITIONS, Moment, weights
from twinklr.core.effects.value_curves import CurveSources

Floats = NDArray[np.float64]

SOFT_BLUR_FROM = 3
"""From this width on, pictures larger than `SOFT_BLUR_CELLS` both ways are blurred softly instead of evenly."""

SOFT_BLUR_CELLS = 6


def blur(pixels: Pixels, width: Floats) -> Pixels:
    """Blur frames by a width in cells each; 1 leaves a frame as it is.

    A large picture is blurred softly, by three runs of a short mean both ways with its edge repeated; a small one by
    one mean over the cells within reach.
    """
    widths = width.astype(np.int64)
    if (widths < 2).all():
        return pixels
    out = pixels.copy()
    height, across = pixels.shape[1:3]
    for frame in np.flatnonzero(widths >= 2):
        cells = int(widths[frame])
        if cells >= SOFT_BLUR_FROM and min(height, across) > SOFT_BLUR_CELLS:
            soft = pixels[frame].astype(np.float32)
            for radius in _box_radii(cells):
                if radius:
                    _mean_along(soft, radius)
                    _mean_along(soft.transpose(1, 0, 2), radius)
            out[frame] = np.floor(soft + 0.5)
        else:
            _even_blur(pixels[frame], out[frame], cells // 2, (cells - 1) // 2)
    return out


def _box_radii(cells: int) -> tuple[int, ...]:
    """Radii of three means that together spread as far as one mean over ``cells`` cells."""
    variance = (cells * cells - 1) / 12.0
    wide = int(math.sqrt(12.0 * variance / 3.0 + 1.0))
    wide -= 1 - wide % 2
    small = round((12.0 * variance - 3 * wide * wide - 12 * wide - 9) / (-4 * wide - 4))
    return tuple((wide - 1) // 2 if index < small else (wide + 1) // 2 for index in range(3))


@njit(cache=True, nogil=True)
def _mean_along(values: Any, radius: int) -> None:
    """Replace values ``(length, across, 4)`` by their mean over the places within reach along the first axis.

    Beyond the ends the first and the last value go on.
    """
    length, across, parts = values.shape
    size = 2 * radius + 1
    sums = np.empty((length + size, across, parts))
    sums[0] = values[0]
    for place in range(1, length + size):
        source = min(max(place - radius - 1, 0), length - 1)
        for cell in range(across):
            for part in range(parts):
                sums[place, cell, part] = sums[place - 1, cell, part] + values[source, cell, part]
    for place in range(length):
        for cell in range(across):
            for part in range(parts):
                total = sums[place + size, cell, part] - sums[place, cell, part]
                values[place, cell, part] = np.float32(total / size)


@njit(cache=True, nogil=True)
def _even_blur(source: Any, out: Any, down: int, up: int) -> None:
    height, width = source.shape[0], source.shape[1]
    for y in range(height):
        for x in range(width):
            red, green, blue, alpha, count = 0, 0, 0, 0, 0
            for j in range(max(y - down, 0), min(y + up, height - 1) + 1):
                for i in range(max(x - down, 0), min(x + up, width - 1) + 1):
                    red += source[j, i, 0]
                    green += source[j, i, 1]
                    blue += source[j, i, 2]
                    alpha += source[j, i, 3]
                    count += 1
            out[y, x, 0] = red // count
            out[y, x, 1] = green // count
            out[y, x, 2] = blue // count
            out[y, x, 3] = alpha // count


def roto_zoom(pixels: Pixels, settings: RotoZoom, position: Floats, sources: CurveSources | None = None) -> Pixels:
    """Turn and zoom frames.

    Every cell is carried to its new place, as xLights does it: an enlarged picture has gaps between its cells, and
    rounding leaves holes in a turned one. ``settings.quality`` carries several points of each cell and fills gaps.
    """
    if settings.idle:
        return pixels
    height, width = pixels.shape[1:3]
    out = pixels
    for axis in [part.strip() for part in settings.order.replace("-", ",").split(",")]:
        if axis == "Z":
            turn = settings.rotation.over(position, sources) / 100.0
            turn = turn + settings.rotations.over(position, sources) * position
            zoom = settings.zoom.over(position, sources)
            if not (turn.any() or (zoom != 1.0).any()):
                continue
            pivot_x = settings.pivot_x.over(position, sources) * width / 100.0
            pivot_y = settings.pivot_y.over(position, sources) * height / 100.0
            carried = np.zeros_like(out)
            numbers = np.stack([turn, zoom, pivot_x, pivot_y], axis=1).astype(np.float32)
            _turn(np.ascontiguousarray(out), carried, numbers, settings.quality)
            out = carried
        elif axis in ("X", "Y"):
            angle = (settings.x_rotation if axis == "X" else settings.y_rotation).over(position, sources)
            pivot = (settings.x_pivot if axis == "X" else settings.y_pivot).over(position, sources)
            if angle.any():
                out = _tilted(out, np.cos(np.radians(angle)), pivot, 1 if axis == "X" else 2)
    return out


@njit(cache=True, nogil=True)
def _turn(source: Any, out: Any, numbers: Any, quality: int) -> None:
    """Carry cells to their places; single precision throughout, for its rounding decides which cells are left empty."""
    step = np.float32(1.0) / np.float32(quality)
    for frame in range(source.shape[0]):
        angle = np.float32(6.283185307) * numbers[frame, 0]
        zoom = numbers[frame, 1]
        cosine, sine = np.float32(np.cos(angle)) * zoom, np.float32(np.sin(angle)) * zoom
        pivot_x, pivot_y = numbers[frame, 2], numbers[frame, 3]
        for column in range(source.shape[2] * quality):
            x = np.float32(column) * step
            away_x = x - pivot_x
            for row in range(source.shape[1] * quality):
                y = np.float32(row) * step
                away_y = y - pivot_y
                to_x = pivot_x + cosine * away_x + sine * away_y
                to_y = pivot_y - sine * away_x + cosine * away_y
                if to_x < 0.0 or to_y < 0.0:
                    continue
                i, j = int(to_x), int(to_y)
                if i < source.shape[2] and j < source.shape[1]:
                    for channel in range(4):
                        out[frame, j, i, channel] = source[frame, int(y), int(x), channel]


def _tilted(pixels: Pixels, shrink: Floats, pivot: Floats, axis: int) -> Pixels:
    """Rows (axis 1) or columns (axis 2) drawn together towards a pivot, as a flat picture turned out of its plane."""
    out = np.zeros_like(pixels)
    length = pixels.shape[axis]
    place = np.arange(length)
    for frame in range(len(pixels)):
        middle = pivot[frame] * length / 100.0
        target = np.floor((place - middle) * shrink[frame] + middle + 1e-6).astype(np.int64)
        keep = (target >= 0) & (target < length)
        if axis == 1:
            out[frame, target[keep]] = pixels[frame, keep]
        else:
            out[frame][:, target[keep]] = pixels[frame][:, keep]
    return out


def transitioned(
    pixels: Pixels,
    settings: LayerSettings,
    progress: Floats,
    position: Floats,
    sources: CurveSources | None = None,
    *,
    grid: tuple[int, int],
    spots: NDArray[np.int64] | None = None,
) -> Pixels:
    """Hide what the layer's transitions hide.

    Args:
        pixels: Frames of the layer.
        settings: Its settings.
        progress: ``(2, frames)``, how much shows of what comes in and of what goes out, 1 where that is over.
        position: Position of the frames in the effect.
        sources: What value curves follow.
        grid: Width and height of the buffer.
        spots: The cells the picture holds, where it is not the whole grid.
    """
    out = pixels
    for row, transition, going in ((0, settings.fade_in, False), (1, settings.fade_out, True)):
        if transition.kind not in TRANSITIONS or (progress[row] >= 1.0).all():
            continue
        adjust = transition.adjust.over(position, sources)
        out = out.copy() if out is pixels else out
        for frame in np.flatnonzero(progress[row] < 1.0):
            shown = float(progress[row, frame])
            moment = Moment(*grid, shown, going, float(adjust[frame]), transition.reverse)
            weight = weights(transition.kind, moment)
            if weight is not None:
                weight = weight if spots is None else weight.reshape(1, -1)[:, spots]
                out[frame, ..., 3] = (out[frame, ..., 3] * weight + 0.01).astype(np.uint8)
    return out
