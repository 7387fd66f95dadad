"""Garlands: rows of colour that travel in, one after the other, and pile up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import blend_palette, frames_of, repeat_position

SWAGS: tuple[tuple[int, ...], ...] = (
    (0,),
    (0, 1, 2, 1, 0),
    (0, 2, 4, 2, 0),
    (0, 2, 4, 6, 4, 2),
    (0, 2, 0, 2, 0),
)
"""Per type, how far a garland hangs ahead of itself at each cell across, repeated."""


def render_garlands(call: EffectCall) -> Pixels:
    """Paint the Garlands effect."""
    settings = call.settings
    frames = frames_of(call)
    way, *back = settings.choice("CHOICE_Garlands_Direction", "Up").split(" then ")
    cycles = settings.over_time("Garlands_Cycles", "TEXTCTRL_Garlands_Cycles", 1.0, frames)
    position = repeat_position(call, cycles)
    if back:
        position = 1.0 - np.abs(1.0 - 2.0 * position)
    vertical = way in ("Up", "Down")
    count, depth = (call.height, call.width) if vertical else (call.width, call.height)
    kind = int(np.clip(settings.number("SLIDER_Garlands_Type", 0), 0, len(SWAGS) - 1))
    # Straight garlands are the same all the way across.
    places = _places(call, position, count, np.resize(np.array(SWAGS[kind]), depth if kind else 1))
    shade = np.tile((count - 1 - np.arange(count)) / count, (frames, 1))
    colors = blend_palette(call.palette, shade, circular=False)
    sheet = np.zeros((frames, places.shape[2], count, 4), dtype=np.uint8)
    frame, garland, across = np.nonzero(places < count)
    sheet[frame, across, places[frame, garland, across], :3] = colors[frame, garland]
    sheet[frame, across, places[frame, garland, across], 3] = 255
    if way in ("Down", "Left"):
        sheet = sheet[:, :, ::-1]
    picture = np.swapaxes(sheet, 1, 2) if vertical else sheet
    return np.broadcast_to(picture, (frames, call.height, call.width, 4))


def _places(call: EffectCall, position: NDArray[np.float64], count: int, swag: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cells from the pile's foot at which each garland is, ``(frames, garlands, across)``."""
    spacing = call.settings.over_time("Garlands_Spacing", "SLIDER_Garlands_Spacing", 10, frames_of(call))
    gap = np.maximum(count * spacing / 100.0, 2.0)[:, None]
    number = np.arange(count)[None, :]
    way_in = np.trunc(number * gap + 1.0 - position[:, None] * (count * (gap - 1.0) + 1.0)).astype(np.int64)
    result: NDArray[np.int64] = np.maximum(way_in[:, :, None] - swag[None, None, :], number[:, :, None])
    return result


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Garlands": render_garlands})
