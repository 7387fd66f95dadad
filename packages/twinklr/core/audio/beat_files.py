"""Beats that another program found: ``.beats`` files as Beat This! and madmom write them, or Beat This! itself.

One beat a line: seconds, and where the program knows bars, the position in the bar (1 is the downbeat)::

    0.46	1
    0.92	2
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from twinklr.core.audio import other_programs
from twinklr.core.audio.corrections import FEWEST_BEATS, MOST_BEATS, BeatMark, Corrections
from twinklr.core.audio.given_files import read_given, to_text
from twinklr.core.audio.other_programs import asked, is_asked, load
from twinklr.core.errors import InputError

BEAT_THIS = "beat-this"
"""Given instead of a file: let Beat This! listen, where it is installed. A file of that name goes before it."""
LARGEST_BYTES = 4_000_000
SAME_BEAT_S = 0.01
"""Beats nearer than this are one, written twice."""
MOST_A_SECOND = 20


def with_beats(corrections: Corrections | None, beats: Path | None, song: Path) -> Corrections | None:
    """Corrections to which the beats of a file, or of Beat This!, were added.

    Raises:
        InputError: The file cannot be used, or Beat This! is not installed.
    """
    if beats is None:
        return corrections
    if is_asked(BEAT_THIS, beats):
        marks, source = hear_with_beat_this(song), "Beat This!"
    else:
        marks, source = read_beats(beats), beats.name
    return (corrections or Corrections()).model_copy(update={"beats": marks, "beats_source": source})


def read_beats(path: Path) -> tuple[BeatMark, ...]:
    """Beats of a file, in order and at least `SAME_BEAT_S` apart.

    Raises:
        InputError: It cannot be read (see `read_given`), a line is no beat, or there are fewer than two beats, or more
            than any music has.
    """
    rows = to_text(read_given(path, "beats", "--beats (beats_path)", LARGEST_BYTES), path).splitlines()
    marks = _apart(
        _mark(row, f"{path}:{number}")
        for number, row in enumerate(rows, 1)
        if row.strip() and not row.lstrip().startswith("#")
    )
    if len(marks) < 2:
        raise InputError("fewer than two beats", where=path, expected="a beat a line", cure="export the beats again")
    if any(last.at_s - first.at_s < 1 for first, last in zip(marks, marks[MOST_A_SECOND:], strict=False)):
        expected = f"at most {MOST_A_SECOND} in a second"
        raise InputError("more beats than music has", where=path, expected=expected, cure="export the beats again")
    return marks


def _apart(marks: Iterable[BeatMark]) -> tuple[BeatMark, ...]:
    """Beats in order, those left out that repeat the one before."""
    kept: list[BeatMark] = []
    for mark in sorted(marks, key=lambda mark: mark.at_s):
        if not kept or mark.at_s - kept[-1].at_s >= SAME_BEAT_S:
            kept.append(mark)
    return tuple(kept)


def _mark(row: str, where: str) -> BeatMark:
    parts = row.replace(",", " ").split()
    try:
        at_s = float(parts[0])
        # Some programs count beats of a bar as "1.0".
        position = int(float(parts[1])) if len(parts) > 1 else 0
    except (ValueError, OverflowError):
        at_s, position = math.nan, 0
    if not 0 <= at_s < 1e6 or not 0 <= position <= 32:
        expected = "seconds and the position in the bar, such as '0.46  1'"
        raise InputError("this line is no beat", where=where, expected=expected, cure="correct or remove it")
    return BeatMark(at_s=at_s, position=position)


def hear_with_beat_this(song: Path) -> tuple[BeatMark, ...]:
    """Beats as Beat This! hears them.

    Raises:
        InputError: It is not installed, fails, or finds no beats.
    """
    with asked(other_programs.BEAT_THIS, song):
        inference = load(other_programs.BEAT_THIS, "beat_this.inference")
        beats_s, downbeats_s = inference.File2Beats(checkpoint_path="final0", device="cpu", dbn=False)(str(song))
    downbeats = [float(at_s) for at_s in downbeats_s]
    marks: list[BeatMark] = []
    position = 0
    for at_s in map(float, beats_s):
        is_down = any(abs(at_s - down) < 0.02 for down in downbeats)
        # Beats before the first downbeat have no known place in a bar.
        position = 1 if is_down else position + 1 if position else 0
        marks.append(BeatMark(at_s=max(0.0, at_s), position=position))
    heard = _apart(marks)
    if len(heard) < 2:
        raise InputError("Beat This! found no beats", where=song, cure="leave --beats away")
    return heard


def beats_in_a_bar(marks: tuple[BeatMark, ...]) -> int:
    """How many beats most bars have; 0 where the positions do not say, or no meter has so many.

    A bar counts where its beats are numbered from one, or not at all; not where one was missed.

    Example:
        >>> beats_in_a_bar(tuple(BeatMark(at_s=n / 2, position=n % 3 + 1) for n in range(12)))
        3
    """
    downs = [index for index, mark in enumerate(marks) if mark.position == 1]
    bars = [marks[first:last] for first, last in itertools.pairwise(downs)]
    whole = [bar for bar in bars if all(mark.position in (0, place) for place, mark in enumerate(bar, 1))]
    length = Counter(map(len, whole)).most_common(1)[0][0] if whole else 0
    return length if FEWEST_BEATS <= length <= MOST_BEATS else 0
