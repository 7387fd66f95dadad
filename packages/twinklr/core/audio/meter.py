"""Bars: which beats are downbeats, and how many beats a bar has.

Chords and bass notes tend to change on the downbeat, kicks fall there and snares beside it. Each beat gets such
evidence; the most likely path through bar positions is found for each meter, and the meter whose path explains the
evidence best is taken. A bar may be cut short, at a price, since real songs do that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.audio.flux import Flux
from twinklr.core.audio.spectra import FRAME_S
from twinklr.core.audio.tonality import Harmony, synchronise

Doubles = NDArray[np.float64]
METERS = (4, 3, 2)
METER_BIAS = {4: 0.0, 3: -0.02, 2: -0.36}
"""Per beat: how much more evidence a rarer meter needs."""
COMPOUND_BIAS, COMPOUND_BPM = {4: 0.0, 3: -0.1, 2: -0.12}, 90.0
"""The same where beats fall into three: two in a bar (6/8) are as common there as four (12/8), three (9/8) are rare.

Quicker than this, four of them are mostly a shuffle.
"""
MIDDLE_WEIGHT, LEAST_CHANGE = 0.18, 0.02
"""Where the harmony changes in the middle of four beats as at their beginning, they are rather two bars."""
RESET_COST = 12.0
HEARD = 0.5
"""A downbeat is heard where the net is at least as sure as this."""
EVIDENCE_WEIGHTS = {"harmony": 1.0, "bass": 0.8, "kick": 0.7, "snare": -0.5, "novelty": 0.4, "accent": 0.3, "net": 2.0}


@dataclass(frozen=True)
class Meter:
    """Bar positions of the beats.

    Attributes:
        beats_per_bar: Of the meter.
        positions: Per beat, 0 on the downbeat.
        confidence: 0..1.
    """

    beats_per_bar: int
    positions: tuple[int, ...]
    confidence: float


def estimate_meter(
    beats_s: Doubles,
    flux: Flux,
    harmony: Harmony,
    levels: NDArray[np.float32],
    chance: Doubles,
    meters: tuple[int, ...] = METERS,
    compound: bool = False,
) -> Meter:
    """Meter and downbeats.

    Args:
        beats_s: Beat times.
        flux: Onset strength.
        harmony: Chroma.
        levels: Log-mel spectrum on the fast frames.
        chance: Of a downbeat per fast frame, by the net.
        meters: Beats a bar may have.
        compound: Whether beats fall into three.
    """
    if len(beats_s) < 4:
        return Meter(meters[0], tuple(index % meters[0] for index in range(len(beats_s))), 0.0)
    rows = beat_evidence(beats_s, flux, harmony, levels, chance)
    evidence = _standard(np.sum([EVIDENCE_WEIGHTS[name] * _standard(row) for name, row in rows.items()], axis=0))
    near = np.clip(_at(chance, beats_s, reach=4), 0.01, 0.99)
    slow = float(np.median(np.diff(beats_s))) > 60 / COMPOUND_BPM
    bias = COMPOUND_BIAS if compound and slow else METER_BIAS
    paths = {beats_per_bar: _best_path(evidence, beats_per_bar) for beats_per_bar in {*meters, 4}}
    fits = {beats: _explain(near, paths[beats]) + bias.get(beats, 0.0) for beats in meters}
    if 2 in fits:
        fits[2] += MIDDLE_WEIGHT * (_change_in_the_middle(rows, paths[4]) - 0.5)
    ranked = sorted(fits, key=lambda meter: fits[meter], reverse=True)
    best = ranked[0]
    lead = fits[best] - fits[ranked[1]] if len(ranked) > 1 else 1.0
    return Meter(best, tuple(int(p) for p in paths[best]), round(float(np.clip(lead / 0.3, 0, 1)), 3))


def beat_evidence(
    beats_s: Doubles, flux: Flux, harmony: Harmony, levels: NDArray[np.float32], chance: Doubles
) -> dict[str, Doubles]:
    """Per beat, what speaks for or against a downbeat, by the names in `EVIDENCE_WEIGHTS`."""
    period = float(np.median(np.diff(beats_s)))
    edges = np.append(beats_s, beats_s[-1] + period)
    chroma = synchronise(harmony.chroma * harmony.weight[:, None], edges)
    bass = synchronise(harmony.bass * harmony.weight[:, None], edges)
    timbre = synchronise(levels.astype(np.float64), edges, FRAME_S)
    return {
        "harmony": _change(chroma),
        "bass": _change(bass),
        "kick": _at(flux.low, beats_s),
        "snare": _at(flux.high, beats_s) * 0.5 + _at(flux.mid, beats_s) * 0.5,
        "novelty": _jump(timbre),
        "accent": _at(flux.full, beats_s),
        "net": _log_odds(_at(chance, beats_s, reach=4)),
    }


def _change_in_the_middle(rows: dict[str, Doubles], positions: NDArray[np.int64]) -> float:
    """How much of the change of harmony on the first of four beats happens on the third too, 0..1; 0.5 if unknown."""
    if len(np.unique(positions)) < 4:
        return 0.5
    shares = []
    for row in (rows["harmony"], rows["bass"]):
        first, second, third, fourth = (row[positions == at].mean() for at in range(4))
        between = (second + fourth) / 2
        if first - between < LEAST_CHANGE:
            return 0.5
        shares.append(np.clip((third - between) / (first - between), 0, 1))
    return float(np.mean(shares))


def explain_bars(chance: Doubles, beats_s: Doubles) -> tuple[float, int]:
    """How well the best regular bars explain the downbeats the net heard, per second, and how many beats they have.

    Where no downbeat was heard, that is minus infinity, and 0 beats.

    Args:
        chance: Of a downbeat per fast frame, by the net.
        beats_s: Beat times.
    """
    near = np.clip(_at(chance, beats_s, reach=4), 0.01, 0.99)
    if near.max() < HEARD:
        return -np.inf, 0
    evidence = _standard(_log_odds(near))
    fits = {meter: _explain(near, _best_path(evidence, meter)) for meter in METERS}
    best = max(fits, key=lambda meter: fits[meter])
    return fits[best] * len(beats_s) / (len(chance) * FRAME_S), best


def _explain(chances: Doubles, positions: NDArray[np.int64]) -> float:
    """Log-likelihood per beat that just these are the downbeats the net heard.

    Meters are compared by this: the net knows that the third beat of four is no downbeat, which tells four from two.
    """
    return float(np.where(positions == 0, np.log(chances), np.log(1 - chances)).mean())


def _log_odds(chances: Doubles) -> Doubles:
    safe = np.clip(chances, 1e-3, 1 - 1e-3)
    odds: Doubles = np.log(safe / (1 - safe))
    return odds


def _change(rows: Doubles) -> Doubles:
    norms = np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
    result = np.zeros(len(rows))
    result[1:] = 1 - (rows[1:] * rows[:-1]).sum(axis=1) / (norms[1:] * norms[:-1])
    return result


def _jump(rows: Doubles, reach: int = 4) -> Doubles:
    """Distance between the means of the beats before and after."""
    sums = np.vstack([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    result = np.zeros(len(rows))
    for index in range(1, len(rows)):
        low, high = max(0, index - reach), min(len(rows), index + reach)
        before = (sums[index] - sums[low]) / (index - low)
        after = (sums[high] - sums[index]) / (high - index)
        result[index] = np.linalg.norm(after - before)
    return result


def _at(curve: NDArray[Any], times_s: Doubles, reach: int = 3) -> Doubles:
    frames = np.rint(times_s / FRAME_S).astype(int)
    shifts = np.arange(-reach, reach + 1)
    near: Doubles = curve[np.clip(frames[:, None] + shifts, 0, len(curve) - 1)].max(axis=1).astype(np.float64)
    return near


def _standard(row: Doubles) -> Doubles:
    spread = row.std()
    if spread < 1e-9:
        return np.zeros(len(row))
    standard: Doubles = np.clip((row - row.mean()) / spread, -3, 3)
    return standard


@njit(cache=True, nogil=True)
def _best_path(evidence: Doubles, beats_per_bar: int) -> NDArray[np.int64]:
    """Positions in the bar along the path with most evidence on its downbeats."""
    count = len(evidence)
    total, moved = np.zeros(beats_per_bar), np.zeros(beats_per_bar)
    origins = np.zeros((count, beats_per_bar), np.int64)
    for index in range(count):
        if index:
            leader = total.argmax()
            moved[1:] = total[:-1]
            origins[index] = np.arange(beats_per_bar) - 1
            moved[0], origins[index, 0] = total[-1], beats_per_bar - 1
            if total[leader] - RESET_COST > moved[0]:
                moved[0], origins[index, 0] = total[leader] - RESET_COST, leader
        total = moved - evidence[index] / (beats_per_bar - 1)
        total[0] = moved[0] + evidence[index]
    path = np.empty(count, np.int64)
    path[-1] = total.argmax()
    for index in range(count - 1, 0, -1):
        path[index - 1] = origins[index, path[index]]
    return path
