"""The fixed grain that some transitions are cut from: the same picture in every show, whatever the model.

Soft blobs are exactly those of xLights, which hashes the corners of a lattice in single precision. The dust of
"Dissolve" is a picture and the order of "Blend" a row of random numbers inside xLights; ours have the same statistics.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

DUST_SIZE = 128
DUST_MEAN, DUST_SPREAD = 0.49, 0.135
DUST_REACH = 0.021
"""How far grains of dust resemble each other, as a share of the picture."""


def smooth_step(low: float, high: float, value: Floats) -> Floats:
    """0 below ``low``, 1 above ``high``, and an S between them."""
    way = np.clip((value - low) / (high - low), 0.0, 1.0)
    result: Floats = way * way * (3.0 - 2.0 * way)
    return result


def _hashed(i: Floats, j: Floats) -> Floats:
    """A figure 0..1 for a corner of the lattice. Its digits come from rounding, so every step is single precision."""
    single, period = np.float32, np.float32(3.14)
    angle = i.astype(single) * single(12.9898) + j.astype(single) * single(78.233)
    turned = angle - period * np.floor(angle / period)
    figure = np.sin(turned.astype(np.float64)).astype(single) * single(43758.5453)
    result: Floats = (figure - np.floor(figure)).astype(np.float64)
    return result


def soft_noise(u: Floats, v: Floats) -> Floats:
    """Noise 0..1 that is smooth between whole numbers of ``u`` and ``v``."""
    i, j = np.floor(u), np.floor(v)
    across, up = smooth_step(0.0, 1.0, u - i), smooth_step(0.0, 1.0, v - j)
    low = _hashed(i, j) * (1.0 - across) + _hashed(i + 1.0, j) * across
    high = _hashed(i, j + 1.0) * (1.0 - across) + _hashed(i + 1.0, j + 1.0) * across
    return low * (1.0 - up) + high * up


@lru_cache(maxsize=64)
def blobs(width: int, height: int, count: float) -> Floats:
    """Soft noise with so many lattice cells across and up, on a grid with its corners at 0 and 1."""
    across, up = (np.arange(size) / max(size - 1, 1) * count for size in (width, height))
    return soft_noise(*np.broadcast_arrays(across[None, :], up[:, None]))


@lru_cache(maxsize=1)
def _dust() -> Floats:
    """A picture of dust that may be laid side by side without a seam."""
    rough = np.random.default_rng(2026).standard_normal((DUST_SIZE, DUST_SIZE))
    pitch = 2.0 * np.pi * np.fft.fftfreq(DUST_SIZE) * DUST_SIZE * DUST_REACH
    soft = np.fft.ifft2(np.fft.fft2(rough) * np.exp(-(pitch[:, None] ** 2 + pitch[None, :] ** 2) / 2.0)).real
    soft = (soft - soft.mean()) / soft.std()
    result: Floats = np.clip(DUST_MEAN + DUST_SPREAD * soft, 0.0, 1.0)
    return result


def dust(u: Floats, v: Floats) -> Floats:
    """When each place dissolves, 0..1, for places 0..1 across and up."""
    place = [np.floor(part * (DUST_SIZE - 1)).astype(np.int64) % DUST_SIZE for part in (v, u)]
    result: Floats = _dust()[place[0], place[1]]
    return result


@lru_cache(maxsize=64)
def block_ranks(across: int, up: int) -> NDArray[np.int64]:
    """In which place each block of a grid turns up, ``(up, across)``."""
    order = np.random.default_rng(across * 1033 + up).permutation(across * up)
    return order.reshape(up, across)
