"""Small show folders for the tests of the display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

BOXED = {"WorldPosX": "100", "WorldPosY": "100", "ScaleX": "1", "ScaleY": "1", "ScaleZ": "1"}
LINE = {"WorldPosX": "0", "WorldPosY": "0", "X2": "100", "Y2": "0"}


def model(name: str, kind: str, inner: str = "", **attributes: str) -> str:
    """One ``<model>``; without a start channel it begins at 1."""
    place = LINE if kind in {"Single Line", "Arches", "Candy Canes", "Icicles"} else BOXED
    merged = {"StringType": "RGB Nodes", "StartChannel": "1", "versionNumber": "8", **place, **attributes}
    texts = " ".join(f"{key}={quoteattr(value)}" for key, value in merged.items())
    return f"<model name={quoteattr(name)} DisplayAs={quoteattr(kind)} {texts}>{inner}</model>"


def write_show(
    folder: Path, models: Sequence[str], groups: Mapping[str, str] | None = None, layout: str = "minimalGrid"
) -> Path:
    """Write a layout (and controllers of 3,000 channels) into a folder; groups by name with their members."""
    members = "".join(
        f"<modelGroup name={quoteattr(name)} models={quoteattr(names)} layout={quoteattr(layout)} GridSize='400'/>"
        for name, names in (groups or {}).items()
    )
    text = f"<xrgb><models>{''.join(models)}</models><modelGroups>{members}</modelGroups></xrgb>"
    (folder / "xlights_rgbeffects.xml").write_text(text, encoding="utf-8")
    networks = '<Networks><Controller Name="Main" Type="Null"><network MaxChannels="3000"/></Controller></Networks>'
    (folder / "xlights_networks.xml").write_text(networks, encoding="utf-8")
    return folder


def yard(folder: Path) -> Path:
    """A yard with three arches in a row, a mega tree, a roof line, a matrix and a face, and groups of several kinds."""
    face = '<faceInfo Name="F" Type="NodeRange" Mouth-AI="1-2" Mouth-rest="3" Eyes-Open="4"/>'
    parts = '<subModel name="Left" type="ranges" layout="horizontal" line0="1-3,,5-4" line1="6"/>'
    models = [
        *(
            model(
                f"Arch {number + 1}",
                "Arches",
                NumArches="1",
                NodesPerArch="10",
                WorldPosX=str(200 * number),
                StartChannel=str(1 + 30 * number),
            )
            for number in range(3)
        ),
        model(
            "Big", "Tree", NumStrings="16", NodesPerString="50", WorldPosX="800", StartChannel="91", TreeDegrees="180"
        ),
        model(
            "Upper Gutters", "Single Line", NumStrings="1", NodesPerString="20", WorldPosY="300", StartChannel="2491"
        ),
        model("Wall", "Matrix", NumStrings="4", NodesPerString="6", Vertical="true", StartChannel="2551", inner=parts),
        model("Singer", "Custom", CustomModel="1,2;3,4", StartChannel="2623", inner=face),
    ]
    groups = {
        "All": "Arch 1,Arch 2,Arch 3,Big,Upper Gutters,Wall,Singer",
        "Arches": "Arch 1,Arch 2,Arch 3",
        "Odd": "Arch 1,Arch 3",
        "Parts": "Wall/Left",
        "Nested": "Arches,Big",
    }
    return write_show(folder, models, groups)
