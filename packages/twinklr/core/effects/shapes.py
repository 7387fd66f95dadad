"""Simple shapes as masks: circles, squares, diamonds, stars, trees, hearts and their kin, filled or as outlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def draw_shape(
    name: str,
    width: int,
    height: int,
    centre: tuple[float, float],
    radius: float,
    *,
    thickness: float = 1.2,
    turn: float = 0.0,
) -> NDArray[np.bool_]:
    """Mask ``(height, width)`` of a shape of some size; names starting with "Filled" are solid, the rest outlines.

    Args:
        name: What to draw; an unknown shape is a circle.
        width: Cells across.
        height: Cells up.
        centre: Its middle (x, y) in cells.
        radius: Its reach in cells; nothing is drawn at 0 or below.
        thickness: Of outlines, in cells.
        turn: Degrees it is turned clockwise.
    """
    mask = np.zeros((height, width), dtype=np.bool_)
    if radius <= 0:
        return mask
    # No shape reaches further than its corners.
    reach = 1.5 * radius
    low_x, high_x = max(int(centre[0] - reach), 0), min(int(centre[0] + reach) + 1, width)
    low_y, high_y = max(int(centre[1] - reach), 0), min(int(centre[1] + reach) + 1, height)
    if low_x >= high_x or low_y >= high_y:
        return mask
    y, x = np.mgrid[low_y:high_y, low_x:high_x]
    across, up = (x + 0.5 - centre[0]) / radius, (y + 0.5 - centre[1]) / radius
    if turn:
        cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        across, up = across * cosine - up * sine, across * sine + up * cosine
    solid = name.startswith("Filled ")
    extent = EXTENTS.get(name.removeprefix("Filled "), _circle)(across, up)
    inside = extent <= 1.0
    mask[low_y:high_y, low_x:high_x] = inside if solid else inside & (extent >= 1.0 - thickness / radius)
    return mask


def _circle(across: Floats, up: Floats) -> Floats:
    return np.hypot(across, up)


def _square(across: Floats, up: Floats) -> Floats:
    return np.maximum(np.abs(across), np.abs(up))


def _diamond(across: Floats, up: Floats) -> Floats:
    return np.abs(across) + np.abs(up)


def _star(across: Floats, up: Floats) -> Floats:
    """Five points: the radius runs in straight lines between the tips and the notches."""
    turn = np.mod(np.arctan2(across, up) / (2.0 * np.pi) * 5.0, 1.0)
    tip = np.abs(turn - 0.5) * 2.0
    return np.hypot(across, up) / (0.382 + 0.618 * tip**1.5)


def _tree(across: Floats, up: Floats) -> Floats:
    """A triangle on its base."""
    return np.maximum(-up, np.abs(across) * 1.4 + (up + 1.0) / 2.0)


def _cross(across: Floats, up: Floats) -> Floats:
    tall = np.maximum(np.abs(across) * 4.0, np.abs(up))
    wide = np.maximum(np.abs(across) * 1.5, np.abs(up - 0.3) * 4.0)
    return np.minimum(tall, wide)


def _polygon(corners: int) -> Callable[[Floats, Floats], Floats]:
    """A regular polygon with a corner at the top."""

    def extent(across: Floats, up: Floats) -> Floats:
        step = 2.0 * np.pi / corners
        turn = np.mod(np.arctan2(across, up) + step / 2.0, step) - step / 2.0
        flat: Floats = np.hypot(across, up) * np.cos(np.abs(turn) - step / 2.0) / np.cos(step / 2.0)
        return flat

    return extent


def _ellipse(across: Floats, up: Floats) -> Floats:
    return np.hypot(across, up * 2.0)


def _cane(across: Floats, up: Floats) -> Floats:
    """A walking stick: its staff on the right, its hook to the left."""
    staff = np.maximum(np.abs(across - 0.3) * 5.0, np.abs(up + 0.25) / 0.75)
    hook = np.where(up >= 0.5, 5.0 * np.abs(np.hypot(across, up - 0.5) - 0.3), 2.0)
    return np.minimum(staff, hook)


def _heart(across: Floats, up: Floats) -> Floats:
    lifted = up * 1.1 + 0.2
    return np.hypot(across, lifted - 0.6 * np.sqrt(np.abs(across)))


def _flake(across: Floats, up: Floats) -> Floats:
    turn = np.mod(np.arctan2(across, up) / (2.0 * np.pi) * 6.0 + 0.5, 1.0) - 0.5
    return np.hypot(across, up) * (1.0 + 6.0 * np.abs(turn))


EXTENTS: Mapping[str, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {
        "Circle": _circle,
        "Ellipse": _ellipse,
        "Triangle": _polygon(3),
        "Pentagon": _polygon(5),
        "Hexagon": _polygon(6),
        "Octagon": _polygon(8),
        "Candy Cane": _cane,
        "Square": _square,
        "Present": _square,
        "Diamond": _diamond,
        "Star": _star,
        "Tree": _tree,
        "Crucifix": _cross,
        "Heart": _heart,
        "Snowflake": _flake,
    }
)
"""How far out a place lies in each shape: 1 on its edge, less inside."""
