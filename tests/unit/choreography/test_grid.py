"""The beat grid: on frame boundaries, inside the song, gapless where it should be, never faster than is safe."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.songs import small_song
from twinklr.core.choreography.grid import SAFE_STEP_MS, BeatGrid, thin
from twinklr.core.planning import Driver

tempos = st.floats(40.0, 260.0)


@settings(max_examples=30, deadline=None)
@given(tempo=tempos, frame_ms=st.sampled_from((25, 50)), driver=st.sampled_from(list(Driver)))
def test_steps_lie_inside_their_span(tempo: float, frame_ms: int, driver: Driver) -> None:
    grid = BeatGrid(small_song(tempo_bpm=tempo), frame_ms)
    for start, end in grid.sections.values():
        steps = grid.steps(driver, start, end)
        assert all(start <= a < b <= end for a, b in steps)
        assert all(a % frame_ms == b % frame_ms == 0 for a, b in steps)
        assert all(one[1] <= other[0] for one, other in pairwise(steps))


@settings(max_examples=30, deadline=None)
@given(tempo=tempos, driver=st.sampled_from((Driver.BEAT, Driver.BAR, Driver.PHRASE, Driver.SECTION)))
def test_counted_steps_fill_their_span(tempo: float, driver: Driver) -> None:
    grid = BeatGrid(small_song(tempo_bpm=tempo), 25)
    for start, end in grid.sections.values():
        steps = grid.steps(driver, start, end)
        assert (steps[0][0], steps[-1][1]) == (start, end)
        assert all(one[1] == other[0] for one, other in pairwise(steps))


@settings(max_examples=30, deadline=None)
@given(tempo=tempos)
def test_light_never_strikes_more_than_three_times_a_second(tempo: float) -> None:
    grid = BeatGrid(small_song(tempo_bpm=tempo), 25)
    assert all(b - a >= SAFE_STEP_MS - 25 for a, b in pairwise(grid.strikes))
    assert SAFE_STEP_MS - 25 > 1000 / 3.1


def test_sections_leave_out_silence_at_the_ends() -> None:
    bundle = small_song(lead_in_ms=1300)
    spans = list(BeatGrid(bundle, 25).sections.values())
    assert spans[0][0] == 1300
    assert spans[-1][1] <= bundle.music_end_ms + 25


def test_a_span_shorter_than_a_frame_has_no_steps() -> None:
    assert BeatGrid(small_song(), 25).steps(Driver.BAR, 1000, 1020) == []


@given(marks=st.lists(st.integers(0, 100_000)).map(sorted), least=st.integers(1, 5000))
def test_thinned_marks_keep_their_distance(marks: list[int], least: int) -> None:
    kept = thin(marks, least)
    assert all(b - a >= least for a, b in pairwise(kept))
    assert set(kept) <= set(marks)
    assert kept[:1] == tuple(marks[:1])


@pytest.mark.parametrize("driver", [Driver.LOW, Driver.MID, Driver.HIGH])
def test_struck_steps_begin_at_onsets(driver: Driver) -> None:
    bundle = small_song()
    grid = BeatGrid(bundle, 25)
    band = {"LOW": "low", "MID": "mid", "HIGH": "high"}[driver.value]
    heard = [onset.at_ms for onset in bundle.onsets if onset.band == band]
    for start, _ in grid.steps(driver, *grid.sections["s02_chorus"]):
        assert any(abs(start - onset) <= 13 for onset in heard)
