"""Marquee: bands of the palette's colours that march around the edge of a frame."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import frame_numbers, frames_of, paint_slots

SLIDERS: Mapping[str, int] = MappingProxyType(
    {
        "Marquee_Band_Size": 3,
        "Marquee_Skip_Size": 0,
        "Marquee_Thickness": 1,
        "Marquee_Stagger": 0,
        "Marquee_Speed": 3,
        "Marquee_Start": 0,
        "Marquee_ScaleX": 100,
        "Marquee_ScaleY": 100,
        "MarqueeXC": 0,
        "MarqueeYC": 0,
    }
)
"""Parameters and their defaults, in the order of the columns the painter reads."""


def render_marquee(call: EffectCall) -> Pixels:
    """Paint the Marquee effect."""
    settings = call.settings
    frames = frames_of(call)
    values = np.stack(
        [settings.over_time(name, f"SLIDER_{name}", default, frames) for name, default in SLIDERS.items()], axis=1
    )
    # At speed 5 the bands march one cell per frame of 50 ms.
    moved = np.floor(frame_numbers(call) * values[:, 4] * call.frame_ms / 250.0 + 1e-9).astype(np.int64)
    slots = np.full((frames, call.height, call.width), -1, dtype=np.int16)
    switches = np.array(
        [
            settings.flag("CHECKBOX_Marquee_Reverse"),
            settings.flag("CHECKBOX_Marquee_PixelOffsets"),
            settings.flag("CHECKBOX_Marquee_WrapX"),
            settings.flag("CHECKBOX_Marquee_WrapY"),
        ]
    )
    _march(slots, values.astype(np.int64), moved, call.palette.size, switches)
    return paint_slots(call.palette, slots)


@njit(cache=True, nogil=True)
def _march(
    slots: NDArray[np.int16],
    values: NDArray[np.int64],
    moved: NDArray[np.int64],
    colors: int,
    switches: NDArray[np.bool_],
) -> None:
    """Number the colour of each cell, -1 where there is none."""
    frames, height, width = slots.shape
    reverse, in_pixels, wrap_x, wrap_y = switches
    for frame in range(frames):
        band, skip, thickness, stagger, _, start, scale_x, scale_y, across, up = values[frame]
        dx = across if in_pixels else int(across * width / 100.0)
        dy = up if in_pixels else int(up * height / 100.0)
        wide, high = int(width * scale_x / 100.0), int(height * scale_y / 100.0)
        left, bottom, right, top = 0, 0, wide - 1, high - 1
        step = band + skip
        phase = moved[frame] + start
        for ring in range(thickness):
            if right < left or top < bottom:
                break
            shift = phase + ring * (stagger + 1)
            first = 0 if top > bottom else right - left + 1 + top - bottom + 1
            length = 2 * (right - left + 1) + 2 * (top - bottom) + 1
            for index in range(first, length):
                x, y = _on_edge(left, bottom, right, top, index)
                place = index - first + shift if not reverse else index - first - 1 - shift
                slot = (place // step) % colors
                if place % step >= band:
                    continue
                px, py = x + dx, y + dy
                if wrap_x:
                    px %= width
                if wrap_y:
                    py %= height
                if 0 <= px < width and 0 <= py < height:
                    slots[frame, py, px] = slot
            left, bottom, right, top = left + 1, bottom + 1, right - 1, top - 1


@njit(cache=True, nogil=True)
def _on_edge(left: int, bottom: int, right: int, top: int, index: int) -> tuple[int, int]:
    """The cell ``index`` steps along a rectangle's edge, clockwise from its upper left corner.

    Both right-hand corners are walked twice, as the last cell of a side and the first one of the next. A rectangle of
    one row has only its lower side.
    """
    wide, high = right - left + 1, top - bottom + 1
    if index < wide:
        return left + index, top
    index -= wide
    if index < high:
        return right, top - index
    index -= high
    if index < wide:
        return right - index, bottom
    return left, bottom + index - wide


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Marquee": render_marquee})
