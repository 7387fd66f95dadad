"""Words laid where nobody could follow them by ear: at the times a file gives, on the beats, or evenly.

Lines without times are laid on the bars in which a voice is heard, or over the sung stretches of the song.
"""

from __future__ import annotations

import itertools

import numpy as np

from twinklr.core.audio.bundle import LyricLine, Span, Word
from twinklr.core.audio.lyric_files import LyricSheet, SheetLine
from twinklr.core.audio.lyric_grid import SongGrid, place_lines, place_syllables
from twinklr.core.audio.phonemes import mouth_shapes, time_shapes
from twinklr.core.audio.pronunciation import VOWELS, pronounce

LONGEST_WORD_MS = 1600
LEAD_MS = 40
SECONDS_PER_SYLLABLE = 0.42
FIRST_OF_LINE, LAID_IN_LINE, LAID_IN_SONG = 0.9, 0.4, 0.05
"""Confidence of the first word of a timed line, and of words laid on beats with and without line times."""


def syllables(word: str) -> int:
    """Vowel sounds of a word, at least one."""
    return max(1, sum(sound in VOWELS for sound in pronounce(word)))


def _count(text: str) -> int:
    return sum(syllables(word) for word in text.split())


def time_line(
    line: SheetLine, bounds: tuple[int, float | None, int], grid: SongGrid | None, pace_s: float, trust: float
) -> LyricLine:
    """A line at its time, its words where the file has them, else laid on the beats.

    Args:
        line: With a start.
        bounds: Its start in milliseconds, when the next line begins in seconds (None for none), the song's length in
            milliseconds.
        grid: Of the song, if it has beats.
        pace_s: Usual time of a syllable.
        trust: Confidence of words whose times the file gives.
    """
    start_ms, following_s, duration_ms = bounds
    texts = [word.text for word in line.words] or line.text.split()
    limit = duration_ms if following_s is None else min(duration_ms, round(following_s * 1000))
    given = round(line.end_s * 1000) if line.end_s is not None else limit
    natural = start_ms + natural_ms(" ".join(texts))
    # A file that gives starts alone says nothing of the pause after a line; nobody sings that slowly.
    end = min(max(given, start_ms + 1), max(limit, start_ms + 1))
    if following_s is not None and line.end_s is not None and abs(line.end_s - following_s) < 1e-6:
        end = min(end, round(start_ms + 1.6 * (natural - start_ms)))
    elif line.end_s is None:
        end = min(end, natural)
    if line.words:
        words = _given_words(line, start_ms, end, duration_ms, trust)
    else:
        words = _lay_words(texts, (start_ms, end), grid, pace_s)
    end = max(end, words[-1].end_ms) if words else end
    return LyricLine(text=line.text, start_ms=start_ms, end_ms=min(end, duration_ms), words=words)


def natural_ms(text: str) -> int:
    """How long a line is usually sung."""
    return round(1000 * (SECONDS_PER_SYLLABLE * _count(text) + 0.4))


def with_confidence(line: LyricLine, confidence: float) -> LyricLine:
    """The same line with one confidence for all of its words."""
    words = tuple(word.model_copy(update={"confidence": confidence}) for word in line.words)
    return line.model_copy(update={"words": words})


def _given_words(line: SheetLine, start_ms: int, end_ms: int, duration_ms: int, trust: float) -> tuple[Word, ...]:
    """Words at the times the file gives, in the order of the text, within the song, each until the next at most."""
    words = []
    starts = [max(start_ms, round(word.start_s * 1000)) - index for index, word in enumerate(line.words)]
    # Each at least a millisecond after the one before.
    starts = [latest + index for index, latest in enumerate(itertools.accumulate(starts, max))]
    for word, first, following in zip(line.words, starts, [*starts[1:], duration_ms], strict=True):
        if first >= duration_ms:
            break
        given = round(word.end_s * 1000) if word.end_s is not None else end_ms if word is line.words[-1] else following
        last = max(first + 1, min(given, following, duration_ms, first + LONGEST_WORD_MS * 2))
        sure = trust if word.probability is None else trust * word.probability
        words.append(time_word(word.text, first, last, round(sure, 3)))
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
        return spread_words(texts, start_ms, end_ms)
    # A consonant is sung before the beat, its vowel on it.
    starts = [start_ms if index == 0 else round(at * 1000) - LEAD_MS for index, at in enumerate(times)]
    firsts = [start for start, first in zip(starts, is_first, strict=True) if first]
    words = []
    for text, first, following in zip(texts, firsts, [*firsts[1:], end_ms], strict=True):
        last = min(following, first + LONGEST_WORD_MS * syllables(text))
        if last > first:
            words.append(time_word(text, first, last, FIRST_OF_LINE if first == start_ms else LAID_IN_LINE))
    return tuple(words)


def pace_s_of(lines: list[SheetLine]) -> float:
    """Median time per syllable, over the lines whose end or successor is known."""
    paces = []
    for index, line in enumerate(lines):
        following = lines[index + 1].start_s if index + 1 < len(lines) else None
        end = line.end_s if line.end_s is not None else following
        if line.start_s is not None and end is not None and end > line.start_s:
            paces.append((end - line.start_s) / (_count(line.text) + 1))
    return float(np.median(paces)) if paces else float("inf")


def lay_lines(sheet: LyricSheet, grid: SongGrid | None) -> list[SheetLine] | None:
    """Lines on the bars in which a voice is heard."""
    if grid is None:
        return None
    spans = place_lines(grid, [_count(line.text) for line in sheet.lines])
    if spans is None:
        return None
    return [SheetLine(line.text, *span) for line, span in zip(sheet.lines, spans, strict=True)]


def spread_words(texts: list[str], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    """Words spread over a span by their syllables and letters; those for which there is no room are left out."""
    weights = [syllables(text) + 0.12 * len(text) for text in texts]
    total = sum(weights)
    words = []
    done = 0.0
    for text, weight in zip(texts, weights, strict=True):
        first = start_ms + round((end_ms - start_ms) * done / total)
        done += weight
        last = start_ms + round((end_ms - start_ms) * done / total)
        if last > first:
            chance = FIRST_OF_LINE if first == start_ms else LAID_IN_LINE
            words.append(time_word(text, first, min(last, first + LONGEST_WORD_MS), chance))
    return tuple(words)


def time_word(text: str, start_ms: int, end_ms: int, confidence: float) -> Word:
    """A word at a time, its mouth shapes from its spelling."""
    phonemes = time_shapes(mouth_shapes(text), start_ms, end_ms)
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, phonemes=phonemes, confidence=confidence)


def spread_lines(sheet: LyricSheet, duration_ms: int, vocals: tuple[Span, ...]) -> list[SheetLine]:
    """Lines laid over the sung stretches by syllables."""
    spans = vocals or (Span(start_ms=round(0.08 * duration_ms), end_ms=round(0.92 * duration_ms)),)
    sung_ms = sum(span.end_ms - span.start_ms for span in spans)
    weights = [_count(line.text) for line in sheet.lines]
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
