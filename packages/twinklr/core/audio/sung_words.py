"""Where known words are sung: the likeliest moment of each, given what the net heard.

The words become a chain of sounds (`sound_chain`). Of all ways through it, near the best one, every word begins when
most of them begin it, give or take `NEAR_S`; its sounds are then laid between its beginning and the next word's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.pronunciation import VOWELS, pronounce
from twinklr.core.audio.sound_chain import BEGINNING, arrival_chances, best_path, chain_of
from twinklr.core.audio.sung_net import FRAME_S, SILENCE, SOUNDS, Singing

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
LIKE = (
    ("AA", "AO", "AH", "AW", "AY"),
    ("AE", "EH", "AH", "AA"),
    ("AH", "UH", "ER", "EH", "IH"),
    ("EH", "EY", "IH", "ER"),
    ("IH", "IY", "EY"),
    ("OW", "AO", "OY", "UH"),
    ("UW", "UH", "OW"),
    ("B", "P"),
    ("D", "T", "DH"),
    ("G", "K"),
    ("S", "Z"),
    ("SH", "ZH", "CH", "JH"),
    ("F", "V", "TH", "DH"),
    ("M", "N", "NG"),
    ("Y", "IY"),
    ("W", "UW", "L"),
    ("R", "ER"),
)
"""Sounds that singers and dialects put for one another."""
LIKENESS = 0.45
"""Share of its likes' chance that a sound is given besides its own."""
FLOOR = -7.0
OTHER_VOICE = 3.0
"""What a voice costs, per frame, where the text has none: a backing singer, or a word that is not written down."""
SHORTEST = {"consonant": 3, "stop": 2}
"""Frames that a sound lasts at least."""
VOWEL_SHARE, SHORTEST_VOWEL, LONGEST_VOWEL = 0.2, 3, 12
"""A vowel lasts at least this share of the time there is for a syllable, within bounds in frames."""
BRISK = {"vowel": 3, "consonant": 2, "stop": 1}
BRIEFEST = dict.fromkeys(BRISK, 1)
FULL = 0.8
"""Share of the frames that the shortest sounds may take."""
NEAR_S, REACH_S = 0.3, 8.0
"""How near a word must be to be right, and how far from the likeliest way through a song others are looked for."""
BEGIN_WEIGHT = 4.0
"""What the log-odds of a syllable's beginning count, where a vowel begins."""
LARGEST_SEARCH, LARGEST_BAND = 120_000_000, 20_000_000
"""Frames times sounds beyond which the search is left alone, and the band around its path is made narrower: about
a second each, and 200 MB in all."""

CHANCE_WEIGHTS = {"timed": (2.16, 0.65, 0.38, 0.37, 0.37, 1.14), "text": (5.58, 0.4, 0.24, 1.03, 1.07, 0.27)}
"""See `chance_features`."""
FEATURES = 6


@dataclass(frozen=True)
class SungWord:
    """A word in time.

    Attributes:
        start_s: When it begins.
        end_s: When it ends.
        sounds: Its speech sounds with theirs.
        fit: How well they fit what was heard, in nepers per frame.
        share: Of the ways the words may be sung, those that begin this one within `NEAR_S` of its start.
    """

    start_s: float
    end_s: float
    sounds: tuple[tuple[str, float, float], ...]
    fit: float
    share: float


def sound_scores(singing: Singing) -> Floats:
    """Log-score of every sound in every frame, likes allowed for; then of the rest, and of the vowels' first frames."""
    chances = np.exp(singing.sounds)
    mixed = chances.copy()
    for group in LIKE:
        rows = [SOUNDS.index(name) for name in group]
        mixed[:, rows] = np.maximum(mixed[:, rows], LIKENESS * chances[:, rows].max(axis=1, keepdims=True))
    scores = np.maximum(np.log(mixed + 1e-9), FLOOR)
    loudest = scores[:, :SILENCE].max(axis=1) - OTHER_VOICE
    scores[:, SILENCE] = np.maximum(scores[:, SILENCE], loudest)
    vowels = scores[:, [SOUNDS.index(name) for name in BEGINNING]]
    return np.hstack([scores, vowels + BEGIN_WEIGHT * singing.begins[:, None]]).astype(np.float32)


def find_words(scores: Floats, lines: list[list[str]], start_s: float = 0.0) -> list[SungWord | None] | None:
    """The time of each word; None for words without sounds, None for all where they do not fit in.

    Args:
        scores: See `sound_scores`; the stretch in which the words are sung.
        lines: Words in order.
        start_s: Time of the first frame.
    """
    if not _may_fit(len(scores), lines):
        return None
    for shortest in (_shortest(scores, lines), BRISK, BRIEFEST):
        chain = chain_of(lines, shortest)
        places = int((chain.words >= 0).sum())
        # Faster than singing, or more than can be searched: every sound may be shorter.
        if places <= FULL * len(scores) and len(scores) * len(chain.sounds) <= LARGEST_SEARCH:
            break
    if places > len(scores) or len(scores) * len(chain.sounds) > LARGEST_SEARCH:
        return None
    path = best_path(scores, chain)
    if path is None:
        return None
    numbers, first = np.unique(chain.words, return_index=True)
    first = first[numbers >= 0]
    reach = min(round(REACH_S / FRAME_S), LARGEST_BAND // (2 * len(scores)))
    starts, shares = _likely_starts(arrival_chances(scores, chain, path, first, reach), len(scores))
    found: list[SungWord | None] = [None] * sum(map(len, lines))
    texts = list(itertools.chain.from_iterable(lines))
    for number, (begin, end), share in zip(
        numbers[numbers >= 0], itertools.pairwise([*starts, len(scores)]), shares, strict=True
    ):
        found[number] = _lay_sounds(scores[begin:end], texts[number], shortest, start_s + begin * FRAME_S, share)
    return found


def _likely_starts(chances: list[tuple[int, Doubles]], frames: int) -> tuple[list[int], list[float]]:
    """The frame near which a word most likely begins, for every word in order, and how likely."""
    near = round(NEAR_S / FRAME_S)
    whole, middle = np.ones(2 * near + 1), np.hanning(2 * near + 3)[1:-1]
    starts: list[int] = []
    shares: list[float] = []
    for number, (first, column) in enumerate(chances):
        share = np.convolve(column, whole)
        # Of the places that are as good, the one in the middle of the chances.
        good = np.flatnonzero(share >= share.max() - 1e-3)
        at = int(good[np.convolve(column, middle)[good].argmax()])
        # Words keep their order, and leave room for those to come.
        begin = max(first + at - near, starts[-1] + 1 if starts else 0)
        starts.append(min(begin, frames - len(chances) + number))
        shares.append(min(float(share[at]), 1.0))
    return starts, shares


def _lay_sounds(scores: Floats, text: str, shortest: dict[str, int], start_s: float, share: float) -> SungWord:
    """The sounds of a word that begins with these scores and ends where a rest or the next word begins."""
    names = pronounce(text)
    for lengths in (shortest, BRIEFEST):
        # Without the rest before it: it begins at once.
        chain = chain_of([[text]], lengths).after_first()
        if (path := best_path(scores, chain)) is not None:
            break
    if path is None:
        edges = np.rint(np.linspace(0, len(scores), len(names) + 1)).astype(np.int64)
        fit = FLOOR
    else:
        spoken = np.where(chain.spoken[path] < 0, len(names), chain.spoken[path])
        edges = np.searchsorted(spoken, np.arange(len(names) + 1)).astype(np.int64)
        fit = float(scores[np.arange(edges[-1]), chain.sounds[path[: edges[-1]]]].mean())
    # Half a frame early: frame i stands for the time around it.
    times = start_s + (edges - 0.5) * FRAME_S
    sounds = tuple((name, float(a), float(b)) for name, (a, b) in zip(names, itertools.pairwise(times), strict=True))
    return SungWord(float(times[0]), float(times[-1]), sounds, fit, share)


def _may_fit(frames: int, lines: list[list[str]]) -> bool:
    """Whether even the shortest chain is sung and searched in so many frames; told before any chain is built."""
    needed = rests = 0
    for text in itertools.chain.from_iterable(lines):
        count = len(pronounce(text))
        needed += count
        rests += count > 0
        if needed > frames or frames * (needed + rests + 1) > LARGEST_SEARCH:
            return False
    return needed > 0


def _shortest(scores: Floats, lines: list[list[str]]) -> dict[str, int]:
    """Shortest sounds for the pace of the singing: sung frames over syllables."""
    sung = int((scores[:, SILENCE] < scores[:, :SILENCE].max(axis=1)).sum())
    syllables = sum(sound in VOWELS for line in lines for text in line for sound in pronounce(text))
    vowel = int(np.clip(VOWEL_SHARE * sung / max(syllables, 1), SHORTEST_VOWEL, LONGEST_VOWEL))
    return {"vowel": vowel, **SHORTEST}


def chances_right(lines: list[list[SungWord | None]], *, is_timed: bool) -> list[list[float]]:
    """How likely each word starts within 0.3 s of its time; words without sounds get 0.

    A logistic regression over generated songs in voices the net was not trained on
    (``tests/benchmarks/audio/word_tables.py --fit``).

    Args:
        lines: Words as `find_words` found them, line by line.
        is_timed: Whether the lines had times.
    """
    weights = np.array(CHANCE_WEIGHTS["timed" if is_timed else "text"])
    odds = [features @ weights for features in chance_features(lines)]
    return [
        [0.0 if word is None else float(1 / (1 + np.exp(-value))) for word, value in zip(line, values, strict=True)]
        for line, values in zip(lines, odds, strict=True)
    ]


def chance_features(lines: list[list[SungWord | None]]) -> list[Doubles]:
    """What tells right words from wrong ones, words x `FEATURES`.

    A constant, the log-odds of the word's share of all ways, the fit of the word, of its line and of all lines, and
    whether a neighbour sounds the same: of eight syllables ``la`` one is easily missed.
    """
    fits = [[word.fit for word in line if word is not None] for line in lines]
    every = [fit for line in fits for fit in line]
    song = float(np.mean(every)) if every else FLOOR
    result = []
    for line, known in zip(lines, fits, strict=True):
        mean = float(np.mean(known)) if known else FLOOR
        spoken = [() if word is None else tuple(name for name, _, _ in word.sounds) for word in line]
        rows = []
        for index, word in enumerate(line):
            twin = float(spoken[index] in spoken[max(index - 1, 0) : index] + spoken[index + 1 : index + 2])
            share = 0.5 if word is None else float(np.clip(word.share, 0.01, 0.99))
            own = mean if word is None else word.fit
            rows.append((1.0, np.log(share / (1 - share)), own, mean, song, twin))
        result.append(np.array(rows).reshape(-1, FEATURES))
    return result
