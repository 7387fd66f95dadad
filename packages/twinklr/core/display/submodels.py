"""Submodels: named parts of a prop, from ranges of its nodes or from a rectangle of its buffer."""

from __future__ import annotations

import numpy as np

from twinklr.core.display.display import Buffer, Submodel
from twinklr.core.display.shapes.shape import Ints, ints
from twinklr.core.xlights import SubmodelElement

MAX_CELLS = 25_000_000
"""Cells of one submodel's buffer; one that asks for more stays dark."""

MAX_LINE = 20_000
"""Entries of one line that are read beyond four for each node of the prop; longer ranges are taken for damage."""


def range_nodes(text: str, limit: int = 1_000_000) -> Ints:
    """Node indexes of a range text, 0-based, -1 for a gap.

    Args:
        text: Ranges and single nodes, 1-based, between commas.
        limit: Entries that are read at most.

    Example:
        >>> range_nodes("1-3,,6-5").tolist()
        [0, 1, 2, -1, 5, 4]
    """
    parts: list[Ints] = []
    total = 0
    for entry in text.split(","):
        first, dash, last = entry.strip().partition("-")
        low, high = _number(first), _number(last) if dash else _number(first)
        if low < 1 or high < 1:
            low = high = 0
        total += abs(high - low) + 1
        if total > limit:
            break
        step = 1 if low <= high else -1
        parts.append(ints(np.arange(low - 1, high - 1 + step, step)))
    return np.concatenate(parts) if parts else ints([])


def _number(text: str) -> int:
    stripped = text.strip()
    return int(stripped) if stripped.isdecimal() and len(stripped) < 7 else 0


def submodel(element: SubmodelElement, parent: Buffer, node_count: int) -> Submodel:
    """A submodel with its buffer; nodes are those of the parent's buffer.

    Args:
        element: The submodel in the layout.
        parent: The whole prop's default buffer, with node indexes within the prop.
        node_count: Nodes of the prop.
    """
    if element.kind == "subbuffer":
        return Submodel(element.name, _window(element.sub_buffer, parent))
    if element.buffer_style == "Keep XY":
        return Submodel(element.name, _in_place(element, parent, node_count))
    return Submodel(element.name, _lined_up(element, node_count))


def _lines(element: SubmodelElement, node_count: int) -> list[Ints]:
    limit = MAX_LINE + 4 * node_count
    return [range_nodes(line, limit) for line in element.lines]


def _lined_up(element: SubmodelElement, node_count: int) -> Buffer:
    """Each line a row (horizontal) or a column (vertical) of its own, gaps kept."""
    lines = _lines(element, node_count)
    longest = max((len(line) for line in lines), default=1)
    along = np.concatenate([np.arange(len(line)) for line in lines]) if lines else np.zeros(0)
    across = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    node = np.concatenate(lines) if lines else np.zeros(0, dtype=np.int32)
    lit = (node >= 0) & (node < node_count)
    horizontal = element.layout != "vertical"
    x, y = (along, across) if horizontal else (across, along)
    width, height = (longest, len(lines)) if horizontal else (len(lines), longest)
    if width * height > MAX_CELLS:
        return Buffer(1, 1, ints([]), ints([]), ints([]))
    return Buffer(max(1, width), max(1, height), ints(x[lit]), ints(y[lit]), ints(node[lit]))


def _in_place(element: SubmodelElement, parent: Buffer, node_count: int) -> Buffer:
    """The nodes at the cells they have in the parent, moved to the corner."""
    lines = _lines(element, node_count)
    node = np.concatenate(lines) if lines else np.zeros(0, dtype=np.int32)
    chosen = np.zeros(node_count, dtype=bool)
    chosen[node[(node >= 0) & (node < node_count)]] = True
    return _moved_to_corner(parent, chosen[parent.node])


def _moved_to_corner(parent: Buffer, keep: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Buffer:
    if not keep.any():
        return Buffer(1, 1, ints([]), ints([]), ints([]))
    x, y = parent.x[keep], parent.y[keep]
    x, y = x - x.min(), y - y.min()
    return Buffer(int(x.max()) + 1, int(y.max()) + 1, ints(x), ints(y), parent.node[keep])


def _window(text: str, parent: Buffer) -> Buffer:
    """The part of the parent's buffer inside a rectangle ``x1xy1xx2xy2`` in percent."""
    numbers = []
    for part in text.split("x"):
        try:
            numbers.append(min(max(float(part), -1e6), 1e6))
        except ValueError:
            numbers.append(0.0)
    x1, y1, x2, y2 = numbers if len(numbers) == 4 else (0.0, 0.0, 100.0, 100.0)
    left, right = sorted((x1 * (parent.width - 1) / 100.0, x2 * (parent.width - 1) / 100.0))
    low, high = sorted((y1 * (parent.height - 1) / 100.0, y2 * (parent.height - 1) / 100.0))
    inside = (parent.x >= left) & (parent.x <= right) & (parent.y >= low) & (parent.y <= high)
    return _moved_to_corner(parent, inside)
