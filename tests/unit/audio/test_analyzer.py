"""The analysis as a whole: what it finds in plain music, and that it stays sane on everything else."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.audio import AudioAnalyzer, SongBundle, analysis_inputs, analyze_song
from twinklr.core.config import AppConfig, AudioConfig, JobConfig
from twinklr.core.errors import InputError
from unit.audio.audio_music import RATE_HZ, Tune, WriteSound, make_tune, speech


def share_found(wanted_s: np.ndarray, found_ms: list[int], within_s: float = 0.05) -> float:
    found = np.array(found_ms) / 1000
    return float(np.mean([np.abs(found - at).min() <= within_s for at in wanted_s])) if len(found) else 0.0


def check_laws(song: SongBundle) -> None:
    """What holds for every bundle."""
    assert song.sections[0].start_ms == 0
    assert song.sections[-1].end_ms == song.duration_ms
    assert all(a.end_ms == b.start_ms for a, b in zip(song.sections, song.sections[1:], strict=False))
    assert all(s.end_ms > s.start_ms for s in song.sections)
    assert [s.index for s in song.sections] == list(range(len(song.sections)))
    times = [beat.at_ms for beat in song.beats]
    assert times == sorted(set(times))
    assert all(0 <= at <= song.duration_ms for at in times)
    assert all(1 <= beat.position <= song.beats_per_bar for beat in song.beats)
    assert all(0 <= bar.start_ms < bar.end_ms <= song.duration_ms for bar in song.bars)
    assert all(0 <= o.strength <= 1 and (o.drum in o.drums or o.drum is None) for o in song.onsets)
    assert all(0 <= value <= 1 for value in song.energy.values)
    assert all(a.end_ms <= b.start_ms for a, b in zip(song.chords, song.chords[1:], strict=False))
    sure = [song.tempo_confidence, song.meter_confidence, song.key.confidence, song.swing_confidence]
    assert all(0 <= value <= 1 for value in [*sure, *(s.confidence for s in song.sections)])
    assert 0 <= song.music_start_ms <= song.music_end_ms <= song.duration_ms
    assert SongBundle.model_validate_json(song.model_dump_json()) == song


def test_plain_music_is_understood(tune: Tune, write_sound: WriteSound) -> None:
    song = analyze_song(write_sound(tune.sound))
    check_laws(song)
    assert song.tempo_bpm == pytest.approx(120, rel=0.01)
    assert share_found(tune.beats_s, [beat.at_ms for beat in song.beats]) > 0.95
    assert song.beats_per_bar == 4
    downbeats = [beat.at_ms for beat in song.beats if beat.position == 1]
    assert share_found(tune.beats_s[::4], downbeats) > 0.9
    assert song.key.name == "C major"
    assert {chord.name for chord in song.chords} >= {"C:maj", "G:maj", "A:min", "F:maj"}
    assert song.tempo_confidence > 0.5


@pytest.mark.parametrize("meter", [3, 4])
def test_meter(meter: int, write_sound: WriteSound) -> None:
    song = analyze_song(write_sound(make_tune(bpm=110, meter=meter, bars=16).sound))
    assert song.beats_per_bar == meter


def test_analyzer_gives_the_same_as_the_function(tune: Tune, write_sound: WriteSound) -> None:
    path = write_sound(tune.sound[: 8 * RATE_HZ])
    bundle = asyncio.run(AudioAnalyzer(AppConfig(), JobConfig()).analyze(str(path)))
    assert bundle.model_dump_json() == analyze_song(path).model_dump_json()


def test_event_loop_stays_free(tune: Tune, write_sound: WriteSound) -> None:
    path = write_sound(tune.sound[: 8 * RATE_HZ])

    async def run() -> int:
        job = asyncio.ensure_future(AudioAnalyzer(AppConfig(), JobConfig()).analyze(path))
        turns = 0
        while not job.done():
            await asyncio.sleep(0)
            turns += 1
        await job
        return turns

    assert asyncio.run(run()) > 10


def analysed(write_sound: WriteSound, sound: np.ndarray, name: str, rate_hz: int = RATE_HZ, **kind: str) -> SongBundle:
    return analyze_song(write_sound(sound, name, rate_hz, **kind))


def beat_shift_ms(one: SongBundle, two: SongBundle) -> float:
    """Median distance of the beats of one to the nearest of the other."""
    other = np.array([beat.at_ms for beat in two.beats])
    assert abs(len(one.beats) - len(other)) <= 2
    return float(np.median([np.abs(other - beat.at_ms).min() for beat in one.beats]))


def test_gain_changes_nothing(tune: Tune, write_sound: WriteSound) -> None:
    loud = analysed(write_sound, tune.sound * 0.5, "loud.wav", subtype="FLOAT")
    quiet = analysed(write_sound, tune.sound * 0.01, "quiet.wav", subtype="FLOAT")
    assert [b.at_ms for b in loud.beats] == [b.at_ms for b in quiet.beats]
    assert [(s.start_ms, s.label) for s in loud.sections] == [(s.start_ms, s.label) for s in quiet.sections]
    assert loud.key == quiet.key
    difference = loud.integrated_loudness_lufs - quiet.integrated_loudness_lufs
    assert difference == pytest.approx(20 * np.log10(50), abs=0.1)


@settings(max_examples=6)
@given(gain=st.floats(0.003, 0.9), silence_ms=st.integers(0, 9000), channels=st.integers(1, 6))
def test_gain_silence_and_channels_change_nothing_together(gain: float, silence_ms: int, channels: int) -> None:
    tune = make_tune(bars=4, bpm=126)
    lead = np.zeros(round(silence_ms * RATE_HZ / 1000))
    with tempfile.TemporaryDirectory() as folder:
        plain, changed = Path(folder) / "plain.wav", Path(folder) / "changed.wav"
        soundfile.write(plain, tune.sound * 0.5, RATE_HZ, subtype="FLOAT")
        sound = np.concatenate([lead, tune.sound * gain])
        soundfile.write(changed, np.stack([sound] * channels, axis=1), RATE_HZ, subtype="FLOAT")
        one, two = analyze_song(plain), analyze_song(changed)
    shift_ms = len(lead) / RATE_HZ * 1000
    assert len(one.beats) == len(two.beats)
    assert all(abs(b.at_ms - a.at_ms - shift_ms) <= 20 for a, b in zip(one.beats, two.beats, strict=True))
    assert [beat.position for beat in one.beats] == [beat.position for beat in two.beats]
    assert one.key == two.key
    assert [chord.name for chord in one.chords] == [chord.name for chord in two.chords]


def test_leading_silence_only_shifts(tune: Tune, write_sound: WriteSound) -> None:
    plain = analysed(write_sound, tune.sound, "plain.wav")
    shifted = analysed(write_sound, np.concatenate([np.zeros(3 * RATE_HZ), tune.sound]), "shifted.wav")
    assert [b.at_ms for b in shifted.beats] == [b.at_ms + 3000 for b in plain.beats]
    assert shifted.music_start_ms == plain.music_start_ms + 3000


@pytest.mark.parametrize(
    ("name", "rate_hz", "subtype"),
    [("other.flac", 44100, "PCM_16"), ("other.ogg", 48000, None), ("other.mp3", 44100, None)],
)
def test_rate_channels_and_codec_change_little(
    name: str, rate_hz: int, subtype: str | None, tune: Tune, write_sound: WriteSound
) -> None:
    import soxr

    plain = analysed(write_sound, tune.sound * 0.5, "plain.wav")
    stereo = np.stack([soxr.resample(tune.sound * 0.5, RATE_HZ, rate_hz)] * 2, axis=1)
    other = analyze_song(write_sound(stereo, name, rate_hz, subtype))
    assert beat_shift_ms(plain, other) <= 20
    assert other.key.name == plain.key.name
    assert (other.channels if hasattr(other, "channels") else other.file.channels) == 2


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, round(seconds * RATE_HZ))


def odd_sounds() -> dict[str, np.ndarray]:
    times = np.arange(15 * RATE_HZ) / RATE_HZ
    slow = np.cumsum(0.6 * np.exp(-np.linspace(0, 1, 40)))
    rubato = np.zeros(round((slow[-1] + 1) * RATE_HZ))
    for at in slow:
        rubato[round(at * RATE_HZ) : round(at * RATE_HZ) + 300] = noise(300 / RATE_HZ)[:300]
    click = np.zeros(2 * RATE_HZ)
    click[RATE_HZ] = 1.0
    opposite = make_tune(bars=4).sound
    return {
        "tone": 0.5 * np.sin(2 * np.pi * 440 * times),
        "noise": noise(15),
        "half second": noise(0.5),
        "under half a second": noise(0.45),
        "one click": click,
        "constant": np.full(5 * RATE_HZ, 0.5),
        "rubato": rubato,
        "half silent": np.concatenate([make_tune(bars=4).sound, np.zeros(10 * RATE_HZ)]),
        "gap": np.concatenate([make_tune(bars=4).sound, np.zeros(12 * RATE_HZ), make_tune(bars=4).sound]),
        "clipped": np.clip(make_tune(bars=4).sound * 50, -1, 1),
        "not numbers": np.concatenate([make_tune(bars=4).sound, np.full(1000, np.nan)]),
        "channels that cancel": np.stack([opposite, -opposite], axis=1),
        "six channels": np.stack([opposite] * 6, axis=1),
        "speech": speech(),
    }


@pytest.mark.parametrize("name", odd_sounds())
def test_odd_sounds_are_borne(name: str, write_sound: WriteSound) -> None:
    song = analyze_song(write_sound(odd_sounds()[name], subtype="FLOAT"))
    check_laws(song)
    if name in ("tone", "half second", "under half a second", "one click", "constant"):
        assert song.beats == ()
        assert song.tempo_confidence == 0
        assert song.warnings
    if name in ("noise", "tone"):
        assert [section.label for section in song.sections] == ["part"]
        assert song.sections[0].confidence < 0.5
    if not song.bars:
        assert {section.label for section in song.sections} <= {"part", "break", "outro"}
    if name == "noise":
        assert song.tempo_confidence < 0.4
        assert song.key.confidence < 0.2
    if name == "rubato":
        assert song.tempo_confidence < 0.5
        assert song.tempo_curve is not None
        assert song.tempo_curve.values[-1] > 1.8 * song.tempo_curve.values[0]
    if name == "speech":
        assert song.tempo_confidence < 0.5
        assert song.meter_confidence < 0.5
        assert song.key.confidence < 0.3
    if name == "half silent":
        assert song.music_end_ms < 11_000
        assert all(beat.at_ms < 11_000 for beat in song.beats)
        assert song.sections[-1].energy == 0
    if name == "gap":
        silent = [beat for beat in song.beats if 11_000 < beat.at_ms < 18_000]
        assert silent == []
    if name in ("clipped", "not numbers", "channels that cancel"):
        assert song.warnings


@settings(max_examples=4)
@given(
    seconds=st.integers(5, 15),
    level=st.floats(0.01, 0.3),
    kind=st.sampled_from(["white", "brown", "tone", "hum", "click"]),
    seed=st.integers(0, 99),
)
def test_what_has_no_form_is_one_part(seconds: int, level: float, kind: str, seed: int) -> None:
    times = np.arange(seconds * RATE_HZ) / RATE_HZ
    white = noise(seconds, seed)
    sounds = {
        "white": white,
        "brown": np.convolve(white, np.exp(-np.arange(400) / 80), mode="same") / 10,
        "tone": np.sin(2 * np.pi * (110 + 20 * seed) * times),
        "hum": np.sign(np.sin(2 * np.pi * 50 * times)),
        "click": (np.arange(len(times)) % (RATE_HZ // 2) == 99).astype(float),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.wav"
        soundfile.write(path, level * sounds[kind], RATE_HZ, subtype="FLOAT")
        song = analyze_song(path)
    check_laws(song)
    assert [section.label for section in song.sections] == ["part"]
    assert song.sections[0].confidence < 0.5


def broken_files() -> dict[str, bytes | None]:
    return {
        "missing.mp3": None,
        "empty.wav": b"",
        "text.mp3": b"this is no music",
        "text.wav": b"this is no music",
        "picture.png": b"\x89PNG\r\n",
        "header.wav": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    }


@pytest.mark.parametrize("name", broken_files())
def test_broken_files_are_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    content = broken_files()[name]
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as error:
        analyze_song(path)
    text = str(error.value)
    assert name in text
    assert "\n" not in text
    assert error.value.cure


def test_silence_and_lengths_are_refused(tmp_path: Path, write_sound: WriteSound) -> None:
    with pytest.raises(InputError, match="silent"):
        analyze_song(write_sound(np.zeros(RATE_HZ)))
    with pytest.raises(InputError, match=r"0\.10 s"):
        analyze_song(write_sound(noise(0.1)))
    with pytest.raises(InputError, match="minutes"):
        analyze_song(write_sound(noise(2)), longest_s=1.0)
    with pytest.raises(InputError, match="folder"):
        analyze_song(tmp_path)
    config = AppConfig(audio=AudioConfig(max_duration_s=1.0))
    with pytest.raises(InputError, match="minutes"):
        asyncio.run(AudioAnalyzer(config, JobConfig()).analyze(write_sound(noise(2))))


def test_a_cut_off_file_is_read_as_far_as_it_goes(tune: Tune, write_sound: WriteSound) -> None:
    path = write_sound(tune.sound, "cut.ogg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    song = analyze_song(path)
    check_laws(song)
    assert 3000 < song.duration_ms < len(tune.sound) / RATE_HZ * 1000


def test_same_bytes_same_answer(write_sound: WriteSound) -> None:
    path = write_sound(make_tune(bars=6).sound)
    assert analyze_song(path).model_dump_json() == analyze_song(path).model_dump_json()


def test_analysis_inputs_name_every_file_read(write_sound: WriteSound) -> None:
    song = write_sound(noise(1))
    assert analysis_inputs(song) == (song,)
    lyrics = song.with_name("song.lrc")
    lyrics.write_text("[00:00.10]la")
    corrections = song.with_name("song.twinklr.toml")
    corrections.write_text("tempo_bpm = 100\n")
    assert set(analysis_inputs(song)) == {song, lyrics, corrections}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hours_are_borne_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    piece = make_tune(bars=16).sound
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        for _ in range(int(7100 * RATE_HZ / len(piece))):
            file.write(piece)
    code = f"""
import re, sys
from pathlib import Path
from twinklr.core.audio import analyze_song
song = analyze_song({str(path)!r})
Path({str(tmp_path / "song.json")!r}).write_text(song.model_dump_json())
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])"""
    environment = {"PYTHONPATH": ":".join(sys.path)}
    began = time.monotonic()
    output = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert time.monotonic() - began < 400
    song = SongBundle.model_validate_json((tmp_path / "song.json").read_text())
    check_laws(song)
    assert song.duration_ms > 6_900_000
    assert song.tempo_bpm == pytest.approx(120, rel=0.02)
    # Two hours of mono floats at the analysis rate are 0.63 GB; spectra and the path through them are as much again.
    assert int(re.findall(r"\d+", output.stdout)[-1]) / 1024 < 4000
