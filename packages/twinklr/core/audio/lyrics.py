"""Lyrics in time: finds them, gives every line and word a start and an end, and every word its mouth shapes.

Words are followed by ear (`sung_words`) between the line times of the sheet, or through the whole song where it has
none. Where the singing cannot be followed, syllables are laid on the beats (`lyric_grid`), and the confidence says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import LyricLine, Lyrics, Span, Word
from twinklr.core.audio.lyric_files import LyricSheet, SheetLine, parse_lyrics, read_lyrics, to_sheet
from twinklr.core.audio.lyric_form import MOST_LINES, expand_form, find_sections
from twinklr.core.audio.lyric_grid import SongGrid, place_lines, place_syllables
from twinklr.core.audio.phonemes import mouth_shapes, shapes_of_sounds, time_shapes
from twinklr.core.audio.pronunciation import VOWELS, pronounce
from twinklr.core.audio.sung_net import FRAME_S
from twinklr.core.audio.sung_words import SungWord, chances_right, find_words, sound_scores
from twinklr.core.audio.transcripts import WHISPER, hear_with_whisper
from twinklr.core.errors import InputError

MOST_WORDS = 20_000
"""With `MOST_LINES`, several times what the longest of songs has."""
LONGEST_WORD_MS = 1600
LEAD_MS = 40
SECONDS_PER_SYLLABLE = 0.42
GIVEN = {"enhanced lrc": 0.95, "transcript": 0.8}
"""Confidence of a word whose time the file gives: a person's, or another program's."""
FIRST_OF_LINE, LAID_IN_LINE, LAID_IN_SONG = 0.9, 0.4, 0.05
"""Confidence of the first word of a timed line, and of words laid on beats with and without line times."""
SNAP_MS = 150
SURE = 0.6


@dataclass(frozen=True, eq=False)
class _Ear:
    """What the song sounds like, for following words."""

    scores: NDArray[np.float32]
    offset_s: float

    def between(self, start_s: float, end_s: float) -> tuple[NDArray[np.float32], float]:
        """Scores of a span and the time of their first frame."""
        first = max(0, round((start_s - self.offset_s) / FRAME_S))
        last = max(first, round((end_s - self.offset_s) / FRAME_S))
        return self.scores[first:last], self.offset_s + first * FRAME_S


def find_sheet(song: Path, lyrics_path: Path | None, tag_text: str) -> tuple[LyricSheet, str] | None:
    """The lyrics of a song and where they come from: the given file, one beside the song, or the tags.

    Raises:
        InputError: ``lyrics_path`` cannot be used, or the lyrics are longer than those of any song.
    """
    found = _find_sheet(song, lyrics_path, tag_text)
    if found is None:
        return None
    lines = found[0].lines
    words = sum(len(line.text.split()) for line in lines)
    if len(lines) > MOST_LINES or words > MOST_WORDS:
        raise InputError(
            f"{len(lines)} lines and {words} words of lyrics",
            where=f"{song} ({found[1]})",
            expected=f"at most {MOST_LINES} lines and {MOST_WORDS} words",
            cure="give the lyrics of this song alone with --lyrics (lyrics_path)",
        )
    return found


def _find_sheet(song: Path, lyrics_path: Path | None, tag_text: str) -> tuple[LyricSheet, str] | None:
    if str(lyrics_path) == WHISPER:
        return to_sheet(hear_with_whisper(song)), "Whisper"
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
    """Lyrics with a time and a confidence for every word.

    Args:
        sheet: The lyrics as written; repeats in plain text are written out.
        duration_ms: Of the song.
        vocals: Sung phrases, for a sheet without times in a song without bars.
        source: Where the sheet was found.
        grid: Beats, bars, onsets, voice and speech sounds of the song.
    """
    sheet = expand_form(sheet)
    ear = None
    if grid is not None and grid.singing is not None:
        ear = _Ear(sound_scores(grid.singing), grid.offset_s)
    timed = None
    if not sheet.is_timed and ear is not None:
        timed = _follow_song(sheet, ear, duration_ms)
    if timed is None:
        timed = _time_lines(sheet, duration_ms, vocals, grid, ear)
    sure = [word.confidence for line in timed for word in line.words]
    return Lyrics(
        lines=tuple(timed),
        source=f"{source} ({sheet.source})",
        confidence=round(float(np.mean(sure)), 3) if sure else 0.0,
        sections=find_sections(sheet, tuple(timed)),
    )


def syllables(word: str) -> int:
    """Vowel sounds of a word, at least one."""
    return max(1, sum(sound in VOWELS for sound in pronounce(word)))


def _count(text: str) -> int:
    return sum(syllables(word) for word in text.split())


def _follow_song(sheet: LyricSheet, ear: _Ear, duration_ms: int) -> list[LyricLine] | None:
    """Lines without times, followed by ear; None where that cannot be done."""
    texts = [line.text.split() for line in sheet.lines]
    found = find_words(ear.scores, texts, ear.offset_s)
    if found is None:
        return None
    lines: list[LyricLine] = []
    done = 0
    rows = []
    for row in texts:
        rows.append(found[done : done + len(row)])
        done += len(row)
    sure = chances_right(rows, is_timed=False)
    for line, row, words, chances in zip(sheet.lines, texts, rows, sure, strict=True):
        known = [word for word in words if word is not None]
        if not known:
            continue
        span = round(known[0].start_s * 1000), min(duration_ms, round(known[-1].end_s * 1000))
        heard = _heard_words(row, words, chances, (max(0, span[0]), span[1]))
        if heard:
            lines.append(LyricLine(text=line.text, start_ms=heard[0].start_ms, end_ms=heard[-1].end_ms, words=heard))
    return lines or None


def _time_lines(
    sheet: LyricSheet, duration_ms: int, vocals: tuple[Span, ...], grid: SongGrid | None, ear: _Ear | None
) -> list[LyricLine]:
    """Lines at their times, or laid on bars or sung stretches where the sheet has none."""
    lines = list(sheet.lines)
    if not sheet.is_timed:
        ear = None
        lines = _lay_lines(sheet, grid) or _spread_lines(sheet, duration_ms, vocals)
    pace_s = _pace_s(lines)
    timed = []
    for line, following in zip(lines, _following(lines), strict=True):
        start = round((line.start_s or 0.0) * 1000)
        if start >= duration_ms:
            continue
        limit = duration_ms if following is None else min(duration_ms, round(following * 1000))
        one = None if ear is None or line.words else _follow_line(line, start, limit, ear)
        if one is None:
            one = _time_line(line, (start, following, duration_ms), grid, pace_s)
            if line.words or not sheet.is_timed:
                one = _with_confidence(one, GIVEN.get(sheet.source, 0.8) if line.words else LAID_IN_SONG)
        timed.append(one)
    return timed


def _following(lines: list[SheetLine]) -> list[float | None]:
    """For each line, the start of the next one that begins later."""
    result: list[float | None] = []
    later: list[float] = []
    for line in reversed(lines):
        start_s = line.start_s or 0.0
        # What does not begin later than this line is hidden by it from all lines before.
        while later and later[-1] * 1000 <= round(start_s * 1000):
            later.pop()
        result.append(later[-1] if later else None)
        later.append(start_s)
    return result[::-1]


def _follow_line(line: SheetLine, start_ms: int, limit_ms: int, ear: _Ear) -> LyricLine | None:
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
                words.append(_word(text, begin, min(following, begin + LONGEST_WORD_MS), 0.0))
            continue
        end = min(max(round(word.end_s * 1000), start + 1), following)
        if end > start:
            shapes = shapes_of_sounds(word.sounds, start, end)
            chance = round(sure[index], 3)
            words.append(Word(text=text, start_ms=start, end_ms=end, phonemes=shapes, confidence=chance))
    return tuple(words)


def _time_line(
    line: SheetLine, bounds: tuple[int, float | None, int], grid: SongGrid | None, pace_s: float
) -> LyricLine:
    start_ms, following_s, duration_ms = bounds
    texts = [word.text for word in line.words] or line.text.split()
    limit = duration_ms if following_s is None else min(duration_ms, round(following_s * 1000))
    given = round(line.end_s * 1000) if line.end_s is not None else limit
    natural = start_ms + round(1000 * (SECONDS_PER_SYLLABLE * _count(" ".join(texts)) + 0.4))
    # A file that gives starts alone says nothing of the pause after a line; nobody sings that slowly.
    end = min(max(given, start_ms + 1), max(limit, start_ms + 1))
    if following_s is not None and line.end_s is not None and abs(line.end_s - following_s) < 1e-6:
        end = min(end, round(start_ms + 1.6 * (natural - start_ms)))
    elif line.end_s is None:
        end = min(end, natural)
    words = _given_words(line, start_ms, end) if line.words else _lay_words(texts, (start_ms, end), grid, pace_s)
    end = max(end, words[-1].end_ms) if words else end
    return LyricLine(text=line.text, start_ms=start_ms, end_ms=min(end, duration_ms), words=words)


def _with_confidence(line: LyricLine, confidence: float) -> LyricLine:
    words = tuple(word.model_copy(update={"confidence": confidence}) for word in line.words)
    return line.model_copy(update={"words": words})


def _given_words(line: SheetLine, start_ms: int, end_ms: int) -> tuple[Word, ...]:
    words = []
    for index, word in enumerate(line.words):
        first = max(start_ms, round(word.start_s * 1000))
        following = line.words[index + 1].start_s if index + 1 < len(line.words) else None
        last = round(1000 * (word.end_s if word.end_s is not None else following or end_ms / 1000))
        last = max(first + 1, min(last, first + LONGEST_WORD_MS * 2))
        words.append(_word(word.text, first, last, 0.0))
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
            words.append(_word(text, first, last, FIRST_OF_LINE if first == start_ms else LAID_IN_LINE))
    return tuple(words)


def _pace_s(lines: list[SheetLine]) -> float:
    """Median time per syllable, over the lines whose end or successor is known."""
    paces = []
    for index, line in enumerate(lines):
        following = lines[index + 1].start_s if index + 1 < len(lines) else None
        end = line.end_s if line.end_s is not None else following
        if line.start_s is not None and end is not None and end > line.start_s:
            paces.append((end - line.start_s) / (_count(line.text) + 1))
    return float(np.median(paces)) if paces else float("inf")


def _lay_lines(sheet: LyricSheet, grid: SongGrid | None) -> list[SheetLine] | None:
    """Lines on the bars in which a voice is heard."""
    if grid is None:
        return None
    spans = place_lines(grid, [_count(line.text) for line in sheet.lines])
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
            chance = FIRST_OF_LINE if first == start_ms else LAID_IN_LINE
            words.append(_word(text, first, min(last, first + LONGEST_WORD_MS), chance))
    return tuple(words)


def _word(text: str, start_ms: int, end_ms: int, confidence: float) -> Word:
    phonemes = time_shapes(mouth_shapes(text), start_ms, end_ms)
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, phonemes=phonemes, confidence=confidence)


def _spread_lines(sheet: LyricSheet, duration_ms: int, vocals: tuple[Span, ...]) -> list[SheetLine]:
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
