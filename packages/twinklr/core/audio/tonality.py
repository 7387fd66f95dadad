"""Harmony: tuning, chroma, key and chords."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from twinklr.core.audio.spectra import BINS_PER_SEMITONE, LOWEST_MIDI, SLOW_FRAME_S

Doubles = NDArray[np.float64]
PITCH_CLASSES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
TUNING_MIDI = 62
BASS_SEMITONES = 19
"""Notes below E3 count as bass."""

# Temperley (2001): how well each degree fits a major and a minor key.
MAJOR_PROFILE = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
MINOR_PROFILE = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)
OPENING_S, OPENING_BONUS = 2.0, 0.05
"""Most songs open on their tonic: that tells keys apart which share nearly all notes."""


@dataclass(frozen=True, eq=False)
class Harmony:
    """Chroma of one song.

    Attributes:
        chroma: Slow frames x 12 (C first), each row of unit length or zero.
        bass: The same for notes below E3.
        weight: How much pitched sound each frame holds.
        tuning_cents: How far the song's A lies from 440 Hz.
    """

    chroma: Doubles
    bass: Doubles
    weight: Doubles
    tuning_cents: float


def compute_harmony(pitch: NDArray[np.float32]) -> Harmony:
    """Chroma from the log-frequency spectrum, with percussion and overtones reduced."""
    levels = np.log1p(10 * pitch.astype(np.float64))
    # A drum fills every bin alike; a note stands above its neighbours.
    floor = median_filter(levels, size=(1, 4 * BINS_PER_SEMITONE + 1), mode="nearest")
    notes = np.maximum(levels - floor, 0)
    shift = _tuning(notes)
    thirds = notes[:, : notes.shape[1] // BINS_PER_SEMITONE * BINS_PER_SEMITONE]
    offsets = np.arange(thirds.shape[1]) + shift
    if abs(shift) > 0.05:
        low = np.clip(np.floor(offsets).astype(int), 0, thirds.shape[1] - 1)
        high = np.clip(low + 1, 0, thirds.shape[1] - 1)
        share = offsets - np.floor(offsets)
        thirds = thirds[:, low] * (1 - share) + thirds[:, high] * share
    semitones = thirds.reshape(len(thirds), -1, BINS_PER_SEMITONE) @ np.array([0.5, 1.0, 0.5])
    semitones = _without_overtones(semitones)
    chroma = _fold(semitones[:, 7:])
    bass = _fold_from(semitones[:, :BASS_SEMITONES], 0)
    weight = np.linalg.norm(chroma, axis=1)
    return Harmony(chroma=_unit(chroma), bass=_unit(bass), weight=weight, tuning_cents=shift * 100 / BINS_PER_SEMITONE)


def _tuning(notes: Doubles) -> float:
    """How many bins the song's notes lie beside the equal-tempered centres, between -1.5 and 1.5."""
    # Lower notes lie closer together than the transform resolves.
    first = (TUNING_MIDI - LOWEST_MIDI) * BINS_PER_SEMITONE
    profile = np.square(notes[:, first:]).sum(axis=0)
    angles = 2 * np.pi * (np.arange(len(profile)) - 1) / BINS_PER_SEMITONE
    mean = np.sum(profile * np.exp(1j * angles))
    if abs(mean) < 0.02 * max(profile.sum(), 1e-12):
        return 0.0
    return float(np.angle(mean) / (2 * np.pi) * BINS_PER_SEMITONE)


def _without_overtones(semitones: Doubles) -> Doubles:
    """Take from each note what the third and fifth partials of lower notes explain."""
    result = semitones.copy()
    for partial, share in ((19, 0.35), (28, 0.25)):
        result[:, partial:] -= share * semitones[:, :-partial]
    return np.maximum(result, 0)


def _fold(semitones: Doubles) -> Doubles:
    return _fold_from(semitones, 7)


def _fold_from(semitones: Doubles, offset: int) -> Doubles:
    chroma = np.zeros((len(semitones), 12))
    for index in range(semitones.shape[1]):
        chroma[:, (LOWEST_MIDI + offset + index) % 12] += semitones[:, index]
    return chroma


def _unit(rows: Doubles) -> Doubles:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(norms > 1e-6, rows / np.maximum(norms, 1e-6), 0.0)


def synchronise(rows: Doubles, edges_s: Doubles, frame_s: float = SLOW_FRAME_S) -> Doubles:
    """Mean of the rows between consecutive edges: ``len(edges_s) - 1`` rows."""
    sums = np.vstack([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    frames = np.clip(np.rint(np.asarray(edges_s) / frame_s).astype(int), 0, len(rows))
    starts, ends = frames[:-1], np.minimum(np.maximum(frames[1:], frames[:-1] + 1), len(rows))
    starts = np.minimum(starts, ends - 1).clip(0)
    means: Doubles = (sums[ends] - sums[starts]) / np.maximum(ends - starts, 1)[:, None]
    return means


def estimate_key(harmony: Harmony) -> tuple[str, float]:
    """Key (``G major``) and its confidence: how far the best key is ahead of the second best."""
    profile = (harmony.chroma * harmony.weight[:, None]).sum(axis=0)
    if profile.sum() <= 1e-9:
        return "C major", 0.0
    opening = _opening(harmony)
    scores = []
    for mode, degrees in (("major", MAJOR_PROFILE), ("minor", MINOR_PROFILE)):
        for tonic in range(12):
            fit = float(np.corrcoef(np.roll(degrees, tonic), profile)[0, 1]) + OPENING_BONUS * opening[tonic]
            scores.append((0.0 if np.isnan(fit) else fit, f"{PITCH_CLASSES[tonic]} {mode}"))
    scores.sort(reverse=True)
    lead = scores[0][0] - scores[1][0]
    # Noise leans on all pitches alike.
    contrast = float(np.clip((profile.std() / profile.mean() - 0.12) / 0.2, 0, 1))
    # One note, or a noise that happens to lean on some pitches, is no key: several must sound, over some seconds.
    spread = float(np.count_nonzero(profile > 0.15 * profile.max())) / 5
    heard_s = float(np.count_nonzero(harmony.weight > 0.1 * harmony.weight.max())) * SLOW_FRAME_S
    confidence = float(np.clip(scores[0][0], 0, 1) * np.clip(lead / 0.15, 0, 1))
    confidence *= contrast * min(1.0, spread) * float(np.clip(heard_s / 10, 0, 1))
    return scores[0][1], round(confidence, 3)


def _opening(harmony: Harmony) -> Doubles:
    """Share of each pitch class in the bass of the first seconds."""
    sounding = np.flatnonzero(harmony.weight > 0.1 * harmony.weight.max())[: round(OPENING_S / SLOW_FRAME_S)]
    bass = harmony.bass[sounding].sum(axis=0)
    shares: Doubles = bass / max(float(bass.sum()), 1e-9)
    return shares


CHORD_NAMES = tuple(f"{name}:maj" for name in PITCH_CLASSES) + tuple(f"{name}:min" for name in PITCH_CLASSES) + ("N",)
_CHORD_STAY = 0.0
_NO_CHORD_FIT = 0.55


def _templates() -> Doubles:
    rows = np.zeros((24, 12))
    for tonic in range(12):
        for row, third in ((tonic, 4), (tonic + 12, 3)):
            rows[row, tonic] = 1.0
            rows[row, (tonic + third) % 12] = 0.9
            rows[row, (tonic + 7) % 12] = 0.9
    templates: Doubles = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return templates


def estimate_chords(
    harmony: Harmony, edges_s: Doubles, key: str = "", change_cost: float = 2.0
) -> list[tuple[int, int, str, float]]:
    """Chords over beats.

    Args:
        harmony: Chroma of the song.
        edges_s: Beat times and the end, in seconds.
        key: Chords of this key are a little likelier.
        change_cost: What a change costs, in the units of ten times the fit.

    Returns:
        Runs of ``first edge, last edge, name, confidence``.
    """
    chroma = _unit(synchronise(harmony.chroma * harmony.weight[:, None], edges_s))
    bass = _unit(synchronise(harmony.bass * harmony.weight[:, None], edges_s))
    if not len(chroma):
        return []
    fits = np.empty((len(chroma), 25))
    fits[:, :24] = chroma @ _templates().T
    fits[:, :12] += 0.12 * bass
    fits[:, 12:24] += 0.12 * bass
    fits[:, :24] += 0.02 * _diatonic(key)
    fits[:, 24] = np.where(chroma.any(axis=1), _NO_CHORD_FIT, 1.0)
    path = _smooth_path(10 * fits, change_cost)
    runs = []
    start = 0
    for index in range(1, len(path) + 1):
        if index == len(path) or path[index] != path[start]:
            fit = float(fits[start:index, path[start]].mean())
            runs.append((start, index, CHORD_NAMES[path[start]], round(float(np.clip((fit - 0.5) / 0.5, 0, 1)), 3)))
            start = index
    return runs


def _diatonic(key: str) -> Doubles:
    allowed = np.zeros(24)
    if not key:
        return allowed
    name, mode = key.split()
    tonic = PITCH_CLASSES.index(name) + (3 if mode == "minor" else 0)
    for degree in (0, 5, 7):
        allowed[(tonic + degree) % 12] = 1
    for degree in (2, 4, 9):
        allowed[12 + (tonic + degree) % 12] = 1
    if mode == "minor":
        allowed[(tonic + 4) % 12] = 1
    return allowed


def _smooth_path(scores: Doubles, change_cost: float) -> NDArray[np.int64]:
    """The best path when every change of state costs the same."""
    count = len(scores)
    total = scores[0].copy()
    origins = np.zeros((count, scores.shape[1]), np.int64)
    for index in range(1, count):
        leader = int(total.argmax())
        jump = total[leader] - change_cost
        stays = total >= jump
        origins[index] = np.where(stays, np.arange(len(total)), leader)
        total = np.where(stays, total, jump) + scores[index]
    path = np.empty(count, np.int64)
    path[-1] = int(total.argmax())
    for index in range(count - 1, 0, -1):
        path[index - 1] = origins[index, path[index]]
    return path
