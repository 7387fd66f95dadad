"""From a row of the sequence to the grids its layers paint on: buffer style, transform and sub-buffer."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display import buffers_of
from twinklr.core.display.display import Buffer, Display
from twinklr.core.effects.blend import halves
from twinklr.core.effects.layers import LayerSettings, SubBuffer
from twinklr.core.xlights.sequence import SubRow

Ints = NDArray[np.int32]

OUTSIDE = -1
ELSEWHERE = -2


@dataclass(frozen=True, eq=False, slots=True)
class LayerBuffer:
    """The grid an effect paints on and the cell each node of the row shows.

    Attributes:
        width: Cells across.
        height: Cells up.
        cells: int32 ``(nodes,)``: ``y * width + x``; `OUTSIDE` where the node is cut off, `ELSEWHERE` where it
            belongs to another buffer of the same layer.
        half: uint8 ``(nodes,)``, see `blend.halves`.
        points: The row's points ``(node index, x, y)`` in the buffer, for effects that look at nodes.
        used: int64, the cells that any node shows, ascending.
        spots: Like ``cells``, but places in ``used``.
        used_key: Two buffers of one size with the same used cells have the same key.
    """

    width: int
    height: int
    cells: Ints
    half: NDArray[np.uint8]
    points: tuple[Ints, Ints, Ints]
    used: NDArray[np.int64]
    spots: Ints
    used_key: int

    @property
    def sparse(self) -> bool:
        """Whether so few cells are shown that painting them alone is worth while."""
        return 2 * len(self.used) <= self.width * self.height


@dataclass(frozen=True, eq=False, slots=True)
class RowPlace:
    """A row or sub-row in the display.

    Attributes:
        display: The display.
        row: Model or group name.
        sub: Its sub-row, or None for the row itself.
        nodes: int32, global indexes of the nodes it lights, each once, ascending.
    """

    display: Display
    row: str
    sub: SubRow | None
    nodes: Ints


def place_row(display: Display, row: str, sub: SubRow | None = None) -> RowPlace | None:
    """Find a row's nodes in the display; None where the layout has no such thing."""
    buffers = _styled(display, row, sub, "Default")
    if not buffers:
        return None
    nodes = np.unique(np.concatenate([buffer.node for buffer in buffers])).astype(np.int32)
    return RowPlace(display, row, sub, nodes) if len(nodes) else None


def layer_buffers(place: RowPlace, settings: LayerSettings) -> tuple[LayerBuffer, ...]:
    """The grids a layer with these settings paints on; several for the "Per Model" styles of groups."""
    style = settings.style or "Default"
    buffers = _styled(place.display, place.row, place.sub, style, settings.stagger)
    if not buffers:
        return ()
    return tuple(_layer_buffer(place, buffer, settings) for buffer in buffers)


def _styled(display: Display, row: str, sub: SubRow | None, style: str, stagger: int = 0) -> list[Buffer]:
    try:
        if sub is None:
            return list(buffers_of(display, row, style=style, stagger=stagger))
        if sub.kind == "submodel":
            return list(buffers_of(display, row, style=style, submodel=sub.name))
        return _strand(display, row, sub)
    except KeyError:
        return []


def _strand(display: Display, row: str, sub: SubRow) -> list[Buffer]:
    prop = display.prop(row)
    strand = sub.index if sub.kind == "strand" else sub.strand
    if not 0 <= strand < len(prop.strands):
        return []
    nodes = np.array(prop.strands[strand], dtype=np.int32)
    if sub.kind == "node":
        nodes = nodes[sub.index : sub.index + 1] if sub.index >= 0 else nodes[:0]
    if not len(nodes):
        return []
    count = len(nodes)
    return [Buffer(count, 1, np.arange(count, dtype=np.int32), np.zeros(count, np.int32), nodes + prop.first_node)]


Turn = Callable[[Ints, Ints, int, int], tuple[Ints, Ints]]

TRANSFORMS: Mapping[str, tuple[bool, Turn]] = MappingProxyType(
    {
        "None": (False, lambda x, y, w, h: (x, y)),
        "Rotate CC 90": (True, lambda x, y, w, h: (y, w - 1 - x)),
        "Rotate CW 90": (True, lambda x, y, w, h: (h - 1 - y, x)),
        "Rotate 180": (False, lambda x, y, w, h: (w - 1 - x, h - 1 - y)),
        "Flip Vertical": (False, lambda x, y, w, h: (x, h - 1 - y)),
        "Flip Horizontal": (False, lambda x, y, w, h: (w - 1 - x, y)),
        "Rotate CC 90 Flip Horizontal": (True, lambda x, y, w, h: (h - 1 - y, w - 1 - x)),
        "Rotate CW 90 Flip Horizontal": (True, lambda x, y, w, h: (y, x)),
    }
)
"""Transform -> whether width and height change places, and where on the painted grid a cell of the model looks."""


def _layer_buffer(place: RowPlace, buffer: Buffer, settings: LayerSettings) -> LayerBuffer:
    swap, turn = TRANSFORMS.get(settings.transform, TRANSFORMS["None"])
    x, y = turn(buffer.x, buffer.y, buffer.width, buffer.height)
    width, height = (buffer.height, buffer.width) if swap else (buffer.width, buffer.height)
    inside = np.ones(len(x), dtype=bool)
    if settings.sub_buffer != SubBuffer():
        x, y, inside, width, height = _cut(x, y, width, height, settings.sub_buffer)
    nodes = np.searchsorted(place.nodes, buffer.node).astype(np.int32)
    known = (nodes < len(place.nodes)) & (place.nodes[np.minimum(nodes, len(place.nodes) - 1)] == buffer.node)
    cells = np.full(len(place.nodes), ELSEWHERE, dtype=np.int32)
    half = np.zeros(len(place.nodes), dtype=np.uint8)
    cells[nodes[known]] = OUTSIDE
    use = known & inside & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    cells[nodes[use]] = y[use] * width + x[use]
    half[nodes[use]] = halves(x[use], y[use], width, height)
    shown = np.unique(cells[cells >= 0]).astype(np.int64)
    spots = np.where(cells >= 0, np.searchsorted(shown, cells), cells).astype(np.int32)
    key = zlib.crc32(shown.tobytes())
    return LayerBuffer(width, height, cells, half, (nodes[use], x[use], y[use]), shown, spots, key)


def _cut(x: Ints, y: Ints, width: int, height: int, sub: SubBuffer) -> tuple[Ints, Ints, NDArray[np.bool_], int, int]:
    left, right = sorted((sub.x1, sub.x2))
    bottom, top = sorted((sub.y1, sub.y2))
    # Cells that are cut by the edge belong to the part.
    x1, x2 = math.floor(left * width / 100.0), math.ceil(right * width / 100.0)
    y1, y2 = math.floor(bottom * height / 100.0), math.ceil(top * height / 100.0)
    x2, y2 = max(x2, x1 + 1), max(y2, y1 + 1)
    inside = (x >= x1) & (x < x2) & (y >= y1) & (y < y2)
    return x - np.int32(x1), y - np.int32(y1), inside, x2 - x1, y2 - y1
