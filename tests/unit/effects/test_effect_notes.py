from __future__ import annotations

import numpy as np

from support.effect_calls import make_call, track
from twinklr.core.effects.call import Surroundings
from twinklr.core.effects.notes import read_notes, render_music, render_piano


def test_note_names_are_midi_numbers() -> None:
    assert read_notes("C4 A4, F#5 Bb3 21") == [60, 69, 78, 58, 21]


def test_pressed_bars_light_up_while_their_note_sounds() -> None:
    surroundings = Surroundings(timing_tracks={"keys": track("keys", (0, 500, "C4"), (500, 1000, "62,64"))})
    settings = (
        "E_CHOICE_Piano_Type=Bars,E_SPINCTRL_Piano_StartMIDI=60,E_SPINCTRL_Piano_EndMIDI=64,"
        "E_CHOICE_Piano_MIDITrack_APPLYLAST=keys"
    )
    pixels = render_piano(make_call(settings, size=(5, 2), frames=20, surroundings=surroundings))
    assert [np.nonzero(pixels[frame, 0, :, 3])[0].tolist() for frame in (0, 12)] == [[0], [2, 4]]


def test_true_piano_has_black_keys_above_and_shows_the_pressed_one() -> None:
    surroundings = Surroundings(timing_tracks={"keys": track("keys", (0, 500, "C#4"))})
    settings = "E_CHOICE_Piano_MIDITrack_APPLYLAST=keys"
    pixels = render_piano(make_call(settings, size=(40, 10), frames=20, surroundings=surroundings))
    assert {tuple(color) for color in pixels[12, 9, :, :3].tolist()} == {(255, 255, 255), (0, 64, 255)}
    assert {tuple(color) for color in pixels[12, 0, :, :3].tolist()} == {(255, 255, 255)}
    assert (255, 160, 0) in {tuple(color) for color in pixels[0, 9, :, :3].tolist()}


def test_a_bar_rises_through_its_note() -> None:
    spectrum = np.zeros((20, 127), np.float32)
    spectrum[5:15, 60] = 1.0
    call = make_call("E_SLIDER_Music_Bars=21", size=(21, 10), frames=20, surroundings=Surroundings(spectrum=spectrum))
    height = render_music(call)[:, :, 0, 3].astype(bool).sum(axis=1)
    assert height.tolist() == [0] * 5 + list(range(1, 11)) + [0] * 5
