"""Buffers made of places: the pixels of a group (or of a model "Per Preview") are where its lights stand."""

from __future__ import annotations

import numpy as np

from twinklr.core.display.display import Buffer
from twinklr.core.display.shapes.shape import Floats, Ints, ints

MAX_PREVIEW = 2048
"""Cells of a "Per Preview" buffer in its longer direction at most."""

MAX_MOVE = 20.0
"""How many times its own half a group's buffer may grow to keep a moved centre in its middle."""

_SLACK = 5e-4
"""Extents this close above a whole number count as it: the file's coordinates carry four digits."""


def placed_buffer(
    places: Floats,
    node: Ints,
    limit: int,
    offset: tuple[int, int] = (0, 0),
    center: tuple[float, float] | None = None,
) -> Buffer:
    """A tight buffer around lights, scaled down where it is larger than ``limit`` cells.

    Args:
        places: ``(points, 2)`` in the layout file's own coordinates: x = 0 matters, see `_scale`.
        node: Global node of each point.
        limit: Cells in the longer direction at most (``GridSize``).
        offset: How far the centre is moved, in thousandths of the extent; used where ``center`` is None.
        center: The moved centre itself. The buffer grows until it is in the middle, beyond ``limit`` too.
    """
    if not len(places):
        return Buffer(1, 1, ints([]), ints([]), ints([]))
    low, high = places.min(axis=0), places.max(axis=0)
    scale = _scale(low, high, limit)
    cells = (places - low) * scale
    moved = np.asarray(offset, dtype=np.float64) / 1000.0
    if center is not None and any(offset):
        moved = np.round((np.asarray(center) - (low + high) / 2.0) / np.maximum((high - low) / 2.0, 1e-9), 3)
    moved = np.clip(moved, -MAX_MOVE, MAX_MOVE)
    tight = np.maximum(1, np.ceil((high - low) * scale - _SLACK)).astype(int)
    size = (tight * (1.0 + np.abs(moved)) + 1e-6).astype(int)
    # A centre moved to the left leaves free cells at the left.
    cells = cells + np.where(moved < 0, size - tight, 0)
    cells = np.clip(np.floor(cells + _SLACK), 0, size - 1)
    return Buffer(int(size[0]), int(size[1]), ints(cells[:, 0]), ints(cells[:, 1]), node)


def preview_buffer(places: Floats, node: Ints) -> Buffer:
    """The "Per Preview" buffer: each light at its rounded place, at least five cells of area for each node.

    Args:
        places: ``(points, 2)``.
        node: Global node of each point.
    """
    if not len(places):
        return Buffer(1, 1, ints([]), ints([]), ints([]))
    low, extent = places.min(axis=0), np.ptp(places, axis=0)
    scale = MAX_PREVIEW / max(float(extent.max()), MAX_PREVIEW)
    area = float(extent.prod())
    wanted = 5.0 * len(np.unique(node))
    if 0.0 < area < wanted:
        # Small dense models are enlarged, else neighbours would share a cell.
        scale = float(np.sqrt(wanted / area))
    cells = np.floor((places - low) * scale + 0.5 + 1e-6)
    width, height = (int(size) + 1 for size in cells.max(axis=0))
    return Buffer(width, height, ints(cells[:, 0]), ints(cells[:, 1]), node)


def _scale(low: Floats, high: Floats, limit: int) -> float:
    """How much the extent is shrunk to fit.

    xLights starts its search for the right and upper end at -1, so lights that all stand left of x = 0 are measured
    as if they reached it; they come out smaller than they had to.
    """
    extent = float((np.maximum(high, -1.0) - low).max()) + 1.0
    return limit / extent if extent > limit else 1.0


def whole_preview_buffer(places: Floats, node: Ints, limit: int, preview: tuple[int, int], x_origin: float) -> Buffer:
    """A buffer of the whole preview ("grid"), scaled down where it is larger than ``limit`` cells."""
    longest = max(preview)
    # xLights cuts off in single precision: 2752 cells shrink to 399, not to 400.
    scale = np.float32(limit / longest) if longest > limit else np.float32(1.0)
    width, height = (max(1, int(float(scale) * size)) for size in preview)
    cells = np.floor((places + np.array([x_origin, 0.0])) * float(scale) + _SLACK)
    x, y = np.clip(cells[:, 0], 0, width - 1), np.clip(cells[:, 1], 0, height - 1)
    return Buffer(width, height, ints(x), ints(y), node)
