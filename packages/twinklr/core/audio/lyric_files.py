"""Lyrics files, told apart by content.

LRC (also enhanced, with word times), SRT, Audacity labels, plain text, and the JSON transcripts of Whisper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from twinklr.core.audio.given_files import read_given, to_text
from twinklr.core.audio.section_names import is_heading, label_of
from twinklr.core.audio.transcripts import Segment, read_segments
from twinklr.core.errors import InputError

LARGEST_BYTES = 2_000_000
MOST_HEADINGS = 4
"""Before one line of LRC; each comes again with every time of that line."""
_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_WORD_STAMP = re.compile(r"<(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?>")
_TAG = re.compile(r"^\[([a-zA-Z#]+):(.*)\]$")
_SRT_TIMES = re.compile(r"(\d{1,2}):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d{1,2}):(\d\d):(\d\d)[,.](\d{1,3})")
_MARKUP = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")


@dataclass(frozen=True)
class SheetWord:
    """A word of a sheet; `end_s` and `probability`, how sure its writer was, are None where the file does not say."""

    text: str
    start_s: float
    end_s: float | None = None
    probability: float | None = None


@dataclass(frozen=True)
class SheetLine:
    """A line of a sheet with as much timing as its file gives."""

    text: str
    start_s: float | None = None
    end_s: float | None = None
    words: tuple[SheetWord, ...] = ()


@dataclass(frozen=True)
class LyricSheet:
    """Lyrics as written down, before they are aligned.

    Attributes:
        lines: In order; all of them have a start, or none has.
        source: What it was read from: ``lrc``, ``enhanced lrc``, ``srt``, ``labels``, ``transcript`` or ``text``.
        headings: Section names found in the text (``[Chorus]``) with the number of the line they precede.
    """

    lines: tuple[SheetLine, ...]
    source: str
    headings: tuple[tuple[str, int], ...] = ()

    @property
    def is_timed(self) -> bool:
        """Whether the lines have times."""
        return bool(self.lines) and self.lines[0].start_s is not None


def read_lyrics(path: str | Path) -> LyricSheet:
    """Read a lyrics file.

    Raises:
        InputError: It cannot be read (see `read_given`), is not text, or nothing is sung in it.
    """
    path = Path(path)
    text = to_text(read_given(path, "lyrics", "--lyrics (lyrics_path)", LARGEST_BYTES), path)
    sheet = parse_transcript(text, path) if text.lstrip().startswith("{") else parse_lyrics(text)
    if not sheet.lines:
        raise InputError(
            "no lyrics in this file",
            where=path,
            expected="lrc, srt, labels, a transcript or plain text",
            cure="add lines",
        )
    return sheet


def parse_lyrics(text: str) -> LyricSheet:
    """Lyrics from text in any of the formats.

    Example:
        >>> parse_lyrics("[00:01.50]Hello world").lines[0].start_s
        1.5
        >>> parse_lyrics("Hello world").is_timed
        False
    """
    rows = [row.strip("\ufeff \t\r") if "\t" not in row else row.rstrip("\r") for row in text.splitlines()]
    if _SRT_TIMES.search(text):
        return _without_headings(_parse_srt(text))
    if any(_STAMP.match(row) for row in rows):
        return _without_headings(_parse_lrc(rows))
    labels = [label for label in map(_label, rows) if label is not None]
    if labels and len(labels) >= 0.8 * sum(bool(row.strip()) for row in rows):
        in_order = tuple(sorted(labels, key=lambda line: line.start_s or 0.0))
        return _without_headings(LyricSheet(in_order, "labels"))
    return _parse_plain(rows)


def _without_headings(sheet: LyricSheet) -> LyricSheet:
    """A timed sheet whose ``[Chorus]`` lines are no longer sung, but say what follows; ``[Music]`` says nothing."""
    lines: list[SheetLine] = []
    headings: list[tuple[str, int]] = []
    for line in sheet.lines:
        if not is_heading(line.text):
            lines.append(line)
        elif label_of(line.text) != "part":
            headings.append((_name(line.text), len(lines)))
    return replace(sheet, lines=tuple(lines), headings=tuple(headings))


def _name(heading: str) -> str:
    return heading.strip(" \t[]():")


def _tag(row: str) -> re.Match[str] | None:
    """A tag of LRC, such as ``[ti:Song]``; ``[Chorus: Ann]`` is none, but says who sings."""
    found = _TAG.match(row)
    return found if found and label_of(found[1]) == "part" else None


def parse_transcript(text: str, path: Path) -> LyricSheet:
    """Lines and words of a speech recogniser's JSON (see `transcripts`).

    Raises:
        InputError: It is no transcript.
    """
    return to_sheet(read_segments(text, path))


def to_sheet(segments: list[Segment]) -> LyricSheet:
    """A sheet of what a speech recogniser heard."""
    lines = []
    for segment in segments:
        cleaned = ((_clean(word.text), word) for word in segment.words)
        words = tuple(SheetWord(text, word.start_s, word.end_s, word.probability) for text, word in cleaned if text)
        if line := _clean(segment.text):
            # A line's own text keeps what the words lose; without word times it is laid on the beats like any line.
            lines.append(SheetLine(line, segment.start_s, segment.end_s, words))
    in_order = tuple(sorted(lines, key=lambda line: line.start_s or 0.0))
    return _without_headings(LyricSheet(in_order, "transcript"))


def _seconds(minutes: str, seconds: str, fraction: str | None) -> float:
    return int(minutes) * 60 + int(seconds) + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def _parse_lrc(rows: list[str]) -> LyricSheet:
    offset_s = 0.0
    stamped: list[SheetLine] = []
    headings: list[str] = []
    for row in rows:
        tag = _tag(row)
        if tag is None and not _STAMP.match(row) and is_heading(row):
            headings = [*headings, row][-MOST_HEADINGS:]
        if tag and tag[1].lower() == "offset":
            try:
                offset_s = float(tag[2]) / 1000
            except ValueError:
                offset_s = 0.0
        starts = []
        rest = row
        while stamp := _STAMP.match(rest):
            starts.append(_seconds(*stamp.groups()))
            rest = rest[stamp.end() :].lstrip()
        for start in starts:
            stamped += [SheetLine(heading, start) for heading in headings]
            stamped.append(_lrc_line(rest, start, shift_s=start - starts[0]))
        headings = [] if starts else headings
    stamped.sort(key=lambda line: line.start_s or 0.0)
    lines = []
    for index, line in enumerate(stamped):
        following = stamped[index + 1].start_s if index + 1 < len(stamped) else None
        if line.text:
            lines.append(_shifted(replace(line, end_s=following), -offset_s))
    enhanced = any(line.words for line in lines)
    return LyricSheet(tuple(lines), "enhanced lrc" if enhanced else "lrc")


def _lrc_line(rest: str, start_s: float, shift_s: float) -> SheetLine:
    pieces = _WORD_STAMP.split(rest)
    if len(pieces) < 5:
        return SheetLine(_clean(_WORD_STAMP.sub(" ", rest)), start_s)
    words: list[SheetWord] = []
    marks = [
        (_seconds(pieces[i], pieces[i + 1], pieces[i + 2]) + shift_s, pieces[i + 3]) for i in range(1, len(pieces), 4)
    ]
    lead = pieces[0].strip()
    if lead:
        marks.insert(0, (start_s, lead))
    for index, (at, text) in enumerate(marks):
        end = marks[index + 1][0] if index + 1 < len(marks) else None
        parts = text.split()
        for number, part in enumerate(parts):
            if end is not None and len(parts) > 1:
                step = (end - at) / len(parts)
                words.append(SheetWord(part, at + number * step, at + (number + 1) * step))
            else:
                words.append(SheetWord(part, at, end if number == len(parts) - 1 else None))
    return SheetLine(" ".join(word.text for word in words), start_s, words=tuple(words))


def _shifted(line: SheetLine, shift_s: float) -> SheetLine:
    if not shift_s:
        return line

    def move(at_s: float | None) -> float | None:
        return None if at_s is None else max(0.0, at_s + shift_s)

    words = tuple(
        replace(word, start_s=max(0.0, word.start_s + shift_s), end_s=move(word.end_s)) for word in line.words
    )
    return SheetLine(line.text, move(line.start_s), move(line.end_s), words)


def _parse_srt(text: str) -> LyricSheet:
    lines = []
    marks = list(_SRT_TIMES.finditer(text))
    for index, mark in enumerate(marks):
        stop = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        rows = [_clean(row) for row in text[mark.end() : stop].strip().splitlines()]
        if index + 1 < len(marks) and rows and rows[-1].isdigit():
            rows.pop()
        words = " ".join(row for row in rows if row)
        numbers = [int(part) for part in mark.groups()]
        fraction = [int(mark[4]) / 10 ** len(mark[4]), int(mark[8]) / 10 ** len(mark[8])]
        start = numbers[0] * 3600 + numbers[1] * 60 + numbers[2] + fraction[0]
        end = numbers[4] * 3600 + numbers[5] * 60 + numbers[6] + fraction[1]
        if words:
            lines.append(SheetLine(words, start, max(start, end)))
    return LyricSheet(tuple(sorted(lines, key=lambda line: line.start_s or 0.0)), "srt")


def _label(row: str) -> SheetLine | None:
    parts = row.split("\t")
    if len(parts) < 3:
        return None
    try:
        start, end = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    text = _clean(" ".join(parts[2:]))
    return SheetLine(text, max(0.0, start), max(start, end)) if text else None


def _parse_plain(rows: list[str]) -> LyricSheet:
    lines: list[SheetLine] = []
    headings: list[tuple[str, int]] = []
    for row in rows:
        if _tag(row):
            continue
        if is_heading(row):
            headings.append((_name(row), len(lines)))
        elif text := _clean(row):
            lines.append(SheetLine(text))
    return LyricSheet(tuple(lines), "text", tuple(headings))


def _clean(text: str) -> str:
    """Without markup, music signs and control characters, the blanks single; empty without a letter or digit."""
    text = _MARKUP.sub(" ", text)
    text = "".join(sign if sign.isprintable() and sign not in "♪♫♬" else " " for sign in text)
    return " ".join(text.split()) if any(map(str.isalnum, text)) else ""
