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

MOST_TIMES, MOST_LINES = 12, 2000
_COUNT = r"(?:x\s*(?P<a>\d{1,2})|(?P<b>\d{1,2})\s*(?:x|times)|repeat(?:\s*x?\s*(?P<c>\d{1,2}))?)"
_IN_BRACKETS = re.compile(rf"\s*[(\[]\s*{_COUNT}\s*[)\]]\s*$", re.IGNORECASE)
_BARE = re.compile(r"\s+x\s?(?P<a>\d{1,2})$", re.IGNORECASE)
_IN_HEADING = re.compile(rf"(?:^|[\s,-]+){_COUNT}$", re.IGNORECASE)
_LABELS = {
    "chorus": "chorus",
    "refrain": "chorus",
    "hook": "chorus",
    "verse": "verse",
    "strophe": "verse",
    "bridge": "bridge",
    "middle": "bridge",
    "intro": "intro",
    "outro": "outro",
    "ending": "outro",
    "coda": "outro",
    "solo": "solo",
    "instrumental": "solo",
    "interlude": "break",
    "break": "break",
    "drop": "drop",
    "build": "build",
}


@dataclass(frozen=True)
class _Block:
    """Lines under one heading."""

    name: str
    times: int
    lines: tuple[SheetLine, ...]


def expand_form(sheet: LyricSheet) -> LyricSheet:
    """Plain lyrics as they are sung: repeats written out, a heading without lines filled from its namesake before.

    Sheets with times, and those of more than `MOST_LINES` lines when written out, are returned as they are.

    Example:
        >>> lines = tuple(map(SheetLine, ("la la (x2)", "hey")))
        >>> [line.text for line in expand_form(LyricSheet(lines, "text")).lines]
        ['la la', 'la la', 'hey']
    """
    if sheet.is_timed or not 0 < len(sheet.lines) <= MOST_LINES:
        return sheet
    lines: list[SheetLine] = []
    headings: list[tuple[str, int]] = []
    known: dict[str, tuple[SheetLine, ...]] = {}
    before: tuple[SheetLine, ...] = ()
    for block in _blocks(sheet):
        sung = tuple(one for line in block.lines for one in _repeated(line))
        is_repeat = not block.name and not sung
        sung = sung or (before if is_repeat else known.get(block.name.lower(), ()))
        times = block.times - 1 if is_repeat else block.times
        # A few hundred repeats of a long part would fill the memory.
        if len(lines) + len(sung) * times > MOST_LINES:
            return sheet
        if is_repeat:
            # "(x2)" on a line of its own: what went before is sung again.
            lines += sung * times
            continue
        known[block.name.lower()] = sung
        for _ in range(times if sung else 1):
            if block.name:
                headings.append((block.name, len(lines)))
            lines += sung
        before = sung
    return replace(sheet, lines=tuple(lines), headings=tuple(headings))


def find_sections(sheet: LyricSheet, lines: tuple[LyricLine, ...]) -> tuple[LyricSection, ...]:
    """The headings of a sheet in time; those without words lie between their neighbours.

    Args:
        sheet: As `expand_form` returned it.
        lines: Its lines in time, one for one.
    """
    if len(lines) != len(sheet.lines) or not sheet.headings:
        return ()
    sections: list[LyricSection] = []
    for (name, first), (_, last) in zip(sheet.headings, [*sheet.headings[1:], ("", len(lines))], strict=True):
        if last > first:
            start, end = lines[first].start_ms, lines[last - 1].end_ms
        else:
            start = lines[first - 1].end_ms if first else 0
            end = lines[first].start_ms if first < len(lines) else start
        if end > start:
            sections.append(LyricSection(name=name, label=_label(name), start_ms=start, end_ms=end))
    return tuple(sections)


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


def _label(name: str) -> str:
    word = re.match(r"[a-z]+", name.lower())
    return _LABELS.get(word[0], "part") if word else "part"
