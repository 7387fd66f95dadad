"""Speech detection by Silero VAD, run in numpy: how likely each 32 ms hold a voice.

The weights are Silero Team's (MIT licence, see ``voice_net.LICENSE`` beside this file), converted by
``tools/convert_voice_net.py``. The net was made for speech; sung vowels pass for it often enough that its output,
smoothed over a second, tells singing from playing better than any spectral measure that was tried.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.signal import get_window

Floats = NDArray[np.float32]
RATE_HZ = 16000
CHUNK, CONTEXT, WINDOW, STRIDE, PAD = 512, 64, 256, 128, 64
CHUNK_S = CHUNK / RATE_HZ
MEMORY = 124
"""Chunks in one window of memory: about four seconds."""
_BATCH = 512


@cache
def _weights() -> dict[str, Floats]:
    file = resources.files(__package__).joinpath("voice_net.npz")
    with file.open("rb") as stream, np.load(stream) as arrays:
        return {name: np.ascontiguousarray(arrays[name].astype(np.float32)) for name in arrays.files}


def voice_log_odds(samples: Floats, rate_hz: int) -> NDArray[np.float64]:
    """Log-odds of a voice per `CHUNK_S`.

    The memory of the net settles on "no speech" within some ten seconds of music and hardly leaves it again, so it
    starts anew every few seconds: windows overlap by half, and their answers are averaged.

    Args:
        samples: Mono.
        rate_hz: Their rate.
    """
    sound = soxr.resample(samples, rate_hz, RATE_HZ, quality="MQ").astype(np.float32)
    count = -(-len(sound) // CHUNK)
    if not count:
        return np.zeros(0)
    padded = np.zeros(CONTEXT + count * CHUNK, np.float32)
    padded[CONTEXT : CONTEXT + len(sound)] = sound
    chunks = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + CHUNK)[::CHUNK]
    weights = _weights()
    inputs = np.concatenate([_encode(chunks[i : i + _BATCH], weights) for i in range(0, count, _BATCH)])
    gates = inputs @ weights["lstm_cell.weight_ih"].T + weights["lstm_cell.bias_ih"] + weights["lstm_cell.bias_hh"]
    starts = np.arange(0, max(count - MEMORY // 2, 1), MEMORY // 2)
    places = starts[:, None] + np.arange(MEMORY)
    hidden = _remember(
        gates[np.minimum(places, count - 1)].astype(np.float32, copy=False), weights["lstm_cell.weight_hh"].T
    )
    odds = np.maximum(hidden, 0) @ weights["final_conv.weight"][0, :, 0] + weights["final_conv.bias"][0]
    # A window knows little in its first quarter, except where no other window reaches.
    trusted = (places < count) & ((np.arange(MEMORY) >= MEMORY // 4) | (starts == 0)[:, None])
    total = np.bincount(places[trusted], odds[trusted].astype(np.float64), count)
    return total / np.bincount(places[trusted], minlength=count)


def _encode(chunks: Floats, weights: dict[str, Floats]) -> Floats:
    """Chunks x samples -> chunks x 128 features."""
    mirrored = np.concatenate([chunks, chunks[:, -2 : -PAD - 2 : -1]], axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, WINDOW, axis=1)[:, ::STRIDE]
    state: Floats = np.abs(rfft(frames * get_window("hann", WINDOW).astype(np.float32), axis=2))
    for name, stride in (("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1)):
        state = _convolve(state, weights[f"{name}.weight"], weights[f"{name}.bias"], stride)
    features: Floats = state[:, 0]
    return features


def _convolve(state: Floats, kernel: Floats, bias: Floats, stride: int) -> Floats:
    """Three taps, padded by one, then ReLU; `state` is chunks x frames x channels."""
    padded = np.pad(state, ((0, 0), (1, 1), (0, 0)))
    count = (state.shape[1] - 1) // stride + 1
    # One large product instead of thousands of small ones.
    taps = [padded[:, tap : tap + (count - 1) * stride + 1 : stride] for tap in range(3)]
    rows = np.concatenate(taps, axis=2).reshape(-1, 3 * state.shape[2])
    weights = np.ascontiguousarray(kernel.transpose(2, 1, 0)).reshape(3 * state.shape[2], -1)
    result: Floats = np.maximum(rows @ weights + bias, np.float32(0))
    return result.reshape(len(state), count, -1)


def _remember(gates: Floats, recurrent: Floats) -> Floats:
    """Outputs of the LSTM for windows run side by side; gates are windows x steps x (input, forget, cell, output)."""
    windows, steps, width = gates.shape
    size = width // 4
    hidden: Floats = np.zeros((windows, size), np.float32)
    cell: Floats = np.zeros((windows, size), np.float32)
    result = np.empty((windows, steps, size), np.float32)
    for step in range(steps):
        total: Floats = (gates[:, step] + hidden @ recurrent).astype(np.float32, copy=False)
        enter, forget, leave = (_sigmoid(total[:, part * size : (part + 1) * size]) for part in (0, 1, 3))
        news: Floats = np.tanh(total[:, 2 * size : 3 * size])
        cell = forget * cell + enter * news
        hidden = np.multiply(leave, np.tanh(cell), dtype=np.float32)
        result[:, step] = hidden
    return result


def _sigmoid(values: Floats) -> Floats:
    chances: Floats = np.reciprocal(np.float32(1) + np.exp(-values), dtype=np.float32)
    return chances
