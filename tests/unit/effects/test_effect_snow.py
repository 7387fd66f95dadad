from __future__ import annotations

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.snow import render_snowflakes, render_snowstorm


def test_driven_flakes_come_in_two_fields_half_a_buffer_apart() -> None:
    lit = render_snowflakes(make_call("E_SLIDER_Snowflakes_Count=3", size=(24, 16)))[0, ..., 3] > 0
    assert np.array_equal(lit, np.roll(lit, 8, axis=0))
    assert lit.sum() == 6


def test_driven_flakes_sink_a_cell_a_frame_at_speed_ten() -> None:
    lit = render_snowflakes(make_call("E_SLIDER_Snowflakes_Speed=10", size=(24, 16)))[..., 3] > 0
    assert np.array_equal(lit[1], np.roll(lit[0], -1, axis=0))


def test_falling_flakes_keep_their_number() -> None:
    settings = "E_CHOICE_Falling=Falling,E_SLIDER_Snowflakes_Count=6"
    lit = render_snowflakes(make_call(settings, size=(60, 30), frames=60))[..., 3] > 0
    assert np.median(lit.sum(axis=(1, 2))) == 6


def test_snow_piles_up() -> None:
    settings = "E_CHOICE_Falling=Falling & Accumulating,E_SLIDER_Snowflakes_Count=10,E_SLIDER_Snowflakes_Speed=50"
    lit = render_snowflakes(make_call(settings, size=(12, 10), frames=60))[..., 3] > 0
    bottom = lit[:, 0].sum(axis=1)
    assert (np.diff(bottom) >= 0).all()
    assert bottom[-1] > bottom[0]


def test_arms_of_flakes_show_the_second_colour() -> None:
    pixels = render_snowflakes(make_call("E_SLIDER_Snowflakes_Type=2,E_SLIDER_Snowflakes_Count=1", size=(24, 16)))
    colors = {tuple(color) for color in pixels[pixels[..., 3] > 0][:, :3].tolist()}
    assert colors == {(255, 255, 255), (0, 64, 255)}


def test_storm_hues_lie_between_the_first_two_colours() -> None:
    pixels = render_snowstorm(make_call("", size=(24, 16), colors=("#FF0000", "#00FF00")))
    assert pixels[..., 2].max() == 0
    assert (pixels[..., 3] > 0).mean() > 0.9
