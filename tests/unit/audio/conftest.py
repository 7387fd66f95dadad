"""Fixtures of the audio tests."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from unit.audio.audio_music import RATE_HZ, Sound, Tune, WriteSound, make_tune


@pytest.fixture(scope="session")
def tune() -> Tune:
    """Half a minute of four-four."""
    return make_tune()


@pytest.fixture
def write_sound(tmp_path: Path) -> WriteSound:
    """Writes samples to a file and returns its path."""

    def write(sound: Sound, name: str = "song.wav", rate_hz: int = RATE_HZ, subtype: str | None = None) -> Path:
        path = tmp_path / name
        soundfile.write(path, sound, rate_hz, subtype=subtype)
        return path

    return write
