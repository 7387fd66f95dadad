"""Rows, layers and time: what shows where, and when."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.display.display import Display
from twinklr.core.effects import Renderer
from twinklr.core.xlights.sequence import EffectLayer, Sequence, SubRow
from unit.effects.conftest import BLUE, LINE, RED, effect, row

Make = Callable[..., Sequence]


def colors_of(renderer: Renderer, node: int) -> list[tuple[int, ...]]:
    return [tuple(color) for color in renderer.node_colors(0, renderer.frame_count)[:, node].tolist()]


def test_an_effect_lights_its_own_frames_only(small_display: Display, make_sequence: Make) -> None:
    renderer = Renderer(make_sequence(row("Line", (effect("On", 200, 400),))), small_display)
    lit = renderer.node_colors(0, 20).any(axis=(1, 2))
    assert lit.tolist() == [4 <= frame < 8 for frame in range(20)]


def test_times_are_rounded_to_frames_and_effects_without_length_dropped(
    small_display: Display, make_sequence: Make
) -> None:
    rounded = effect("On", 224, 376), effect("On", 500, 510)
    renderer = Renderer(make_sequence(row("Line", rounded)), small_display)
    assert np.flatnonzero(renderer.node_colors(0, 20).any(axis=(1, 2))).tolist() == [4, 5, 6, 7]


def test_of_two_effects_that_overlap_the_earlier_wins(small_display: Display, make_sequence: Make) -> None:
    both = effect("On", 0, 400), effect("On", 200, 600, palette=BLUE)
    renderer = Renderer(make_sequence(row("Line", both)), small_display)
    assert [color[0] > 0 for color in colors_of(renderer, 0)[:12]] == [True] * 8 + [False] * 4


def test_the_first_layer_is_on_top(small_display: Display, make_sequence: Make) -> None:
    layers = (effect("On", 0, 500, palette=BLUE),), (effect("On", 0, 1000, palette=RED),)
    renderer = Renderer(make_sequence(row("Line", *layers)), small_display)
    assert colors_of(renderer, 3) == [(0, 0, 255)] * 10 + [(255, 0, 0)] * 10


def test_later_rows_lie_over_earlier_ones(small_display: Display, make_sequence: Make) -> None:
    rows = row("All", (effect("On", 0, 1000),)), row("Line", (effect("On", 0, 500, palette=BLUE),))
    renderer = Renderer(make_sequence(*rows), small_display)
    assert colors_of(renderer, 0) == [(0, 0, 255)] * 10 + [(255, 0, 0)] * 10
    assert colors_of(renderer, LINE) == [(255, 0, 0)] * 20


@pytest.mark.parametrize(("blending", "under"), [(True, (255, 0, 0)), (False, (0, 0, 0))])
def test_model_blending_says_whether_unpainted_cells_show_what_lies_below(
    small_display: Display, make_sequence: Make, blending: bool, under: tuple[int, int, int]
) -> None:
    half = "B_CUSTOM_SubBuffer=0x0x50x100"
    rows = row("All", (effect("On", 0, 1000),)), row("Line", (effect("On", 0, 1000, half, BLUE),))
    renderer = Renderer(make_sequence(*rows, model_blending=blending), small_display)
    assert colors_of(renderer, 0)[0] == (0, 0, 255)
    assert colors_of(renderer, LINE - 1)[0] == under


def test_submodels_strands_and_nodes_lie_over_their_model(small_display: Display, make_sequence: Make) -> None:
    blue = (EffectLayer((effect("On", 0, 1000, palette=BLUE),)),)
    subrows = SubRow("submodel", "Start", blue), SubRow("node", "", blue, index=5, strand=0)
    renderer = Renderer(make_sequence(row("Line", (effect("On", 0, 1000),), subrows=subrows)), small_display)
    blue_nodes = np.flatnonzero(renderer.node_colors(0, 1)[0, :LINE, 2])
    assert blue_nodes.tolist() == [0, 1, 5]


def test_disabled_and_unknown_rows_stay_dark(small_display: Display, make_sequence: Make) -> None:
    on = (effect("On", 0, 1000),)
    rows = row("Line", on, attributes=(("RenderDisabled", "1"),)), row("Nowhere", on)
    assert not Renderer(make_sequence(*rows), small_display).frames(0, 20).any()


def test_unsupported_effects_are_counted_and_dark(small_display: Display, make_sequence: Make) -> None:
    effects = effect("Hologram", 0, 500), effect("Hologram", 500, 1000)
    renderer = Renderer(make_sequence(row("Line", effects)), small_display)
    assert renderer.unsupported == {"Hologram": 2}
    assert not renderer.frames(0, 20).any()


def test_only_the_named_rows_are_rendered(small_display: Display, make_sequence: Make) -> None:
    on = (effect("On", 0, 1000),)
    renderer = Renderer(make_sequence(row("Line", on), row("Grid", on)), small_display, models=["Grid"])
    lit = renderer.node_colors(0, 1)[0].any(axis=1)
    assert lit.tolist() == [False] * LINE + [True] * 12


BUSY = (
    row(
        "All",
        (
            effect(
                "Color Wash",
                0,
                1000,
                "E_TEXTCTRL_ColorWash_Cycles=3.0",
                f"{RED},{BLUE.replace('Palette1', 'Palette2')}",
            ),
        ),
    ),
    row(
        "Grid",
        (effect("Twinkle", 100, 800, "T_CHOICE_LayerMethod=Max"),),
        (effect("On", 0, 900, "T_TEXTCTRL_Fadein=0.20,T_CHOICE_In_Transition_Type=Wipe", BLUE),),
    ),
)


@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 19), length=st.integers(1, 20))
def test_any_window_equals_that_part_of_the_whole(
    small_display: Display, make_sequence: Make, start: int, length: int
) -> None:
    renderer = Renderer(make_sequence(*BUSY), small_display, seed=3)
    stop = min(start + length, 20)
    whole = Renderer(make_sequence(*BUSY), small_display, seed=3).frames(0, 20)
    np.testing.assert_array_equal(renderer.frames(start, stop), whole[start:stop])


@pytest.mark.parametrize("size", [1, 3, 7, 20, 64])
def test_windows_of_any_size_give_the_same_bytes(small_display: Display, make_sequence: Make, size: int) -> None:
    renderer = Renderer(make_sequence(*BUSY), small_display, seed=5)
    joined = np.concatenate(list(renderer.windows(size)))
    np.testing.assert_array_equal(joined, renderer.frames(0, 20))


def test_the_seed_decides_what_chance_does(small_display: Display, make_sequence: Make) -> None:
    sequence = make_sequence(row("Grid", (effect("Twinkle", 0, 1000),)))
    same = [Renderer(sequence, small_display, seed=1).frames(0, 20) for _ in range(2)]
    np.testing.assert_array_equal(same[0], same[1])
    assert (Renderer(sequence, small_display, seed=2).frames(0, 20) != same[0]).any()


def test_a_canvas_layer_is_painted_on_the_picture_below_it(small_display: Display, make_sequence: Make) -> None:
    half_dark = "T_CHECKBOX_Canvas=1,E_TEXTCTRL_On_Transparency=50"
    layers = (effect("On", 0, 1000, half_dark, BLUE),), (effect("On", 0, 1000),)
    color = Renderer(make_sequence(row("Line", *layers)), small_display).node_colors(0, 1)[0, 0]
    assert color[0] > 100
    assert color[2] > 100
