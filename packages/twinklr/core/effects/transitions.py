"""How a layer comes in and goes out: for each of xLights' transitions, what share of each cell shows.

A transition is a row of `TRANSITIONS`: a function of the grid and of how much of the layer shows (`progress`, 0..1)
that gives the weight of every cell, 0..1, shape ``(height, width)``; row 0 is the bottom row. "Fade" is no row: it
dims colours instead of hiding cells and is done where layers are blended.

The slider "adjust" (0..100) turns or divides a transition; "reverse" runs it from its other end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.grain import blobs, block_ranks, dust, smooth_step, soft_noise

Floats = NDArray[np.floating[Any]]
Singles = NDArray[np.float32]
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a transition.

    Attributes:
        width: Cells across.
        height: Cells up.
        progress: How much of the layer shows, 0..1.
        going: Whether the layer goes out.
        adjust: Slider, 0..100.
        reverse: Run it from its other end.
    """

    width: int
    height: int
    progress: float
    going: bool
    adjust: float = 50.0
    reverse: bool = False

    @property
    def x(self) -> NDArray[np.int64]:
        """Columns, shaped to meet `y`."""
        return np.arange(self.width)[None, :]

    @property
    def y(self) -> NDArray[np.int64]:
        """Rows, bottom first."""
        return np.arange(self.height)[:, None]

    @property
    def u(self) -> Singles:
        """Place across, 0 at the first column and 1 at the last; in single precision, whose rounding shows at edges."""
        return (self.x / max(self.width - 1, 1)).astype(np.float32)

    @property
    def v(self) -> Singles:
        """Place up, 0 at the bottom row and 1 at the top."""
        return (self.y / max(self.height - 1, 1)).astype(np.float32)


def weights(kind: str, moment: Moment) -> Weights | None:
    """Weight of every cell, or None where the transition hides nothing.

    Args:
        kind: xLights' name of the transition; unknown ones count as "Fade".
        moment: The frame.
    """
    painter = TRANSITIONS.get(kind)
    if painter is None:
        return None
    shape = (moment.height, moment.width)
    if kind in DEGENERATE and min(shape) == 1:
        # These divide by the number of rows less one; on a single line xLights shows all or nothing.
        shown = moment.progress < DEGENERATE[kind] or moment.progress >= 1.0
        return np.full(shape, float(shown), dtype=np.float32)
    return np.broadcast_to(painter(moment), shape).astype(np.float32)


def _wipe(moment: Moment) -> NDArray[np.bool_]:
    """A straight edge that crosses the grid from a corner, at the angle of the slider."""
    angle = np.float32(2.0 * math.pi * moment.adjust / 100.0)
    progress = float(np.float32(1.0 - moment.progress if moment.reverse else moment.progress))
    last_x, last_y = moment.width - 1, moment.height - 1
    x = math.floor(progress * last_x + 0.5)
    y = math.floor(progress * last_y + 0.5)
    quadrant = int(moment.adjust / 25.0) % 4
    corner_x, corner_y = -1, -1
    if quadrant in (0, 1):
        x, corner_x = last_x - x, last_x + 1
    if quadrant in (1, 2):
        y, corner_y = last_y - y, last_y + 1
    # The edge is drawn to the column left of the grid, in single precision and cut to a whole row: that is why a level
    # edge leans by one row, as it does in xLights.
    end_y = int(np.float32(y) + np.tan(angle, dtype=np.float32) * np.float32(-1 - x))
    end_y = min(max(end_y, -1_000_000), 1_000_000)

    def side(px: NDArray[np.int64] | int, py: NDArray[np.int64] | int) -> NDArray[np.int64] | int:
        return (-1 - x) * (py - y) - (end_y - y) * (px - x)

    lit = np.asarray(side(moment.x, moment.y)) * np.sign(side(corner_x, corner_y)) >= 0
    return ~lit if moment.reverse else lit


def _clock(moment: Moment) -> NDArray[np.bool_]:
    start = 2.0 * math.pi * moment.adjust / 100.0
    turn = np.arctan2(moment.x - moment.width // 2, moment.y - moment.height // 2)
    turn = start - turn if moment.reverse else turn - start
    turn = np.mod(turn, 2.0 * math.pi)
    return np.asarray((turn > 0.0) & (turn < moment.progress * 2.0 * math.pi))


def _from_middle(moment: Moment) -> NDArray[np.bool_]:
    progress = 1.0 - moment.progress if moment.reverse else moment.progress
    lit = np.abs(moment.x - moment.width // 2) <= progress * moment.width / 2.0
    return ~lit if moment.reverse else lit


def _square_explode(moment: Moment) -> NDArray[np.bool_]:
    hole = moment.going != moment.reverse
    reach = 1.0 - moment.progress if hole else moment.progress
    lit = np.ones((moment.height, moment.width), dtype=bool)
    for place, size in ((moment.x, moment.width), (moment.y, moment.height)):
        first, last = int(size // 2 - reach * size / 2.0), int(size // 2 + reach * size / 2.0)
        lit = lit & (place >= first) & (place <= last)
    return ~lit if hole else lit


def _circle_explode(moment: Moment) -> NDArray[np.bool_]:
    hole = moment.going != moment.reverse
    reach = 1.0 - moment.progress if hole else moment.progress
    radius = np.float32(math.hypot(moment.width // 2, moment.height // 2))
    away = np.hypot(moment.x - moment.width // 2, moment.y - moment.height // 2).astype(np.float32)
    lit = away < np.float32(reach) * radius
    return ~lit if hole else lit


def _parts(length: int, adjust: float) -> int:
    return max(int(length / 2.0 * adjust / 100.0), 1)


def _blinds(moment: Moment) -> NDArray[np.bool_]:
    blind = max(moment.width // _parts(moment.width, moment.adjust), 1)
    place = moment.x % blind
    place = blind - 1 - place if moment.reverse else place
    return place < math.floor(moment.progress * blind + 0.5)


def _slide_checks(moment: Moment) -> NDArray[np.bool_]:
    parts = _parts(max(moment.width, moment.height), moment.adjust)
    check, row = max(moment.width // parts, 1), max(moment.height // parts, 1)
    period = max(2 * moment.width // parts, 1)
    edge = moment.progress * period * 2.0
    phase, odd = moment.x % period, (moment.y // row) % 2 == 1
    lit = np.where(odd, phase - check, phase) < edge
    # In every second row a check begins half a period later, and what of it runs over comes in on the left.
    wrapped = odd & (phase < check)
    lit = np.where(wrapped, phase + period // 2 + 1 <= edge, lit)
    return lit[:, ::-1] if moment.reverse else lit


def _slide_bars(moment: Moment) -> NDArray[np.bool_]:
    bar = max(moment.height // _parts(moment.height, moment.adjust), 1)
    from_left = (moment.y // bar) % 2 == 1
    if moment.going != moment.reverse:
        from_left = ~from_left
    edge = np.float32(moment.progress) * np.float32(moment.width)
    return np.where(from_left, moment.x <= edge, moment.x >= moment.width - 1 - edge)


def _circular_swirl(moment: Moment) -> NDArray[np.bool_]:
    if moment.progress >= 1.0:
        return np.ones((1, 1), dtype=bool)
    return np.asarray(np.hypot(moment.u - 0.5, moment.v - 0.5) < moment.progress * math.sqrt(0.5))


def _bow_tie(moment: Moment) -> NDArray[np.bool_]:
    return np.asarray(np.abs(moment.u - 0.5) + np.minimum(moment.v, 1.0 - moment.v) <= moment.progress)


def _pinwheel(moment: Moment) -> NDArray[np.bool_]:
    blade = math.pi / 6.0
    turn = np.mod(np.arctan2(moment.v - 0.5, moment.u - 0.5), blade)
    return np.asarray(turn > (1.0 - moment.progress) * blade)


def _star(moment: Moment) -> NDArray[np.bool_]:
    across, up = moment.u - 0.5, moment.v - 0.5
    ray = 0.85 + 0.2125 * np.cos(6.0 * (np.arctan2(up, across) - math.pi / 2.0))
    return np.asarray(np.hypot(across, up) < moment.progress * ray)


def _inside(u: Floats, v: Floats) -> NDArray[np.bool_]:
    return (u > 0.0) & (u < 1.0) & (v > 0.0) & (v < 1.0)


MIRROR = 0.4
"""How much of the light the floor of "Doorway" and "Swap" throws back."""


def _with_mirror(u: Floats, v: Floats) -> Floats:
    """1 where the picture stands, and its mirror image on the floor below, fading with depth."""
    below = v * -1.2 - 0.02
    mirrored = np.where(_inside(u, below), MIRROR * (1.0 - below), 0.0)
    return np.where(_inside(u, v), 1.0, mirrored)


def _doorway(moment: Moment) -> Floats:
    """The layer comes up from far behind between two halves of nothing that slide apart."""
    size = 1.0 + 2.0 * (1.0 - moment.progress)
    u, v = np.broadcast_arrays((moment.u - 0.5) * size + 0.5, (moment.v - 0.5) * size + 0.5)
    slit = 2.0 * np.abs(moment.u - 0.5) - moment.progress
    shift = np.where(moment.u > 0.5, -0.5, 0.5) * moment.progress
    squeeze = 1.0 / (1.0 + 0.4 * moment.progress * (1.0 - slit))
    door_v = (moment.v - squeeze / 2.0) * squeeze + squeeze / 2.0
    door_u, door_v = np.broadcast_arrays(moment.u + shift, door_v)
    door = (slit > 0.0) & _inside(door_u, door_v)
    return np.where(door, 0.0, _with_mirror(u, v))


def _swap(moment: Moment) -> Floats:
    """The layer swings forward from the right behind where nothing swings back to the left."""
    progress = moment.progress

    def stand(away: float, across: Floats, anchor: float, lean: Floats) -> tuple[Floats, Floats]:
        size = 1.0 + 2.0 * away
        tilt = 0.4 * away
        u = (across - anchor) * size / (1.0 - tilt) + anchor
        v = (moment.v - 0.5) * size / (1.0 - size * tilt * lean) + 0.5
        return np.broadcast_arrays(u, v)  # type: ignore[return-value]

    old_u, old_v = stand(progress, moment.u, 0.0, moment.u)
    new_u, new_v = stand(1.0 - progress, moment.u, 1.0, 0.5 - moment.u)
    shown = _with_mirror(new_u, new_v)
    old = _inside(old_u, old_v)
    if progress < 0.5:
        return np.where(old, 0.0, shown)
    return np.where(old & ~_inside(new_u, new_v), 0.0, shown)


def _blend(moment: Moment) -> NDArray[np.bool_]:
    """Blocks that turn up in any order; those that are left when a block's worth of cells is spent come at the end."""
    size = max(int(moment.adjust / 10.0), 1)
    across, up = -(-moment.width // size), -(-moment.height // size)
    count = math.ceil(float(np.float32(moment.progress)) * max(moment.width * moment.height // size**2, 1))
    shown = block_ranks(across, up) < count
    return np.repeat(np.repeat(shown, size, axis=0), size, axis=1)[: moment.height, : moment.width]


def _dissolve(moment: Moment) -> NDArray[np.bool_]:
    """What came first goes first."""
    when = dust(*np.broadcast_arrays(moment.u, moment.v))
    return when > 1.0 - moment.progress if moment.going else when < moment.progress


def _blobs(moment: Moment) -> Floats:
    # Only the middle of the slider, 9, is known; its ends follow the usual figure of such noise, 4.
    noise = blobs(moment.width, moment.height, 4.0 + moment.adjust / 10.0)
    return 1.0 - smooth_step(moment.progress - 0.02, moment.progress, noise)


def _shatter(moment: Moment) -> Floats:
    """Splinters that light up at once, then draw together while the gaps between them close."""
    light = smooth_step(0.0, 0.3, np.full((1, 1), moment.progress))
    if min(moment.width, moment.height) == 1:
        return light
    pieces = 7.0 * (0.5 + moment.adjust / 100.0) / (1.0 - 0.65 * moment.progress)
    place = np.broadcast_arrays((moment.u - 0.5) * pieces + 52.0, (moment.v - 0.5) * pieces + 52.0)
    return light * (soft_noise(*place) < 0.39 + 0.2 * moment.progress**2)


def _circles(moment: Moment) -> Floats:
    """Every field of a grid closes from its corners, three times over, each time brighter."""
    count = max(moment.adjust / 10.0, 1.0)
    across, up = ((part * count + 1e-9) % 1.0 - 0.5 for part in (moment.u, moment.v))
    away = np.hypot(across, up)
    closing = [max(1.0 - 2.0 * (moment.progress - lag), 1e-6) for lag in (0.0, 0.25, 0.5)]
    light = np.sum([smooth_step(0.7, 0.725, away / left) for left in closing], axis=0)
    return np.asarray(np.clip(0.345 * light - 0.035, 0.0, 1.0))


def _fold(moment: Moment) -> NDArray[np.bool_]:
    """The layer turns about its upright middle like a door, half a turn, seen in perspective."""
    angle = math.pi * (1.0 - moment.progress if moment.reverse else moment.progress)
    across, up = moment.u - 0.5, moment.v - 0.5
    depth = math.cos(angle) + across * math.sin(angle)
    place = across / np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    height = up * (1.0 - place * math.sin(angle))
    return (place >= -0.5) & (place < 0.5) & (height >= -0.5) & (height < 0.5)


def _zoom(moment: Moment) -> NDArray[np.bool_]:
    """The layer grows out of its own middle: every cell shows some of it at any time."""
    del moment
    return np.ones((1, 1), dtype=bool)


Painter = Callable[[Moment], NDArray[np.bool_] | Floats]

TRANSITIONS: Mapping[str, Painter] = MappingProxyType(
    {
        "Wipe": _wipe,
        "Clock": _clock,
        "From Middle": _from_middle,
        "Square Explode": _square_explode,
        "Circle Explode": _circle_explode,
        "Blinds": _blinds,
        "Blend": _blend,
        "Slide Checks": _slide_checks,
        "Slide Bars": _slide_bars,
        "Fold": _fold,
        "Dissolve": _dissolve,
        "Circular Swirl": _circular_swirl,
        "Bow Tie": _bow_tie,
        "Doorway": _doorway,
        "Blobs": _blobs,
        "Pinwheel": _pinwheel,
        "Star": _star,
        "Swap": _swap,
        "Shatter": _shatter,
        "Circles": _circles,
        "Zoom": _zoom,
    }
)
"""Name -> what shows."""

OF_CHANCE = frozenset({"Blend", "Dissolve", "Shatter"})
"""Transitions of which xLights keeps a row of random numbers or a picture that we do not have.

Ours show as much at every moment, in grains of the same size, but not the same grains.
"""

DEGENERATE: Mapping[str, float] = MappingProxyType(
    {
        "Blobs": 0.0,
        "Bow Tie": 0.5,
        "Circles": 1.0,
        "Circular Swirl": 0.0,
        "Doorway": 0.0,
        "Fold": 0.0,
        "Pinwheel": 0.0,
        "Star": 1.0,
        "Swap": 0.0,
    }
)
"""Up to which progress transitions that need two dimensions show a single line of cells."""
