"""Feel and character of the music: swing, the tempo over time, and honest proxies of mood."""

from __future__ import annotations

import numpy as np

from twinklr.core.audio.bundle import Character
from twinklr.core.audio.listening import Heard
from twinklr.core.audio.onsets import RawOnset
from twinklr.core.audio.spectra import FRAME_S, mel_centres_hz

TEMPO_HOP_MS = 1000
_PHASES = 24


def estimate_swing(heard: Heard) -> tuple[float, float, bool]:
    """Where the off-beat falls, how sure that is, and whether beats fall into three.

    Looks at the mean onset strength over the phase of the beat: straight music has its off-beat peak at a half, a
    shuffle at two thirds, compound time has peaks at both thirds.
    """
    beats = heard.beats_s
    if len(beats) < 8:
        return 0.5, 0.0, False
    phases = np.arange(_PHASES) / _PHASES
    times = beats[:-1, None] + np.diff(beats)[:, None] * phases
    curve = heard.flux.full
    frames = np.clip(np.rint(times / FRAME_S).astype(int), 0, len(curve) - 1)
    near = np.maximum(
        curve[frames], np.maximum(curve[np.maximum(frames - 1, 0)], curve[np.minimum(frames + 1, len(curve) - 1)])
    )
    profile = near.mean(axis=0)
    floor = float(np.median(profile))
    late = slice(round(0.45 * _PHASES), round(0.78 * _PHASES))
    peak = int(profile[late].argmax()) + late.start
    lift = float(profile[peak] - floor) / max(float(profile[0] - floor), 1e-6)
    third = float(profile[round(_PHASES / 3) - 1 : round(_PHASES / 3) + 2].max() - floor)
    two_thirds = float(profile[round(2 * _PHASES / 3) - 1 : round(2 * _PHASES / 3) + 2].max() - floor)
    half = float(profile[_PHASES // 2 - 1 : _PHASES // 2 + 2].max() - floor)
    compound = min(third, two_thirds) > 1.5 * max(half, 1e-6) and min(third, two_thirds) > 0.15 * float(
        profile[0] - floor
    )
    return round(peak / _PHASES, 3), round(float(np.clip(lift, 0, 1)), 3), bool(compound)


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
