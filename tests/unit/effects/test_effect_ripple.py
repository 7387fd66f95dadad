"""Ripple's other drawing styles and shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effect_calls import make_call
from twinklr.core.effects import EFFECTS
from twinklr.core.effects.call import Pixels
from twinklr.core.effects.ripple import render_ripple
from twinklr.core.effects.ripple_bands import BANDS

SHAPES = ("Circle", "Square", "Triangle", "Star", "Polygon", "Heart", "Tree", "Candy Cane", "Snow Flake", "Crucifix")
STYLES = sorted(BANDS)


def ripple(style: str, more: str = "", *, window: tuple[int, int] | None = None) -> Pixels:
    stored = f"CHOICE_Ripple_Draw_Style={style},CHOICE_Ripple_Movement=Explode,{more}".rstrip(",")
    return render_ripple(make_call(stored, size=(31, 31), frames=20, window=window))


def away_of(pixels: Pixels) -> np.ndarray:  # type: ignore[type-arg]
    """Distances of the lit cells of a frame from the middle."""
    return np.hypot(*(np.indices((31, 31)) - 15))[pixels[..., 3] > 0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("style", ["Old", *STYLES])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_drawn_in_every_style(style: str, shape: str) -> None:
    pixels = ripple(style, f"CHOICE_Ripple_Object_To_Draw={shape}")
    assert pixels[12, ..., 3].any()
    assert (pixels[..., 3] == 255).sum() < pixels[..., 3].size


@pytest.mark.parametrize("style", ["Lines Both", "Solid Inward Ripple", "Highlight Outward"])
@given(edges=st.tuples(st.integers(0, 19), st.integers(1, 20)).filter(lambda pair: pair[0] < pair[1]))
@settings(max_examples=5, deadline=None)
def test_a_window_equals_that_part_of_the_whole(style: str, edges: tuple[int, int]) -> None:
    more = "TEXTCTRL_Ripple_Twist=90,CHOICE_Ripple_Object_To_Draw=Star,TEXTCTRL_Ripple_Cycles=2"
    np.testing.assert_array_equal(ripple(style, more, window=edges), ripple(style, more)[edges[0] : edges[1]])


def test_bands_lie_on_their_side_of_the_outline() -> None:
    radius = 16 * 10 / 19
    for style, low, high in (("Solid Inward", -5, 0), ("Solid Outward", 0, 5), ("Solid Both", -5, 5)):
        away = away_of(ripple(style, "SLIDER_Ripple_Thickness=5")[10])
        assert radius + low - 1 <= away.min() <= radius + low + 1
        assert radius + high - 1 <= away.max() <= radius + high + 1


def test_lines_leave_gaps_and_highlights_fade() -> None:
    lines = away_of(ripple("Lines Outward", "TEXTCTRL_Ripple_Spacing=3,TEXTCTRL_Ripple_Outline=1")[6])
    solid = away_of(ripple("Solid Outward", "SLIDER_Ripple_Thickness=12")[6])
    assert len(lines) < 0.6 * len(solid)
    frame = ripple("Highlight Outward", "SLIDER_Ripple_Thickness=8")[6]
    assert len(np.unique(frame[..., :3].max(axis=-1))) > 8


def test_at_no_size_it_is_dark_but_for_the_band() -> None:
    assert not ripple("Solid Inward")[0].any()
    assert not ripple("Solid Both", "SLIDER_Ripple_Scale=0").any()


def test_what_is_not_painted_is_named() -> None:
    row = EFFECTS["Ripple"]
    assert row.missing_type({"TEXTCTRL_Ripple_Velocity": "2.5"}) == "Velocity"
    assert row.missing_type({"TEXTCTRL_Ripple_Velocity": "0.0"}) is None
    assert row.missing_type({"CHOICE_Ripple_Object_To_Draw": "SVG"}) == "SVG"
