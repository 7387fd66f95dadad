"""What the user sets is followed; what he gets wrong is said in one line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import soundfile
from pydantic import ValidationError

from twinklr.core.audio import AudioAnalyzer, analyze_song, read_corrections, write_timing
from twinklr.core.audio.beat_files import beats_in_a_bar
from twinklr.core.audio.beats import steady_tempo_bpm
from twinklr.core.audio.bundle import Beat
from twinklr.core.audio.corrections import BeatMark, Corrections, SectionMark, find_corrections
from twinklr.core.audio.given_beats import given_bars, given_beats
from twinklr.core.audio.summary import summarize
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.errors import InputError
from unit.audio.audio_music import RATE_HZ, Tune, WriteSound

SECTIONS_XML = '<timings><timing name="Sections"><EffectLayer>{}</EffectLayer></timing></timings>'


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "song.twinklr.toml"
    path.write_text('tempo_bpm = 95\nbeats_per_bar = 3\n[[sections]]\nat_s = 8.2\nname = "Verse 1"\n')
    corrections = find_corrections(tmp_path / "song.mp3")
    assert corrections is not None
    assert corrections.tempo_bpm == 95
    assert corrections.sections[0].label == "verse"


def test_labels(tmp_path: Path) -> None:
    path = tmp_path / "marks.txt"
    path.write_text("0.0\t10.0\tIntro\n10.0\t20.0\tPre-Chorus 2\n20.0\t30.0\tsomething\n")
    assert [mark.label for mark in read_corrections(path).sections] == ["intro", "build", "part"]


def test_timing_track_of_a_sequence(tmp_path: Path) -> None:
    path = tmp_path / "show.xsq"
    path.write_text(
        '<xsequence><ElementEffects><Element type="timing" name="Beats"><EffectLayer>'
        '<Effect startTime="1" endTime="2"/></EffectLayer></Element>'
        '<Element type="timing" name="Song Structure"><EffectLayer>'
        '<Effect label="Verse" startTime="0" endTime="5000"/><Effect label="Chorus" startTime="5000" endTime="9000"/>'
        "</EffectLayer></Element></ElementEffects></xsequence>"
    )
    assert [(mark.at_s, mark.label) for mark in read_corrections(path).sections] == [(0.0, "verse"), (5.0, "chorus")]
    with pytest.raises(InputError, match="Beats, Song Structure"):
        read_corrections(path, track="Nothing")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", "tempo_bpm = "),
        ("a.toml", "tempo_bpm = 5000"),
        ("a.toml", "tempoo = 100"),
        ("a.txt", "no numbers here"),
        ("a.txt", ""),
        ("a.xsq", "<not xml"),
        ("a.xsq", "<xsequence/>"),
        ("a.xsq", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
        ("missing.toml", None),
        ("a.toml", "a=" + "[" * 4000),
        ("a.toml", "first_downbeat_s = inf"),
        ("a.toml", "tempo_bpm = nan"),
        ("a.toml", "tempo_bpm = 301"),
        ("a.toml", "[[sections]]\nat_s = inf"),
        ("a.toml", "[[beats]]\nat_s = inf"),
        ("a.txt", "inf\tinf\tVerse"),
        ("a.txt", "nan\tnan\tVerse"),
        ("a.xtiming", SECTIONS_XML.format(f'<Effect starttime="{"9" * 400}"/>')),
        ("a.xtiming", SECTIONS_XML.format('<Effect starttime="soon"/><Effect label="Verse"/>')),
        ("a.xtiming", SECTIONS_XML.format(f'<Effect starttime="0"/><Effect starttime="{"9" * 400}"/>')),
        ("a.xtiming", SECTIONS_XML.format("<Other/>")),
    ],
)
def test_mistakes_are_one_line(name: str, content: str | None, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as error:
        read_corrections(path)
    assert "\n" not in str(error.value)
    assert error.value.cure


def test_sections_come_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "song.twinklr.toml"
    path.write_text("".join(f'[[sections]]\nat_s = {at}\nname = "{at}"\n' for at in (20, 0, 8)))
    assert [mark.at_s for mark in read_corrections(path).sections] == [0, 8, 20]


def test_the_range_of_tempi_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for tempo in (29, 301):
        path.write_text(f"tempo_bpm = {tempo}")
        with pytest.raises(InputError, match="30 to 300"):
            read_corrections(path)


@pytest.mark.parametrize(
    "given",
    [
        Corrections(first_downbeat_s=9999),
        Corrections(sections=(SectionMark(at_s=1), SectionMark(at_s=9999))),
        Corrections(beats=(BeatMark(at_s=0.5), BeatMark(at_s=9999))),
    ],
)
def test_what_lies_beyond_the_song_is_refused(given: Corrections, tune: Tune, write_sound: WriteSound) -> None:
    with pytest.raises(InputError, match=r"9999.*expected") as error:
        analyze_song(write_sound(tune.sound[: 22050 * 5]), corrections=given)
    assert "\n" not in str(error.value)
    assert error.value.cure


def test_what_nothing_came_of_is_not_said_to_be_followed(write_sound: WriteSound) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8 * RATE_HZ) / RATE_HZ)
    song = analyze_song(write_sound(tone), corrections=Corrections(octave="half", beats_per_bar=3))
    assert not song.beats
    assert song.corrected == ()
    assert any("not be followed" in warning for warning in song.warnings)


@pytest.mark.parametrize("tempo", [95, 112, 150, 300])
def test_a_tempo_the_music_does_not_keep_is_refused(tempo: float, tune: Tune, write_sound: WriteSound) -> None:
    given = Corrections(tempo_bpm=tempo, source="song.twinklr.toml")
    with pytest.raises(InputError, match=rf"tempo of {tempo} BPM.*near 120") as error:
        analyze_song(write_sound(tune.sound[: 22050 * 12]), corrections=given)
    assert "\n" not in str(error.value)
    assert "first_downbeat_s" in error.value.cure


@pytest.mark.parametrize(("tempo", "octave"), [(150, None), (75, "double")])
def test_tempo_and_first_downbeat_are_law(
    tempo: float, octave: Literal["double"] | None, tune: Tune, write_sound: WriteSound
) -> None:
    given = Corrections(tempo_bpm=tempo, octave=octave, beats_per_bar=4, first_downbeat_s=1.0)
    song = analyze_song(write_sound(tune.sound[: 22050 * 12]), corrections=given)
    assert [beat.at_ms for beat in song.beats] == list(range(200, 12_000, 400))
    assert [beat.at_ms for beat in song.beats if beat.position == 1] == list(range(1000, 12_000, 1600))
    assert song.tempo_bpm == pytest.approx(150)
    assert "tempo as the user set it" in song.corrected
    assert any("laid evenly" in warning for warning in song.warnings)


def test_a_tempo_near_that_of_the_music_finds_its_beats(tune: Tune, write_sound: WriteSound) -> None:
    song = analyze_song(write_sound(tune.sound), corrections=Corrections(tempo_bpm=118))
    assert song.tempo_bpm == pytest.approx(120, rel=0.01)
    assert song.corrected == ("tempo as the user set it",)


@pytest.mark.parametrize(
    ("seconds", "first", "shift_s"), [(0, 1.1, 0.0), (0, 1.35, 0.25), (4, 0.1, 0.0), (4, 0.6, 0.0), (4, 0.85, 0.25)]
)
def test_the_first_downbeat_sets_phase_and_bars(
    seconds: float, first: float, shift_s: float, tune: Tune, write_sound: WriteSound
) -> None:
    sound = np.concatenate([np.zeros(round(seconds * RATE_HZ)), tune.sound])
    song = analyze_song(write_sound(sound), corrections=Corrections(first_downbeat_s=first, beats_per_bar=4))
    downs = np.array([beat.at_ms for beat in song.beats if beat.position == 1]) / 1000
    assert len(downs) > 10
    assert np.abs((downs - first + 1) % 2 - 1).max() < 0.06
    place = np.array([beat.at_ms for beat in song.beats]) / 1000 - tune.beats_s[0] - seconds - shift_s
    assert np.abs((place + 0.25) % 0.5 - 0.25).max() < 0.06


def test_beats_that_do_not_keep_the_given_tempo_are_refused(tune: Tune, write_sound: WriteSound) -> None:
    beats = tuple(BeatMark(at_s=0.1 + index / 2) for index in range(60))
    path = write_sound(tune.sound)
    with pytest.raises(InputError, match="100 BPM"):
        analyze_song(path, corrections=Corrections(tempo_bpm=100, beats=beats))
    both = analyze_song(path, corrections=Corrections(tempo_bpm=60, octave="half", beats=beats[::2]))
    assert both.tempo_bpm == pytest.approx(30)


def counted(positions: list[int], octave: Literal["half", "double"] | None = None) -> tuple[int, list[int], list[int]]:
    """Beats a bar, positions and downbeats in ms of given beats half a second apart."""
    beats = tuple(BeatMark(at_s=index / 2, position=position) for index, position in enumerate(positions))
    wishes = Corrections(beats=beats, octave=octave)
    beats_s = given_beats(wishes, 0.0)
    meter = given_bars(wishes, beats_s)
    assert meter is not None
    downs_ms = [round(1000 * at) for at, place in zip(beats_s, meter.positions, strict=True) if place == 0]
    return meter.beats_per_bar, [place + 1 for place in meter.positions], downs_ms


def test_bars_of_given_beats_in_another_octave() -> None:
    four = [1, 2, 3, 4] * 3
    assert counted(four) == (4, four, [0, 2000, 4000])
    assert counted(four, "half") == (2, [1, 2] * 3, [0, 2000, 4000])
    # Eight in a bar is more than any meter has: they are two bars of four.
    assert counted(four, "double") == (4, ([1, 2, 3, 4] * 6)[:-1], [0, 1000, 2000, 3000, 4000, 5000])
    assert counted([1, 2, 3] * 4, "half") == (3, [1, 2, 3] * 2, [0, 3000])
    assert counted([1, 2, 3] * 2, "double") == (6, ([1, 2, 3, 4, 5, 6] * 2)[:-1], [0, 1500])


def test_half_of_the_given_beats_are_those_with_the_downbeats() -> None:
    assert counted([0, 1, 0, 0, 0, 1, 0, 0, 0, 1], "half") == (2, [1, 2, 1, 2, 1], [500, 2500, 4500])
    assert counted([4, 1, 2, 3, 4, 1, 2, 3, 4, 1], "half") == (2, [1, 2, 1, 2, 1], [500, 2500, 4500])


def test_beats_are_counted_on_from_the_last_one_that_has_a_number() -> None:
    assert counted([0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0])[1] == [3, 4, 1, 2, 3, 4, 1, 2, 3, 1, 2, 3, 4]
    assert counted([1, 2, 3, 4, 5, 1, 2, 3, 4, 1, 2, 3, 4, 1])[2] == [0, 2500, 4500, 6500]


def test_numbers_behind_the_music_are_counted_back_from() -> None:
    beats = tuple(BeatMark(at_s=at / 2, position=int(at in (30, 34, 38))) for at in range(40))
    meter = given_bars(Corrections(beats=beats), np.arange(20) / 2)
    assert meter is not None
    assert meter.positions[:4] == (2, 3, 0, 1)


@pytest.mark.parametrize(
    ("positions", "wanted"),
    [
        ([1] * 8, 0),
        ([0] * 8, 0),
        ([1, 2, 3, 4, 5, 6, 7, 8] * 3, 0),
        ([1, 2] * 4, 2),
        ([1, 2, 3, 4, 5, 6, 7] * 2 + [1], 7),
        ([1, 3] * 3 + [1, 2, 3, 4] * 2 + [1], 4),
        ([1, 0, 0] * 3, 3),
    ],
    ids=str,
)
def test_beats_a_bar_are_counted_where_a_meter_has_so_many(positions: list[int], wanted: int) -> None:
    marks = tuple(BeatMark(at_s=index / 2, position=position) for index, position in enumerate(positions))
    assert beats_in_a_bar(marks) == wanted
    if not wanted:
        assert given_bars(Corrections(beats=marks), np.arange(8) / 2) is None


def test_beats_that_never_keep_time_have_a_tempo_all_the_same() -> None:
    assert steady_tempo_bpm(np.array([0.1, 0.4, 1.3])) == pytest.approx(100)


def test_analysis_follows(tune: Tune, write_sound: WriteSound) -> None:
    path = write_sound(tune.sound)
    half = analyze_song(path, corrections=Corrections(octave="half"))
    assert half.tempo_bpm == pytest.approx(60, rel=0.02)
    assert half.corrected == ("tempo as the user set it",)
    given = analyze_song(path, corrections=Corrections(tempo_bpm=120, beats_per_bar=3, first_downbeat_s=1.1))
    assert given.beats_per_bar == 3
    first = min(given.beats, key=lambda beat: abs(beat.at_ms - 1100))
    assert first.position == 1


def test_sections_of_the_user_stay_exact(tune: Tune, write_sound: WriteSound) -> None:
    marks = tuple(SectionMark(at_s=at, name=name) for at, name in ((0.3, "Intro"), (8.123, "Verse 1"), (20, "Verse 2")))
    song = analyze_song(write_sound(tune.sound), corrections=Corrections(sections=marks, source="marks.txt"))
    assert [(s.start_ms, s.label, s.group) for s in song.sections] == [
        (0, "intro", "A"),
        (8123, "verse", "B"),
        (20000, "verse", "B"),
    ]
    assert song.sections[-1].end_ms == song.duration_ms
    assert all(s.confidence == 1 for s in song.sections)
    assert song.corrected == ("sections as the user set it (from marks.txt)",)


def test_a_job_hands_corrections_to_the_analysis(tune: Tune, write_sound: WriteSound, tmp_path: Path) -> None:
    path = write_sound(tune.sound)
    marks = tmp_path / "marks.txt"
    marks.write_text("0.0\t9.0\tSnowfall\n9.0\t20.0\tBig chorus 1\n20.0\t30.0\tBig chorus 2\n")
    beats = tmp_path / "song.beats"
    beats.write_text("".join(f"{0.1 + index / 2:.3f} {index % 4 + 1}\n" for index in range(60)))
    job = JobConfig(corrections_path=marks, beats_path=beats)
    song = asyncio.run(AudioAnalyzer(AppConfig(), job).analyze(path))
    assert [(s.start_ms, s.label, s.name, s.group) for s in song.sections] == [
        (0, "part", "Snowfall", "A"),
        (9000, "chorus", "Big chorus 1", "B"),
        (20000, "chorus", "Big chorus 2", "B"),
    ]
    assert [beat.at_ms for beat in song.beats][:3] == [100, 600, 1100]
    assert song.corrected == ("sections as the user set it (from marks.txt)", "beats from song.beats")
    assert "Snowfall" in summarize(song)


def test_marks_exported_for_xlights_come_back_as_they_were(tune: Tune, write_sound: WriteSound, tmp_path: Path) -> None:
    marks = tuple(SectionMark(at_s=at, name=name) for at, name in ((0, "Snowfall"), (8.5, "Chorus 1")))
    path = write_sound(tune.sound)
    song = analyze_song(path, corrections=Corrections(sections=marks))
    for name in ("song.xtiming", "song.sections.txt"):
        write_timing(song, tmp_path / name)
        assert read_corrections(tmp_path / name).sections == marks


def test_a_bundle_holds_no_number_that_is_none() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValidationError):
            Beat(at_ms=0, strength=value, position=1)


def test_samples_far_too_large_are_silence(tune: Tune, tmp_path: Path) -> None:
    sound = tune.sound[: 5 * RATE_HZ].astype(np.float32)
    sound[1000] = 1e30
    soundfile.write(tmp_path / "loud.wav", sound, RATE_HZ, subtype="FLOAT")
    song = analyze_song(tmp_path / "loud.wav")
    assert song.integrated_loudness_lufs < 0
    assert any("far too large" in warning for warning in song.warnings)
