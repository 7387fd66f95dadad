"""Bring old files to the form current xLights writes: layouts of 2016 to 2026.03, sequences of any age.

Layouts are changed element by element in the document itself, so that whatever is not understood stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.xlights.layout import ModelElement, layout_from_xml
from twinklr.core.xlights.markup import MAX_LAYOUT_TAGS, parse_xml
from twinklr.core.xlights.model_types import OTHER_SPELLINGS, REVERSED_LISTS, VALUE_SPELLINGS, parameter_names
from twinklr.core.xlights.sequence import CURRENT_VERSION, Sequence

CURRENT_GENERATION = 8
KEPT_TYPES = frozenset({"Sphere"})
"""Types left in the generation before, because xLights itself corrects their scale when it reads that."""

_LAST_WITH_PARMS = 7
_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_STRING_NODES = frozenset({"Custom", "Poly Line", "MultiPoint"})
_FRACTIONS = ("offsetXpct", "offsetYpct", "offsetZpct", "PreviewScaleX", "PreviewScaleY", "PreviewScale",
              "PreviewRotation", "X1", "Y1", "Z1")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extent:
    """Size and middle of a model in its local coordinates, needed to turn a share of the preview into a scale."""

    width: float
    height: float
    middle: tuple[float, float] = (0.0, 0.0)


ExtentOf = Callable[[ModelElement], Extent]


def convert_layout(path: str | Path, extent_of: ExtentOf) -> tuple[bytes, tuple[str, ...]]:
    """A layout file in the form of xLights 2026.04 and later.

    Args:
        path: The layout file.
        extent_of: Gives a model's local extent; asked for models placed by fractions of the preview (2016-2018).

    Returns:
        The new file's bytes, and what was changed, a line per model; no lines: nothing had to be.

    Raises:
        InputError: If the file is no layout.
    """
    path = Path(path)
    root = parse_xml(path, max_tags=MAX_LAYOUT_TAGS)
    if root.tag not in ("xrgb", "xlights"):
        raise InputError(f"the root element is <{root.tag}>", where=path, expected="<xrgb>, an xLights layout")
    layout = layout_from_xml(root, path)
    elements = [element for section in root.iterfind("models") for element in section.iterfind("model")]
    changes: list[str] = []
    for element, model in zip(elements, layout.models, strict=True):
        done = [*_place(element, model, layout.preview_size, layout.centred, extent_of), *_rename(element, model)]
        if done:
            changes.append(f"{model.name}: {', '.join(done)}")
    data: bytes = b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8") + b"\n"
    return data.replace(_DECLARATION, b"", 1), tuple(changes)


def convert_sequence(sequence: Sequence) -> Sequence:
    """A sequence as current xLights writes it.

    Written again it has the current order of sections, de-duplicated tables and times in milliseconds; rows without a
    DisplayElements entry get one at the end, so that their effects come back. With the current version, effects whose
    look changed over the years (Twinkle, Pinwheel, Fire) take the new look.
    """
    return replace(sequence, version=CURRENT_VERSION, rows=(*sequence.rows, *sequence.ignored_rows), ignored_rows=())


def _place(
    element: etree._Element, model: ModelElement, preview: tuple[int, int], centred: bool, extent_of: ExtentOf
) -> list[str]:
    """Places of 2016-2018, fractions of the preview, as world units."""
    if "WorldPosX" in model.attributes or not any(name in model.attributes for name in _FRACTIONS):
        return []
    width, height = preview
    left = width / 2.0 if centred else 0.0
    placed = _by_ends(model, width, height) if "X1" in model.attributes else _by_box(model, width, height, extent_of)
    placed["WorldPosX"] -= left
    for name in _FRACTIONS:
        element.attrib.pop(name, "")
    for name, value in placed.items():
        element.set(name, f"{value:.6f}")
    return ["place in world units"]


def _by_ends(model: ModelElement, width: int, height: int) -> dict[str, float]:
    offset_x, offset_y = model.number("offsetXpct"), model.number("offsetYpct")
    start_x, start_y = model.number("X1"), model.number("Y1")
    return {
        "WorldPosX": (start_x + offset_x) * width,
        "WorldPosY": (start_y + offset_y) * height,
        "WorldPosZ": 0.0,
        "X2": (model.number("X2") - start_x) * width,
        "Y2": (model.number("Y2") - start_y) * height,
        "Z2": 0.0,
    }


def _by_box(model: ModelElement, width: int, height: int, extent_of: ExtentOf) -> dict[str, float]:
    extent = extent_of(model)
    share_x = model.number("PreviewScaleX", model.number("PreviewScale", 0.2))
    share_y = model.number("PreviewScaleY", share_x)
    scale_x = share_x * width / max(extent.width, 1.0)
    scale_y = share_y * height / max(extent.height, 1.0)
    turn = math.radians(model.number("PreviewRotation"))
    x, y = extent.middle[0] * scale_x, extent.middle[1] * scale_y
    # Then a tree leant first and was turned after, now it is turned first: a turned one leans by its own rotation.
    leans = bool(turn) and model.display_as == "Tree" and model.parameter("TreeType", "0") == "0"
    lean = {"TreePerspective": 0.0} if leans else {}
    return {
        **lean,
        # Then a model was turned about its middle, now about its origin.
        "WorldPosX": model.number("offsetXpct", 0.5) * width - (x * math.cos(turn) - y * math.sin(turn)),
        "WorldPosY": model.number("offsetYpct", 0.5) * height - (x * math.sin(turn) + y * math.cos(turn)),
        "WorldPosZ": 0.0,
        "ScaleX": scale_x,
        "ScaleY": scale_y,
        # A tree leans after it is scaled: with one scale for height and depth its outline stays the same.
        "ScaleZ": scale_y,
        "RotateX": math.degrees(model.number("TreePerspective", 0.2)) if leans else 0.0,
        "RotateY": 0.0,
        "RotateZ": model.number("PreviewRotation"),
    }


def _rename(element: etree._Element, model: ModelElement) -> list[str]:
    """Current names of type and parameters."""
    if model.version_number >= CURRENT_GENERATION:
        return []
    if model.display_as in KEPT_TYPES:
        if model.version_number == _LAST_WITH_PARMS:
            return []
        element.set("versionNumber", str(_LAST_WITH_PARMS))
        return ["generation 7"]
    element.set("DisplayAs", model.display_as)
    for name, value in model.implied.items():
        element.set(name, value)
    _name_parameters(element, parameter_names(model.display_as))
    for name, older in OTHER_SPELLINGS.items():
        for spelling in older:
            _respell(element, spelling, name)
    for name, values in VALUE_SPELLINGS.items():
        if element.get(name) in values:
            element.set(name, values[element.get(name, "")])
    if model.display_as in _STRING_NODES and model.attributes.get("Advanced") != "1":
        _name_string_nodes(element)
    if model.display_as == "Custom":
        _compress_custom(element)
    element.set("versionNumber", str(CURRENT_GENERATION))
    return [f"generation {CURRENT_GENERATION}"]


def _name_parameters(element: etree._Element, names: tuple[str, str, str]) -> None:
    """``parm1..3`` under the names they have now; those without a meaning go."""
    for index, name in enumerate(names, 1):
        if f"parm{index}" in element.attrib:
            value = str(element.attrib.pop(f"parm{index}"))
            if name and name not in element.attrib:
                element.set(name, value)


def _name_string_nodes(element: etree._Element) -> None:
    """``String1..``, where they are the first nodes of strings, as ``NodeStart1..``."""
    for name in [str(name) for name in element.attrib]:
        if name.startswith("String") and name[6:].isdigit():
            element.set(f"NodeStart{name[6:]}", str(element.attrib.pop(name)))


_KEPT_SPELLINGS = frozenset({"centerPercent", "Depth", "CustomDepth"})
"""Spellings that current files still use; only the reader takes them for one another."""


def _respell(element: etree._Element, old: str, new: str) -> None:
    if old in _KEPT_SPELLINGS or old not in element.attrib or new in element.attrib:
        return
    value = str(element.attrib.pop(old))
    element.set(new, ",".join(reversed(value.split(","))) if old in REVERSED_LISTS else value)


def _compress_custom(element: etree._Element) -> None:
    """The grid of a custom model as a list of its used cells, the only form that current xLights reads."""
    if "CustomModel" not in element.attrib:
        return
    layers = str(element.attrib.pop("CustomModel")).split("|")
    if element.get("CustomModelCompressed", "").strip():
        return
    cells: list[str] = []
    for layer, rows in enumerate(layers):
        for row, line in enumerate(rows.split(";")):
            for column, text in enumerate(line.split(",")):
                node = text.strip()
                if node.isascii() and node.isdigit() and int(node) > 0:
                    cells.append(f"{node},{row},{column},{layer}" if len(layers) > 1 else f"{node},{row},{column}")
    element.set("CustomModelCompressed", ";".join(cells))
    first = layers[0].split(";")
    for name, size in (("CustomHeight", len(first)), ("CustomWidth", max(len(row.split(",")) for row in first))):
        if not element.get(name, "").strip():
            element.set(name, str(size))
