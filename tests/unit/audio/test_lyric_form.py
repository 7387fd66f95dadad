"""Headings and repeats of plain lyrics, and how words are pronounced."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.audio.bundle import LyricLine, Span
from twinklr.core.audio.laid_lyrics import syllables
from twinklr.core.audio.lyric_files import MOST_HEADINGS, parse_lyrics
from twinklr.core.audio.lyric_form import MOST_LINES, MOST_WORDS, expand_form, find_sections
from twinklr.core.audio.lyrics import align_sheet, find_sheet
from twinklr.core.audio.pronunciation import pronounce
from twinklr.core.audio.sung_net import SOUNDS
from twinklr.core.errors import InputError

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


def test_what_a_choir_answers_is_sung_and_names_are_not() -> None:
    text = "Verse 1:\none\n(ooh, baby)\n(Chorus)\ntwo\nBridge\n(break my heart)\n[Dance!]\nDrop\nOUTRO\nbye"
    sheet = parse_lyrics(text)
    assert [line.text for line in sheet.lines] == ["one", "(ooh, baby)", "two", "(break my heart)", "Drop", "bye"]
    assert sheet.headings == (("Verse 1", 0), ("Chorus", 2), ("Bridge", 3), ("Dance!", 4), ("OUTRO", 5))


@pytest.mark.parametrize(
    "text",
    [
        "[ti:Song]\n[Verse]\n[00:01.00]one\n[00:03.00][Chorus]\n[00:03.00]two\n[00:05.00]three\n",
        "1\n00:00:01,000 --> 00:00:02,000\n[Verse]\n\n2\n00:00:01,000 --> 00:00:02,000\none\n\n"
        "3\n00:00:03,000 --> 00:00:03,100\n[Chorus]\n\n4\n00:00:03,200 --> 00:00:04,000\ntwo\n\n"
        "5\n00:00:05,000 --> 00:00:06,000\nthree\n",
        "0.5\t0.9\t[Verse]\n1\t2\tone\n2.5\t3\t(Chorus)\n3\t4\ttwo\n5\t6\tthree\n",
    ],
)
def test_headings_in_timed_sheets_are_not_sung(text: str) -> None:
    sheet = parse_lyrics(text)
    assert [line.text for line in sheet.lines] == ["one", "two", "three"]
    assert sheet.headings == (("Verse", 0), ("Chorus", 1))
    sections = align_sheet(sheet, 8000, (), "x").sections
    assert [(section.label, section.start_ms) for section in sections] == [
        ("verse", 1000),
        ("chorus", round(1000 * (sheet.lines[1].start_s or 0))),
    ]


def test_a_heading_before_a_line_of_several_times_comes_as_often() -> None:
    sheet = parse_lyrics("[ti:Song]\n[00:01.00]one\n[Chorus]\n[00:03.00][00:09.00]la\n[00:05.00]two\n")
    assert [line.text for line in sheet.lines] == ["one", "la", "two", "la"]
    assert sheet.headings == (("Chorus", 1), ("Chorus", 3))


@pytest.mark.parametrize(
    "text",
    [
        "[00:01.00]one\n[00:20.00][Music]\n[00:38.00]two\n[Laughter]\n[00:40.00]three\n",
        "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:20,000 --> 00:00:38,000\n[Music]\n\n"
        "3\n00:00:38,000 --> 00:00:39,000\ntwo\n\n4\n00:00:40,000 --> 00:00:41,000\nthree\n",
        "1\t2\tone\n20\t38\t[Music]\n38\t39\ttwo\n40\t41\tthree\n",
    ],
)
def test_sounds_in_timed_sheets_are_neither_sung_nor_parts(text: str) -> None:
    sheet = parse_lyrics(text)
    assert [line.text for line in sheet.lines] == ["one", "two", "three"]
    assert sheet.headings == ()


def test_a_heading_with_its_singer_is_no_tag() -> None:
    sheet = parse_lyrics("[ti:Song]\n[offset:-500]\n[Verse 1: Jay]\n[00:01.00]one\n[Chorus: Ann]\n[00:03.00]two\n")
    assert sheet.headings == (("Verse 1: Jay", 0), ("Chorus: Ann", 1))
    assert sheet.lines[0].start_s == 1.5
    assert parse_lyrics("[ti:Song]\n[ar:Ann]\n[Verse: Ann]\none\n").headings == (("Verse: Ann", 0),)


def test_headings_without_lines_between_them_are_all_kept() -> None:
    sheet = parse_lyrics("[00:01.00]one\n[Solo]\n[Chorus]\n[00:09.00]two\n[Outro]\n")
    assert sheet.headings == (("Solo", 1), ("Chorus", 1))
    many = parse_lyrics("[Verse]\n" * 5000 + "[00:01.00]" * 5000 + "one")
    assert (len(many.lines), len(many.headings)) == (5000, 5000 * MOST_HEADINGS)


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
    "text",
    [
        "la la\n" * 1900 + "(x12)\n" * 500,
        "[A x12]\n" + "la la\n" * 1900,
        "la (x12)\n" * 1900,
        f"{'la ' * 198}(x12)\n" * 100,
        "la\n" + "[a]\n" * MOST_LINES,
        "[a]\nla\n" + "[a x12]\n" * 100,
    ],
)
def test_a_form_longer_than_any_song_stays_as_written(text: str) -> None:
    sheet = parse_lyrics(text)
    assert expand_form(sheet) is sheet


def test_headings_and_words_beyond_those_of_any_song_are_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "song.txt"
    for text, size in (("la\n" + "[a]\n" * MOST_LINES, "2001 lines"), ("la " * (MOST_WORDS + 1), "20001 words")):
        sheet.write_text(text)
        with pytest.raises(InputError, match=size):
            find_sheet(tmp_path / "song.mp3", sheet, "")


def placed(*rows: tuple[str, int]) -> tuple[LyricLine, ...]:
    """Lines of two seconds at the given seconds."""
    return tuple(LyricLine(text=text, start_ms=at_s * 1000, end_ms=at_s * 1000 + 2000) for text, at_s in rows)


def test_sections_are_placed_by_the_lines_that_were_found() -> None:
    sheet = parse_lyrics("[Verse]\nsnow\nice\n[Chorus]\nsing\nla\nsing\n[Solo]\n[Outro]\nbye")

    def spans(*rows: tuple[str, int]) -> list[tuple[str, int, int]]:
        return [(one.label, one.start_ms, one.end_ms) for one in find_sections(sheet, placed(*rows))]

    verse, chorus = ("verse", 1000, 6000), ("chorus", 10_000, 15_000)
    song = [("snow", 1), ("ice", 4), ("sing", 10), ("sing", 13), ("bye", 30)]
    ending = [("solo", 15_000, 30_000), ("outro", 30_000, 32_000)]
    assert spans(*song) == [verse, chorus, *ending]
    assert spans(*song[1:]) == [("verse", 4000, 6000), chorus, *ending]
    assert spans(*song[:4]) == [verse, chorus]
    # Where its words were not found, a part lies between its neighbours.
    assert spans(*song[:2], song[4]) == [verse, ("chorus", 6000, 30_000), ("solo", 6000, 30_000), ending[1]]
    assert spans() == []


def test_sections_outlive_a_line_behind_the_end() -> None:
    sheet = parse_lyrics("[Verse]\n[00:01.00]snow\n[Chorus]\n[00:03.00]sing\n[00:05.00]on\n[Outro]\n[00:20.00]bye")
    sections = align_sheet(sheet, 8000, (), "x").sections
    assert [(one.label, one.start_ms) for one in sections] == [("verse", 1000), ("chorus", 3000)]


def test_rows_of_signs_are_not_sung() -> None:
    sheet = parse_lyrics("[Verse]\nsnow\n---\n***\n…\n雪が降る\n99\n")
    assert [line.text for line in sheet.lines] == ["snow", "雪が降る", "99"]
    timed = parse_lyrics("[00:01.00]snow\n[00:04.00]---\n[00:09.00]ice")
    assert [(line.text, line.end_s) for line in timed.lines] == [("snow", 4.0), ("ice", None)]


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
