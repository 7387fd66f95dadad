from __future__ import annotations

from itertools import pairwise

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.life import render_life


def test_generations_follow_the_rules_on_a_torus() -> None:
    pixels = render_life(make_call("E_SLIDER_Life_Speed=20", size=(16, 12), frames=20))
    alive = pixels[..., 3] > 0
    for now, following in pairwise(alive):
        around = sum(np.roll(now, (up, across), (0, 1)).astype(int) for up in (-1, 0, 1) for across in (-1, 0, 1)) - now
        assert np.array_equal(following, (around == 3) | (now & (around == 2)))


def test_a_living_cell_keeps_its_colour() -> None:
    pixels = render_life(make_call("E_SLIDER_Life_Speed=20", size=(16, 12), frames=20))
    both = (pixels[:-1, ..., 3] > 0) & (pixels[1:, ..., 3] > 0)
    assert np.array_equal(pixels[:-1][both], pixels[1:][both])


def test_speed_is_generations_in_twenty_frames() -> None:
    pixels = render_life(make_call("E_SLIDER_Life_Speed=10", size=(20, 20), frames=20))
    changed = [not np.array_equal(a, b) for a, b in pairwise(pixels)]
    assert changed[:8] == [False, True] * 4
