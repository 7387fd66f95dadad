"""Character of the music: the tempo over time, and honest proxies of mood."""

from __future__ import annotations

import numpy as np

from twinklr.core.audio.bundle import Character
from twinklr.core.audio.listening import Heard
from twinklr.core.audio.onsets import RawOnset
from twinklr.core.audio.spectra import mel_centres_hz

TEMPO_HOP_MS = 1000


def tempo_values(heard: Heard, duration_ms: int) -> tuple[float, ...]:
    """Local tempo in BPM, one value per `TEMPO_HOP_MS`, over about eight beats; empty without beats."""
    beats = heard.beats_s + heard.offset_s
    if len(beats) < 4:
        return ()
    reach = min(8, len(beats) - 1)
    local = 60 * reach / (beats[reach:] - beats[:-reach])
    centres = (beats[reach:] + beats[:-reach]) / 2
    times = np.arange(0, duration_ms, TEMPO_HOP_MS) / 1000
    return tuple(float(value) for value in np.round(np.interp(times, centres, local), 2))


def describe(
    heard: Heard, onsets: list[RawOnset], loudness_lufs: float, key_name: str, key_confidence: float
) -> Character:
    """Proxies of mood, see `Character`."""
    power = np.square(heard.spectra.mel.astype(np.float64)).mean(axis=0)
    centres = mel_centres_hz()
    centroid = float((np.sqrt(power) * centres).sum() / max(np.sqrt(power).sum(), 1e-9))
    brightness = float(np.clip(np.log2(max(centroid, 1) / 500) / 3, 0, 1))
    rate = len(onsets) / max(heard.spectra.duration_s, 1e-3)
    tempo = 60 / float(np.median(np.diff(heard.beats_s))) if len(heard.beats_s) > 1 else 90.0
    loud = float(np.clip((loudness_lufs + 30) / 22, 0, 1))
    arousal = 0.4 * loud + 0.3 * float(np.clip(rate / 8, 0, 1)) + 0.3 * float(np.clip((tempo - 60) / 110, 0, 1))
    major = 0.5 + (0.5 if key_name.endswith("major") else -0.5) * key_confidence
    valence = 0.6 * major + 0.2 * brightness + 0.2 * arousal
    comfortable = float(np.exp(-0.5 * (np.log2(tempo / 118) / 0.45) ** 2))
    danceability = heard.beat_confidence * (0.4 + 0.6 * comfortable)
    return Character(
        valence=round(valence, 3),
        arousal=round(arousal, 3),
        danceability=round(danceability, 3),
        brightness=round(brightness, 3),
    )
