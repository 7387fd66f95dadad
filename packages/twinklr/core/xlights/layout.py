"""Read ``xlights_rgbeffects.xml``: the models, groups and previews of a show, of any xLights from 2016 to today.

`Layout` stays close to the file. It says what is there, in today's names; where nodes stand and what a prop *is* are
found by `twinklr.core.display`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.xlights.markup import (
    MAX_LAYOUT_TAGS,
    MAX_XML_BYTES,
    Markup,
    attributes_of,
    elements,
    parse_xml,
    to_markup,
)
from twinklr.core.xlights.model_types import DEFAULTS, look_up, normalise_type

LAYOUT_FILE = "xlights_rgbeffects.xml"
MAX_SUBMODEL_LINES = 20_000
"""Lines of a submodel that are read; real ones have some hundreds."""


@dataclass(frozen=True, slots=True)
class SubmodelElement:
    """A ``<subModel>``: strands made of ranges of the parent's nodes, or a rectangle of its buffer.

    Attributes:
        name: Name within the model; groups and rows speak of it as ``Model/Name``.
        kind: "ranges" or "subbuffer".
        layout: "horizontal" (each line a buffer row) or "vertical" (each line a column).
        buffer_style: "Default", "Keep XY" or "Stacked Strands".
        lines: Node ranges, one text per strand, as stored: "1-42,50,44-43"; 1-based, empty entries are gaps.
        sub_buffer: ``x1xy1xx2xy2`` in percent, for the kind "subbuffer".
        attributes: All attributes as found.
        aliases: Older names.
    """

    name: str
    kind: str
    layout: str
    buffer_style: str
    lines: tuple[str, ...]
    sub_buffer: str
    attributes: Mapping[str, str] = field(repr=False)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InfoElement:
    """A ``<faceInfo>`` or ``<stateInfo>``: a named definition with node ranges or pictures per part.

    Attributes:
        name: Name of the definition.
        kind: "NodeRange", "SingleNode" or "Matrix".
        attributes: All attributes as found ("Mouth-AI", "Eyes-Open"; states with three digits: "s001").
    """

    name: str
    kind: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelElement:
    """A ``<model>`` of the layout.

    Attributes:
        name: Name, trimmed.
        display_as: Type in the current spelling ("Tree", "Matrix", "DmxMovingHeadAdv").
        version_number: Attribute generation: 1-2 (2016-2018), 3-7, 8 (2026.04 and later).
        attributes: All attributes as found; prefer `parameter`, which knows every generation.
        implied: Attributes an old spelling of the type stands for (``Vertical``, ``TreeDegrees``).
        submodels: In file order.
        faces: Face definitions.
        states: State definitions.
        aliases: Older names of the model.
        connection: Attributes of ``<ControllerConnection>``: Port, Protocol, ...
        dimming_curve: The ``<dimmingCurve>``, if there is one.
        children: Child elements that have no field of their own (``PanMotor``, ``TiltMotor``, meshes ...).
    """

    name: str
    display_as: str
    version_number: int
    attributes: Mapping[str, str] = field(repr=False)
    implied: Mapping[str, str] = field(default_factory=dict, repr=False)
    submodels: tuple[SubmodelElement, ...] = field(default=(), repr=False)
    faces: tuple[InfoElement, ...] = field(default=(), repr=False)
    states: tuple[InfoElement, ...] = field(default=(), repr=False)
    aliases: tuple[str, ...] = ()
    connection: Mapping[str, str] = field(default_factory=dict, repr=False)
    dimming_curve: Markup | None = field(default=None, repr=False)
    children: tuple[Markup, ...] = field(default=(), repr=False)

    def parameter(self, name: str, default: str | None = None) -> str:
        """A parameter by its current name, whatever generation wrote the file.

        ``parm1..3``, renamed attributes and what "Tree 180" or "Vert Matrix" imply are looked through; then the
        default given, then xLights' own where it matters for counting, then "".

        Example:
            >>> model = ModelElement("Tree", "Tree", 7, {"parm1": "16", "parm2": "50"}, {"TreeDegrees": "180"})
            >>> model.parameter("NumStrings"), model.parameter("TreeDegrees"), model.parameter("StrandsPerString")
            ('16', '180', '1')
        """
        found = look_up(self.display_as, self.attributes, name)
        if found is None:
            found = self.implied.get(name)
        if found is not None:
            return found
        return DEFAULTS.get(name, "") if default is None else default

    def number(self, name: str, default: float = 0.0) -> float:
        """A parameter as a number; the default where it is missing or no number."""
        try:
            value = float(self.parameter(name, ""))
        except ValueError:
            return default
        return value if abs(value) < 1e15 else default  # also refuses nan and infinity

    def count(self, name: str, default: int | None = None) -> int:
        """A parameter as a whole number, never negative; without a default xLights' own (1 for most counts)."""
        fallback = default if default is not None else int(DEFAULTS.get(name, "0"))
        return max(0, int(self.number(name, fallback)))

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes-no parameter: "true" and "1" are yes."""
        value = self.parameter(name, "")
        return value.lower() in ("true", "1") if value else default

    @property
    def string_type(self) -> str:
        """``StringType`` as stored; "RGB Nodes" where absent."""
        return self.attributes.get("StringType") or "RGB Nodes"

    @property
    def start_channel(self) -> str:
        """``StartChannel`` as stored, unresolved ("!Main:1", ">Tree:1", "151")."""
        return self.attributes.get("StartChannel", "").strip()

    @property
    def active(self) -> bool:
        """False for a model the user has switched off."""
        return self.attributes.get("Active", "1") != "0"


@dataclass(frozen=True, slots=True)
class GroupElement:
    """A ``<modelGroup>``.

    Attributes:
        name: Name, trimmed.
        members: Names as listed: models, groups or ``Model/Submodel``; members may be missing from the layout.
        layout: Meaning of the default buffer ("minimalGrid", "horizontal", "Overlay - Centered" ...).
        grid_size: ``GridSize``, 400 where absent.
        attributes: All attributes as found.
        aliases: Older names.
    """

    name: str
    members: tuple[str, ...]
    layout: str
    grid_size: int
    attributes: Mapping[str, str] = field(repr=False)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A ``<view>``: a named list of rows."""

    name: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout file, read.

    Attributes:
        path: The file.
        models: In file order.
        groups: In file order.
        settings: ``previewWidth``, ``previewHeight``, ``Display2DCenter0`` ... as texts.
        views: Saved lists of rows.
        layout_groups: Further previews (``<layoutGroup>``).
        view_objects: House pictures, meshes and gridlines.
        other: Remaining sections (perspectives, colors, Viewpoints, modelSets ...), as found.
        root_tag: "xrgb" or "xlights".
    """

    path: Path
    models: tuple[ModelElement, ...]
    groups: tuple[GroupElement, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    views: tuple[View, ...] = ()
    layout_groups: tuple[Markup, ...] = field(default=(), repr=False)
    view_objects: tuple[Markup, ...] = field(default=(), repr=False)
    other: tuple[Markup, ...] = field(default=(), repr=False)
    root_tag: str = "xrgb"

    @property
    def preview_size(self) -> tuple[int, int]:
        """Width and height of the preview in world units (pixels); 1280 x 720 where the file has none."""
        return self._size("previewWidth", 1280), self._size("previewHeight", 720)

    @property
    def centred(self) -> bool:
        """True where x = 0 lies in the middle of the preview, not at its left edge."""
        return self.settings.get("Display2DCenter0", "0") == "1"

    @property
    def cameras(self) -> tuple[Markup, ...]:
        """Saved viewpoints, as found; "Per Preview" buffers may be seen from one (``B_CHOICE_PerPreviewCamera``)."""
        saved = next((section for section in self.other if section.tag == "Viewpoints"), None)
        return tuple(child for child in saved.children if child.tag == "Camera") if saved else ()

    def _size(self, name: str, default: int) -> int:
        text = self.settings.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 6 and int(text) else default


def read_layout(source: str | Path, *, max_bytes: int = MAX_XML_BYTES) -> Layout:
    """Read the layout of a show folder, or a layout file.

    Args:
        source: The show folder, or the file itself.
        max_bytes: Largest file accepted.

    Raises:
        InputError: If there is no layout, or it is not one.
    """
    path = Path(source)
    if path.is_dir():
        path = path / LAYOUT_FILE
        if not path.is_file():
            cure = "give the xLights show folder (--show DIR)"
            raise InputError("no layout here", where=path.parent, expected=LAYOUT_FILE, cure=cure)
    root = parse_xml(path, max_bytes=max_bytes, max_tags=MAX_LAYOUT_TAGS)
    if root.tag not in ("xrgb", "xlights"):
        raise InputError(
            f"the root element is <{root.tag}>",
            where=path,
            expected="<xrgb>, an xLights layout",
            cure="give the folder that xLights uses as its show folder",
        )
    return layout_from_xml(root, path)


def layout_from_xml(root: etree._Element, path: Path) -> Layout:
    """Build a `Layout` from a parsed document."""
    sections: dict[str, list[etree._Element]] = {}
    for section in elements(root):
        sections.setdefault(str(section.tag), []).extend(elements(section))
    return Layout(
        path=path,
        models=tuple(_model(element) for element in sections.get("models", []) if element.tag == "model"),
        groups=tuple(_group(element) for element in sections.get("modelGroups", []) if element.tag == "modelGroup"),
        settings={str(element.tag): element.get("value", "") for element in sections.get("settings", [])},
        views=tuple(_view(element) for element in sections.get("views", []) if element.tag == "view"),
        layout_groups=tuple(to_markup(element) for element in sections.get("layoutGroups", [])),
        view_objects=tuple(to_markup(element) for element in sections.get("view_objects", [])),
        other=tuple(to_markup(section) for section in elements(root) if section.tag not in _UNDERSTOOD),
        root_tag=str(root.tag),
    )


_UNDERSTOOD = frozenset({"models", "modelGroups", "settings", "views", "layoutGroups", "view_objects"})


def _model(element: etree._Element) -> ModelElement:
    attributes = attributes_of(element)
    display_as, implied = normalise_type(attributes.get("DisplayAs", "").strip())
    version = attributes.get("versionNumber", "1")
    children = elements(element)
    first = {str(child.tag): child for child in reversed(children)}
    connection, curve = first.get("ControllerConnection"), first.get("dimmingCurve")
    return ModelElement(
        name=attributes.get("name", "").strip(),
        display_as=display_as,
        version_number=int(version) if version.isascii() and version.isdigit() and len(version) < 4 else 1,
        attributes=attributes,
        implied=implied,
        submodels=tuple(_submodel(child) for child in children if child.tag == "subModel"),
        faces=tuple(_info(child) for child in children if child.tag == "faceInfo"),
        states=tuple(_info(child) for child in children if child.tag == "stateInfo"),
        aliases=_aliases(element) if "Aliases" in first else (),
        connection=attributes_of(connection) if connection is not None else {},
        dimming_curve=to_markup(curve) if curve is not None else None,
        children=tuple(to_markup(child) for child in children if child.tag not in _MODEL_CHILDREN),
    )


_MODEL_CHILDREN = frozenset({"subModel", "faceInfo", "stateInfo", "ControllerConnection", "Aliases", "dimmingCurve"})


def _submodel(element: etree._Element) -> SubmodelElement:
    attributes = attributes_of(element)
    lines: list[str] = []
    while len(lines) < MAX_SUBMODEL_LINES and (line := attributes.get(f"line{len(lines)}")) is not None:
        lines.append(line)
    return SubmodelElement(
        name=attributes.get("name", "").strip(),
        kind=attributes.get("type", "ranges"),
        layout=attributes.get("layout", "horizontal"),
        buffer_style=attributes.get("bufferstyle", "Default"),
        lines=tuple(lines),
        sub_buffer=attributes.get("subBuffer", ""),
        attributes=attributes,
        aliases=_aliases(element),
    )


def _info(element: etree._Element) -> InfoElement:
    attributes = {_three_digits(name): value for name, value in attributes_of(element).items()}
    return InfoElement(attributes.get("Name", ""), attributes.get("Type", ""), attributes)


def _three_digits(name: str) -> str:
    """Attributes of states are ``s001`` today and were ``s1``: the current spelling."""
    head, dash, tail = name.partition("-")
    if len(head) in (2, 3) and head[0] == "s" and head[1:].isascii() and head[1:].isdigit():
        return f"s{int(head[1:]):03}{dash}{tail}"
    return name


def _aliases(element: etree._Element) -> tuple[str, ...]:
    texts = (alias.get("name", "") for alias in element.iterfind("Aliases/alias"))
    return tuple(text.removeprefix("oldname:") for text in texts if text)


def _group(element: etree._Element) -> GroupElement:
    attributes = attributes_of(element)
    grid = attributes.get("GridSize", "")
    return GroupElement(
        name=attributes.get("name", "").strip(),
        members=split_names(attributes.get("models", "")),
        layout=attributes.get("layout", "minimalGrid"),
        grid_size=int(grid) if grid.isascii() and grid.isdigit() and len(grid) < 7 else 400,
        attributes=attributes,
        aliases=_aliases(element),
    )


def _view(element: etree._Element) -> View:
    return View(element.get("name", "").strip(), split_names(element.get("models", "")))


def split_names(text: str) -> tuple[str, ...]:
    """Names of a comma list, trimmed, empty ones left out.

    Example:
        >>> split_names("Tree, Arch 1,,Tree/Bottom")
        ('Tree', 'Arch 1', 'Tree/Bottom')
    """
    return tuple(name for part in text.split(",") if (name := part.strip()))
