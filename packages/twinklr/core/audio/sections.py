"""Sections of a song: parts found on its bars, silences at its ends, and names for them; or the marks of the user."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import Lyrics, Moment, Section
from twinklr.core.audio.corrections import Corrections
from twinklr.core.audio.labels import Form, marked_sections, name_sections
from twinklr.core.audio.listening import Heard
from twinklr.core.audio.loudness import CURVE_HOP_MS
from twinklr.core.audio.structure import describe_bars, find_parts
from twinklr.core.audio.sung_form import beginnings, join_groups, read_form
from twinklr.core.audio.vocals import VOCAL_HOP_MS

Doubles = NDArray[np.float64]
LONG_SILENCE_MS = 4000
"""A silence at either end as long as this is a section of its own."""
WORDS_SAY = 1.5
"""Evidence for a beginning, in standard deviations of that of the sound, where the words are sure of one."""


def hear_sections(
    heard: Heard,
    bars_s: Doubles,
    duration_ms: int,
    voice: Doubles,
    moments: tuple[Moment, ...],
    given: tuple[Corrections | None, Lyrics | None],
) -> tuple[Section, ...]:
    """Sections from the first millisecond to the last.

    Args:
        heard: What was measured.
        bars_s: Edges of the bars, in the time of `heard`; empty where there are none.
        duration_ms: Of the file.
        voice: Vocal activity, in the time of `heard`.
        moments: Builds and breaks.
        given: Corrections, whose marks are followed to the millisecond; and the words in time.
    """
    corrections, lyrics = given
    if corrections is not None and corrections.sections:
        return marked_sections(corrections.sections, duration_ms, heard.energy, CURVE_HOP_MS, heard.offset_s)
    edges, trust = bars_s, 1.0
    if len(edges) < 3:
        # Without bars, two-second steps stand in; they say little, and the confidence says so.
        count = max(1, round(heard.spectra.duration_s / 2.0))
        edges, trust = np.linspace(0, heard.spectra.duration_s, count + 1), 0.4
    features = describe_bars(edges, heard.harmony, heard.levels, heard.energy, CURVE_HOP_MS / 1000)
    parts = find_parts(features, _hints(lyrics, edges + heard.offset_s))
    starts_ms = [0, *(heard.ms(float(edges[part.first])) for part in parts[1:])]
    spans = list(zip(starts_ms, [*starts_ms[1:], duration_ms], strict=True))
    energies = [float(features.level[part.first : part.last].mean()) for part in parts]
    hop_s = VOCAL_HOP_MS / 1000
    sung = [_mean_between(voice, edges[part.first] / hop_s, edges[part.last] / hop_s) for part in parts]
    sure = [trust * part.edge for part in parts]
    groups = [part.group for part in parts]
    lead_ms, tail_ms = heard.ms(0), heard.ms(heard.spectra.duration_s)
    if lead_ms >= LONG_SILENCE_MS:
        spans = [(0, lead_ms), (lead_ms, spans[0][1]), *spans[1:]]
        groups, energies, sure, sung = [-1, *groups], [0.0, *energies], [1.0, *sure], [0.0, *sung]
    if duration_ms - tail_ms >= LONG_SILENCE_MS:
        spans = [*spans[:-1], (spans[-1][0], tail_ms), (tail_ms, duration_ms)]
        groups, energies, sure, sung = [*groups, -2], [*energies, 0.0], [*sure, 1.0], [*sung, 0.0]
    words = read_form(lyrics, spans, sung)
    if words is not None:
        groups = join_groups(groups, words.groups)
    return name_sections(Form(spans, groups, energies, sure, sung, moments, words, has_bars=len(bars_s) >= 3))


def _hints(lyrics: Lyrics | None, edges_s: Doubles) -> Doubles:
    """How much the words speak for a part beginning at each bar; an upbeat belongs to the bar after it."""
    hints = np.zeros(len(edges_s) - 1)
    for at_ms, trust in beginnings(lyrics):
        bar = int(np.abs(edges_s[:-1] - at_ms / 1000).argmin())
        hints[bar] = max(hints[bar], WORDS_SAY * trust)
    return hints


def _mean_between(curve: Doubles, start: float, end: float) -> float:
    part = curve[round(start) : round(end)]
    return float(part.mean()) if len(part) else 0.0
