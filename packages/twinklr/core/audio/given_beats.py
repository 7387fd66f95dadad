"""Beats and bars where the user knows better: his tempo, octave, first downbeat, meter, or every beat.

A correction is law, or it is refused with the reason; it is never quietly half obeyed:

* a tempo the music keeps, give or take, tells which of its pulses are the beats;
* a tempo it does not keep is refused, unless the first downbeat is given too: both together say where every beat lies;
* the first downbeat sets the phase as well as the bars, where our beats lie between those of the user.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.beat_files import beats_in_a_bar
from twinklr.core.audio.beats import FIRST_SLACK_S, TempoRange, steady_tempo_bpm
from twinklr.core.audio.corrections import FEWEST_BEATS, MOST_BEATS, Corrections
from twinklr.core.audio.meter import Meter
from twinklr.core.errors import InputError

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
GIVEN_CONFIDENCE = 0.9
"""Of beats and bars that were given: somebody vouches for them, yet a program may have made them."""
SEARCHED, KEPT = 0.08, 0.04
"""A tempo is searched for so far around the given one, and is that tempo when found so near to it."""


def tempi_around(wishes: Corrections) -> TempoRange:
    """Where to look for the tempo."""
    if wishes.tempo_bpm is None:
        return TempoRange()
    bpm, width = wishes.tempo_bpm, 1 + SEARCHED
    return TempoRange(slowest_bpm=bpm / width, fastest_bpm=bpm * width, expected_bpm=bpm)


def given_beats(wishes: Corrections, offset_s: float) -> Doubles:
    """The beats of a file, in seconds from where the music begins."""
    beats_s = in_octave(np.array([mark.at_s for mark in wishes.beats]), wishes, _half_from(wishes)) - offset_s
    # A beat on the first sound is often given a little before it.
    inside_s: Doubles = np.unique(np.maximum(beats_s[beats_s > -FIRST_SLACK_S], 0.0))
    return inside_s


def in_octave(beats_s: Doubles, wishes: Corrections, half_from: int = 0) -> Doubles:
    """Every second beat, from the one with that index on, or one more between any two, as the user asked."""
    if wishes.octave == "half":
        return beats_s[half_from::2]
    if wishes.octave == "double" and len(beats_s) > 1:
        return np.sort(np.concatenate([beats_s, _middles(beats_s)]))
    return beats_s


def wished_tempo_bpm(wishes: Corrections) -> float | None:
    """The tempo the beats are to have; the octave comes on top of it.

    Example:
        >>> wished_tempo_bpm(Corrections(tempo_bpm=150, octave="half"))
        75.0
    """
    octave = {"half": 0.5, "double": 2.0}.get(wishes.octave or "", 1.0)
    return None if wishes.tempo_bpm is None else wishes.tempo_bpm * octave


def keeps_tempo(beats_s: Doubles, wishes: Corrections) -> bool:
    """Whether beats have the tempo the user set, where he did."""
    wished_bpm = wished_tempo_bpm(wishes)
    return wished_bpm is None or abs(steady_tempo_bpm(beats_s) / wished_bpm - 1) <= KEPT


def even_beats(wishes: Corrections, heard_bpm: float, offset_s: float, duration_s: float) -> Doubles:
    """Beats at exactly the tempo the user set, through his first downbeat, whatever the music does.

    Args:
        wishes: With a tempo.
        heard_bpm: What the music keeps; 0 for nothing steady. It is only told.
        offset_s: Where the music begins in the file.
        duration_s: Of the music.

    Raises:
        InputError: He did not say where the beats lie, or gave other beats.
    """
    wished_bpm = wished_tempo_bpm(wishes)
    if wished_bpm is None or wishes.first_downbeat_s is None or wishes.beats:
        who = "given beats do" if wishes.beats else "music does"
        heard = f"near {heard_bpm:.1f} BPM" if heard_bpm else "no tempo, for no steady beat is heard"
        cure = "correct tempo_bpm, or set first_downbeat_s too, and beats are laid evenly from there"
        raise InputError(
            f"the {who} not keep the given tempo of {wished_bpm:g} BPM",
            where=wishes.source or "corrections",
            expected=heard,
            cure="correct tempo_bpm, or leave it away" if wishes.beats else cure,
        )
    period_s = 60 / wished_bpm
    anchor_s = wishes.first_downbeat_s - offset_s
    first, last = np.ceil(-anchor_s / period_s - 1e-9), np.ceil((duration_s - anchor_s) / period_s)
    beats_s: Doubles = np.maximum(anchor_s + period_s * np.arange(first, last, dtype=np.float64), 0.0)
    return beats_s


def in_phase(beats_s: Doubles, first_s: float) -> Doubles:
    """The same beats, or the middles between them where the user's first downbeat is nearer to those."""
    if len(beats_s) < 2:
        return beats_s
    place = _place(beats_s, first_s)
    if abs(place - round(place)) <= 0.25:
        return beats_s
    middles_s = _middles(beats_s)
    before, after = 2 * beats_s[0] - middles_s[0], 2 * beats_s[-1] - middles_s[-1]
    return np.concatenate([[before] if before >= 0 else [], middles_s, [after]])


def anchored(meter: Meter, beats_s: Doubles, first_s: float) -> Meter:
    """The same bars, counted from where the user hears the first downbeat; also where our beats begin after it."""
    first = round(_place(beats_s, first_s)) if len(beats_s) > 1 else 0
    positions = (np.arange(len(beats_s)) - first) % meter.beats_per_bar
    return replace(meter, positions=tuple(int(position) for position in positions))


def given_bars(wishes: Corrections, beats_s: Doubles) -> Meter | None:
    """Bars as the given beats count them; what they do not count is counted on, or back from the first downbeat.

    In another octave, the downbeats stay where they are. None where the beats do not say how many make a bar.

    Args:
        wishes: With beats.
        beats_s: Those that lie in the song, in the octave asked for and in the time of the file.
    """
    meter = beats_in_a_bar(wishes.beats)
    if not meter:
        return None
    places = np.minimum(_count_on(np.array([mark.position for mark in wishes.beats]), meter), meter - 1)
    if wishes.octave == "half":
        downs = places[_half_from(wishes) :: 2] == 0
        meter = meter // 2 if meter % 2 == 0 else meter
        places = _count_on(downs.astype(np.int64), meter)
    elif wishes.octave == "double":
        meter = 2 * meter if 2 * meter <= MOST_BEATS else meter
        places = (2 * places[:, None] + (0, 1)).ravel()[:-1] % meter
    if meter < FEWEST_BEATS:
        return None
    times_s = in_octave(np.array([mark.at_s for mark in wishes.beats]), wishes, _half_from(wishes))
    nearest = np.searchsorted(_middles(times_s), beats_s)
    return Meter(meter, tuple(int(place) for place in places[nearest]), GIVEN_CONFIDENCE)


def _count_on(positions: Ints, meter: int) -> Ints:
    """Places in the bar, 0 on the downbeat, of beats of which some have a position (1 on the downbeat, 0 unknown)."""
    known, every = np.flatnonzero(positions), np.arange(len(positions))
    nearest = known[np.maximum(np.searchsorted(known, every, side="right") - 1, 0)]
    counted = (positions[nearest] - 1 + every - nearest) % meter
    places: Ints = np.where(positions > 0, positions - 1, counted)
    return places


def _half_from(wishes: Corrections) -> int:
    """Which of the first two given beats to begin with, so that every second one meets the most downbeats."""
    return int(np.argmax([sum(mark.position == 1 for mark in wishes.beats[first::2]) for first in (0, 1)]))


def _middles(beats_s: Doubles) -> Doubles:
    middles: Doubles = (beats_s[1:] + beats_s[:-1]) / 2
    return middles


def _place(beats_s: Doubles, at_s: float) -> float:
    """Which beat a time is, counted on at both ends at the pace of the beats there."""
    if at_s < beats_s[0]:
        return float((at_s - beats_s[0]) / np.median(np.diff(beats_s[:9])))
    if at_s > beats_s[-1]:
        return float(len(beats_s) - 1 + (at_s - beats_s[-1]) / np.median(np.diff(beats_s[-9:])))
    return float(np.interp(at_s, beats_s, np.arange(len(beats_s))))
