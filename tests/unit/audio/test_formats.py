"""Every format, rate and channel layout gives the same song; damaged files give what can be read of them."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from twinklr.core.audio import SongBundle, analyze_song
from twinklr.core.audio.recording import read_recording
from twinklr.core.errors import InputError
from unit.audio.audio_music import RATE_HZ, Sound, Tune, make_tune

needs_av = pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="PyAV is not installed (extra 'aac')")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tune, SongBundle]:
    tune = make_tune(bars=6)
    path = tmp_path_factory.mktemp("formats") / "plain.wav"
    soundfile.write(path, tune.sound * 0.5, RATE_HZ)
    return tune, analyze_song(path)


def at_rate(sound: Sound, rate_hz: int, channels: int) -> Sound:
    return np.repeat(soxr.resample(sound * 0.5, RATE_HZ, rate_hz)[:, None], channels, axis=1)


def write_aac(path: Path, sound: Sound, rate_hz: int) -> Path:
    """An AAC file as phones and music shops make them."""
    import av

    layout = {1: "mono", 2: "stereo", 6: "5.1"}[sound.shape[1]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate_hz, layout=layout)
        for start in range(0, len(sound), 1024):
            part = np.ascontiguousarray(sound[start : start + 1024].T.astype(np.float32))
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def check_same_song(one: SongBundle, two: SongBundle, within_ms: int = 20) -> None:
    ours, theirs = (np.array([beat.at_ms for beat in song.beats]) for song in (one, two))
    assert abs(len(ours) - len(theirs)) <= 1
    common = ours[1:-1]
    assert np.abs(theirs - common[:, None]).min(axis=1).max() <= within_ms
    downs = {beat.at_ms for beat in one.beats[1:-1] if beat.position == 1}
    other = np.array([beat.at_ms for beat in two.beats if beat.position == 1])
    assert all(np.abs(other - at).min() <= within_ms for at in downs)
    assert one.key.name == two.key.name
    assert one.beats_per_bar == two.beats_per_bar


@pytest.mark.parametrize(
    ("name", "rate_hz", "channels", "subtype"),
    [
        ("a.wav", 8000, 1, "PCM_16"),
        ("b.wav", 44100, 2, "PCM_24"),
        ("c.wav", 96000, 2, "FLOAT"),
        ("d.wav", 48000, 6, "PCM_16"),
        ("e.flac", 192000, 1, "PCM_24"),
        ("f.ogg", 44100, 2, None),
        ("g.ogg", 22050, 1, None),
        ("h.mp3", 48000, 2, None),
        ("i.mp3", 32000, 1, None),
        ("j.aiff", 44100, 2, None),
        ("k.opus", 48000, 2, "OPUS"),
    ],
)
def test_formats_and_rates(
    name: str, rate_hz: int, channels: int, subtype: str | None, plain: tuple[Tune, SongBundle], tmp_path: Path
) -> None:
    path = tmp_path / name
    container = "OGG" if name.endswith(".opus") else None
    soundfile.write(path, at_rate(plain[0].sound, rate_hz, channels), rate_hz, subtype=subtype, format=container)
    song = analyze_song(path)
    assert (song.file.sample_rate_hz, song.file.channels) == (rate_hz, channels)
    check_same_song(plain[1], song)


@needs_av
@pytest.mark.parametrize(("rate_hz", "channels"), [(44100, 2), (48000, 6), (22050, 1)])
def test_m4a(rate_hz: int, channels: int, plain: tuple[Tune, SongBundle], tmp_path: Path) -> None:
    path = write_aac(tmp_path / "song.m4a", at_rate(plain[0].sound, rate_hz, channels), rate_hz)
    song = analyze_song(path)
    assert (song.file.sample_rate_hz, song.file.channels) == (rate_hz, channels)
    check_same_song(plain[1], song)


@needs_av
def test_raw_aac_and_its_damaged_tail(plain: tuple[Tune, SongBundle], tmp_path: Path) -> None:
    path = write_aac(tmp_path / "song.aac", at_rate(plain[0].sound, 44100, 2), 44100)
    whole = analyze_song(path)
    # A bare AAC stream does not say how much silence its encoder put before the music: about 23 ms.
    check_same_song(plain[1], whole, within_ms=45)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) // 4))
    song = analyze_song(path)
    assert 3000 < song.duration_ms < whole.duration_ms
    assert song.beats


@needs_av
@pytest.mark.parametrize(("first", "second"), [(2, 1), (1, 2), (2, 6)])
def test_a_change_of_channels_ends_the_song(
    first: int, second: int, plain: tuple[Tune, SongBundle], tmp_path: Path
) -> None:
    parts = [
        write_aac(tmp_path / f"{channels}.aac", at_rate(plain[0].sound, 44100, channels), 44100).read_bytes()
        for channels in (first, second)
    ]
    path = tmp_path / "song.aac"
    path.write_bytes(b"".join(parts))
    recording = read_recording(path)
    assert recording.channels == first
    assert recording.duration_ms == pytest.approx(len(plain[0].sound) / RATE_HZ * 1000, abs=100)
    assert any("damaged" in warning for warning in recording.warnings)


@needs_av
def test_m4a_that_is_none_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    with pytest.raises(InputError, match="not audio that can be read") as error:
        analyze_song(path)
    assert "\n" not in str(error.value)
    assert error.value.cure


@pytest.mark.parametrize("code", [0, 1])
def test_an_ffmpeg_on_the_path_stands_in_for_pyav(
    code: int, plain: tuple[Tune, SongBundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    song = tmp_path / "song.m4a"
    song.write_bytes(b"only the program could read this")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(InputError, match="extra decoder") as error:
        analyze_song(song)
    assert "twinklr[aac]" in str(error.value.cure)
    # What the real one would write for this command: the samples, and a code that says whether all went well.
    at_rate(plain[0].sound, 44100, 2).astype("<f4").tofile(tmp_path / "samples")
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n/bin/cat '{tmp_path / 'samples'}'\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    bundle = analyze_song(song)
    check_same_song(plain[1], bundle)
    assert any("damaged" in warning for warning in bundle.warnings) == bool(code)


@pytest.mark.parametrize("name", ["song.mp3", "song.flac", "song.wav", "song.ogg"])
@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_damaged_tail_is_borne(name: str, damage: str, plain: tuple[Tune, SongBundle], tmp_path: Path) -> None:
    path = tmp_path / name
    soundfile.write(path, at_rate(plain[0].sound, 44100, 2), 44100)
    data = path.read_bytes()
    keep = int(len(data) * 0.7)
    rest = b"" if damage == "cut" else np.random.default_rng(1).bytes(len(data) - keep)
    path.write_bytes(data[:keep] + rest)
    song = analyze_song(path)
    assert song.duration_ms > 5000
    early = [beat.at_ms for beat in song.beats if beat.at_ms < 6000]
    wanted = np.array([beat.at_ms for beat in plain[1].beats])
    assert early
    assert np.median([np.abs(wanted - at).min() for at in early]) <= 25
    if damage == "cut" and name != "song.mp3":
        # An mp3 does not say how long it is, so a shorter one is simply a shorter song.
        assert any("damaged" in warning for warning in song.warnings)


@pytest.mark.slow
def test_memory_does_not_grow_with_rate_and_channels(tmp_path: Path) -> None:
    """Ten minutes of six channels at 96 kHz would be 1.4 GB; only mono at the analysis rate is kept."""
    path = tmp_path / "long.flac"
    piece = at_rate(make_tune(bars=8).sound, 96000, 6)
    with soundfile.SoundFile(path, "w", 96000, 6) as file:
        for _ in range(int(600 * 96000 / len(piece))):
            file.write(piece)
    code = f"""
import re, warnings
from pathlib import Path
from twinklr.core.audio.recording import read_recording
assert read_recording(Path({str(path)!r})).duration_ms > 580_000
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    output = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(re.findall(r"\d+", output.stdout)[-1]) / 1024 < 500
