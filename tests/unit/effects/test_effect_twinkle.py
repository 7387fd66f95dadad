from __future__ import annotations

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.twinkle import render_twinkle


def lit_cells(settings: str) -> np.ndarray:
    return (render_twinkle(make_call(settings, size=(20, 10), frames=60))[..., :3].max(axis=-1) > 0).sum(axis=(1, 2))


def test_count_is_a_share_of_the_cells() -> None:
    assert lit_cells("E_SLIDER_Twinkle_Count=30").max() == 60


def test_a_light_glows_up_in_even_steps_and_dies() -> None:
    pixels = render_twinkle(make_call("E_SLIDER_Twinkle_Count=2", size=(5, 1), frames=200, colors=("#FF0000",)))
    steps = np.abs(np.diff(pixels[:, 0, :, 0].astype(int), axis=0))
    same_light = steps[(steps > 0) & (steps < 30)]
    assert set(same_light.tolist()) == {17}


def test_strobe_shows_only_the_peak() -> None:
    pixels = render_twinkle(make_call("E_CHECKBOX_Twinkle_Strobe=1,E_SLIDER_Twinkle_Count=50", colors=("#FFFFFF",)))
    assert set(np.unique(pixels[..., 0]).tolist()) == {0, 255}


def test_old_lights_stand_on_a_grid() -> None:
    settings = "E_CHOICE_Twinkle_Style=Old Render Method,E_SLIDER_Twinkle_Count=10"
    pixels = render_twinkle(make_call(settings, size=(10, 10), frames=40))
    ever = np.nonzero(pixels[..., 3].any(axis=0).ravel())[0]
    assert ever.tolist() == list(range(0, 100, 10))
