"""Painting by node: ranges of a model's nodes as cells of the buffer, and colours of a face or state definition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import parse_hex
from twinklr.core.display.submodels import range_nodes
from twinklr.core.effects.call import EffectCall, Pixels

Cells = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of cells."""


def cells_of(call: EffectCall, ranges: str) -> Cells:
    """Cells of the nodes a range text ("1-12,20") names; numbers the model does not have are left out."""
    nodes = call.surroundings.node_cells
    found = [cell for node in range_nodes(ranges) if 0 <= node < len(nodes) for cell in nodes[node]]
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    cells = np.array(found, dtype=np.int64)
    inside = (cells[:, 0] >= 0) & (cells[:, 0] < call.height) & (cells[:, 1] >= 0) & (cells[:, 1] < call.width)
    return cells[inside, 0], cells[inside, 1]


def own_color(definition: dict[str, str], key: str) -> NDArray[np.uint8] | None:
    """The colour a definition forces for one of its parts, white where it names none; None where the palette rules."""
    if definition.get("CustomColors") != "1":
        return None
    try:
        return np.array(parse_hex(definition.get(f"{key}-Color", "")), dtype=np.uint8)
    except ValueError:
        return np.full(3, 255, dtype=np.uint8)


def paint_cells(
    pixels: Pixels,
    frames: NDArray[np.int64],
    cells: Cells,
    colors: NDArray[np.uint8],
    alpha: NDArray[np.uint8] | int = 255,
) -> None:
    """Give cells a colour on some frames: ``colors`` is ``(3,)`` or ``(frames, 3)``, ``alpha`` one or one each."""
    rows, columns = cells
    if not len(rows) or not len(frames):
        return
    painted = np.broadcast_to(colors if colors.ndim == 1 else colors[:, None, :], (len(frames), len(rows), 3))
    pixels[frames[:, None], rows[None], columns[None], :3] = painted
    pixels[frames[:, None], rows[None], columns[None], 3] = np.asarray(alpha, dtype=np.uint8).reshape(-1, 1)
