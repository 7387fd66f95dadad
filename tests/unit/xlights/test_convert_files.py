from __future__ import annotations

from pathlib import Path

import pytest

from twinklr.core.errors import InputError
from twinklr.core.xlights import (
    Extent,
    Layout,
    channel_count,
    convert_layout,
    convert_sequence,
    node_count,
    read_layout,
    read_networks,
    resolve_start_channels,
)
from twinklr.core.xlights.layout import layout_from_xml
from twinklr.core.xlights.markup import parse_xml_bytes
from unit.xlights.layouts import layout_xml, model
from unit.xlights.sequences import effect, row, sequence

SETTINGS = '<settings><previewWidth value="1000"/><previewHeight value="500"/></settings><perspectives note="kept"/>'
SHOWS = ("ac_2016", "car_v5", "large_v7", "one_matrix_cc0", "singing_v7", "small_v5", "suburban_2026")


def converted(tmp_path: Path, *models: str, more: str = SETTINGS) -> tuple[Layout, tuple[str, ...]]:
    path = tmp_path / "xlights_rgbeffects.xml"
    path.write_text(layout_xml(*models, more=more))
    data, changes = convert_layout(path, lambda _: Extent(10.0, 20.0, (5.0, 0.0)))
    return layout_from_xml(parse_xml_bytes(data), path), changes


@pytest.mark.parametrize(
    ("kind", "old", "new_kind", "new"),
    [
        ("Vert Matrix", {"parm1": 24, "parm2": 16, "parm3": 2}, "Matrix",
         {"NumStrings": "24", "NodesPerString": "16", "StrandsPerString": "2", "Vertical": "true"}),
        ("Tree 180", {"parm1": 16}, "Tree", {"NumStrings": "16", "TreeType": "0", "TreeDegrees": "180"}),
        ("Star", {"parm3": 6, "starSizes": "10,20"}, "Star", {"StarPoints": "6", "LayerSizes": "10,20"}),
        ("Circle", {"circleSizes": "10,20", "parm3": 5}, "Circle", {"LayerSizes": "20,10", "centerPercent": "5"}),
        ("Arches", {"arc": 90, "parm1": 3}, "Arches", {"Arc": "90", "NumArches": "3"}),
        ("Window Frame", {"Rotation": "CCW"}, "Window Frame", {"Rotation": "Counter Clockwise"}),
        ("Custom", {"CustomModel": "1,,2;3,4,", "String1": 1, "String2": 3, "CustomStrings": 2, "Depth": 1}, "Custom",
         {"CustomModelCompressed": "1,0,0;2,0,2;3,1,0;4,1,1", "CustomWidth": "3", "CustomHeight": "2",
          "NodeStart1": "1", "NodeStart2": "3", "Depth": "1", "CustomStrings": "2"}),
        ("Custom", {"CustomModel": "1|,2", "parm1": 2, "parm2": 1}, "Custom",
         {"CustomModelCompressed": "1,0,0,0;2,0,1,1", "CustomWidth": "2", "CustomHeight": "1"}),
    ],
)  # fmt: skip
def test_names_of_2018_to_2026_become_current_ones(
    tmp_path: Path, kind: str, old: dict[str, object], new_kind: str, new: dict[str, str]
) -> None:
    text = model("M", kind=kind, versionNumber=7, WorldPosX=1, **old).replace('NumStrings="1" NodesPerString="10" ', "")
    found, changes = converted(tmp_path, text)
    element = found.models[0]
    assert element.attributes["DisplayAs"] == new_kind
    assert {name: element.attributes.get(name) for name in new} == new
    assert not {name for name in element.attributes if name.startswith("parm") or name in old} - set(new)
    assert element.version_number == 8
    assert changes == ("M: generation 8",)
    assert found.other[0].get("note") == "kept"


def test_string_start_channels_stay_what_they_are(tmp_path: Path) -> None:
    text = model("M", versionNumber=7, WorldPosX=1, Advanced=1, String1=">X:1", NumStrings=1)
    found, _ = converted(tmp_path, text.replace(">X", "&gt;X"))
    assert found.models[0].attributes["String1"] == ">X:1"


def test_places_of_2016_become_world_units(tmp_path: Path) -> None:
    line = model("L", versionNumber=1, X1=0.1, Y1=0.2, X2=0.3, Y2=0.6)
    box = model("B", kind="Tree 360", versionNumber=2, offsetXpct=0.5, offsetYpct=0.5, PreviewScaleX=0.2,
                PreviewScaleY=0.4, PreviewRotation=30)  # fmt: skip
    found, changes = converted(tmp_path, line, box)
    line_model, box_model = found.models
    got = {name: line_model.number(name) for name in ("WorldPosX", "WorldPosY", "X2", "Y2")}
    assert got == {"WorldPosX": 100.0, "WorldPosY": 100.0, "X2": 200.0, "Y2": 200.0}
    got = {name: box_model.number(name) for name in ("WorldPosX", "WorldPosY", "ScaleX", "ScaleY", "RotateZ")}
    # The middle lies 5 units beside the origin, 100 when scaled, in the direction the model is turned to.
    wanted = {"WorldPosX": 413.397460, "WorldPosY": 200.0, "ScaleX": 20.0, "ScaleY": 10.0, "RotateZ": 30.0}
    assert got == pytest.approx(wanted)
    assert "X1" not in line_model.attributes
    assert "offsetXpct" not in box_model.attributes
    assert changes == ("L: place in world units, generation 8", "B: place in world units, generation 8")


def test_a_centred_preview_has_its_origin_in_the_middle(tmp_path: Path) -> None:
    more = SETTINGS.replace("<settings>", '<settings><Display2DCenter0 value="1"/>')
    found, _ = converted(tmp_path, model("L", versionNumber=1, X1=0.5, Y1=0, X2=1, Y2=0), more=more)
    assert found.models[0].number("WorldPosX", -1.0) == 0.0


def test_spheres_keep_the_generation_whose_scale_xlights_corrects(tmp_path: Path) -> None:
    found, _ = converted(tmp_path, model("S", kind="Sphere", versionNumber=5, WorldPosX=1, parm1=3))
    assert (found.models[0].version_number, found.models[0].attributes["parm1"]) == (7, "3")


def test_a_current_layout_stays_as_it_is(tmp_path: Path) -> None:
    found, changes = converted(tmp_path, model("M", WorldPosX=1))
    assert changes == ()
    assert found == read_layout(tmp_path)


def test_what_is_no_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<xsequence/>")
    with pytest.raises(InputError, match="expected <xrgb>"):
        convert_layout(path, lambda _: Extent(1.0, 1.0))


def test_a_sequence_gets_the_current_version_and_its_lost_rows_back() -> None:
    old = sequence(row("A"), ignored_rows=(row("B", effect(0, 25)),), version="2019.3")
    new = convert_sequence(old)
    assert (new.version, [r.name for r in new.rows], new.ignored_rows) == ("2026.15", ["A", "B"], ())


@pytest.mark.reference
@pytest.mark.parametrize("show", SHOWS)
def test_real_layouts_mean_the_same_afterwards(reference: Path, show: str) -> None:
    folder = reference / "shows" / show
    before, controllers = read_layout(folder), read_networks(folder)
    data, changes = convert_layout(before.path, lambda _: Extent(1.0, 1.0))
    after = layout_from_xml(parse_xml_bytes(data), before.path)
    assert len(changes) == (0 if show == "suburban_2026" else len(before.models))
    assert resolve_start_channels(after, controllers) == resolve_start_channels(before, controllers)
    assert [(m.name, m.display_as, node_count(m), channel_count(m)) for m in after.models] == [
        (m.name, m.display_as, node_count(m), channel_count(m)) for m in before.models
    ]
    assert after.groups == before.groups
    assert after.other == before.other
