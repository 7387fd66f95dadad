"""Real show folders: whatever the house, the sequence opens, lights every model and says nothing xLights ignores."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support.songs import small_song
from twinklr.core.agents import GroupPlanner, MacroPlanner, OfflineProvider
from twinklr.core.agents.listening import describe_lyrics, describe_song
from twinklr.core.audio import AudioAnalyzer, SongBundle
from twinklr.core.choreography import choreograph
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.display import Display, display_groups, read_display
from twinklr.core.planning import GroupPlanningContext, PlanningContext, read_display_groups
from twinklr.core.xlights import Sequence as XlightsSequence
from twinklr.core.xlights import check_sequence as check_for_xlights
from twinklr.core.xlights import read_layout, read_networks, read_sequence, write_sequence
from unit.choreography.lawful import check_sequence, known_keys, lit_rows

pytestmark = pytest.mark.reference

SHOWS = ["suburban_2026", "large_v7", "singing_v7", "small_v5", "car_v5", "one_matrix_cc0", "ac_2016"]
LAYOUT, NETWORKS = "xlights_rgbeffects.xml", "xlights_networks.xml"


def _choreographed(bundle: SongBundle, display: Display) -> XlightsSequence:
    plain = display_groups(display)
    groups = read_display_groups(plain)
    profile, lyrics = describe_song(bundle), describe_lyrics(bundle)
    provider = OfflineProvider()
    context = PlanningContext(audio_profile=profile, lyric_context=lyrics, display_groups=groups)
    macro = asyncio.run(MacroPlanner(provider).run(context)).plan
    contexts = [
        GroupPlanningContext(
            audio_profile=profile,
            macro_plan=macro,
            group_id=group.role_key,
            prop_role=group.prop_role,
            model_count=group.model_count,
        )
        for group in groups
    ]
    planner = GroupPlanner(provider)
    plans = [asyncio.run(planner.run_single_group(one)).plan for one in contexts]
    return choreograph(bundle, display, macro, plans)


def _check(bundle: SongBundle, folder: Path, reference: Path, tmp_path: Path) -> XlightsSequence:
    display = read_display(folder)
    sequence = _choreographed(bundle, display)
    assert check_sequence(sequence, display, known_keys(reference / "data" / "effects.json")) == []
    dark = {prop.name for prop in display.props if prop.active and not prop.ignored} - lit_rows(sequence, display)
    assert dark == set()
    write_sequence(sequence, tmp_path / "show.xsq")
    assert read_sequence(tmp_path / "show.xsq").rows == sequence.rows
    networks = folder / NETWORKS
    found = check_for_xlights(tmp_path / "show.xsq", read_layout(folder / LAYOUT), read_networks(networks))
    assert [str(finding) for finding in found if finding.severity == "error"] == []
    return sequence


@pytest.mark.parametrize("show", SHOWS)
def test_every_house_gets_a_lawful_show(show: str, reference: Path, tmp_path: Path) -> None:
    sequence = _check(small_song(), reference / "shows" / show, reference, tmp_path)
    effects = sum(len(layer.effects) for row in sequence.rows for layer in row.layers)
    assert effects / (sequence.duration_ms / 60_000) < 1500


@pytest.mark.slow
def test_every_song_gets_a_lawful_show_on_every_house(reference: Path, tmp_path: Path) -> None:
    for song in sorted((reference / "music").glob("*.ogg")):
        bundle = asyncio.run(AudioAnalyzer(AppConfig(), JobConfig()).analyze(song))
        for show in SHOWS:
            folder = tmp_path / song.stem / show
            folder.mkdir(parents=True)
            _check(bundle, reference / "shows" / show, reference, folder)
