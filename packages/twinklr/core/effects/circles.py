"""Circles: discs of the palette's colours that drift over the buffer and come back in on the other side.

Chance decides where each disc starts, where it heads and at which of three speeds; its look has no reference frame by
frame, only in the share of light and of change.
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


def render_circles(call: EffectCall) -> Pixels:
    """Paint the Circles effect: drifting, bouncing and fading discs; its radial and bubble looks stay dark."""
    settings = call.settings
    looks = ("Radial", "Radial_3D", "Bubbles", "Plasma")
    if any(settings.flag(f"CHECKBOX_Circles_{look}") for look in looks):
        return call.blank()
    frames = frames_of(call)
    count = max(int(settings.number("SLIDER_Circles_Count", 3)), 1)
    radius = settings.over_time("Circles_Size", "SLIDER_Circles_Size", 5, frames).astype(np.float64)
    bounce = settings.flag("CHECKBOX_Circles_Bounce")
    pixels = call.blank()
    places = _places(call, count, radius, bounce)
    cells = call.columns[0], np.ascontiguousarray(np.broadcast_to(call.rows, call.shape[1:]))
    _lay_discs(
        pixels,
        np.ascontiguousarray(call.palette.colors),
        places,
        np.stack(
            [radius, np.full(frames, 0.0 if bounce else call.width), np.full(frames, 0.0 if bounce else call.height)]
        ),
        cells,
        settings.flag("CHECKBOX_Circles_Linear_Fade"),
    )
    return pixels


def _places(call: EffectCall, count: int, radius: Floats, bounce: bool) -> Floats:
    """Centres of the discs per frame, ``(frames, discs, 2)`` of x, y."""
    chance = np.random.default_rng(call.seed)
    size = np.array([call.width, call.height], dtype=np.float64)
    start = chance.uniform(0.0, 1.0, (count, 2)) * size
    heading = chance.uniform(0.0, 2.0 * np.pi, count)
    pace = chance.integers(1, 4, count) * call.settings.number("SLIDER_Circles_Speed", 10) / 4.0 * call.frame_ms / 50.0
    velocity = np.stack([np.cos(heading) * pace, np.sin(heading) * pace], axis=1)
    reached: Floats = start[None] + velocity[None] * frame_numbers(call)[:, None, None]
    if not bounce:
        return np.mod(reached, size)
    room = np.maximum(size - 2.0 * radius[:, None, None], 1.0)
    folded = np.mod(reached, 2.0 * room)
    return np.minimum(folded, 2.0 * room - folded) + np.minimum(radius[:, None, None], size / 2.0)


@njit(cache=True, nogil=True)
def _lay_discs(
    pixels: Pixels,
    colors: NDArray[np.uint8],
    places: Floats,
    extent: Floats,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    fade: bool,
) -> None:
    """Paint the discs, later ones on top. ``extent`` is the radius, and the width and height they wrap at or 0."""
    columns, rows = cells
    for frame in range(pixels.shape[0]):
        radius, around, over = extent[0, frame], extent[1, frame], extent[2, frame]
        for disc in range(places.shape[1]):
            slot = disc % colors.shape[1]
            for row in range(pixels.shape[1]):
                for column in range(pixels.shape[2]):
                    dx = abs(columns[column] - places[frame, disc, 0])
                    dy = abs(rows[row, column] - places[frame, disc, 1])
                    dx = min(dx, around - dx) if around > 0.0 else dx
                    dy = min(dy, over - dy) if over > 0.0 else dy
                    away = np.sqrt(dx * dx + dy * dy)
                    if away > radius:
                        continue
                    alpha = int((1.0 - away / radius) * 255.0) if fade and radius > 0.0 else 255
                    if alpha > 0:
                        pixels[frame, row, column, 0] = colors[frame, slot, 0]
                        pixels[frame, row, column, 1] = colors[frame, slot, 1]
                        pixels[frame, row, column, 2] = colors[frame, slot, 2]
                        pixels[frame, row, column, 3] = alpha


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Circles": render_circles})

POINTWISE = frozenset(EFFECTS)
