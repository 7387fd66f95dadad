"""How many nodes a model has and how many channels they take: counting alone, no geometry.

A *node* is what one address lights. With a string type such as "RGB Nodes" every bulb of a pixel string is a node of
three channels; with "3 Channel RGB" or "Single Color Red" a whole string is one node.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from twinklr.core.xlights.layout import ModelElement

MAX_NODES = 5_000_000
"""More nodes in one model are taken for a damaged file; the largest real models have some 50,000."""

_ORDERINGS = frozenset({"RGB", "RBG", "GRB", "GBR", "BRG", "BGR"})


@dataclass(frozen=True, slots=True)
class StringType:
    """What xLights makes of a ``StringType``.

    Attributes:
        text: As stored.
        per_node: True: every bulb is a node. False: a whole string is one node.
        channels: Channels of one node.
        order: Colour of each channel in turn, as letters: "RGB", "GRBW", "RGBWW"; "" for one colour.
    """

    text: str
    per_node: bool
    channels: int
    order: str


def string_type(model: ModelElement) -> StringType:
    """The string type of a model.

    Example:
        >>> string_type(ModelElement("Tree", "Tree", 8, {"StringType": "GRB Nodes"}))
        StringType(text='GRB Nodes', per_node=True, channels=3, order='GRB')
        >>> string_type(ModelElement("Flood", "Single Line", 8, {"StringType": "Single Color Red"})).per_node
        False
    """
    if model.string_type == "Superstring":
        colours = sum(1 for name in model.attributes if re.fullmatch(r"SuperStringColou?r\d+", name))
        return StringType("Superstring", False, max(1, colours), "")
    return _string_type(model.string_type)


@lru_cache(maxsize=1000)
def _string_type(text: str) -> StringType:
    if text == "Node Single Color":
        return StringType(text, True, 1, "")
    if text.endswith(" Nodes"):
        order = text.removesuffix(" Nodes")
        if order in _ORDERINGS or (3 < len(order) <= 5 and set(order) <= set("RGBW")):
            return StringType(text, True, len(order), order)
    if text.startswith("4 Channel"):
        order = text.removeprefix("4 Channel").strip() or "RGBW"
        return StringType(text, False, 4, order if len(order) == 4 and set(order) <= set("RGBW") else "RGBW")
    if text.startswith(("Single Color", "Strobes")) or text in ("White", "Red", "Green", "Blue"):
        return StringType(text, False, 1, "")
    # xLights treats every text it does not know as "3 Channel RGB".
    return StringType(text, False, 3, "RGB")


def is_known_string_type(text: str) -> bool:
    """Whether xLights knows a string type; it takes any other for "3 Channel RGB"."""
    kind = string_type(ModelElement("", "", 8, {"StringType": text}))
    return kind.per_node or kind.channels != 3 or text == "3 Channel RGB"


def node_count(model: ModelElement) -> int:
    """Number of nodes of a model, 0 where its type or its counts make none.

    Example:
        >>> node_count(ModelElement("Tree", "Tree", 7, {"parm1": "16", "parm2": "50", "StringType": "RGB Nodes"}))
        800
    """
    return min(_count(model), MAX_NODES)


def node_count_unbounded(model: ModelElement) -> int:
    """What the attributes ask for, before the bound `MAX_NODES`."""
    return _count(model)


def channel_count(model: ModelElement) -> int:
    """Channels a model takes: nodes times channels of a node.

    A custom model may leave out node numbers; their channels count, though no node shows them.

    Example:
        >>> channel_count(ModelElement("Tree", "Tree", 7, {"parm1": "16", "parm2": "50", "StringType": "RGBW Nodes"}))
        3200
    """
    if model.display_as == "Custom" and string_type(model).per_node:
        return min(max(custom_node_numbers(model), default=0), MAX_NODES) * channels_per_node(model)
    return node_count(model) * channels_per_node(model)


def channels_per_node(model: ModelElement) -> int:
    """Channels of one node: 1 for fixtures and channel blocks, whatever their string type, else by the string type."""
    if model.display_as.startswith("Dmx") or model.display_as == "Channel Block":
        return 1
    return string_type(model).channels


def string_count(model: ModelElement) -> int:
    """Number of strings (of arches, of canes ...): the units that per-string start channels count."""
    name = _STRINGS.get(model.display_as, "NumStrings")
    return max(1, model.count(name, 1)) if name else 1


_STRINGS = {
    "Arches": "NumArches",
    "Candy Canes": "NumCanes",
    "Window Frame": "",
    "Cube": "Strings",
    "Custom": "CustomStrings",
    "Poly Line": "PolyStrings",
    "MultiPoint": "MultiStrings",
    "Channel Block": "",
    "Image": "",
}


def _count(model: ModelElement) -> int:
    kind = model.display_as
    if kind.startswith("Dmx"):
        return model.count("DmxChannelCount")
    if kind == "Channel Block":
        return max(1, model.count("NumChannels", 1))
    if kind == "Image":
        return 1
    count = _NODES.get(kind)
    if count is None:
        return 0
    nodes = count(model)
    return nodes if string_type(model).per_node else min(nodes, string_count(model))


def layer_sizes(model: ModelElement) -> tuple[int, ...]:
    """``LayerSizes`` as numbers; empty where the model has a single layer."""
    parts = model.parameter("LayerSizes", "").split(",")
    sizes = tuple(int(part) for part in parts if part.strip().isascii() and part.strip().isdigit() and len(part) < 9)
    return sizes if any(sizes) else ()


def custom_node_numbers(model: ModelElement) -> frozenset[int]:
    """Node numbers (1-based) in a custom model's grid, in either spelling of it; numbers may be left out."""
    compressed = model.attributes.get("CustomModelCompressed", "")
    if compressed.strip():
        numbers = re.findall(r"(?:^|;)\s*(\d{1,9})\s*,", compressed)
    else:
        numbers = re.findall(r"(?<![\d.-])\d{1,9}", model.attributes.get("CustomModel", ""))
    return frozenset(map(int, numbers)) - {0}


def segment_nodes(model: ModelElement) -> tuple[int, ...]:
    """Nodes of each segment of a poly line where the file lists them (``Seg1`` ...), else empty."""
    counts: list[int] = []
    for index in range(1, model.count("NumPoints", 0)):
        text = model.attributes.get(f"Seg{index}")
        if text is None:
            return ()
        counts.append(int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0)
    return tuple(counts)


def _strings_by_nodes(strings: str, nodes: str) -> Callable[[ModelElement], int]:
    return lambda model: model.count(strings, 1) * model.count(nodes)


def _arches(model: ModelElement) -> int:
    return sum(layer_sizes(model)) or model.count("NumArches", 1) * model.count("NodesPerArch")


def _poly_line(model: ModelElement) -> int:
    return sum(segment_nodes(model)) or model.count("NodesPerString")


def _spinner(model: ModelElement) -> int:
    return model.count("NumStrings", 1) * model.count("NodesPerArm") * model.count("ArmsPerString", 1)


_by_strings = _strings_by_nodes("NumStrings", "NodesPerString")

_NODES: dict[str, Callable[[ModelElement], int]] = {
    "Single Line": _by_strings,
    "Arches": _arches,
    "Candy Canes": _strings_by_nodes("NumCanes", "NodesPerCane"),
    "Matrix": _by_strings,
    "Tree": _by_strings,
    "Sphere": _by_strings,
    "Star": _by_strings,
    "Circle": _by_strings,
    "Wreath": _by_strings,
    "Icicles": _by_strings,
    "Spinner": lambda model: (
        model.count("NumStrings", 1) * model.count("NodesPerArm") * model.count("ArmsPerString", 1)
    ),
    "Window Frame": lambda model: model.count("TopNodes") + 2 * model.count("SideNodes") + model.count("BottomNodes"),
    "Cube": lambda model: model.count("CubeWidth") * model.count("CubeHeight") * model.count("CubeDepth", 1),
    "Poly Line": _poly_line,
    "MultiPoint": lambda model: model.count("NumPoints"),
    "Custom": lambda model: len(custom_node_numbers(model)),
}
"""Model type -> number of bulbs, before a string type makes each string one node."""


def strand_count(model: ModelElement) -> int | None:
    """Strands that a sequence can address (``Strand`` rows); None where it takes the geometry to know."""
    count = _STRANDS.get(model.display_as)
    return None if count is None else max(1, count(model))


_STRANDS: dict[str, Callable[[ModelElement], int]] = {
    "Single Line": lambda model: model.count("NumStrings", 1),
    "Arches": lambda model: len(layer_sizes(model)) or model.count("NumArches", 1),
    "Candy Canes": lambda model: model.count("NumCanes", 1),
    "Matrix": lambda model: model.count("NumStrings", 1) * model.count("StrandsPerString", 1),
    "Tree": lambda model: model.count("NumStrings", 1) * model.count("StrandsPerString", 1),
    "Spinner": lambda model: model.count("NumStrings", 1) * model.count("ArmsPerString", 1),
}
