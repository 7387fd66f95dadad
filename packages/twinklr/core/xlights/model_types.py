"""Model types of a layout, and the two spellings of their parameters: ``parm1..3`` until 2026.03, names since.

xLights renamed both the types ("Vert Matrix" became "Matrix" with ``Vertical="true"``) and their counts. Everything
above the reader sees the current names alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PARAMETERS: dict[str, tuple[str, str, str]] = {
    "Single Line": ("NumStrings", "NodesPerString", "LightsPerNode"),
    "Arches": ("NumArches", "NodesPerArch", "LightsPerNode"),
    "Candy Canes": ("NumCanes", "NodesPerCane", "LightsPerNode"),
    "Matrix": ("NumStrings", "NodesPerString", "StrandsPerString"),
    "Tree": ("NumStrings", "NodesPerString", "StrandsPerString"),
    "Sphere": ("NumStrings", "NodesPerString", "StrandsPerString"),
    "Star": ("NumStrings", "NodesPerString", "StarPoints"),
    "Circle": ("NumStrings", "NodesPerString", "centerPercent"),
    "Wreath": ("NumStrings", "NodesPerString", ""),
    "Spinner": ("NumStrings", "NodesPerArm", "ArmsPerString"),
    "Icicles": ("NumStrings", "NodesPerString", ""),
    "Window Frame": ("TopNodes", "SideNodes", "BottomNodes"),
    "Cube": ("CubeWidth", "CubeHeight", "CubeDepth"),
    "Poly Line": ("NumStrings", "NodesPerString", "LightsPerNode"),
    "MultiPoint": ("", "", ""),
    "Custom": ("CustomWidth", "CustomHeight", ""),
    "Channel Block": ("NumChannels", "", ""),
    "Image": ("", "", ""),
    "Label": ("", "", ""),
}
"""Current type -> current names of what ``parm1``, ``parm2`` and ``parm3`` held. DMX types follow `DMX_PARAMETERS`."""

DMX_PARAMETERS = ("DmxChannelCount", "", "")

OTHER_SPELLINGS: dict[str, tuple[str, ...]] = {
    "Arc": ("arc",),
    "CenterPercent": ("centerPercent",),
    "LayerSizes": ("starSizes", "circleSizes"),
    "StarPoints": ("starPoints",),
    "CustomDepth": ("Depth",),
    "Depth": ("CustomDepth",),
}
"""Current attribute name -> older names of the same thing."""

VALUE_SPELLINGS: dict[str, dict[str, str]] = {
    "Rotation": {"CW": "Clockwise", "CCW": "Counter Clockwise"},
}
"""Attribute -> old value -> current value."""

REVERSED_LISTS = frozenset({"circleSizes"})
"""Old comma lists whose order was the opposite of today's."""

DEFAULTS: dict[str, str] = {
    "LightsPerNode": "1",
    "StrandsPerString": "1",
    "NumStrings": "1",
    "Depth": "1",
}

_TREE = re.compile(r"^Tree(?: (?P<shape>.+))?$")
_TREE_SHAPES = {"Flat": "1", "Ribbon": "2"}


def normalise_type(display_as: str) -> tuple[str, dict[str, str]]:
    """The current type of any spelling of ``DisplayAs``, and the attributes the old spelling implied.

    Example:
        >>> normalise_type("Vert Matrix")
        ('Matrix', {'Vertical': 'true'})
        >>> normalise_type("Tree 180")
        ('Tree', {'TreeType': '0', 'TreeDegrees': '180'})
    """
    if display_as in ("Vert Matrix", "Horiz Matrix"):
        return "Matrix", {"Vertical": "true" if display_as.startswith("Vert") else "false"}
    tree = _TREE.match(display_as)
    if tree and tree["shape"]:
        shape = tree["shape"].strip()
        if shape in _TREE_SHAPES:
            return "Tree", {"TreeType": _TREE_SHAPES[shape], "TreeDegrees": "0"}
        return "Tree", {"TreeType": "0", "TreeDegrees": shape if shape.isdigit() else "360"}
    return display_as, {}


def parameter_names(display_as: str) -> tuple[str, str, str]:
    """Current names of ``parm1..3`` for a type; empty where the type has none."""
    if display_as.startswith("Dmx"):
        return DMX_PARAMETERS
    return PARAMETERS.get(display_as, ("", "", ""))


def is_known_type(display_as: str) -> bool:
    """Whether xLights keeps a model of this type (it drops others without a word)."""
    kind, _ = normalise_type(display_as)
    return kind in PARAMETERS or kind.startswith("Dmx") or kind == "Model Group"


def look_up(display_as: str, attributes: Mapping[str, str], name: str) -> str | None:
    """A parameter by its current name, from attributes of any generation; None where no spelling is present."""
    if name in attributes:
        return VALUE_SPELLINGS.get(name, {}).get(attributes[name], attributes[name])
    for old in OTHER_SPELLINGS.get(name, ()):
        if old in attributes:
            value = attributes[old]
            return ",".join(reversed(value.split(","))) if old in REVERSED_LISTS else value
    names = parameter_names(display_as)
    for spelling in (name, *OTHER_SPELLINGS.get(name, ())):
        if spelling in names and (parm := f"parm{names.index(spelling) + 1}") in attributes:
            return attributes[parm]
    return None
