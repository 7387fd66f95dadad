"""What effects hear of a song."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ
from twinklr.core.effects.hearing import NOTES, hear_song, notes_heard, peaks


def tone(note: int, seconds: float = 1.0, size: float = 0.5) -> np.ndarray:
    times = np.arange(int(seconds * ANALYSIS_RATE_HZ)) / ANALYSIS_RATE_HZ
    frequency = 440.0 * 2.0 ** ((note - 69) / 12)
    return (size * np.sin(2.0 * np.pi * frequency * times)).astype(np.float32)


def test_peaks_are_measured_against_the_loudest_frame() -> None:
    samples = np.concatenate([tone(69, 0.5, 0.2), tone(69, 0.5, 0.4)])
    found = peaks(samples, 30, 50)
    assert found[:20] == pytest.approx([0.5] * 10 + [1.0] * 10, abs=0.02)
    assert not found[20:].any()


@pytest.mark.parametrize("note", [52, 57, 69, 80, 100])
def test_the_note_that_sounds_is_the_loudest(note: int) -> None:
    found = notes_heard(tone(note), 20, 50)
    assert found.shape == (20, NOTES)
    assert int(found[10].argmax()) == note
    assert found[10, note] > 0.9
    assert found[10, note + 12] < 0.5


def test_silence_has_no_notes() -> None:
    assert not notes_heard(np.zeros(5000, np.float32), 4, 50).any()
    assert not peaks(np.zeros(5000, np.float32), 4, 50).any()
    assert peaks(np.zeros(5000, np.float32), 0, 50).shape == (0,)


def test_a_song_file(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(69), ANALYSIS_RATE_HZ)
    heard = hear_song(path, 25, 50)
    assert heard.loudness is not None
    assert heard.spectrum is not None
    assert heard.loudness[:20].min() > 0.9
    assert int(heard.spectrum[10].argmax()) == 69
    assert not heard.spectrum[24].any()


def test_a_sequence_far_longer_than_its_song_costs_what_the_song_costs(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(69), ANALYSIS_RATE_HZ)
    tracemalloc.start()
    heard = hear_song(path, 86_000_000, 1)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 64 << 20
    short = hear_song(path, 2_500, 1)
    assert heard.loudness is not None
    assert heard.spectrum is not None
    assert short.loudness is not None
    assert short.spectrum is not None
    assert np.array_equal(heard.loudness, short.loudness[: len(heard.loudness)])
    assert np.array_equal(heard.spectrum, short.spectrum[: len(heard.spectrum)])
    assert not heard.loudness[-1]
    assert not heard.spectrum[-1].any()
