from __future__ import annotations

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.candle import render_candle


def test_a_candle_lights_the_whole_buffer_alike_without_blue() -> None:
    pixels = render_candle(make_call("", size=(5, 4), frames=200))
    assert (pixels == pixels[:, :1, :1]).all()
    assert pixels[..., 2].max() == 0


def test_green_never_outshines_half_of_red() -> None:
    pixels = render_candle(make_call("", frames=400)).astype(int)
    assert (2 * pixels[..., 1] <= pixels[..., 0] + 1).all()


def test_agility_is_the_change_of_red_in_a_frame() -> None:
    red = render_candle(make_call("E_TEXTCTRL_Candle_FlameAgility=5", frames=200))[:, 0, 0, 0].astype(int)
    assert np.median(np.abs(np.diff(red))) == 5


def test_every_node_may_burn_for_itself() -> None:
    pixels = render_candle(make_call("E_CHECKBOX_PerNode=1", size=(5, 4)))
    assert len(np.unique(pixels[0, ..., 0])) > 5
