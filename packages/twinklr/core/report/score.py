"""`score_show`: how well the light follows the music, measured on rendered frames and corrected for chance.

Every part is 0..1 with the raw figure it comes from. Props weigh the same whatever their size. ``B`` is the mean
brightness over time, ``D`` the mean change from frame to frame. Parts about marks in time (beats, onsets, section
boundaries) are ``(observed - chance) / (1 - chance)``, chance being the median of the same figure with the marks
shifted around the song, so that a show that is always on, always off, or made for another song scores near 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.ndimage import uniform_filter1d

from twinklr.core.audio import SongBundle
from twinklr.core.choreography import UNSAFE_SHARE, RenderedShow, flashing_share
from twinklr.core.color import rgb_to_hsv
from twinklr.core.xlights import Sequence

Series = NDArray[np.float64]

SHIFTS = 24
"""Circular shifts whose median is chance."""

LEAST_ROOM = 0.25
"""Least room above chance that a figure is scaled to: where chance nearly always hits, a hit says nearly nothing."""

VISIBLE_DIFFERENCE = 0.1
"""Relative spread of section brightness from which sections look different."""

GOLDEN = 0.6180339887498949

LIT_LEVEL = 0.02
"""Mean level, of full, above which a prop counts as lit."""

EFFECT_TYPES_ANCHOR = 18
"""Effect types in a median finished show made by hand; variety is measured against it."""


class ScorePart(BaseModel):
    """One part of the score: 0..1, the raw figure behind it, and what that figure is."""

    model_config = ConfigDict(frozen=True)

    name: str
    score: float
    raw: float
    meaning: str


class ShowScore(BaseModel):
    """The score of a show, with its parts. ``total`` is the mean of the parts in 0..100."""

    model_config = ConfigDict(frozen=True)

    total: float
    parts: tuple[ScorePart, ...]
    dark_props: tuple[str, ...]
    flashing_share: float

    def part(self, name: str) -> ScorePart:
        """A part by name."""
        return next(part for part in self.parts if part.name == name)


def score_show(rendered: RenderedShow, bundle: SongBundle, sequence: Sequence) -> ShowScore:
    """Measure a rendered show against its song.

    Args:
        rendered: Colours and changes per prop and frame.
        bundle: What is heard.
        sequence: The effects, for the variety of their types.
    """
    level = rendered.prop_colors.max(axis=-1) / 255.0
    brightness: Series = level.mean(axis=1)
    change: Series = rendered.prop_change.mean(axis=1).astype(np.float64) / 255.0
    lit = level > LIT_LEVEL
    parts = [
        _loudness(brightness, bundle, rendered.frame_ms),
        _beat(change, bundle, rendered.frame_ms),
        *_onsets(change, bundle, rendered.frame_ms),
        _lift(brightness, bundle, rendered.frame_ms),
        *_form(level, bundle, rendered.frame_ms),
        _variety(sequence),
        _colour(rendered.prop_colors, lit),
        _coverage(lit),
    ]
    flashing = flashing_share(level, rendered.frame_ms)
    parts.append(
        ScorePart(
            name="restraint",
            score=1.0 if flashing < UNSAFE_SHARE else 0.0,
            raw=round(flashing, 3),
            meaning="largest share of the display that flashes more than 3 times in a second",
        )
    )
    ever = lit.any(axis=0)
    return ShowScore(
        total=round(100.0 * float(np.mean([part.score for part in parts])), 1),
        parts=tuple(parts),
        dark_props=tuple(name for name, on in zip(rendered.prop_names, ever, strict=True) if not on),
        flashing_share=round(flashing, 3),
    )


def _part(name: str, score: float, raw: float, meaning: str) -> ScorePart:
    safe = 0.0 if np.isnan(score) else min(max(score, 0.0), 1.0)
    return ScorePart(name=name, score=round(safe, 3), raw=0.0 if np.isnan(raw) else round(raw, 3), meaning=meaning)


def _correlation(a: Series, b: Series) -> float:
    if len(a) < 2 or a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _loudness(brightness: Series, bundle: SongBundle, frame_ms: int) -> ScorePart:
    curve = bundle.loudness
    times = np.arange(len(brightness)) * frame_ms
    heard = np.interp(times, np.arange(len(curve.values)) * curve.hop_ms, np.clip(curve.values, -60.0, 0.0))
    second = max(1, 1000 // frame_ms)
    r = _correlation(uniform_filter1d(brightness, second), uniform_filter1d(heard, second))
    return _part("loudness", r / 0.6, r, "correlation of brightness and loudness, both over 1 s")


def _over_chance(figure: Callable[[Series], float], marks_ms: Series, duration_ms: float) -> tuple[float, float]:
    """A 0..1 figure of marks in time, corrected for chance, and the observed value."""
    if not len(marks_ms):
        return 0.0, 0.0
    observed = figure(marks_ms)
    # Shifts by multiples of the golden ratio never fall in step with a beat, as equal steps can.
    shifts = (np.arange(1, SHIFTS + 1) * GOLDEN % 1.0) * duration_ms
    chance = float(np.median([figure(np.sort((marks_ms + shift) % duration_ms)) for shift in shifts]))
    return (observed - max(chance, 0.0)) / max(1.0 - chance, LEAST_ROOM), observed


def _window_sum(change: Series, at_ms: Series, before_ms: int, after_ms: int, frame_ms: int) -> Series:
    total = np.concatenate([[0.0], np.cumsum(change)])
    # Every window holds the same number of frames, wherever the mark lies between two of them.
    start = np.round((at_ms - before_ms) / frame_ms).astype(int)
    first = np.clip(start, 0, len(change))
    stop = np.clip(start + round((before_ms + after_ms) / frame_ms) + 1, 0, len(change))
    sums: Series = total[stop] - total[first]
    return sums


def _beat(change: Series, bundle: SongBundle, frame_ms: int) -> ScorePart:
    beats = np.array([beat.at_ms for beat in bundle.beats], dtype=np.float64)
    period = float(np.median(np.diff(beats))) if len(beats) > 1 else 500.0

    def figure(marks: Series) -> float:
        on = _window_sum(change, marks, 40, 80, frame_ms).sum()
        off = _window_sum(change, marks + 0.45 * period, 40, 80, frame_ms).sum()
        # Negative when the light moves off the beat, so that shifted marks come out at 0 in the median.
        excess = max(on, off) / max(min(on, off), 1e-9) - 1.0
        return float(min(excess / 1.5, 1.0) * np.sign(on - off))

    score, observed = _over_chance(figure, beats, len(change) * frame_ms)
    return _part("beat", score, observed * 1.5 + 1.0, "light change on beats against 0.45 of a beat later")


def _onsets(change: Series, bundle: SongBundle, frame_ms: int) -> list[ScorePart]:
    threshold = max(0.004, float(change.mean() + 0.5 * change.std()))
    visible = (change >= threshold).astype(np.float64)

    def figure(marks: Series) -> float:
        return float((_window_sum(visible, marks, 25, 75, frame_ms) > 0).mean())

    parts = []
    for band in ("low", "mid", "high"):
        heard = [onset for onset in bundle.onsets if onset.band == band]
        median = float(np.median([onset.strength for onset in heard])) if heard else 0.0
        strong = np.array([onset.at_ms for onset in heard if onset.strength >= median], dtype=np.float64)
        score, observed = _over_chance(figure, strong, len(change) * frame_ms)
        parts.append(_part(f"onsets_{band}", score, observed, f"share of strong {band} onsets with a visible change"))
    return parts


def _section_means(values: NDArray[np.float64], bundle: SongBundle, frame_ms: int) -> NDArray[np.float64]:
    rows = []
    for section in bundle.sections:
        first = min(section.start_ms // frame_ms, len(values) - 1)
        rows.append(values[first : max(section.end_ms // frame_ms, first + 1)].mean(axis=0))
    return np.array(rows)


def _lift(brightness: Series, bundle: SongBundle, frame_ms: int) -> ScorePart:
    energy = np.array([section.energy for section in bundle.sections])
    bright = _section_means(brightness, bundle, frame_ms)
    r = _correlation(bright, energy)
    # Sections that differ by less than a tenth look the same; what little they differ by is no lift.
    seen = min(float(bright.std() / max(bright.mean(), 1e-9)) / VISIBLE_DIFFERENCE, 1.0)
    return _part("lift", seen * r / 0.7, r, "correlation of section brightness and section energy")


def _form(level: NDArray[np.float64], bundle: SongBundle, frame_ms: int) -> list[ScorePart]:
    reach = max(1, 2000 // frame_ms)
    total = np.concatenate([np.zeros((1, level.shape[1])), np.cumsum(level, axis=0)])

    def novelty(marks: Series) -> float:
        at = np.clip((marks / frame_ms).astype(int), reach, max(len(level) - reach, reach))
        stop = np.minimum(at + reach, len(level))
        after = (total[stop] - total[at]) / reach
        before = (total[at] - total[at - reach]) / reach
        return float(np.clip(np.abs(after - before).mean() / max(level.mean(), 1e-9), 0.0, 1.0))

    boundaries = np.array([section.start_ms for section in bundle.sections[1:]], dtype=np.float64)
    score, observed = _over_chance(novelty, boundaries, len(level) * frame_ms)
    mean = _section_means(level, bundle, frame_ms)
    mean = mean - level.mean(axis=0)
    unit = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
    alike = unit @ unit.T
    groups = np.array([section.group for section in bundle.sections])
    same = (groups[:, None] == groups[None, :]) & ~np.eye(len(groups), dtype=bool)
    other = groups[:, None] != groups[None, :]
    contrast = float(alike[same].mean() - alike[other].mean()) if same.any() and other.any() else 0.0
    bright = _section_means(level.mean(axis=1), bundle, frame_ms)
    choruses = [section.index for section in bundle.sections if section.label == "chorus"]
    peak = choruses[-1] if choruses else int(np.argmax([section.energy for section in bundle.sections]))
    rank = float((bright <= bright[peak]).mean())
    return [
        _part("boundaries", score, observed, "change of the picture at section boundaries, of its mean level"),
        _part("repeats", contrast, contrast, "likeness of repeated sections minus that of different ones"),
        _part("peak", rank, rank, "share of sections not brighter than the last chorus"),
    ]


def _variety(sequence: Sequence) -> ScorePart:
    counts = Counter(effect.name for _, effect in sequence.effects())
    if not counts:
        return _part("variety", 0.0, 0.0, "effective number of effect types")
    share = np.array(list(counts.values())) / counts.total()
    effective = float(np.exp(-(share * np.log(share)).sum()))
    return _part("variety", effective / (EFFECT_TYPES_ANCHOR / 2), effective, "effective number of effect types")


def _colour(colors: NDArray[np.uint8], lit: NDArray[np.bool_]) -> ScorePart:
    every = colors[:: max(1, len(colors) // 400)]
    hsv = rgb_to_hsv(every)
    shown = lit[:: max(1, len(colors) // 400)] & (hsv[..., 1] > 0.25)
    hue = (hsv[..., 0] * 12).astype(int) % 12
    counts = np.stack([((hue == bin_) & shown).sum(axis=1) for bin_ in range(12)], axis=1)
    hues = (counts > 0.1 * np.maximum(shown.sum(axis=1, keepdims=True), 1)).sum(axis=1)
    some = hues[shown.any(axis=1)]
    if not len(some):
        return _part("colour", 0.0, 0.0, "hues lit at once, of twelve")
    return _part("colour", float(((some >= 1) & (some <= 4)).mean()), float(some.mean()), "hues lit at once, of twelve")


def _coverage(lit: NDArray[np.bool_]) -> ScorePart:
    ever = float(lit.any(axis=0).mean())
    some = float(lit.any(axis=1).mean())
    return _part("coverage", ever * some, ever, "share of props lit at some time")
