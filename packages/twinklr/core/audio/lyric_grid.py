"""Where sung syllables fall: on the beats and their halves and quarters, more than anywhere between.

Two searches, both exact. `place_syllables` lays the syllables of one line on the quarter beats of its time, with even
steps, on strong places and where something begins to sound. `place_lines` lays lines without times on whole bars,
where a voice is heard, as long as their syllables need.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.audio.sung_net import Singing

Doubles = NDArray[np.float64]
PLACE_REWARD = (0.5, 0.0, 0.25, 0.0)
"""For the four quarters of a beat."""
SOUND_REWARD = 0.5
UNEVEN_COST = 1.2
"""Per octave between a step and the one expected."""
WORD_REWARD = 0.1
SYLLABLE_S = 0.4
LINE_BARS = (1, 2, 3, 4)
MOST_QUARTERS = 400
"""Quarter beats of a line; a longer stretch is no line, and all pairs of them are looked at."""


@dataclass(frozen=True, eq=False)
class SongGrid:
    """What lyrics are laid on: beats and bars in seconds, onset strength and voice over time.

    Attributes:
        beats_s: Beat times; may be empty.
        bars_s: Bar edges; may be empty.
        strength: Onset strength, about 1 for a hit, every `strength_hop_s` from `offset_s`.
        voice: How likely a voice is, 0..1, every `voice_hop_s` from `offset_s`.
        singing: The speech sounds heard from `offset_s`; None where nobody listened for them.
    """

    beats_s: Doubles
    bars_s: Doubles
    strength: Doubles
    strength_hop_s: float
    voice: Doubles
    voice_hop_s: float
    offset_s: float
    singing: Singing | None = None

    def quarters(self, start_s: float, end_s: float) -> tuple[Doubles, NDArray[np.int64]]:
        """Quarter beats of a span and which quarter of its beat each one is."""
        if len(self.beats_s) < 2:
            return np.zeros(0), np.zeros(0, np.int64)
        step = float(np.median(np.diff(self.beats_s)))
        before = np.arange(self.beats_s[0] - step, max(start_s - 2 * step, -step), -step)[::-1]
        after = np.arange(self.beats_s[-1] + step, end_s + 2 * step, step)
        beats = np.concatenate([before, self.beats_s, after])
        places = np.arange((len(beats) - 1) * 4)
        times = np.interp(places / 4, np.arange(len(beats)), beats)
        inside = (times > start_s) & (times < end_s)
        return times[inside], places[inside] % 4

    def sound_at(self, times_s: Doubles) -> Doubles:
        """Onset strength around times, 0..1."""
        frames = np.rint((times_s - self.offset_s) / self.strength_hop_s).astype(int)
        near = np.clip(frames[:, None] + np.arange(-3, 4), 0, max(len(self.strength) - 1, 0))
        return np.minimum(self.strength[near].max(axis=1), 1.0) if len(self.strength) else np.zeros(len(times_s))


def place_syllables(
    grid: SongGrid, start_s: float, end_s: float, is_first: list[bool], pace_s: float = np.inf
) -> list[float] | None:
    """Times of the syllables of a line, the first at its start; None where the grid has too few places.

    Args:
        grid: The song.
        start_s: When the line begins.
        end_s: When it is over; the last syllable may be held until then.
        is_first: Per syllable, whether it begins a word.
        pace_s: Usual time from one syllable to the next in this song; a pause after a line does not stretch it.
    """
    count = len(is_first)
    if count == 1:
        return [start_s]
    times, quarter = grid.quarters(start_s + 0.08, end_s - 0.1)
    if not count - 1 <= len(times) <= MOST_QUARTERS:
        return None
    expected = min((end_s - start_s) / (count + 1), 1.2 * pace_s)
    worth = np.array(PLACE_REWARD)[quarter] + SOUND_REWARD * grid.sound_at(times)
    steps = times[None, :] - times[:, None]
    uneven = np.where(steps > 0, UNEVEN_COST * np.abs(np.log2(np.maximum(steps, 1e-3) / expected)), np.inf)
    score = worth - UNEVEN_COST * np.abs(np.log2(np.maximum(times - start_s, 1e-3) / expected))
    score = score + WORD_REWARD * is_first[1] * (quarter % 2 == 0)
    origins: list[NDArray[np.int64]] = []
    for syllable in range(2, count):
        reach = score[:, None] - uneven
        origin = reach.argmax(axis=0)
        origins.append(origin)
        score = reach[origin, np.arange(len(times))] + worth + WORD_REWARD * is_first[syllable] * (quarter % 2 == 0)
    if not np.isfinite(score.max()):
        return None
    place = int(score.argmax())
    path = [place]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return [start_s, *(float(times[index]) for index in reversed(path))]


def place_lines(grid: SongGrid, syllables: list[int]) -> list[tuple[float, float]] | None:
    """Start and end of lines that have no times, in seconds; None where there are too few bars.

    Args:
        grid: The song.
        syllables: How many each line has.
    """
    bars, lines = len(grid.bars_s) - 1, len(syllables)
    if bars < lines or not lines:
        return None
    sung = _sung_per_bar(grid)
    needs = SYLLABLE_S * np.array(syllables, np.float64)
    best, took = _lay_on_bars(np.diff(grid.bars_s), sung, needs, np.array(LINE_BARS))
    if not np.isfinite(best[lines, bars]):
        return None
    spans = []
    line, end = lines, bars
    while line > 0:
        size = int(took[line, end])
        if size == 0:
            end -= 1
            continue
        spans.append((float(grid.bars_s[end - size]), float(grid.bars_s[end])))
        line, end = line - 1, end - size
    return spans[::-1]


@njit(cache=True, nogil=True)
def _lay_on_bars(
    lengths: Doubles, sung: Doubles, needs: Doubles, sizes: NDArray[np.int64]
) -> tuple[Doubles, NDArray[np.int64]]:
    """Worth of the best way to lay the first lines on the first bars, and how many bars the last line has in it."""
    lines, bars = len(needs), len(lengths)
    sums, ends = np.zeros(bars + 1), np.zeros(bars + 1)
    sums[1:], ends[1:] = np.cumsum(sung), np.cumsum(lengths)
    best = np.full((lines + 1, bars + 1), -np.inf)
    took = np.zeros((lines + 1, bars + 1), np.int64)
    best[0] = -sums
    for line in range(1, lines + 1):
        for end in range(1, bars + 1):
            best[line, end] = best[line, end - 1] - sung[end - 1]
            for size in sizes:
                if size > end:
                    break
                octaves = abs(np.log2((ends[end] - ends[end - size]) / needs[line - 1]))
                value = best[line - 1, end - size] + sums[end] - sums[end - size] - 2 * octaves
                if value > best[line, end]:
                    best[line, end], took[line, end] = value, size
    return best, took


def _sung_per_bar(grid: SongGrid) -> Doubles:
    """How much more voice each bar holds than the song's middle, in standard deviations."""
    edges = np.clip(np.rint((grid.bars_s - grid.offset_s) / grid.voice_hop_s).astype(int), 0, len(grid.voice))
    means = np.array([grid.voice[a:b].mean() if b > a else 0.0 for a, b in pairwise(edges)])
    spread = means.std()
    centred: Doubles = (means - np.median(means)) / spread if spread > 1e-9 else means * 0
    return np.clip(centred, -2, 2)
