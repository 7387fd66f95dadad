"""A model of the layout -> its `Shape`: one row of `BUILDERS` for each model type."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from twinklr.core.display.shapes import custom as custom_shapes
from twinklr.core.display.shapes import line, matrix, ring
from twinklr.core.display.shapes.shape import Floats, Shape, ints, one_cell_per_node, one_node_per_string, points
from twinklr.core.xlights import ModelElement, node_count, string_type
from twinklr.core.xlights.counts import layer_sizes, segment_nodes

MAX_STAR_POINTS = 500
MAX_LIGHTS = 100
"""Lights of one node that are followed."""

MAX_CUSTOM_SIZE = 10_000
"""Rows or columns of a custom model's grid; cells beyond are left out."""

SUB_LAYER_SPLIT = re.compile(r"[\s,]+")


def build_shape(model: ModelElement) -> Shape:
    """The shape of a model, with as many nodes as xLights gives it.

    Returns:
        A shape without nodes for an unknown type or a model without lights.
    """
    builder = BUILDERS.get("Dmx" if model.display_as.startswith("Dmx") else model.display_as)
    wanted = node_count(model)
    if builder is None or wanted < 1:
        empty = ints(np.zeros(0))
        return Shape(1, 1, empty, empty, empty, np.zeros((0, 3)), 0, 1.0)
    shape = builder(model)
    if model.display_as in _CHANNEL_TYPES or model.display_as.startswith("Dmx"):
        return shape
    if not string_type(model).per_node and model.display_as != "Single Line":
        shape = one_node_per_string(shape, wanted)
    return _with_node_count(shape, wanted)


_CHANNEL_TYPES = frozenset({"Channel Block", "Image"})


def _with_node_count(shape: Shape, wanted: int) -> Shape:
    """Cut off, or leave without a light, what the counted nodes and the geometry do not share."""
    if shape.node_count == wanted:
        return shape
    keep = shape.node < wanted
    strands = tuple(tuple(node for node in strand if node < wanted) for strand in shape.strands)
    return replace(
        shape,
        node=shape.node[keep],
        x=shape.x[keep],
        y=shape.y[keep],
        local=shape.local[keep],
        node_count=wanted,
        strands=strands,
        slot=None if shape.slot is None else shape.slot[:wanted],
    )


def is_left(model: ModelElement) -> bool:
    """Whether the wire starts at the left (``Dir="L"``, the default)."""
    return model.parameter("Dir", "L") != "R"


def is_bottom(model: ModelElement) -> bool:
    """Whether the wire starts at the bottom (``StartSide="B"``, the default)."""
    return model.parameter("StartSide", "B") != "T"


def _wiring(model: ModelElement) -> matrix.Wiring:
    return matrix.Wiring(
        strings=max(1, model.count("NumStrings")),
        nodes=max(1, model.count("NodesPerString")),
        strands=max(1, model.count("StrandsPerString")),
        left=is_left(model),
        bottom=is_bottom(model),
        no_zig=model.flag("NoZig"),
        alternate=model.flag("AlternateNodes"),
    )


def _matrix(model: ModelElement) -> Shape:
    return matrix.matrix(_wiring(model), vertical=model.flag("Vertical"))


def _tree(model: ModelElement) -> Shape:
    form = matrix.TreeForm(
        kind=model.count("TreeType", 0),
        degrees=model.number("TreeDegrees", 360.0) or 360.0,
        rotation_deg=model.number("TreeRotation", 3.0),
        ratio=model.number("TreeBottomTopRatio", 6.0),
        perspective=model.number("TreePerspective", 0.2),
        spiral_turns=model.number("TreeSpiralRotations", 0.0),
    )
    return matrix.tree(_wiring(model), form, vertical=model.parameter("StrandDir", "Vertical") != "Horizontal")


def _sphere(model: ModelElement) -> Shape:
    latitudes = (model.number("StartLatitude", -86.0), model.number("EndLatitude", 86.0))
    return matrix.sphere(_wiring(model), model.number("Degrees", 360.0), latitudes)


def _cube(model: ModelElement) -> Shape:
    width, height, depth = (max(1, model.count(name, 1)) for name in ("CubeWidth", "CubeHeight", "CubeDepth"))
    return matrix.cube(width, height, depth, left=is_left(model), bottom=is_bottom(model))


def _single_line(model: ModelElement) -> Shape:
    strings, nodes = max(1, model.count("NumStrings")), max(1, model.count("NodesPerString"))
    if string_type(model).per_node:
        shape = line.single_line(strings * nodes)
        if not is_left(model):
            # The wire of every string starts at its far end; buffer and geometry stay.
            string, along = np.divmod(np.arange(strings * nodes), nodes)
            shape = replace(shape, slot=ints(string * nodes + nodes - 1 - along))
    else:
        # A dumb string takes one cell, however many bulbs it has; its bulbs share the string's part of the line.
        shape = line.single_line(strings)
        if nodes > 1:
            x = (np.arange(strings * nodes) + 0.5) / nodes
            owner = np.repeat(np.arange(strings), nodes)
            zero = ints(np.zeros(len(x)))
            shape = replace(shape, node=ints(owner), x=ints(owner), y=zero, local=points(x, 0.0))
    return shape


def _arches(model: ModelElement) -> Shape:
    layers = list(layer_sizes(model))
    arc, height = model.number("Arc", 180.0), model.number("Height", 1.0)
    if layers:
        shape = line.layered_arch(layers, arc, height, model.number("Hollow", 70.0), model.flag("ZigZag", True))
    else:
        count, nodes = max(1, model.count("NumArches", 1)), max(1, model.count("NodesPerArch", 1))
        shape = line.arches(count, nodes, arc, height, model.number("Gap", 0.0))
    shape = _turned(shape, is_left(model), is_bottom(model) or bool(layers))
    lean = np.radians(model.number("Angle", 0.0))
    if lean:
        x, y = shape.local[:, 0], shape.local[:, 1]
        # The arch leans about its base line, towards the viewer's left for a positive angle.
        shape = replace(shape, local=points(x - y * np.sin(lean), y * np.cos(lean)))
    return shape


def _turned(shape: Shape, left: bool, bottom: bool) -> Shape:
    """The same lights with buffer columns counted from the right, or rows from the top."""
    return replace(
        shape,
        x=shape.x if left else ints(shape.width - 1 - shape.x),
        y=shape.y if bottom else ints(shape.height - 1 - shape.y),
    )


def _canes(model: ModelElement) -> Shape:
    per_node = string_type(model).per_node
    lights = max(1, min(model.count("LightsPerNode", 1), MAX_LIGHTS))
    form = line.CaneForm(
        count=max(1, model.count("NumCanes", 1)),
        nodes=max(1, model.count("NodesPerCane", 1), 1 if per_node else lights),
        lights=lights if per_node else 1,
        height=model.number("Height", 1.0),
        stretch=model.number("CandyCaneHeight", 1.0),
        lean_deg=model.number("Angle", 0.0),
        reverse=model.flag("CandyCaneReverse"),
        sticks=model.flag("CandyCaneSticks"),
        alternate=model.flag("AlternateNodes"),
    )
    shape = line.canes(form)
    if not per_node:
        # A dumb cane is one cell, however many bulbs it has.
        return replace(shape, height=1, y=ints(shape.y * 0))
    if not is_left(model):
        # The wire comes from the right: the canes keep their order, their channels run the other way.
        cane, along = np.divmod(np.arange(shape.node_count), form.nodes)
        shape = replace(shape, slot=ints((form.count - 1 - cane) * form.nodes + along))
    return shape


def _icicles(model: ModelElement) -> Shape:
    pattern = [int(part) for part in SUB_LAYER_SPLIT.split(model.parameter("DropPattern", "3,4,5,4")) if part.isdigit()]
    total = max(1, model.count("NumStrings") * model.count("NodesPerString"))
    return line.icicles(total, pattern, is_left(model), model.flag("AlternateNodes"))


def _layers(model: ModelElement) -> list[int]:
    """Nodes of each layer, the innermost first; what is listed beyond the nodes there are is cut off."""
    left = total = max(1, model.count("NumStrings")) * max(1, model.count("NodesPerString"))
    layers = []
    for size in layer_sizes(model):
        if (size := min(size, left)) > 0:
            layers.append(size)
            left -= size
    return layers or [total]


def _circle(model: ModelElement) -> Shape:
    return ring.circle(
        _layers(model), is_left(model), is_bottom(model), model.number("CenterPercent", 0.0), model.flag("InsideOut")
    )


def _wreath(model: ModelElement) -> Shape:
    total = max(1, model.count("NumStrings")) * max(1, model.count("NodesPerString"))
    return ring.wreath(total, is_left(model), is_bottom(model))


def _star(model: ModelElement) -> Shape:
    place = model.parameter("StarStartLocation", "")
    starts = {"Top": "Top", "Bottom": "Bottom", "Left": "Left", "Right": "Right"}
    start = starts.get(place.split(" ")[0], "Bottom" if is_bottom(model) else "Top")
    form = ring.StarForm(
        arms=min(max(2, model.count("StarPoints", 5)), MAX_STAR_POINTS),
        ratio=model.number("starRatio", 2.618034),
        center_percent=model.number("starCenterPercent", -1.0),
        start=start,
        clockwise=not place.endswith("CCW") if place else is_left(model),
    )
    return ring.star(_layers(model), form)


def _spinner(model: ModelElement) -> Shape:
    return ring.spinner(
        ring.SpinnerForm(
            arms=max(1, model.count("NumStrings")) * max(1, model.count("ArmsPerString", 1)),
            nodes=max(1, model.count("NodesPerArm", 1)),
            start_deg=model.number("StartAngle", 0.0),
            arc_deg=model.number("Arc", 360.0),
            hollow=model.number("Hollow", 20.0),
            left=is_left(model),
            from_rim=is_bottom(model),
            zig_zag=model.flag("ZigZag"),
            alternate=model.flag("Alternate") or model.flag("AlternateNodes"),
        )
    )


def _window_frame(model: ModelElement) -> Shape:
    shape = ring.window_frame(
        model.count("TopNodes"),
        model.count("SideNodes"),
        model.count("BottomNodes"),
        left=is_left(model),
        from_bottom=is_bottom(model),
        clockwise=model.parameter("Rotation", "Clockwise") == "Clockwise",
    )
    # The bulbs of a dumb string all show one cell, though the buffer keeps its size.
    return shape if string_type(model).per_node else replace(shape, x=ints(shape.x * 0), y=ints(shape.y * 0))


def _custom(model: ModelElement) -> Shape:
    compressed = model.attributes.get("CustomModelCompressed", "")
    depth = max(1, model.count("Depth", 1))
    if compressed.strip():
        cells = custom_shapes.cells_of_list(compressed)
        width, height = model.count("CustomWidth", 1), model.count("CustomHeight", 1)
    else:
        cells, width, height, depth = custom_shapes.cells_of_grid(model.attributes.get("CustomModel", ""))
    cells = cells[(cells[:, 1:] < MAX_CUSTOM_SIZE).all(axis=1)]
    width, height, depth = (min(size, MAX_CUSTOM_SIZE) for size in (width, height, depth))
    if len(cells):
        width, height = max(width, int(cells[:, 2].max()) + 1), max(height, int(cells[:, 1].max()) + 1)
        depth = max(depth, int(cells[:, 3].max()) + 1)
    shape = custom_shapes.custom(cells, width, height, depth)
    if not string_type(model).per_node and node_count(model) == 1:
        # All bulbs of one dumb string show one cell.
        zero = ints(np.zeros(len(shape.x)))
        shape = replace(shape, width=1, height=1, x=zero, y=zero, slot=None)
    return shape


def _poly_points(model: ModelElement) -> Floats:
    numbers = []
    for text in model.parameter("PointData", "").split(","):
        try:
            numbers.append(float(text))
        except ValueError:
            numbers.append(0.0)
    whole = np.array(numbers[: len(numbers) // 3 * 3], dtype=np.float64).reshape(-1, 3)
    count = model.count("NumPoints", len(whole))
    whole = np.nan_to_num(whole[: max(count, 1)], nan=0.0, posinf=0.0, neginf=0.0)
    return whole if len(whole) else np.zeros((1, 3))


def _poly_path(model: ModelElement) -> list[Floats]:
    corners = _poly_points(model)
    numbers = [float(part) for part in model.parameter("cPointData", "").split(",") if _is_number(part)]
    curves = {int(numbers[i]): np.array(numbers[i + 1 : i + 7]) for i in range(0, len(numbers) - 6, 7)}
    path = []
    for index in range(len(corners) - 1):
        start, end = corners[index], corners[index + 1]
        if (control := curves.get(index)) is not None:
            path.append(line.curve(start, control[:3], control[3:], end))
        else:
            path.append(np.stack([start, end]))
    return path or [np.concatenate([corners, corners])[:2]]


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e12
    except ValueError:
        return False


def _poly_line(model: ModelElement) -> Shape:
    path = _poly_path(model)
    total = max(1, model.count("NodesPerString"))
    segments = list(segment_nodes(model))
    drops = [int(part) for part in SUB_LAYER_SPLIT.split(model.parameter("DropPattern", "1")) if part.isdigit()]
    pattern = None if not any(size > 1 for size in drops) else line.drops_of(drops, sum(segments) or total)
    if pattern is not None and not segments:
        segments = []
        total = len(pattern)
    if len(segments) != len(path) or not sum(segments):
        return line.spread_by_length(path, total, pattern)
    return line.poly_line(path, segments, pattern)


def _multi_point(model: ModelElement) -> Shape:
    return line.free_points(_poly_points(model))


def _channels(model: ModelElement) -> Shape:
    return line.single_line(max(1, node_count(model)))


def _fixture(model: ModelElement) -> Shape:
    """A DMX fixture: a node for every channel, all of them in one spot."""
    count = max(1, node_count(model))
    return one_cell_per_node(count, 1, np.arange(count), 0, np.zeros((count, 3)))


BUILDERS: dict[str, Callable[[ModelElement], Shape]] = {
    "Single Line": _single_line,
    "Arches": _arches,
    "Candy Canes": _canes,
    "Matrix": _matrix,
    "Tree": _tree,
    "Sphere": _sphere,
    "Cube": _cube,
    "Star": _star,
    "Circle": _circle,
    "Wreath": _wreath,
    "Spinner": _spinner,
    "Icicles": _icicles,
    "Window Frame": _window_frame,
    "Custom": _custom,
    "Poly Line": _poly_line,
    "MultiPoint": _multi_point,
    "Channel Block": _channels,
    "Image": _channels,
    "Dmx": _fixture,
}
"""Current model type -> how its shape is made; all DMX fixtures share a row."""
