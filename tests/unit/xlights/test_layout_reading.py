from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from twinklr.core.errors import InputError
from twinklr.core.xlights import ModelElement, normalise_type, read_layout
from unit.xlights.layouts import group, layout, layout_xml, model

SHOWS = ("ac_2016", "car_v5", "large_v7", "one_matrix_cc0", "singing_v7", "small_v5", "suburban_2026")


@pytest.mark.parametrize(
    ("old", "kind", "implied"),
    [
        ("Vert Matrix", "Matrix", {"Vertical": "true"}),
        ("Horiz Matrix", "Matrix", {"Vertical": "false"}),
        ("Tree 360", "Tree", {"TreeType": "0", "TreeDegrees": "360"}),
        ("Tree 75", "Tree", {"TreeType": "0", "TreeDegrees": "75"}),
        ("Tree Flat", "Tree", {"TreeType": "1", "TreeDegrees": "0"}),
        ("Tree Ribbon", "Tree", {"TreeType": "2", "TreeDegrees": "0"}),
        ("Tree", "Tree", {}),
        ("DmxMovingHeadAdv", "DmxMovingHeadAdv", {}),
    ],
)
def test_old_type_names_become_current_ones(old: str, kind: str, implied: dict[str, str]) -> None:
    assert normalise_type(old) == (kind, implied)


@pytest.mark.parametrize(
    ("kind", "attributes", "name", "value"),
    [
        ("Tree", {"parm1": "16"}, "NumStrings", "16"),
        ("Tree", {"NumStrings": "16"}, "NumStrings", "16"),
        ("Star", {"parm3": "6"}, "StarPoints", "6"),
        ("Spinner", {"parm2": "9"}, "NodesPerArm", "9"),
        ("Window Frame", {"parm3": "7"}, "BottomNodes", "7"),
        ("Circle", {"parm3": "30"}, "centerPercent", "30"),
        ("Circle", {"parm3": "30"}, "CenterPercent", "30"),
        ("Circle", {"circleSizes": "10,20,30"}, "LayerSizes", "30,20,10"),
        ("Star", {"starSizes": "10,20"}, "LayerSizes", "10,20"),
        ("Arches", {"arc": "90"}, "Arc", "90"),
        ("Window Frame", {"Rotation": "CW"}, "Rotation", "Clockwise"),
        ("Matrix", {"parm3": "2"}, "StrandsPerString", "2"),
        ("Matrix", {}, "StrandsPerString", "1"),
        ("DmxMovingHead", {"parm1": "14"}, "DmxChannelCount", "14"),
    ],
)
def test_every_generation_gives_the_same_parameter(
    kind: str, attributes: dict[str, str], name: str, value: str
) -> None:
    assert ModelElement("m", kind, 7, attributes).parameter(name) == value


@pytest.mark.parametrize("text", ["", "ten", "1e99", "nan", "inf", "-3"])
def test_a_number_that_is_none_takes_its_default(text: str) -> None:
    element = ModelElement("m", "Tree", 8, {"NumStrings": text})
    assert element.count("NumStrings", 4) in (4, 0)
    assert element.number("NumStrings", 4.0) in (4.0, -3.0)


def test_children_of_a_model_are_read() -> None:
    inner = (
        '<subModel name=" Ring " type="ranges" layout="vertical" line0="1-5" line1="" line3="9"/>'
        '<subModel name="Part" type="subbuffer" subBuffer="0x0x50x50">'
        '<Aliases><alias name="oldname:P"/></Aliases></subModel>'
        '<faceInfo Name="Face" Type="NodeRange" Mouth-AI="1-3"/>'
        '<stateInfo Name="State" Type="NodeRange" s1="1-3" s1-Name="on" s002="4"/>'
        '<Aliases><alias name="oldname:Old tree"/></Aliases>'
        '<ControllerConnection Port="3" Protocol="ws2811"/>'
        '<dimmingCurve><all brightness="-10" gamma="1.0"/></dimmingCurve>'
        '<PanMotor ChannelCoarse="1"/>'
    )
    element = layout(model("Tree", inner=inner)).models[0]
    ring, part = element.submodels
    assert (ring.name, ring.lines, ring.layout, ring.buffer_style) == ("Ring", ("1-5", ""), "vertical", "Default")
    assert (part.kind, part.sub_buffer, part.aliases) == ("subbuffer", "0x0x50x50", ("P",))
    assert element.faces[0].attributes["Mouth-AI"] == "1-3"
    assert element.states[0].attributes == {
        "Name": "State", "Type": "NodeRange", "s001": "1-3", "s001-Name": "on", "s002": "4"
    }  # fmt: skip
    assert element.aliases == ("Old tree",)
    assert element.connection["Port"] == "3"
    assert element.dimming_curve is not None
    assert element.dimming_curve.children[0].get("brightness") == "-10"
    assert [child.tag for child in element.children] == ["PanMotor"]


def test_groups_settings_and_the_rest_of_the_file_are_read() -> None:
    more = (
        '<settings><previewWidth value="900"/><previewHeight value="x"/><Display2DCenter0 value="1"/></settings>'
        '<views><view name="Mine" models="Tree, All"/></views><layoutGroups><layoutGroup name="Back"/></layoutGroups>'
        '<view_objects><view_object name="House"/></view_objects><perspectives current="x"/>'
    )
    groups = (group("All", "Tree", " Tree/Ring ", "", layout="horizontal", GridSize="80"), group("Bare"))
    found = layout(model("Tree"), groups=groups, more=more)
    assert (found.groups[0].members, found.groups[0].layout, found.groups[0].grid_size) == (
        ("Tree", "Tree/Ring"), "horizontal", 80
    )  # fmt: skip
    assert (found.groups[1].members, found.groups[1].layout, found.groups[1].grid_size) == ((), "minimalGrid", 400)
    assert found.preview_size == (900, 720)
    assert found.centred
    assert found.views[0].models == ("Tree", "All")
    assert found.layout_groups[0].get("name") == "Back"
    assert found.view_objects[0].get("name") == "House"
    assert [section.tag for section in found.other] == ["perspectives"]


def test_a_layout_crosses_a_process_border() -> None:
    found = layout(model("Tree", inner='<subModel name="a" line0="1"/>'))
    assert pickle.loads(pickle.dumps(found)) == found


def test_what_is_no_show_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no layout here"):
        read_layout(tmp_path)
    (tmp_path / "xlights_rgbeffects.xml").write_text("<xsequence/>")
    with pytest.raises(InputError, match="root element is <xsequence>"):
        read_layout(tmp_path)


def test_both_root_elements_are_layouts(tmp_path: Path) -> None:
    path = tmp_path / "xlights_rgbeffects.xml"
    for tag in ("xrgb", "xlights"):
        path.write_text(layout_xml(model("Tree")).replace("xrgb", tag))
        assert read_layout(tmp_path) == read_layout(path)
        assert read_layout(path).root_tag == tag


@pytest.mark.reference
@pytest.mark.parametrize("show", SHOWS)
def test_every_generation_of_real_layouts_is_read(reference: Path, show: str) -> None:
    found = read_layout(reference / "shows" / show)
    assert found.models
    for element in found.models:
        assert element.name
        assert not element.display_as.startswith(("Vert", "Horiz", "Tree "))
        assert 1 <= element.version_number <= 8
    assert found.preview_size[0] > 100


def test_cameras_are_kept() -> None:
    found = layout(model("A"), more='<Viewpoints><Camera name="Front" posX="1.5" is_3d="1"/></Viewpoints>')
    assert [(camera.get("name"), camera.get("posX")) for camera in found.cameras] == [("Front", "1.5")]
    assert layout(model("A")).cameras == ()
