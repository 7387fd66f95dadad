"""Transcripts: what a speech recogniser heard, as the Whisper family writes it to JSON.

Four dialects say the same: whisper, WhisperX and faster-whisper programs write ``segments`` with ``words`` in them,
the web service may write ``words`` alone, whisper.cpp writes ``transcription`` with ``offsets`` in milliseconds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinklr.core.audio import other_programs
from twinklr.core.audio.other_programs import asked, load
from twinklr.core.errors import InputError

WHISPER = "whisper"
"""Given instead of a file: let Whisper listen, where it is installed. A file of that name goes before it."""
WHISPER_MODEL = "base"
LONGEST_S = 100_000.0
PROBABILITIES = ("probability", "score", "confidence")
"""As whisper and faster-whisper, WhisperX, and whisper-timestamped call it."""
PAUSE_S, WORDS_IN_LINE = 0.8, 10
"""Where words come without segments, a line ends at a pause this long, or after so many words."""


@dataclass(frozen=True)
class TranscriptWord:
    """A word with its time; `probability` is how sure the program is of it, None where it does not say."""

    text: str
    start_s: float
    end_s: float
    probability: float | None = None


@dataclass(frozen=True)
class Segment:
    """A stretch of words heard in one breath; `words` is empty where only the stretch has a time."""

    text: str
    start_s: float
    end_s: float
    words: tuple[TranscriptWord, ...] = ()


def read_segments(text: str, path: Path) -> list[Segment]:
    """Segments of a transcript, those without a usable time left out.

    Raises:
        InputError: Not JSON, or JSON of something else.

    Example:
        >>> row = '{"segments": [{"start": 1, "end": 2, "text": " Joy", "words": []}]}'
        >>> read_segments(row, Path("song.json"))[0].start_s
        1.0
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        # Besides broken JSON, Python refuses integers of thousands of digits.
        raise InputError("not valid JSON", where=path, expected="a transcript", cure="export it again") from error
    return to_segments(content, path)


def hear_with_whisper(song: Path) -> list[Segment]:
    """Segments as Whisper hears them in a song.

    Raises:
        InputError: It is not installed, or fails.
    """
    with asked(other_programs.WHISPER, song):
        whisper = load(other_programs.WHISPER, "whisper")
        content = whisper.load_model(WHISPER_MODEL).transcribe(str(song), word_timestamps=True)
    return to_segments(content, song)


def to_segments(content: Any, path: Path) -> list[Segment]:
    """Segments of a parsed transcript (see `read_segments`)."""
    rows = content if isinstance(content, dict) else {}
    if _is_rows(rows.get("segments")):
        found = [_segment(row) for row in rows["segments"]]
    elif _is_rows(rows.get("transcription")):
        found = [_cpp_segment(row) for row in rows["transcription"]]
    elif _is_rows(rows.get("words")):
        found = list(_lines_of(_words(rows["words"])))
    else:
        expected = "'segments', 'words' or 'transcription' as Whisper writes them"
        raise InputError("this JSON is no transcript", where=path, expected=expected, cure="export it from Whisper")
    return [segment for segment in found if segment is not None and segment.text.strip()]


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _segment(row: dict[str, Any]) -> Segment | None:
    words = tuple(_words(row["words"])) if _is_rows(row.get("words")) else ()
    times = _times(row.get("start"), row.get("end"))
    if times is None and words:
        times = words[0].start_s, words[-1].end_s
    text = str(row.get("text") or " ".join(word.text for word in words))
    return None if times is None else Segment(text, *times, words)


def _cpp_segment(row: dict[str, Any]) -> Segment | None:
    offsets = row.get("offsets")
    if not isinstance(offsets, dict):
        return None
    times = _times(offsets.get("from"), offsets.get("to"), scale=1000)
    return None if times is None else Segment(str(row.get("text", "")), *times)


def _words(rows: list[dict[str, Any]]) -> list[TranscriptWord]:
    """Words in order; one whose time is missing (WhisperX leaves numbers so) begins where the last one ended."""
    words: list[TranscriptWord] = []
    for row in rows:
        text = str(row.get("word") or row.get("text") or "").strip()
        times = _times(row.get("start"), row.get("end"))
        if times is None and words:
            times = words[-1].end_s, words[-1].end_s + 0.1
        if text and times is not None and (not words or times[0] >= words[-1].start_s):
            words.append(TranscriptWord(text, *times, _probability(row)))
    return words


def _probability(row: dict[str, Any]) -> float | None:
    values = (row.get(name) for name in PROBABILITIES)
    found = next((value for value in values if isinstance(value, int | float) and not isinstance(value, bool)), None)
    return float(found) if found is not None and 0 <= found <= 1 else None


def _times(start: Any, end: Any, scale: float = 1.0) -> tuple[float, float] | None:
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (start, end)):
        return None
    try:
        start_s, end_s = float(start) / scale, float(end) / scale
    except OverflowError:
        return None
    if not (math.isfinite(start_s) and math.isfinite(end_s) and 0 <= start_s <= end_s <= LONGEST_S):
        return None
    return start_s, end_s


def _lines_of(words: list[TranscriptWord]) -> Iterable[Segment]:
    line: list[TranscriptWord] = []
    for word in words:
        if line and (word.start_s - line[-1].end_s > PAUSE_S or len(line) >= WORDS_IN_LINE):
            yield _line(line)
            line = []
        line.append(word)
    if line:
        yield _line(line)


def _line(words: list[TranscriptWord]) -> Segment:
    return Segment(" ".join(word.text for word in words), words[0].start_s, words[-1].end_s, tuple(words))
