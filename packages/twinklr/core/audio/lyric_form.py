"""The form written into plain lyrics: ``[Chorus]`` headings and ``(x2)`` repeats, read as what is sung and where.

Sheets abbreviate: a chorus is written once and named again later, a line is followed by ``(x2)``. Sung is the long
form, so that is what is aligned; the headings come back as hints on the form of the song.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from twinklr.core.audio.bundle import LyricLine, LyricSection
from twinklr.core.audio.lyric_files import LyricSheet, SheetLine
from twinklr.core.audio.section_names import label_of

MOST_TIMES = 12
MOST_LINES, MOST_WORDS = 2000, 20_000
"""Several times what the longest of songs has; a heading is a line."""
_COUNT = r"(?:x\s*(?P<a>\d{1,2})|(?P<b>\d{1,2})\s*(?:x|times)|repeat(?:\s*x?\s*(?P<c>\d{1,2}))?)"
_IN_BRACKETS = re.compile(rf"\s*[(\[]\s*{_COUNT}\s*[)\]]\s*$", re.IGNORECASE)
_BARE = re.compile(r"\s+x\s?(?P<a>\d{1,2})$", re.IGNORECASE)
_IN_HEADING = re.compile(rf"(?:^|[\s,-]+){_COUNT}$", re.IGNORECASE)


@dataclass(frozen=True)
class _Block:
    """Lines under one heading."""

    name: str
    times: int
    lines: tuple[SheetLine, ...]


def measure(sheet: LyricSheet) -> tuple[int, int]:
    """How long lyrics are: lines with those of the headings, and words."""
    return len(sheet.lines) + len(sheet.headings), _count_words(sheet.lines)


def expand_form(sheet: LyricSheet) -> LyricSheet:
    """Plain lyrics as they are sung: repeats written out, a heading without lines filled from its namesake before.

    Sheets with times, and those longer than `MOST_LINES` or `MOST_WORDS` when written out, are returned as they are.

    Example:
        >>> lines = tuple(map(SheetLine, ("la la (x2)", "hey")))
        >>> [line.text for line in expand_form(LyricSheet(lines, "text")).lines]
        ['la la', 'la la', 'hey']
    """
    if sheet.is_timed or not sheet.lines or measure(sheet)[0] > MOST_LINES:
        return sheet
    lines: list[SheetLine] = []
    headings: list[tuple[str, int]] = []
    known: dict[str, tuple[SheetLine, ...]] = {}
    before: tuple[SheetLine, ...] = ()
    words = 0
    for block in _blocks(sheet):
        sung = tuple(one for line in block.lines for one in _repeated(line))
        is_repeat = not block.name and not sung
        sung = sung or (before if is_repeat else known.get(block.name.lower(), ()))
        # "(x2)" on a line of its own: what went before is sung again.
        times = block.times - 1 if is_repeat else block.times if sung else 1
        # A few hundred repeats of a long part would fill the memory.
        if len(lines) + len(headings) + (len(sung) + bool(block.name)) * times > MOST_LINES:
            return sheet
        words += _count_words(sung * times)
        if words > MOST_WORDS:
            return sheet
        for _ in range(times):
            if block.name:
                headings.append((block.name, len(lines)))
            lines += sung
        if not is_repeat:
            known[block.name.lower()] = before = sung
    return replace(sheet, lines=tuple(lines), headings=tuple(headings))


def find_sections(sheet: LyricSheet, lines: tuple[LyricLine, ...]) -> tuple[LyricSection, ...]:
    """The headings of a sheet in time; those without words in time lie between their neighbours.

    Args:
        sheet: As `expand_form` returned it.
        lines: Its lines in time and in order; some may be missing.
    """
    found = _found(sheet, lines)
    sections: list[LyricSection] = []
    for (name, first), (_, last) in pairwise([*sheet.headings, ("", len(found))]):
        if inside := [line for line in found[first:last] if line is not None]:
            start, end = inside[0].start_ms, inside[-1].end_ms
        else:
            start = next((line.end_ms for line in reversed(found[:first]) if line is not None), 0)
            end = next((line.start_ms for line in found[last:] if line is not None), start)
        if end > start:
            sections.append(LyricSection(name=name, label=label_of(name), start_ms=start, end_ms=end))
    return tuple(sections)


def _found(sheet: LyricSheet, lines: tuple[LyricLine, ...]) -> list[LyricLine | None]:
    """For each line of a sheet the same in time, None for those that are missing."""
    found: list[LyricLine | None] = []
    rest = list(reversed(lines))
    for line in sheet.lines:
        found.append(rest.pop() if rest and rest[-1].text == line.text else None)
    return found


def _count_words(lines: tuple[SheetLine, ...]) -> int:
    return sum(len(line.text.split()) for line in lines)


def _blocks(sheet: LyricSheet) -> list[_Block]:
    edges = [("", 0), *sheet.headings, ("", len(sheet.lines))]
    blocks = []
    for (heading, first), (_, last) in pairwise(edges):
        found = _IN_HEADING.search(heading)
        name = heading[: found.start()].strip() if found else heading
        if heading or last > first:
            blocks.append(_Block(name, _times(found), sheet.lines[first:last]))
    return blocks


def _repeated(line: SheetLine) -> tuple[SheetLine, ...]:
    found = _IN_BRACKETS.search(line.text) or _BARE.search(line.text)
    text = line.text[: found.start()].strip() if found else line.text
    return (replace(line, text=text),) * _times(found) if text else ()


def _times(found: re.Match[str] | None) -> int:
    if found is None:
        return 1
    number = next((value for value in found.groupdict().values() if value), "2")
    return min(max(int(number), 1), MOST_TIMES)
