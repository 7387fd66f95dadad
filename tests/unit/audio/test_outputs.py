"""Exports: timing tracks, labels, clicks, plot, summary, and the command line."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from lxml import etree

from twinklr.cli.main import main
from twinklr.core.audio import SongBundle, analyze_song, timing_tracks, to_xtiming, write_timing
from twinklr.core.audio.click_track import write_click_track
from twinklr.core.audio.plot import write_plot
from twinklr.core.audio.recording import read_recording
from twinklr.core.audio.summary import summarize
from twinklr.core.errors import OutputError
from unit.audio.audio_music import Tune, WriteSound


@pytest.fixture(scope="module")
def song(tune: Tune, tmp_path_factory: pytest.TempPathFactory) -> tuple[SongBundle, Path]:
    path = tmp_path_factory.mktemp("outputs") / "song.wav"
    soundfile.write(path, tune.sound, 22050)
    path.with_suffix(".lrc").write_text("[00:02.00]Silent night\n[00:06.00]Holy <night> & bright\n")
    return analyze_song(path), path


def test_xtiming_reads_back(song: tuple[SongBundle, Path]) -> None:
    root = etree.fromstring(to_xtiming(timing_tracks(song[0])))
    tracks = {timing.get("name"): timing for timing in root.iter("timing")}
    assert {"Beats", "Bars", "Sections", "Chords", "Onsets", "Lyrics"} <= set(tracks)
    assert len(tracks["Lyrics"].findall("EffectLayer")) == 3
    for layer in root.iter("EffectLayer"):
        spans = [(int(e.get("starttime", "")), int(e.get("endtime", ""))) for e in layer.iter("Effect")]
        assert all(a < b for a, b in spans)
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    beats = [int(e.get("starttime", "")) for e in tracks["Beats"].iter("Effect")]
    assert beats == [beat.at_ms for beat in song[0].beats]


def test_label_files(song: tuple[SongBundle, Path], tmp_path: Path) -> None:
    write_timing(song[0], tmp_path / "song.beats.txt")
    rows = (tmp_path / "song.beats.txt").read_text().splitlines()
    assert len(rows) == len(song[0].beats)
    write_timing(song[0], tmp_path / "song.txt")
    assert len((tmp_path / "song.txt").read_text().splitlines()) == len(song[0].sections)
    with pytest.raises(OutputError, match="xtiming"):
        write_timing(song[0], tmp_path / "song.pdf")
    with pytest.raises(OutputError, match="cannot be written"):
        write_timing(song[0], tmp_path / "nowhere" / "song.txt")


def test_clicks_sit_on_the_beats(song: tuple[SongBundle, Path], tmp_path: Path) -> None:
    write_click_track(song[0], song[1], tmp_path / "click.wav")
    sound, rate = soundfile.read(tmp_path / "click.wav")
    assert abs(len(sound) / rate * 1000 - song[0].duration_ms) < 2
    assert np.abs(sound).max() <= 1
    samples = read_recording(song[1]).samples
    clicks = sound - 0.6 * samples / np.abs(samples).max()
    for beat in song[0].beats[1:-1]:
        start = round(beat.at_ms / 1000 * rate)
        assert np.abs(clicks[start : start + 400]).max() > 0.2
        assert np.abs(clicks[start - 400 : start - 10]).max() < 0.01
        pitch_hz = np.abs(np.fft.rfft(clicks[start : start + 882], 8192)).argmax() * rate / 8192
        assert pitch_hz == pytest.approx(1760 if beat.position == 1 else 1174.7, abs=60)


def test_plot_is_a_picture_and_the_same_twice(song: tuple[SongBundle, Path], tmp_path: Path) -> None:
    write_plot(song[0], song[1], tmp_path / "one.png")
    write_plot(song[0], song[1], tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_summary_names_the_facts(song: tuple[SongBundle, Path]) -> None:
    text = summarize(song[0])
    assert "BPM" in text
    assert "C major" in text
    assert "song.lrc" in text


def test_command(tune: Tune, write_sound: WriteSound, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_sound(tune.sound[: 22050 * 12])
    assert main(["analyze", str(path), "--json", "--timing", str(tmp_path / "out.xtiming")]) == 0
    assert SongBundle.model_validate(json.loads(capsys.readouterr().out)).file.name == "song"
    assert (tmp_path / "out.xtiming").is_file()
    assert main(["analyze", str(path)]) == 0
    assert "section" in capsys.readouterr().out


def test_command_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(tmp_path / "none.mp3")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--click", "song.wav"),
        ("--click", "linked.wav"),
        ("--click", "stems/drums.wav"),
        ("--timing", "words.txt"),
        ("--timing", "marks.txt"),
        ("--timing", "beats.txt"),
        ("--click", "click.mp3"),
        ("--plot", "plot.jpg"),
        ("--timing", "tracks.pdf"),
    ],
)
def test_command_never_writes_over_what_it_reads(
    option: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stems").mkdir()
    inputs = [tmp_path / file for file in ("song.wav", "stems/drums.wav", "words.txt", "marks.txt")]
    for path in [*inputs, tmp_path / "beats.txt"]:
        path.write_text("mine")
    (tmp_path / "linked.wav").symlink_to(tmp_path / "song.wav")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    given = {"--lyrics": "words.txt", "--corrections": "marks.txt", "--beats": "beats.txt", "--stems": "stems"}
    options = [str(part) for key, file in given.items() for part in (key, tmp_path / file)]
    assert main(["analyze", str(inputs[0]), *options, option, str(tmp_path / name)]) == 2
    message = capsys.readouterr().err.strip()
    assert len(message.splitlines()) == 1
    assert Path(name).name in message
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_clicks_and_plot_refuse_the_song_itself(song: tuple[SongBundle, Path]) -> None:
    before = song[1].read_bytes()
    with pytest.raises(OutputError, match="read"):
        write_click_track(song[0], song[1], song[1])
    with pytest.raises(OutputError, match="png"):
        write_plot(song[0], song[1], song[1])
    assert song[1].read_bytes() == before


def test_timing_tracks_of_a_song_without_beats(song: tuple[SongBundle, Path], tmp_path: Path) -> None:
    still = song[0].model_copy(update={"beats": (), "bars": (), "lyrics": None})
    write_timing(still, tmp_path / "h.xtiming")
    names = [timing.get("name") for timing in etree.parse(tmp_path / "h.xtiming").iter("timing")]
    assert "Sections" in names
    assert "Beats" not in names
    for name in ("h.beats.txt", "h.bars.txt", "h.lyrics.txt"):
        write_timing(still, tmp_path / name)
        assert (tmp_path / name).read_bytes() == b""


def test_a_folder_is_no_song(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", "."]) == 2
    message = capsys.readouterr().err.strip()
    assert len(message.splitlines()) == 1
    assert "this is a folder" in message
