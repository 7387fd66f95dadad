"""Spirals: slanted ribbons in the palette's colours that wind around the buffer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import (
    blend_palette,
    by_frame,
    dim,
    frames_of,
    paint_slots,
    repeat_position,
    span_position,
)


def render_spirals(call: EffectCall) -> Pixels:
    """Paint the Spirals effect."""
    settings = call.settings
    frames = frames_of(call)
    count = np.maximum(settings.over_time("Spirals_Count", "SLIDER_Spirals_Count", 1, frames), 1).astype(np.int64)
    ribbons = count * call.palette.size
    fits = ribbons <= call.width
    delta = np.maximum(call.width // ribbons, 1)
    blend = settings.flag("CHECKBOX_Spirals_Blend")
    if not blend:
        # The last columns, where ribbons do not divide the width evenly, begin one more.
        ribbons = -(-call.width // delta)
    rotation = settings.over_time("Spirals_Rotation", "SLIDER_Spirals_Rotation", 2.0, frames)
    slots = np.full(call.shape, -1, dtype=np.int16)
    into = np.zeros(call.shape)
    width = np.where(fits, _thickness(call, delta), 0.0)
    course = np.stack([_movement(call), rotation / call.height, delta, ribbons, width], axis=1)
    _wind(slots, into, call.columns[0], np.ascontiguousarray(call.rows), course, call.width, blend)
    pixels = paint_slots(call.palette, slots)
    if blend:
        height = np.tile((call.height - 1 - call.rows) / call.height, (frames, 1, 1))
        pixels[..., :3] = blend_palette(call.palette, height, circular=False) * (slots >= 0)[..., None]
    if settings.flag("CHECKBOX_Spirals_3D"):
        wide = by_frame(np.maximum(width, 1e-6))
        fall = np.where(by_frame(rotation) < 0, (into + 1) / wide, 1.0 - into / wide)
        pixels[..., :3] = dim(pixels[..., :3], np.clip(fall, 0.0, 1.0))
    return pixels


def _movement(call: EffectCall) -> NDArray[np.float64]:
    """Columns the ribbons have moved, per frame."""
    turns = call.settings.over_time("Spirals_Movement", "TEXTCTRL_Spirals_Movement", 1.0, frames_of(call))
    # The reference moves in tenths of a column.
    return np.sign(turns) * np.floor(repeat_position(call, np.abs(turns)) * call.width * 10.0 + 1e-9) / 10.0


def _thickness(call: EffectCall, delta: NDArray[np.int64]) -> NDArray[np.float64]:
    """Width of a ribbon in columns, per frame."""
    settings = call.settings
    share = settings.over_time("Spirals_Thickness", "SLIDER_Spirals_Thickness", 50, frames_of(call))
    plain: NDArray[np.float64] = delta * share / 100.0 + 1.0
    grow, shrink = settings.flag("CHECKBOX_Spirals_Grow"), settings.flag("CHECKBOX_Spirals_Shrink")
    if not grow and not shrink:
        return plain
    position = span_position(call)
    if grow and shrink:
        position = 1.0 - np.abs(1.0 - 2.0 * position)
    elif shrink:
        position = 1.0 - position
    return plain + np.trunc((delta - plain) * position)


@njit(cache=True, nogil=True)
def _wind(
    slots: NDArray[np.int16],
    into: NDArray[np.float64],
    columns: NDArray[np.int64],
    rows: NDArray[np.int64],
    course: NDArray[np.float64],
    around: int,
    whole: bool,
) -> None:
    """Number the ribbon on top at each cell, and how far into it the cell is; -1 lies between ribbons.

    Ribbons wrap around; where a wrapped end meets the first ribbon, the first is on top. ``course`` has per frame the
    columns moved, the columns per row, the columns between ribbons, their number and their width.
    """
    single = rows.shape[0] == 1
    for frame in range(slots.shape[0]):
        moved, slope, step, count, width = course[frame]
        for row in range(slots.shape[1]):
            for column in range(slots.shape[2]):
                start = moved + slope * (rows[0, column] if single and rows.shape[1] > 1 else rows[row, 0])
                if whole:
                    start = np.floor(start)
                along = (columns[column] - start + 1e-9) % around
                ribbon = min(np.floor(along / step), count - 1.0)
                depth = along - ribbon * step
                if depth >= width - 1e-9:
                    ribbon = min(np.floor((along + around) / step), count - 1.0)
                    depth = along + around - ribbon * step
                if depth < width - 1e-9:
                    slots[frame, row, column] = int(ribbon)
                    into[frame, row, column] = depth


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Spirals": render_spirals})
POINTWISE = frozenset(EFFECTS)
