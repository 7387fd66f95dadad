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


def test_a_fire_of_shifted_hue_dims_with_the_square_of_its_heat() -> None:
    plain, shifted = (
        np.unique(render_fire(make_call(f"E_SLIDER_Fire_HueShift={shift}", size=(60, 40)))[..., :3].max(axis=-1))
        for shift in (0, 50)
    )
    assert {25, 127}.issubset(plain.tolist())
    assert {2, 63}.issubset(shifted.tolist())
    assert 127 not in shifted


def test_in_silence_a_fire_keeps_a_tenth_of_the_height() -> None:
    silent = glow("E_CHECKBOX_Fire_GrowWithMusic=1")
    assert np.array_equal(silent, glow("E_SLIDER_Fire_Height=10"))
