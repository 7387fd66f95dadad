"""Small audio files, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 22050


def write_beats(path: Path, duration_s: float = 16.0, tempo_bpm: float = 120.0) -> Path:
    """A song of kicks, snares and a bass note per bar; louder in the second half."""
    time_s = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    beat_s = 60.0 / tempo_bpm
    phase_s = time_s % beat_s
    beat = (time_s / beat_s).astype(int)
    kick = np.sin(2 * np.pi * 60 * phase_s) * np.exp(-phase_s * 20)
    noise = np.random.default_rng(0).standard_normal(len(time_s)) * np.exp(-phase_s * 30)
    bass = 0.3 * np.sin(2 * np.pi * 110 * 2 ** (beat // 4 % 4 / 12) * time_s)
    loud = np.where(time_s < duration_s / 2, 0.4, 1.0)
    sound = loud * (np.where(beat % 2 == 0, kick, 0.4 * noise) + bass) * 0.5
    soundfile.write(path, sound.astype(np.float32), RATE_HZ)
    return path


def write_silence(path: Path, duration_s: float = 10.0) -> Path:
    """Digital silence."""
    soundfile.write(path, np.zeros(int(duration_s * RATE_HZ), dtype=np.float32), RATE_HZ)
    return path
