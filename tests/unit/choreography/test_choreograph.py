"""Choreography on a small song and a small house: lawful, deterministic, complete, and following the music."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.songs import small_song
from twinklr.core.agents import GroupPlanner, MacroPlanner, OfflineProvider
from twinklr.core.agents.listening import describe_lyrics, describe_song
from twinklr.core.audio.bundle import SongBundle
from twinklr.core.choreography.choreographer import choreograph
from twinklr.core.display.display import Display
from twinklr.core.planning import GroupPlan, GroupPlanningContext, MacroPlan, PlanningContext, read_display_groups
from twinklr.core.xlights.sequence import Effect
from twinklr.core.xlights.sequence import Sequence as XlightsSequence
from unit.choreography.lawful import check_sequence, known_keys, lit_rows
from unit.choreography.small_show import small_groups, small_house


def plan_show(bundle: SongBundle, seed: int = 0) -> tuple[MacroPlan, list[GroupPlan]]:
    """The offline plans for the small house."""
    provider = OfflineProvider()
    profile, lyrics = describe_song(bundle), describe_lyrics(bundle)
    groups = read_display_groups(small_groups())
    context = PlanningContext(audio_profile=profile, lyric_context=lyrics, display_groups=groups, seed=seed)
    macro = asyncio.run(MacroPlanner(provider).run(context)).plan
    planner = GroupPlanner(provider)
    plans = [
        asyncio.run(
            planner.run_single_group(
                GroupPlanningContext(
                    audio_profile=profile,
                    macro_plan=macro,
                    group_id=group.role_key,
                    model_count=group.model_count,
                    seed=seed,
                )
            )
        ).plan
        for group in groups
    ]
    return macro, plans


def make(bundle: SongBundle, display: Display, seed: int = 0, frame_ms: int = 25) -> XlightsSequence:
    """The sequence of the small house."""
    macro, plans = plan_show(bundle, seed)
    return choreograph(bundle, display, macro, plans, seed=seed, frame_ms=frame_ms, groups=small_groups())


def effects_of(sequence: XlightsSequence) -> list[Effect]:
    """All effects of all rows."""
    return [effect for row in sequence.rows for layer in row.layers for effect in layer.effects]


@pytest.fixture(scope="module")
def house() -> Display:
    return small_house()


@pytest.fixture(scope="module")
def show(house: Display) -> XlightsSequence:
    return make(small_song(), house)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 99), tempo=st.floats(55.0, 215.0), frame_ms=st.sampled_from((25, 50)), words=st.booleans())
def test_every_show_is_lawful_and_leaves_no_model_dark(seed: int, tempo: float, frame_ms: int, words: bool) -> None:
    display = small_house()
    sequence = make(small_song(tempo_bpm=tempo, lyrics=words), display, seed, frame_ms)
    assert check_sequence(sequence, display) == []
    assert lit_rows(sequence, display) == {prop.name for prop in display.props}


@pytest.mark.reference
def test_every_setting_exists_in_xlights(house: Display, reference: Path) -> None:
    keys = known_keys(reference / "data" / "effects.json")
    for seed in range(8):
        assert check_sequence(make(small_song(), house, seed), house, keys) == []


def test_the_same_inputs_give_the_same_show(show: XlightsSequence, house: Display) -> None:
    assert make(small_song(), house) == show
    assert make(small_song(), house, seed=1) != show


def test_the_density_is_that_of_shows_made_by_hand(show: XlightsSequence) -> None:
    per_minute = len(effects_of(show)) / (show.duration_ms / 60_000)
    assert 150 < per_minute < 1000
    assert len({effect.name for effect in effects_of(show)}) >= 8
    faded = [effect for effect in effects_of(show) if "Fade" in effect.settings and "T_TEXT" in effect.settings]
    assert len(faded) < 0.1 * len(effects_of(show))


def test_effects_start_on_the_beat(show: XlightsSequence) -> None:
    beats = {beat // 25 * 25 + (25 if beat % 25 >= 13 else 0) for beat in (b.at_ms for b in small_song().beats)}
    starts = [effect.start_ms for effect in effects_of(show)]
    assert sum(start in beats for start in starts) > 0.9 * len(starts)


def test_repeats_look_alike(show: XlightsSequence) -> None:
    sections = [section for section in small_song().sections if section.group == "C"][:2]

    def picture(start_ms: int, end_ms: int) -> set[tuple[str, str, int]]:
        return {
            (row.name, effect.name, round((effect.start_ms - start_ms) / 100))
            for row in show.rows
            for layer in row.layers
            for effect in layer.effects
            if start_ms <= effect.start_ms < min(end_ms, start_ms + 12_000)
        }

    one, other = (picture(section.start_ms, section.end_ms) for section in sections)
    assert len(one & other) > 0.9 * len(one | other)


def test_the_breath_before_the_peak_is_dark(show: XlightsSequence) -> None:
    peak = next(section for section in small_song().sections if section.index == 6)
    lit = [e for e in effects_of(show) if e.start_ms < peak.start_ms - 30 and e.end_ms > peak.start_ms - 300]
    assert lit == []


def test_louder_sections_have_more_rows_and_more_light(show: XlightsSequence) -> None:
    def rows(index: int) -> int:
        section = small_song().sections[index]
        middle = (section.start_ms + section.end_ms) // 2
        lit = [e for row in show.rows for layer in row.layers for e in layer.effects]
        return len({e for e in lit if e.start_ms <= middle < e.end_ms})

    assert rows(5) < rows(1) < rows(6)


def test_singing_faces_sing_where_there_are_words(house: Display) -> None:
    singing = make(small_song(), house)
    row = next(row for row in singing.rows if row.name == "Singing Bulb")
    faces = [effect for layer in row.layers for effect in layer.effects if effect.name == "Faces"]
    assert len(faces) == 5
    assert all("E_CHOICE_Faces_TimingTrack=Lyrics" in effect.settings for effect in faces)
    assert all("E_CHOICE_Faces_FaceDefinition=Bulb" in effect.settings for effect in faces)
    silent = make(small_song(lyrics=False), house)
    assert not any(effect.name == "Faces" for effect in effects_of(silent))


def test_fixtures_with_motors_get_steady_light_only(show: XlightsSequence) -> None:
    row = next(row for row in show.rows if row.name == "Moving Head")
    placed = [effect for layer in row.layers for effect in layer.effects]
    assert placed
    assert {effect.name for effect in placed} == {"On"}
    assert all("Eff_On_End" not in effect.settings for effect in placed)


def _track(sequence: XlightsSequence, name: str) -> Sequence[Sequence[Effect]]:
    return [layer.effects for track in sequence.timing_tracks if track.name == name for layer in track.layers]


def test_timing_tracks_tell_the_music(show: XlightsSequence) -> None:
    assert [track.name for track in show.timing_tracks] == ["Beats", "Bars", "Sections", "Lyrics"]
    (beats,) = _track(show, "Beats")
    assert [mark.label for mark in beats[:5]] == ["1", "2", "3", "4", "1"]
    (sections,) = _track(show, "Sections")
    assert [mark.label for mark in sections][:3] == ["intro A", "verse B", "chorus C"]
    phrases, words, phonemes = _track(show, "Lyrics")
    assert (len(phrases), len(words), len(phonemes)) == (5, 20, 40)
    assert {mark.label for mark in phonemes} == {"MBP", "AI"}


def test_a_track_never_has_a_models_name() -> None:
    house = small_house()
    first = replace(house.props[0], name="Beats")
    display = replace(house, props=(first, *house.props[1:]), groups=())
    sequence = make(small_song(), display)
    assert "Beats (timing)" in [track.name for track in sequence.timing_tracks]
    assert check_sequence(sequence, display) == []


@pytest.mark.parametrize("names", [("Matrix",), ("Arch 1",), ("Moving Head",), ("Singing Bulb", "Flood")])
def test_houses_of_one_or_two_props_are_lit(names: tuple[str, ...]) -> None:
    display = small_house(names)
    groups = [group for group in small_groups() if any(group["role_key"] == p.role.role.value for p in display.props)]
    bundle = small_song()
    macro, plans = plan_show(bundle)
    sequence = choreograph(bundle, display, macro, plans, groups=groups)
    assert check_sequence(sequence, display) == []
    assert lit_rows(sequence, display) == set(names)


def test_props_that_no_plan_names_are_lit_in_the_peak(house: Display) -> None:
    bundle = small_song()
    macro, plans = plan_show(bundle)
    sequence = choreograph(bundle, house, macro, plans[:2], groups=small_groups()[:2])
    assert lit_rows(sequence, house) == {prop.name for prop in house.props}


@pytest.mark.parametrize("empty", ["beats", "bars", "onsets"])
def test_a_song_without_beats_still_gets_a_show(house: Display, empty: str) -> None:
    bundle = small_song().model_copy(update={empty: (), "tempo_confidence": 0.05})
    sequence = make(bundle, house)
    assert check_sequence(sequence, house) == []
    assert lit_rows(sequence, house) == {prop.name for prop in house.props}


def test_a_song_of_one_short_section_gets_a_show(house: Display) -> None:
    bundle = small_song(lyrics=False)
    only = bundle.sections[0].model_copy(update={"end_ms": 1500, "label": "part"})
    short = bundle.model_copy(
        update={
            "file": bundle.file.model_copy(update={"duration_ms": 1512}),
            "sections": (only,),
            "beats": bundle.beats[:2],
            "bars": bundle.bars[:1],
            "onsets": bundle.onsets[:3],
            "moments": (),
            "vocals": (),
            "music_end_ms": 1512,
        }
    )
    sequence = make(short, house)
    assert check_sequence(sequence, house) == []
    assert lit_rows(sequence, house) == {prop.name for prop in house.props}


def test_props_the_user_leaves_out_stay_dark(house: Display) -> None:
    left_out = tuple(replace(prop, ignored=prop.name in ("Star", "Arch 2")) for prop in house.props)
    display = replace(house, props=left_out)
    sequence = make(small_song(), display)
    assert check_sequence(sequence, display) == []
    assert lit_rows(sequence, display) == {prop.name for prop in left_out if not prop.ignored}


def test_long_sections_have_calls_and_answers(show: XlightsSequence) -> None:
    macro, plans = plan_show(small_song())
    answered = [part for plan in plans for part in plan.sections if part.answer]
    assert not answered, "sections of eight bars need none"
    long_form = (("intro", "A", 4, 0.2), ("verse", "B", 24, 0.7), ("chorus", "C", 24, 0.95))
    bundle = small_song(form=long_form)
    macro, plans = plan_show(bundle)
    assert any(part.answer for plan in plans for part in plan.sections)
    sequence = choreograph(bundle, small_house(), macro, plans, groups=small_groups())
    assert check_sequence(sequence, small_house()) == []
