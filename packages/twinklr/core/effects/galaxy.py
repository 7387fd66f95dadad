"""Galaxy: a spiral arm that winds out from a centre, its head in the first colour and its tail in the last."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import accelerate, frames_of, span_position

Floats = NDArray[np.float64]

THINNEST = 0.01
"""Half the width, in cells, of an arm of no width."""


def render_galaxy(call: EffectCall) -> Pixels:
    """Paint the Galaxy effect."""
    settings = call.settings
    pixels = call.blank()
    rows = np.ascontiguousarray(np.broadcast_to(call.rows, call.shape[1:]))
    _wind(
        pixels,
        np.ascontiguousarray(call.palette.colors),
        _course(call),
        call.columns[0].astype(np.float64),
        rows.astype(np.float64),
        settings.flag("CHECKBOX_Galaxy_Blend_Edges", default=True),
        settings.flag("CHECKBOX_Galaxy_Reverse"),
    )
    return pixels


def _value(call: EffectCall, name: str, default: float) -> Floats:
    return call.settings.over_time(f"Galaxy_{name}", f"SLIDER_Galaxy_{name}", default, frames_of(call))


def _course(call: EffectCall) -> Floats:
    """The arm per frame: centre (x, y), first angle, degrees to its end, tail and head, radii and half widths."""
    position = accelerate(span_position(call), _value(call, "Accel", 0))
    whole = np.maximum(_value(call, "Revolutions", 1440), 1.0)
    length = whole * (1.0 - _value(call, "Duration", 20) / 100.0)
    if call.settings.flag("CHECKBOX_Galaxy_Inward"):
        position = 1.0 - position
    head = (whole + length) * position
    longest = max(call.width, call.height) if call.settings.flag("CHECKBOX_Galaxy_Scale", default=True) else 0
    radius, breadth = (longest / 200.0, longest / 200.0) if longest else (1.0, 0.5)
    return np.stack(
        [
            call.width * _value(call, "CenterX", 50) / 100.0 - 0.5,
            call.height * _value(call, "CenterY", 50) / 100.0 - 0.5,
            _value(call, "Start_Angle", 0),
            whole,
            head - length,
            head,
            _value(call, "Start_Radius", 1) * radius,
            _value(call, "End_Radius", 10) * radius,
            np.maximum(_value(call, "Start_Width", 5) * breadth, THINNEST),
            np.maximum(_value(call, "End_Width", 5) * breadth, THINNEST),
        ],
        axis=1,
    )


@njit(cache=True, nogil=True)
def _level(arm: Floats, turn: float, away: float) -> float:
    """Light of the arm where it passes a cell at an angle, ``away`` cells from the centre; its ends are round."""
    _, _, _, whole, tail, head, near, far, thin, thick = arm
    end = min(max(turn, tail, 0.0), head, whole)
    radius, half = near + (far - near) * end / whole, thin + (thick - thin) * end / whole
    gap = abs(turn - end)
    if gap == 0.0:
        return float(1.0 - abs(away - radius) / half)
    # An arm wider than its radius has no room for a round end.
    if gap >= 90.0 or radius <= half or away < 0.0:
        return 0.0
    beside, along = away * np.sin(np.radians(gap)), away * np.cos(np.radians(gap)) - radius
    return float(1.0 - np.sqrt(beside * beside + along * along) / half)


@njit(cache=True, nogil=True)
def _cell(arm: Floats, dx: float, dy: float, colors: NDArray[np.uint8], soft: bool, laid: Floats) -> None:
    """Colour and cover (four numbers, premultiplied) of a cell.

    A turn lies over the one before. The arm is as wide as it is, also across the centre: half a turn later it meets
    a cell from the other side, and what it leaves there replaces what was.
    """
    laid[:] = 0.0
    head, tail = arm[5], arm[4]
    if head <= 0.0 or tail >= arm[3]:
        return
    count = colors.shape[0]
    away = np.sqrt(dx * dx + dy * dy)
    turn = np.degrees(np.arctan2(dx, dy)) - arm[2]
    turn -= np.floor(turn / 360.0) * 360.0
    if turn >= 180.0:
        turn, away = turn - 180.0, -away
    before, under = -1e9, np.zeros(4)
    while turn <= min(head, arm[3]) + 90.0:
        level = _level(arm, turn, away)
        if level > 0.0:
            level = level if soft else 1.0
            if turn - before > 270.0:
                under[:] = laid
            place = min(max((head - turn) / max(head - tail, 1e-6) * count, 0.0), count - 1.0)
            slot = min(int(place), max(count - 2, 0))
            after = min(slot + 1, count - 1)
            for channel in range(3):
                first, second = float(colors[slot, channel]), float(colors[after, channel])
                shade = first + (second - first) * (place - slot)
                laid[channel] = shade * level + under[channel] * (1.0 - level)
            laid[3] = level + under[3] * (1.0 - level)
            before = turn
        turn += 180.0
        away = -away


@njit(cache=True, nogil=True)
def _wind(
    pixels: Pixels, colors: NDArray[np.uint8], course: Floats, columns: Floats, rows: Floats, soft: bool, back: bool
) -> None:
    """Paint every cell of every frame."""
    laid = np.zeros(4)
    for frame in range(pixels.shape[0]):
        arm = course[frame]
        for row in range(pixels.shape[1]):
            for column in range(pixels.shape[2]):
                dx, dy = columns[column] - arm[0], rows[row, column] - arm[1]
                _cell(arm, -dx if back else dx, dy, colors[frame], soft, laid)
                if laid[3] > 0.0:
                    for channel in range(3):
                        pixels[frame, row, column, channel] = min(int(laid[channel] / laid[3] + 0.5), 255)
                    pixels[frame, row, column, 3] = int(laid[3] * 255.0 + 0.5)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Galaxy": render_galaxy})

POINTWISE = frozenset(EFFECTS)
