from __future__ import annotations

import pickle
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.display import GroupKind, Role, buffers_of, read_display
from twinklr.core.errors import InputError
from unit.display.display_fixtures import model, write_show, yard


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_display(tmp_path / "nothing")


def test_a_folder_without_a_layout(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"xlights_rgbeffects\.xml"):
        read_display(tmp_path)


def test_broken_xml(tmp_path: Path) -> None:
    (tmp_path / "xlights_rgbeffects.xml").write_text("<xrgb><models>")
    with pytest.raises(InputError):
        read_display(tmp_path)


def test_a_layout_without_models(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no models"):
        read_display(write_show(tmp_path, []))


def test_a_layout_of_models_without_light(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no models that give light"):
        read_display(write_show(tmp_path, [model("Text", "Label")]))


def test_too_many_nodes_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    huge = [model(f"M{i}", "Matrix", NumStrings="100000", NodesPerString="100000") for i in range(3)]
    with pytest.raises(InputError, match="too many nodes"):
        read_display(write_show(tmp_path, huge))


def test_a_yard(tmp_path: Path) -> None:
    display = read_display(yard(tmp_path))
    assert [prop.name for prop in display.props][:2] == ["Arch 1", "Arch 2"]
    assert display.node_count == sum(prop.node_count for prop in display.props) == 878
    assert display.channel_count == 3000
    roles = {prop.name: prop.role.role for prop in display.props}
    assert roles == {
        "Arch 1": Role.ARCH,
        "Arch 2": Role.ARCH,
        "Arch 3": Role.ARCH,
        "Big": Role.MEGA_TREE,
        "Upper Gutters": Role.ROOF_LINE,
        "Wall": Role.MATRIX,
        "Singer": Role.FACE,
    }
    kinds = {group.name: group.kind for group in display.groups}
    assert kinds == {
        "All": GroupKind.WHOLE_HOUSE,
        "Arches": GroupKind.ROW,
        "Odd": GroupKind.FAMILY,
        "Parts": GroupKind.PART_BANK,
        "Nested": GroupKind.MIXED,
    }
    assert display.group("Nested").props == ("Arch 1", "Arch 2", "Arch 3", "Big")
    with pytest.raises(KeyError):
        display.prop("Nobody")
    with pytest.raises(KeyError):
        display.group("Nobody")


def test_submodels_keep_gaps_and_direction(tmp_path: Path) -> None:
    prop = read_display(yard(tmp_path)).prop("Wall")
    buffer = prop.submodels[0].buffer
    assert (buffer.width, buffer.height) == (6, 2)
    placed = sorted(zip(buffer.y.tolist(), buffer.x.tolist(), (buffer.node - prop.first_node).tolist(), strict=True))
    assert placed == [(0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 4, 4), (0, 5, 3), (1, 0, 5)]


@pytest.mark.parametrize(
    ("string_type", "offsets", "channels"),
    [
        ("RGB Nodes", [0, 1, 2, -1], 3),
        ("GRB Nodes", [1, 0, 2, -1], 3),
        ("RGBW Nodes", [0, 1, 2, 3], 4),
        ("WRGB Nodes", [1, 2, 3, 0], 4),
    ],
)
def test_colour_orders(tmp_path: Path, string_type: str, offsets: list[int], channels: int) -> None:
    line = model("Line", "Single Line", NodesPerString="4", StringType=string_type)
    display = read_display(write_show(tmp_path, [line]))
    assert display.node_offsets[0].tolist() == offsets
    assert np.diff(display.node_channel).tolist() == [channels] * 3


def test_single_colours_have_a_tint_and_one_channel(tmp_path: Path) -> None:
    models = [
        model("Red", "Single Line", NumStrings="2", NodesPerString="50", StringType="Single Color Red"),
        model(
            "Amber",
            "Single Line",
            NodesPerString="50",
            StringType="Single Color",
            CustomColor="#FFA000",
            StartChannel="3",
        ),
        model("Flash", "Single Line", NodesPerString="1", StringType="Strobes", StartChannel="4"),
    ]
    display = read_display(write_show(tmp_path, models))
    assert [prop.node_count for prop in display.props] == [2, 1, 1]
    assert display.node_tint.tolist() == [[255, 0, 0], [255, 0, 0], [255, 160, 0], [255, 255, 255]]
    assert (display.node_offsets == [-1, -1, -1, 0]).all()
    assert len(display.prop("Red").points) == 100


def test_a_line_from_right_to_left_counts_its_channels_down(tmp_path: Path) -> None:
    line = model("Line", "Single Line", NumStrings="2", NodesPerString="3", Dir="R")
    display = read_display(write_show(tmp_path, [line]))
    assert display.node_channel.tolist() == [6, 3, 0, 15, 12, 9]
    assert (np.diff(display.node_xyz[:, 0]) > 0).all()


def test_strings_with_start_channels_of_their_own(tmp_path: Path) -> None:
    line = model("Line", "Single Line", NumStrings="2", NodesPerString="2", Advanced="1", String1="101", String2="1")
    display = read_display(write_show(tmp_path, [line]))
    assert display.node_channel.tolist() == [100, 103, 0, 3]


def test_a_custom_model_keeps_the_channels_of_numbers_left_out(tmp_path: Path) -> None:
    custom = model("Gap", "Custom", CustomModel="1,,3")
    display = read_display(write_show(tmp_path, [custom]))
    assert display.node_count == 2
    assert display.node_channel.tolist() == [0, 6]


def test_groups_with_loops_and_ghosts(tmp_path: Path) -> None:
    line = model("Line", "Single Line", NodesPerString="4")
    groups = {"A": "Line,B", "B": "A,Ghost,Line/Ghost", "C": "C"}
    display = read_display(write_show(tmp_path, [line], groups))
    assert display.group("A").props == ("Line",)
    assert display.group("B").props == ("Line",)
    assert display.group("C").props == ()
    text = "\n".join(display.findings)
    assert "contains itself" in text
    assert "Ghost" in text


def test_groups_that_multiply_stay_bounded(tmp_path: Path) -> None:
    line = model("Line", "Single Line", NodesPerString="2")
    groups = {"G0": "Line,Line"} | {f"G{i}": ",".join([f"G{i - 1}"] * 10) for i in range(1, 12)}
    display = read_display(write_show(tmp_path, [line], groups))
    assert display.group("G11").props == ("Line",)
    assert any("reaches more than" in finding for finding in display.findings)


def test_groups_may_nest_as_deep_as_they_like(tmp_path: Path) -> None:
    groups = {f"G{index}": f"G{index + 1}" for index in range(3000)} | {"G3000": "M"}
    display = read_display(write_show(tmp_path, [model("M", "Single Line", NodesPerString="3")], groups))
    assert display.group("G0").props == ("M",)


def test_groups_that_all_hold_each_other_end(tmp_path: Path) -> None:
    names = [f"G{index}" for index in range(12)]
    groups = {name: ",".join(["M", *(other for other in names if other != name)]) for name in names}
    display = read_display(write_show(tmp_path, [model("M", "Single Line", NodesPerString="3")], groups))
    assert {group.props for group in display.groups} == {("M",)}
    assert any("contains itself" in finding for finding in display.findings)


def test_groups_that_reach_too_many_members_are_refused(tmp_path: Path) -> None:
    names = [f"G{index}" for index in range(80)]
    groups = {name: ",".join(["M", *names[index + 1 : index + 9]]) for index, name in enumerate(names)}
    with pytest.raises(InputError, match=r"xlights_rgbeffects.xml: the groups reach too many members"):
        read_display(write_show(tmp_path, [model("M", "Single Line", NodesPerString="3")], groups))


def test_ranges_far_beyond_the_nodes_take_no_memory(tmp_path: Path) -> None:
    parts = "".join(f'<subModel name="S{index}" type="ranges" line0="1-2" line1="1-999999"/>' for index in range(100))
    display = read_display(write_show(tmp_path, [model("M", "Single Line", parts, NodesPerString="3")]))
    assert {(part.buffer.width, len(part.buffer.node)) for part in display.prop("M").submodels} == {(2, 2)}


def test_of_two_models_with_one_name_the_last_counts(tmp_path: Path) -> None:
    models = [model("Line", "Single Line", NodesPerString="4"), model("Line", "Single Line", NodesPerString="9")]
    display = read_display(write_show(tmp_path, models))
    assert [prop.node_count for prop in display.props] == [9]
    assert any("2 models have the name" in finding for finding in display.findings)


def test_models_that_say_so_are_ignored(tmp_path: Path) -> None:
    models = [model("Line DON'T USE", "Single Line", NodesPerString="4"), model("Line", "Single Line")]
    display = read_display(write_show(tmp_path, models))
    assert [prop.ignored for prop in display.props] == [True] + [False] * (len(display.props) - 1)


def test_places_of_2016(tmp_path: Path) -> None:
    place = 'X1="0.25" Y1="0.5" X2="0.75" Y2="0.5"'
    line = f'<model name="L" DisplayAs="Single Line" parm1="1" parm2="3" StartChannel="1" versionNumber="1" {place}/>'
    display = read_display(write_show(tmp_path, [line]))
    assert display.node_xyz[:, 0].round(3).tolist() == [320.0, 640.0, 960.0]
    assert display.node_xyz[:, 1].tolist() == [360.0] * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_overrides(tmp_path: Path, encoding: str) -> None:
    yard(tmp_path)
    (tmp_path / "twinklr.toml").write_text(
        'ignore = ["Singer", "Nobody"]\n[roles]\n"Wall" = "window"\n[groups]\n"Odd" = "mixed"\n', encoding=encoding
    )
    display = read_display(tmp_path)
    assert display.prop("Wall").role.role is Role.WINDOW
    assert display.prop("Wall").role.confidence == 1.0
    assert display.prop("Singer").ignored
    assert display.group("Odd").kind is GroupKind.MIXED
    assert any("Nobody" in finding for finding in display.findings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("roles = [", "not valid TOML"),
        ("ignore = " + "[" * 5000, "nested too deeply"),
        ('[roles]\n"Wall" = "sofa"\n', "sofa"),
        ("roles = 3\n", "not a table"),
        ('ignore = "Wall"\n', "not a list"),
        ('[role]\n"Wall" = "window"\n', "no table 'role'.*ignore, roles, groups.*did you mean 'roles'"),
        ('[Groups]\n"Odd" = "mixed"\n', "no table 'Groups'.*did you mean 'groups'"),
        ('ignored = ["Wall"]\n', "no setting 'ignored'.*did you mean 'ignore'"),
        ('[wallpaper]\n"Wall" = 1\n', "no table 'wallpaper'.*correct or remove it"),
        ('[roles]\n"Noël" = "window"\n'.encode("latin-1"), "not UTF-8.*save it as UTF-8"),
    ],
)
def test_broken_overrides_are_one_clear_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    yard(tmp_path)
    (tmp_path / "twinklr.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=message) as caught:
        read_display(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_display_survives_the_border_of_a_process(tmp_path: Path) -> None:
    display = read_display(yard(tmp_path))
    buffers_of(display, "All")
    other = pickle.loads(pickle.dumps(display))
    assert other.prop("Big").role == display.prop("Big").role
    assert (other.node_xyz == display.node_xyz).all()
    assert (buffers_of(other, "All")[0].node == buffers_of(display, "All")[0].node).all()


ODD_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["-1", "0", "1e9", "nan", "inf", "99999999999", "1,2;3", ",,,", "1-5,9-2", "0x0x100x100", "true"]
)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["Single Line", "Arches", "Tree", "Matrix", "Custom", "Star", "Poly Line", "Icicles", "Circle",
                          "Spinner", "Sphere", "Cube", "Window Frame", "Candy Canes", "DmxMovingHead", "Nonsense"]),
    attributes=st.dictionaries(
        st.sampled_from(["NumStrings", "NodesPerString", "StrandsPerString", "CustomModel", "CustomModelCompressed",
                         "PointData", "cPointData", "NumPoints", "LayerSizes", "DropPattern", "ScaleX", "WorldPosX",
                         "StarPoints", "starRatio", "starCenterPercent", "StringType", "CustomColor", "X2", "Y2",
                         "Depth", "Seg1", "TreeBottomTopRatio", "Hollow", "Arc", "DmxChannelCount", "NodesPerArm"]),
        ODD_TEXT,
        max_size=8,
    ),
    line=ODD_TEXT,
)  # fmt: skip
def test_odd_attributes_never_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, kind: str, attributes: dict[str, str], line: str
) -> None:
    parts = f"<subModel name='S' type='ranges' line0={quoteattr(line)}/>"
    parts += f"<subModel name='T' type='subbuffer' subBuffer={quoteattr(line)}/>"
    models = [model("M", kind, parts, **attributes), model("L", "Single Line", NodesPerString="3")]
    folder = write_show(tmp_path_factory.mktemp("odd"), models, {"G": "M,L,M/S,M/T"})
    try:
        display = read_display(folder)
    except InputError:
        return
    for row in ("L", "G", *(["M"] if display.has_prop("M") else [])):
        for style in ("Default", "Per Preview", "Horizontal Per Model/Strand"):
            for buffer in buffers_of(display, row, style=style):
                assert len(buffer.x) == 0 or (buffer.x.max() < buffer.width and buffer.y.max() < buffer.height)
    assert np.isfinite(display.node_xyz).all()
