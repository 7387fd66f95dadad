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
            (call.width - 1) * _value(call, "CenterX", 50) / 100.0,
            (call.height - 1) * _value(call, "CenterY", 50) / 100.0,
            _value(call, "Start_Angle", 0),
            whole,
            head - length,
            head,
            _value(call, "Start_Radius", 1) * radius,
            _value(call, "End_Radius", 10) * radius,
            np.maximum(_value(call, "Start_Width", 5) * breadth, 0.25),
            np.maximum(_value(call, "End_Width", 5) * breadth, 0.25),
        ],
        axis=1,
    )


@njit(cache=True, nogil=True)
def _wind(
    pixels: Pixels, colors: NDArray[np.uint8], course: Floats, columns: Floats, rows: Floats, soft: bool, back: bool
) -> None:
    """Lay the arm's turns over each other at every cell, the oldest below."""
    count = colors.shape[1]
    laid = np.zeros(3)
    for frame in range(pixels.shape[0]):
        across, up, begin, whole, tail, head, near, far, thin, thick = course[frame]
        span = max(head - tail, 1e-6)
        for row in range(pixels.shape[1]):
            for column in range(pixels.shape[2]):
                dx, dy = columns[column] - across, rows[row, column] - up
                away = np.sqrt(dx * dx + dy * dy)
                angle = np.degrees(np.arctan2(-dx if back else dx, dy)) - begin
                angle -= np.floor(angle / 360.0) * 360.0
                cover = 0.0
                laid[:] = 0.0
                while angle <= min(head, whole):
                    share = angle / whole
                    radius, half = near + (far - near) * share, thin + (thick - thin) * share
                    level = 1.0 - abs(away - radius) / half
                    if angle >= tail and level > 0.0:
                        level = level if soft else 1.0
                        place = min((head - angle) / span * count, count - 1.0)
                        slot = min(int(place), max(count - 2, 0))
                        after = min(slot + 1, count - 1)
                        for channel in range(3):
                            first, second = float(colors[frame, slot, channel]), float(colors[frame, after, channel])
                            shade = first + (second - first) * (place - slot)
                            laid[channel] = shade * level + laid[channel] * (1.0 - level)
                        cover = level + cover * (1.0 - level)
                    angle += 360.0
                if cover > 0.0:
                    for channel in range(3):
                        pixels[frame, row, column, channel] = min(int(laid[channel] / cover + 0.5), 255)
                    pixels[frame, row, column, 3] = int(cover * 255.0 + 0.5)


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Galaxy": render_galaxy})

POINTWISE = frozenset(EFFECTS)
