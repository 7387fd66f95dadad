"""Fan: turning blades, bent along their length and striped in the palette's colours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import accelerate, by_frame, frames_of, span_position, steady

Floats = NDArray[np.float64]


def render_fan(call: EffectCall) -> Pixels:
    """Paint the Fan effect."""
    settings = call.settings
    position = accelerate(span_position(call), _value(call, "Fan_Accel", 0))
    columns = call.columns - by_frame(steady(call.width * _value(call, "Fan_CenterX", 50) / 100.0))
    rows = call.rows - by_frame(steady(call.height * _value(call, "Fan_CenterY", 50) / 100.0))
    near, far = _reach(call)
    turn = _value(call, "Fan_Revolutions", 2.0) * 360.0 * position
    if settings.flag("CHECKBOX_Fan_Reverse"):
        turn = -turn
    step = 360.0 / np.maximum(np.trunc(_value(call, "Fan_Num_Blades", 3)), 1)
    inner, outer = _window(position, near, far, _value(call, "Fan_Duration", 80) / 100.0)
    blades = np.stack(
        [
            turn + _value(call, "Fan_Start_Angle", 0),
            _value(call, "Fan_Blade_Angle", 90) / np.where(far > 0, far, 1.0),
            step,
            step * _value(call, "Fan_Blade_Width", 50) / 100.0,
            np.maximum(np.trunc(_value(call, "Fan_Num_Elements", 1)), 1) * call.palette.size,
            _value(call, "Fan_Element_Width", 100) / 100.0,
            inner,
            outer,
        ],
        axis=1,
    )
    pixels = call.blank()
    angle = np.degrees(np.arctan2(rows, columns))
    blend = settings.flag("CHECKBOX_Fan_Blend_Edges", default=True)
    _lay_blades(pixels, angle, np.hypot(columns, rows), blades, np.ascontiguousarray(call.palette.colors), blend)
    return pixels


@njit(cache=True, nogil=True)
def _lay_blades(
    pixels: Pixels, angle: Floats, distance: Floats, blades: Floats, colors: NDArray[np.uint8], blend: bool
) -> None:
    """Paint the stripes of the blades.

    ``blades`` has per frame the turn, the bend per cell, the degrees from blade to blade and across a blade, the
    number of stripes, the filled share of a stripe, and the radii between which the blades show.
    """
    for frame in range(pixels.shape[0]):
        # Geometry that never changes is there only once.
        source = frame if angle.shape[0] > 1 else 0
        turn, bend, step, wide, stripes, share, inner, outer = blades[frame]
        for row in range(pixels.shape[1]):
            for column in range(pixels.shape[2]):
                away = distance[source, row, column]
                if away < inner or away > outer:
                    continue
                # Stripes are counted clockwise from the blade's leading edge, which starts straight down.
                across = (turn + bend * away - angle[source, row, column] - 90.0) % step / wide * stripes
                stripe = int(across)
                into = (across - stripe) / share
                if across >= stripes or into >= 1.0:
                    continue
                alpha = int((1.0 - abs(2.0 * into - 1.0)) * 255.0) if blend else 255
                if alpha > 0:
                    slot = stripe % colors.shape[1]
                    pixels[frame, row, column, 0] = colors[frame, slot, 0]
                    pixels[frame, row, column, 1] = colors[frame, slot, 1]
                    pixels[frame, row, column, 2] = colors[frame, slot, 2]
                    pixels[frame, row, column, 3] = alpha


def _value(call: EffectCall, name: str, default: float) -> Floats:
    return call.settings.over_time(name, f"SLIDER_{name}", default, frames_of(call)).astype(np.float64)


def _reach(call: EffectCall) -> tuple[Floats, Floats]:
    """Start and end radius in cells, per frame."""
    near, far = _value(call, "Fan_Start_Radius", 1), _value(call, "Fan_End_Radius", 50)
    if call.settings.flag("CHECKBOX_Fan_Scale", default=True):
        scale = max(call.width, call.height) / 200.0
        return near * scale, far * scale
    return near, far


def _window(position: Floats, near: Floats, far: Floats, duration: Floats) -> tuple[Floats, Floats]:
    """Inner and outer radius of what shows: blades grow first and are eaten up from their root last."""
    edge = (1.0 - duration) / 2.0
    safe = np.where(edge > 0, edge, 1.0)
    grown = np.where(edge > 0, np.minimum(position / safe, 1.0), 1.0)
    eaten = np.where(edge > 0, np.clip((position - 1.0 + edge) / safe, 0.0, 1.0), 0.0)
    return near + (far - near) * eaten, near + (far - near) * grown


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Fan": render_fan})
POINTWISE = frozenset(EFFECTS)
