"""Simple shapes as masks: circles, squares, diamonds, stars, trees, hearts and their kin, filled or as outlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[slice, slice]
"""Rows and columns of a part of a grid."""


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
    box = reach_of(centre, radius, width, height)
    mask[box] = shape_within(box, name, centre, radius, thickness=thickness, turn=turn)
    return mask


def reach_of(centre: tuple[float, float], radius: float, width: int, height: int) -> Box:
    """Rows and columns of a grid outside of which a shape of some size has no cells."""
    # No shape reaches further than its corners.
    reach = max(1.5 * radius, 0.0)
    low_x, high_x = max(int(centre[0] - reach), 0), min(int(centre[0] + reach) + 1, width)
    low_y, high_y = max(int(centre[1] - reach), 0), min(int(centre[1] + reach) + 1, height)
    return slice(low_y, max(high_y, low_y)), slice(low_x, max(high_x, low_x))


def shape_within(
    box: Box, name: str, centre: tuple[float, float], radius: float, *, thickness: float = 1.2, turn: float = 0.0
) -> NDArray[np.bool_]:
    """Like `draw_shape`, but the cells of a box only."""
    rows, columns = box
    y = np.arange(rows.start, rows.stop, dtype=np.float64)[:, None]
    x = np.arange(columns.start, columns.stop, dtype=np.float64)[None, :]
    if radius <= 0:
        return np.zeros((y.shape[0], x.shape[1]), dtype=np.bool_)
    across, up = (x + 0.5 - centre[0]) / radius, (y + 0.5 - centre[1]) / radius
    if turn:
        cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        across, up = across * cosine - up * sine, across * sine + up * cosine
    solid = name.startswith("Filled ")
    extent = EXTENTS.get(name.removeprefix("Filled "), _circle)(across, up)
    inside: NDArray[np.bool_] = extent <= 1.0
    return inside if solid else inside & (extent >= 1.0 - thickness / radius)


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


def polygon(corners: int) -> Callable[[Floats, Floats], Floats]:
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
        "Triangle": polygon(3),
        "Pentagon": polygon(5),
        "Hexagon": polygon(6),
        "Octagon": polygon(8),
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
