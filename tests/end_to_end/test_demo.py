"""The main job on the demo, looked at from outside: its files, its laws, and the same bytes for the same inputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from twinklr.cli.main import main
from twinklr.core.display import read_display
from twinklr.core.xlights import check_sequence, read_fseq, read_layout, read_networks, read_sequence

FILES = {
    "demo_song.xsq",
    "demo_song.fseq",
    "plan.json",
    "analysis.json",
    "report.json",
    "preview.png",
    "run.jsonl",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Path:
    out = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TWINKLR_CACHE_DIR", str(cache_dir))
        assert main(["demo", "--out", str(out), "--quiet"]) == 0
    assert [path.name for path in out.iterdir()] == ["demo_song"]
    return out / "demo_song"


@pytest.fixture(scope="module")
def sequence(folder):
    return read_sequence(folder / "demo_song.xsq")


@pytest.fixture(scope="module")
def report(folder):
    return json.loads((folder / "report.json").read_text())


def test_all_files_are_there_and_no_others(folder):
    assert {path.name for path in folder.iterdir()} == FILES


def test_xlights_would_open_the_sequence_without_a_loss(folder, demo_show):
    findings = check_sequence(folder / "demo_song.xsq", read_layout(demo_show), read_networks(demo_show))

    assert [str(finding) for finding in findings if finding.severity != "note"] == []


def test_timing_tracks_for_beats_bars_sections_and_lyrics(sequence):
    tracks = {track.name: track for track in sequence.timing_tracks}

    assert {"Beats", "Bars", "Sections", "Lyrics"} <= set(tracks)
    assert len(tracks["Lyrics"].layers) == 3
    assert all(layer.effects for layer in tracks["Lyrics"].layers)


def test_no_model_stays_dark(report):
    assert report["score"]["dark_props"] == []
    assert report["not_rendered"] == {}


def test_the_fseq_is_v2_zstd_of_the_whole_song(folder, sequence, demo_show):
    with read_fseq(folder / "demo_song.fseq") as file:
        assert (file.header.version[0], file.header.compression) == (2, "zstd")
        assert file.frame_count == sequence.duration_ms // file.frame_ms
        assert file.channel_count >= read_display(demo_show).channel_count


def test_the_preview_shows_light(folder):
    picture = np.asarray(Image.open(folder / "preview.png").convert("RGB"))

    assert picture.shape[1] >= 800
    assert (picture.max(axis=-1) > 200).mean() > 0.005


def test_the_show_follows_the_music(report):
    parts = {part["name"]: part["score"] for part in report["score"]["parts"]}

    assert parts["loudness"] >= 0.6
    assert parts["lift"] >= 0.7
    assert parts["beat"] >= 0.25
    assert parts["restraint"] == 1.0


def test_every_group_has_a_part_in_the_plan(folder):
    plan = json.loads((folder / "plan.json").read_text())
    for group in plan["group_plans"]:
        assert {section["role"] for section in group["sections"]} - {"REST"}, group["group_id"]


def test_choruses_look_alike(folder):
    plan = json.loads((folder / "plan.json").read_text())
    analysis = json.loads((folder / "analysis.json").read_text())
    choruses = [index for index, section in enumerate(analysis["sections"]) if section["label"] == "chorus"]
    assert len(choruses) >= 2
    for group in plan["group_plans"]:
        looks = {group["sections"][index]["look"] for index in choruses if group["sections"][index]["role"] != "REST"}
        assert len(looks) <= 2, group["group_id"]


def test_the_run_log_tells_every_stage(folder):
    events = [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]
    finished = {event["stage_id"] for event in events if event["event"] == "StageFinished"}

    assert finished == {
        "audio", "display", "profile", "lyrics", "macro", "group_contexts", "groups", "choreograph", "render", "score",
        "export",
    }  # fmt: skip
    assert events[0]["event"] == "RunStarted"
    assert events[-1]["event"] == "RunFinished"


def test_the_same_inputs_and_seed_give_the_same_bytes_in_another_process(folder, tmp_path):
    command = [sys.executable, "-m", "twinklr.cli.main", "demo", "--out", str(tmp_path), "--fresh", "--quiet"]
    subprocess.run(
        command, check=True, env={"PYTHONHASHSEED": "7", "PATH": "", "TWINKLR_CACHE_DIR": str(tmp_path / "c")}
    )

    for name in ("demo_song.xsq", "plan.json", "analysis.json", "report.json", "demo_song.fseq"):
        assert (tmp_path / "demo_song" / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_seed_gives_another_show(folder, tmp_path, twinklr):
    assert twinklr("demo", "--seed", "3", "--out", tmp_path, "--quiet").code == 0

    assert (tmp_path / "demo_song" / "demo_song.xsq").read_bytes() != (folder / "demo_song.xsq").read_bytes()


def test_each_show_has_files_of_its_own(folder, tmp_path, twinklr):
    """A program that rewrites one render in place changes no other show, nor what is kept for later runs."""
    assert twinklr("demo", "--out", tmp_path, "--quiet").code == 0

    assert (tmp_path / "demo_song" / "demo_song.fseq").stat().st_nlink == 1
    assert (folder / "demo_song.fseq").stat().st_nlink == 1


def test_force_keeps_the_old_sequence_as_a_backup(tmp_path, twinklr):
    target = tmp_path / "demo_song"
    target.mkdir()
    (target / "demo_song.xsq").write_text("edited by hand")

    assert twinklr("demo", "--out", tmp_path, "--force", "--quiet").code == 0
    assert (target / "demo_song.xsq.bak").read_text() == "edited by hand"
    assert {path.name for path in target.iterdir()} == FILES | {"demo_song.xsq.bak"}
