"""The demo song and show are what `examples/README.md` says they are."""

from __future__ import annotations

import json
import re
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile

from support.scripts import load_script
from twinklr.core.display import Display, read_display


@pytest.fixture(scope="module")
def truth(repository: Path) -> dict[str, Any]:
    return json.loads((repository / "examples/demo_song.truth.json").read_text())


@pytest.fixture(scope="module")
def song(repository: Path) -> tuple[np.ndarray, int]:
    return soundfile.read(repository / "examples/demo_song.ogg")


@pytest.fixture(scope="module")
def show(repository: Path) -> Display:
    return read_display(repository / "examples/demo_show")


def tool(repository: Path, name: str) -> ModuleType:
    """A script of tools/ as a module."""
    return load_script(repository / "tools" / f"{name}.py")


def test_song_is_small_enough_to_ship(repository: Path) -> None:
    assert (repository / "examples/demo_song.ogg").stat().st_size < 2_000_000


def test_song_has_the_promised_length_and_never_clips(song: tuple[np.ndarray, int]) -> None:
    samples, rate = song
    assert 75 <= len(samples) / rate <= 120
    assert samples.shape[1] == 2
    assert np.abs(samples).max() < 0.99


def test_form_is_the_promised_one(truth: dict[str, Any]) -> None:
    labels = [label for _, _, label in truth["sections"]]
    assert labels == ["intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro"]
    for (_, end, _), (start, _, _) in pairwise(truth["sections"]):
        assert end == pytest.approx(start, abs=1e-3)


def test_beats_are_even_and_every_fourth_is_a_downbeat(truth: dict[str, Any]) -> None:
    assert np.allclose(np.diff(truth["beats"]), 60 / truth["bpm"], atol=2e-4)
    assert truth["downbeats"] == truth["beats"][::4]


def test_chords_cover_the_song_without_gaps(truth: dict[str, Any]) -> None:
    for (_, end, _), (start, _, name) in pairwise(truth["chords"]):
        assert end == pytest.approx(start, abs=1e-3)
        assert re.fullmatch(r"[A-G]#?:(maj|min)", name)


def test_drums_sound_where_the_truth_says(song: tuple[np.ndarray, int], truth: dict[str, Any]) -> None:
    samples, rate = song
    mono = samples.mean(axis=1)
    high = np.abs(np.diff(mono, prepend=0.0))
    window = int(0.012 * rate)
    rises = []
    for at in truth["snare"][8:60]:
        here = int(at * rate)
        rises.append(high[here : here + window].mean() / high[here - window : here].mean())
    assert np.median(rises) > 2


def test_break_is_quiet_and_the_last_chorus_is_the_loudest(song: tuple[np.ndarray, int], truth: dict[str, Any]) -> None:
    samples, rate = song

    def level(start: float, end: float) -> float:
        return float(10 * np.log10((samples[int(start * rate) : int(end * rate)] ** 2).mean()))

    sections = [level(start, end) for start, end, _ in truth["sections"]]
    assert max(sections) == sections[6]
    assert level(*truth["breaks"][0]) < sections[6] - 6
    (start, end), half = truth["builds"][0], np.mean(truth["builds"][0])
    assert level(start, half) < level(half, end)


def test_words_and_lrc_agree(repository: Path, truth: dict[str, Any]) -> None:
    text = (repository / "examples/demo_song.lrc").read_text()
    stamps = [60 * int(minutes) + float(seconds) for minutes, seconds in re.findall(r"<(\d+):([\d.]+)>", text)]
    assert np.allclose(stamps, [start for start, _, _ in truth["words"]], atol=0.006)
    lines = [60 * int(minutes) + float(seconds) for minutes, seconds in re.findall(r"^\[(\d+):([\d.]+)\]", text, re.M)]
    assert lines == sorted(lines)
    assert len(lines) > 40


def test_show_has_the_promised_variety(show: Display) -> None:
    assert len(show.props) >= 30
    assert len({prop.display_as for prop in show.props}) >= 12
    assert not show.findings


def test_show_lies_inside_its_preview_and_is_symmetric(show: Display) -> None:
    width, height = show.preview_size
    low, high = show.node_xyz.min(axis=0), show.node_xyz.max(axis=0)
    assert low[0] >= 0
    assert low[1] >= 0
    assert high[0] <= width
    assert high[1] <= height
    for name in ("Roof", "Corner", "Canes", "Singing Face", "Icicles", "Star"):
        left, right = show.prop(f"{name} Left"), show.prop(f"{name} Right")
        centre = [show.node_xyz[prop.first_node : prop.first_node + prop.node_count, 0] for prop in (left, right)]
        ends = centre[0].min() + centre[1].max(), centre[0].max() + centre[1].min()
        assert np.allclose(ends, width, atol=14)


def test_groups_nest_and_reach_every_light(show: Display) -> None:
    everything = set(show.group("All").props)
    assert {prop.name for prop in show.props} - everything == {"Moving Head"}
    assert "House" in show.group("All").members
    assert show.group("Spinner Arms").props == ("Spinner",)


def test_face_has_a_mouth_for_every_sound(show: Display) -> None:
    (_, attributes), *_ = show.prop("Singing Face Left").faces
    face = dict(attributes)
    for sound in ("AI", "E", "etc", "FV", "L", "MBP", "O", "rest", "U", "WQ"):
        assert face[f"Mouth-{sound}"], sound
    assert face["Type"] == "NodeRange"
    assert face["Eyes-Open"] != face["Eyes-Closed"]


def test_show_files_are_what_the_script_makes(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tool(repository, "make_demo_show")
    monkeypatch.setattr(sys, "argv", ["make_demo_show", "--out", str(tmp_path)])
    module.main()
    for name in ("xlights_rgbeffects.xml", "xlights_networks.xml"):
        assert (tmp_path / name).read_bytes() == (repository / "examples/demo_show" / name).read_bytes()


def test_truth_file_is_what_the_score_says(
    repository: Path, truth: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(repository / "tools"))
    song = tool(repository, "make_demo_song")
    parts = song.lay_out()
    assert [[round(part.start_s, 4), round(part.end_s, 4), part.section.label] for part in parts] == truth["sections"]
    assert song.to_lrc(song.words_of(parts)) == (repository / "examples/demo_song.lrc").read_text()
