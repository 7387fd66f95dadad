"""Words followed by ear: laws of the search, and a small sung song made on the spot."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from twinklr.core.audio import sung_words
from twinklr.core.audio.bundle import Lyrics, Span
from twinklr.core.audio.loudness import reference_level
from twinklr.core.audio.lyric_files import parse_lyrics
from twinklr.core.audio.lyric_grid import SongGrid
from twinklr.core.audio.lyrics import align_sheet
from twinklr.core.audio.phonemes import SHAPES
from twinklr.core.audio.pronunciation import pronounce
from twinklr.core.audio.sound_chain import COLUMNS, SHARPNESS, Chain, arrival_chances, best_path
from twinklr.core.audio.sung_net import FRAME_S, SILENCE, SOUNDS, Singing, hear_singing
from twinklr.core.audio.sung_words import chances_right, find_words, sound_scores
from twinklr.core.audio.vocals import vocal_spans, voice_curve
from unit.audio.sung_voice import Sound, SungLine, band, sing

SONG = (
    SungLine((("see", ("S", "IY")), ("my", ("M", "AY")), ("moon", ("M", "UW", "N")), ("rise", ("R", "AY", "S"))), 1.0),
    SungLine((("soon", ("S", "UW", "N")), ("no", ("N", "OW")), ("ma", ("M", "AA")), ("show", ("SH", "OW"))), 6.0),
)
SECONDS = 10.0
VOCABULARY = ("jingle", "bells", "oh", "holy", "night", "3", "!", "snow", "a", "the", "strength")
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6)
TEXT = "see my moon rise\nsoon no ma show\n"
TIMED = "[00:01.00]see my moon rise\n[00:06.00]soon no ma show\n"


def hear(sound: Sound) -> SongGrid:
    """A grid without beats for what is sung in a sound."""
    samples = sound.astype(np.float32)
    singing = hear_singing(samples, reference_level(samples))
    nothing = np.zeros(0)
    return SongGrid(nothing, nothing, nothing, 0.01, voice_curve(singing), 0.05, 0.0, singing)


def unsung(chances: np.ndarray) -> Singing:
    """Given chances of sounds, by a net that knows nothing else."""
    nothing = np.zeros(len(chances))
    return Singing(nothing, np.log(chances).astype(np.float32), nothing.astype(np.float32))


def word_starts(lyrics: Lyrics) -> list[float]:
    return [word.start_ms / 1000 for line in lyrics.lines for word in line.words]


@pytest.fixture(scope="module")
def song() -> tuple[Sound, list[float]]:
    voice, truth = sing(SONG, SECONDS)
    return voice + band(SECONDS), [start for line in truth for _, start in line]


@pytest.mark.parametrize("sheet", [TEXT, TIMED])
def test_words_of_a_sung_song_are_found(song: tuple[Sound, list[float]], sheet: str) -> None:
    sound, truth = song
    lyrics = align_sheet(parse_lyrics(sheet), 10_000, (), "x", hear(sound))
    assert np.abs(np.array(word_starts(lyrics)) - truth).max() < 0.15
    assert lyrics.confidence > 0.5


def test_voice_is_heard_where_it_sings(song: tuple[Sound, list[float]]) -> None:
    spans = vocal_spans(hear(song[0]).voice)
    heard = [(span.start_ms / 1000, span.end_ms / 1000) for span in spans]
    assert np.array(heard) == pytest.approx(np.array([(1.0, 3.4), (6.0, 8.4)]), abs=0.35)
    assert vocal_spans(hear(band(6.0)).voice) == ()


def test_a_later_song_has_later_words(song: tuple[Sound, list[float]]) -> None:
    sound, _ = song
    later = np.concatenate([band(1.3), sound])
    before, after = (word_starts(align_sheet(parse_lyrics(TEXT), 11_300, (), "x", hear(s))) for s in (sound, later))
    assert np.abs(np.array(after) - np.array(before) - 1.3).max() < 0.06


def test_louder_is_the_same(song: tuple[Sound, list[float]]) -> None:
    sound, _ = song
    soft, loud = (align_sheet(parse_lyrics(TEXT), 10_000, (), "x", hear(gain * sound)) for gain in (0.1, 1.0))
    assert soft.lines == loud.lines


def test_the_same_song_gives_the_same_bytes(song: tuple[Sound, list[float]]) -> None:
    first, second = (align_sheet(parse_lyrics(TEXT), 10_000, (), "x", hear(song[0])) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()


def test_words_nobody_sings_are_given_little_confidence() -> None:
    lyrics = align_sheet(parse_lyrics(TEXT), 10_000, (Span(start_ms=0, end_ms=9000),), "x", hear(band(SECONDS)))
    assert lyrics.confidence < 0.3


@pytest.mark.parametrize(("end_s", "text"), [("12", "Привет мир\nещё раз"), ("12", "♪ ♪\n!!!"), ("0.3", TEXT)])
def test_what_cannot_be_followed_is_still_laid_out(end_s: str, text: str) -> None:
    duration_ms = round(float(end_s) * 1000)
    lyrics = align_sheet(parse_lyrics(text), duration_ms, (), "x", hear(band(float(end_s))))
    assert all(0 <= line.start_ms < line.end_ms <= duration_ms for line in lyrics.lines)


@settings(max_examples=40, deadline=None)
@given(WORDS, st.integers(20, 400), st.integers(0, 2**32 - 1), st.booleans())
def test_words_are_ordered_and_inside_their_line(words: list[str], frames: int, seed: int, timed: bool) -> None:
    chances = np.random.default_rng(seed).dirichlet(np.full(SILENCE + 1, 0.2), frames) + 1e-9
    singing = unsung(chances)
    nothing = np.zeros(0)
    grid = SongGrid(nothing, nothing, nothing, 0.01, np.zeros(1), 0.05, 0.0, singing)
    duration_ms = round(frames * FRAME_S * 1000)
    sheet = ("[00:00.10]" if timed else "") + " ".join(words)
    for line in align_sheet(parse_lyrics(sheet), duration_ms, (), "x", grid).lines:
        assert 0 <= line.start_ms < line.end_ms <= duration_ms
        for word in line.words:
            assert line.start_ms <= word.start_ms < word.end_ms <= line.end_ms
            assert 0 <= word.confidence <= 1
            for shape, start, end in word.phonemes:
                assert shape in SHAPES
                assert word.start_ms <= start < end <= word.end_ms
        assert all(one.end_ms <= two.start_ms for one, two in itertools.pairwise(line.words))


@settings(max_examples=30, deadline=None)
@given(WORDS, st.integers(0, 2**32 - 1))
def test_planted_sounds_are_found_where_they_are(words: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    planted, starts = [SILENCE] * 10, []
    for word in words:
        starts.append(len(planted) if pronounce(word) else None)
        for name in pronounce(word):
            planted += [SOUNDS.index(name)] * int(rng.integers(14, 20))
        planted += [SILENCE] * int(rng.integers(3, 9))
    chances = np.full((len(planted), SILENCE + 1), 1e-4)
    chances[np.arange(len(planted)), planted] = 1.0
    found = find_words(sound_scores(unsung(chances)), [words])
    if found is None:
        assert not any(pronounce(word) for word in words)
        return
    for heard, start in zip(found, starts, strict=True):
        assert (heard is None) == (start is None)
        if heard is not None and start is not None:
            assert abs(heard.start_s - start * FRAME_S) < 0.03


RESTS = np.array([True, False, True, False, False, True])


def drawn_chain(middle: int) -> Chain:
    """Three words with rests around the first."""
    words = np.where(RESTS, -1, np.cumsum(~RESTS) - 1)
    sounds = np.array([SILENCE, 0, SILENCE, middle, 2, SILENCE])
    return Chain(sounds, words, words, np.where(RESTS, 0.1, 0.3), np.where(RESTS, 0.7, 0.0))


def all_ways(scores: np.ndarray, chain: Chain) -> dict[tuple[int, ...], float]:
    """Every path through a small chain and its score, by trying all."""
    ways = {}
    for path in itertools.combinations_with_replacement(range(6), len(scores)):
        steps = [(now - before, before) for before, now in itertools.pairwise(path)]
        if path[0] > 1 or path[-1] < 4 or not all(step < 2 or (step == 2 and RESTS[at + 1]) for step, at in steps):
            continue
        heard = sum(float(scores[frame, chain.sounds[place]]) for frame, place in enumerate(path))
        costs = [chain.longer[at] if step == 0 else chain.enter[at + step] for step, at in steps]
        ways[path] = heard - sum(costs)
    return ways


SCORES = arrays(np.float32, (7, 4), elements=st.floats(-5, 0, width=32))


def spread_scores(scores: np.ndarray) -> np.ndarray:
    full = np.full((7, SILENCE + 1), -9.0, np.float32)
    full[:, :3], full[:, SILENCE] = scores[:, :3], scores[:, 3]
    return full


@settings(max_examples=40, deadline=None)
@given(SCORES, st.integers(0, 2))
def test_no_other_path_is_better(scores: np.ndarray, middle: int) -> None:
    full, chain = spread_scores(scores), drawn_chain(middle)
    ways = all_ways(full, chain)
    found = best_path(full, chain)
    assert found is not None
    assert ways[tuple(map(int, found))] == pytest.approx(max(ways.values()), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(SCORES, st.integers(0, 2))
def test_chances_of_arrival_are_those_of_all_ways_together(scores: np.ndarray, middle: int) -> None:
    full, chain = spread_scores(scores), drawn_chain(middle)
    wanted = np.zeros((7, 6))
    for path, score in all_ways(full, chain).items():
        for place in set(path):
            wanted[path.index(place), place] += np.exp(SHARPNESS * score)
    places = np.flatnonzero(~RESTS)
    path = best_path(full, chain)
    assert path is not None
    wanted /= wanted.sum(axis=0)
    for place, (first, found) in zip(places, arrival_chances(full, chain, path, places, reach=7), strict=True):
        assert found == pytest.approx(wanted[first : first + len(found), place], abs=1e-6)
        assert found.sum() == pytest.approx(1.0)


def test_far_ways_do_not_count() -> None:
    full, chain = spread_scores(np.zeros((7, 4), np.float32)), drawn_chain(1)
    path = best_path(full, chain)
    assert path is not None
    places = np.flatnonzero(~RESTS)
    near, far = (arrival_chances(full, chain, path, places, reach) for reach in (0, 7))
    assert all(found.sum() == pytest.approx(1.0) for _, found in near)
    assert sum((found > 0).sum() for _, found in near) < sum((found > 0).sum() for _, found in far)


def test_a_better_fit_is_never_less_sure() -> None:
    sung = [find_words(_constant_scores(level), [["see"]]) for level in (-1.0, -2.0, -4.0)]
    for timed in (True, False):
        sure = [chances_right([words], is_timed=timed)[0][0] for words in sung if words is not None]
        assert len(sure) == 3
        assert sure == sorted(sure, reverse=True)


def test_lines_that_cannot_be_heard_lie_between_those_that_can(song: tuple[Sound, list[float]]) -> None:
    sound, truth = song
    rows = ["ラララ", "see my moon rise", "снег и", "soon no ma show"]
    heard = align_sheet(parse_lyrics(TEXT), 10_000, (), "x", hear(sound))
    lines = align_sheet(parse_lyrics("\n".join(rows)), 10_000, (), "x", hear(sound)).lines
    assert [line.text for line in lines] == rows
    assert all(one.end_ms <= two.start_ms for one, two in itertools.pairwise(lines))
    known = [line for line in lines if line.text in TEXT]
    assert np.abs(np.array([line.start_ms / 1000 for line in known]) - [truth[0], truth[4]]).max() < 0.15
    assert all(word.confidence < 0.1 for line in lines if line not in known for word in line.words)
    assert [line.start_ms for line in known] == [line.start_ms for line in heard.lines]


def test_a_text_of_which_little_can_be_spoken_is_not_followed(song: tuple[Sound, list[float]]) -> None:
    lyrics = align_sheet(parse_lyrics("снег идёт\n" * 5 + "la\n"), 10_000, (), "x", hear(song[0]))
    assert len(lyrics.lines) == 6
    assert all(word.confidence < 0.1 for line in lyrics.lines for word in line.words)


def test_many_words_for_the_time_are_searched_with_shorter_sounds(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.zeros((2000, COLUMNS), np.float32)
    words = [["strength", "holy"] * 20]
    found = find_words(scores, words)
    monkeypatch.setattr(sung_words, "LARGEST_SEARCH", 2000 * 400)
    shorter = find_words(scores, words)
    assert found is not None
    assert shorter is not None
    assert all(word is not None for word in shorter)


def _constant_scores(level: float) -> np.ndarray:
    return np.full((60, COLUMNS), level, np.float32)


def test_words_that_cannot_fit_are_left() -> None:
    scores = np.zeros((100, COLUMNS), np.float32)
    assert find_words(scores, [["holy", "night"]] * 70_000) is None
    assert find_words(scores, [["!"], []]) is None
