"""Parts of the analysis on their own: keys, chords, beats, sections, moments, onsets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from twinklr.core.audio import structure
from twinklr.core.audio.beat_net import hear_beats
from twinklr.core.audio.bundle import Moment, Section
from twinklr.core.audio.flux import compute_flux
from twinklr.core.audio.labels import Form, name_sections
from twinklr.core.audio.loudness import reference_level
from twinklr.core.audio.onsets import detect_onsets, find_hits, strongest_bands
from twinklr.core.audio.spectra import FRAME_S, compute_mel, compute_spectra, mel_centres_hz
from twinklr.core.audio.structure import BarFeatures, find_parts
from twinklr.core.audio.tonality import PITCH_CLASSES, compute_harmony, estimate_chords, estimate_key
from unit.audio.audio_music import RATE_HZ, burst, make_tune, note, place, thump

MAJOR_CADENCE = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))
MINOR_CADENCE = ((0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7))


def cadence(tonic: int, minor: bool, cents: float = 0.0) -> np.ndarray:
    track = np.zeros(8 * RATE_HZ)
    for index, chord in enumerate((MINOR_CADENCE if minor else MAJOR_CADENCE) * 2):
        for interval in chord:
            place(track, index, note(60 + tonic + interval + cents / 100, 1.0))
        place(track, index, note(36 + (tonic + chord[0]) % 12 + cents / 100, 1.0, 0.2))
    return track.astype(np.float32)


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("tonic", range(12))
def test_every_key(tonic: int, minor: bool) -> None:
    harmony = compute_harmony(compute_spectra(cadence(tonic, minor)).pitch)
    name, confidence = estimate_key(harmony)
    assert name == f"{PITCH_CLASSES[tonic]} {'minor' if minor else 'major'}"
    assert confidence > 0


@pytest.mark.parametrize("cents", [-40.0, 35.0])
def test_a_song_out_of_tune(cents: float) -> None:
    harmony = compute_harmony(compute_spectra(cadence(2, False, cents)).pitch)
    assert estimate_key(harmony)[0] == "D major"
    assert harmony.tuning_cents == pytest.approx(cents, abs=12)


def test_chords_in_order() -> None:
    harmony = compute_harmony(compute_spectra(cadence(0, False)).pitch)
    names = [run[2] for run in estimate_chords(harmony, np.arange(9.0), "C major")]
    assert names == ["C:maj", "F:maj", "G:maj", "C:maj", "F:maj", "G:maj", "C:maj"]


def test_kick_snare_and_hat_are_told_apart() -> None:
    tune = make_tune(bars=8)
    sound = (tune.sound / reference_level(tune.sound.astype(np.float32))).astype(np.float32)
    mel = compute_mel(sound)
    onsets = detect_onsets(compute_flux(mel), hear_beats(mel))
    kicks = np.array([onset.at_s for onset in onsets if "kick" in onset.drums])
    wanted = tune.beats_s[::2]
    assert np.mean([np.abs(kicks - at).min() < 0.05 for at in wanted]) > 0.7
    assert all(0 <= onset.strength <= 1 for onset in onsets)


def test_bands_are_told_beside_what_is_usual_in_them() -> None:
    track = np.zeros(16 * RATE_HZ)
    wanted = []
    for step in range(30):
        band = ("low", "mid", "high")[step % 3]
        wanted.append((0.2 + step / 2, band))
        sound = {
            "low": note(33, 0.4, 0.9),
            "mid": note(72, 0.4, 0.2),
            "high": 0.3 * np.diff(burst(0.1, step, 50), n=2),
        }[band]
        # A bass goes along with everything, and is louder.
        place(track, wanted[-1][0], note(33, 0.4, 0.25))
        place(track, wanted[-1][0], sound)
    mel = compute_mel((track / reference_level(track.astype(np.float32))).astype(np.float32))
    flux = compute_flux(mel)
    frames = [round(at_s / FRAME_S) for at_s, _ in wanted]
    assert strongest_bands(flux, frames) == [band for _, band in wanted]
    assert strongest_bands(flux, []) == []
    alone = [frame for frame, (_, band) in zip(frames, wanted, strict=True) if band == "low"]
    assert set(strongest_bands(flux, alone)) == {"low"}


def test_what_begins_at_one_moment_is_one_onset() -> None:
    mel = np.zeros((400, len(mel_centres_hz())), np.float32)
    mel[202:] = 1.0
    chances = {name: np.full(400, 0.01) for name in ("onset", "kick", "snare", "hat")}
    for name, frame in (("onset", 200), ("onset", 204), ("kick", 200), ("snare", 204), ("onset", 300)):
        chances[name][frame] = {"kick": 0.8, "snare": 0.9}.get(name, 0.7)
    onsets = detect_onsets(compute_flux(mel), chances)
    assert [round(onset.at_s / FRAME_S) for onset in onsets] == [202, 298]
    assert onsets[0].drums == ("snare", "kick")


def test_kick_and_snare_have_their_band() -> None:
    tune = make_tune(bars=8)
    mel = compute_mel((tune.sound / reference_level(tune.sound.astype(np.float32))).astype(np.float32))
    onsets = detect_onsets(compute_flux(mel), hear_beats(mel))
    kicks = [onset.band for onset in onsets if "kick" in onset.drums]
    snares = [onset.band for onset in onsets if "snare" in onset.drums and "kick" not in onset.drums]
    assert len(kicks) >= 8
    assert len(snares) >= 8
    assert set(kicks) == {"low"}
    assert set(snares) == {"mid"}


def test_faint_hits_are_drums_only_where_a_kit_plays() -> None:
    def heard(height: float) -> dict[str, np.ndarray]:
        chances = {name: np.full(1000, 0.01) for name in ("kick", "snare", "hat")}
        for name, step in (("kick", 100), ("snare", 150), ("hat", 50)):
            chances[name][10::step] = 0.5
        chances["kick"][10:400:100] = height
        return chances

    assert all(len(hits) > 5 for hits in find_hits(heard(0.9)).values())
    assert find_hits(heard(0.6)) == {"kick": [], "snare": [], "hat": []}


def bars_of(pattern: str, length: int = 8) -> BarFeatures:
    """Bars of a form such as ``ABAB``: every letter its own harmony, sound and level."""
    rng = np.random.default_rng(0)
    kinds = {letter: (rng.random(48), rng.normal(0, 1, 14), rng.random()) for letter in sorted(set(pattern))}
    rows = [kinds[letter] for letter in pattern for _ in range(length)]
    harmony = np.array([row[0] for row in rows]) + rng.normal(0, 0.02, (len(rows), 48))
    harmony = harmony / np.linalg.norm(harmony, axis=1, keepdims=True)
    timbre = np.array([row[1] for row in rows]) + rng.normal(0, 0.05, (len(rows), 14))
    return BarFeatures(harmony, timbre, np.array([row[2] for row in rows]))


@pytest.mark.parametrize("pattern", ["ABAB", "ABCAB", "ABABCB", "AABBA"])
def test_form_is_found(pattern: str) -> None:
    parts = find_parts(bars_of(pattern))
    assert parts[0].first == 0
    assert all(one.last == two.first for one, two in itertools.pairwise(parts))
    changes = {index * 8 for index in range(1, len(pattern)) if pattern[index] != pattern[index - 1]}
    assert changes <= {part.first for part in parts}
    group_of = {bar: part.group for part in parts for bar in range(part.first, part.last)}
    letters = {index: group_of[index * 8 + 4] for index in range(len(pattern))}
    for one in range(len(pattern)):
        for two in range(one):
            assert (pattern[one] == pattern[two]) == (letters[one] == letters[two])


@pytest.mark.parametrize(("semitones", "same"), [(0, True), (1, True), (2, True), (3, True), (6, False)])
def test_a_last_chorus_in_a_higher_key_is_still_the_chorus(semitones: int, same: bool) -> None:
    rng = np.random.default_rng(5)
    triads = {"A": (0, 5, 7, 0), "B": (9, 5, 0, 7)}
    sounds = {letter: rng.normal(0, 1, 14) for letter in triads}
    harmony, timbre = [], []
    for part, letter in enumerate("ABABAB"):
        lift = semitones if part == 5 else 0
        for bar in range(8):
            chroma = np.full((4, 12), 0.02)
            chroma[:, [(triads[letter][bar % 4] + step + lift) % 12 for step in (0, 4, 7)]] = 1.0
            harmony.append(chroma.ravel() / np.linalg.norm(chroma))
            timbre.append(sounds[letter] + rng.normal(0, 0.4, 14))
    parts = find_parts(BarFeatures(np.array(harmony), np.array(timbre), np.tile(np.repeat([0.5, 0.8], 8), 3)))
    group_of = {bar: part.group for part in parts for bar in range(part.first, part.last)}
    assert (group_of[44] == group_of[28]) is same
    assert group_of[44] != group_of[20]


def test_a_key_change_is_heard_where_a_part_is_found_a_bar_early() -> None:
    rng = np.random.default_rng(0)
    chords = rng.permutation(12)[:8]

    def part(lift: int) -> np.ndarray:
        chroma = np.full((8, 4, 12), 0.02)
        for bar, root in enumerate(chords):
            chroma[bar, :, [(root + step + lift) % 12 for step in (0, 4, 7)]] = 1.0
        return chroma.reshape(8, 48) / np.linalg.norm(chroma.reshape(8, 48), axis=1, keepdims=True)

    harmony = np.concatenate([part(0), np.full((8, 48), 48**-0.5), part(2)])
    bars = BarFeatures(harmony, np.zeros((24, 14)), np.full(24, 0.5))
    likeness = harmony @ harmony.T
    exact, early = (structure._pair_likeness(bars, likeness, (0, 8), (first, 24), 0.2) for first in (16, 15))
    assert early == pytest.approx(exact * (8 / 9) ** 0.3)


def test_a_name_for_want_of_a_better_one_is_not_sold_as_sure() -> None:
    sections = named([0, 1, 2, 1, 2, 3, 2, 4], [0.1, 0.5, 0.8, 0.5, 0.8, 0.4, 0.9, 0.1])
    sure = {section.label: section.confidence for section in sections}
    assert sure["bridge"] < sure["verse"]
    assert sure["bridge"] < sure["chorus"]


def test_a_rising_part_is_named_a_build() -> None:
    spans = [(index * 10_000, (index + 1) * 10_000) for index in range(6)]
    moments = (Moment(kind="build", start_ms=31_000, end_ms=40_000, strength=0.5),)
    form = Form(spans, [0, 1, 2, 3, 2, 4], [0.1, 0.5, 0.9, 0.5, 0.9, 0.1], [0.5] * 6, moments=moments)
    assert [s.label for s in name_sections(form)] == ["intro", "verse", "chorus", "build", "chorus", "outro"]


def named(groups: list[int], energies: list[float]) -> tuple[Section, ...]:
    spans = [(index * 20_000, (index + 1) * 20_000) for index in range(len(groups))]
    return name_sections(Form(spans, groups, energies, [0.5] * len(groups)))


def test_names_of_a_pop_song() -> None:
    sections = named([0, 1, 2, 1, 2, 3, 2, 4], [0.1, 0.5, 0.8, 0.5, 0.8, 0.4, 0.9, 0.1])
    assert [s.label for s in sections] == ["intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro"]
    assert [s.group for s in sections] == ["A", "B", "C", "B", "C", "D", "C", "E"]
    assert sections[2].id == "s02_chorus"


def test_names_of_one_part_and_of_a_silent_middle() -> None:
    assert [s.label for s in named([0], [0.5])] == ["part"]
    assert named([0, 1, 0], [0.5, 0.0, 0.5])[1].label == "break"


def test_a_rise_before_the_bass_is_a_build_and_a_drop() -> None:
    from twinklr.core.audio.moments import find_moments

    period, bars = 0.5, 24
    track = np.zeros(round((bars * 4 * period + 1) * RATE_HZ))
    for beat in range(bars * 4):
        bar = beat // 4
        if bar < 8 or bar >= 12:
            place(track, beat * period, thump() * (0.5 if bar < 8 else 1.0))
        for step in range(4):
            level = 0.1 if bar < 8 else 0.1 + 0.12 * (bar - 8) if bar < 12 else 0.5
            place(track, (beat + step / 4) * period, level * np.diff(burst(0.08, beat * 4 + step), n=2))
    sound = (track / reference_level(track.astype(np.float32))).astype(np.float32)
    powers = np.square(sound[: len(sound) // 1102 * 1102].reshape(-1, 1102)).mean(axis=1)
    energy = np.clip(1 + 10 * np.log10(powers + 1e-9) / 30, 0, 1)
    moments = find_moments(np.arange(bars + 1) * 4 * period, 0.0, compute_flux(compute_mel(sound)), energy, 0.05)
    kinds = {moment.kind: moment for moment in moments}
    assert kinds["drop"].start_ms == pytest.approx(24_000, abs=2100)
    assert kinds["build"].end_ms == kinds["drop"].start_ms
    assert "peak" in kinds
