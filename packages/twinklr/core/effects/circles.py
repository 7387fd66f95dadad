"""Circles: discs of the palette's colours that drift over the buffer, or rings that run out from its middle.

Chance decides where each disc starts, where it heads and at which of three speeds; its look has no reference frame by
frame, only in the share of light and of change, in which xLights' own renders of equal settings differ by up to a third
for as few discs as it has by default. The balls of Plasma move in the same way. The rings of Radial and Radial 3D are
exact; the reference has them with a size of 5, a count of 3 and three colours, so how they follow other ones is not
proven by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.paint import by_frame, frame_numbers, frames_of, paint_slots, painted, rainbow

Floats = NDArray[np.float64]

NEAR_FIELD, WHOLE_FIELD = 0.08, 0.285
"""Plasma: below the first a ball's own light ends, and where all fields together stay below the second it is dark."""

SOLID, FADING, HOLLOW = range(3)
"""How a disc is filled."""


def render_circles(call: EffectCall) -> Pixels:
    """Paint the Circles effect: discs or rings that drift, bounce or fade; a look it does not know stays dark."""
    settings = call.settings
    if settings.flag("CHECKBOX_Circles_Radial") or settings.flag("CHECKBOX_Circles_Radial_3D"):
        return _radial(call)
    frames = frames_of(call)
    count = max(int(settings.number("SLIDER_Circles_Count", 3)), 1)
    radius = settings.over_time("Circles_Size", "SLIDER_Circles_Size", 5, frames).astype(np.float64)
    bounce = settings.flag("CHECKBOX_Circles_Bounce")
    filling = FADING if settings.flag("CHECKBOX_Circles_Linear_Fade") else SOLID
    filling = HOLLOW if settings.flag("CHECKBOX_Circles_Bubbles") else filling
    pixels = call.blank()
    places = _places(call, count, bounce)
    if settings.flag("CHECKBOX_Circles_Plasma"):
        return _plasma(call, places, radius)
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


def _radial(call: EffectCall) -> Pixels:
    """Rings around the middle that grow, then run outwards: in the palette's colours or, in 3D, in all hues."""
    settings = call.settings
    size = settings.over_time("Circles_Size", "SLIDER_Circles_Size", 5, frames_of(call))
    state = np.trunc(frame_numbers(call) * settings.number("SLIDER_Circles_Speed", 10) * call.frame_ms / 50.0)
    reach = np.maximum(np.where(state < call.height, state // 2 + size, call.height), 1)
    ring = np.hypot(call.columns - call.width // 2, call.rows - call.height // 2).astype(np.int64)[None]
    lit = ring <= reach[:, None, None]
    if settings.flag("CHECKBOX_Circles_Radial_3D"):
        count = settings.number("SLIDER_Circles_Count", 3)
        return painted(rainbow((ring + state[:, None, None]) * (count / reach)[:, None, None]), lit)
    thick = np.maximum(call.height // (size + 1), 1).astype(np.int64)
    cycle = thick * call.palette.size
    # The rings stand still for one step more than a cycle has.
    moved = (state // 4).astype(np.int64) % (cycle + 1)
    slots = np.mod(ring - moved[:, None, None], cycle[:, None, None]) // thick[:, None, None]
    return paint_slots(call.palette, np.where(lit, slots, -1).astype(np.int16))


def _places(call: EffectCall, count: int, bounce: bool) -> Floats:
    """Centres of the discs per frame, ``(frames, discs, 2)`` of x, y."""
    chance = np.random.default_rng(call.seed)
    size = np.array([call.width, call.height], dtype=np.float64)
    start = chance.uniform(0.0, 1.0, (count, 2)) * size
    heading = chance.uniform(0.0, 2.0 * np.pi, count)
    pace = chance.integers(1, 4, count) * call.settings.number("SLIDER_Circles_Speed", 10) / 4.0 * call.frame_ms / 50.0
    velocity = np.stack([np.cos(heading) * pace, np.sin(heading) * pace], axis=1)
    if bounce:
        return _bounced(start, velocity, size, call.settings.number("SLIDER_Circles_Size", 5), call.stop)[call.first :]
    reached: Floats = start[None] + velocity[None] * frame_numbers(call)[:, None, None]
    return np.mod(reached, size)


@njit(cache=True, nogil=True)
def _bounced(start: Floats, velocity: Floats, size: Floats, radius: float, frames: int) -> Floats:
    """Ways of discs that turn back with the step after they have touched an edge, and so get across it a little."""
    places = np.empty((frames, start.shape[0], 2))
    now, heading = start.copy(), velocity.copy()
    for frame in range(frames):
        places[frame] = now
        for disc in range(now.shape[0]):
            for axis in range(2):
                now[disc, axis] += heading[disc, axis]
                if now[disc, axis] - radius <= 0.0:
                    heading[disc, axis] = abs(heading[disc, axis])
                elif now[disc, axis] + radius >= size[axis]:
                    heading[disc, axis] = -abs(heading[disc, axis])
    return places


def _plasma(call: EffectCall, places: Floats, radius: Floats) -> Pixels:
    """Balls whose light adds up: each shines in its colour by its radius over the distance."""
    light = np.zeros((*call.shape, 3))
    whole = np.zeros(call.shape)
    for ball in range(places.shape[1]):
        across = call.columns - by_frame(places[:, ball, 0])
        up = call.rows - by_frame(places[:, ball, 1])
        field = by_frame(radius) ** 2 / np.maximum(across * across + up * up, 1e-6)
        whole += field
        shine = np.where(field >= NEAR_FIELD, np.sqrt(field), 0.0)
        light += shine[..., None] * call.palette.color(ball % call.palette.size)[:, None, None, :]
    return painted(np.minimum(light, 255.0).astype(np.uint8), whole >= WHOLE_FIELD)


@njit(cache=True, nogil=True)
def _on_ring(dx: float, dy: float, radius: float, around: float, over: float) -> bool:
    """Whether a ring a cell wide, or one of its copies where the buffer wraps, passes a cell."""
    wide = min(int(radius / around) + 1, 25) if around > 0.0 else 0
    tall = min(int(radius / over) + 1, 25) if over > 0.0 else 0
    for across in range(-wide, wide + 1):
        for up in range(-tall, tall + 1):
            x, y = dx + across * around, dy + up * over
            if radius - 0.82 < np.sqrt(x * x + y * y) <= radius:
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
