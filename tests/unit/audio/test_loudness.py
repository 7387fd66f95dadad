"""Loudness against the figures of BS.1770 and EBU R 128."""

from __future__ import annotations

import numpy as np
import pytest

from twinklr.core.audio.loudness import energy_curve, integrated_lufs, short_term_lufs
from twinklr.core.audio.recording import channel_weights, read_recording
from unit.audio.audio_music import WriteSound


def sine(hz: float, seconds: float, level_dbfs: float, rate_hz: int) -> np.ndarray:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * times)


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000, 96000])
def test_a_full_scale_sine_is_minus_three(rate_hz: int, write_sound: WriteSound) -> None:
    path = write_sound(sine(997, 5, 0, rate_hz), rate_hz=rate_hz, subtype="FLOAT")
    assert integrated_lufs(read_recording(path).powers) == pytest.approx(-3.01, abs=0.1)


def test_stereo_adds_three_decibels(write_sound: WriteSound) -> None:
    tone = sine(1000, 5, -23, 48000)
    recording = read_recording(write_sound(np.stack([tone, tone], axis=1), rate_hz=48000, subtype="FLOAT"))
    assert integrated_lufs(recording.powers) == pytest.approx(-23.0, abs=0.1)


def test_gate_leaves_quiet_parts_out(write_sound: WriteSound) -> None:
    parts = [sine(1000, 10, level, 48000) for level in (-45, -23, -45)]
    stereo = np.stack([np.concatenate(parts)] * 2, axis=1)
    recording = read_recording(write_sound(stereo, rate_hz=48000, subtype="FLOAT"))
    assert integrated_lufs(recording.powers) == pytest.approx(-23.0, abs=0.2)


def test_curves_follow_the_level(write_sound: WriteSound) -> None:
    sound = np.concatenate([sine(500, 6, -30, 22050), sine(500, 6, -10, 22050)])
    powers = read_recording(write_sound(sound, subtype="FLOAT")).powers
    energy, loudness = energy_curve(powers), short_term_lufs(powers)
    assert energy[20] < 0.1
    assert energy[-20] > 0.9
    assert loudness[-20] - loudness[20] == pytest.approx(20, abs=1)
    assert energy_curve(np.zeros(10)).tolist() == [0.0] * 10


def test_surround_weights() -> None:
    assert channel_weights(2).tolist() == [1, 1]
    assert channel_weights(6).tolist() == [1, 1, 1, 0, 1.41, 1.41]
