"""Lines: closed strokes whose corners drift over the buffer and bounce off its edges, with or without trails.

Chance decides where the corners start and where they head.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, since_start

Floats = NDArray[np.float64]


def render_lines(call: EffectCall) -> Pixels:
    """Paint the Lines effect."""
    settings = call.settings
    pixels = call.blank()
    objects = int(np.clip(settings.number("SLIDER_Lines_Objects", 2), 1, 100))
    corners = int(np.clip(settings.number("SLIDER_Lines_Segments", 3), 2, 100))
    _draw(
        pixels,
        np.ascontiguousarray(call.palette.colors),
        _corners(call, objects, corners),
        since_start(call, "Lines_Thickness", "SLIDER_Lines_Thickness", 1.0)[call.first : call.stop],
        call.first,
        max(int(settings.number("SLIDER_Lines_Trails", 0)), 0),
        settings.flag("CHECKBOX_Lines_FadeTrails", default=True),
    )
    return pixels


def _corners(call: EffectCall, objects: int, corners: int) -> Floats:
    """Places of all corners on all frames up to the window's end, ``(frames, objects, corners, 2)`` of x, y."""
    dice = chance(call)
    size = np.array([call.width, call.height], dtype=np.float64)
    start = dice.uniform(0.0, 1.0, (objects, corners, 2)) * size
    heading = dice.uniform(0.0, 2.0 * np.pi, (objects, corners))
    speed = since_start(call, "Lines_Speed", "SLIDER_Lines_Speed", 1.0) * call.frame_ms / 50.0
    way = np.concatenate([[0.0], np.cumsum(speed)])[: call.stop]
    reached = start + np.stack([np.cos(heading), np.sin(heading)], axis=-1) * way[:, None, None, None]
    folded = np.mod(reached, 2.0 * size)
    places: Floats = np.minimum(np.minimum(folded, 2.0 * size - folded), size - 1e-6)
    return places


@njit(cache=True, nogil=True)
def _draw(
    pixels: Pixels,
    colors: NDArray[np.uint8],
    places: Floats,
    thickness: Floats,
    first: int,
    trails: int,
    fade: bool,
) -> None:
    """Stroke every object, its trails first and later objects on top."""
    for frame in range(pixels.shape[0]):
        for thing in range(places.shape[1]):
            color = colors[frame, thing % colors.shape[1]]
            for back in range(min(trails, first + frame), -1, -1):
                alpha = 255 - (255 * back) // (trails + 1) if fade else 255
                corners = places[first + frame - back, thing]
                for corner in range(len(corners)):
                    if corner and len(corners) == 2:
                        break
                    after = corners[(corner + 1) % len(corners)]
                    _stroke(pixels[frame], corners[corner], after, color, alpha, thickness[frame])


@njit(cache=True, nogil=True)
def _stroke(
    picture: NDArray[np.uint8], start: Floats, end: Floats, color: NDArray[np.uint8], alpha: int, thickness: float
) -> None:
    """A straight line of round dabs, a cell apart."""
    steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1
    radius = (thickness - 1.0) / 2.0
    reach = int(radius)
    for step in range(steps + 1):
        x = int(start[0] + (end[0] - start[0]) * step / steps)
        y = int(start[1] + (end[1] - start[1]) * step / steps)
        for row in range(max(y - reach, 0), min(y + reach + 1, picture.shape[0])):
            for column in range(max(x - reach, 0), min(x + reach + 1, picture.shape[1])):
                if (row - y) ** 2 + (column - x) ** 2 <= radius * radius:
                    picture[row, column, :3] = color
                    picture[row, column, 3] = alpha


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Lines": render_lines})
