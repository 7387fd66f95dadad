"""Spirograph: the curve a point on a rolling circle draws.

A pen of width 1 is exact against the reference. A wider one is a disc that is carried from where it stood a frame
before: its light agrees with the reference on 91 % of values or more, for its colours overlap otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import frame_numbers, frames_of

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

RADIAN = np.float32(np.pi / 180.0)


def render_spirograph(call: EffectCall) -> Pixels:
    """Paint the Spirograph effect: one point per degree of the way, later points on top."""
    frames = frames_of(call)
    speed = _value(call, "TEXTCTRL_Spirograph_Speed", 10)
    length = np.trunc(_value(call, "TEXTCTRL_Spirograph_Length", 20) * 18).astype(np.int64)
    state = np.trunc(frame_numbers(call) * speed * call.frame_ms / 50.0)
    wide = np.maximum(_value(call, "TEXTCTRL_Spirograph_Width", 1), 1).astype(np.int64)
    outer, inner, pen, growth = _circles(call)
    pixels = call.blank()
    for frame in range(frames):
        _draw(
            pixels[frame],
            np.ascontiguousarray(call.palette.colors[frame]),
            (outer[frame], inner[frame], pen[frame], growth[frame]),
            (state[frame], int(length[frame]), int(wide[frame])),
        )
    return pixels


def _value(call: EffectCall, key: str, default: float) -> Floats:
    return call.settings.over_time(key.split("_", 1)[1], key, default, frames_of(call)).astype(np.float64)


def _circles(call: EffectCall) -> tuple[Singles, Singles, Singles, Singles]:
    """Radii of the two circles, the pen's reach, and what that grows by a frame, in cells per frame.

    Single precision, as all of the curve: it decides on which side of a cell, and of a colour, a point falls.
    """
    half = call.width / 2.0
    outer = half * _value(call, "SLIDER_Spirograph_R", 20) / 100.0
    inner = np.maximum(np.minimum(half * _value(call, "SLIDER_Spirograph_r", 10) / 100.0, outer), 1e-6)
    growth = half * _value(call, "TEXTCTRL_Spirograph_Animate", 0) * 0.3 / 100.0
    pen = half * _value(call, "SLIDER_Spirograph_d", 30) / 100.0 + growth * frame_numbers(call)
    return outer.astype(np.float32), inner.astype(np.float32), pen.astype(np.float32), growth.astype(np.float32)


@njit(cache=True, nogil=True)
def _draw(
    cells: NDArray[np.uint8],
    colors: NDArray[np.uint8],
    circles: tuple[np.float32, np.float32, np.float32, np.float32],
    way: tuple[float, int, int],
) -> None:
    """Draw ``way``, which is the degrees gone so far, how many more are drawn, and the pen's width in cells."""
    outer, inner, pen, growth = circles
    state, length, wide = way
    middle_x, middle_y = np.float32(cells.shape[1] / 2.0), np.float32(cells.shape[0] / 2.0)
    gap = outer - inner
    radius = np.float32(max(wide / 2.0 - 1.0, 0.0))
    for step in range(wide, (length + 1) * wide if wide > 1 else length + 1):
        angle = np.float32(state + step / wide) * RADIAN
        across, along = gap * np.cos(angle), gap * np.sin(angle)
        rolled = gap / inner * angle
        cosine, sine = np.cos(rolled), np.sin(rolled)
        for carried in range(wide):
            reach = pen - growth * np.float32(carried) / np.float32(wide)
            x = across + reach * cosine + middle_x
            y = along + reach * sine + middle_y
            _dot(cells, colors, x, y, radius)


@njit(cache=True, nogil=True)
def _dot(cells: NDArray[np.uint8], colors: NDArray[np.uint8], x: np.float32, y: np.float32, radius: np.float32) -> None:
    """Colour the cells a disc touches; colours change with its distance from the middle, in percent of the width."""
    height, width = cells.shape[0], cells.shape[1]
    from_x, from_y = x - np.float32(width / 2.0), y - np.float32(height / 2.0)
    away = np.sqrt(from_x * from_x + from_y * from_y) / np.float32(width) * np.float32(100.0)
    slot = min(int(away / max(width // colors.shape[0], 1)), colors.shape[0] - 1)
    for row in range(max(int(y - radius), 0), min(int(y + radius), height - 1) + 1):
        for column in range(max(int(x - radius), 0), min(int(x + radius), width - 1) + 1):
            beside = max(np.float32(column) - x, x - np.float32(column + 1), np.float32(0.0))
            above = max(np.float32(row) - y, y - np.float32(row + 1), np.float32(0.0))
            if radius > 0.0 and beside * beside + above * above > radius * radius:
                continue
            cells[row, column, 0], cells[row, column, 1] = colors[slot, 0], colors[slot, 1]
            cells[row, column, 2], cells[row, column, 3] = colors[slot, 2], 255


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Spirograph": render_spirograph})
