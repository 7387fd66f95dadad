"""Lyrics in time: finds them, gives every line and word a start and an end, and every word its mouth shapes.

Words are followed by ear (`sung_words`) between the line times of the sheet, or through the whole song where it has
none. Where the singing cannot be followed, syllables are laid on the beats (`lyric_grid`), and the confidence says so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twinklr.core.audio.bundle import LyricLine, Lyrics, Span
from twinklr.core.audio.followed_lyrics import Ear, follow_line, follow_song
from twinklr.core.audio.laid_lyrics import LAID_IN_SONG, lay_lines, pace_s_of, spread_lines, time_line, with_confidence
from twinklr.core.audio.lyric_files import LyricSheet, SheetLine, parse_lyrics, read_lyrics, to_sheet
from twinklr.core.audio.lyric_form import MOST_LINES, MOST_WORDS, expand_form, find_sections, measure
from twinklr.core.audio.lyric_grid import SongGrid
from twinklr.core.audio.other_programs import is_asked
from twinklr.core.audio.sung_words import sound_scores
from twinklr.core.audio.transcripts import WHISPER, hear_with_whisper
from twinklr.core.errors import InputError

GIVEN = {"enhanced lrc": 0.95, "transcript": 0.8}
"""Confidence of a word whose time the file gives: a person's, or another program's that does not doubt it."""


def find_sheet(song: Path, lyrics_path: Path | None, tag_text: str) -> tuple[LyricSheet, str] | None:
    """The lyrics of a song and where they come from: the given file, one beside the song, or the tags.

    Raises:
        InputError: ``lyrics_path`` cannot be used, or the lyrics are longer than those of any song.
    """
    found = _find_sheet(song, lyrics_path, tag_text)
    if found is None:
        return None
    lines, words = measure(found[0])
    if lines > MOST_LINES or words > MOST_WORDS:
        raise InputError(
            f"{lines} lines and {words} words of lyrics",
            where=f"{song} ({found[1]})",
            expected=f"at most {MOST_LINES} lines and {MOST_WORDS} words",
            cure="give the lyrics of this song alone with --lyrics (lyrics_path)",
        )
    return found


def _find_sheet(song: Path, lyrics_path: Path | None, tag_text: str) -> tuple[LyricSheet, str] | None:
    if is_asked(WHISPER, lyrics_path):
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
    if grid is not None and grid.singing is not None and not all(line.words for line in sheet.lines):
        ear = Ear(sound_scores(grid.singing), grid.offset_s)
    timed = None
    if not sheet.is_timed and ear is not None:
        timed = follow_song(sheet, ear, duration_ms)
    if timed is None:
        timed = _time_lines(sheet, duration_ms, vocals, grid, ear)
    sure = [word.confidence for line in timed for word in line.words]
    return Lyrics(
        lines=tuple(timed),
        source=f"{source} ({sheet.source})",
        confidence=round(float(np.mean(sure)), 3) if sure else 0.0,
        sections=find_sections(sheet, tuple(timed)),
    )


def _time_lines(
    sheet: LyricSheet, duration_ms: int, vocals: tuple[Span, ...], grid: SongGrid | None, ear: Ear | None
) -> list[LyricLine]:
    """Lines at their times, or laid on bars or sung stretches where the sheet has none."""
    lines = list(sheet.lines)
    if not sheet.is_timed:
        ear = None
        lines = lay_lines(sheet, grid) or spread_lines(sheet, duration_ms, vocals)
    pace_s = pace_s_of(lines)
    timed = []
    for line, following in zip(lines, _following(lines), strict=True):
        start = round((line.start_s or 0.0) * 1000)
        if start >= duration_ms:
            continue
        limit = duration_ms if following is None else min(duration_ms, round(following * 1000))
        one = None if ear is None or line.words else follow_line(line, start, limit, ear)
        if one is None:
            one = time_line(line, (start, following, duration_ms), grid, pace_s, GIVEN.get(sheet.source, 0.8))
            if not sheet.is_timed:
                one = with_confidence(one, LAID_IN_SONG)
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
