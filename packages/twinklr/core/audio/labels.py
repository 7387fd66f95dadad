"""Names of the parts: intro, verse, chorus and so on, from repetition, energy and place. A guess, said so."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import Moment, Section
from twinklr.core.audio.corrections import SectionMark

EMPTY = 0.04
"""Energy below which nothing is played."""


def name_sections(
    spans_ms: list[tuple[int, int]],
    groups: list[int],
    energies: list[float],
    edges: list[float],
    sung: list[float] | None = None,
    moments: tuple[Moment, ...] = (),
) -> tuple[Section, ...]:
    """Sections with labels and confidences.

    Args:
        spans_ms: Start and end of each part.
        groups: Group number of each.
        energies: 0..1 of each.
        edges: How clear each beginning is, 0..1.
        sung: Share of each part that is sung, where known.
        moments: Builds, drops and breaks, for music that is made of them.
    """
    labels = _labels(spans_ms, groups, energies, sung)
    for index in range(1, len(labels)):
        if energies[index] < EMPTY < max(energies):
            labels[index] = "break" if index < len(labels) - 1 else "outro"
    for index, span in enumerate(spans_ms):
        labels[index] = _moment_label(labels[index], span, moments)
    letters = _letters(groups)
    return tuple(
        Section(
            index=index,
            start_ms=start,
            end_ms=end,
            label=labels[index],
            group=letters[index],
            energy=round(energies[index], 3),
            confidence=round(float(np.clip(edges[index], 0, 1)), 3),
        )
        for index, (start, end) in enumerate(spans_ms)
    )


def marked_sections(
    marks: tuple[SectionMark, ...], duration_ms: int, energy: NDArray[np.float64], hop_ms: int, offset_s: float
) -> tuple[Section, ...]:
    """Sections as the user marked them; equal names are one group. The first one begins at 0."""
    inside = [mark for mark in marks if mark.at_s * 1000 < duration_ms]
    starts = [round(mark.at_s * 1000) for mark in inside]
    labels, names = (
        [mark.label for mark in inside],
        [mark.name.strip().lower().rstrip(" 0123456789") for mark in inside],
    )
    if not starts or starts[0] > 500:
        starts, labels, names = [0, *starts], ["intro", *labels], ["intro", *names]
    starts[0] = 0
    keep = [i for i, start in enumerate(starts) if i == 0 or start > starts[i - 1]]
    starts, labels, names = [starts[i] for i in keep], [labels[i] for i in keep], [names[i] for i in keep]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    sections = []
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], duration_ms], strict=True)):
        first, last = ((ms / 1000 - offset_s) * 1000 / hop_ms for ms in (start, end))
        part = energy[max(0, round(first)) : max(0, round(last))]
        level = round(float(part.mean()), 3) if len(part) else 0.0
        group = _letter(numbers[names[index]])
        sections.append(
            Section(
                index=index, start_ms=start, end_ms=end, label=labels[index], group=group, energy=level, confidence=1.0
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


def _labels(
    spans: list[tuple[int, int]], groups: list[int], energies: list[float], sung: list[float] | None
) -> list[str]:
    count = len(spans)
    if count == 1:
        return ["part"]
    total = spans[-1][1] - spans[0][0]
    members: dict[int, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        members[group].append(index)
    lengths = [end - start for start, end in spans]
    typical = float(np.median(lengths))
    labels = ["part"] * count
    inner = _without_ends(groups, lengths, energies, total, typical, labels)
    chorus = _chorus_group(members, inner, lengths, energies, sung)
    for index in inner:
        if groups[index] == chorus:
            labels[index] = "chorus"
    verse = _verse_group(members, inner, chorus, lengths)
    for index in inner:
        if groups[index] == verse:
            labels[index] = "verse"
    for index in inner:
        if labels[index] == "part":
            labels[index] = _other_label(index, count, groups, members, energies, verse, spans, total)
    return labels


def _without_ends(
    groups: list[int], lengths: list[int], energies: list[float], total: int, typical: float, labels: list[str]
) -> list[int]:
    """Name intro and outro where there are any; return the indices between."""
    count = len(groups)
    middle = float(np.median(energies))
    first, last = 0, count
    unique = groups.count(groups[0]) == 1
    if count > 2 and lengths[0] < 0.2 * total and (unique or energies[0] < middle or lengths[0] < 0.6 * typical):
        labels[0], first = "intro", 1
    unique = groups.count(groups[-1]) == 1
    short = lengths[-1] < 0.2 * total
    if count > 3 and short and (unique or energies[-1] < middle or lengths[-1] < 0.6 * typical):
        labels[-1], last = "outro", count - 1
    return list(range(first, last))


def _chorus_group(
    members: dict[int, list[int]],
    inner: list[int],
    lengths: list[int],
    energies: list[float],
    sung: list[float] | None,
) -> int:
    """The repeated group that is loudest; ties go to the longer and the more sung one. -1 for none."""
    best, choice = -1.0, -1
    for group, everyone in members.items():
        places = [index for index in everyone if index in inner]
        if len(places) < 2:
            continue
        weight = sum(lengths[i] for i in places)
        energy = sum(energies[i] * lengths[i] for i in places) / weight
        value = energy + 0.1 * min(len(places), 4) / 4
        if sung is not None:
            value += 0.15 * sum(sung[i] * lengths[i] for i in places) / weight
        if value > best:
            best, choice = value, group
    return choice


def _verse_group(members: dict[int, list[int]], inner: list[int], chorus: int, lengths: list[int]) -> int:
    """The repeated group, other than the chorus, that fills most time. -1 for none."""
    totals = {
        group: sum(lengths[i] for i in everyone if i in inner)
        for group, everyone in members.items()
        if group != chorus and sum(i in inner for i in everyone) > 1
    }
    if not totals:
        rest = [i for i in inner if not any(i in members[g] for g in (chorus,))]
        if chorus >= 0 and rest:
            return next(group for group, everyone in members.items() if rest[0] in everyone)
        return -1
    return max(totals, key=lambda group: (totals[group], -group))


def _other_label(
    index: int,
    count: int,
    groups: list[int],
    members: dict[int, list[int]],
    energies: list[float],
    verse: int,
    spans: list[tuple[int, int]],
    total: int,
) -> str:
    place = (spans[index][0] + spans[index][1]) / 2 / max(total, 1)
    quiet = energies[index] < float(np.quantile(energies, 0.25)) - 1e-9
    if len(members[groups[index]]) == 1 and 0.35 < place < 0.92:
        return "break" if quiet else "bridge"
    return "verse" if verse >= 0 else "part"


def _moment_label(label: str, span: tuple[int, int], moments: tuple[Moment, ...]) -> str:
    """A part that mostly is a build or a break is called so; one that opens with a drop is the drop."""
    start, end = span
    for moment in moments:
        overlap = min(end, moment.end_ms) - max(start, moment.start_ms)
        if moment.kind in ("build", "break") and overlap > 0.6 * (end - start):
            return moment.kind if label not in ("intro", "outro") else label
        if moment.kind == "drop" and abs(moment.start_ms - start) < 1500 and moment.strength > 0.5:
            return "drop"
    return label
