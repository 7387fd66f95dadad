"""The moments an audience waits for: builds, drops, breaks and the peak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from twinklr.core.audio.bundle import Moment
from twinklr.core.audio.flux import Flux
from twinklr.core.audio.spectra import FRAME_S
from twinklr.core.audio.tonality import synchronise

Doubles = NDArray[np.float64]
BUILD_RISE = 0.1
BASS_RETURN, LOUD_AGAIN = 0.35, 0.75
"""How much the bass of two bars must rise at a drop; how loud the bars after it are, of the loud bars of the song."""
LONGEST_BUILD_BARS = 12
BREAK_FALL = 0.3


def find_moments(
    edges_s: Doubles, offset_s: float, flux: Flux, energy: Doubles, energy_hop_s: float
) -> tuple[Moment, ...]:
    """Moments over bars.

    Args:
        edges_s: Bar edges, in the time of the flux and the energy.
        offset_s: Where that time begins in the file.
        flux: Onset strength; a build thickens before its bass falls in.
        energy: Energy curve, 0..1.
        energy_hop_s: Its spacing.
    """
    if len(edges_s) < 5:
        return ()
    level = synchronise(energy[:, None], edges_s, energy_hop_s)[:, 0]
    bass = synchronise(flux.low[:, None].astype(np.float64), edges_s, FRAME_S)[:, 0]
    density = synchronise(flux.high[:, None].astype(np.float64), edges_s, FRAME_S)[:, 0]
    bass /= max(float(np.percentile(bass, 90)), 1e-9)
    density /= max(float(np.percentile(density, 90)), 1e-9)
    at = edges_s + offset_s
    found = [*_drops(at, level, bass, density), *_breaks(at, level, bass)]
    found.append(_peak(at, level))
    return tuple(sorted(found, key=lambda moment: (moment.start_ms, moment.end_ms, moment.kind)))


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _drops(edges: Doubles, level: Doubles, bass: Doubles, density: Doubles) -> list[Moment]:
    """Bars where the bass falls in at full after bars of rising tension without it; each with its build."""
    jumps = np.zeros(len(level))
    for bar in range(2, len(level)):
        jumps[bar] = bass[bar : bar + 2].mean() - bass[bar - 2 : bar].mean()
    loud = LOUD_AGAIN * float(np.percentile(level, 90))
    found: list[Moment] = []
    for bar in range(3, len(level)):
        clearest = jumps[bar] >= jumps[max(0, bar - 3) : bar + 4].max()
        if not clearest or jumps[bar] < BASS_RETURN or level[bar : bar + 4].mean() < loud:
            continue
        window = level[max(0, bar - LONGEST_BUILD_BARS) : bar - 1]
        start = max(0, bar - LONGEST_BUILD_BARS) + len(window) - 1 - int(window[::-1].argmin())
        tension = level[start:bar] + 0.3 * density[start:bar]
        steps = np.diff(tension)
        if len(steps) < 1 or tension[-1] - tension[0] < BUILD_RISE or (steps > -0.05).mean() < 0.7:
            continue
        strength = round(float(np.clip(0.5 * jumps[bar] + tension[-1] - tension[0], 0, 1)), 3)
        found.append(Moment(kind="build", start_ms=_ms(edges[start]), end_ms=_ms(edges[bar]), strength=strength))
        found.append(Moment(kind="drop", start_ms=_ms(edges[bar]), end_ms=_ms(edges[bar + 1]), strength=strength))
    return found


def _breaks(edges: Doubles, level: Doubles, bass: Doubles) -> list[Moment]:
    """Runs of bars well below what surrounds them."""
    around = uniform_filter1d(level, 17, mode="nearest")
    low = (level < around - BREAK_FALL) & (bass < 0.5)
    # A single louder bar within a break does not end it.
    low[1:-1] |= low[:-2] & low[2:]
    found = []
    bar = 0
    while bar < len(level):
        end = bar
        while end < len(level) and low[end]:
            end += 1
        if end > bar > 0 and end < len(level):
            depth = float(np.clip((around[bar:end] - level[bar:end]).mean(), 0, 1))
            found.append(
                Moment(kind="break", start_ms=_ms(edges[bar]), end_ms=_ms(edges[end]), strength=round(depth, 3))
            )
        bar = max(end, bar + 1)
    return found


def _peak(edges: Doubles, level: Doubles) -> Moment:
    """The loudest four bars; of equals the last, as songs save their best for the end."""
    width = min(4, len(level))
    means = np.convolve(level, np.ones(width) / width, mode="valid")
    near = np.flatnonzero(means >= means.max() - 0.02)
    bar = int(near[-1])
    strength = float(np.clip(means[bar], 0, 1))
    return Moment(kind="peak", start_ms=_ms(edges[bar]), end_ms=_ms(edges[bar + width]), strength=round(strength, 3))
