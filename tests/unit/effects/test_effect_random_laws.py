"""What every effect of chance, sound and media keeps to, whatever it paints."""

from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call, track
from twinklr.core.effects import (
    candle,
    dmx,
    faces,
    fire,
    fireworks,
    life,
    lightning,
    meteors,
    notes,
    pictures,
    shimmer,
    snow,
    sound,
    states,
    text,
    twinkle,
)
from twinklr.core.effects.call import EffectFunction, Surroundings

RANDOM = {
    **twinkle.EFFECTS,
    **meteors.EFFECTS,
    **fire.EFFECTS,
    **snow.EFFECTS,
    **lightning.EFFECTS,
    **fireworks.EFFECTS,
    **candle.EFFECTS,
    **life.EFFECTS,
    "Strobe": shimmer.render_strobe,
}
FOLLOWING = {
    **faces.EFFECTS,
    **states.EFFECTS,
    **text.EFFECTS,
    **pictures.EFFECTS,
    **sound.EFFECTS,
    **notes.EFFECTS,
    **dmx.EFFECTS,
    "Shimmer": shimmer.render_shimmer,
}
VARIANTS = [
    *((name, function, "") for name, function in {**RANDOM, **FOLLOWING}.items()),
    ("Twinkle old", twinkle.render_twinkle, "E_CHOICE_Twinkle_Style=Old Render Method,E_CHECKBOX_Twinkle_ReRandom=1"),
    ("Twinkle full", twinkle.render_twinkle, "E_SLIDER_Twinkle_Count=100"),
    *(
        (f"Meteors {way}", meteors.render_meteors, f"E_CHOICE_Meteors_Effect={way}")
        for way in ("Up", "Left", "Right", "Implode", "Explode", "Icicles", "Icicles + bkg")
    ),
    ("Meteors warm", meteors.render_meteors, "E_SLIDER_Meteors_WamupFrames=20,E_CHOICE_Meteors_Type=Range"),
    *((f"Fire {edge}", fire.render_fire, f"E_CHOICE_Fire_Location={edge}") for edge in ("Top", "Left", "Right")),
    *(
        (f"Snowflakes {way}", snow.render_snowflakes, f"E_CHOICE_Falling={way},E_SLIDER_Snowflakes_Type={kind}")
        for way, kind in (("Falling", 0), ("Falling & Accumulating", 1), ("Driving", 5))
    ),
    *((f"Strobe {kind}", shimmer.render_strobe, f"E_SLIDER_Strobe_Type={kind}") for kind in (2, 3, 4)),
    ("Shimmer all", shimmer.render_shimmer, "E_CHECKBOX_Shimmer_Use_All_Colors=1,E_TEXTCTRL_Shimmer_Cycles=9"),
    ("Lightning fork", lightning.render_lightning, "E_CHECKBOX_ForkedLightning=1,E_CHOICE_Lightning_Direction=Down"),
    ("Candle nodes", candle.render_candle, "E_CHECKBOX_PerNode=1,E_CHECKBOX_UsePalette=1"),
    *((f"Life {seed}", life.render_life, f"E_SLIDER_Life_Seed={seed}") for seed in range(5)),
    *(
        (f"VU {kind}", sound.render_vu_meter, f"E_CHOICE_VUMeter_Type={kind},E_CHOICE_VUMeter_TimingTrack=Beats")
        for kind in sound.TYPES
    ),
    *(
        (f"Music {kind}", notes.render_music, f"E_CHOICE_Music_Type={kind}")
        for kind in ("Morph", "Bounce", "Collide", "Separate", "On")
    ),
    ("Text left", text.render_text, "E_TEXTCTRL_Text=Hi,E_CHOICE_Text_Dir=left"),
    ("Faces drawn", faces.render_faces, "E_CHOICE_Faces_TimingTrack=Beats,E_CHECKBOX_Faces_Outline=1"),
]
BY_NAME = pytest.mark.parametrize(("function", "settings"), [v[1:] for v in VARIANTS], ids=[v[0] for v in VARIANTS])


def hearing() -> Surroundings:
    """A song that swells and a beat every eight frames."""
    rng = np.random.default_rng(3)
    beats = track("Beats", *((start, start + 400, "AI") for start in range(0, 1500, 400)))
    loud = np.abs(np.sin(np.arange(40) / 4)).astype(np.float32)
    return Surroundings(
        timing_tracks={"Beats": beats},
        loudness=loud,
        spectrum=(rng.random((40, 127)) * loud[:, None]).astype(np.float32),
        node_cells=tuple(((y, x),) for y in range(10) for x in range(12)),
    )


@BY_NAME
def test_frames_have_the_shape_of_the_call(function: EffectFunction, settings: str) -> None:
    pixels = function(make_call(settings, surroundings=hearing()))
    assert pixels.shape == (30, 10, 12, 4)
    assert pixels.dtype == np.uint8


@BY_NAME
def test_the_same_call_paints_the_same(function: EffectFunction, settings: str) -> None:
    first, second = (function(make_call(settings, surroundings=hearing())) for _ in range(2))
    assert np.array_equal(first, second)


@BY_NAME
def test_a_window_is_a_part_of_the_whole(function: EffectFunction, settings: str) -> None:
    whole = function(make_call(settings, surroundings=hearing()))
    part = function(make_call(settings, window=(11, 19), surroundings=hearing()))
    assert np.array_equal(part, whole[11:19])


@BY_NAME
@pytest.mark.parametrize("size", [(1, 1), (9, 1), (1, 7)])
def test_no_buffer_is_too_small(function: EffectFunction, settings: str, size: tuple[int, int]) -> None:
    pixels = function(make_call(settings, size=size, frames=5, surroundings=hearing()))
    assert pixels.shape == (5, size[1], size[0], 4)


@pytest.mark.parametrize("name", sorted(RANDOM))
def test_another_seed_paints_something_else(name: str) -> None:
    one, two = (RANDOM[name](make_call("", size=(24, 16), seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one, two)
