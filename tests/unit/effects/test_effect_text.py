from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call, track
from twinklr.core.effects.call import Pixels, Surroundings
from twinklr.core.effects.text import render_text


def write(settings: str, **more: object) -> Pixels:
    return render_text(make_call(settings, size=(60, 24), frames=20, **more))  # type: ignore[arg-type]


def columns(pixels: Pixels, frame: int) -> tuple[int, int]:
    lit = np.nonzero(pixels[frame, ..., 3].any(axis=0))[0]
    return (int(lit[0]), int(lit[-1])) if len(lit) else (-1, -1)


def test_standing_text_is_in_the_middle() -> None:
    left, right = columns(write("E_TEXTCTRL_Text=HOHO"), 0)
    assert abs(left - (59 - right)) <= 1


def test_letters_are_as_high_as_the_cell_font_says() -> None:
    rows = np.nonzero(write("E_TEXTCTRL_Text=H,E_CHOICE_Text_Font=7-7x9 Bold")[0, ..., 3].any(axis=1))[0]
    assert abs(len(rows) - 9) <= 1


@pytest.mark.parametrize(("way", "sign"), [("left", -1), ("right", 1)])
def test_moving_text_goes_a_cell_a_frame_at_speed_eight(way: str, sign: int) -> None:
    pixels = write(f"E_TEXTCTRL_Text=I,E_CHOICE_Text_Dir={way},E_TEXTCTRL_Text_Speed=8")
    assert columns(pixels, 19)[0] - columns(pixels, 12)[0] == 7 * sign


def test_lyrics_appear_with_their_phrases() -> None:
    surroundings = Surroundings(timing_tracks={"Lyrics": track("Lyrics", (0, 500, "one"), (600, 1000, "two"))})
    pixels = write("E_CHOICE_Text_LyricTrack=Lyrics", surroundings=surroundings)
    assert pixels[0].any()
    assert not pixels[11].any()
    assert not np.array_equal(pixels[0], pixels[13])


def test_words_may_have_a_colour_each() -> None:
    pixels = write("E_TEXTCTRL_Text=A B,E_CHECKBOX_Text_Color_PerWord=1")
    colors = {tuple(color) for color in pixels[0][pixels[0, ..., 3] > 200][:, :3].tolist()}
    assert colors == {(255, 255, 255), (0, 64, 255)}


def test_countdown_counts_whole_seconds() -> None:
    pixels = render_text(make_call("E_TEXTCTRL_Text=9,E_CHOICE_Text_Count=seconds", size=(30, 20), frames=40))
    assert np.array_equal(pixels[0], pixels[19])
    assert not np.array_equal(pixels[19], pixels[20])
