"""Music made on the spot in every meter and key, and beats that must not slip."""

from __future__ import annotations

import numpy as np
import pytest

from twinklr.core.audio import SongBundle, analyze_song
from twinklr.core.audio.beat_phase import in_one_phase
from twinklr.core.audio.beats import find_beats
from twinklr.core.audio.feel import estimate_feel
from twinklr.core.audio.spectra import FRAME_S
from twinklr.core.audio.tonality import PITCH_CLASSES
from unit.audio.audio_music import Tune, WriteSound, make_tune


def share_found(wanted_s: np.ndarray, found_s: np.ndarray, within_s: float = 0.05) -> float:
    return float(np.mean([np.abs(found_s - at).min() <= within_s for at in wanted_s])) if len(found_s) else 0.0


def check_meter(song: SongBundle, tune: Tune, bpm: float, compound: bool) -> None:
    assert song.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert song.beats_per_bar == tune.meter
    assert song.compound == compound
    downbeats = np.array([beat.at_ms / 1000 for beat in song.beats if beat.position == 1])
    assert share_found(tune.beats_s[:: tune.meter], downbeats) >= 0.9
    assert len(downbeats) <= len(tune.beats_s) / tune.meter + 2


@pytest.mark.parametrize(
    ("meter", "compound", "bpm"),
    [(2, False, 110), (3, False, 96), (3, False, 168), (4, False, 84), (4, False, 150), (2, True, 50), (2, True, 76)],
    ids=str,
)
def test_meters(meter: int, compound: bool, bpm: float, write_sound: WriteSound) -> None:
    tune = make_tune(bpm=bpm, meter=meter, bars=16 if meter == 2 else 10, compound=compound)
    check_meter(analyze_song(write_sound(tune.sound)), tune, bpm, compound)


@pytest.mark.slow
@pytest.mark.parametrize("meter", [2, 3, 4])
@pytest.mark.parametrize("bpm", [72, 90, 104, 120, 132, 144, 160])
def test_meters_at_many_tempi(meter: int, bpm: float, write_sound: WriteSound) -> None:
    tune = make_tune(bpm=bpm, meter=meter, bars=48 // meter)
    check_meter(analyze_song(write_sound(tune.sound)), tune, bpm, False)


@pytest.mark.slow
@pytest.mark.parametrize("bpm", [48, 54, 60, 66, 72, 80, 88])
def test_six_eight_at_many_tempi(bpm: float, write_sound: WriteSound) -> None:
    tune = make_tune(bpm=bpm, meter=2, bars=20, compound=True)
    check_meter(analyze_song(write_sound(tune.sound)), tune, bpm, True)


@pytest.mark.slow
@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("tonic", range(12))
def test_every_key_of_whole_songs(tonic: int, minor: bool, write_sound: WriteSound) -> None:
    song = analyze_song(write_sound(make_tune(tonic=48 + tonic, minor=minor, bars=12).sound))
    assert song.key.name == f"{PITCH_CLASSES[tonic]} {'minor' if minor else 'major'}"


def pulses(times_s: np.ndarray, seconds: float, height: float = 0.95) -> np.ndarray:
    frames = np.zeros(round(seconds / FRAME_S))
    frames[np.clip(np.rint(times_s / FRAME_S).astype(int), 0, len(frames) - 1)] = height
    return np.convolve(frames, [0.3, 1.0, 0.3], mode="same").clip(0.01, 0.95)


def only_beats(heard: np.ndarray) -> dict[str, np.ndarray]:
    return {"beat": heard, "kick": np.zeros(len(heard)), "snare": np.zeros(len(heard))}


def test_a_part_drummed_on_the_off_beats_does_not_shift_the_beats() -> None:
    period = 60 / 140
    beats = 0.3 + np.arange(200) * period
    aside = (np.arange(200) // 50) % 2 == 1
    heard = pulses(np.where(aside, beats + period / 2, beats)[:180], 90)
    tracked = find_beats(heard, only_beats(heard), heard.astype(np.float32))
    assert share_found(beats[aside][5:-5], tracked) < 0.5
    kept = in_one_phase(tracked, heard, heard)
    assert share_found(beats[:180], kept) > 0.98
    assert len(kept) == pytest.approx(len(tracked), abs=4)


def test_playing_that_is_not_steady_is_left_as_it_was_heard() -> None:
    rng = np.random.default_rng(3)
    beats = 0.3 + np.cumsum(0.5 * np.exp(np.cumsum(rng.normal(0, 0.02, 150)).clip(-0.3, 0.3)))
    heard = pulses(beats, beats[-1] + 1)
    tracked = find_beats(heard, only_beats(heard), heard.astype(np.float32))
    assert np.array_equal(in_one_phase(tracked, heard, heard), tracked)


def test_feel_of_straight_swung_and_compound_beats() -> None:
    beats = 1.0 + np.arange(40) * 0.6
    for places, swing, compound in (((0.5,), 0.5, False), ((2 / 3,), 2 / 3, False), ((1 / 3, 2 / 3), 2 / 3, True)):
        strength = pulses(beats, 26) + sum(pulses(beats + place * 0.6, 26, 0.4) for place in places)
        feel = estimate_feel(beats, strength.astype(np.float32))
        assert feel.swing == pytest.approx(swing, abs=0.03)
        assert feel.compound is compound
        assert feel.confidence > 0.2
    assert estimate_feel(beats[:4], strength.astype(np.float32)).confidence == 0
