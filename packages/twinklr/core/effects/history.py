"""What effects with memory share: parameters back to the effect's first frame, and seeded chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall


def chance(call: EffectCall) -> np.random.Generator:
    """The random numbers of one effect: the same call always gets the same ones, wherever its window starts."""
    return np.random.default_rng(call.seed)


def since_start(call: EffectCall, name: str, key: str, default: float) -> NDArray[np.float64]:
    """A parameter for every frame of the effect, ``(call.frame_count,)``.

    A value curve is known for the painted frames only; before and after them its nearest value holds.
    """
    window = call.settings.over_time(name, key, default, call.stop - call.first)
    if not len(window):
        return np.full(call.frame_count, default)
    return np.pad(window, (call.first, max(call.frame_count - call.stop, 0)), mode="edge")


def loudness_since_start(call: EffectCall) -> NDArray[np.float64]:
    """Volume of the song for every frame of the effect, ``(call.frame_count,)``; zeros without a song."""
    heard = call.surroundings.loudness
    levels = np.zeros(call.frame_count)
    if heard is not None:
        part = heard[call.start_frame : call.start_frame + call.frame_count]
        levels[: len(part)] = part
    return levels


@njit(cache=True, nogil=True)
def stirred(state: Any, key: Any) -> Any:
    """A state of 64 random bits with one more key in it: the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    state = (state ^ key) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@njit(cache=True, nogil=True)
def unit_share(state: Any) -> Any:
    """A state as a random number 0..1."""
    return float(state >> np.uint64(11)) / float(1 << 53)


@njit(cache=True, nogil=True)
def one_share(seed: Any, first: int, second: int) -> Any:
    """What `scattered` gives for a single pair of keys."""
    return unit_share(stirred(stirred(seed, np.uint64(first)), np.uint64(second)))


def scattered(seed: int, *keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """Random numbers 0..1 that depend on their keys alone, so that no order of drawing matters; keys broadcast."""
    state = np.uint64(seed & 0xFFFFFFFFFFFFFFFF) + np.zeros(
        np.broadcast_shapes(*(key.shape for key in keys)), np.uint64
    )
    for key in keys:
        state = stirred.py_func(state, key.astype(np.uint64))
    return (state >> np.uint64(11)) / float(1 << 53)
