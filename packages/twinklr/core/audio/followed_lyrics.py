"""Lines of lyrics followed by ear: between the times a file gives, or through a whole song.

Words that cannot be spoken in English share the gap they stand in.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import LyricLine, Word
from twinklr.core.audio.laid_lyrics import (
    FIRST_OF_LINE,
    LAID_IN_LINE,
    LAID_IN_SONG,
    LONGEST_WORD_MS,
    natural_ms,
    spread_words,
    time_word,
    with_confidence,
)
from twinklr.core.audio.lyric_files import LyricSheet, SheetLine
from twinklr.core.audio.phonemes import shapes_of_sounds
from twinklr.core.audio.pronunciation import pronounce
from twinklr.core.audio.sung_net import FRAME_S
from twinklr.core.audio.sung_words import SungWord, chances_right, find_words

LEAST_SPOKEN = 0.5
"""Share of the words that must have known sounds for a text without times to be followed by ear."""
SNAP_MS = 150
SURE = 0.6


@dataclass(frozen=True, eq=False)
class Ear:
    """What the song sounds like, for following words."""

    scores: NDArray[np.float32]
    offset_s: float

    def between(self, start_s: float, end_s: float) -> tuple[NDArray[np.float32], float]:
        """Scores of a span and the time of their first frame."""
        first = max(0, round((start_s - self.offset_s) / FRAME_S))
        last = max(first, round((end_s - self.offset_s) / FRAME_S))
        return self.scores[first:last], self.offset_s + first * FRAME_S


def follow_song(sheet: LyricSheet, ear: Ear, duration_ms: int) -> list[LyricLine] | None:
    """Lines without times, followed by ear; None where that cannot be done."""
    texts = [line.text.split() for line in sheet.lines]
    every = list(itertools.chain.from_iterable(texts))
    if sum(bool(pronounce(text)) for text in every) < LEAST_SPOKEN * len(every):
        return None
    found = find_words(ear.scores, texts, ear.offset_s)
    if found is None:
        return None
    words = iter(found)
    rows = [list(itertools.islice(words, len(row))) for row in texts]
    sure = chances_right(rows, is_timed=False)
    heard: list[LyricLine | None] = []
    for line, text, row, chances in zip(sheet.lines, texts, rows, sure, strict=True):
        known = [word for word in row if word is not None]
        sung: tuple[Word, ...] = ()
        if known:
            span = max(0, round(known[0].start_s * 1000)), min(duration_ms, round(known[-1].end_s * 1000))
            sung = _heard_words(text, row, chances, span)
        heard.append(
            LyricLine(text=line.text, start_ms=sung[0].start_ms, end_ms=sung[-1].end_ms, words=sung) if sung else None
        )
    return _with_unheard(sheet.lines, heard, duration_ms)


def _with_unheard(sheet: tuple[SheetLine, ...], heard: list[LyricLine | None], duration_ms: int) -> list[LyricLine]:
    """Lines in order; those that could not be heard lie between their neighbours, where there is room."""
    lines: list[LyricLine] = []
    index = 0
    while index < len(heard):
        if (one := heard[index]) is not None:
            lines.append(one)
            index += 1
            continue
        stop = next((later for later in range(index, len(heard)) if heard[later] is not None), len(heard))
        after = heard[stop] if stop < len(heard) else None
        until = duration_ms if after is None else after.start_ms
        room = until - (lines[-1].end_ms if lines else 0)
        lengths = [natural_ms(line.text) for line in sheet[index:stop]]
        slower = min(1.0, room / sum(lengths))
        start = float(lines[-1].end_ms) if lines else until - slower * sum(lengths)
        for line, length in zip(sheet[index:stop], lengths, strict=True):
            words = spread_words(line.text.split(), round(start), round(start + slower * length))
            start += slower * length
            if words:
                laid = LyricLine(text=line.text, start_ms=words[0].start_ms, end_ms=words[-1].end_ms, words=words)
                lines.append(with_confidence(laid, LAID_IN_SONG))
        index = stop
    return lines


def follow_line(line: SheetLine, start_ms: int, limit_ms: int, ear: Ear) -> LyricLine | None:
    """A line followed by ear from its given start; None where laying it on beats is the better bet."""
    texts = line.text.split()
    end_ms = limit_ms if line.end_s is None else min(limit_ms, max(start_ms + 1, round(line.end_s * 1000)))
    scores, at_s = ear.between(start_ms / 1000, end_ms / 1000)
    found = find_words(scores, [texts], at_s)
    if found is None:
        return None
    sure = chances_right([found], is_timed=True)[0]
    if np.mean(sure) < LAID_IN_LINE:
        return None
    words = _heard_words(texts, found, sure, (start_ms, end_ms), FIRST_OF_LINE)
    if not words:
        return None
    return LyricLine(text=line.text, start_ms=start_ms, end_ms=words[-1].end_ms, words=words)


def _heard_words(
    texts: list[str],
    found: list[SungWord | None],
    sure: list[float],
    span_ms: tuple[int, int],
    first_chance: float = 0.0,
) -> tuple[Word, ...]:
    """Words followed by ear, within a span; those without sounds share the gap they stand in.

    Args:
        texts: The words as written.
        found: The same as heard.
        sure: How likely each is right.
        span_ms: Start and end of the line.
        first_chance: How likely the start of the line is that of its first word.
    """
    starts = [None if word is None else min(max(round(word.start_s * 1000), span_ms[0]), span_ms[1]) for word in found]
    if starts[0] is not None and (starts[0] - span_ms[0] < SNAP_MS or sure[0] < SURE):
        # The file knows better than a word that was hardly heard.
        starts[0] = span_ms[0]
        sure = [max(sure[0], first_chance), *sure[1:]]
    words: list[Word] = []
    for index, (text, word, start) in enumerate(zip(texts, found, starts, strict=True)):
        following = next((at for at in starts[index + 1 :] if at is not None), span_ms[1])
        if word is None or start is None:
            begin = words[-1].end_ms if words else span_ms[0]
            if following - begin > 1:
                words.append(time_word(text, begin, min(following, begin + LONGEST_WORD_MS), 0.0))
            continue
        end = min(max(round(word.end_s * 1000), start + 1), following)
        if end > start:
            shapes = shapes_of_sounds(word.sounds, start, end)
            chance = round(sure[index], 3)
            words.append(Word(text=text, start_ms=start, end_ms=end, phonemes=shapes, confidence=chance))
    return tuple(words)
