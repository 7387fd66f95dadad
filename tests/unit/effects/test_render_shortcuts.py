"""Short cuts of the renderer give what the long way gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effect_calls import make_call
from twinklr.core.effects.blend import METHODS, blend
from twinklr.core.effects.catalog import EFFECTS
from twinklr.core.effects.history import one_share, scattered
from twinklr.core.effects.shapes import draw_shape, reach_of, shape_within

FEW = st.integers(0, 2)


@settings(max_examples=40)
@given(
    method=st.sampled_from(sorted(METHODS)),
    places=st.lists(st.tuples(FEW, FEW, FEW, st.integers(-2, 2)), min_size=1, max_size=12),
    strength=st.floats(0.0, 1.0),
    started=st.booleans(),
)
def test_a_node_does_not_depend_on_its_neighbours(
    method: str, places: list[tuple[int, int, int, int]], strength: float, started: bool
) -> None:
    rng = np.random.default_rng(1)
    layer, below = rng.integers(0, 256, (1, 3, 4), dtype=np.uint8), rng.integers(0, 256, (3, 4), dtype=np.uint8)
    half = np.array([place[0] for place in places], np.uint8)
    cells = np.array([place[3] for place in places], np.int32)
    canvas = below[[place[1] for place in places]][None].copy()
    alone = canvas.copy()
    levels, begun = np.array([[0.7, strength, 0.2]]), np.array([started])
    nodes = np.arange(len(places), dtype=np.int32)
    blend(canvas, nodes, layer, cells, half, METHODS[method], levels, begun)
    for node in nodes:
        one = slice(node, node + 1)
        blend(alone, nodes[one], layer, cells[one], half[one], METHODS[method], levels, begun)
    np.testing.assert_array_equal(canvas[..., :3], alone[..., :3])


@given(seed=st.integers(0, 2**32), first=st.integers(0, 10**6), second=st.integers(0, 10**6))
def test_one_throw_of_the_dice_is_one_of_many(seed: int, first: int, second: int) -> None:
    many = scattered(seed, np.array([first, first + 1])[:, None], np.array([second, 0])[None, :])
    assert one_share(np.uint64(seed), first, second) == many[0, 0]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Shimmer", "E_CHECKBOX_Shimmer_Use_All_Colors=1"),
        ("Shimmer", "E_TEXTCTRL_Shimmer_Cycles=5.0"),
        ("Twinkle", "E_CHOICE_Twinkle_Style=Old Render Method,E_CHECKBOX_Twinkle_ReRandom=1,E_SLIDER_Twinkle_Steps=4"),
        ("Twinkle", "E_CHOICE_Twinkle_Style=New Render Method,E_SLIDER_Twinkle_Steps=4,E_SLIDER_Twinkle_Count=40"),
        ("Meteors", "E_SLIDER_Meteors_Count=30,E_CHOICE_Meteors_Type=Rainbow"),
        ("Meteors", "E_SLIDER_Meteors_Count=30,E_CHOICE_Meteors_Type=Range,E_CHOICE_Meteors_Effect=Explode"),
    ],
)
def test_single_cells_are_painted_as_they_are_in_the_whole_picture(name: str, stored: str) -> None:
    whole = make_call(stored, size=(9, 7), frames=25, seed=5, colors=("#FF0000", "#00FF00", "#0000FF"))
    rows, columns = np.array([[0, 3, 3, 6]]), np.array([[8, 0, 4, 1]])
    picture = EFFECTS[name].function(whole)
    few = EFFECTS[name].function(replace(whole, cells=(columns, rows)))
    assert EFFECTS[name].pointwise
    assert picture[..., :3].any()
    np.testing.assert_array_equal(few[:, 0], picture[:, rows[0], columns[0]])


@given(
    name=st.sampled_from(["Circle", "Filled Heart", "Star", "Candy Cane"]),
    centre=st.tuples(st.floats(-5.0, 25.0), st.floats(-5.0, 20.0)),
    radius=st.floats(-1.0, 12.0),
)
def test_a_shape_has_no_cells_outside_its_reach(name: str, centre: tuple[float, float], radius: float) -> None:
    rows, columns = reach_of(centre, radius, 20, 15)
    within = shape_within((rows, columns), name, centre, radius)
    whole = draw_shape(name, 20, 15, centre, radius)
    everywhere = shape_within((slice(0, 15), slice(0, 20)), name, centre, radius)
    assert whole.sum() == within.sum()
    np.testing.assert_array_equal(whole, everywhere)
