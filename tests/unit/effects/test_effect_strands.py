from __future__ import annotations

import numpy as np

from support.effect_calls import make_call
from twinklr.core.effects.strands import render_singlestrand


def heads(settings: str, frames: int = 20, width: int = 10) -> list[int]:
    """Rightmost lit cell of each frame, -1 in the dark."""
    pixels = render_singlestrand(make_call(settings, size=(width, 1), frames=frames, colors=("#FF0000",)))
    lit = pixels[:, 0, :, 3] > 0
    return [int(np.flatnonzero(frame)[-1]) if frame.any() else -1 for frame in lit]


def test_a_lone_chase_runs_from_end_to_end() -> None:
    places = heads("SLIDER_Color_Mix1=10")
    assert places[0] == 0
    assert places[-1] == 9
    assert places == sorted(places)


def test_right_left_mirrors_left_right() -> None:
    right = render_singlestrand(make_call("CHOICE_Chase_Type1=Left-Right", size=(10, 2)))
    left = render_singlestrand(make_call("CHOICE_Chase_Type1=Right-Left", size=(10, 2)))
    assert np.array_equal(left, right[:, :, ::-1])


def test_a_bounce_comes_back() -> None:
    places = heads("CHOICE_Chase_Type1=Bounce from Left,SLIDER_Color_Mix1=10", frames=21)
    assert max(places) == 9
    assert places[-1] == 0


def test_chases_of_the_same_strand_are_evenly_spaced() -> None:
    settings = "SLIDER_Number_Chases=3,SLIDER_Color_Mix1=5"
    pixels = render_singlestrand(make_call(settings, size=(12, 1), frames=10))
    for frame in pixels[:, 0, :, 3]:
        places = np.flatnonzero(frame)
        assert set(np.diff(places).tolist()) == {4}


def test_skips_alternate_bands_and_gaps_in_palette_order() -> None:
    settings = "NOTEBOOK_SSEFFECT_TYPE=Skips,SLIDER_Skips_BandSize=2,SLIDER_Skips_SkipSize=1"
    pixels = render_singlestrand(make_call(settings, size=(6, 1), frames=1, colors=("#FF0000", "#0000FF")))
    assert pixels[0, 0, :, 0].tolist() == [255, 255, 0, 0, 0, 0]
    assert pixels[0, 0, :, 2].tolist() == [0, 0, 0, 255, 255, 0]
