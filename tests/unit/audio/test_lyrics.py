"""Lyrics files, alignment and mouth shapes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.audio import mouth_shapes, read_lyrics
from twinklr.core.audio.bundle import Span
from twinklr.core.audio.lyric_files import SheetLine, parse_lyrics
from twinklr.core.audio.lyrics import _following, align_sheet, find_sheet
from twinklr.core.audio.phonemes import SHAPES, time_shapes
from twinklr.core.errors import InputError

LRC = "[ti:Song]\n[offset:+500]\n[00:10.00][01:10.00]Jingle bells\n[00:12.50]Jingle all the way\n[00:15.00]\n"


def test_lrc_times_offset_and_repeats() -> None:
    sheet = parse_lyrics(LRC)
    assert sheet.source == "lrc"
    assert [(line.start_s, line.text) for line in sheet.lines] == [
        (9.5, "Jingle bells"),
        (12.0, "Jingle all the way"),
        (69.5, "Jingle bells"),
    ]
    assert sheet.lines[1].end_s == 14.5


def test_enhanced_lrc_has_word_times() -> None:
    sheet = parse_lyrics("[00:01.00]<00:01.00>Oh <00:01.50>holy <00:02.50>night <00:04.00>")
    words = sheet.lines[0].words
    assert [(word.text, word.start_s, word.end_s) for word in words] == [
        ("Oh", 1.0, 1.5),
        ("holy", 1.5, 2.5),
        ("night", 2.5, 4.0),
    ]


def test_word_times_out_of_order_or_beyond_the_song_are_brought_in_order() -> None:
    text = "[00:01.00]<00:01.00>joy <00:09.00>to <00:03.00>the <08:20.00>world"
    line = align_sheet(parse_lyrics(text), 10_000, (), "x").lines[0]
    assert [(word.text, word.start_ms) for word in line.words] == [("joy", 1000), ("to", 9000), ("the", 9001)]
    assert all(one.end_ms <= two.start_ms for one, two in itertools.pairwise(line.words))
    assert line.words[-1].end_ms <= line.end_ms <= 10_000


def test_srt() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,500\n<i>Silent night</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nHoly\nnight\n"
    sheet = parse_lyrics(text)
    assert [(line.start_s, line.end_s, line.text) for line in sheet.lines] == [
        (1.0, 2.5, "Silent night"),
        (3.0, 4.0, "Holy night"),
    ]


def test_audacity_labels_and_plain_text() -> None:
    assert parse_lyrics("1.0\t2.0\tJoy\n3.0\t4.0\tto the world\n").lines[1].start_s == 3.0
    sheet = parse_lyrics("[Verse 1]\nDeck the halls\n\n[Chorus]\nFa la la\n")
    assert not sheet.is_timed
    assert [line.text for line in sheet.lines] == ["Deck the halls", "Fa la la"]
    assert sheet.headings == (("Verse 1", 0), ("Chorus", 1))


def test_encodings(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        path = tmp_path / "song.txt"
        path.write_bytes("Fröhliche Weihnacht".encode(encoding))
        assert read_lyrics(path).lines[0].text == "Fröhliche Weihnacht"


@pytest.mark.parametrize(
    ("name", "content"),
    [("missing.lrc", None), ("empty.lrc", b"\n\n"), ("binary.lrc", b"\x00\x01\x02"), ("folder", b"")],
)
def test_unusable_lyrics_are_one_line(name: str, content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_lyrics(path)
    assert "\n" not in str(error.value)
    assert error.value.cure


def test_lyrics_beside_the_song_are_found(tmp_path: Path) -> None:
    song = tmp_path / "My.Song.mp3"
    assert find_sheet(song, None, "") is None
    assert find_sheet(song, None, "from the tags") is not None
    (tmp_path / "My.Song.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nsrt\n")
    found = find_sheet(song, None, "tags")
    assert found is not None
    assert found[1] == "My.Song.srt"
    (tmp_path / "My.Song.lrc").write_text("[00:01.00]lrc")
    found = find_sheet(song, None, "tags")
    assert found is not None
    assert found[0].lines[0].text == "lrc"


@pytest.mark.parametrize("text", ["la\n" * 2001, "[00:01.00]la\n" * 2001, "la " * 20_001])
def test_lyrics_longer_than_any_song_are_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "song.lrc"
    path.write_text(text)
    for given_path, tag_text in ((path, ""), (None, text)):
        with pytest.raises(InputError) as error:
            find_sheet(tmp_path / "other.mp3", given_path, tag_text)
        assert "\n" not in str(error.value)
        assert error.value.cure


@given(st.lists(st.sampled_from([0.0, 1.0, 1.0004, 1.0006, 2.0, 3.0]), max_size=12))
def test_the_next_line_is_the_first_that_begins_later(starts: list[float]) -> None:
    lines = [SheetLine("la", start) for start in starts]
    wanted = [
        next((later for later in starts[index + 1 :] if later * 1000 > round(start * 1000)), None)
        for index, start in enumerate(starts)
    ]
    assert _following(lines) == wanted


@given(st.text(max_size=300))
def test_any_text_is_borne(text: str) -> None:
    sheet = parse_lyrics(text)
    lyrics = align_sheet(sheet, 60_000, (Span(start_ms=5_000, end_ms=50_000),), "x")
    for line in lyrics.lines:
        assert 0 <= line.start_ms < line.end_ms <= 60_000
        for word in line.words:
            assert line.start_ms <= word.start_ms < word.end_ms
            for shape, start, end in word.phonemes:
                assert shape in SHAPES
                assert word.start_ms <= start < end <= word.end_ms


def test_words_lie_in_their_line_in_order() -> None:
    lyrics = align_sheet(parse_lyrics(LRC), 80_000, (), "song.lrc")
    for line in lyrics.lines:
        starts = [word.start_ms for word in line.words]
        assert starts == sorted(starts)
        assert starts[0] == line.start_ms
        assert " ".join(word.text for word in line.words) == line.text
    assert lyrics.source == "song.lrc (lrc)"


@pytest.mark.parametrize(
    ("word", "shapes"),
    [
        ("my", ("MBP", "AI")),
        ("bells", ("MBP", "E", "L", "etc")),
        ("Jingle", ("etc", "AI", "etc", "AI", "L")),
        ("we", ("WQ", "E")),
        ("home", ("etc", "O", "MBP")),
        ("five", ("FV", "AI", "FV")),
        ("moon", ("MBP", "U", "etc")),
        ("!", ("etc",)),
    ],
)
def test_mouth_shapes(word: str, shapes: tuple[str, ...]) -> None:
    assert mouth_shapes(word) == shapes


@given(st.text(max_size=30), st.integers(0, 10_000), st.integers(0, 3_000))
def test_shapes_fill_the_word(word: str, start_ms: int, length_ms: int) -> None:
    timed = time_shapes(mouth_shapes(word), start_ms, start_ms + length_ms)
    if length_ms > 60:
        assert timed[0][1] == start_ms
        assert timed[-1][2] == start_ms + length_ms
    assert all(one[2] == two[1] for one, two in itertools.pairwise(timed))
