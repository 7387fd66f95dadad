"""Shockwave: a ring that runs from one radius to another, in one colour at a time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import (
    accelerate,
    blend_palette,
    by_frame,
    frames_of,
    repeat_position,
    steady,
    translucent,
)


def render_shockwave(call: EffectCall) -> Pixels:
    """Paint the Shockwave effect."""
    settings = call.settings
    frames = frames_of(call)
    cycles = max(settings.number("SLIDER_Shockwave_Cycles", 1), 1.0)
    position = repeat_position(call, cycles)
    # The ring's acceleration is fixed for the whole effect.
    moved = accelerate(position, np.full(frames, settings.number("SLIDER_Shockwave_Accel", 0)))
    radius, width = _ring(call, moved)
    rows, columns = _offsets(call)
    distance = np.sqrt(rows**2 + columns**2)
    half = by_frame(width / 2.0)
    away = np.abs(distance - by_frame(radius))
    if settings.flag("CHECKBOX_Shockwave_Blend_Edges", default=True):
        level = 1.0 - away / half
    else:
        level = (away <= half).astype(np.float64)
    colors = blend_palette(call.palette, moved, circular=False)
    return translucent(colors[:, None, None, :], level)


def _ring(call: EffectCall, position: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Radius and width of the ring in cells, per frame."""
    frames = frames_of(call)
    start, end, thin, thick = (
        call.settings.over_time(f"Shockwave_{name}", f"SLIDER_Shockwave_{name}", default, frames)
        for name, default in (("Start_Radius", 1), ("End_Radius", 10), ("Start_Width", 5), ("End_Width", 10))
    )
    if call.settings.flag("CHECKBOX_Shockwave_Scale", default=True):
        longest = max(call.width, call.height)
        start, end = start * longest / 200.0, end * longest / 200.0
        # Scaled widths are whole cells.
        thin, thick = np.floor(thin * longest / 100.0), np.floor(thick * longest / 100.0)
    radius = start + (end - start) * position
    width = thin + (thick - thin) * position
    return radius, np.maximum(width, 0.5)


def _offsets(call: EffectCall) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and columns counted from the ring's centre, per frame."""
    frames = frames_of(call)
    across = call.settings.over_time("Shockwave_CenterX", "SLIDER_Shockwave_CenterX", 50, frames)
    up = call.settings.over_time("Shockwave_CenterY", "SLIDER_Shockwave_CenterY", 50, frames)
    columns = call.columns - by_frame(steady(np.floor(call.width * across / 100.0)))
    rows = call.rows - by_frame(steady(np.floor(call.height * up / 100.0)))
    return rows, columns


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Shockwave": render_shockwave})
POINTWISE = frozenset(EFFECTS)
