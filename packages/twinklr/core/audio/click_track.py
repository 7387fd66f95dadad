"""The song with clicks on its beats, to hear at once whether they sit right."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, read_recording
from twinklr.core.audio.timing_export import check_target, write_file

CLICK_SUFFIXES = (".wav",)
DOWNBEAT_HZ, BEAT_HZ = 1760.0, 1174.7


def write_click_track(song: SongBundle, song_path: Path, path: Path) -> None:
    """Write the song, mono, with a high click on each downbeat and a lower one on every other beat.

    Raises:
        InputError: The song cannot be read.
        OutputError: The file is the song itself, is no ``.wav``, or cannot be written.
    """
    check_target(path, CLICK_SUFFIXES, [song_path])
    samples = read_recording(song_path).samples
    mixed = 0.6 * samples / max(float(np.abs(samples).max(initial=0.0)), 1e-6)
    for beat in song.beats:
        click = _click(DOWNBEAT_HZ if beat.position == 1 else BEAT_HZ)
        start = round(beat.at_ms / 1000 * ANALYSIS_RATE_HZ)
        part = mixed[start : start + len(click)]
        part += click[: len(part)]
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(mixed, -1, 1), ANALYSIS_RATE_HZ, format="WAV", subtype="PCM_16")
    write_file(path, buffer.getvalue())


def _click(pitch_hz: float) -> NDArray[np.float32]:
    times = np.arange(round(0.04 * ANALYSIS_RATE_HZ)) / ANALYSIS_RATE_HZ
    click: NDArray[np.float32] = (0.5 * np.sin(2 * np.pi * pitch_hz * times) * np.exp(-times * 120)).astype(np.float32)
    return click
