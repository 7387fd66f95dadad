"""Custom models: nodes drawn by their user on a grid of cells, possibly in several depth layers."""

from __future__ import annotations

import numpy as np

from twinklr.core.display.shapes.shape import DEEP_TILT, Floats, Ints, Shape, ints, points

Cells = Ints
"""int32 ``(points, 4)``: 1-based node number, row from the top, column, layer."""


def cells_of_grid(text: str) -> tuple[Cells, int, int, int]:
    """Cells of a ``CustomModel`` text and its width, height and depth.

    Rows are separated by ``;``, cells by ``,``, depth layers by ``|``; an empty cell or a number below 1 is a gap.

    Example:
        >>> cells, width, height, depth = cells_of_grid("1,,2;,3,")
        >>> cells.tolist(), width, height, depth
        ([[1, 0, 0, 0], [2, 0, 2, 0], [3, 1, 1, 0]], 3, 2, 1)
    """
    found: list[tuple[int, int, int, int]] = []
    width = height = 0
    layers = text.split("|")
    for layer, plane in enumerate(layers):
        rows = plane.split(";")
        height = max(height, len(rows))
        for row, line in enumerate(rows):
            columns = line.split(",")
            width = max(width, len(columns))
            found.extend(
                (number, row, column, layer)
                for column, cell in enumerate(columns)
                if cell and (number := _number(cell)) > 0
            )
    return ints(np.array(found, dtype=np.int64).reshape(-1, 4)), width, height, len(layers)


def _number(text: str) -> int:
    stripped = text.strip()
    return int(stripped) if stripped.isdecimal() and len(stripped) < 8 else 0


def cells_of_list(text: str) -> Cells:
    """Cells of a ``CustomModelCompressed`` text: ``node,row,column[,layer];...``; broken entries are left out.

    Example:
        >>> cells_of_list("1,0,4;2,1,4,1").tolist()
        [[1, 0, 4, 0], [2, 1, 4, 1]]
    """
    found = []
    for entry in text.split(";"):
        fields = entry.split(",")
        if len(fields) in {3, 4} and all(field.strip().isdecimal() and len(field) < 8 for field in fields):
            number, row, column = (int(field) for field in fields[:3])
            if number > 0:
                found.append((number, row, column, int(fields[3]) if len(fields) == 4 else 0))
    return ints(np.array(found, dtype=np.int64).reshape(-1, 4))


def custom(cells: Cells, width: int, height: int, depth: int = 1) -> Shape:
    """A custom model: layers side by side in the buffer; local coordinates centred on the cells in use.

    A number used by several cells is one node with several lights. A number nobody uses is no node, but keeps its
    channels on the wire.
    """
    if not len(cells):
        empty = ints(np.zeros(0))
        return Shape(max(1, width * depth), max(1, height), empty, empty, empty, np.zeros((0, 3)), 0, 1.0)
    order = np.argsort(cells[:, 0], kind="stable")
    number, row, column, layer = (cells[order, i] for i in range(4))
    y = height - 1 - row
    numbers, node = np.unique(number, return_inverse=True)
    return Shape(
        width=max(1, width * depth),
        height=max(1, height),
        node=ints(node),
        x=ints(layer * width + column),
        y=ints(y),
        local=_centred(points(column, y, -layer.astype(np.float64))),
        node_count=len(numbers),
        render_width=float(width),
        slot=ints(numbers - 1),
        tilt=DEEP_TILT if depth > 1 else 0.0,
    )


def _centred(places: Floats) -> Floats:
    middle: Floats = (places.min(axis=0) + places.max(axis=0)) / 2.0
    return places - middle
