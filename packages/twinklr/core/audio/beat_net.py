"""Our own small net that hears beats and downbeats, run in numpy.

A temporal convolutional net (after Davies & Böck 2019): one convolution over the bands, then residual blocks whose
reach doubles, so that each frame is judged by the twenty seconds around it. It was trained on music of our own making
only (``tools/make_training_music.py``, ``tools/train_beat_net.py``); the weights lie beside this file.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.flux import compute_flux, log_mel

Floats = NDArray[np.float32]
WEIGHTS = "beat_net.npz"
OUTPUTS = ("beat", "downbeat", "onset", "kick", "snare", "hat")
POOL = 2
"""Fast frames per frame of the net."""


def net_input(mel: Floats) -> Floats:
    """Features of the net: level and rise of every band, at half the frame rate, free of the song's own colour."""
    levels, rises = log_mel(mel), compute_flux(mel).rises
    whole = len(mel) // POOL * POOL
    level = levels[:whole].reshape(-1, POOL, levels.shape[1]).mean(axis=1)
    level = (level - level.mean(axis=0)) / (level.std(axis=0) + 0.05)
    rise = rises[:whole].reshape(-1, POOL, rises.shape[1]).max(axis=1)
    rise = rise / (rise.std(axis=0) + 0.02)
    return np.concatenate([level, rise], axis=1).astype(np.float32)


@cache
def _weights() -> dict[str, Floats]:
    file = resources.files(__package__).joinpath(WEIGHTS)
    with file.open("rb") as stream, np.load(stream) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def hear_beats(mel: Floats) -> dict[str, NDArray[np.float64]]:
    """How likely each fast frame is what `OUTPUTS` names, 0..1."""
    if len(mel) < 2 * POOL:
        return {name: np.zeros(len(mel)) for name in OUTPUTS}
    logits = run_net(net_input(mel), _weights())
    chances = 1 / (1 + np.exp(-logits.astype(np.float64)))
    at = (np.arange(len(chances)) + 0.5) * POOL - 0.5
    frames = np.arange(len(mel))
    return {name: np.interp(frames, at, chances[:, row]) for row, name in enumerate(OUTPUTS)}


def run_net(features: Floats, weights: dict[str, Floats]) -> Floats:
    """Logits of the `OUTPUTS` per frame of the net."""
    state = np.maximum(_convolve(features, weights["front.weight"], weights["front.bias"], 1), 0)
    block = 0
    while f"blocks.{block}.wide.weight" in weights:
        name = f"blocks.{block}"
        inner = _convolve(state, weights[f"{name}.wide.weight"], weights[f"{name}.wide.bias"], 2**block)
        np.maximum(inner, 0, out=inner)
        state = state + inner @ weights[f"{name}.mix.weight"][:, :, 0].T + weights[f"{name}.mix.bias"]
        block += 1
    logits: Floats = np.maximum(state, 0) @ weights["out.weight"][:, :, 0].T + weights["out.bias"]
    return logits


def _convolve(signal: Floats, kernel: Floats, bias: Floats, dilation: int) -> Floats:
    """Same-length convolution; `kernel` is outputs x inputs x taps."""
    taps = kernel.shape[2]
    result = np.tile(bias, (len(signal), 1))
    for tap in range(taps):
        shift = (tap - taps // 2) * dilation
        if abs(shift) >= len(signal):
            continue
        part = kernel[:, :, tap].T
        if shift >= 0:
            result[: len(signal) - shift] += signal[shift:] @ part
        else:
            result[-shift:] += signal[:shift] @ part
    return result
