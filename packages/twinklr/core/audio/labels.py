"""Names of the parts: intro, verse, chorus and so on, from repetition, energy and place. A guess, said so.

Where the words are known, they say more: see `sung_form`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import Moment, Section
from twinklr.core.audio.corrections import SectionMark
from twinklr.core.audio.sung_form import FAIR, SungForm

EMPTY = 0.04
"""Energy below which nothing is played."""
SURE, LIKELY, GUESS = 0.95, 0.75, 0.35
"""What speaks for a name: several signs, one good sign, or only that nothing fits better."""
CHORAL = 0.3
"""What words that come most often weigh, beside energy."""


@dataclass(frozen=True)
class Form:
    """The parts of a song before they are named.

    Attributes:
        spans_ms: Start and end of each part.
        groups: Group number of each; repeats share one.
        energies: 0..1 of each.
        edges: How clear each beginning is, 0..1.
        sung: Share of each that is sung; empty where unknown.
        moments: Builds and breaks that were heard.
        words: What the words say, where they are known.
        has_bars: Whether the parts were found on bars; without, there is no verse or chorus to speak of.
    """

    spans_ms: list[tuple[int, int]]
    groups: list[int]
    energies: list[float]
    edges: list[float]
    sung: list[float] = field(default_factory=list)
    moments: tuple[Moment, ...] = ()
    words: SungForm | None = None
    has_bars: bool = True

    @property
    def lengths_ms(self) -> list[int]:
        """Length of each part."""
        return [end - start for start, end in self.spans_ms]

    def members(self, group: int, among: list[int]) -> list[int]:
        """The parts of a group, of those given."""
        return [index for index in among if self.groups[index] == group]


Named = dict[int, tuple[str, float]]
"""Part -> its name and how much speaks for it, 0..1."""


def name_sections(form: Form) -> tuple[Section, ...]:
    """Sections with labels, and confidences that hold for both the beginning and the name."""
    named = _names(form)
    letters = _letters(form.groups)
    return tuple(
        Section(
            index=index,
            start_ms=start,
            end_ms=end,
            label=named[index][0],
            group=letters[index],
            energy=round(form.energies[index], 3),
            confidence=round(float(np.clip(form.edges[index], 0, 1)) * named[index][1], 3),
        )
        for index, (start, end) in enumerate(form.spans_ms)
    )


def marked_sections(
    marks: tuple[SectionMark, ...], duration_ms: int, energy: NDArray[np.float64], hop_ms: int, offset_s: float
) -> tuple[Section, ...]:
    """Sections as the user marked them; equal names are one group. The first one begins at 0."""
    inside = [mark for mark in marks if mark.at_s * 1000 < duration_ms]
    starts = [round(mark.at_s * 1000) for mark in inside]
    if not starts or starts[0] > 500:
        starts, inside = [0, *starts], [SectionMark(at_s=0, name="intro"), *inside]
    starts[0] = 0
    keep = [i for i, start in enumerate(starts) if i == 0 or start > starts[i - 1]]
    starts, inside = [starts[i] for i in keep], [inside[i] for i in keep]
    kinds = [mark.name.strip().lower().rstrip(" 0123456789") for mark in inside]
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    sections = []
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], duration_ms], strict=True)):
        first, last = ((ms / 1000 - offset_s) * 1000 / hop_ms for ms in (start, end))
        part = energy[max(0, round(first)) : max(0, round(last))]
        level = round(float(part.mean()), 3) if len(part) else 0.0
        sections.append(
            Section(
                index=index,
                start_ms=start,
                end_ms=end,
                label=inside[index].label,
                group=_letter(numbers[kinds[index]]),
                energy=level,
                confidence=1.0,
                name=inside[index].name.strip(),
            )
        )
    return tuple(sections)


def _letters(groups: list[int]) -> list[str]:
    order: dict[int, int] = {}
    for group in groups:
        order.setdefault(group, len(order))
    return [_letter(order[group]) for group in groups]


def _letter(number: int) -> str:
    """Spreadsheet letters: A to Z, then AA.

    Example:
        >>> _letter(0), _letter(25), _letter(26)
        ('A', 'Z', 'AA')
    """
    return (_letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _names(form: Form) -> Named:
    count = len(form.spans_ms)
    if count == 1 or not form.has_bars:
        plain: Named = dict.fromkeys(range(count), ("part", GUESS))
        return _with_headings(form, plain | _silences(form))
    named = _silences(form) | _ends(form) | _moment_names(form)
    inner = [index for index in range(count) if index not in named and not _is_wordless(form, index)]
    chorus, lead = _chorus_group(form, inner)
    named |= dict.fromkeys(form.members(chorus, inner), ("chorus", lead))
    rest = [index for index in inner if index not in named]
    verse, sure = _verse_group(form, rest)
    named |= dict.fromkeys(form.members(verse, rest), ("verse", sure))
    for index in range(count):
        if index not in named:
            named[index] = _other_name(form, index, verse)
    return _with_headings(form, named)


def _is_wordless(form: Form, index: int) -> bool:
    return form.words is not None and form.words.wordless[index]


def _with_headings(form: Form, named: Named) -> Named:
    """Names that headings confirm are surer; other ones give way to a heading that is believed.

    A build that was heard stays one: headings do not tell it from the verse it is part of. A break gives way to a
    surer heading, as some choruses are.
    """
    result = dict(named)
    for index, heading in enumerate(form.words.headings if form.words else []):
        if heading is None:
            continue
        (label, sure), (name, likely) = heading, named[index]
        if label == name:
            result[index] = name, 1 - (1 - sure) * (1 - likely)
        elif sure >= (likely if name == "break" else FAIR) and name != "build":
            result[index] = heading
    return result


def _silences(form: Form) -> Named:
    last = len(form.energies) - 1
    loud = max(form.energies)
    return {
        index: ("break" if index < last else "outro", SURE)
        for index, energy in enumerate(form.energies)
        if index and energy < EMPTY < loud
    }


def _ends(form: Form) -> Named:
    """Intro and outro, where the first or last part is short and unlike the rest, quiet, or very short."""
    lengths, count = form.lengths_ms, len(form.spans_ms)
    typical, middle = float(np.median(lengths)), float(np.median(form.energies))
    named: Named = {}
    for index, name, least in ((0, "intro", 2), (count - 1, "outro", 3)):
        alone = form.groups.count(form.groups[index]) == 1
        signs = [alone, form.energies[index] < middle, lengths[index] < 0.6 * typical]
        if count > least and lengths[index] < 0.2 * sum(lengths) and any(signs):
            named[index] = name, (0.5, LIKELY, SURE)[sum(signs) - 1]
    return named


def _moment_names(form: Form) -> Named:
    """Parts between the ends that mostly are a build or a break."""
    named: Named = {}
    for index, (start, end) in list(enumerate(form.spans_ms))[1:-1]:
        for moment in form.moments:
            overlap = min(end, moment.end_ms) - max(start, moment.start_ms)
            if moment.kind in ("build", "break") and overlap > 0.6 * (end - start):
                named[index] = moment.kind, LIKELY
    return named


def _chorus_group(form: Form, inner: list[int]) -> tuple[int, float]:
    """The repeated group that is loudest, most sung and whose words come most often, and its lead; -1 for none."""
    values: dict[int, float] = {}
    for group in dict.fromkeys(form.groups[index] for index in inner):
        places = form.members(group, inner)
        if len(places) < 2:
            continue
        weights = np.array([form.lengths_ms[index] for index in places], float)
        value = np.average([form.energies[index] for index in places], weights=weights) + 0.1 * min(len(places), 4) / 4
        if form.sung:
            value += 0.15 * np.average([form.sung[index] for index in places], weights=weights)
        if form.words:
            value += CHORAL * np.average([form.words.choral[index] for index in places], weights=weights)
        values[group] = float(value)
    if not values:
        return -1, 0.0
    ranked = sorted(values.values(), reverse=True)
    lead = ranked[0] - ranked[1] if len(ranked) > 1 else 0.0
    return max(values, key=lambda group: values[group]), float(np.clip(0.5 + 4 * lead, 0.5, SURE))


def _verse_group(form: Form, rest: list[int]) -> tuple[int, float]:
    """The repeated group, other than the chorus, that fills most time; else the first part of all. -1 for none."""
    groups = dict.fromkeys(form.groups[index] for index in rest)
    totals = {
        group: sum(form.lengths_ms[index] for index in form.members(group, rest))
        for group in groups
        if len(form.members(group, rest)) > 1
    }
    if totals:
        return max(totals, key=lambda group: (totals[group], -group)), LIKELY
    # Without a chorus there is nothing a verse could be told from.
    has_chorus = len(rest) < sum(0 < index < len(form.groups) - 1 for index in range(len(form.groups)))
    return (next(iter(groups)), GUESS) if groups and has_chorus else (-1, 0.0)


def _other_name(form: Form, index: int, verse: int) -> tuple[str, float]:
    start, end = form.spans_ms[index]
    place = (start + end) / 2 / max(sum(form.lengths_ms), 1)
    quiet = form.energies[index] < float(np.quantile(form.energies, 0.25)) - 1e-9
    if _is_wordless(form, index):
        return ("break", GUESS) if quiet else ("solo", LIKELY)
    alone = form.groups.count(form.groups[index]) == 1
    # Where nothing is repeated, there is nothing to bridge.
    if alone and 0.35 < place < 0.92 and len(set(form.groups)) < len(form.groups):
        return ("break", GUESS) if quiet else ("bridge", GUESS)
    return ("verse" if verse >= 0 else "part"), GUESS
