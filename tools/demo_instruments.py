"""The demo song's instruments: small synthesisers on numpy, each a function from a note to samples.

Nothing is sampled: every sound is a sum of partials or shaped noise, so the song is ours down to the last bit
and the same on every machine. Amplitudes are about 1 at the loudest; the mix sets the balance.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Signal = NDArray[np.float64]

VOWELS = {
    # First three formants in Hz with their levels, for a choir of mixed voices.
    "a": ((760, 1.0), (1250, 0.55), (2750, 0.30)),
    "e": ((480, 1.0), (1850, 0.40), (2600, 0.28)),
    "i": ((320, 1.0), (2250, 0.32), (3000, 0.25)),
    "o": ((500, 1.0), (900, 0.60), (2550, 0.16)),
    "u": ((340, 1.0), (800, 0.40), (2450, 0.10)),
}


def hertz(pitch: float) -> float:
    """Frequency of a MIDI pitch in equal temperament.

    Example:
        >>> hertz(69)
        440.0
    """
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def _seconds(duration: float) -> Signal:
    return np.arange(int(duration * RATE)) / RATE


def _edges(signal: Signal, attack: float, release: float) -> Signal:
    """Fade both ends in place, so that no note clicks."""
    rise, fall = min(int(attack * RATE), len(signal)), min(int(release * RATE), len(signal))
    signal[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise, endpoint=False)) ** 2
    signal[len(signal) - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return signal


def band(signal: Signal, low_hz: float, high_hz: float, slope: float = 2.0) -> Signal:
    """Keep a band of frequencies; ``slope`` is the order of both flanks."""
    spectrum = np.fft.rfft(signal)
    frequency = np.maximum(np.fft.rfftfreq(len(signal), 1 / RATE), 1e-3)
    gain = 1 / np.sqrt((1 + (low_hz / frequency) ** (2 * slope)) * (1 + (frequency / high_hz) ** (2 * slope)))
    return np.fft.irfft(spectrum * gain, len(signal))


def _noise(duration: float, seed: int) -> Signal:
    return np.random.default_rng(seed).standard_normal(int(duration * RATE))


@lru_cache
def kick() -> Signal:
    """A beater click and a sine that falls from 162 to 52 Hz."""
    time = _seconds(0.34)
    phase = 2 * np.pi * (52 * time + 110 / 30 * (1 - np.exp(-30 * time)))
    body = np.sin(phase) * np.exp(-11.5 * time)
    click = band(_noise(0.34, 1), 1500, 6000) * np.exp(-380 * time)
    return _edges(np.tanh(1.6 * body) + 0.30 * click, 0.0006, 0.05)


@lru_cache
def snare(seed: int = 0) -> Signal:
    """Two drum-head tones below a burst of wire noise."""
    time = _seconds(0.30)
    head = np.sin(2 * np.pi * 186 * time) * np.exp(-26 * time) + 0.6 * np.sin(2 * np.pi * 331 * time) * np.exp(
        -34 * time
    )
    wires = band(_noise(0.30, 20 + seed), 1200, 9000) * np.exp(-17 * time)
    return _edges(0.65 * head + 0.75 * wires, 0.0006, 0.04)


@lru_cache
def hat(opened: bool = False, seed: int = 0) -> Signal:
    """High noise; short when closed."""
    duration, decay = (0.32, 11.0) if opened else (0.09, 62.0)
    time = _seconds(duration)
    return _edges(band(_noise(duration, 40 + seed), 7000, 16000, 4.0) * np.exp(-decay * time), 0.0005, 0.02)


@lru_cache
def crash() -> Signal:
    """A cymbal: bright noise that darkens while it dies away."""
    time = _seconds(2.4)
    bright = band(_noise(2.4, 60), 4500, 15000) * np.exp(-3.6 * time)
    dark = band(_noise(2.4, 61), 2200, 7000) * np.exp(-1.9 * time)
    return _edges(0.8 * bright + 0.5 * dark, 0.001, 0.4)


@lru_cache
def sleigh_bells(seed: int = 0) -> Signal:
    """A handful of tiny bells, struck almost together."""
    time = _seconds(0.16)
    rng = np.random.default_rng(80 + seed)
    sound = np.zeros_like(time)
    for frequency in rng.uniform(4200, 9800, 14):
        late = rng.uniform(0, 0.018)
        sound += np.where(time > late, np.sin(2 * np.pi * frequency * time) * np.exp(-34 * (time - late)), 0)
    return _edges(sound / 5, 0.001, 0.03)


@lru_cache
def bass(pitch: int, duration: float) -> Signal:
    """A round electric bass: a few harmonics whose brightness fades."""
    time = _seconds(duration)
    base = 2 * np.pi * hertz(pitch) * time
    sound = sum(np.sin(k * base) / k**0.95 * np.exp(-(1.4 + 0.8 * k) * time) for k in range(1, 12))
    return _edges(np.tanh(0.9 * np.asarray(sound)), 0.004, 0.03)


@lru_cache
def piano(pitch: int, duration: float) -> Signal:
    """Slightly stretched partials that die faster the higher they are, with a hammer knock."""
    time = _seconds(duration + 0.22)
    base = hertz(pitch)
    sound = np.zeros_like(time)
    for k in range(1, 13):
        frequency = base * k * np.sqrt(1 + 0.00035 * k * k)
        if frequency < 12_000:
            decay = 1.1 + 0.55 * k + base / 420
            sound += np.sin(2 * np.pi * frequency * time + k) * np.exp(-decay * time) / k**1.15
    knock = band(_noise(duration + 0.22, pitch), 300, 2600) * np.exp(-70 * time)
    return _edges(0.55 * sound + 0.10 * knock, 0.002, 0.2)


@lru_cache
def bell(pitch: int, duration: float) -> Signal:
    """A glockenspiel bar: its strange partials above a pure tone."""
    time = _seconds(duration + 1.1)
    base = hertz(pitch)
    partials = ((1.0, 1.0, 2.6), (2.756, 0.42, 5.5), (5.404, 0.20, 10.0), (8.933, 0.08, 16.0))
    sound = sum(
        level * np.sin(2 * np.pi * base * ratio * time) * np.exp(-decay * time)
        for ratio, level, decay in partials
        if base * ratio < 16_000
    )
    return _edges(0.7 * np.asarray(sound), 0.0015, 0.25)


@lru_cache
def strings(pitch: int, duration: float, side: int) -> Signal:
    """Soft ensemble strings: three saw-like voices a few cents apart; ``side`` 0 or 1 gives another set for stereo."""
    time = _seconds(duration + 0.35)
    rng = np.random.default_rng(1000 + 7 * pitch + side)
    sound = np.zeros_like(time)
    base = hertz(pitch)
    for cents in (-7.0, 0.5, 8.0):
        voice = base * 2 ** ((cents + 3 * (side - 0.5)) / 1200)
        wobble = 0.0022 * np.sin(2 * np.pi * rng.uniform(4.6, 5.6) * time + rng.uniform(0, 6.28)) / 5
        phase = 2 * np.pi * voice * (time + wobble / 2) + rng.uniform(0, 6.28)
        for k in range(1, max(2, min(18, int(7000 / base)))):
            sound += np.sin(k * phase) / k * np.exp(-((k * base / 4200) ** 2))
    return _edges(sound / 4, min(0.16, 0.4 * duration), 0.33)


@lru_cache
def choir(pitch: int, duration: float, vowel: str, side: int) -> Signal:
    """A few singers on a vowel: harmonics weighed by the vowel's formants, with late vibrato and a breath of noise."""
    time = _seconds(duration + 0.06)
    rng = np.random.default_rng(3000 + 11 * pitch + side)
    sound = np.zeros_like(time)
    for singer in range(3):
        base = hertz(pitch) * 2 ** (rng.normal(0, 5) / 1200)
        depth = 0.0045 * np.clip((time - 0.18) / 0.25, 0, 1)
        scoop = -0.012 * np.exp(-time / 0.025)
        bend = depth * np.sin(2 * np.pi * rng.uniform(5.0, 6.1) * time + singer) + scoop
        phase = 2 * np.pi * np.cumsum(base * (1 + bend)) / RATE + rng.uniform(0, 6.28)
        for k in range(1, min(30, int(7000 / base))):
            sound += np.sin(k * phase) * _formant(k * base, vowel) / k**0.55
    breath = band(_noise(duration + 0.06, pitch), 2500, 8000) * 0.007
    return _edges(sound / 3 + breath, 0.018, 0.06)


def _formant(frequency: float, vowel: str) -> float:
    """How loud a vowel lets a frequency sound."""
    resonances = (level / (1 + ((frequency - centre) / (70 + 0.07 * centre)) ** 2) for centre, level in VOWELS[vowel])
    return sum(resonances) + 0.03


def riser(duration: float) -> Signal:
    """Noise that opens upward, for the build before the last chorus."""
    time = _seconds(duration)
    steps = 24
    sound = np.zeros_like(time)
    source = _noise(duration, 90)
    for step in range(steps):
        centre = 300 * (9000 / 300) ** (step / (steps - 1))
        weight = np.clip(1 - np.abs(time / duration * (steps - 1) - step), 0, 1)
        sound += band(source, centre * 0.75, centre * 1.35, 3.0) * weight * (1 + 0.4 * step / steps)
    return _edges(sound * (time / duration) ** 1.8, 0.05, 0.01)
