"""Lines: single lines, poly lines, free points, arches, candy canes and icicles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twinklr.core.display.shapes.shape import (
    Floats,
    Shape,
    equal_strands,
    ints,
    one_cell_per_node,
    points,
    strands_of_lengths,
)


def single_line(nodes: int) -> Shape:
    """Nodes in a row, evenly from end to end."""
    count = max(1, nodes)
    index = np.arange(count)
    step = count / (count - 1) if count > 1 else 0.0
    first = 0.0 if count > 1 else 0.5
    return one_cell_per_node(count, 1, index, 0, points(first + index * step, 0.0))


def arches(count: int, nodes: int, arc_deg: float = 180.0, height: float = 1.0, gap: float = 0.0) -> Shape:
    """Arches side by side: a row of the buffer for each arch, the first at the bottom."""
    index = np.arange(count * nodes)
    arch, along = index // nodes, index % nodes
    middle = max((nodes - 1) / 2.0, 0.5)
    pitch = 2.0 * nodes - 1.0 + gap
    start = -np.pi / 2.0 + np.radians(180.0 - arc_deg) / 2.0
    angle = start + np.radians(arc_deg) * along / (2.0 * middle)
    x = 1.0 + arch * pitch + middle * 2.0 * (np.sin(angle) - np.sin(start))
    y = nodes * (np.cos(angle) - np.cos(start)) * height
    width = count * pitch - gap
    shape = one_cell_per_node(nodes, count, along, arch, points(x, y), width)
    return replace(shape, strands=equal_strands(count, nodes))


def layered_arch(layers: list[int], arc_deg: float, height: float, hollow: float, zig_zag: bool = True) -> Shape:
    """Concentric arches on one string; a row of the buffer for each layer, the outermost at the bottom."""
    longest = max(layers)
    parts: list[Floats] = []
    columns: list[np.ndarray[tuple[int, ...], np.dtype[np.int32]]] = []
    start = -np.pi / 2.0 + np.radians(180.0 - arc_deg) / 2.0
    for layer, size in enumerate(layers):
        along = np.arange(size) / max(1, size - 1)
        if zig_zag and layer % 2:
            along = along[::-1]
        inward = 1.0 - (1.0 - hollow / 100.0) * layer / len(layers)
        angle = start + np.radians(arc_deg) * along
        x = longest + longest * inward * np.sin(angle)
        parts.append(points(x, longest * inward * (np.cos(angle) - np.cos(start)) * height))
        columns.append(ints(np.floor(along * (size - 1) * longest / size + 0.5)))
    rows = np.repeat(np.arange(len(layers)), layers)
    shape = one_cell_per_node(longest, len(layers), np.concatenate(columns), rows, np.concatenate(parts), 2.0 * longest)
    return replace(shape, strands=strands_of_lengths(layers))


CANE_GAP = 2.0
"""Room between two canes, in lights."""


@dataclass(frozen=True, slots=True)
class CaneForm:
    """A row of candy canes.

    Attributes:
        count: Canes.
        nodes: Nodes of one cane, from its foot.
        lights: Lights of one node.
        height: How far the canes stand up (xLights' ``Height``); hooks grow with it in both directions.
        stretch: A further factor on everything that goes up (``CandyCaneHeight``).
        lean_deg: Turn of each cane about its foot.
        reverse: The hooks look to the left.
        sticks: Straight, without hooks.
        alternate: The wire takes every second node up and the others down.
    """

    count: int
    nodes: int
    lights: int = 1
    height: float = 1.0
    stretch: float = 1.0
    lean_deg: float = 0.0
    reverse: bool = False
    sticks: bool = False
    alternate: bool = False


def canes(form: CaneForm) -> Shape:
    """Candy canes side by side: a column of the buffer for each cane; six ninths upright, the rest the hook."""
    node = np.repeat(np.arange(form.count * form.nodes), form.lights)
    cane, along = node // form.nodes, _drop_order(form.nodes, form.alternate)[node % form.nodes]
    light = along * form.lights + np.arange(len(node)) % form.lights
    total = form.nodes * form.lights
    wide = total / 3.0
    upright = total if form.sticks else form.nodes * 6 // 9 * form.lights
    # The hook is a half circle from the last upright light on.
    turn = np.clip((light - upright + 1) / max(1, total - upright), 0.0, 1.0) * np.pi
    side = (1.0 - np.cos(turn)) * wide / 2.0 * form.height
    foot = cane * (wide + CANE_GAP) + (wide / 2.0 if form.sticks else wide if form.reverse else 0.0)
    x = -side if form.reverse else side
    y = (np.minimum(light, max(0, upright - 1)) + np.sin(turn) * wide / 2.0) * form.height * form.stretch
    lean = np.radians(form.lean_deg)
    local = points(foot + x * np.cos(lean) - y * np.sin(lean), x * np.sin(lean) + y * np.cos(lean))
    return Shape(
        width=form.count,
        height=form.nodes,
        node=ints(node),
        x=ints(cane),
        y=ints(along),
        local=local,
        node_count=form.count * form.nodes,
        render_width=form.count * wide + (form.count - 1) * CANE_GAP,
        strands=equal_strands(form.count, form.nodes),
    )


def drops_of(pattern: list[int], total: int) -> list[int]:
    """Lengths of the drops that a number of lights makes when a pattern repeats; the last may be cut short.

    Example:
        >>> drops_of([3, 4, 5, 4], 20)
        [3, 4, 5, 4, 3, 1]
    """
    lengths = [size for size in pattern if size > 0] or [1]
    drops: list[int] = []
    left = total
    while left > 0:
        drop = min(lengths[len(drops) % len(lengths)], left)
        drops.append(drop)
        left -= drop
    return drops


def icicles(lights: int, pattern: list[int], left: bool = True, alternate: bool = False) -> Shape:
    """Icicles: a column of the buffer for each drop, lights from the top down.

    Local coordinates grow upward along a drop: hanging icicles have a negative ``Height``.
    """
    drops = drops_of(pattern, lights) or [1]
    tallest = max(drops)
    column = np.repeat(np.arange(len(drops)), drops)
    down = np.concatenate([_drop_order(size, alternate) for size in drops])
    x = column if left else len(drops) - 1 - column
    y = tallest - 1 - down
    return one_cell_per_node(len(drops), tallest, x, y, points(x, down), max(1, len(drops) - 1))


def _drop_order(size: int, alternate: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    step = np.arange(size)
    if not alternate:
        return step
    return np.where(step + 1 <= (size + 1) // 2, step * 2, (size - step - 1) * 2 + 1)


def free_points(places: Floats) -> Shape:
    """One node for each given point, in a row of the buffer."""
    count = max(1, len(places))
    local = places if len(places) else np.zeros((1, 3))
    return one_cell_per_node(count, 1, np.arange(count), 0, local)


def poly_line(path: list[Floats], segments: list[int], drops: list[int] | None = None) -> Shape:
    """Nodes along a path with a given number on each segment.

    Args:
        path: For each segment its polyline, ``(points, 3)``: two points for a straight one, more for a curve.
        segments: Nodes, or drops with a drop pattern, on each segment.
        drops: Lengths of the drops of an icicle-like poly line, one for each place; None for none.
    """
    places = [_along_path(line, count) for line, count in zip(path, segments, strict=True) if count > 0]
    return _hung(np.concatenate(places) if places else np.zeros((1, 3)), drops)


def spread_by_length(path: list[Floats], total: int, drops: list[int] | None = None) -> Shape:
    """Nodes evenly over the whole length of a path, the first at its start, the last one spacing before its end."""
    return _hung(_along_path(np.concatenate(path), max(1, total)), drops)


def _hung(anchors: Floats, drops: list[int] | None) -> Shape:
    """A node at each place, or a drop of nodes below it."""
    if drops is None:
        return free_points(anchors)
    sizes = drops[: len(anchors)]
    tallest = max(sizes)
    column = np.repeat(np.arange(len(sizes)), sizes)
    down = np.concatenate([np.arange(size) for size in sizes])
    local = anchors[column] - points(0.0, down, 0.0)
    return one_cell_per_node(len(sizes), tallest, column, tallest - 1 - down, local)


def _along_path(line: Floats, count: int) -> Floats:
    """Places of ``count`` nodes on a polyline, the first at its start, the last one spacing before its end."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    wanted = np.arange(count) * length[-1] / count
    return np.stack([np.interp(wanted, length, line[:, axis]) for axis in range(3)], axis=-1)


def curve(start: Floats, control0: Floats, control1: Floats, end: Floats, steps: int = 32) -> Floats:
    """A cubic Bezier curve as a polyline of ``steps + 1`` points."""
    t = np.linspace(0.0, 1.0, steps + 1)[:, None]
    u = 1.0 - t
    result: Floats = u**3 * start + 3.0 * u * u * t * control0 + 3.0 * u * t * t * control1 + t**3 * end
    return result
