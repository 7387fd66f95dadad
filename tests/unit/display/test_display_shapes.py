"""Laws over all model types, and examples of how wires run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.display.shapes import build_shape
from twinklr.core.display.shapes.line import CaneForm, canes, drops_of, icicles, poly_line, spread_by_length
from twinklr.core.display.shapes.matrix import RIBBON, TreeForm, Wiring, matrix, tree
from twinklr.core.display.shapes.ring import SpinnerForm, StarForm, circle, spinner, star, window_frame
from twinklr.core.xlights import ModelElement, node_count

COUNTS = ("NumStrings", "NodesPerString", "StrandsPerString", "NumArches", "NodesPerArch", "NumCanes", "NodesPerCane",
          "NodesPerArm", "ArmsPerString", "TopNodes", "SideNodes", "BottomNodes", "CubeWidth", "CubeHeight",
          "CubeDepth", "NumChannels", "StarPoints", "NumPoints", "DmxChannelCount")  # fmt: skip
TYPES = ("Single Line", "Arches", "Candy Canes", "Matrix", "Tree", "Sphere", "Star", "Circle", "Wreath", "Spinner",
         "Icicles", "Window Frame", "Cube", "Poly Line", "MultiPoint", "Channel Block", "Image",
         "DmxMovingHeadAdv")  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(TYPES),
    counts=st.lists(st.integers(1, 7), min_size=len(COUNTS), max_size=len(COUNTS)),
    flags=st.fixed_dictionaries(
        {
            "Dir": st.sampled_from("LR"),
            "StartSide": st.sampled_from("BT"),
            "Vertical": st.sampled_from(["true", "false"]),
            "AlternateNodes": st.sampled_from(["true", "false"]),
            "NoZig": st.sampled_from(["true", "false"]),
            "StringType": st.sampled_from(["RGB Nodes", "3 Channel RGB", "Single Color Red"]),
        }
    ),
)
def test_every_type_gives_every_node_a_cell(kind: str, counts: list[int], flags: dict[str, str]) -> None:
    attributes = {name: str(count) for name, count in zip(COUNTS, counts, strict=True)} | flags
    attributes["PointData"] = ",".join(str(i) for i in range(3 * int(attributes["NumPoints"])))
    model = ModelElement("M", kind, 8, attributes)
    shape = build_shape(model)
    assert shape.node_count == node_count(model)
    assert len(shape.x) == len(shape.y) == len(shape.node) == len(shape.local)
    if shape.node_count:
        assert 0 <= shape.x.min() <= shape.x.max() < shape.width
        assert 0 <= shape.y.min() <= shape.y.max() < shape.height
        assert shape.node.max() < shape.node_count
        assert np.isfinite(shape.local).all()
        assert all(0 <= node < shape.node_count for strand in shape.strands for node in strand)


@given(
    strings=st.integers(1, 5),
    strands=st.integers(1, 4),
    length=st.integers(1, 6),
    flags=st.tuples(*[st.booleans()] * 5),
)
def test_a_matrix_uses_every_cell_once(strings: int, strands: int, length: int, flags: tuple[bool, ...]) -> None:
    left, bottom, no_zig, alternate, vertical = flags
    shape = matrix(Wiring(strings, strands * length, strands, left, bottom, no_zig, alternate), vertical)
    cells = set(zip(shape.x.tolist(), shape.y.tolist(), strict=True))
    assert len(cells) == shape.width * shape.height == shape.node_count


def cells(shape_x: np.ndarray, shape_y: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(shape_x.tolist(), shape_y.tolist(), strict=True))


def test_wires_of_a_matrix() -> None:
    down = matrix(Wiring(1, 4, 2, bottom=False))
    assert cells(down.x, down.y) == [(0, 1), (0, 0), (1, 0), (1, 1)]
    out_and_back = matrix(Wiring(1, 5, 1, alternate=True))
    assert out_and_back.y.tolist() == [0, 2, 4, 3, 1]
    flat = matrix(Wiring(2, 3), vertical=False)
    assert (flat.width, flat.height) == (3, 2)


def test_a_round_tree_is_narrower_at_the_top() -> None:
    shape = tree(Wiring(8, 10), TreeForm(perspective=0.0))
    top, bottom = shape.local[shape.y == 9], shape.local[shape.y == 0]
    assert np.ptp(top[:, 0]) * 5.9 == pytest.approx(np.ptp(bottom[:, 0]), rel=0.05)
    assert top[:, 1].min() > bottom[:, 1].max()


def test_a_circle_lists_its_rings_from_the_inside_and_is_wired_from_the_outside() -> None:
    shape = circle([4, 8], center_percent=50.0)
    radius = np.hypot(shape.local[:, 0], shape.local[:, 1])
    assert np.allclose(radius[:8], 4.0)
    assert np.allclose(radius[8:], 2.0)
    assert shape.y.tolist() == [1] * 8 + [0] * 4


@pytest.mark.parametrize("start", ["Top", "Bottom", "Left", "Right"])
def test_where_stars_start(start: str) -> None:
    x, y, _ = star([50], StarForm(start=start)).local[0]
    assert {"Top": y > 20, "Bottom": y < 0 and abs(x) < 1, "Left": x < -10, "Right": x > 10}[start]


def test_a_star_goes_either_way() -> None:
    one, other = (star([50], StarForm(clockwise=clockwise)).local for clockwise in (True, False))
    assert np.allclose(one[:, 0], -other[:, 0], atol=1e-9)


def test_a_spinner_has_an_arm_in_every_direction() -> None:
    shape = spinner(SpinnerForm(arms=4, nodes=5))
    tips = shape.local[shape.y == 0]
    assert np.allclose(sorted(np.degrees(np.arctan2(tips[:, 1], tips[:, 0])).round()), [-90, 0, 90, 180])


@pytest.mark.parametrize(
    ("left", "bottom", "clockwise", "first"),
    [
        (True, True, True, (0, 0)),
        (True, False, True, (0, 3)),
        (False, True, False, (4, 0)),
        (False, False, True, (4, 3)),
    ],
)
def test_where_a_window_frame_starts(left: bool, bottom: bool, clockwise: bool, first: tuple[int, int]) -> None:
    shape = window_frame(3, 4, 3, left, bottom, clockwise)
    assert (shape.width, shape.height, shape.node_count) == (5, 4, 14)
    assert cells(shape.x, shape.y)[0] == first


def test_a_window_frame_that_sets_out_sideways_has_its_corners_in_the_rows() -> None:
    shape = window_frame(3, 4, 3, left=True, from_bottom=False)
    assert cells(shape.x, shape.y)[:7] == [(0, 3), (1, 3), (2, 3), (3, 3), (4, 3), (4, 2), (4, 1)]


def test_a_window_frame_is_as_wide_as_its_buffer() -> None:
    shape = window_frame(10, 14, 10)
    assert np.ptp(shape.local, axis=0)[:2].tolist() == [12.0, 13.0]


def test_short_rows_of_a_window_frame_are_spread() -> None:
    shape = window_frame(2, 3, 6)
    assert cells(shape.x, shape.y)[3:5] == [(1, 2), (3, 2)]
    assert np.allclose(shape.local[3:5, 0], [-4 / 3, 4 / 3])


@given(pattern=st.lists(st.integers(0, 5), min_size=1, max_size=4), total=st.integers(0, 60))
def test_drops_hold_all_lights(pattern: list[int], total: int) -> None:
    assert sum(drops_of(pattern, total)) == total


def test_icicles_hang_from_the_top_row() -> None:
    shape = icicles(7, [3, 1])
    assert cells(shape.x, shape.y) == [(0, 2), (0, 1), (0, 0), (1, 2), (2, 2), (2, 1), (2, 0)]


def test_the_hook_of_a_cane_is_at_its_top() -> None:
    shape = canes(CaneForm(1, 18))
    assert shape.local[:12, 0].tolist() == [0.0] * 12
    assert shape.local[17, 0] == pytest.approx(6.0)
    assert shape.local[14, 1] > shape.local[11, 1]
    assert shape.local[17, 1] == pytest.approx(shape.local[11, 1])


def test_canes_wired_from_the_right_keep_their_order() -> None:
    attributes = {"NumCanes": "3", "NodesPerCane": "2", "StringType": "RGB Nodes", "Dir": "R"}
    shape = build_shape(ModelElement(name="Canes", display_as="Candy Canes", version_number=8, attributes=attributes))
    assert shape.x.tolist() == [0, 0, 1, 1, 2, 2]
    assert shape.slot is not None
    assert shape.slot.tolist() == [4, 5, 2, 3, 0, 1]


def test_a_spiral_has_more_lights_where_it_is_wide() -> None:
    shape = tree(Wiring(strings=1, nodes=50), TreeForm(ratio=2.0, spiral_turns=2.0))
    steps = np.diff(shape.local[:, 1])
    assert steps[0] < steps[-1]
    # The tip stands a light's step above a straight strand's: the parts have whole numbers of lights.
    assert np.ptp(shape.local[:, 1]) == pytest.approx(150.0 * 50 / 49)


def test_a_node_of_a_ribbon_is_a_stripe_of_three_lights() -> None:
    shape = tree(Wiring(strings=5, nodes=10), TreeForm(kind=RIBBON))
    assert np.bincount(shape.node).tolist() == [3] * 50
    assert np.allclose(np.diff(shape.local[:3, 1]), [-0.33 / 9 * 20 * 0.9252519, 0.66 / 9 * 20 * 0.9252519])
    tops = shape.local[(shape.y == 9).nonzero()[0][::3], 1]
    assert tops[2] == pytest.approx(10.0)
    assert tops[0] < tops[1] < tops[2]


@pytest.mark.parametrize("kind", ["Cube", "Sphere"])
def test_deep_models_lean_so_that_their_back_is_seen(kind: str) -> None:
    counts = dict.fromkeys(("CubeWidth", "CubeHeight", "CubeDepth", "NumStrings", "NodesPerString"), "4")
    attributes = {**counts, "StringType": "RGB Nodes"}
    shape = build_shape(ModelElement(name=kind, display_as=kind, version_number=8, attributes=attributes))
    assert shape.tilt == pytest.approx(0.1)


def test_poly_lines_by_length_and_by_segment() -> None:
    path = [np.array([[0.0, 0, 0], [9.0, 0, 0]]), np.array([[9.0, 0, 0], [9.0, 3.0, 0]])]
    even = spread_by_length(path, 4)
    assert even.local[:, 0].tolist() == [0.0, 3.0, 6.0, 9.0]
    counted = poly_line(path, [1, 3])
    assert counted.local[:, 1].tolist() == [0.0, 0.0, 1.0, 2.0]


def test_drops_of_a_poly_line_hang() -> None:
    path = [np.array([[0.0, 5.0, 0], [4.0, 5.0, 0]])]
    shape = spread_by_length(path, 2, [1, 2])
    assert (shape.width, shape.height, shape.node_count) == (2, 2, 3)
    assert shape.local[:, 1].tolist() == [5.0, 5.0, 4.0]
