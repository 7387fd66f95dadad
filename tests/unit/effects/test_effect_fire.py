from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call
from twinklr.core.effects.fire import render_fire


def glow(settings: str = "") -> np.ndarray:
    return render_fire(make_call(settings, size=(20, 16), frames=40))[..., :3].sum(axis=-1)


def test_heat_falls_from_the_burning_edge() -> None:
    rows = glow().mean(axis=(0, 2))
    assert (np.diff(rows) < 0).all()


@pytest.mark.parametrize(("edge", "axis", "end"), [("Top", 2, 0), ("Left", 1, -1), ("Right", 1, 0)])
def test_any_edge_may_burn(edge: str, axis: int, end: int) -> None:
    profile = glow(f"E_CHOICE_Fire_Location={edge}").mean(axis=(0, axis))
    assert profile.argmin() == (0 if end == 0 else len(profile) - 1)


def test_a_higher_fire_is_brighter() -> None:
    assert glow("E_SLIDER_Fire_Height=100").mean() > 1.3 * glow("E_SLIDER_Fire_Height=30").mean()


def test_hue_shift_turns_red_to_blue() -> None:
    red, _, blue = render_fire(make_call("E_SLIDER_Fire_HueShift=55", size=(20, 16)))[..., :3].mean(axis=(0, 1, 2))
    assert blue > 5 * red
