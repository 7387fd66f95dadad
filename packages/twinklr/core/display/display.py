"""`Display`: a show folder understood. Props with every node's channel, buffer cell and place, groups, and roles.

All node data lies in flat arrays over the whole display, so that a renderer works on arrays, never on objects:
node ``i`` of prop ``p`` is global node ``p.first_node + i``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.fixtures import Fixture
from twinklr.core.display.outputs import Output


def _no_points() -> NDArray[np.float32]:
    return np.zeros((0, 3), dtype=np.float32)


class Role(StrEnum):
    """What a prop is in the show, in xLights users' words."""

    MEGA_TREE = "mega_tree"
    TREE = "tree"
    MATRIX = "matrix"
    ARCH = "arch"
    CANE = "cane"
    ROOF_LINE = "roof_line"
    OUTLINE = "outline"
    WINDOW = "window"
    DOOR = "door"
    STAR = "star"
    SNOWFLAKE = "snowflake"
    SPINNER = "spinner"
    WREATH = "wreath"
    ICICLE = "icicle"
    FACE = "singing_face"
    MOVING_HEAD = "moving_head"
    FLOOD = "flood"
    PROP = "prop"


@dataclass(frozen=True, slots=True)
class RoleGuess:
    """A role with how sure it is (0..1) and why, in words for the user."""

    role: Role
    confidence: float
    reason: str


@dataclass(frozen=True, eq=False, slots=True)
class Buffer:
    """The grid of pixels an effect paints on, and which node shows which pixel.

    xLights' convention: x grows to the right, y grows upward, (0, 0) is bottom left. A cell no node shows is painted
    and thrown away; a node may show several cells (the last one wins) and a cell may be shown by several nodes.

    Attributes:
        width: Cells across.
        height: Cells up.
        x: int32 ``(points,)``, cell column of each point.
        y: int32 ``(points,)``, cell row of each point.
        node: int32 ``(points,)``, global node index that each point lights.
    """

    width: int
    height: int
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    node: NDArray[np.int32]


@dataclass(frozen=True, eq=False, slots=True)
class Submodel:
    """A named part of a prop (a spoke, a ring, an eye) with its own buffer in layout order."""

    name: str
    buffer: Buffer


@dataclass(frozen=True, eq=False, slots=True)
class Prop:
    """One model of the layout as it stands in the yard.

    Attributes:
        name: Model name in the layout.
        display_as: xLights model type, in the current spelling ("Tree", "Poly Line").
        string_type: xLights' StringType ("RGB Nodes", "Single Color Red").
        role: The guess at its role.
        first_channel: 0-based channel of its first byte in the frame.
        channel_count: Bytes it takes.
        first_node: Its first node in the display's node arrays.
        node_count: Number of nodes.
        buffer: The model's default render buffer.
        submodels: In layout order.
        strands: For each strand, the node indexes (within the prop) it holds, in order.
        faces: ``faceInfo`` definitions by name, attributes as found.
        states: ``stateInfo`` definitions by name, attributes as found.
        points: float32 ``(points, 3)``, where each point of ``buffer`` stands in the preview (a node of a dumb string
            has many lights).
        active: False for a model the user switched off: no group lights it.
        preview: The preview it belongs to ("Default", "Unassigned" ...).
        ignored: The user's overrides leave it out of the show.
        output: How its light becomes channel values: colour order, white, dimming curve.
        fixture: What its channels are for, where it is a DMX fixture.
    """

    name: str
    display_as: str
    string_type: str
    role: RoleGuess
    first_channel: int
    channel_count: int
    first_node: int
    node_count: int
    buffer: Buffer
    submodels: tuple[Submodel, ...]
    strands: tuple[tuple[int, ...], ...]
    faces: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    states: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    points: NDArray[np.float32] = field(default_factory=_no_points, repr=False)
    active: bool = True
    preview: str = "Default"
    ignored: bool = False
    output: Output = field(default_factory=Output)
    fixture: Fixture | None = None


class GroupKind(StrEnum):
    """What a group is for."""

    WHOLE_HOUSE = "whole_house"
    FAMILY = "family"
    ROW = "ordered_row"
    PART_BANK = "part_bank"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Group:
    """A model group.

    Attributes:
        name: Group name in the layout.
        kind: What it is for.
        layout: xLights' ``layout`` attribute ("minimalGrid"), which sets its default buffer.
        grid_size: xLights' ``GridSize``.
        members: Members as written: models, groups, "Model/Submodel"; missing ones left out.
        props: Names of all props it reaches, resolved through nested groups, each once, in order.
        leaves: What its buffers are made of: models and "Model/Submodel" in order, through nested groups; a model
            reached twice is there twice, inactive ones are left out.
        center_offset: xLights' ``XCentreOffset`` and ``YCentreOffset``: how far its centre is moved, in thousandths.
        center: The centre its buffer is built around, in the layout file's coordinates; None for its own middle.
    """

    name: str
    kind: GroupKind
    layout: str
    grid_size: int
    members: tuple[str, ...]
    props: tuple[str, ...]
    leaves: tuple[str, ...] = ()
    center_offset: tuple[int, int] = (0, 0)
    center: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Display:
    """A show folder understood.

    Attributes:
        name: Folder name.
        props: All models that give light, in layout order.
        groups: All groups, in layout order.
        channel_count: Bytes of one frame (all controllers, inactive ones included), not rounded.
        node_channel: int32 ``(nodes,)``, 0-based first channel of each node.
        node_offsets: int8 ``(nodes, 4)``, where red, green, blue and white lie behind the first channel; -1 for none.
            A node of one channel (a single colour, a DMX channel) has (-1, -1, -1, 0): ``node_tint`` says which
            colour it shows.
        node_tint: uint8 ``(nodes, 3)``, the colour of a single-colour node at full; white (255s) for RGB nodes.
        node_xyz: float32 ``(nodes, 3)``, place in the preview: pixels, origin bottom left, y up, z to the viewer.
        preview_size: Width and height of the preview in the same units.
        findings: What was odd in the folder and how it was read, a line each.
        x_origin: Where x = 0 of the layout file lies in the preview: half its width for a centred layout, else 0.
    """

    name: str
    props: tuple[Prop, ...]
    groups: tuple[Group, ...]
    channel_count: int
    node_channel: NDArray[np.int32]
    node_offsets: NDArray[np.int8]
    node_tint: NDArray[np.uint8]
    node_xyz: NDArray[np.float32]
    preview_size: tuple[int, int]
    findings: tuple[str, ...] = ()
    x_origin: float = 0.0
    _prop_index: dict[str, int] = field(init=False, repr=False)
    _group_index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_prop_index", {prop.name: i for i, prop in enumerate(self.props)})
        object.__setattr__(self, "_group_index", {group.name: i for i, group in enumerate(self.groups)})

    @property
    def node_count(self) -> int:
        """Number of nodes of all props."""
        return len(self.node_channel)

    def prop(self, name: str) -> Prop:
        """The prop of a name.

        Raises:
            KeyError: If the layout has no such model.
        """
        return self.props[self._prop_index[name]]

    def group(self, name: str) -> Group:
        """The group of a name.

        Raises:
            KeyError: If the layout has no such group.
        """
        return self.groups[self._group_index[name]]

    def has_prop(self, name: str) -> bool:
        """Whether the layout has a lit model of this name."""
        return name in self._prop_index

    def has_group(self, name: str) -> bool:
        """Whether the layout has a group of this name."""
        return name in self._group_index
