"""A chain of speech sounds, and the ways through it: the likeliest one, and when each place is likely reached.

Words become one chain with an optional rest between any two. Every sound may last any number of frames; consonants pay
for lasting long, rests inside a line pay for beginning and for lasting. Viterbi's search gives the best path; the
forward-backward algorithm, in a band around that path, gives the chance of every moment at which a place may be reached
(Rabiner, "A tutorial on hidden Markov models", 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.audio.pronunciation import VOWELS, pronounce
from twinklr.core.audio.sung_net import SILENCE, SOUNDS

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
LONGER = {"vowel": 0.02, "consonant": 0.22, "stop": 0.22}
"""What one more frame costs."""
STOPS = frozenset(["B", "D", "G", "HH", "K", "P", "T"])
STAY_OUT = 1e6
REST_COST, REST_LONGER = 4.0, 0.1
"""What a rest inside a line costs, and each further frame of it."""
BEGINNING = {name: SILENCE + 1 + row for row, name in enumerate(sorted(VOWELS))}
"""Columns of the scores for the first frame of a vowel, after those of `SOUNDS` and the rest."""
COLUMNS = SILENCE + 1 + len(BEGINNING)
"""Of the scores, in all."""
SHARPNESS = 0.5
"""Power to which chances of frames are taken where they are multiplied: neighbouring frames say much the same."""
_LOW = -1e30


@dataclass(frozen=True, eq=False)
class Chain:
    """Places in the order they are sung; a sound that lasts at least n frames has n places.

    Attributes:
        sounds: Column of the scores each is heard in.
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

    @property
    def is_rest(self) -> NDArray[np.bool_]:
        """Places that may be left out."""
        return self.words < 0

    def after_first(self) -> Chain:
        """The same without its first place."""
        return Chain(self.sounds[1:], self.words[1:], self.spoken[1:], self.longer[1:], self.enter[1:])


def kind_of(name: str) -> str:
    """``vowel``, ``stop`` or ``consonant``."""
    return "vowel" if name in VOWELS else "stop" if name in STOPS else "consonant"


def chain_of(lines: list[list[str]], shortest: dict[str, int]) -> Chain:
    """The chain of lines of words; words that cannot be spoken have no sounds in it.

    Args:
        lines: Words in order.
        shortest: Frames that a ``vowel``, ``consonant`` or ``stop`` lasts at least.
    """
    rows: list[tuple[int, int, int, float, float]] = [(SILENCE, -1, -1, 0.0, 0.0)]
    number = spoken = 0
    for line in lines:
        for place, text in enumerate(line):
            for name in (sounds := pronounce(text)):
                rows += _places(name, number, spoken, shortest[kind_of(name)])
                spoken += 1
            if sounds:
                inside = place < len(line) - 1
                rows.append((SILENCE, -1, -1, REST_LONGER if inside else 0.0, REST_COST if inside else 0.0))
            number += 1
    columns = list(zip(*rows, strict=True))
    return Chain(*(np.array(column) for column in columns))


def _places(name: str, word: int, spoken: int, count: int) -> list[tuple[int, int, int, float, float]]:
    """The places of one sound: only the last may be stayed in."""
    rows = [(SOUNDS.index(name), word, spoken, STAY_OUT, 0.0)] * (count - 1)
    rows.append((SOUNDS.index(name), word, spoken, LONGER[kind_of(name)], 0.0))
    if count > 1 and name in BEGINNING:
        rows[0] = (BEGINNING[name], *rows[0][1:])
    return rows


def best_path(scores: Floats, chain: Chain) -> Integers | None:
    """Place in the chain of every frame; None where the chain is too long for the frames.

    Args:
        scores: Log-chance of every sound in every frame, frames x `COLUMNS`.
        chain: Where to go through; its first and last place may be left out if they are rests.
    """
    path: Integers = _search(scores, chain.sounds, chain.is_rest, chain.longer, chain.enter)
    return path if len(path) else None


def arrival_chances(
    scores: Floats, chain: Chain, path: Integers, places: Integers, reach: int
) -> list[tuple[int, Doubles]]:
    """How likely each of some places is reached in each frame, by all ways near a path.

    Args:
        scores: As for `best_path`.
        chain: As for `best_path`.
        path: What `best_path` found.
        places: Indices into the chain.
        reach: How many frames earlier or later than by the path a place may be reached.

    Returns:
        For every place the first frame in which it may be reached, and the chances from there on; their sum is 1.
    """
    frames = np.arange(len(path))
    low = path[np.maximum(frames - reach, 0)]
    high = path[np.minimum(frames + reach, len(path) - 1)]
    # Paths may rest where the best one does not, and the other way round.
    low, high = np.maximum(low - 1, 0), np.minimum(high + 1, len(chain.sounds) - 1)
    heard = np.exp(SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
    stay, enter = np.exp(-SHARPNESS * chain.longer), np.exp(-SHARPNESS * chain.enter)
    chances = _spread(heard, chain.sounds, chain.is_rest, stay, enter, low, int((high - low).max()) + 1)
    result = []
    for place in places:
        # The band only ever rises, so the frames that hold a place lie together.
        first, last = np.searchsorted(low + chances.shape[1], place, "right"), np.searchsorted(low, place, "right")
        near = chances[np.arange(first, last), place - low[first:last]]
        if (total := near.sum()) > 0:
            result.append((int(first), near / total))
        else:
            # Too unlikely for numbers: only the path is left.
            result.append((int(np.searchsorted(path, place)), np.ones(1)))
    return result


@njit(cache=True, nogil=True)
def _search(scores: Floats, sounds: Integers, is_rest: NDArray[np.bool_], longer: Doubles, enter: Doubles) -> Integers:
    frames, states = scores.shape[0], len(sounds)
    back = np.zeros((frames, states), np.uint8)
    best = np.full(states, _LOW)
    best[0] = scores[0, sounds[0]]
    if states > 1 and is_rest[0]:
        best[1] = scores[0, sounds[1]]
    fresh = np.full(states, _LOW)
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
            fresh[state] = value + scores[frame, sounds[state]] if value > _LOW / 2 else _LOW
            back[frame, state] = step
        for state in range(states):
            best[state] = fresh[state]
    state = states - 1
    if states > 1 and is_rest[state] and best[states - 2] > best[state]:
        state = states - 2
    if best[state] < _LOW / 2:
        return np.zeros(0, np.int64)
    path = np.zeros(frames, np.int64)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= back[frame, state]
    return path


@njit(cache=True, nogil=True)
def _spread(
    heard: Floats,
    sounds: Integers,
    is_rest: NDArray[np.bool_],
    stay: Doubles,
    enter: Doubles,
    low: Integers,
    width: int,
) -> Doubles:
    """Chance that a place is reached in a frame, frames x places of the band (``low`` of the frame first).

    All chances of a frame are scaled to a highest of 1, forwards and backwards; logarithms of the scales are kept.
    """
    frames, states = heard.shape[0], len(sounds)
    # Two places of margin before the band: what comes from outside it has no chance.
    came = np.zeros((frames, width + 2))
    scale = np.zeros(frames)
    before = np.zeros(width + 2)
    for frame in range(frames):
        shift = low[frame] - low[frame - 1] if frame else 0
        highest = 0.0
        fresh = np.zeros(width + 2)
        for at in range(min(width, states - low[frame])):
            place, old = low[frame] + at, at + shift + 2
            if frame == 0:
                value, held = 1.0 if place == 0 or (place == 1 and is_rest[0]) else 0.0, 0.0
            else:
                value = before[old - 1] if old - 1 < width + 2 else 0.0
                if place > 1 and is_rest[place - 1] and old - 2 < width + 2:
                    value += before[old - 2]
                value *= enter[place]
                held = before[old] * stay[place] if old < width + 2 else 0.0
            came[frame, at + 2] = value
            fresh[at + 2] = (value + held) * heard[frame, sounds[place]]
            highest = max(highest, fresh[at + 2])
        scale[frame] = (scale[frame - 1] if frame else 0.0) + np.log(max(highest, 1e-300))
        before = fresh / max(highest, 1e-300)
    ahead = np.zeros(width + 2)
    for at in range(width):
        place = low[frames - 1] + at
        ahead[at] = 1.0 if place == states - 1 or (place == states - 2 and is_rest[states - 1]) else 0.0
    onward = 0.0
    for frame in range(frames - 1, -1, -1):
        # `came` has the scale of the frame before it, `ahead` that of all frames behind.
        lift = np.exp(min(max((scale[frame - 1] if frame else 0.0) + onward - scale[frames - 1], -700.0), 700.0))
        shift = low[frame] - low[frame - 1] if frame else 0
        fresh = np.zeros(width + 2)
        for at in range(min(width, states - low[frame])):
            place = low[frame] + at
            value = heard[frame, sounds[place]] * ahead[at]
            came[frame, at + 2] *= value * lift
            if at + shift < width:
                fresh[at + shift] += value * stay[place]
            if 0 < at + shift <= width:
                fresh[at + shift - 1] += value * enter[place]
            if place > 1 and is_rest[place - 1] and 1 < at + shift <= width + 1:
                fresh[at + shift - 2] += value * enter[place]
        highest = max(fresh.max(), 1e-300)
        onward += np.log(highest)
        ahead = fresh / highest
    return came[:, 2:]
