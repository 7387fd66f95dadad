"""Make the demo show: an xLights show folder of a house of ours, `examples/demo_show`.

Run it from the repository: ``uv run python tools/make_demo_show.py``. The house stands in a preview of 1280 x 720
pixels, symmetric about x = 640; every number below is in preview pixels unless it counts lights. The files are in
the spelling of xLights 2026.15 (``versionNumber="8"``).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

WIDTH, HEIGHT = 1280, 720
MIDDLE = WIDTH / 2
HOUSE, YARD = "House", "Yard"
UNIVERSE = 510
Cell = tuple[int, int]


@dataclass
class Model:
    """One model: its attributes, its children, and how many channels it takes on which controller."""

    name: str
    kind: str
    controller: str
    channels: int
    attributes: dict[str, object]
    children: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def _at(x: float, y: float) -> dict[str, object]:
    return {"WorldPosX": f"{x:.4f}", "WorldPosY": f"{y:.4f}", "WorldPosZ": "0.0000"}


def boxed(x: float, y: float, scale_x: float, scale_y: float | None = None, turn: float = 0.0) -> dict[str, object]:
    """Place of a model that is scaled about its centre."""
    tall = scale_x if scale_y is None else scale_y
    scale = {"ScaleX": f"{scale_x:.4f}", "ScaleY": f"{tall:.4f}", "ScaleZ": f"{scale_x:.4f}"}
    return _at(x, y) | scale | {"RotateX": "0.0000", "RotateY": "0.0000", "RotateZ": f"{turn:.4f}"}


def line_from(start: tuple[float, float], end: tuple[float, float]) -> dict[str, object]:
    """Place of a model drawn from a point to another."""
    return _at(*start) | {"X2": f"{end[0] - start[0]:.4f}", "Y2": f"{end[1] - start[1]:.4f}", "Z2": "0.0000"}


def poly_line(name: str, points: Sequence[tuple[float, float]], segments: Sequence[int]) -> Model:
    """Lights along a bent line, so many on each of its segments."""
    x, y = points[0]
    data = ",".join(f"{px - x:.4f},{py - y:.4f},0.0000" for px, py in points)
    counts: dict[str, object] = {f"Seg{index}": count for index, count in enumerate(segments, 1)}
    nodes = sum(segments)
    shape = {
        "NodesPerString": nodes,
        "LightsPerNode": 1,
        "NumStrings": 1,
        "NumPoints": len(points),
        "PointData": data,
        "cPointData": "",
        "ModelHeight": 1,
    }
    place = _at(x, y) | {"ScaleX": "1.0000", "ScaleY": "1.0000", "ScaleZ": "1.0000"}
    return Model(name, "Poly Line", HOUSE, 3 * nodes, shape | counts | place)


def single_line(name: str, controller: str, nodes: int, start: tuple[float, float], end: tuple[float, float]) -> Model:
    """A straight line of lights."""
    return Model(
        name,
        "Single Line",
        controller,
        3 * nodes,
        {"NumStrings": 1, "NodesPerString": nodes, "LightsPerNode": 1} | line_from(start, end),
    )


def flood(name: str, x: float, y: float) -> Model:
    """A flood light: three channels for the whole lamp."""
    shape = {"NumStrings": 1, "NodesPerString": 1, "LightsPerNode": 1, "StringType": "3 Channel RGB", "PixelSize": 14}
    return Model(name, "Single Line", YARD, 3, shape | line_from((x, y), (x + 8, y)))


def window(name: str, x: float, y: float, top: int, side: int, scale: float) -> Model:
    """Lights around an opening in the wall."""
    shape = {"TopNodes": top, "SideNodes": side, "BottomNodes": top, "Rotation": "Clockwise"}
    return Model(name, "Window Frame", HOUSE, 3 * (2 * top + 2 * side), shape | boxed(x, y, scale))


def tree(name: str, x: float, y: float, strings: int, nodes: int, scale: tuple[float, float], degrees: int) -> Model:
    """A tree of strings from the ground to the top."""
    shape = {
        "NumStrings": strings,
        "NodesPerString": nodes,
        "StrandsPerString": 1,
        "StrandDir": "Vertical",
        "TreeType": 0,
        "TreeDegrees": degrees,
        "TreeRotation": 3,
        "TreeBottomTopRatio": 6,
        "TreePerspective": 0.2,
        "TreeSpiralRotations": 0,
        "AlternateNodes": "false",
        "NoZig": "false",
        "exportFirstStrand": 1,
    }
    return Model(name, "Tree", YARD, 3 * strings * nodes, shape | boxed(x, y, *scale))


def star(name: str, controller: str, x: float, y: float, nodes: int, scale: float) -> Model:
    """A five-pointed star outline."""
    shape = {
        "NumStrings": 1,
        "NodesPerString": nodes,
        "StarPoints": 5,
        "starRatio": 2.618,
        "LayerSizes": "",
        "StarStartLocation": "Bottom Ctr-CW",
    }
    return Model(name, "Star", controller, 3 * nodes, shape | boxed(x, y, scale))


def custom(name: str, controller: str, cells: Sequence[Cell], size: tuple[int, int], place: dict[str, object]) -> Model:
    """A model drawn on a grid: node n sits at ``cells[n - 1]``, a (column, row from the top)."""
    drawing = ";".join(f"{number},{row},{column}" for number, (column, row) in enumerate(cells, 1))
    shape = {"CustomWidth": size[0], "CustomHeight": size[1], "Depth": 1, "CustomModelCompressed": drawing}
    return Model(name, "Custom", controller, 3 * len(cells), shape | place)


def submodel(name: str, *lines: Iterable[int]) -> tuple[str, dict[str, str]]:
    """A named part of a model: one strand of node numbers a line."""
    strands = {f"line{index}": to_ranges(line) for index, line in enumerate(lines)}
    return "subModel", {"name": name, "bufferstyle": "Default", "layout": "horizontal", "type": "ranges"} | strands


def to_ranges(nodes: Iterable[int]) -> str:
    """Node numbers as xLights writes them.

    Example:
        >>> to_ranges([1, 2, 3, 7, 9, 10])
        '1-3,7,9-10'
    """
    spans: list[list[int]] = []
    for node in nodes:
        if spans and node == spans[-1][1] + 1:
            spans[-1][1] = node
        else:
            spans.append([node, node])
    return ",".join(f"{a}-{b}" if a != b else f"{a}" for a, b in spans)


def snowflake(name: str, x: float, y: float, scale: float) -> Model:
    """Six arms of nine lights with two pairs of twigs, on a grid of 27 x 27; submodels for arms, twigs and tips."""
    centre, cells, parts = 13, [], {"arm": [], "twigs": [], "tip": []}  # type: tuple[int, list[Cell], dict[str, list[list[int]]]]
    taken: set[Cell] = set()

    def put(radius: float, degrees: float) -> list[int]:
        cell = (
            round(centre + radius * math.sin(math.radians(degrees))),
            round(centre - radius * math.cos(math.radians(degrees))),
        )
        if cell in taken:
            return []
        taken.add(cell)
        cells.append(cell)
        return [len(cells)]

    for arm in range(6):
        angle = 60 * arm
        spoke = [node for step in range(9) for node in put(2 + 1.35 * step, angle)]
        twigs = [
            node
            for radius, bend in ((7.2, 22), (8.6, 30), (10.6, 14), (12.2, 20))
            for side in (-1, 1)
            for node in put(radius, angle + side * bend)
        ]
        parts["arm"].append(spoke)
        parts["twigs"].append(twigs)
        parts["tip"].append(spoke[-2:] + twigs[-4:])
    model = custom(name, HOUSE, cells, (27, 27), boxed(x, y, scale))
    model.children += [submodel(f"Arm {index}", arm) for index, arm in enumerate(parts["arm"], 1)]
    model.children += [
        submodel("Arms", *parts["arm"]),
        submodel("Twigs", *parts["twigs"]),
        submodel("Tips", *parts["tip"]),
    ]
    return model


def spinner(name: str, x: float, y: float, scale: float) -> Model:
    """Twelve arms of twelve lights, with submodels for each arm and for three rings."""
    arms, nodes = 12, 12
    shape = {
        "NumStrings": 1,
        "ArmsPerString": arms,
        "NodesPerArm": nodes,
        "Arc": 360,
        "Hollow": 20,
        "StartAngle": 0,
        "ZigZag": "false",
        "Alternate": "false",
    }
    model = Model(name, "Spinner", HOUSE, 3 * arms * nodes, shape | boxed(x, y, scale))
    every = [[arm * nodes + step + 1 for step in range(nodes)] for arm in range(arms)]
    model.children += [submodel(f"Arm {index}", arm) for index, arm in enumerate(every, 1)]
    model.children += [submodel("Odd Arms", *every[::2]), submodel("Even Arms", *every[1::2])]
    for ring, part in (("Inner Ring", slice(0, 4)), ("Middle Ring", slice(4, 8)), ("Outer Ring", slice(8, 12))):
        model.children.append(submodel(ring, *[list(step) for step in zip(*(arm[part] for arm in every), strict=True)]))
    return model


class Drawing:
    """Cells drawn one after the other; each new cell is the next node."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []

    def curve(self, count: int, place: Callable[[float], tuple[float, float]], closed: bool = False) -> list[int]:
        """Node numbers of ``count`` lights along a curve over 0..1; a cell drawn before is used again."""
        nodes = []
        for index in range(count):
            column, row = place(index / (count if closed else count - 1))
            cell = round(column), round(row)
            if cell not in self.cells:
                self.cells.append(cell)
            nodes.append(self.cells.index(cell) + 1)
        return list(dict.fromkeys(nodes))


def _oval(x: float, y: float, wide: float, tall: float) -> Callable[[float], tuple[float, float]]:
    return lambda t: (x + wide * math.sin(2 * math.pi * t), y - tall * math.cos(2 * math.pi * t))


def _lip(y: float, wide: float, bend: float) -> Callable[[float], tuple[float, float]]:
    return lambda t: (20 + wide * (2 * t - 1), y + bend * (1 - (2 * t - 1) ** 2))


def singing_face(name: str, x: float, y: float, scale: float, skin: str, lips: str) -> Model:
    """A round face on a grid of 41 x 45 with two pairs of eyes and a mouth for every sound xLights knows."""
    draw = Drawing()
    outline = draw.curve(56, _oval(20, 22, 19, 21), closed=True)
    hat = draw.curve(12, lambda t: (13 + 14 * t, 3 - 3 * math.sin(math.pi * t)))
    eyes_open = [node for at in (12, 28) for node in draw.curve(10, _oval(at, 15, 4, 3.4), closed=True)]
    eyes_closed = [node for at in (12, 28) for node in draw.curve(7, lambda t, at=at: (at - 4 + 8 * t, 17))]
    upper, shut = draw.curve(15, _lip(29, 9, -2)), draw.curve(13, _lip(31, 7, 0))
    middle, low = draw.curve(15, _lip(31, 9, 4)), draw.curve(19, _lip(31, 9, 8))
    ring, small = (
        draw.curve(18, _oval(20, 32.5, 6, 4.6), closed=True),
        draw.curve(10, _oval(20, 32.5, 3, 2.6), closed=True),
    )
    tongue = draw.curve(7, _lip(37, 4, -1))
    mouths = {
        "AI": upper + low,
        "E": upper + middle,
        "FV": shut + middle,
        "L": upper + low + tongue,
        "MBP": shut,
        "O": ring,
        "U": small,
        "WQ": small + shut[4:9],
        "etc": upper + shut,
        "rest": shut,
    }
    shapes = {f"Mouth-{sound}": (nodes, lips) for sound, nodes in mouths.items()}
    shapes |= {
        "Eyes-Open": (eyes_open, "#ffffff"),
        "Eyes-Closed": (eyes_closed, "#ffffff"),
        "FaceOutline": (outline, skin),
        "FaceOutline2": (hat, "#ff0000"),
    }
    face = {"Name": "Face", "Type": "NodeRange", "CustomColors": "1"}
    for key, (nodes, color) in shapes.items():
        face |= {key: to_ranges(sorted(set(nodes))), f"{key}-Color": color}
    model = custom(name, YARD, draw.cells, (41, 45), boxed(x, y, scale))
    model.children += [
        ("faceInfo", face),
        submodel("Outline", outline),
        submodel("Eyes", eyes_open),
        submodel("Mouth", upper, low),
    ]
    return model


def moving_head(name: str, x: float, y: float) -> Model:
    """A moving head of ten channels: pan and tilt in 16 bit, dimmer, shutter, red, green, blue, white."""
    names = "Pan,Pan Fine,Tilt,Tilt Fine,Dimmer,Shutter,Red,Green,Blue,White"
    shape: dict[str, object] = {
        "DmxChannelCount": 10,
        "DmxFixture": "MH1",
        "DmxColorType": 0,
        "DmxRedChannel": 7,
        "DmxGreenChannel": 8,
        "DmxBlueChannel": 9,
        "DmxWhiteChannel": 10,
        "DmxDimmerChannel": 5,
        "MhDimmerChannel": 5,
        "DmxShutterChannel": 6,
        "DmxShutterOpen": 10,
        "DmxShutterOnValue": 255,
        "DmxBeamLength": "20.0000",
        "DmxBeamWidth": "2.0000",
        "DmxBeamOrient": 0,
        "DmxBeamYOffset": "0.0000",
        "NodeNames": names,
        "StringType": "Single Color White",
    }
    motor = {
        "MinLimit": "-180",
        "MaxLimit": "180",
        "OrientZero": "0",
        "SlewLimit": "0.0000",
        "Reverse": "0",
        "UpsideDown": "0",
    }
    model = Model(name, "DmxMovingHeadAdv", HOUSE, 10, shape | boxed(x, y, 1.0))
    model.children = [
        (
            "PanMotor",
            {"ChannelCoarse": "1", "ChannelFine": "2", "RangeOfMotion": "540.0000", "OrientHome": "90"} | motor,
        ),
        (
            "TiltMotor",
            {"ChannelCoarse": "3", "ChannelFine": "4", "RangeOfMotion": "180.0000", "OrientHome": "90"} | motor,
        ),
    ]
    return model


def arch(index: int) -> Model:
    """One of the arches along the drive."""
    shape = {
        "NumArches": 1,
        "NodesPerArch": 30,
        "LightsPerNode": 1,
        "Arc": 180,
        "Hollow": 70,
        "LayerSizes": "",
        "Angle": 0,
        "Height": "1.0000",
        "Shear": "0.0000",
        "RotateX": "0.0000",
    }
    left = 392 + 126 * (index - 1)
    return Model(f"Arch {index}", "Arches", YARD, 90, shape | line_from((left, 30), (left + 118, 30)))


def canes(name: str, left: float, right: float) -> Model:
    """Four candy canes in a row."""
    shape = {
        "NumCanes": 4,
        "NodesPerCane": 18,
        "LightsPerNode": 1,
        "Height": "0.9000",
        "CandyCaneHeight": 1,
        "CandyCaneReverse": "false",
        "CandyCaneSticks": "false",
        "Angle": 0,
        "Shear": "0.0000",
        "RotateX": "0.0000",
    }
    return Model(name, "Candy Canes", YARD, 3 * 72, shape | line_from((left, 32), (right, 32)))


def icicles(name: str, start: tuple[float, float], end: tuple[float, float]) -> Model:
    """Lights that hang below an eave in drops of three to five."""
    shape = {
        "NumStrings": 1,
        "NodesPerString": 80,
        "DropPattern": "3,4,5,4",
        "AlternateNodes": "false",
        "Angle": 0,
        "Height": "-0.8000",
        "Shear": "0.0000",
        "RotateX": "0.0000",
    }
    return Model(name, "Icicles", HOUSE, 240, shape | line_from(start, end))


def matrix(name: str, x: float, y: float) -> Model:
    """A panel of 32 x 24 lights."""
    shape = {
        "NumStrings": 24,
        "NodesPerString": 32,
        "StrandsPerString": 1,
        "Vertical": "false",
        "AlternateNodes": "false",
        "NoZig": "false",
        "StringType": "GRB Nodes",
    }
    return Model(name, "Matrix", YARD, 3 * 24 * 32, shape | boxed(x, y, 6.4))


def wreath(name: str, x: float, y: float) -> Model:
    """A ring of lights on the front door."""
    return Model(name, "Wreath", HOUSE, 150, {"NumStrings": 1, "NodesPerString": 50} | boxed(x, y, 1.9))


def mirror(x: float) -> float:
    """The place as far right of the middle as ``x`` is left of it."""
    return WIDTH - x


def build_models() -> list[Model]:
    """Every model of the show, in layout order."""
    peak, eave, corner = (MIDDLE, 590.0), (352.0, 384.0), (352.0, 362.0)
    far_eave, far_corner = (mirror(352), 384.0), (mirror(352), 362.0)
    wing = [(206.0, 236.0), (206.0, 256.0), (372.0, 320.0)]
    models = [
        poly_line("Roof Left", [corner, eave, peak], (4, 56)),
        poly_line("Roof Right", [far_corner, far_eave, peak], (4, 56)),
        poly_line("Wing Roof Left", wing, (4, 30)),
        poly_line("Wing Roof Right", [(mirror(x), y) for x, y in wing], (4, 30)),
        icicles("Icicles Left", (360, 376), (634, 376)),
        icicles("Icicles Right", (mirror(634), 376), (mirror(360), 376)),
        single_line("Corner Left", HOUSE, 40, (380, 96), (380, 360)),
        single_line("Corner Right", HOUSE, 40, (mirror(380), 96), (mirror(380), 360)),
    ]
    for index, (x, y) in enumerate(((474, 270), (mirror(474), 270), (474, 160), (mirror(474), 160)), 1):
        models.append(window(f"Window {index}", x, y, 12, 12, 5.0))
    models += [
        window("Door", MIDDLE, 160, 10, 22, 5.0),
        wreath("Wreath", MIDDLE, 258),
        spinner("Spinner", MIDDLE, 470, 2.4),
    ]
    for index, (x, y) in enumerate(((292, 226), (560, 300), (mirror(560), 300), (mirror(292), 226)), 1):
        models.append(snowflake(f"Snowflake {index}", x, y, 2.6))
    models += [
        tree("Mega Tree", 108, 240, 16, 50, (2.2, 2.2), 180),
        star("Tree Star", YARD, 108, 436, 50, 1.0),
        matrix("Matrix", mirror(112), 360),
        star("Star Left", HOUSE, 250, 420, 50, 1.0),
        star("Star Right", HOUSE, mirror(250), 420, 50, 1.0),
    ]
    models += [arch(index) for index in range(1, 5)]
    models += [canes("Canes Left", 232, 372), canes("Canes Right", mirror(372), mirror(232))]
    for index, x in enumerate((206, 268, 330, mirror(330), mirror(268), mirror(206)), 1):
        models.append(tree(f"Mini Tree {index}", x, 144, 8, 12, (1.4, 2.0), 180))
    models += [
        singing_face("Singing Face Left", 560, 180, 1.6, "#00ff00", "#ff0000"),
        singing_face("Singing Face Right", mirror(560), 180, 1.6, "#00ff00", "#ff0000"),
        flood("Flood Left", 404, 88),
        flood("Flood Right", mirror(412), 88),
        moving_head("Moving Head", MIDDLE, 612),
    ]
    return models


def build_groups(models: Sequence[Model]) -> list[tuple[str, str, list[str]]]:
    """Groups as (name, default buffer layout, members): families, sides, rows, part banks and the whole."""
    names = [model.name for model in models]

    def family(*starts: str) -> list[str]:
        return [name for name in names if name.startswith(starts)]

    grid, row = "minimalGrid", "horizontal"
    families = [
        ("Roof Lines", grid, family("Roof ", "Wing Roof")),
        ("Icicles", row, family("Icicles")),
        ("House Outline", grid, ["Roof Lines", *family("Corner")]),
        ("Windows", grid, family("Window ")),
        ("Snowflakes", row, family("Snowflake")),
        ("Stars", row, ["Star Left", "Tree Star", "Star Right"]),
        ("Arches", row, family("Arch ")),
        ("Canes", row, family("Canes")),
        ("Mini Trees", row, family("Mini Tree")),
        ("Singing Faces", row, family("Singing")),
        ("Floods", row, family("Flood")),
    ]
    left = [name for name in names if name.endswith("Left")]
    right = [name for name in names if name.endswith("Right")]
    sides = [
        (
            "Left Side",
            grid,
            [
                *left,
                "Window 1",
                "Window 3",
                "Snowflake 1",
                "Snowflake 2",
                "Arch 1",
                "Arch 2",
                "Mini Tree 1",
                "Mini Tree 2",
                "Mini Tree 3",
                "Mega Tree",
            ],
        ),
        (
            "Right Side",
            grid,
            [
                *right,
                "Window 2",
                "Window 4",
                "Snowflake 3",
                "Snowflake 4",
                "Arch 3",
                "Arch 4",
                "Mini Tree 4",
                "Mini Tree 5",
                "Mini Tree 6",
                "Matrix",
            ],
        ),
    ]
    parts = [
        ("Snowflake Tips", row, [f"{name}/Tips" for name in family("Snowflake")]),
        ("Spinner Arms", "Horizontal Per Model", [f"Spinner/Arm {index}" for index in range(1, 13)]),
    ]
    whole = [
        (
            "House",
            grid,
            [
                "House Outline",
                "Icicles",
                "Windows",
                "Door",
                "Wreath",
                "Spinner",
                "Snowflakes",
                "Star Left",
                "Star Right",
            ],
        ),
        (
            "Yard",
            grid,
            ["Mega Tree", "Tree Star", "Matrix", "Arches", "Canes", "Mini Trees", "Singing Faces", "Floods"],
        ),
        ("All", grid, ["House", "Yard"]),
    ]
    return [*families, *sides, *parts, *whole]


COMMON = {
    "LayoutGroup": "Default",
    "StringType": "RGB Nodes",
    "StartSide": "B",
    "Dir": "L",
    "Antialias": "1",
    "PixelSize": "3",
    "Transparency": "0",
}


def layout_xml(models: Sequence[Model]) -> etree._Element:
    """The contents of ``xlights_rgbeffects.xml``."""
    root = etree.Element("xrgb")
    section = etree.SubElement(root, "models", type="rgb_effects")
    used = {HOUSE: 0, YARD: 0}
    for model in models:
        start = f"!{model.controller}:{used[model.controller] + 1}"
        used[model.controller] += model.channels
        own = {"Controller": model.controller, "StartChannel": start, "versionNumber": "8", "SourceVersion": "2026.15"}
        values = COMMON | {key: str(value) for key, value in model.attributes.items()} | own
        element = etree.SubElement(
            section, "model", {"name": model.name, "DisplayAs": model.kind, **dict(sorted(values.items()))}
        )
        for tag, attributes in model.children:
            etree.SubElement(element, tag, attributes)
    etree.SubElement(root, "view_objects")
    grouped = etree.SubElement(root, "modelGroups")
    for name, layout, members in build_groups(models):
        etree.SubElement(
            grouped,
            "modelGroup",
            name=name,
            models=",".join(members),
            layout=layout,
            GridSize="400",
            LayoutGroup="Default",
            DefaultCamera="2D",
            selected="0",
        )
    views = etree.SubElement(root, "views")
    etree.SubElement(
        views, "view", name="Groups", models=",".join(name for name, _, _ in reversed(build_groups(models)))
    )
    settings = etree.SubElement(root, "settings")
    for key, value in {
        "previewWidth": WIDTH,
        "previewHeight": HEIGHT,
        "Display2DCenter0": 0,
        "LayoutMode3D": 0,
        "backgroundBrightness": 40,
        "storedLayoutGroup": "Default",
    }.items():
        etree.SubElement(settings, key, value=str(value))
    return root


CONTROLLER = {
    "Type": "Ethernet",
    "Variant": "",
    "ActiveState": "Active",
    "AutoLayout": "0",
    "AutoSize": "0",
    "AutoUpload": "0",
    "FullxLightsControl": "FALSE",
    "DefaultBrightnessUnderFullControl": "100",
    "DefaultGammaUnderFullControl": "1",
    "SuppressDuplicates": "0",
    "Monitor": "1",
    "Priority": "100",
    "Version": "1",
    "FPPProxy": "",
    "ForceLocalIP": "",
}


def networks_xml(models: Sequence[Model]) -> etree._Element:
    """The contents of ``xlights_networks.xml``: the house on DDP, the yard on E1.31 universes."""
    root = etree.Element("Networks", computer="demo")
    totals = {name: sum(model.channels for model in models if model.controller == name) for name in (HOUSE, YARD)}
    house = etree.SubElement(
        root,
        "Controller",
        {
            "Id": "64001",
            "Name": HOUSE,
            "Description": "Pixels on the house",
            "Vendor": "FPP",
            "Model": "",
            "IP": "192.0.2.10",
            "Protocol": "DDP",
            **CONTROLLER,
        },
    )
    etree.SubElement(
        house,
        "network",
        NetworkType="DDP",
        ComPort="192.0.2.10",
        BaudRate="64001",
        MaxChannels=str(totals[HOUSE]),
        ChannelsPerPacket="1440",
        KeepChannelNumbers="1",
    )
    yard = etree.SubElement(
        root,
        "Controller",
        {
            "Id": "1",
            "Name": YARD,
            "Description": "Pixels in the yard",
            "Vendor": "Falcon",
            "Model": "F16V3",
            "IP": "192.0.2.20",
            "Protocol": "E131",
            **CONTROLLER,
        },
    )
    for universe in range(1, math.ceil(totals[YARD] / UNIVERSE) + 1):
        etree.SubElement(
            yard, "network", NetworkType="E131", ComPort="192.0.2.20", BaudRate=str(universe), MaxChannels=str(UNIVERSE)
        )
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "examples" / "demo_show")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    models = build_models()
    for name, root in (("xlights_rgbeffects.xml", layout_xml(models)), ("xlights_networks.xml", networks_xml(models))):
        etree.indent(root, "  ")
        (out / name).write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n")
    kinds, channels = {model.kind for model in models}, sum(model.channels for model in models)
    print(f"{len(models)} models of {len(kinds)} types, {channels} channels")


if __name__ == "__main__":
    main()
