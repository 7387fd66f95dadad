"""Headings and repeats of plain lyrics, and how words are pronounced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.audio.bundle import Span
from twinklr.core.audio.lyric_files import parse_lyrics
from twinklr.core.audio.lyric_form import MOST_LINES, expand_form
from twinklr.core.audio.lyrics import align_sheet, syllables
from twinklr.core.audio.pronunciation import pronounce
from twinklr.core.audio.sung_net import SOUNDS

SHEET = """[Verse 1]
Deck the halls (x2)
with holly
[Chorus]
Fa la la x3
[Solo]
[Verse 2]
See the blazing yule
[Chorus x2]
"""


def test_repeats_are_written_out_and_named_parts_are_sung_again() -> None:
    sheet = expand_form(parse_lyrics(SHEET))
    verse = ["Deck the halls", "Deck the halls", "with holly"]
    assert [line.text for line in sheet.lines] == [*verse, *["Fa la la"] * 3, "See the blazing yule", *["Fa la la"] * 6]
    assert sheet.headings == (("Verse 1", 0), ("Chorus", 3), ("Solo", 6), ("Verse 2", 6), ("Chorus", 7), ("Chorus", 10))


def test_a_repeat_on_its_own_line_repeats_the_part() -> None:
    assert [line.text for line in expand_form(parse_lyrics("[Chorus]\none\ntwo\n(x2)\n[End]\nthree")).lines] == [
        *("one", "two") * 2,
        "three",
    ]


@pytest.mark.parametrize("text", ["call me at 2 x", "we repeat", "I was born in 1985", "x2", "twice (oh yeah)"])
def test_words_that_are_no_repeats_stay(text: str) -> None:
    lines = [line.text for line in expand_form(parse_lyrics(f"first\n{text}")).lines]
    assert lines == ["first", text]


def test_sheets_with_times_stay_as_they_are() -> None:
    sheet = parse_lyrics("[00:01.00]la (x2)\n[00:03.00]hey")
    assert expand_form(sheet) is sheet


def test_headings_become_sections_in_time() -> None:
    lyrics = align_sheet(parse_lyrics(SHEET), 120_000, (Span(start_ms=10_000, end_ms=100_000),), "x")
    assert [(section.name, section.label) for section in lyrics.sections[:2]] == [
        ("Verse 1", "verse"),
        ("Chorus", "chorus"),
    ]
    assert all(0 <= one.start_ms < one.end_ms <= 120_000 for one in lyrics.sections)
    starts = [section.start_ms for section in lyrics.sections]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    "text", ["la la\n" * 1900 + "(x12)\n" * 500, "[A x12]\n" + "la la\n" * 1900, "la (x12)\n" * 1900]
)
def test_a_form_longer_than_any_song_stays_as_written(text: str) -> None:
    sheet = parse_lyrics(text)
    assert expand_form(sheet) is sheet


@given(st.text(alphabet="ab[]()x12 \nCchorus", max_size=120))
def test_any_form_is_borne(text: str) -> None:
    sheet = expand_form(parse_lyrics(text))
    assert len(sheet.lines) <= max(MOST_LINES, len(text))
    assert all(0 <= at <= len(sheet.lines) for _, at in sheet.headings)


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("Jingle", "JH IH NG G AH L"),
        ("through", "TH R UW"),
        ("snow's", "S N OW Z"),
        ("singin'", "S IH NG IH NG"),
        ("I'll", "AY L"),
        ("o’er", "AO R"),
        ("a-dancing", "AH D AE N S IH NG"),
        ("2", "T UW"),
        ("…", ""),
    ],
)
def test_pronunciation(word: str, sounds: str) -> None:
    assert pronounce(word) == tuple(sounds.split())


@given(st.text(max_size=60))
def test_any_word_is_pronounced_in_known_sounds(word: str) -> None:
    assert set(pronounce(word)) <= set(SOUNDS)
    assert syllables(word) >= 1
