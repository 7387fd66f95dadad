"""Groups to plan for, order in the yard, and drawings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from twinklr.core.display import (
    Display,
    Role,
    buffers_of,
    display_groups,
    draw_layout,
    is_row,
    ordered,
    plan_groups,
    read_display,
    symmetric_pairs,
    unlit,
    whole_house_group,
)
from twinklr.core.errors import OutputError
from unit.display.display_fixtures import model, write_show, yard


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Display:
    return read_display(yard(tmp_path_factory.mktemp("yard")))


def test_groups_to_plan_for(display: Display) -> None:
    groups = {group["role_key"]: group for group in display_groups(display)}
    assert set(groups) == {"mega_tree", "matrix", "arch", "roof_line", "singing_face"}
    assert groups["arch"] == {
        "role_key": "arch",
        "role": "arch",
        "model_count": 3,
        "group_type": "ordered_row",
        "name": "Arches",
        "rows": ["Arches"],
        "models": ["Arch 1", "Arch 2", "Arch 3"],
        "node_count": 30,
        "share_of_nodes": pytest.approx(30 / 878, abs=1e-4),
    }
    assert groups["mega_tree"]["group_type"] == "single"
    whole = whole_house_group(display)
    assert whole is not None
    assert whole.name == "All"


@settings(max_examples=25, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(["Arch", "Mini Tree", "Star", "Roof", "Fence", "Deer", "Window", "Spot", "Cane", "Snowflake"]),
        min_size=1,
        max_size=40,
    ),
    limit=st.integers(1, 16),
)
def test_every_prop_is_in_one_group(tmp_path_factory: pytest.TempPathFactory, names: list[str], limit: int) -> None:
    folder = tmp_path_factory.mktemp("some")
    models = [model(f"{name} {i}", "Single Line", NodesPerString="3") for i, name in enumerate(names)]
    display = read_display(write_show(folder, models, {"All": ",".join(f"{n} {i}" for i, n in enumerate(names))}))
    groups = plan_groups(display, limit)
    assert 1 <= len(groups) <= limit
    members = [name for group in groups for name in group.models]
    assert sorted(members) == sorted(prop.name for prop in display.props)
    assert len({group.role_key for group in groups}) == len(groups)
    assert unlit(display, [row for group in groups for row in group.rows]) == []
    for group in groups:
        assert group.role_key.startswith(group.role.value)
        reached = {int(n) for row in group.rows for buffer in buffers_of(display, row) for n in buffer.node}
        assert len(reached) == group.node_count


@pytest.mark.reference
@pytest.mark.parametrize(
    "show", ["ac_2016", "car_v5", "large_v7", "one_matrix_cc0", "singing_v7", "small_v5", "suburban_2026"]
)
def test_every_shared_show_has_few_groups_and_nothing_stays_dark(reference: Path, show: str) -> None:
    display = read_display(reference / "shows" / show)
    groups = plan_groups(display)
    assert 1 <= len(groups) <= 16
    assert unlit(display, [row for group in groups for row in group.rows]) == []
    assert sum(group.model_count for group in groups) == sum(prop.active for prop in display.props)


def test_order_in_the_yard(tmp_path: Path) -> None:
    models = [
        model(f"M{i}", "Matrix", NumStrings="2", NodesPerString="2", WorldPosX=str(x), WorldPosZ=str(z))
        for i, (x, z) in enumerate([(300, 0), (100, 50), (200, -50)])
    ]
    props = read_display(write_show(tmp_path, models)).props
    assert [prop.name for prop in ordered(props)] == ["M1", "M2", "M0"]
    assert [prop.name for prop in ordered(props, "near_far")] == ["M1", "M0", "M2"]
    assert is_row(props)
    assert not is_row(props[:2])


def test_symmetric_pairs(tmp_path: Path) -> None:
    models = [
        model(f"Star {i}", "Star", NumStrings="1", NodesPerString="20", WorldPosX=str(x))
        for i, x in enumerate([0, 1000, 210, 800, 500])
    ]
    props = read_display(write_show(tmp_path, models)).props
    pairs = [(one.name, other.name) for one, other in symmetric_pairs(props)]
    assert pairs == [("Star 0", "Star 1"), ("Star 2", "Star 3")]


def test_drawings(display: Display, tmp_path: Path) -> None:
    draw_layout(display, tmp_path / "yard.png", (640, 480))
    with Image.open(tmp_path / "yard.png") as picture:
        assert picture.size == (640, 480)
        assert len(picture.getcolors(640 * 480) or []) > 5
    draw_layout(display, tmp_path / "yard.svg")
    text = (tmp_path / "yard.svg").read_text(encoding="utf-8")
    assert text.count("<path") == len(display.props)
    assert Role.MEGA_TREE.value in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["yard.png", "yard.svg"]


def test_names_in_a_drawing_do_not_cover_one_another(tmp_path: Path) -> None:
    lines = [model(f"Line {index}", "Single Line", NodesPerString=str(9 + index)) for index in range(5)]
    lines.append(model("Above", "Single Line", NodesPerString="5", WorldPosY="90"))
    draw_layout(read_display(write_show(tmp_path, lines)), tmp_path / "a.svg")
    assert re.findall(r">([^<>]+)</text>", (tmp_path / "a.svg").read_text())[:2] == ["Line 4", "Above"]


def test_drawings_that_cannot_be(display: Display, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.png or \.svg"):
        draw_layout(display, tmp_path / "yard.bmp")
    with pytest.raises(OutputError, match="cannot be written"):
        draw_layout(display, tmp_path / "nowhere" / "yard.png")
