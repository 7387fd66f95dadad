"""Simple shapes as masks: circles, squares, diamonds, stars, trees, hearts and their kin, filled or as outlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def draw_shape(name: str, width: int, height: int, centre: tuple[float, float], radius: float) -> NDArray[np.bool_]:
    """Mask ``(height, width)`` of a shape of some size; names starting with "Filled" are solid, the rest outlines.

    An unknown shape is a circle.
    """
    mask = np.zeros((height, width), dtype=np.bool_)
    if radius <= 0:
        return mask
    y, x = np.mgrid[0:height, 0:width]
    across, up = (x + 0.5 - centre[0]) / radius, (y + 0.5 - centre[1]) / radius
    solid = name.startswith("Filled ")
    extent = EXTENTS.get(name.removeprefix("Filled "), _circle)(across, up)
    mask = extent <= 1.0
    return mask if solid else mask & (extent >= 1.0 - 1.2 / radius)


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


def _heart(across: Floats, up: Floats) -> Floats:
    lifted = up * 1.1 + 0.2
    return np.hypot(across, lifted - 0.6 * np.sqrt(np.abs(across)))


def _flake(across: Floats, up: Floats) -> Floats:
    turn = np.mod(np.arctan2(across, up) / (2.0 * np.pi) * 6.0 + 0.5, 1.0) - 0.5
    return np.hypot(across, up) * (1.0 + 6.0 * np.abs(turn))


EXTENTS: Mapping[str, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {
        "Circle": _circle,
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
