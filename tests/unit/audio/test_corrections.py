"""What the user sets is followed; what he gets wrong is said in one line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from twinklr.core.audio import AudioAnalyzer, analyze_song, read_corrections, write_timing
from twinklr.core.audio.corrections import BeatMark, Corrections, SectionMark, find_corrections
from twinklr.core.audio.summary import summarize
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.errors import InputError
from unit.audio.audio_music import Tune, WriteSound

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


def test_what_nothing_came_of_is_not_said_to_be_followed(tune: Tune, write_sound: WriteSound) -> None:
    song = analyze_song(write_sound(tune.sound[: 22050 * 12]), corrections=Corrections(tempo_bpm=300, beats_per_bar=3))
    assert not song.beats
    assert song.corrected == ()
    assert any("not be followed" in warning for warning in song.warnings)


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
