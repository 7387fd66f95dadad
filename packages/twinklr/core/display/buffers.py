"""`buffers_of`: the buffers that an effect on a row paints, for every buffer style of xLights.

A style is a row of a table: `_MODEL_STYLES` for what runs on one part (a model, a submodel, a strand, a group taken
as one), `_GROUP_STYLES` for what a group makes of its members. Styles named "Per Model ..." run the effect on each
member on its own, so they give a buffer for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from twinklr.core.display.display import Buffer, Display, Group, Prop
from twinklr.core.display.preview_buffer import placed_buffer, preview_buffer, whole_preview_buffer
from twinklr.core.display.shapes.shape import Floats, Ints, ints

MAX_GROUP_NODES = 5_000_000
"""Nodes of a group, repeats counted; one with more takes each member once."""

_Key = tuple[str, str, str | None, str | None, int]
_memo: WeakKeyDictionary[Display, dict[_Key, list[Buffer]]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """Something an effect can run on as one: its default buffer, its nodes in order, its strands and its lights.

    Attributes:
        buffer: Default buffer.
        nodes: Global nodes in order, as often as they are in it.
        strands: Global nodes of each strand.
        places: ``(points, 2)`` of every light in the layout file's coordinates.
        place_nodes: Global node of each light.
        grid_size: ``GridSize`` of a group; None for anything else.
    """

    buffer: Buffer
    nodes: Ints
    strands: tuple[Ints, ...]
    places: Floats
    place_nodes: Ints
    grid_size: int | None = None


def buffers_of(
    display: Display,
    row_name: str,
    *,
    style: str = "Default",
    submodel: str | None = None,
    strand: str | int | None = None,
    camera: str = "2D",
    stagger: int = 0,
) -> list[Buffer]:
    """Buffers of a row of a sequence.

    Args:
        display: The display.
        row_name: Model or group.
        style: xLights' buffer style ("Per Preview", "Horizontal Stack", "Per Model Default" ...); an unknown one
            counts as "Default", as in xLights.
        submodel: Name of one of the model's submodels, for a submodel row.
        strand: Index of one of the model's strands, for a strand row.
        camera: Viewpoint of "Per Preview"; only the straight view from the front ("2D") is known, others give the same.
        stagger: Cells by which each member of a stack is moved against the one before it.

    Returns:
        One buffer, or one for each member for the styles that run per model. Node indexes are those of the display.

    Raises:
        KeyError: If there is no such model, group, submodel or strand.
    """
    del camera  # named by the contract; every saved viewpoint is shown from the front
    memo = _memo.setdefault(display, {})
    key = (row_name, style, submodel, None if strand is None else str(strand), stagger)
    found = memo.get(key)
    if found is None:
        found = _make(display, row_name, style, submodel, key[3])
        if stagger and style in _STACKS and display.has_group(row_name):
            found = [_staggered(display, display.group(row_name), buffer, style, stagger) for buffer in found]
        memo[key] = found
    return found


_STACKS = ("Horizontal Stack", "Vertical Stack")


def _staggered(display: Display, group: Group, buffer: Buffer, style: str, stagger: int) -> Buffer:
    """A stack whose members are moved against each other, across the direction in which they are stacked.

    A negative stagger moves the first members most, and out of the buffer where there is no room below.
    """
    upright = style == "Vertical Stack"
    if upright:
        buffer = _turned(buffer)
    parts = [_member_part(display, name) for name in _direct_members(display, group)]
    count = len(group.members)
    places = [(count - 1 - index if stagger < 0 else index) * stagger for index in range(len(parts))]
    moved = np.repeat(places, [len(part.buffer.node) for part in parts])
    heights = [
        (part.buffer.width if upright else part.buffer.height) + place
        for part, place in zip(parts, places, strict=True)
    ]
    found = Buffer(buffer.width, max(1, *heights), buffer.x, ints(buffer.y + moved), buffer.node)
    return _turned(found) if upright else found


def _make(display: Display, name: str, style: str, submodel: str | None, strand: str | None) -> list[Buffer]:
    if submodel is not None:
        return [_one(_submodel_part(display, display.prop(name), submodel), style)]
    if strand is not None:
        return [_one(_strand_part(display, display.prop(name), int(strand)), style)]
    if display.has_prop(name):
        return [_one(_prop_part(display, display.prop(name)), style)]
    return _group_buffers(display, display.group(name), style)


def _one(part: _Part, style: str) -> Buffer:
    return _MODEL_STYLES.get(style, _default)(part)


def _group_buffers(display: Display, group: Group, style: str) -> list[Buffer]:
    if style == "Default":
        style = _LAYOUT_STYLES.get(group.layout, group.layout)
    if style.startswith("Per Model"):
        deep = style.endswith(" Deep")
        names = group.leaves if deep else _direct_members(display, group)
        inner = style.removeprefix("Per Model").removesuffix(" Deep").strip() or "Default"
        return [_one(_member_part(display, name), inner) for name in names] or [_EMPTY]
    if (joined := _GROUP_STYLES.get(style)) is not None:
        parts = [_member_part(display, name) for name in _direct_members(display, group)]
        return [joined(parts) if parts else _EMPTY]
    part = _group_part(display, group)
    if style == "Default Model As A Pixel":
        return [_models_as_pixels(part, [_member_part(display, name) for name in _direct_members(display, group)])]
    return [_one(part, style)]


def _models_as_pixels(group: _Part, members: Sequence[_Part]) -> Buffer:
    """The group's "Per Preview" buffer where all lights of a member share the cell in their middle."""
    buffer = _per_preview(group)
    x, y = buffer.x.copy(), buffer.y.copy()
    for member in members:
        own = np.isin(buffer.node, member.nodes)
        if own.any():
            x[own], y[own] = int(buffer.x[own].mean()), int(buffer.y[own].mean())
    return Buffer(buffer.width, buffer.height, x, y, buffer.node)


def _direct_members(display: Display, group: Group) -> list[str]:
    """Members that are on: groups, models and submodels of active models."""
    return [
        member
        for member in group.members
        if display.has_group(member) or display.prop(_model_of(display, member)).active
    ]


def _model_of(display: Display, leaf: str) -> str:
    return leaf if display.has_prop(leaf) else leaf.partition("/")[0]


def _member_part(display: Display, name: str) -> _Part:
    if display.has_prop(name):
        return _prop_part(display, display.prop(name))
    if display.has_group(name):
        return _group_part(display, display.group(name))
    model, _, part = name.partition("/")
    return _submodel_part(display, display.prop(model), part)


def _places(display: Display, prop: Prop) -> Floats:
    places: Floats = prop.points[:, :2].astype(np.float64) - np.array([display.x_origin, 0.0])
    return places


def _prop_part(display: Display, prop: Prop) -> _Part:
    nodes = ints(np.arange(prop.first_node, prop.first_node + prop.node_count))
    strands = tuple(ints(np.asarray(strand) + prop.first_node) for strand in prop.strands)
    return _Part(prop.buffer, nodes, strands, _places(display, prop), prop.buffer.node)


def _submodel_part(display: Display, prop: Prop, name: str) -> _Part:
    buffer = next((part.buffer for part in prop.submodels if part.name == name), None)
    if buffer is None:
        raise KeyError(f"{prop.name}/{name}")
    rows = buffer.y if len(np.unique(buffer.y)) <= len(np.unique(buffer.x)) else buffer.x
    strands = tuple(buffer.node[rows == row] for row in np.unique(rows))
    # A node that several lines name is one node with several cells; its first place counts.
    nodes = buffer.node[np.sort(np.unique(buffer.node, return_index=True)[1])]
    inside = np.zeros(prop.node_count, dtype=bool)
    inside[nodes - prop.first_node] = True
    lights = inside[prop.buffer.node - prop.first_node]
    return _Part(buffer, nodes, strands, _places(display, prop)[lights], prop.buffer.node[lights])


def _strand_part(display: Display, prop: Prop, index: int) -> _Part:
    if not 0 <= index < len(prop.strands):
        raise KeyError(f"{prop.name} strand {index}")
    nodes = ints(np.asarray(prop.strands[index], dtype=np.int64) + prop.first_node)
    lights = np.isin(prop.buffer.node, nodes)
    return _Part(_row_of(nodes), nodes, (nodes,), _places(display, prop)[lights], prop.buffer.node[lights])


def _group_part(display: Display, group: Group) -> _Part:
    """A group taken as one: all its leaves' lights, in a buffer by its layout."""
    names: Sequence[str] = group.leaves
    if sum(display.prop(_model_of(display, leaf)).node_count for leaf in names) > MAX_GROUP_NODES:
        names = list(dict.fromkeys(names))
    leaves = [_member_part(display, leaf) for leaf in names]
    fixtures = [display.prop(_model_of(display, leaf)).display_as.startswith("Dmx") for leaf in group.leaves]
    if fixtures and all(fixtures):
        return _fixture_part(leaves)
    places = np.concatenate([np.zeros((0, 2)), *(leaf.places for leaf in leaves)])
    place_nodes = ints(np.concatenate([np.zeros(0), *(leaf.place_nodes for leaf in leaves)]))
    nodes = ints(np.concatenate([np.zeros(0), *(leaf.nodes for leaf in leaves)]))
    strands = tuple(strand for leaf in leaves for strand in leaf.strands)
    if group.layout == "grid":
        buffer = whole_preview_buffer(places, place_nodes, group.grid_size, display.preview_size)
    else:
        buffer = placed_buffer(places, place_nodes, group.grid_size, group.center_offset, group.center)
    return _Part(buffer, nodes, strands, places, place_nodes, group.grid_size)


def _fixture_part(leaves: Sequence[_Part]) -> _Part:
    """Fixtures alone have no place in a group's buffer: xLights gives them all one cell of a buffer of 2 x 2."""
    nodes = ints(np.concatenate([leaf.nodes for leaf in leaves]))
    zero = ints(np.zeros(len(nodes)))
    places = np.concatenate([leaf.places for leaf in leaves])
    place_nodes = ints(np.concatenate([leaf.place_nodes for leaf in leaves]))
    strands = tuple(strand for leaf in leaves for strand in leaf.strands)
    return _Part(Buffer(2, 2, zero, zero, nodes), nodes, strands, places, place_nodes)


_EMPTY = Buffer(1, 1, ints([]), ints([]), ints([]))


def _default(part: _Part) -> Buffer:
    return part.buffer


def _row_of(nodes: Ints) -> Buffer:
    """All nodes side by side."""
    count = len(nodes)
    return Buffer(max(1, count), 1, ints(np.arange(count)), ints(np.zeros(count)), nodes)


def _single_line(part: _Part) -> Buffer:
    return _row_of(part.nodes)


def _as_pixel(part: _Part) -> Buffer:
    zero = ints(np.zeros(len(part.nodes)))
    return Buffer(1, 1, zero, zero, part.nodes)


def _per_preview(part: _Part) -> Buffer:
    return preview_buffer(part.places, part.place_nodes, part.grid_size)


def _columns(lines: Sequence[Ints], stretched: bool = False) -> Buffer:
    """Each line of nodes a column, from the bottom up; ``stretched`` spreads each over the whole height."""
    if not lines:
        return _EMPTY
    lengths = [len(line) for line in lines]
    longest = max(1, *lengths)
    x = np.repeat(np.arange(len(lines)), lengths)
    steps = [np.arange(length) * longest // max(1, length) if stretched else np.arange(length) for length in lengths]
    return Buffer(len(lines), longest, ints(x), ints(np.concatenate(steps)), ints(np.concatenate(lines)))


def _pixels_in_a_row(parts: Sequence[_Part]) -> Buffer:
    """Each member one pixel, side by side."""
    columns = _columns([part.nodes for part in parts])
    return Buffer(columns.width, 1, columns.x, ints(np.zeros(len(columns.y))), columns.node)


def _turned(buffer: Buffer) -> Buffer:
    return Buffer(buffer.height, buffer.width, buffer.y, buffer.x, buffer.node)


def _joined(parts: Sequence[_Part], place: Callable[[Buffer], tuple[Ints, Ints]], width: int, height: int) -> Buffer:
    """The members' buffers, moved or stretched into one."""
    moved = [place(part.buffer) for part in parts]
    return Buffer(
        width,
        height,
        ints(np.concatenate([x for x, _ in moved])),
        ints(np.concatenate([y for _, y in moved])),
        ints(np.concatenate([part.buffer.node for part in parts])),
    )


def _stack(parts: Sequence[_Part], scaled: bool) -> Buffer:
    """Members side by side; ``scaled`` stretches each to the largest width and height of them."""
    width = max(part.buffer.width for part in parts)
    height = max(part.buffer.height for part in parts)
    left = 0
    xs, ys = [], []
    for part in parts:
        own = part.buffer
        xs.append(left + (own.x * width // own.width if scaled else own.x))
        ys.append(own.y * height // own.height if scaled else own.y)
        left += width if scaled else own.width
    nodes = np.concatenate([part.buffer.node for part in parts])
    return Buffer(left, height, ints(np.concatenate(xs)), ints(np.concatenate(ys)), ints(nodes))


def _vertical_stack(parts: Sequence[_Part], scaled: bool) -> Buffer:
    """Members on top of each other, the first at the bottom."""
    turned = [_Part(_turned(part.buffer), part.nodes, part.strands, part.places, part.place_nodes) for part in parts]
    return _turned(_stack(turned, scaled))


def _overlay(parts: Sequence[_Part], scaled: bool) -> Buffer:
    """Members on top of each other, centred, or stretched to the largest."""
    width = max(part.buffer.width for part in parts)
    height = max(part.buffer.height for part in parts)

    def centred(own: Buffer) -> tuple[Ints, Ints]:
        return ints(own.x + (width - own.width) // 2), ints(own.y + (height - own.height) // 2)

    def stretched(own: Buffer) -> tuple[Ints, Ints]:
        return ints(own.x * width // own.width), ints(own.y * height // own.height)

    return _joined(parts, stretched if scaled else centred, width, height)


def _strand_lines(parts: Sequence[_Part]) -> list[Ints]:
    return [strand for part in parts for strand in part.strands]


_MODEL_STYLES: dict[str, Callable[[_Part], Buffer]] = {
    "Default": _default,
    "Per Preview": _per_preview,
    "Single Line": _single_line,
    "As Pixel": _as_pixel,
    "Horizontal Per Strand": lambda part: _columns(part.strands, stretched=True),
    "Vertical Per Strand": lambda part: _turned(_columns(part.strands, stretched=True)),
}

_GROUP_STYLES: dict[str, Callable[[Sequence[_Part]], Buffer]] = {
    "Horizontal Per Model": lambda parts: _columns([part.nodes for part in parts]),
    "Vertical Per Model": lambda parts: _turned(_columns([part.nodes for part in parts])),
    "Horizontal Stack": lambda parts: _stack(parts, scaled=False),
    "Vertical Stack": lambda parts: _vertical_stack(parts, scaled=False),
    "Horizontal Stack - Scaled": lambda parts: _stack(parts, scaled=True),
    "Vertical Stack - Scaled": lambda parts: _vertical_stack(parts, scaled=True),
    "Horizontal Per Model/Strand": lambda parts: _columns(_strand_lines(parts), stretched=True),
    "Vertical Per Model/Strand": lambda parts: _turned(_columns(_strand_lines(parts), stretched=True)),
    "Overlay - Centered": lambda parts: _overlay(parts, scaled=False),
    "Overlay - Scaled": lambda parts: _overlay(parts, scaled=True),
    "Single Line Model As A Pixel": _pixels_in_a_row,
}

_LAYOUT_STYLES = {
    "minimalGrid": "Default",
    "grid": "Default",
    "perModelDefault": "Per Model Default",
    "horizontal": "Horizontal Per Model",
    "vertical": "Vertical Per Model",
}
"""A group's ``layout`` -> the style its "Default" stands for; other layouts are style names themselves."""
