"""The main job on every reference song with every reference show: it succeeds, and xLights would lose nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twinklr.core.xlights import check_sequence, read_layout, read_networks, read_sequence

SHOWS = ("suburban_2026", "large_v7", "singing_v7", "small_v5", "car_v5", "one_matrix_cc0", "ac_2016")
SONGS = (
    "Hungarian_Dance_number_5_-_Allegro_in_F_sharp_minor_(string_orchestra).ogg",
    "Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.ogg",
    "Kevin_MacLeod_-_Vibe_Ace.ogg",
)


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("song", SONGS, ids=["dance", "fairy", "ace"])
def test_a_song_becomes_a_show(twinklr, reference: Path, tmp_path, song, show):
    path = reference / "music" / song
    folder = reference / "shows" / show

    outcome = twinklr("run", path, "--show", folder, "--out", tmp_path, "--fps", "20", "--quiet")

    assert outcome.code == 0, outcome.err
    made = tmp_path / path.stem
    layout = read_layout(folder)
    findings = check_sequence(made / f"{path.stem}.xsq", layout, read_networks(folder))
    of_the_sequence = [finding for finding in findings if finding.code not in layout_codes(folder)]
    assert [str(finding) for finding in of_the_sequence if finding.severity != "note"] == []
    assert_lawful(made / f"{path.stem}.xsq", {row.name for row in (*layout.models, *layout.groups)})
    report = json.loads((made / "report.json").read_text())
    assert report["score"]["dark_props"] == []
    assert report["not_rendered"] == {}


def layout_codes(folder: Path) -> set[str]:
    """Kinds of findings that are about the show folder itself, not about what was made for it."""
    from twinklr.core.xlights.layout_check import check_layout

    return {finding.code for finding in check_layout(read_layout(folder), read_networks(folder))}


def assert_lawful(path: Path, names: set[str]) -> None:
    """Every effect names an existing row, lies inside the song, on frame boundaries, without overlap in its layer."""
    sequence = read_sequence(path)
    rows = [(row.name, layer) for row in sequence.rows for layer in row.layers]
    tracks = [(track.name, layer) for track in sequence.timing_tracks for layer in track.layers]
    assert {name for name, _ in rows} <= names
    assert not {name for name, _ in tracks} & names
    assert sum(len(layer.effects) for _, layer in rows) > 50
    for name, layer in rows + tracks:
        last = 0
        for effect in layer.effects:
            where = f"{name} {effect.name} {effect.start_ms}-{effect.end_ms}"
            assert effect.start_ms % sequence.frame_ms == 0 == effect.end_ms % sequence.frame_ms, where
            assert last <= effect.start_ms < effect.end_ms <= sequence.duration_ms, where
            last = effect.end_ms
