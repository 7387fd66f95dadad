"""Lines: closed strokes whose corners drift over the buffer and bounce off its edges, with or without trails.

Chance decides where the corners start and where they head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance, since_start

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Thing:
    """A stroke: where its corners are, ``(corners, 2)`` of x, y as if no edge turned them back, and where they head."""

    places: Floats
    headings: Floats


def render_lines(call: EffectCall) -> Pixels:
    """Paint the Lines effect. Strokes of one that ends where this one starts drift on, with as many corners."""
    settings = call.settings
    pixels = call.blank()
    things = _things(call)
    counts = np.array([len(thing.places) for thing in things])
    _draw(
        pixels,
        np.ascontiguousarray(call.palette.colors),
        _corners(call, things, int(counts.max())),
        counts,
        since_start(call, "Lines_Thickness", "SLIDER_Lines_Thickness", 1.0)[call.first : call.stop],
        call.first,
        max(int(settings.number("SLIDER_Lines_Trails", 0)), 0),
        settings.flag("CHECKBOX_Lines_FadeTrails", default=True),
    )
    return pixels


def _things(call: EffectCall) -> list[Thing]:
    """Strokes at the start of an effect: those that live on from before, as far as there is room, and new ones."""
    objects = int(np.clip(call.settings.number("SLIDER_Lines_Objects", 2), 1, 100))
    corners = int(np.clip(call.settings.number("SLIDER_Lines_Segments", 3), 2, 100))
    dice = chance(call)
    start = dice.uniform(0.0, 1.0, (objects, corners, 2)) * (call.width, call.height)
    heading = dice.uniform(0.0, 2.0 * np.pi, (objects, corners))
    headings = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    things = [Thing(*thing) for thing in zip(start, headings, strict=True)]
    if call.before is not None:
        way = _way(call.before)[-1]
        kept = [Thing(old.places + old.headings * way, old.headings) for old in _things(call.before)]
        things = kept[:objects] + things[len(kept) :]
    return things


def _way(call: EffectCall) -> Floats:
    """Cells that every corner has moved by each frame of the effect, and by its end."""
    speed = since_start(call, "Lines_Speed", "SLIDER_Lines_Speed", 1.0) * call.frame_ms / 50.0
    return np.concatenate([[0.0], np.cumsum(speed)])


def _corners(call: EffectCall, things: list[Thing], most: int) -> Floats:
    """Places of all corners on all frames up to the window's end, ``(frames, strokes, most corners, 2)`` of x, y."""
    size = np.array([call.width, call.height], dtype=np.float64)
    way = _way(call)[: call.stop, None, None]
    places = np.zeros((call.stop, len(things), most, 2))
    for number, thing in enumerate(things):
        folded = np.mod(thing.places + thing.headings * way, 2.0 * size)
        places[:, number, : len(thing.places)] = np.minimum(np.minimum(folded, 2.0 * size - folded), size - 1e-6)
    return places


@njit(cache=True, nogil=True)
def _draw(
    pixels: Pixels,
    colors: NDArray[np.uint8],
    places: Floats,
    counts: NDArray[np.int64],
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
                corners = places[first + frame - back, thing, : counts[thing]]
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
