"""`Shape`: a model before it stands anywhere: its nodes in buffer cells and in its own local coordinates.

The functions of this package make shapes from plain parameters. They hold what xLights does with each model type:
in which order the wire runs through the buffer, and where the lights lie relative to each other. Placing a shape in
the yard (scale, rotation, position) is `twinklr.core.display.placing`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

DEEP_TILT = 0.1
"""Radians by which xLights leans deep models (all but trees, which have an angle of their own) in its flat view."""


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """Nodes of one model: cells of its default buffer and local coordinates, a row per light point.

    Attributes:
        width: Cells of the buffer across.
        height: Cells of the buffer up.
        node: int32 ``(points,)``, node index of each point, in wire order from 0.
        x: int32 ``(points,)``, cell column, 0 at the left.
        y: int32 ``(points,)``, cell row, 0 at the bottom.
        local: float64 ``(points, 3)``, local coordinates in the model's own units.
        node_count: Number of nodes; a node may have no point (a gap in a custom model).
        render_width: Local width that the end points of a line-like model span.
        strands: Node indexes of each strand, or empty for one strand of all nodes.
        slot: int32 ``(nodes,)``, place of each node on the wire where that is not the node order; None where it is.
        tilt: Radians the scaled and turned shape leans towards the viewer, so that its back nodes are seen.
    """

    width: int
    height: int
    node: Ints
    x: Ints
    y: Ints
    local: Floats
    node_count: int
    render_width: float
    strands: tuple[tuple[int, ...], ...] = ()
    slot: Ints | None = None
    tilt: float = 0.0


def ints(values: ArrayLike) -> Ints:
    """A contiguous int32 array."""
    return np.ascontiguousarray(values, dtype=np.int32)


def points(x: ArrayLike, y: ArrayLike, z: ArrayLike = 0.0) -> Floats:
    """Local coordinates ``(points, 3)`` from columns that broadcast."""
    return np.stack(np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, y, z))), axis=-1)


def one_cell_per_node(
    width: int, height: int, x: ArrayLike, y: ArrayLike, local: Floats, render_width: float | None = None
) -> Shape:
    """A shape whose node ``i`` is point ``i``."""
    columns = ints(x)
    return Shape(
        width=width,
        height=height,
        node=ints(np.arange(len(columns))),
        x=columns,
        y=ints(np.broadcast_to(ints(y), columns.shape)),
        local=local,
        node_count=len(columns),
        render_width=float(render_width if render_width is not None else width),
    )


def equal_strands(count: int, length: int) -> tuple[tuple[int, ...], ...]:
    """Strands of equal length in wire order.

    Example:
        >>> equal_strands(2, 3)
        ((0, 1, 2), (3, 4, 5))
    """
    return tuple(tuple(range(s * length, (s + 1) * length)) for s in range(count))


def strands_of_lengths(lengths: list[int]) -> tuple[tuple[int, ...], ...]:
    """Strands of given lengths in wire order; empty ones keep their place."""
    ends = np.cumsum(lengths)
    return tuple(tuple(range(int(end) - length, int(end))) for length, end in zip(lengths, ends, strict=True))


def one_node_per_string(shape: Shape, strings: int) -> Shape:
    """The same lights where a whole string is one node: dumb strings switch all their lights together.

    The lights keep their cells, so an effect still meets the string where it hangs; its last cell wins.
    """
    per_string = max(1, shape.node_count // max(1, strings))
    node = ints(np.minimum(shape.node // per_string, max(0, strings - 1)))
    return replace(shape, node=node, node_count=strings, strands=equal_strands(strings, 1))
