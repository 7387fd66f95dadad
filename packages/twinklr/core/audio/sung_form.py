"""What the words say about the form: headings over them, lines that come again, and parts without any.

Words are strong witnesses. Parts with the same text are repeats of each other, whatever the band does; the text that
comes most often is the chorus; and a part without words is no verse. Headings say it outright, yet whoever wrote them
may have heard another form, and our times of the words may be wrong, so they are hints that may be overruled.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from twinklr.core.audio.bundle import LyricLine, Lyrics

Spans = list[tuple[int, int]]
FAIR = 0.5
"""Words are believed when their lines are, on average, this likely to be where we have them."""
SAME_TEXT, LEAST_WORDS = 0.7, 6
"""Two parts share this much of their words, both ways, and have so many, to be the same text."""
MOSTLY, LEAST_FULL = 0.6, 0.5
"""A heading speaks for a part if it holds this much of its words; a part half as full of words as others, for less."""
VOICED, STRAY = 0.75, 0.15
"""A part is wordless if somebody is heard in less of it, and it is less full of words than this, of the others."""
LONGEST_WORD_MS, PAUSE_MS = 1600, 5000
"""From the beginning of the last word before it, a pause is at least so long."""


@dataclass(frozen=True)
class SungForm:
    """What the words say of each part.

    Attributes:
        headings: Label of the heading over it and how much speaks for that, 0..1; None where nothing does.
        choral: How often its lines come in the song, 0 (once) to 1 (as often as any).
        wordless: Whether nobody sings in it, though the words of the song are known.
        groups: Number of the text it has; equal texts share one, and None is no text or too little.
    """

    headings: list[tuple[str, float] | None]
    choral: list[float]
    wordless: list[bool]
    groups: list[int | None]


@dataclass(frozen=True)
class _Sung:
    """A word where it begins, since its end is often a guess; with what is known of its line."""

    at_ms: int
    text: str
    line: tuple[str, ...]
    label: str
    trust: float


def read_form(lyrics: Lyrics | None, spans_ms: Spans, voiced: list[float]) -> SungForm | None:
    """What the words of a song say of its parts; None where there are none, or where they lie is a guess.

    Args:
        lyrics: In time.
        spans_ms: Start and end of each part.
        voiced: Share of each in which a voice is heard.
    """
    if lyrics is None or not lyrics.lines or _mean([line_trust(line) for line in lyrics.lines]) < FAIR:
        return None
    words = _words(lyrics)
    parts = [[word for word in words if start <= word.at_ms < end] for start, end in spans_ms]
    lines = Counter(word.line for word in words)
    often = {line: count / len(line) for line, count in lines.items()}
    most = max(often.values(), default=1) - 1
    word_ms = _ms_a_word(lyrics)
    full = [len(part) / max(1, end - start) * word_ms for part, (start, end) in zip(parts, spans_ms, strict=True)]
    return SungForm(
        headings=[
            _heading(part, rate) or _empty_heading(lyrics, span, rate)
            for part, rate, span in zip(parts, full, spans_ms, strict=True)
        ],
        choral=[_mean([(often[word.line] - 1) / most for word in part]) if most > 0 else 0.0 for part in parts],
        wordless=[rate < STRAY and share < VOICED for rate, share in zip(full, voiced, strict=True)],
        groups=_same_texts([Counter(word.text for word in part) for part in parts]),
    )


def beginnings(lyrics: Lyrics | None) -> list[tuple[int, float]]:
    """Where the words say that a part begins, in milliseconds, and how likely their place is right.

    Below a heading, and where singing sets in after a pause.
    """
    headed = {section.start_ms for section in lyrics.sections} if lyrics else set()
    found: list[tuple[int, float]] = []
    last_ms = -PAUSE_MS
    for line in lyrics.lines if lyrics else ():
        if line.start_ms in headed or line.start_ms - last_ms >= PAUSE_MS:
            found.append((line.start_ms, line_trust(line)))
        last_ms = line.words[-1].start_ms if line.words else line.start_ms
    return found


def line_trust(line: LyricLine) -> float:
    """How likely a line is where we have it: as its first word, or as its words are on average."""
    sure = [word.confidence for word in line.words]
    return max(sure[0], _mean(sure)) if sure else 0.0


def join_groups(groups: list[int], texts: list[int | None]) -> list[int]:
    """Groups of parts as heard, those joined that hold the same text.

    Example:
        >>> join_groups([0, 1, 2, 1], [None, 0, 0, 1])
        [0, 1, 1, 1]
    """
    joined = list(groups)
    for text in dict.fromkeys(text for text in texts if text is not None):
        members = {group for group, one in zip(joined, texts, strict=True) if one == text}
        joined = [min(members) if group in members else group for group in joined]
    return joined


def _words(lyrics: Lyrics) -> list[_Sung]:
    result = []
    for line in lyrics.lines:
        inside = (one.label for one in lyrics.sections if one.start_ms <= line.start_ms < one.end_ms)
        label, trust = next(inside, ""), line_trust(line)
        plain = [(word.start_ms, _plain(word.text)) for word in line.words]
        text = tuple(word for _, word in plain if word)
        result += [_Sung(at_ms, word, text, label, trust) for at_ms, word in plain if word]
    return result


def _plain(word: str) -> str:
    return re.sub(r"[\W_]", "", word.lower())


def _ms_a_word(lyrics: Lyrics) -> float:
    """Time a word takes while somebody sings."""
    rows = [line for line in lyrics.lines if line.words]
    sung_ms = sum(min(line.end_ms, line.words[-1].start_ms + LONGEST_WORD_MS) - line.start_ms for line in rows)
    return sung_ms / max(1, sum(len(line.words) for line in rows))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _heading(part: list[_Sung], full: float) -> tuple[str, float] | None:
    """The label under which most words of a part stand, and how much speaks for it."""
    counts = Counter(word.label for word in part)
    if not counts:
        return None
    label, count = counts.most_common(1)[0]
    share = count / len(part) * min(1.0, full / LEAST_FULL)
    if share < MOSTLY or label in ("", "part"):
        return None
    return label, share * _mean([word.trust for word in part if word.label == label])


def _empty_heading(lyrics: Lyrics, span_ms: tuple[int, int], full: float) -> tuple[str, float] | None:
    """The label of a heading over no words, such as a solo, that holds most of a part without any."""
    if full >= STRAY:
        return None
    trust = _mean([line_trust(line) for line in lyrics.lines])
    for one in lyrics.sections:
        share = (min(one.end_ms, span_ms[1]) - max(one.start_ms, span_ms[0])) / max(1, span_ms[1] - span_ms[0])
        # Few sections get as far as being compared with every line.
        if share < MOSTLY or one.label == "part":
            continue
        if not any(one.start_ms <= line.start_ms < one.end_ms for line in lyrics.lines):
            return one.label, share * trust
    return None


def _same_texts(bags: list[Counter[str]]) -> list[int | None]:
    groups: list[int | None] = []
    for index, bag in enumerate(bags):
        group: int | None = None
        if bag.total() >= LEAST_WORDS:
            same = (groups[other] for other in range(index) if groups[other] is not None and _alike(bag, bags[other]))
            group = next(same, index)
        groups.append(group)
    return groups


def _alike(one: Counter[str], two: Counter[str]) -> bool:
    return (one & two).total() >= SAME_TEXT * max(one.total(), two.total())
