"""Form: where a song's parts begin, and which of them are repeats of each other.

Everything is heard bar by bar. Each bar is described by its harmony (chroma of its quarters, in order) and its sound
(timbre and level). Boundaries stand where both sides differ, at several time scales (Foote's checkerboard), where a
repetition begins or ends (Serrà's structure features), and where the level jumps; a search over all segmentations
weighs that evidence against how long parts usually are. Parts that sound alike from their first bar on share a group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.fft import dct
from scipy.ndimage import gaussian_filter, maximum_filter1d
from scipy.spatial.distance import cdist, squareform

from twinklr.core.audio.spectra import FRAME_S
from twinklr.core.audio.tonality import Harmony, synchronise

Doubles = NDArray[np.float64]
QUARTERS = 4
TIMBRE_SIZE = 14
KERNELS = (2, 4, 8, 16)
"""Half widths of the checkerboards, in bars."""
SHORTEST_BARS, LONGEST_BARS = 2, 16
PEAK_BARS, PEAK_BONUS = 2, 0.5
PART_COST = 0.8
"""Evidence, in standard deviations, that a boundary needs."""
LENGTH_COST = {2: 1.5, 3: 1.6, 4: 0.4, 6: 0.5, 8: 0.0, 12: 0.25, 16: 0.0, 20: 0.5, 24: 0.5, 28: 0.9, 32: 0.8}
ODD_COST = 0.9
LONG_COST = 0.1
FLAT_TIMBRE, FLAT_HARMONY, FLAT_LEVEL = 0.2, 0.2, 0.1
"""Noise has 0.05, 0.15 and 0.07 at most; the plainest loop of four chords has 0.5, 0.5 and 0.04, songs more of all."""
SAME_GROUP = 0.62
"""Parts are repeats when they are this alike, as a share of the most alike pair of the song."""
LEAST_ALIKE, MOST_ALIKE = 0.25, 0.97
KEY_CHANGES = (-3, -2, -1, 1, 2, 3)
"""Semitones by which a repeat may be moved; more is another part on another chord."""
KEY_CHANGE_FIT, KEY_CHANGE_COST = 0.7, 0.1


@dataclass(frozen=True)
class Part:
    """A part of the form in bars: ``first`` to before ``last``; `edge` is how clear its beginning is (0..1)."""

    first: int
    last: int
    group: int
    edge: float
    likeness: float


@dataclass(frozen=True, eq=False)
class BarFeatures:
    """Per bar: `harmony` (quarters x 12, flattened), `timbre`, `level` (0..1)."""

    harmony: Doubles
    timbre: Doubles
    level: Doubles


def describe_bars(
    edges_s: Doubles, harmony: Harmony, levels: NDArray[np.float32], energy: Doubles, energy_hop_s: float
) -> BarFeatures:
    """Features of the bars between consecutive edges."""
    quarters = np.interp(np.arange((len(edges_s) - 1) * QUARTERS + 1) / QUARTERS, np.arange(len(edges_s)), edges_s)
    chroma = synchronise(harmony.chroma * harmony.weight[:, None], quarters)
    norms = np.linalg.norm(chroma, axis=1, keepdims=True)
    chroma = np.where(norms > 1e-6, chroma / np.maximum(norms, 1e-6), 0).reshape(len(edges_s) - 1, -1)
    cepstrum = dct(synchronise(levels.astype(np.float64), edges_s, FRAME_S), norm="ortho", axis=1)[:, :TIMBRE_SIZE]
    level = synchronise(energy[:, None], edges_s, energy_hop_s)[:, 0]
    return BarFeatures(chroma / np.sqrt(QUARTERS), cepstrum, level)


def similarity(bars: BarFeatures) -> Doubles:
    """Bar by bar likeness, 0..1: half harmony, half sound."""
    pitch = np.clip(bars.harmony @ bars.harmony.T, 0, 1)
    centred = bars.timbre - bars.timbre.mean(axis=0)
    scale = np.maximum(centred.std(axis=0), 0.25 * centred.std(axis=0).max(initial=1e-9) + 1e-9)
    points = centred / scale
    distance = cdist(points, points)
    typical = max(float(np.median(distance)), 1e-9)
    sound = np.exp(-np.square(distance / typical))
    likeness: Doubles = 0.5 * pitch + 0.5 * sound
    return likeness


def find_parts(bars: BarFeatures, hints: Doubles | None = None) -> list[Part]:
    """The parts of a song, covering all its bars.

    Args:
        bars: Features of every bar.
        hints: What else speaks for a part beginning at each bar, in standard deviations of what the sound says.
    """
    count = len(bars.level)
    if count == 0:
        return []
    if is_flat(bars) and (hints is None or not hints.any()):
        return [Part(0, count, 0, 1.0, 0.0)]
    likeness = similarity(bars)
    evidence = boundary_evidence(likeness, bars.level)
    if hints is not None:
        evidence = evidence + hints
    starts = _best_segmentation(evidence, count)
    groups, how_alike = group_parts(bars, likeness, starts)
    ends = [*starts[1:], count]
    parts = []
    for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
        edge = 1.0 if first == 0 else float(np.clip(evidence[first] / 4, 0, 1))
        parts.append(Part(first, last, groups[index], edge, how_alike[index]))
    return parts


def is_flat(bars: BarFeatures) -> bool:
    """Whether no bar differs from another, as in a tone, in noise or in a click: there is no form to find.

    All else here compares bars with the typical difference of two, and would find parts in whatever ripples.
    """
    timbre = float(np.sqrt(np.square(bars.timbre - bars.timbre.mean(axis=0)).sum(axis=1).mean()))
    pitched = bars.harmony[np.linalg.norm(bars.harmony, axis=1) > 0]
    harmony = 1 - float((pitched @ pitched.T).mean()) if len(pitched) else 0.0
    return timbre < FLAT_TIMBRE and harmony < FLAT_HARMONY and float(np.ptp(bars.level)) < FLAT_LEVEL


def boundary_evidence(likeness: Doubles, level: Doubles) -> Doubles:
    """How much speaks for a part beginning at each bar, in standard deviations; bar 0 counts for nothing.

    Roots are taken, so that one stark contrast (a break) does not drown the changes between the other parts; and a
    bar counts for more when it is the clearest for some bars around, as only one bar of a transition is its boundary.
    """
    total = np.zeros(len(level))
    for reach in KERNELS:
        total += _standard(np.sqrt(_checkerboard(likeness, reach))) / len(KERNELS)
    total += 0.6 * _standard(_repetition_change(likeness))
    total += 0.4 * _standard(np.sqrt(_level_jump(level)))
    total = _standard(total)
    peak = total >= maximum_filter1d(total, 2 * PEAK_BARS + 1)
    return _standard(total + np.where(peak, PEAK_BONUS, -PEAK_BONUS))


def _checkerboard(likeness: Doubles, reach: int) -> Doubles:
    count = len(likeness)
    reach = min(reach, max(1, count // 2))
    padded = np.pad(likeness, reach, mode="reflect" if count > reach else "edge")
    axis = np.arange(-reach, reach) + 0.5
    bell = np.exp(-0.5 * (axis / (0.5 * reach)) ** 2)
    kernel = np.outer(bell * np.sign(axis), bell * np.sign(axis))
    kernel /= np.abs(kernel).sum()
    result = np.array([np.sum(padded[i : i + 2 * reach, i : i + 2 * reach] * kernel) for i in range(count)])
    result[0] = 0
    novelty: Doubles = np.maximum(result, 0)
    return novelty


def _repetition_change(likeness: Doubles) -> Doubles:
    """Where the pattern of "this bar comes again so much later" changes."""
    count = len(likeness)
    threshold = np.quantile(likeness, 0.85, axis=1, keepdims=True)
    linked = ((likeness >= threshold) & (likeness >= threshold.T)).astype(float)
    lags = np.zeros((count, count))
    for bar in range(count):
        lags[bar] = np.roll(linked[bar], -bar)
    lags[:, 0] = 0
    smooth = gaussian_filter(lags, (2.0, 0.7), mode=("nearest", "wrap"))
    result = np.zeros(count)
    result[1:] = np.linalg.norm(smooth[1:] - smooth[:-1], axis=1)
    return result


def _level_jump(level: Doubles, reach: int = 4) -> Doubles:
    result = np.zeros(len(level))
    for bar in range(1, len(level)):
        result[bar] = abs(level[bar : bar + reach].mean() - level[max(0, bar - reach) : bar].mean())
    return result


def _standard(row: Doubles) -> Doubles:
    spread = row.std()
    if spread < 1e-9:
        return np.zeros(len(row))
    result: Doubles = (row - row.mean()) / spread
    return result


def _length_cost(bars: int) -> float:
    return LENGTH_COST.get(bars, ODD_COST if bars % 4 else 0.35)


def _best_segmentation(evidence: Doubles, count: int) -> list[int]:
    """Starts of the parts, by dynamic programming over every segmentation."""
    best = np.full(count + 1, -np.inf)
    origin = np.zeros(count + 1, int)
    best[0] = 0
    for end in range(1, count + 1):
        for start in range(max(0, end - 4 * LONGEST_BARS), end):
            length = end - start
            if length < SHORTEST_BARS and end < count and start > 0:
                continue
            too_long = max(0, length - LONGEST_BARS) * LONG_COST
            # The first and last part may have any length: pickups and endings do.
            odd = _length_cost(length) if start > 0 and end < count else 0.4 * _length_cost(length)
            value = best[start] + (evidence[start] - PART_COST if start else 0) - odd - too_long
            if value > best[end]:
                best[end], origin[end] = value, start
    starts = []
    end = count
    while end > 0:
        end = int(origin[end])
        starts.append(end)
    return starts[::-1]


def group_parts(bars: BarFeatures, likeness: Doubles, starts: list[int]) -> tuple[list[int], list[float]]:
    """Group numbers of parts (first come, first numbered), and how like its group each part is."""
    ends = [*starts[1:], len(likeness)]
    size = len(starts)
    alike = np.eye(size)
    base = float(np.median(likeness))
    for one in range(size):
        for two in range(one):
            alike[one, two] = alike[two, one] = _pair_likeness(
                bars, likeness, (starts[one], ends[one]), (starts[two], ends[two]), base
            )
    closest = float(np.clip((alike - np.eye(size)).max(initial=0), 0, MOST_ALIKE))
    threshold = max(LEAST_ALIKE, SAME_GROUP * closest)
    members = _clusters(alike, threshold)
    groups = [0] * size
    how_alike = [0.0] * size
    for number, group in enumerate(members):
        for index in group:
            groups[index] = number
            others = [alike[index, other] for other in group if other != index]
            how_alike[index] = float(np.mean(others)) if others else 0.0
    return groups, how_alike


def _clusters(alike: Doubles, threshold: float) -> list[list[int]]:
    """Indices that belong together: the mean likeness within a cluster stays above the threshold."""
    if len(alike) < 2:
        return [[0]]
    merges = linkage(squareform(1 - alike, checks=False), "average")
    numbers = fcluster(merges, 1 - threshold, "distance")
    return sorted(np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers))


def _pair_likeness(
    bars: BarFeatures, likeness: Doubles, one: tuple[int, int], two: tuple[int, int], base: float
) -> float:
    """Likeness of two parts heard side by side, 0..1; a part twice as long as the other is less its repeat."""
    length = min(one[1] - one[0], two[1] - two[0])
    longer = max(one[1] - one[0], two[1] - two[0])
    best = 0.0
    for shift in (0, 1, -1):
        rows = np.arange(length)
        a, b = one[0] + rows, two[0] + rows + shift
        keep = (b >= 0) & (b < len(likeness))
        if keep.sum() >= max(1, length - 1):
            plain = float(likeness[a[keep], b[keep]].mean())
            lift = 0.5 * _gain_of_key_change(bars.harmony[a[keep]], bars.harmony[b[keep]])
            best = max(best, plain + lift)
    lifted = (best - base) / max(1 - base, 1e-9)
    balance = float((length / longer) ** 0.3)
    return float(np.clip(lifted, 0, 1)) * balance


def _gain_of_key_change(one: Doubles, two: Doubles) -> float:
    """How much liker the harmony of two parts is when one is moved by a few semitones, less the price of that.

    Last choruses are often lifted by one to three semitones. Only a part whose every chord then fits counts.
    """
    plain = (one * two).sum(axis=1)
    if plain.mean() > KEY_CHANGE_FIT:
        return 0.0
    chroma = two.reshape(len(two), QUARTERS, 12)
    gain = 0.0
    for semitones in KEY_CHANGES:
        moved = (one * np.roll(chroma, semitones, axis=2).reshape(len(two), -1)).sum(axis=1)
        if np.median(moved) > KEY_CHANGE_FIT:
            gain = max(gain, float((moved - plain).mean()) - KEY_CHANGE_COST)
    return gain
