"""What a user can get wrong: one line with the cure, exit code 2, and nothing left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.audio_files import write_beats, write_silence

EMPTY_LAYOUT = '<?xml version="1.0"?><xrgb><models/><modelGroups/></xrgb>'


def assert_one_line(outcome, *words: str) -> None:
    assert outcome.code == 2
    lines = [line for line in outcome.err.splitlines() if line.startswith("twinklr: ")]
    assert len(lines) == 1, outcome.err
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in lines[0]
    assert ";" in lines[0], f"no cure in {lines[0]!r}"


def missing(folder: Path) -> Path:
    return folder / "no_such_song.mp3"


def a_folder(folder: Path) -> Path:
    (folder / "album").mkdir()
    return folder / "album"


def not_audio(folder: Path) -> Path:
    path = folder / "recipe.mp3"
    path.write_text("Two cups of flour, one of sugar. " * 40)
    return path


def empty(folder: Path) -> Path:
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def blink(folder: Path) -> Path:
    return write_beats(folder / "blink.wav", duration_s=0.2)


def silence(folder: Path) -> Path:
    return write_silence(folder / "silence.wav")


@pytest.mark.parametrize("make_song", [missing, a_folder, not_audio, empty, blink, silence])
def test_a_song_that_cannot_be_used(twinklr, demo_show, tmp_path, make_song):
    song = make_song(tmp_path)
    out = tmp_path / "out"

    outcome = twinklr("run", song, "--show", demo_show, "--out", out)

    assert_one_line(outcome, song.name)
    assert not out.exists()


def no_layout(folder: Path) -> None:
    (folder / "notes.txt").write_text("not a show folder")


def broken_layout(folder: Path) -> None:
    (folder / "xlights_rgbeffects.xml").write_text("<xrgb><models><model name=")


def layout_without_models(folder: Path) -> None:
    (folder / "xlights_rgbeffects.xml").write_text(EMPTY_LAYOUT)


def all_switched_off(folder: Path) -> None:
    (folder / "xlights_rgbeffects.xml").write_text(
        '<?xml version="1.0"?><xrgb><models><model name="Arch" DisplayAs="Arches" StringType="RGB Nodes"'
        ' versionNumber="7" parm1="1" parm2="50" parm3="1" StartChannel="1" Active="0" X2="100"/></models></xrgb>'
    )


@pytest.mark.parametrize("make_show", [no_layout, broken_layout, layout_without_models, all_switched_off])
def test_a_show_folder_that_cannot_be_used(twinklr, song, tmp_path, make_show):
    show = tmp_path / "show"
    show.mkdir()
    make_show(show)

    outcome = twinklr("run", song, "--show", show, "--out", tmp_path / "out")

    assert_one_line(outcome, "show")
    assert not (tmp_path / "out").exists()


def test_a_show_folder_that_is_not_there(twinklr, song, tmp_path):
    assert_one_line(twinklr("run", song, "--show", tmp_path / "nowhere", "--out", tmp_path / "out"), "nowhere")


def test_an_output_that_cannot_be_written(twinklr, song, demo_show, tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")

    outcome = twinklr("run", song, "--show", demo_show, "--out", tmp_path / "taken" / "out")

    assert_one_line(outcome, "taken", "--out")
    assert (tmp_path / "taken").read_text() == "a file, not a folder"


def test_an_output_that_is_there_already(twinklr, song, demo_show, tmp_path):
    there = tmp_path / "out" / "beats" / "beats.xsq"
    there.parent.mkdir(parents=True)
    there.write_text("hours of work")

    outcome = twinklr("run", song, "--show", demo_show, "--out", tmp_path / "out")

    assert_one_line(outcome, "beats.xsq", "--force")
    assert there.read_text() == "hours of work"
    assert [path.name for path in there.parent.iterdir()] == ["beats.xsq"]


def test_lyrics_that_are_not_there(twinklr, song, demo_show, tmp_path):
    outcome = twinklr("run", song, "--show", demo_show, "--lyrics", tmp_path / "words.lrc", "--out", tmp_path / "out")

    assert_one_line(outcome, "words.lrc")


def test_a_broken_show_of_another_kind_keeps_what_was_there(twinklr, song, demo_show, tmp_path):
    """A failing run beside finished work touches nothing of it."""
    finished = tmp_path / "out" / "other" / "other.xsq"
    finished.parent.mkdir(parents=True)
    finished.write_text("done")
    show = tmp_path / "show"
    shutil.copytree(demo_show, show)
    (show / "xlights_rgbeffects.xml").write_text("<xrgb>")

    assert twinklr("run", song, "--show", show, "--out", tmp_path / "out").code == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["other"]


def test_debug_shows_the_traceback(twinklr, demo_show, tmp_path):
    outcome = twinklr("--debug", "run", missing(tmp_path), "--show", demo_show, "--out", tmp_path / "out")

    assert outcome.code == 2
    assert "Traceback" in outcome.err
    assert "no_such_song" in outcome.err


def test_a_folder_without_a_name_is_no_song(twinklr, demo_show, tmp_path):
    assert_one_line(twinklr("run", ".", "--show", demo_show, "--out", tmp_path / "out"), "folder")


def test_a_render_of_the_user_is_not_replaced_either(twinklr, song, demo_show, tmp_path):
    there = tmp_path / "out" / "beats" / "beats.fseq"
    there.parent.mkdir(parents=True)
    there.write_text("rendered in xLights")

    assert_one_line(twinklr("run", song, "--show", demo_show, "--out", tmp_path / "out"), "beats.fseq", "--force")
    assert there.read_text() == "rendered in xLights"


@pytest.mark.parametrize("arguments", [("run",), ("run", "song.ogg"), ("dance",), ("demo", "--fps", "30")])
def test_wrong_usage_says_how_it_goes(twinklr, arguments):
    outcome = twinklr(*arguments)

    assert outcome.code == 2
    assert "Usage: twinklr" in outcome.err
