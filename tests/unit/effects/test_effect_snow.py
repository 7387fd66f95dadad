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


def test_flakes_take_turns_in_the_quarters_of_the_height() -> None:
    lit = render_snowflakes(make_call("E_CHOICE_Falling=Falling,E_SLIDER_Snowflakes_Count=8", size=(24, 16)))[0, ..., 3]
    assert (lit > 0).reshape(4, -1).sum(axis=1).tolist() == [2, 2, 2, 2]


def test_the_field_that_drifts_left_lies_above_the_other() -> None:
    settings = "E_SLIDER_Snowflakes_Type=2,E_SLIDER_Snowflakes_Count=40"
    white = (render_snowflakes(make_call(settings, size=(24, 16), frames=9))[..., :3] == 255).all(axis=-1)
    for frame in range(2, 9, 2):
        drifted = np.roll(white[frame], (frame, frame // 2), axis=(0, 1))
        assert (white[0] & drifted).sum() > (white[0] & np.roll(drifted, -frame, axis=1)).sum()


def test_on_a_line_falling_flakes_become_more() -> None:
    lit = render_snowflakes(make_call("E_CHOICE_Falling=Falling", size=(500, 1), frames=40))[..., 3] > 0
    assert lit[0].sum() == 5
    assert 17 <= lit[-1].sum() <= 20


def test_every_third_worm_of_a_fast_storm_takes_one_step_a_frame_and_the_others_two() -> None:
    settings = "E_SLIDER_Snowstorm_Count={},E_SLIDER_Snowstorm_Speed=50,E_SLIDER_Snowstorm_Length=10"
    first = render_snowstorm(make_call(settings.format(1), size=(200, 200), frames=2, colors=("#FF0000",)))[..., 0]
    # What was the brightest link, at nine tenths, is one link further down its tail.
    assert (first[0].max(), first[1][first[0] == first[0].max()].item()) == (229, 204)
