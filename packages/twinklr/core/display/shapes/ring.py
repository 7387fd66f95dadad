"""Round and framed models: circles, wreaths, stars, spinners and window frames."""

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


def circle(
    layers: list[int], left: bool = True, bottom: bool = True, center_percent: float = 0.0, inside_out: bool = False
) -> Shape:
    """Rings around each other: a row of the buffer for each, short ones stretched to the longest.

    Args:
        layers: Nodes of each ring, the innermost first, as xLights lists them.
        left: Runs clockwise.
        bottom: Starts at six o'clock.
        center_percent: Radius of the innermost ring in percent of the outermost.
        inside_out: The wire starts at the innermost ring, not at the outermost.
    """
    longest = max(layers)
    outer = longest / 2.0
    inner = outer * center_percent / 100.0 if len(layers) > 1 else outer
    wire = list(range(len(layers))) if inside_out else list(range(len(layers) - 1, -1, -1))
    places: list[Floats] = []
    columns = []
    for layer in wire:
        index = np.arange(layers[layer])
        radius = inner + (outer - inner) * layer / max(1, len(layers) - 1)
        angle = (-np.pi if bottom else 0.0) + (1.0 if left else -1.0) * 2.0 * np.pi * index / max(1, layers[layer])
        places.append(points(radius * np.sin(angle), radius * np.cos(angle)))
        columns.append(ints(index * longest // max(1, layers[layer])))
    sizes = [layers[layer] for layer in wire]
    rows = np.repeat(wire, sizes)
    shape = one_cell_per_node(longest, len(layers), np.concatenate(columns), rows, np.concatenate(places))
    return replace(shape, strands=strands_of_lengths(sizes), render_width=outer * 2.0)


def wreath(nodes: int, left: bool = True, bottom: bool = True) -> Shape:
    """A ring drawn in a square buffer, so that effects cross it instead of running along it."""
    size = nodes // 2 + 1
    offset = nodes // 4
    part = (0.5 if bottom else 0.0) + (1.0 if left else -1.0) * np.arange(nodes) / max(1, nodes)
    x, y = offset * np.sin(part * 2.0 * np.pi), offset * np.cos(part * 2.0 * np.pi)
    columns, rows = ints(np.floor(x + 0.5)) + offset, ints(np.floor(y + 0.5)) + offset
    shape = one_cell_per_node(size, size, columns, rows, points(x, y))
    return replace(shape, strands=equal_strands(1, nodes))


@dataclass(frozen=True, slots=True)
class StarForm:
    """A star's outline and where its wire starts.

    Attributes:
        arms: Number of points.
        ratio: Radius of the points over radius of the notches.
        center_percent: Size of the innermost of several layers in percent of the outermost; negative: by their
            numbers of lights.
        start: Corner the wire starts at: ``"Top"``, ``"Bottom"`` (the corner at six o'clock), ``"Left"`` or
            ``"Right"`` (the lowest point on that side).
        clockwise: Which way the wire runs.
    """

    arms: int = 5
    ratio: float = 2.618034
    center_percent: float = -1.0
    start: str = "Bottom"
    clockwise: bool = True


def star(layers: list[int], form: StarForm) -> Shape:
    """Stars within each other on a square buffer one cell wider than the longest layer has lights.

    Args:
        layers: Nodes of each layer, the innermost first; the wire starts at the outermost.
        form: Outline and start.
    """
    longest = _star_lights(layers, form)
    center = form.center_percent / 100.0 if form.center_percent >= 0 else min(layers) / longest
    wire = range(len(layers) - 1, -1, -1)
    places = []
    for layer in wire:
        reach = center + (1.0 - center) * layer / (len(layers) - 1) if len(layers) > 1 else 1.0
        # The points reach half a cell beyond the middle of the outer cells.
        places.append(_star_outline(layers[layer], (longest + 1) / 2.0 * reach, form))
    local = np.concatenate(places)
    # Seen in rendered light: the star sits one cell below the middle of its buffer.
    middle = np.array([longest / 2.0, longest / 2.0 - 1.0])
    cells = ints(np.clip(np.floor(local[:, :2] + middle + 1e-6), 0, longest))
    shape = one_cell_per_node(longest + 1, longest + 1, cells[:, 0], cells[:, 1], local)
    return replace(shape, strands=strands_of_lengths([layers[layer] for layer in wire]))


def _star_lights(layers: list[int], form: StarForm) -> int:
    """Lights that the buffer is sized for: the longest layer's, more where two layers lie close together.

    Seen in xLights: an inner layer of 30 lights at 68 % of an outer one of 40 asks for the 45 lights that an outer
    layer as dense as the inner one would have; three layers (30, 50, 70 from 33 %) take the longest.
    """
    longest = max(layers)
    if len(layers) == 2 and form.center_percent > 0:
        return max(longest, int(np.ceil(layers[0] * 100.0 / form.center_percent)))
    return longest


def _star_outline(size: int, radius: float, form: StarForm) -> Floats:
    """Lights evenly by number over the segments between points and notches, counted clockwise from the top point."""
    corners = 2 * form.arms
    angle = np.arange(corners + 1) * 2.0 * np.pi / corners
    reach = np.where(np.arange(corners + 1) % 2 == 0, radius, radius / max(form.ratio, 1e-3))
    first = {"Top": 0, "Bottom": form.arms, "Right": 2 * ((form.arms - 1) // 2), "Left": 2 * ((form.arms + 2) // 2)}
    step = corners * np.arange(size) / max(1, size)
    along = (first[form.start] + (step if form.clockwise else -step)) % corners
    x = np.interp(along, np.arange(corners + 1), reach * np.sin(angle))
    y = np.interp(along, np.arange(corners + 1), reach * np.cos(angle))
    return points(x, y)


@dataclass(frozen=True, slots=True)
class SpinnerForm:
    """Arms of a spinner.

    Attributes:
        arms: Number of arms of all strings.
        nodes: Nodes of one arm.
        start_deg: Turn of the first arm.
        arc_deg: How much of the full circle the arms take.
        hollow: Size of the empty middle in percent.
        left: Arms follow each other anticlockwise.
        from_rim: Every arm starts at the rim.
        zig_zag: Every second arm starts at the other end.
        alternate: The wire takes every second node out and the others back.
    """

    arms: int
    nodes: int
    start_deg: float = 0.0
    arc_deg: float = 360.0
    hollow: float = 20.0
    left: bool = True
    from_rim: bool = True
    zig_zag: bool = False
    alternate: bool = False


def spinner(form: SpinnerForm) -> Shape:
    """Arms around a middle: a column of the buffer for each arm, the rim at the bottom."""
    index = np.arange(form.arms * form.nodes)
    arm, step = index // form.nodes, index % form.nodes
    if form.alternate:
        step = np.where(step + 1 <= (form.nodes + 1) // 2, step * 2, (form.nodes - step - 1) * 2 + 1)
    turned = (arm % 2 == 1) & form.zig_zag
    out = np.where(turned == form.from_rim, form.nodes - 1 - step, step)
    turn = form.arc_deg / form.arms * arm
    angle = np.radians(270.0 + form.start_deg + (turn if form.left else -turn))
    # Buffer rows count from the wire's start; "B" starts at the rim.
    radius = 0.5 + form.nodes - 1 - out + 2.0 * form.hollow * form.nodes / 100.0
    column = arm if form.left else form.arms - 1 - arm
    local = points(radius * np.cos(angle), radius * np.sin(angle))
    width = 2.0 * (form.nodes + 2.0 * form.hollow * form.nodes / 100.0) + 1.0
    shape = one_cell_per_node(form.arms, form.nodes, column, out, local, width)
    return replace(shape, strands=equal_strands(form.arms, form.nodes))


def window_frame(
    top: int, side: int, bottom: int, left: bool = True, from_bottom: bool = True, clockwise: bool = True
) -> Shape:
    """A frame of lights around a window, one wire from one of its corners.

    The wire begins with the light in the corner. Where it sets out along the top or the bottom, these two have the
    corner lights, else the sides have them.

    Args:
        top: Nodes along the top.
        side: Nodes along each side.
        bottom: Nodes along the bottom.
        left: The wire starts at a left corner.
        from_bottom: The wire starts at a bottom corner.
        clockwise: The wire runs clockwise.
    """
    width, height = max(top, bottom) + 2, max(1, side)
    flat_first = clockwise != (left == from_bottom)
    edges = {
        "left": _frame_side(0, side, flat_first, upward=clockwise),
        "top": _frame_row(height - 1, top, width, flat_first, rightward=clockwise),
        "right": _frame_side(width - 1, side, flat_first, upward=not clockwise),
        "bottom": _frame_row(0, bottom, width, flat_first, rightward=not clockwise),
    }
    order = list(edges) if clockwise else list(reversed(edges))
    first = {
        (True, True): "left" if clockwise else "bottom",
        (True, False): "top" if clockwise else "left",
        (False, False): "right" if clockwise else "top",
        (False, True): "bottom" if clockwise else "right",
    }[(left, from_bottom)]
    at = order.index(first)
    x, y, across = np.concatenate([edges[name] for name in order[at:] + order[:at]], axis=1)
    places = points(np.where(across < 0, (x > 0) - 0.5, across - 0.5) * width, y - (height - 1) / 2.0)
    return one_cell_per_node(width, height, x, y, places)


def _frame_side(column: int, side: int, flat_first: bool, upward: bool) -> Floats:
    """Column, row and -1 for each light of a side, in wire order."""
    rows = np.arange(1, side - 1) if flat_first else np.arange(side)
    rows = rows if upward else rows[::-1]
    return np.stack([np.full(len(rows), column), rows, np.full(len(rows), -1)]).astype(np.float64)


def _frame_row(row: int, count: int, width: int, flat_first: bool, rightward: bool) -> Floats:
    """Column, row and place across (0 to 1) for each light of the top or the bottom, in wire order."""
    corners = 2 if flat_first else 0
    index = np.arange(count + corners)
    step = (width + corners) / (count + corners + 1.0) if count else width - 1.0
    # A light between two columns takes the one it has just passed.
    column = np.floor(index * step + 1e-6) + (0 if flat_first else 1)
    gap = 1.0 / width if count + corners == 1 else 1.0 / (count + 1.0)
    across = (index + (0 if flat_first else 1)) * gap
    if not rightward:
        column, across = width - 1 - column, 1.0 - across
    return np.stack([column, np.full(len(index), row), across]).astype(np.float64)
