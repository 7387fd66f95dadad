"""Lyrics in time: finds them, gives every line and word a start and an end, and every word its mouth shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twinklr.core.audio.bundle import LyricLine, Lyrics, Span, Word
from twinklr.core.audio.lyric_files import LyricSheet, SheetLine, parse_lyrics, read_lyrics
from twinklr.core.audio.lyric_grid import SongGrid, place_lines, place_syllables
from twinklr.core.audio.phonemes import VOWEL_SHAPES, mouth_shapes, time_shapes

LONGEST_WORD_MS = 1600
LEAD_MS = 40
SECONDS_PER_SYLLABLE = 0.42
CONFIDENCE = {"enhanced lrc": 0.95, "lrc": 0.75, "srt": 0.75, "labels": 0.75, "text": 0.3}


def find_sheet(song: Path, lyrics_path: Path | None, tag_text: str) -> tuple[LyricSheet, str] | None:
    """The lyrics of a song and where they come from: the given file, one beside the song, or the tags.

    Raises:
        InputError: ``lyrics_path`` cannot be used.
    """
    for path in lyric_candidates(song, lyrics_path):
        if lyrics_path is not None or path.is_file():
            return read_lyrics(path), path.name
    if tag_text.strip():
        sheet = parse_lyrics(tag_text)
        if sheet.lines:
            return sheet, "tags"
    return None


def lyric_candidates(song: Path, lyrics_path: Path | None) -> list[Path]:
    """Where lyrics are looked for, the likeliest first."""
    if lyrics_path is not None:
        return [lyrics_path]
    suffixes = (".lrc", ".LRC", ".srt", ".SRT")
    return [song.with_name(song.stem + suffix) for suffix in suffixes]


def align_sheet(
    sheet: LyricSheet, duration_ms: int, vocals: tuple[Span, ...], source: str, grid: SongGrid | None = None
) -> Lyrics:
    """Lyrics with a time for every word.

    Line times are kept where the sheet has them; syllables are laid on the beats of their line, or spread over it
    where there are none. Without line times the lines are laid on the bars in which a voice is heard, which is a
    guess and is given little confidence.

    Args:
        sheet: The lyrics as written.
        duration_ms: Of the song.
        vocals: Sung phrases, for a sheet without times in a song without bars.
        source: Where the sheet was found.
        grid: Beats, bars, onsets and voice of the song.
    """
    lines = list(sheet.lines)
    if not sheet.is_timed:
        lines = _lay_lines(sheet, grid) or _spread_lines(sheet, duration_ms, vocals)
    pace_s = _pace_s(lines)
    timed = []
    for index, line in enumerate(lines):
        start = round((line.start_s or 0.0) * 1000)
        if start >= duration_ms:
            continue
        following = next((x.start_s for x in lines[index + 1 :] if (x.start_s or 0.0) * 1000 > start), None)
        timed.append(_time_line(line, (start, following, duration_ms), grid, pace_s))
    confidence = CONFIDENCE[sheet.source]
    return Lyrics(lines=tuple(timed), source=f"{source} ({sheet.source})", confidence=confidence)


def syllables(word: str) -> int:
    """Vowel sounds of a word, at least one."""
    return max(1, sum(shape in VOWEL_SHAPES for shape in mouth_shapes(word)))


def _time_line(
    line: SheetLine, bounds: tuple[int, float | None, int], grid: SongGrid | None, pace_s: float
) -> LyricLine:
    start_ms, following_s, duration_ms = bounds
    texts = [word.text for word in line.words] or line.text.split()
    count = sum(syllables(text) for text in texts)
    limit = duration_ms if following_s is None else min(duration_ms, round(following_s * 1000))
    given = round(line.end_s * 1000) if line.end_s is not None else limit
    natural = start_ms + round(1000 * (SECONDS_PER_SYLLABLE * count + 0.4))
    # A file that gives starts alone says nothing of the pause after a line; nobody sings that slowly.
    end = min(max(given, start_ms + 1), max(limit, start_ms + 1))
    if following_s is not None and line.end_s is not None and abs(line.end_s - following_s) < 1e-6:
        end = min(end, round(start_ms + 1.6 * (natural - start_ms)))
    elif line.end_s is None:
        end = min(end, natural)
    words = _given_words(line, start_ms, end) if line.words else _lay_words(texts, (start_ms, end), grid, pace_s)
    end = max(end, words[-1].end_ms) if words else end
    return LyricLine(text=line.text, start_ms=start_ms, end_ms=min(end, duration_ms), words=words)


def _given_words(line: SheetLine, start_ms: int, end_ms: int) -> tuple[Word, ...]:
    words = []
    for index, word in enumerate(line.words):
        first = max(start_ms, round(word.start_s * 1000))
        following = line.words[index + 1].start_s if index + 1 < len(line.words) else None
        last = round(1000 * (word.end_s if word.end_s is not None else following or end_ms / 1000))
        last = max(first + 1, min(last, first + LONGEST_WORD_MS * 2))
        words.append(_word(word.text, first, last))
    return tuple(words)


def _lay_words(texts: list[str], span_ms: tuple[int, int], grid: SongGrid | None, pace_s: float) -> tuple[Word, ...]:
    """Words with their syllables on the beats; spread evenly where that cannot be done."""
    start_ms, end_ms = span_ms
    counts = [syllables(text) for text in texts]
    is_first = [index == 0 for count in counts for index in range(count)]
    times = None
    if grid is not None and is_first:
        times = place_syllables(grid, start_ms / 1000, end_ms / 1000, is_first, pace_s)
    if times is None:
        return _spread_words(texts, start_ms, end_ms)
    # A consonant is sung before the beat, its vowel on it.
    starts = [start_ms if index == 0 else round(at * 1000) - LEAD_MS for index, at in enumerate(times)]
    firsts = [start for start, first in zip(starts, is_first, strict=True) if first]
    words = []
    for text, first, following in zip(texts, firsts, [*firsts[1:], end_ms], strict=True):
        last = min(following, first + LONGEST_WORD_MS * syllables(text))
        if last > first:
            words.append(_word(text, first, last))
    return tuple(words)


def _pace_s(lines: list[SheetLine]) -> float:
    """Median time per syllable, over the lines whose end or successor is known."""
    paces = []
    for index, line in enumerate(lines):
        following = lines[index + 1].start_s if index + 1 < len(lines) else None
        end = line.end_s if line.end_s is not None else following
        if line.start_s is not None and end is not None and end > line.start_s:
            paces.append((end - line.start_s) / (sum(syllables(text) for text in line.text.split()) + 1))
    return float(np.median(paces)) if paces else float("inf")


def _lay_lines(sheet: LyricSheet, grid: SongGrid | None) -> list[SheetLine] | None:
    """Lines on the bars in which a voice is heard."""
    if grid is None:
        return None
    spans = place_lines(grid, [sum(syllables(text) for text in line.text.split()) for line in sheet.lines])
    if spans is None:
        return None
    return [SheetLine(line.text, *span) for line, span in zip(sheet.lines, spans, strict=True)]


def _spread_words(texts: list[str], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    weights = [syllables(text) + 0.12 * len(text) for text in texts]
    total = sum(weights)
    words = []
    done = 0.0
    for text, weight in zip(texts, weights, strict=True):
        first = start_ms + round((end_ms - start_ms) * done / total)
        done += weight
        last = start_ms + round((end_ms - start_ms) * done / total)
        if last > first:
            words.append(_word(text, first, min(last, first + LONGEST_WORD_MS)))
    return tuple(words)


def _word(text: str, start_ms: int, end_ms: int) -> Word:
    phonemes = time_shapes(mouth_shapes(text), start_ms, end_ms)
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, phonemes=phonemes)


def _spread_lines(sheet: LyricSheet, duration_ms: int, vocals: tuple[Span, ...]) -> list[SheetLine]:
    """Lines laid over the sung stretches by syllables."""
    spans = vocals or (Span(start_ms=round(0.08 * duration_ms), end_ms=round(0.92 * duration_ms)),)
    sung_ms = sum(span.end_ms - span.start_ms for span in spans)
    weights = [sum(syllables(text) for text in line.text.split()) for line in sheet.lines]
    total = max(sum(weights), 1)
    result = []
    done = 0
    for line, weight in zip(sheet.lines, weights, strict=True):
        start = _place(spans, sung_ms * done / total)
        done += weight
        end = _place(spans, sung_ms * done / total - 1)
        result.append(SheetLine(line.text, start / 1000, max(end, start + 1) / 1000))
    return result


def _place(spans: tuple[Span, ...], sung_ms: float) -> float:
    for span in spans:
        length = span.end_ms - span.start_ms
        if sung_ms < length:
            return span.start_ms + max(0.0, sung_ms)
        sung_ms -= length
    return spans[-1].end_ms
