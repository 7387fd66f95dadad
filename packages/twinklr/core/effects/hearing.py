"""A song file as effects hear it: how loud it is and which notes sound, frame by frame.

Levels follow their meaning; there is no reference light of a song to compare them with.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, read_recording
from twinklr.core.effects.call import Surroundings

Floats = NDArray[np.float32]

NOTES = 127
"""Notes as MIDI counts them: 69 is 440 Hz, 12 to the octave."""

WINDOW = 4096
"""Samples of a spectrum: 186 ms, enough to tell the lower notes apart."""

RANGE_DB = 60.0
"""A note this much below the loudest of the song has the level 0."""

BLOCK_FRAMES = 256

SILENCE_MS = 1000
"""Silence kept after the song, longer than the window that still hears its end; beyond it all is silent too."""


def hear_song(path: Path, frame_count: int, frame_ms: int) -> Surroundings:
    """Listen to a song for effects that follow the music.

    Args:
        path: The song.
        frame_count: Frames of the sequence; a second after the song, where all is silent, what is heard ends.
        frame_ms: Length of a frame.

    Raises:
        InputError: No such file, or no sound in it that can be read.
    """
    samples = read_recording(path).samples
    song_ms = len(samples) * 1000.0 / ANALYSIS_RATE_HZ
    heard = min(frame_count, ceil((song_ms + SILENCE_MS) / frame_ms))
    return Surroundings(loudness=peaks(samples, heard, frame_ms), spectrum=notes_heard(samples, heard, frame_ms))


def peaks(samples: Floats, frame_count: int, frame_ms: int) -> Floats:
    """Highest sample of every frame, 1 for the highest of the song."""
    edges = np.round(np.arange(frame_count + 1) * frame_ms * ANALYSIS_RATE_HZ / 1000.0).astype(np.int64)
    loud = np.zeros(max(int(edges[-1]), len(samples), 1) + 1, dtype=np.float32)
    loud[: len(samples)] = np.abs(samples)
    if not frame_count:
        return np.zeros(0, dtype=np.float32)
    found: Floats = (np.maximum.reduceat(loud, edges)[:-1] / max(float(loud.max()), 1e-9)).astype(np.float32)
    return found


def notes_heard(samples: Floats, frame_count: int, frame_ms: int) -> Floats:
    """Level of every note around the middle of every frame, ``(frames, NOTES)``, 1 for the loudest of the song."""
    middles = np.round((np.arange(frame_count) + 0.5) * frame_ms * ANALYSIS_RATE_HZ / 1000.0).astype(np.int64)
    padded = np.zeros(max(len(samples), int(middles[-1]) if frame_count else 0) + 2 * WINDOW, dtype=np.float32)
    padded[WINDOW // 2 : WINDOW // 2 + len(samples)] = samples
    taper = np.hanning(WINDOW).astype(np.float32)
    bands = _bands()
    found = np.zeros((frame_count, NOTES), dtype=np.float32)
    for start in range(0, frame_count, BLOCK_FRAMES):
        part = middles[start : start + BLOCK_FRAMES]
        cut = padded[part[:, None] + np.arange(WINDOW)[None, :]] * taper
        size = np.abs(np.fft.rfft(cut, axis=1))
        for note, (low, high) in enumerate(bands):
            found[start : start + len(part), note] = size[:, low:high].max(axis=1)
    top = float(found.max(initial=0.0))
    if top <= 0.0:
        return found
    for start in range(0, frame_count, BLOCK_FRAMES):
        block = found[start : start + BLOCK_FRAMES]
        below_db = 20.0 * np.log10(np.maximum(block / top, 1e-9))
        block[:] = np.clip(1.0 + below_db / RANGE_DB, 0.0, 1.0)
    return found


def _bands() -> list[tuple[int, int]]:
    """For every note, the bins of a spectrum within half a semitone of it; the nearest one at least."""
    centre = 440.0 * 2.0 ** ((np.arange(NOTES) - 69) / 12.0) * WINDOW / ANALYSIS_RATE_HZ
    last = WINDOW // 2
    low = np.clip(np.round(centre * 2.0 ** (-1.0 / 24.0)), 0, last).astype(int)
    high = np.clip(np.round(centre * 2.0 ** (1.0 / 24.0)), 0, last).astype(int)
    return [(int(first), int(stop) + 1) for first, stop in zip(low, high, strict=True)]
