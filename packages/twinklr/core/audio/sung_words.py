"""Where known words are sung: the likeliest way through their speech sounds, given what the net heard.

The words become one chain of sounds with an optional rest between any two words. Every sound may last any number of
frames; consonants pay for lasting long, rests inside a line pay for beginning. Viterbi's search gives the best path
through the chain, once for a line between its times, or once for a whole song.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.audio.pronunciation import VOWELS, pronounce
from twinklr.core.audio.sung_net import FRAME_S, SILENCE, SOUNDS, Singing

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
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
LIKENESS = 0.4
"""Share of its likes' chance that a sound is given besides its own."""
FLOOR = -7.0
OTHER_VOICE = 3.0
"""What a voice costs, per frame, where the text has none: a backing singer, or a word that is not written down."""
LONGER = {"vowel": 0.02, "consonant": 0.22, "stop": 0.22, "rest": 0.0}
"""What one more frame costs."""
SHORTEST = {"consonant": 3, "stop": 2}
"""Frames that a sound lasts at least."""
VOWEL_SHARE, SHORTEST_VOWEL, LONGEST_VOWEL = 0.3, 3, 12
"""A vowel lasts at least this share of the time there is for a syllable, within bounds in frames."""
STOPS = frozenset(["B", "D", "G", "HH", "K", "P", "T"])
STAY_OUT = 1e6
REST_COST = 2.0
LARGEST_SEARCH = 120_000_000
"""Frames times sounds beyond which the search is left alone: about a second and 120 MB."""

CHANCE_WEIGHTS = {"timed": (8.65, 0.64, 0.92, 0.92, -0.31), "text": (12.76, 0.78, 1.62, 1.82, -0.34)}
"""See `chance_features`."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Sounds in the order they are sung.

    Attributes:
        sounds: Index into `SOUNDS`, or `SILENCE`.
        words: Index of the word each belongs to; -1 for rests.
        spoken: Index of the spoken sound; the same for all places of one; -1 for rests.
        longer: Cost of each further frame.
        enter: Cost of beginning.
    """

    sounds: Integers
    words: Integers
    spoken: Integers
    longer: Doubles
    enter: Doubles


@dataclass(frozen=True)
class SungWord:
    """A word in time: seconds, its sounds with theirs, and how well it fits what was heard (nepers per frame)."""

    start_s: float
    end_s: float
    sounds: tuple[tuple[str, float, float], ...]
    fit: float


def sound_scores(singing: Singing) -> Floats:
    """Log-score of every sound in every frame, likes allowed for; the last column is the rest."""
    chances = np.exp(singing.sounds)
    mixed = chances.copy()
    for group in LIKE:
        rows = [SOUNDS.index(name) for name in group]
        mixed[:, rows] = np.maximum(mixed[:, rows], LIKENESS * chances[:, rows].max(axis=1, keepdims=True))
    scores = np.maximum(np.log(mixed + 1e-9), FLOOR)
    loudest = scores[:, :SILENCE].max(axis=1) - OTHER_VOICE
    scores[:, SILENCE] = np.maximum(scores[:, SILENCE], loudest)
    return scores.astype(np.float32)


def chain_of(lines: list[list[str]], shortest: dict[str, int]) -> Chain:
    """The chain of lines of words; words that cannot be spoken have no sounds in it.

    Args:
        lines: Words in order.
        shortest: Frames that a ``vowel``, ``consonant`` or ``stop`` lasts at least.
    """
    rows: list[tuple[int, int, int, float, float]] = [(SILENCE, -1, -1, LONGER["rest"], 0.0)]
    number = spoken = 0
    for line in lines:
        for place, text in enumerate(line):
            for name in (sounds := pronounce(text)):
                kind = _kind(name)
                # A sound lasts as many frames as it has places in the chain; only the last may be stayed in.
                rows += [(SOUNDS.index(name), number, spoken, STAY_OUT, 0.0)] * (shortest[kind] - 1)
                rows.append((SOUNDS.index(name), number, spoken, LONGER[kind], 0.0))
                spoken += 1
            if sounds:
                rows.append((SILENCE, -1, -1, LONGER["rest"], 0.0 if place == len(line) - 1 else REST_COST))
            number += 1
    columns = list(zip(*rows, strict=True))
    return Chain(*(np.array(column) for column in columns))


def _kind(name: str) -> str:
    return "vowel" if name in VOWELS else "stop" if name in STOPS else "consonant"


def find_words(scores: Floats, lines: list[list[str]], start_s: float = 0.0) -> list[SungWord | None] | None:
    """The time of each word; None for words without sounds, None for all where they do not fit in.

    Args:
        scores: See `sound_scores`; the stretch in which the words are sung.
        lines: Words in order.
        start_s: Time of the first frame.
    """
    if not _may_fit(len(scores), lines):
        return None
    chain = chain_of(lines, _shortest(scores, lines))
    if (chain.words >= 0).sum() > 0.8 * len(scores):
        # Faster than singing: every sound may be as short as a frame.
        chain = chain_of(lines, dict.fromkeys(("vowel", "consonant", "stop"), 1))
    needed = int((chain.words >= 0).sum())
    if len(scores) < needed or len(scores) * len(chain.sounds) > LARGEST_SEARCH:
        return None
    path = best_path(scores, chain)
    if path is None:
        return None
    return _read_path(path, chain, scores, sum(map(len, lines)), start_s)


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
    """What tells right words from wrong ones, words x 5.

    A constant, the fit of the word, of its line and of all lines, and whether a neighbour sounds the same: of eight
    syllables ``la`` one is easily missed.
    """
    fits = [[word.fit for word in line if word is not None] for line in lines]
    every = [fit for line in fits for fit in line]
    song = float(np.mean(every)) if every else FLOOR
    result = []
    for line, known in zip(lines, fits, strict=True):
        mean = float(np.mean(known)) if known else FLOOR
        spoken = [() if word is None else tuple(name for name, _, _ in word.sounds) for word in line]
        twins = [
            float(sounds in spoken[max(index - 1, 0) : index] + spoken[index + 1 : index + 2])
            for index, sounds in enumerate(spoken)
        ]
        own = [mean if word is None else word.fit for word in line]
        rows = [(1.0, fit, mean, song, twin) for fit, twin in zip(own, twins, strict=True)]
        result.append(np.array(rows).reshape(-1, 5))
    return result


def best_path(scores: Floats, chain: Chain) -> Integers | None:
    """Place in the chain of every frame; None where the chain is too long for the frames."""
    is_rest = (chain.sounds == SILENCE).astype(np.uint8)
    path: Integers = _search(scores, chain.sounds, is_rest, chain.longer, chain.enter)
    return path if len(path) else None


def _read_path(path: Integers, chain: Chain, scores: Floats, count: int, start_s: float) -> list[SungWord | None]:
    spoken = chain.spoken[path]
    edges = np.concatenate([[0], np.flatnonzero(np.diff(spoken)) + 1, [len(path)]])
    own = scores[np.arange(len(path)), chain.sounds[path]]
    # Half a frame early: frame i stands for the time around it.
    times = start_s + (edges - 0.5) * FRAME_S
    parts: list[list[tuple[str, float, float]]] = [[] for _ in range(count)]
    fits: list[list[float]] = [[] for _ in range(count)]
    for index, (first, last) in enumerate(itertools.pairwise(edges)):
        place = path[first]
        word = int(chain.words[place])
        if word >= 0:
            parts[word].append((SOUNDS[chain.sounds[place]], float(times[index]), float(times[index + 1])))
            fits[word].append(float(own[first:last].mean()))
    return [
        SungWord(part[0][1], part[-1][2], tuple(part), float(np.mean(fit))) if part else None
        for part, fit in zip(parts, fits, strict=True)
    ]


@njit(cache=True, nogil=True)
def _search(scores: Floats, sounds: Integers, is_rest: Integers, longer: Doubles, enter: Doubles) -> Integers:
    frames, states = scores.shape[0], len(sounds)
    low = -1e30
    back = np.zeros((frames, states), np.uint8)
    best = np.full(states, low)
    best[0] = scores[0, sounds[0]]
    if states > 1:
        best[1] = scores[0, sounds[1]]
    fresh = np.full(states, low)
    for frame in range(1, frames):
        for state in range(states):
            value, step = best[state] - longer[state], 0
            if state > 0:
                moved = best[state - 1] - enter[state]
                if moved > value:
                    value, step = moved, 1
                if state > 1 and is_rest[state - 1]:
                    moved = best[state - 2] - enter[state]
                    if moved > value:
                        value, step = moved, 2
            fresh[state] = value + scores[frame, sounds[state]] if value > low / 2 else low
            back[frame, state] = step
        for state in range(states):
            best[state] = fresh[state]
    state = states - 1
    if states > 1 and best[states - 2] > best[state]:
        state = states - 2
    if best[state] < low / 2:
        return np.zeros(0, np.int64)
    path = np.zeros(frames, np.int64)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= back[frame, state]
    return path
