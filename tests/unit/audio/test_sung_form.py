"""What the words of a song say of its parts: headings, the same text again, and parts without any."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.audio import analyze_song
from twinklr.core.audio.bundle import LyricLine, Lyrics, LyricSection, Section, Word
from twinklr.core.audio.labels import Form, name_sections
from twinklr.core.audio.structure import find_parts
from twinklr.core.audio.sung_form import beginnings, join_groups, read_form
from unit.audio.audio_music import Tune, WriteSound
from unit.audio.test_hearing_parts import bars_of

VERSES = (
    ("snow is falling down tonight", "bells are ringing far away"),
    ("children sleep in quiet rooms", "morning comes"),
)
CHORUS = ("sing we joy to all the world", "sing we joy again")
PART_MS = 20_000


def sung(form: str, *, sure: float = 0.9, headings: bool = False) -> Lyrics:
    """Words of a form such as ``-VC-VC``: a verse each time another, a chorus ever the same, - for none."""
    verses = iter(VERSES * 3)
    lines: list[LyricLine] = []
    sections: list[LyricSection] = []
    for part, letter in enumerate(form):
        texts = {"V": next(verses) if letter == "V" else (), "C": CHORUS, "-": ()}[letter]
        for row, text in enumerate(texts):
            at = part * PART_MS + 200 + row * 7_000
            words = tuple(
                Word(text=word, start_ms=at + 1000 * n, end_ms=at + 1000 * n + 900, confidence=sure)
                for n, word in enumerate(text.split())
            )
            lines.append(LyricLine(text=text, start_ms=at, end_ms=at + 6500, words=words))
        if headings and texts:
            label = {"V": "verse", "C": "chorus"}[letter]
            start, end = lines[-2].start_ms, lines[-1].end_ms
            sections.append(LyricSection(name=label.title(), label=label, start_ms=start, end_ms=end))
    return Lyrics(lines=tuple(lines), source="x", confidence=sure, sections=tuple(sections))


def named(groups: list[int], energies: list[float], lyrics: Lyrics | None) -> tuple[Section, ...]:
    spans = [(index * PART_MS, (index + 1) * PART_MS) for index in range(len(groups))]
    words = read_form(lyrics, spans, [0.2] * len(groups))
    groups = groups if words is None else join_groups(groups, words.groups)
    return name_sections(Form(spans, groups, energies, [0.8] * len(groups), words=words))


# As loud as each other, and the verse a little more often: by sound alone, its parts change names.
GROUPS, ENERGIES = [0, 1, 2, 1, 2, 3, 1, 2], [0.1, 0.62, 0.6, 0.62, 0.6, 0.6, 0.62, 0.6]
TRUE_LABELS = ["verse", "chorus", "verse", "chorus", "solo", "verse", "chorus"]


def test_words_that_come_again_are_the_chorus() -> None:
    without = [s.label for s in named(GROUPS, ENERGIES, None)]
    assert without[1] == "chorus"
    sections = named(GROUPS, ENERGIES, sung("-VCVC-VC"))
    assert [s.label for s in sections][1:] == TRUE_LABELS
    assert sections[0].label == "intro"


def test_the_same_words_are_the_same_part_whatever_the_band_does() -> None:
    sections = named([0, 1, 2, 1, 3, 4, 1, 5], ENERGIES, sung("-VCVC-VC"))
    assert {sections[index].group for index in (2, 4, 7)} == {sections[2].group}
    assert sections[1].group != sections[2].group


def test_headings_that_agree_make_surer_and_others_are_followed() -> None:
    plain = named(GROUPS, ENERGIES, sung("-VCVC-VC"))
    headed = named(GROUPS, ENERGIES, sung("-VCVC-VC", headings=True))
    assert [s.label for s in headed] == [s.label for s in plain]
    assert all(two.confidence >= one.confidence for one, two in zip(plain, headed, strict=True))
    assert headed[1].confidence > plain[1].confidence
    swapped = sung("-CVCV-CV", headings=True)
    assert [s.label for s in named([0, 1, 2, 3, 4, 5, 6, 7], ENERGIES, swapped)][1:5] == ["chorus", "verse"] * 2


def test_words_whose_place_is_a_guess_say_nothing() -> None:
    assert named(GROUPS, ENERGIES, sung("-CVCV-CV", headings=True, sure=0.3)) == named(GROUPS, ENERGIES, None)
    assert read_form(None, [(0, 9)], [1.0]) is None


def test_a_part_in_which_somebody_is_heard_is_not_wordless() -> None:
    spans = [(index * PART_MS, (index + 1) * PART_MS) for index in range(3)]
    words = read_form(sung("V--"), spans, [0.9, 0.9, 0.1])
    assert words is not None
    assert words.wordless == [False, False, True]


def test_a_heading_over_no_words_names_the_part_between() -> None:
    lyrics = sung("VC-V", headings=True)
    solo = LyricSection(name="Break", label="break", start_ms=39_000, end_ms=60_200)
    lyrics = lyrics.model_copy(update={"sections": (*lyrics.sections, solo)})
    words = read_form(lyrics, [(index * PART_MS, (index + 1) * PART_MS) for index in range(4)], [0.2] * 4)
    assert words is not None
    assert [heading[0] if heading else "" for heading in words.headings] == ["verse", "chorus", "break", "verse"]


def test_words_help_a_beginning_that_is_hardly_heard() -> None:
    bars = bars_of("AB")
    faint = bars_of("AA")
    starts = [part.first for part in find_parts(faint)]
    hints = np.zeros(16)
    hints[8] = 4.0
    assert 8 in [part.first for part in find_parts(faint, hints)]
    assert 8 not in starts
    assert [part.first for part in find_parts(bars, np.zeros(16))] == [part.first for part in find_parts(bars)]


def test_beginnings_stand_below_headings_and_after_pauses() -> None:
    assert [at for at, _ in beginnings(sung("-VC-VC", headings=True))] == [20_200, 40_200, 80_200, 100_200]
    assert beginnings(None) == []
    assert all(trust == 0.9 for _, trust in beginnings(sung("V")))


@given(
    st.text(alphabet="VC-", min_size=1, max_size=6), st.lists(st.integers(1, 30_000), min_size=1, max_size=6),
    st.floats(0, 1), st.booleans(),
)  # fmt: skip
def test_any_words_on_any_parts_are_borne(form: str, lengths: list[int], sure: float, headings: bool) -> None:
    edges = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    spans = list(itertools.pairwise(edges))
    words = read_form(sung(form, sure=sure, headings=headings), spans, [sure] * len(spans))
    sections = name_sections(Form(spans, [0] * len(spans), [sure] * len(spans), [0.5] * len(spans), words=words))
    assert all(0 <= section.confidence <= 1 for section in sections)
    if words is not None:
        assert all(0 <= one <= 1 for one in words.choral)
        assert all(heading is None or 0 <= heading[1] <= 1 for heading in words.headings)


def lrc_row(start_s: float, text: str, step_s: float = 1.0) -> str:
    """A line of an enhanced LRC with a word at every step."""
    times = [start_s + step_s * index for index in range(len(text.split()))]
    words = "".join(f"<{at // 60:02.0f}:{at % 60:05.2f}>{word} " for at, word in zip(times, text.split(), strict=True))
    return f"[{start_s // 60:02.0f}:{start_s % 60:05.2f}]{words}"


def test_words_alone_mark_a_part_in_a_song_that_sounds_the_same_throughout(tune: Tune, write_sound: WriteSound) -> None:
    song = write_sound(tune.sound)
    bars_s = [0.1 + 2.0 * bar for bar in range(16)]
    heard = [section.start_ms for section in analyze_song(song).sections]
    assert min(abs(at_ms - 18_100) for at_ms in heard) > 2000
    rows = [lrc_row(at_s, "soft snow falls" if at_s < 18 else "joy to all", 0.5) for at_s in bars_s[1:]]
    song.with_suffix(".lrc").write_text("\n".join(["[Verse]", *rows[:8], "[Chorus]", *rows[8:]]))
    chorus = next(section for section in analyze_song(song).sections if section.label == "chorus")
    assert abs(chorus.start_ms - 18_100) < 100


def test_headings_reach_the_sections_of_a_song(tune: Tune, write_sound: WriteSound) -> None:
    song = write_sound(np.tile(tune.sound, 2))
    rows = ["[Verse]"]
    for start in range(0, 64, 4):
        rows += ["[Chorus]"] * (start == 32)
        text = "joy to all" if start >= 32 else f"{'abcdefgh'[start // 4]} snow falls"
        rows.append(lrc_row(start + 0.7, text))
    song.with_suffix(".lrc").write_text("\n".join(rows))
    found = analyze_song(song)
    assert found.lyrics is not None
    assert [section.label for section in found.lyrics.sections] == ["verse", "chorus"]
    assert {section.label for section in found.sections if section.end_ms < 31_000} <= {"verse", "intro", "part"}
    chorus = next(section for section in found.sections if section.label == "chorus")
    assert abs(chorus.start_ms - 32_700) < 2100
