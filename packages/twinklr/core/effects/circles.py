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

DARK = ("Radial", "Radial_3D", "Plasma")
"""Looks that are not painted yet."""

SOLID, FADING, HOLLOW = range(3)
"""How a disc is filled."""


def render_circles(call: EffectCall) -> Pixels:
    """Paint the Circles effect: discs or rings that drift, bounce or fade; the looks of `DARK` stay dark."""
    settings = call.settings
    if any(settings.flag(f"CHECKBOX_Circles_{look}") for look in DARK):
        return call.blank()
    frames = frames_of(call)
    count = max(int(settings.number("SLIDER_Circles_Count", 3)), 1)
    radius = settings.over_time("Circles_Size", "SLIDER_Circles_Size", 5, frames).astype(np.float64)
    bounce = settings.flag("CHECKBOX_Circles_Bounce")
    filling = FADING if settings.flag("CHECKBOX_Circles_Linear_Fade") else SOLID
    filling = HOLLOW if settings.flag("CHECKBOX_Circles_Bubbles") else filling
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
        filling,
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
def _on_ring(dx: float, dy: float, radius: float, around: float, over: float) -> bool:
    """Whether a ring a cell wide, or one of its copies where the buffer wraps, passes a cell."""
    wide = min(int(radius / around) + 1, 25) if around > 0.0 else 0
    tall = min(int(radius / over) + 1, 25) if over > 0.0 else 0
    for across in range(-wide, wide + 1):
        for up in range(-tall, tall + 1):
            x, y = dx + across * around, dy + up * over
            if radius - 0.9 < np.sqrt(x * x + y * y) <= radius:
                return True
    return False


@njit(cache=True, nogil=True)
def _lay_discs(
    pixels: Pixels,
    colors: NDArray[np.uint8],
    places: Floats,
    extent: Floats,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    filling: int,
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
                    if away > radius and filling != HOLLOW:
                        continue
                    if filling == HOLLOW and not _on_ring(dx, dy, radius, around, over):
                        continue
                    alpha = int((1.0 - away / radius) * 255.0) if filling == FADING and radius > 0.0 else 255
                    if alpha > 0:
                        pixels[frame, row, column, 0] = colors[frame, slot, 0]
                        pixels[frame, row, column, 1] = colors[frame, slot, 1]
                        pixels[frame, row, column, 2] = colors[frame, slot, 2]
                        pixels[frame, row, column, 3] = alpha


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Circles": render_circles})

POINTWISE = frozenset(EFFECTS)

UNPAINTED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"Circles": tuple((f"CHECKBOX_Circles_{look}", "1") for look in DARK)}
)
"""By effect: the settings, key and value, with which nothing is painted."""
