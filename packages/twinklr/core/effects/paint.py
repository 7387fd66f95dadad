"""Shared strokes of the effects: positions in time, blends of the palette, and painting by index.

Colour values follow xLights: blends round to the nearest 8-bit value, HSV results are cut off.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from twinklr.core.effects.call import EffectCall, Pixels
from twinklr.core.effects.palette import Palette


def frames_of(call: EffectCall) -> int:
    """Number of frames the call paints."""
    return call.stop - call.first


def frame_numbers(call: EffectCall) -> NDArray[np.int64]:
    """Numbers of the painted frames, counted from the effect's start."""
    return np.arange(call.first, call.stop)


def span_position(call: EffectCall) -> NDArray[np.float64]:
    """Position of each painted frame, 0 at the effect's first frame and 1 at its last."""
    return _single(frame_numbers(call) / max(call.frame_count - 1, 1))


def _single(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded to single precision, in which xLights keeps positions: it decides on which side of a cell they fall."""
    return position.astype(np.float32).astype(np.float64)


def repeat_position(call: EffectCall, cycles: ArrayLike) -> NDArray[np.float64]:
    """Position within the running cycle when the effect repeats ``cycles`` times.

    Each cycle reaches 1 on its last frame, as the whole effect does when it runs once. No cycles at all stand still.
    """
    turns = np.broadcast_to(np.asarray(cycles, dtype=np.float64), (frames_of(call),))
    length = call.frame_count / np.where(turns > 0, turns, 1.0)
    # The nudge keeps exact ends of cycles from falling one step short in floating point.
    into = np.maximum(np.mod(frame_numbers(call) + 1e-9, length) - 1e-9, 0.0)
    into = np.round(into, 9)
    # A cycle's last frame stands at 1, hence one frame less.
    position = np.minimum(into / np.maximum(length - 1.0, 1e-6), 1.0)
    return _single(np.where(turns > 0, position, 0.0))


def accelerate(position: NDArray[np.float64], accel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bend a position 0..1 by an acceleration of -10 to 10: above 0 it starts slowly, below 0 it ends slowly."""
    share = (np.abs(accel) - 1.0) / 9.0
    gentle = share * 5.0 + (1.0 - share) * 1.5
    steep = share * (1.5 + position * gentle) + (1.0 - share) * gentle
    bent = np.where(accel > 0, position**steep, 1.0 - (1.0 - position) ** gentle)
    return np.where(accel == 0, position, bent)


def mix(first: NDArray[np.uint8], second: NDArray[np.uint8], ratio: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Blend two colours ``(..., 3)`` channel by channel; ratio 0 is the first, 1 the second."""
    start = first.astype(np.float64)
    result: NDArray[np.uint8] = (start + np.floor((second - start) * ratio[..., None] + 0.5)).astype(np.uint8)
    return result


def by_frame(values: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Per-frame numbers shaped ``(frames, 1, 1)``, to meet rows and columns."""
    return values.astype(np.float64)[:, None, None]


def pick(palette: Palette, slots: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Colours of palette slots ``(frames, ...)``; slots wrap around."""
    wrapped = np.mod(slots, palette.size)
    frames = np.arange(palette.colors.shape[0]).reshape((-1,) + (1,) * (slots.ndim - 1))
    return palette.colors[frames, wrapped]


@njit(cache=True, nogil=True)
def _blend_slots(
    colors: NDArray[np.uint8], position: NDArray[np.float64], circular: bool, blended: NDArray[np.uint8]
) -> None:
    count = colors.shape[1]
    spans = count if circular else count - 1
    for frame in range(position.shape[0]):
        for cell in range(position.shape[1]):
            real = min(max(position[frame, cell], 0.0), 0.99999) * spans
            slot = int(real)
            ratio = real - slot
            after = (slot + 1) % count
            for channel in range(3):
                low = float(colors[frame, slot, channel])
                high = float(colors[frame, after, channel])
                blended[frame, cell, channel] = np.uint8(low + np.floor((high - low) * ratio + 0.5))


def blend_palette(palette: Palette, position: NDArray[np.float64], *, circular: bool) -> NDArray[np.uint8]:
    """Colour at a position 0..1 along the palette, ``(frames, ...)`` to ``(frames, ..., 3)``.

    A circular palette runs from the last colour back into the first.
    """
    if palette.size == 1:
        return pick(palette, np.zeros(position.shape, dtype=np.int64))
    flat = np.ascontiguousarray(position, dtype=np.float64).reshape(len(position), -1)
    blended = np.empty((*flat.shape, 3), dtype=np.uint8)
    _blend_slots(np.ascontiguousarray(palette.colors), flat, circular, blended)
    return blended.reshape(*position.shape, 3)


def dim(colors: NDArray[np.uint8], level: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Colours with their HSV value multiplied by ``level`` (0..1)."""
    result: NDArray[np.uint8] = (colors * level[..., None] + 1e-6).astype(np.uint8)
    return result


@njit(cache=True, nogil=True)
def _hues(hue: NDArray[np.float64], colors: NDArray[np.uint8]) -> None:
    for cell in range(hue.shape[0]):
        sixth = (hue[cell] - np.floor(hue[cell])) * 6.0
        for channel in range(3):
            turned = 5.0 - 2.0 * channel + sixth
            if turned >= 6.0:
                turned -= 6.0
            fall = min(max(min(turned, 4.0 - turned), 0.0), 1.0)
            colors[cell, channel] = np.uint8((1.0 - fall) * 255.0 + 1e-9)


def rainbow(hue: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Fully saturated colours of hues 0..1, cut off to 8 bits as xLights does."""
    flat = np.ascontiguousarray(hue, dtype=np.float64).reshape(-1)
    colors = np.empty((flat.size, 3), dtype=np.uint8)
    _hues(flat, colors)
    return colors.reshape(*hue.shape, 3)


def steady(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """One value instead of one per frame, where all are the same: geometry is then worked out once."""
    return values[:1] if (values == values[0]).all() else values


def in_rows(call: EffectCall, line: Pixels) -> Pixels:
    """A picture whose rows are each of one colour, from ``(frames, height, 4)``."""
    return np.broadcast_to(line[:, call.rows], (*call.shape, 4))


def in_columns(call: EffectCall, line: Pixels) -> Pixels:
    """A picture whose columns are each of one colour, from ``(frames, width, 4)``."""
    return np.broadcast_to(line[:, call.columns], (*call.shape, 4))


def opaque(colors: NDArray[np.uint8], shape: tuple[int, ...]) -> Pixels:
    """RGB stretched to ``(frames, height, width)`` with full alpha."""
    pixels = np.empty((*shape, 4), dtype=np.uint8)
    pixels[..., :3] = colors
    pixels[..., 3] = 255
    return pixels


@njit(cache=True, nogil=True)
def _lay(colors: NDArray[np.uint8], alpha: NDArray[np.uint8], pixels: NDArray[np.uint8]) -> None:
    for frame in range(alpha.shape[0]):
        for row in range(alpha.shape[1]):
            for column in range(alpha.shape[2]):
                if alpha[frame, row, column]:
                    pixels[frame, row, column, 0] = colors[frame, row, column, 0]
                    pixels[frame, row, column, 1] = colors[frame, row, column, 1]
                    pixels[frame, row, column, 2] = colors[frame, row, column, 2]
                    pixels[frame, row, column, 3] = alpha[frame, row, column]


def _laid(colors: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> Pixels:
    """Colours where there is alpha, transparent black elsewhere; both broadcast to each other."""
    shape = np.broadcast_shapes(colors.shape[:-1], alpha.shape)
    pixels = np.zeros((*shape, 4), dtype=np.uint8)
    frames, columns = shape[0], shape[-1]
    # Pictures have rows, lines have not.
    grid = (frames, -1, columns)
    whole = np.broadcast_to(colors, (*shape, 3))
    _lay(
        whole if len(shape) == 3 else whole.reshape(*grid, 3),
        np.broadcast_to(alpha, shape) if len(shape) == 3 else alpha.reshape(grid),
        pixels.reshape(*grid, 4),
    )
    return pixels


def painted(colors: NDArray[np.uint8], where: NDArray[np.bool_]) -> Pixels:
    """RGB with full alpha where painted, transparent black elsewhere; both broadcast to each other."""
    return _laid(colors, where * np.uint8(255))


def translucent(colors: NDArray[np.uint8], level: NDArray[np.float64]) -> Pixels:
    """RGB with an alpha of ``level`` (0 or less is not painted, 1 is opaque); both broadcast to each other."""
    return _laid(colors, (np.clip(level, 0.0, 1.0) * 255.0).astype(np.uint8))


@njit(cache=True, nogil=True)
def _lay_slots(colors: NDArray[np.uint8], slots: NDArray[np.int16], pixels: NDArray[np.uint8]) -> None:
    count = colors.shape[1]
    for frame in range(slots.shape[0]):
        for row in range(slots.shape[1]):
            for column in range(slots.shape[2]):
                slot = slots[frame, row, column]
                if slot >= 0:
                    slot %= count
                    pixels[frame, row, column, 0] = colors[frame, slot, 0]
                    pixels[frame, row, column, 1] = colors[frame, slot, 1]
                    pixels[frame, row, column, 2] = colors[frame, slot, 2]
                    pixels[frame, row, column, 3] = 255


def paint_slots(palette: Palette, slots: NDArray[np.int16]) -> Pixels:
    """Palette slots ``(frames, rows, columns)`` as pixels; slots wrap around, and -1 is not painted."""
    pixels = np.zeros((*slots.shape, 4), dtype=np.uint8)
    _lay_slots(np.ascontiguousarray(palette.colors), slots, pixels)
    return pixels
