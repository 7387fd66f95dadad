"""The offline rules: deterministic, fast, sensible, and made from the song."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from support.songs import small_song
from twinklr.core.agents import GroupPlanner, MacroPlanner, OfflineProvider, Task, run_audio_profile, run_lyrics_async
from twinklr.core.agents.choice import choose, ranked
from twinklr.core.agents.listening import read_theme
from twinklr.core.audio.bundle import SongBundle
from twinklr.core.errors import ProviderError
from twinklr.core.planning import (
    AudioProfile,
    GroupPlan,
    GroupPlanningContext,
    GroupRole,
    Intensity,
    LyricContext,
    MacroPlan,
    PlanningContext,
    Theme,
    check_group_plan,
    check_macro_plan,
    read_display_groups,
)
from unit.choreography.small_show import small_groups


def _context(bundle: SongBundle, seed: int = 0) -> PlanningContext:
    provider = OfflineProvider()
    profile = asyncio.run(run_audio_profile(bundle, provider))
    lyrics = asyncio.run(run_lyrics_async(bundle, provider))
    groups = read_display_groups(small_groups())
    return PlanningContext(audio_profile=profile, lyric_context=lyrics, display_groups=groups, seed=seed)


def _plans(context: PlanningContext) -> tuple[MacroPlan, list[GroupPlan]]:
    macro = asyncio.run(MacroPlanner(OfflineProvider()).run(context)).plan
    planner = GroupPlanner(OfflineProvider())
    return macro, [asyncio.run(planner.run_single_group(ctx)).plan for ctx in _group_contexts(context, macro)]


def _group_contexts(context: PlanningContext, macro: MacroPlan) -> list[GroupPlanningContext]:
    return [
        GroupPlanningContext(
            audio_profile=context.audio_profile,
            macro_plan=macro,
            group_id=group.role_key,
            model_count=group.model_count,
            seed=context.seed,
        )
        for group in context.display_groups
    ]


def test_the_profile_says_what_was_heard() -> None:
    profile = _context(small_song()).audio_profile
    assert profile.peak_section == "s06_chorus"
    assert profile.theme is Theme.WINTER
    assert [section.bars for section in profile.sections] == [4, 8, 8, 8, 8, 4, 8, 4]
    assert profile.section("s06_chorus").intensity is Intensity.PEAK
    assert profile.section("s05_break").intensity is Intensity.WHISPER
    assert profile.section("s02_chorus").vocals == 1.0


def test_the_words_call_up_props() -> None:
    lyrics = _context(small_song()).lyric_context
    assert lyrics is not None
    assert lyrics.timed_words
    assert set(lyrics.images("s02_chorus")) == {"snowflake", "tree", "mega_tree"}
    assert lyrics.images("s05_break") == ()


def test_a_song_without_words_has_an_empty_context() -> None:
    lyrics = asyncio.run(run_lyrics_async(small_song(lyrics=False), OfflineProvider()))
    assert lyrics.sections == ()


def test_equal_on_repeat_and_different_by_seed() -> None:
    assert _plans(_context(small_song())) == _plans(_context(small_song()))
    assert _plans(_context(small_song(), seed=1)) != _plans(_context(small_song()))


def test_different_songs_get_different_plans() -> None:
    other = small_song()
    other = other.model_copy(update={"file": other.file.model_copy(update={"sha256": "6" * 64})})
    assert _plans(_context(other)) != _plans(_context(small_song()))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_seed_gives_plans_that_pass(seed: int) -> None:
    context = _context(small_song(), seed)
    macro, plans = _plans(context)
    assert check_macro_plan(macro, context) == []
    for plan, ctx in zip(plans, _group_contexts(context, macro), strict=True):
        assert check_group_plan(plan, ctx) == []


def test_repeats_do_the_same_and_the_peak_adds_to_it() -> None:
    macro, plans = _plans(_context(small_song()))
    first, second, peak = (macro.section(name) for name in ("s02_chorus", "s04_chorus", "s06_chorus"))
    assert (first.leads, first.supports, first.palette_role) == (second.leads, second.supports, second.palette_role)
    assert set(first.leads) <= set(peak.leads)
    for plan in plans:
        one, other = plan.section("s02_chorus"), plan.section("s04_chorus")
        assert one.model_copy(update={"section_id": ""}) == other.model_copy(update={"section_id": ""})


def test_energy_sets_how_much_is_lit() -> None:
    macro, _ = _plans(_context(small_song()))
    lit = {section.section_id: len(section.leads) + len(section.supports) for section in macro.sections}
    assert lit["s05_break"] < lit["s01_verse"] < lit["s02_chorus"] < lit["s06_chorus"]
    assert lit["s06_chorus"] == len(small_groups())


def test_the_peak_holds_its_breath() -> None:
    macro, _ = _plans(_context(small_song()))
    assert macro.section("s06_chorus").breath
    assert not macro.section("s01_verse").breath


def test_every_group_is_lit_at_some_time() -> None:
    _, plans = _plans(_context(small_song()))
    assert all(any(section.role is not GroupRole.REST for section in plan.sections) for plan in plans)


def test_a_plan_takes_little_time() -> None:
    context = _context(small_song())
    provider = OfflineProvider()
    task = Task("macro_plan", context, MacroPlan)
    started = time.process_time()
    for _ in range(20):
        asyncio.run(provider.plan(task))
    assert (time.process_time() - started) / 20 < 0.02


def test_what_has_no_rules_is_refused() -> None:
    class Poem(BaseModel):
        """Something nobody makes here."""

    with pytest.raises(ProviderError, match="do not answer Poem"):
        asyncio.run(OfflineProvider().plan(Task("poet", _context(small_song()), Poem)))
    with pytest.raises(ProviderError, match="do not answer MacroPlan"):
        asyncio.run(OfflineProvider().plan(Task("x", small_song(), MacroPlan)))


@pytest.mark.parametrize(
    ("title", "theme"),
    [
        ("Jingle_Bells-128k", Theme.CHRISTMAS),
        ("Winter Wonderland", Theme.WINTER),
        ("This Is Halloween", Theme.HALLOWEEN),
        ("Crazy Little Thing Called Love", Theme.LOVE),
        ("Dance of the Sugar Plum Fairy", Theme.CHRISTMAS),
        ("Vibe Ace", Theme.GENERAL),
    ],
)
def test_titles_have_themes(title: str, theme: Theme) -> None:
    assert read_theme([title]) is theme


@given(options=st.lists(st.text(), min_size=1, max_size=8, unique=True), key=st.text())
def test_choices_are_among_the_options(options: list[str], key: str) -> None:
    assert choose(options, key) in options
    assert sorted(ranked(options, key)) == sorted(options)
    assert ranked(options, key) == ranked(options, key)


def test_weights_count() -> None:
    drawn = [choose(("rare", "often"), number, weights=(1.0, 9.0)) for number in range(400)]
    assert 300 < drawn.count("often") < 395
    first = [ranked(("rare", "often"), number, weights=(1.0, 9.0))[0] for number in range(400)]
    assert first.count("often") > 300


def test_nothing_to_choose_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        choose([], "key")


def test_answers_have_the_type_asked_for() -> None:
    provider = OfflineProvider(seed=3)
    assert isinstance(asyncio.run(provider.plan(Task("a", small_song(), AudioProfile))), AudioProfile)
    assert isinstance(asyncio.run(provider.plan(Task("l", small_song(), LyricContext))), LyricContext)
