from __future__ import annotations

import numpy as np
import pytest

from support.effect_calls import make_call, track
from twinklr.core.effects.call import Pixels, Surroundings
from twinklr.core.effects.sound import render_vu_meter

BEATS = track("Beats", (100, 600, "1"), (600, 1100, "2"), (1100, 1600, "3"))
LOUD = np.concatenate([np.zeros(10), np.ones(5), np.zeros(10), np.full(15, 0.5)]).astype(np.float32)


def meter(kind: str, more: str = "", size: tuple[int, int] = (12, 10)) -> Pixels:
    spectrum = np.zeros((40, 127), np.float32)
    spectrum[:, 60] = LOUD
    surroundings = Surroundings(timing_tracks={"Beats": BEATS}, loudness=LOUD, spectrum=spectrum)
    settings = f"E_CHOICE_VUMeter_Type={kind},E_CHOICE_VUMeter_TimingTrack=Beats{more}"
    return render_vu_meter(make_call(settings, size=size, frames=40, surroundings=surroundings))


def brightness(pixels: Pixels) -> list[int]:
    return pixels[..., 0].max(axis=(1, 2)).tolist()


def test_pulse_is_full_on_the_mark_and_fades_within_the_bars() -> None:
    light = brightness(meter("Timing Event Pulse", ",E_SLIDER_VUMeter_Bars=5"))
    assert light[:8] == [0, 0, 255, 204, 153, 102, 51, 0]
    assert light[12] == 255


def test_colour_changes_on_every_mark() -> None:
    pixels = meter("Timing Event Color")
    assert [pixels[frame, 0, 0, :3].tolist() for frame in (2, 12, 22)] == [[255, 255, 255], [0, 64, 255], [255, 160, 0]]
    assert not pixels[0].any()


def test_on_follows_the_volume() -> None:
    assert brightness(meter("On"))[9:16] == [0, 255, 255, 255, 255, 255, 0]
    assert brightness(meter("On"))[30] == 127


def test_bars_light_one_after_the_other() -> None:
    pixels = meter("Timing Event Bar", ",E_SLIDER_VUMeter_Bars=4")
    lit = [np.nonzero(pixels[frame, 0, :, 3])[0].tolist() for frame in (2, 12, 22)]
    assert lit == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_level_events_need_the_sensitivity() -> None:
    assert sum(light == 255 for light in brightness(meter("Level Pulse"))) == 1
    assert sum(light == 255 for light in brightness(meter("Level Pulse", ",E_SLIDER_VUMeter_Sensitivity=40"))) == 2


def test_spectrogram_stands_at_the_note() -> None:
    pixels = meter("Spectrogram", ",E_SLIDER_VUMeter_Bars=12")
    lit = np.nonzero(pixels[12, :, :, 3].any(axis=0))[0]
    assert lit.tolist() == [6]
    assert pixels[12, :, lit[0], 3].all()


@pytest.mark.parametrize("kind", ["Frame Waveform", "Nonsense"])
def test_types_that_cannot_be_painted_paint_nothing(kind: str) -> None:
    assert not meter(kind).any()


def test_a_waveform_is_as_high_above_the_middle_as_below() -> None:
    pixels = meter("Waveform", ",E_SLIDER_VUMeter_Bars=12", size=(12, 10))
    lit = pixels[..., 3] > 0
    np.testing.assert_array_equal(lit, lit[:, ::-1])
    assert lit[30].sum() > lit[0].sum() == 2 * 12


def test_a_circle_line_runs_around_the_middle_and_bulges_at_the_note() -> None:
    lit = meter("Spectrogram Circle Line", ",E_SLIDER_VUMeter_Bars=4", size=(41, 41))[..., 3] > 0
    away = np.hypot(*(np.indices((41, 41)) - 20))
    assert away[lit[0]].max() < 7.0
    assert away[lit[12]].max() > 10.0


def test_a_gradient_starts_with_the_first_colour_and_ends_with_the_note() -> None:
    plain, upwards = (meter(f"Dominant Frequency Colour{more}") for more in ("", " Gradient"))
    np.testing.assert_array_equal(upwards[12, -1], plain[12, -1])
    assert (upwards[12, 0, :, :3] == 255).all()


def test_without_a_song_nothing_follows_it() -> None:
    assert not render_vu_meter(make_call("E_CHOICE_VUMeter_Type=On")).any()


def test_timed_sweep_fills_the_buffer_within_the_mark() -> None:
    pixels = meter("Timing Event Timed Sweep", size=(10, 2))
    filled = pixels[2:12, 0, :, 3].astype(bool).sum(axis=1)
    assert filled.tolist() == list(range(1, 11))
