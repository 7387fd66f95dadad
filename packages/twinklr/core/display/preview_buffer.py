"""Buffers made of places: the pixels of a group (or of a model "Per Preview") are where its lights stand.

xLights works out these places in single precision and cuts off or rounds at the end, so a light close to the border
of a cell falls on the right side only if the same steps are done in single precision here.
"""

from __future__ import annotations

import numpy as np

from twinklr.core.display.display import Buffer
from twinklr.core.display.shapes.shape import Floats, Ints, ints

MAX_PREVIEW = 2048
"""Cells of a "Per Preview" buffer in its longer direction at most."""

DENSE_LIMIT = 400
"""Cells a dense model's "Per Preview" buffer is enlarged to at most."""

CELLS_PER_NODE = 5.0
"""A model with less room for each of its nodes than this is enlarged, so that neighbours do not share a cell."""

THINNEST = 0.01
"""Height a flat model counts with when its shape is looked at."""

MAX_MOVE = 20.0
"""How many times its own half a group's buffer may grow to keep a moved centre in its middle."""

_Singles = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def placed_buffer(
    places: Floats,
    node: Ints,
    limit: int,
    offset: tuple[int, int] = (0, 0),
    center: tuple[float, float] | None = None,
) -> Buffer:
    """A tight buffer around lights, scaled down where it is larger than ``limit`` cells.

    Args:
        places: ``(points, 2)`` in the layout file's own coordinates: x = 0 matters, see `_extent`.
        node: Global node of each point.
        limit: Cells in the longer direction at most (``GridSize``).
        offset: How far the centre is moved, in thousandths of the extent; used where ``center`` is None.
        center: The moved centre itself. The buffer grows until it is in the middle, beyond ``limit`` too.
    """
    if not len(places):
        return _nothing()
    lights, low, high = _extent(places)
    size = high - low + np.float32(1.0)
    scale = _scale(size, limit)
    cells = ((lights - lights.min(axis=0)).astype(np.float64) * scale).astype(int)
    tight = cells.max(axis=0) + 1
    moved = np.asarray(offset, dtype=np.float64)
    if center is not None:
        middle, half = (low + high) / 2.0, np.maximum((high - low) / 2.0, 1e-9)
        moved = np.where(high > low, (np.asarray(center) - middle) * 1000.0 / half, 0.0)
    moved = np.clip(np.trunc(moved), -1000.0 * MAX_MOVE, 1000.0 * MAX_MOVE)
    free = np.trunc(moved * tight / 1000.0).astype(int)
    # A centre moved to the left leaves free cells at the left.
    cells = cells + np.maximum(-free, 0)
    return _buffer(cells, tight + np.abs(free), node)


def whole_preview_buffer(places: Floats, node: Ints, limit: int, preview: tuple[int, int]) -> Buffer:
    """A buffer of the whole preview ("grid"), scaled down where it is larger than ``limit`` cells.

    Lights left of or below the file's origin move the picture, as if they stood on the edge of the preview.
    """
    lights, low, high = _extent(places)
    size = np.maximum(high - np.minimum(low, np.float32(0.0)), np.asarray(preview, dtype=np.float32))
    scale = _scale(size, limit)
    cells = (lights.astype(np.float64) * scale).astype(int)
    wanted = (np.asarray(preview, dtype=np.float64) * scale).astype(int)
    return _buffer(cells, np.maximum(np.maximum(wanted, 1), cells.max(axis=0, initial=0) + 1), node)


def _extent(places: Floats) -> tuple[_Singles, _Singles, _Singles]:
    """Lights moved so that none is below zero, and the lowest and highest place before that.

    xLights starts its search for the right and upper end at -1, so lights that all stand left of x = 0 are measured
    as if they reached it; they come out smaller than they had to.
    """
    lights = places.astype(np.float32)
    low = lights.min(axis=0, initial=np.float32(99999.0))
    high = lights.max(axis=0, initial=np.float32(-1.0))
    return lights - np.minimum(low, np.float32(0.0)), low, high


def _scale(size: _Singles, limit: int) -> float:
    """How much the extent is shrunk to fit."""
    return 1.0 if (size < limit).all() else float((np.float32(limit) / size).min())


def preview_buffer(places: Floats, node: Ints, limit: int | None = None) -> Buffer:
    """The "Per Preview" buffer: each light at its rounded place.

    Args:
        places: ``(points, 2)``.
        node: Global node of each point.
        limit: ``GridSize`` of a group, which is shrunk to it; None for a model, which is enlarged where it is dense.
    """
    if not len(places):
        return _nothing()
    lights = places.astype(np.float32)
    low, extent = lights.min(axis=0), np.ptp(lights, axis=0)
    shrink = np.float32(1.0)
    if limit:
        shrink = max(shrink, (extent / np.float32(limit)).max())
    if extent.max() > MAX_PREVIEW:
        shrink = extent.max() / np.float32(MAX_PREVIEW)
    elif limit is None:
        shrink = _spread(extent, len(np.unique(node)))
    cells = np.floor((lights / shrink - low / shrink).astype(np.float64) + 0.5).astype(int)
    return _buffer(cells, cells.max(axis=0) + 1, node)


def _spread(extent: _Singles, nodes: int) -> np.float32:
    """What a model's places are divided by so that its nodes have room; 1 where they have."""
    if nodes * CELLS_PER_NODE <= extent[0] * extent[1]:
        return np.float32(1.0)
    width, height = (np.float32(THINNEST) if size == 0 else size for size in extent)
    cells = np.sqrt(np.float32(nodes * CELLS_PER_NODE) * (width / height))
    shrink = width / cells
    if max(width / shrink, height / shrink) > DENSE_LIMIT:
        shrink = max(width, height) / np.float32(DENSE_LIMIT)
    return np.float32(shrink)


def _buffer(cells: np.ndarray[tuple[int, ...], np.dtype[np.int_]], size: Floats | Ints, node: Ints) -> Buffer:
    return Buffer(int(size[0]), int(size[1]), ints(cells[:, 0]), ints(cells[:, 1]), node)


def _nothing() -> Buffer:
    return Buffer(1, 1, ints([]), ints([]), ints([]))
