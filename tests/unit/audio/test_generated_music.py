"""Music made on the spot in every meter and key, and beats that must not slip."""

from __future__ import annotations

import numpy as np
import pytest

from twinklr.core.audio import SongBundle, analyze_song
from twinklr.core.audio.beat_phase import in_one_phase
from twinklr.core.audio.beats import clearness, find_beats
from twinklr.core.audio.feel import divide, estimate_feel
from twinklr.core.audio.flux import Flux
from twinklr.core.audio.meter import estimate_meter, explain_bars
from twinklr.core.audio.spectra import FRAME_S
from twinklr.core.audio.tonality import PITCH_CLASSES, Harmony
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
@pytest.mark.parametrize("bpm", [60, 72, 80, 90])
def test_twelve_eight_at_many_tempi(bpm: float, write_sound: WriteSound) -> None:
    tune = make_tune(bpm=bpm, meter=4, bars=12, compound=True)
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
    return {"beat": heard} | {name: np.zeros(len(heard)) for name in ("downbeat", "onset", "kick", "snare")}


def test_a_part_drummed_on_the_off_beats_does_not_shift_the_beats() -> None:
    period = 60 / 140
    beats = 0.3 + np.arange(200) * period
    aside = (np.arange(200) // 50) % 2 == 1
    heard = pulses(np.where(aside, beats + period / 2, beats)[:180], 90)
    tracked = find_beats(heard, only_beats(heard))
    assert share_found(beats[aside][5:-5], tracked) < 0.5
    kept = in_one_phase(tracked, heard, heard)
    assert share_found(beats[:180], kept) > 0.98
    assert len(kept) == pytest.approx(len(tracked), abs=4)


def test_playing_that_is_not_steady_is_left_as_it_was_heard() -> None:
    rng = np.random.default_rng(3)
    beats = 0.3 + np.cumsum(0.5 * np.exp(np.cumsum(rng.normal(0, 0.02, 150)).clip(-0.3, 0.3)))
    heard = pulses(beats, beats[-1] + 1)
    tracked = find_beats(heard, only_beats(heard))
    assert np.array_equal(in_one_phase(tracked, heard, heard), tracked)


@pytest.mark.parametrize(("bar_s", "period_s"), [(4.0, 1.0), (2.0, 0.5)])
def test_quavers_of_a_slow_song_are_told_from_beats_by_the_bars(bar_s: float, period_s: float) -> None:
    pulse = 0.3 + np.arange(120) * 0.5
    heard = pulses(pulse, 61)
    chances = only_beats(heard) | {"onset": heard, "downbeat": pulses(np.arange(0.3, 60, bar_s), 61)}
    assert np.median(np.diff(find_beats(heard, chances))) == pytest.approx(period_s, rel=0.01)


def test_beats_that_are_divided_are_no_quavers() -> None:
    pulse = 0.3 + np.arange(120) * 0.5
    heard = pulses(pulse, 61)
    between = {"onset": pulses(np.sort([*pulse, *(pulse + 0.25)]), 61), "downbeat": pulses(pulse[::8], 61)}
    assert np.median(np.diff(find_beats(heard, only_beats(heard) | between))) == pytest.approx(0.5, rel=0.01)


def test_beats_that_were_hardly_heard_are_less_sure() -> None:
    pulse = 0.3 + np.arange(120) * 0.5
    clear, faint, none = (pulses(pulse, 61, height) for height in (0.95, 0.36, 0.1))
    assert clearness(clear, pulse) == 1.0
    assert clearness(faint, pulse) == pytest.approx(0.9, abs=0.05)
    assert clearness(none, pulse) == 0.5


def test_a_snare_on_every_second_beat_is_no_slow_song() -> None:
    pulse = 0.3 + np.arange(120) * 0.5
    heard = pulses(pulse, 61)
    bars = {"downbeat": pulses(pulse[::8], 61), "snare": pulses(pulse[1::2], 61), "onset": heard}
    assert np.median(np.diff(find_beats(heard, only_beats(heard) | bars))) == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(
    ("places", "compound"),
    [
        (((1 / 3, 2 / 3),), True),
        (((1 / 3, 2 / 3), (0.5,)), True),
        (((0.5,),), False),
        (((2 / 3,),), False),
        (((0.25, 0.5, 0.75),), False),
        (((0.375, 0.625),), False),
        (((2 / 3,), (2 / 3,), (2 / 3,), (1 / 3, 2 / 3)), False),
        (((),), False),
    ],
    ids=str,
)
def test_beats_fall_into_three_though_the_bass_plays_halves(
    places: tuple[tuple[float, ...], ...], compound: bool
) -> None:
    beats = np.arange(61) * 0.8
    onsets = [beat + 0.8 * place for index, beat in enumerate(beats) for place in (0.0, *places[index % len(places)])]
    assert divide(beats, np.array(onsets)).compound is compound


@pytest.mark.parametrize(("triplets", "compound"), [(3, False), (4, True)])
def test_a_few_triplets_may_be_chance(triplets: int, compound: bool) -> None:
    beats = np.arange(21) * 0.8
    onsets = np.concatenate([beats, *(beats[:triplets] + 0.8 * place for place in (1 / 3, 2 / 3))])
    assert divide(beats, onsets).compound is compound


def test_bars_are_heard_or_not() -> None:
    beats = np.arange(96) * 0.5
    for meter in (2, 3, 4):
        fit, beats_per_bar = explain_bars(pulses(beats[::meter], 48), beats)
        assert beats_per_bar == meter
        assert -2 < fit < 0
    assert explain_bars(np.zeros(round(48 / FRAME_S)), beats)[0] == -np.inf


@pytest.mark.parametrize(("changes_every", "period_s", "beats_per_bar"), [(2, 0.9, 2), (4, 0.9, 4), (2, 0.5, 4)])
def test_a_chord_in_the_middle_of_four_slow_beats_makes_two_bars_of_them(
    changes_every: int, period_s: float, beats_per_bar: int
) -> None:
    beats = np.arange(97) * period_s
    frames = round(88 / FRAME_S)
    net = np.maximum(pulses(beats[::4], 88), pulses(beats[2::4], 88, 0.66))[:frames]
    slow = np.arange(frames // 5) * 5 * FRAME_S
    chroma = np.eye(12)[(slow / (period_s * changes_every) + 1e-6).astype(int) % 7]
    nothing = np.zeros(frames, np.float32)
    flux = Flux(np.zeros((frames, 4), np.float32), nothing, nothing, nothing, nothing)
    harmony = Harmony(chroma, chroma, np.ones(len(chroma)), 0.0)
    levels = np.zeros((frames, 4), np.float32)
    assert estimate_meter(beats, flux, harmony, levels, net, compound=True).beats_per_bar == beats_per_bar


def test_feel_of_straight_swung_and_compound_beats() -> None:
    beats = 1.0 + np.arange(40) * 0.6
    for places, swing, compound in (((0.5,), 0.5, False), ((2 / 3,), 2 / 3, False), ((1 / 3, 2 / 3), 2 / 3, True)):
        strength = pulses(beats, 26) + sum(pulses(beats + place * 0.6, 26, 0.4) for place in places)
        feel = estimate_feel(beats, strength.astype(np.float32), strength)
        assert feel.swing == pytest.approx(swing, abs=0.03)
        assert feel.compound is compound
        assert feel.confidence > 0.2
    assert estimate_feel(beats[:4], strength.astype(np.float32), strength).confidence == 0
