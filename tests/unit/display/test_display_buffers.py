from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twinklr.core.display import Display, buffers_of, read_display
from unit.display.display_fixtures import model, write_show, yard

STYLES = (
    "Default", "Per Preview", "Single Line", "As Pixel", "Horizontal Per Strand", "Vertical Per Strand",
    "Horizontal Stack", "Vertical Stack", "Horizontal Stack - Scaled", "Vertical Stack - Scaled",
    "Horizontal Per Model", "Vertical Per Model", "Horizontal Per Model/Strand", "Vertical Per Model/Strand",
    "Overlay - Centered", "Overlay - Scaled", "Single Line Model As A Pixel", "Default Model As A Pixel",
    "Per Model Default", "Per Model Per Preview", "Per Model Single Line", "Per Model Default Deep",
    "Per Model Vertical Per Strand", "Per Model Horizontal Per Strand", "no such style",
)  # fmt: skip


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Display:
    return read_display(yard(tmp_path_factory.mktemp("yard")))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("row", ["Wall", "Big", "Arches", "All", "Nested", "Parts"])
def test_every_style_reaches_every_node_of_its_row(display: Display, row: str, style: str) -> None:
    buffers = buffers_of(display, row, style=style)
    for buffer in buffers:
        assert 0 <= buffer.x.min() <= buffer.x.max() < buffer.width
        assert 0 <= buffer.y.min() <= buffer.y.max() < buffer.height
        assert len(buffer.x) == len(buffer.y) == len(buffer.node)
    reached = np.unique(np.concatenate([buffer.node for buffer in buffers]))
    wanted = np.unique(buffers_of(display, row, style="Single Line")[0].node)
    assert (reached == wanted).all()


def test_styles_per_model_give_a_buffer_for_each_member(display: Display) -> None:
    assert len(buffers_of(display, "Arches", style="Per Model Default")) == 3
    # "Nested" holds a group and a tree; deep styles look through the group.
    assert len(buffers_of(display, "Nested", style="Per Model Default")) == 2
    assert len(buffers_of(display, "Nested", style="Per Model Default Deep")) == 4


def test_sizes_of_some_styles(display: Display) -> None:
    def size(row: str, style: str) -> tuple[int, int]:
        buffer = buffers_of(display, row, style=style)[0]
        return buffer.width, buffer.height

    assert size("Arches", "Horizontal Per Model") == (3, 10)
    assert size("Arches", "Vertical Per Model") == (10, 3)
    assert size("Arches", "Horizontal Stack") == (30, 1)
    assert size("Arches", "Vertical Stack") == (10, 3)
    assert size("All", "As Pixel") == (1, 1)
    assert size("Wall", "Single Line") == (24, 1)
    assert size("All", "Default")[0] == 400


@pytest.mark.parametrize(
    ("layout", "size"), [("horizontal", (3, 10)), ("vertical", (10, 3)), ("Vertical Stack", (10, 3))]
)
def test_a_groups_layout_is_its_default(tmp_path: Path, layout: str, size: tuple[int, int]) -> None:
    arches = [model(f"A{i}", "Arches", NumArches="1", NodesPerArch="10") for i in range(3)]
    display = read_display(write_show(tmp_path, arches, {"G": "A0,A1,A2"}, layout=layout))
    buffer = buffers_of(display, "G")[0]
    assert (buffer.width, buffer.height) == size


def test_a_grid_is_the_whole_preview(tmp_path: Path) -> None:
    line = model("L", "Single Line", NodesPerString="10")
    display = read_display(write_show(tmp_path, [line], {"G": "L"}, layout="grid"))
    buffer = buffers_of(display, "G")[0]
    assert (buffer.width, buffer.height) == (400, 225)


def test_submodel_and_strand_rows(display: Display) -> None:
    part = buffers_of(display, "Wall", submodel="Left")[0]
    assert (part.width, part.height) == (6, 2)
    strand = buffers_of(display, "Wall", strand="1")[0]
    first = display.prop("Wall").first_node
    assert strand.node.tolist() == list(range(first + 6, first + 12))
    assert (strand.width, strand.height) == (6, 1)


def test_rows_that_are_not_there(display: Display) -> None:
    with pytest.raises(KeyError):
        buffers_of(display, "Nobody")
    with pytest.raises(KeyError):
        buffers_of(display, "Wall", submodel="Nobody")
    with pytest.raises(KeyError):
        buffers_of(display, "Wall", strand=99)


def test_empty_groups_have_a_buffer_without_nodes(tmp_path: Path) -> None:
    line = model("L", "Single Line", NodesPerString="10")
    display = read_display(write_show(tmp_path, [line], {"Empty": ""}))
    for style in STYLES:
        buffers = buffers_of(display, "Empty", style=style)
        assert sum(len(buffer.node) for buffer in buffers) == 0
        assert all(buffer.width >= 1 and buffer.height >= 1 for buffer in buffers)


def test_members_that_are_off_get_no_light_from_a_group(tmp_path: Path) -> None:
    models = [
        model("On", "Single Line", NodesPerString="4"),
        model("Off", "Single Line", NodesPerString="4", Active="0"),
    ]
    display = read_display(write_show(tmp_path, models, {"G": "On,Off"}))
    for style in ("Default", "Horizontal Stack", "Per Model Default"):
        nodes = np.concatenate([buffer.node for buffer in buffers_of(display, "G", style=style)])
        assert nodes.max() < 4


def test_buffers_are_made_once(display: Display) -> None:
    assert buffers_of(display, "All") is buffers_of(display, "All")


def test_a_line_per_preview_is_stretched_until_its_nodes_have_room(tmp_path: Path) -> None:
    line = model("Line", "Single Line", "1", NumStrings="1", NodesPerString="50", X2="98", Y2="0")
    display = read_display(write_show(tmp_path, line))
    buffer = buffers_of(display, "Line", style="Per Preview")[0]
    assert (buffer.width, buffer.height) == (401, 1)


def test_strands_of_a_model_are_stretched_to_the_longest(tmp_path: Path) -> None:
    arch = model("Arch", "Arches", "1", NumArches="1", NodesPerArch="6", LayerSizes="4,2", X2="60", Y2="0")
    display = read_display(write_show(tmp_path, arch))
    buffer = buffers_of(display, "Arch", style="Horizontal Per Strand")[0]
    assert (buffer.width, buffer.height) == (2, 4)
    assert sorted(zip(buffer.x.tolist(), buffer.y.tolist(), strict=True))[4:] == [(1, 0), (1, 2)]


def test_stacks_may_be_staggered(display: Display) -> None:
    stack = buffers_of(display, "Arches", style="Horizontal Stack", stagger=2)[0]
    assert (stack.width, stack.height) == (30, 5)
    assert np.unique(stack.y).tolist() == [0, 2, 4]
    upright = buffers_of(display, "Arches", style="Vertical Stack", stagger=2)[0]
    assert (upright.width, upright.height) == (14, 3)
    assert upright.x[upright.y == 2].tolist() == list(range(4, 14))
    down = buffers_of(display, "Arches", style="Horizontal Stack", stagger=-1)[0]
    assert (down.height, np.unique(down.y).tolist()) == (1, [-2, -1, 0])
