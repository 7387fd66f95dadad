"""Spirograph: the curve a point on a rolling circle draws."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import frame_numbers, frames_of

Floats = NDArray[np.float64]


def render_spirograph(call: EffectCall) -> Pixels:
    """Paint the Spirograph effect: one point per degree of the way, later points on top."""
    speed = _value(call, "TEXTCTRL_Spirograph_Speed", 10)
    length = np.trunc(_value(call, "TEXTCTRL_Spirograph_Length", 20) * 18)
    state = np.trunc(frame_numbers(call) * speed * call.frame_ms / 50.0)
    degrees = np.arange(1, int(length.max()) + 1)
    x, y = _curve(call, np.radians(degrees[None, :] + state[:, None]))
    wide = np.maximum(_value(call, "TEXTCTRL_Spirograph_Width", 1), 1).astype(np.int64)
    pixels = call.blank()
    for frame in range(frames_of(call)):
        until = int(length[frame])
        _plot(pixels[frame], call.palette.colors[frame], x[frame, :until], y[frame, :until], int(wide[frame]))
    return pixels


def _value(call: EffectCall, key: str, default: float) -> Floats:
    return call.settings.over_time(key.split("_", 1)[1], key, default, frames_of(call)).astype(np.float64)


def _curve(call: EffectCall, angle: Floats) -> tuple[Floats, Floats]:
    """Points of the curve per frame and angle, in cells."""
    half = call.width / 2.0
    outer = half * _value(call, "SLIDER_Spirograph_R", 20) / 100.0
    inner = np.minimum(half * _value(call, "SLIDER_Spirograph_r", 10) / 100.0, outer)
    animate = _value(call, "TEXTCTRL_Spirograph_Animate", 0)
    pen = half * (_value(call, "SLIDER_Spirograph_d", 30) + animate * frame_numbers(call) * 0.3) / 100.0
    gap, pen = (outer - inner)[:, None], pen[:, None]
    ratio = gap / np.maximum(inner, 1e-6)[:, None]
    x = gap * np.cos(angle) + pen * np.cos(ratio * angle) + half
    y = gap * np.sin(angle) + pen * np.sin(ratio * angle) + call.height / 2.0
    return x, y


def _plot(cells: NDArray[np.uint8], colors: NDArray[np.uint8], x: Floats, y: Floats, wide: int) -> None:
    height, width = cells.shape[:2]
    # Colours change with the distance from the middle, in percent of the width.
    away = np.hypot(x - width / 2.0, y - height / 2.0) / width * 100.0
    slots = np.clip(np.trunc(away / max(width // len(colors), 1)), 0, len(colors) - 1).astype(np.int64)
    column, row = np.trunc(x).astype(np.int64), np.trunc(y).astype(np.int64)
    # The pen is a disc of the width asked for.
    reach = wide // 2
    for dx, dy in itertools.product(range(-reach, reach + 1), repeat=2):
        if 4 * (dx * dx + dy * dy) > wide * wide:
            continue
        inside = (column + dx >= 0) & (column + dx < width) & (row + dy >= 0) & (row + dy < height)
        cells[row[inside] + dy, column[inside] + dx, :3] = colors[slots[inside]]
        cells[row[inside] + dy, column[inside] + dx, 3] = 255


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Spirograph": render_spirograph})
