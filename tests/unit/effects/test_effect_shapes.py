"""Small certain facts about single effects."""

from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call
from twinklr.core.effects.bars import COURSES, render_bars
from twinklr.core.effects.circles import render_circles
from twinklr.core.effects.curtain import render_curtain
from twinklr.core.effects.fill import render_fill
from twinklr.core.effects.garlands import render_garlands
from twinklr.core.effects.marquee import render_marquee
from twinklr.core.effects.morph import render_morph
from twinklr.core.effects.paint import accelerate, repeat_position, span_position
from twinklr.core.effects.ripple import render_ripple
from twinklr.core.effects.shockwave import render_shockwave
from twinklr.core.effects.wave import render_wave


def test_the_effect_ends_at_one_and_a_cycle_on_its_last_frame() -> None:
    call = make_call(frames=40)
    assert span_position(call)[[0, -1]].tolist() == [0.0, 1.0]
    twice = repeat_position(call, 2.0)
    assert twice[[0, 19, 20, 39]].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert not repeat_position(call, 0.0).any()


@pytest.mark.parametrize("accel", [-10.0, -1.0, 0.0, 1.0, 10.0])
def test_acceleration_keeps_start_and_end(accel: float) -> None:
    bent = accelerate(np.array([0.0, 0.5, 1.0]), np.full(3, accel))
    assert bent[[0, 2]].tolist() == [0.0, 1.0]
    assert np.sign(0.5 - bent[1]) == np.sign(accel)


@pytest.mark.parametrize("direction", sorted(COURSES))
def test_bars_cover_the_buffer_in_every_direction(direction: str) -> None:
    pixels = render_bars(make_call(f"CHOICE_Bars_Direction={direction}"))
    assert (pixels[..., 3] == 255).all()


def test_expanding_bars_are_symmetric() -> None:
    pixels = render_bars(make_call("CHOICE_Bars_Direction=H-expand", size=(13, 2)))
    assert np.array_equal(pixels, pixels[:, :, ::-1])


def test_a_curtain_opens_to_nothing_and_closes_whole() -> None:
    opened = render_curtain(make_call("CHOICE_Curtain_Effect=open"))
    closed = render_curtain(make_call("CHOICE_Curtain_Effect=close"))
    assert not opened[-1, ..., 3].any()
    assert (closed[-1, ..., 3] == 255).all()


def test_fill_lights_the_share_asked_for() -> None:
    pixels = render_fill(make_call("SLIDER_Fill_Position=50", size=(4, 10)))
    assert (pixels[..., 3] > 0).mean() == 0.5
    assert (pixels[:, :5, :, 3] == 255).all()


def test_garlands_pile_up_to_the_whole_buffer() -> None:
    pixels = render_garlands(make_call())
    assert (pixels[-1, ..., 3] == 255).all()


def test_a_marquee_lights_only_the_edge() -> None:
    pixels = render_marquee(make_call(size=(8, 6)))
    assert not pixels[:, 1:-1, 1:-1, 3].any()
    assert (pixels[:, 0, :, 3] == 255).all()


def test_the_morph_is_dark_in_its_last_frame_and_white_at_its_head() -> None:
    pixels = render_morph(make_call(frames=40))
    assert pixels[0, 0, :, :3].min() == 255
    assert not pixels[-1, ..., 3].any()


def test_a_ripple_grows_from_the_middle() -> None:
    pixels = render_ripple(make_call("CHOICE_Ripple_Movement=Explode,SLIDER_Ripple_Thickness=1", size=(20, 20)))
    lit = (pixels[..., 3] > 0).sum(axis=(1, 2))
    assert pixels[0, 10, 10, 3] == 255
    assert lit[0] == lit.min()
    assert lit[-2] > lit[5] > lit[1]


def test_shockwaves_have_one_colour_per_frame() -> None:
    pixels = render_shockwave(make_call("CHECKBOX_Shockwave_Blend_Edges=0,SLIDER_Shockwave_End_Radius=80"))
    for frame in pixels:
        assert len(np.unique(frame[frame[..., 3] > 0], axis=0)) <= 1


def test_a_wave_crosses_every_column() -> None:
    pixels = render_wave(make_call(size=(30, 15)))
    assert (pixels[..., 3] > 0).any(axis=1).all()


def test_bouncing_circles_turn_back_with_the_step_after_they_touched_an_edge() -> None:
    settings = "CHECKBOX_Circles_Bounce=1,SLIDER_Circles_Count=1,SLIDER_Circles_Size=3"
    pixels = render_circles(make_call(settings, size=(30, 20), frames=60))
    lit = (pixels[..., 3] > 0).sum(axis=(1, 2))
    # xLights lets a disc get across the edge by what is left of its step; slow ones, and large ones, stay in sight.
    assert (lit[1:] + lit[:-1] >= 24).all()
    slow = render_circles(make_call(f"{settings},SLIDER_Circles_Speed=2", size=(30, 20), frames=60))
    assert (slow[..., 3] > 0).sum(axis=(1, 2)).min() >= 12
