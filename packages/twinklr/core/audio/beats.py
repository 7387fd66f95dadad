"""Beats: a bar-pointer model decoded over the onset strength (Krebs, Böck & Widmer 2015).

A hidden state is a tempo (period in frames) and a position within the beat. Positions advance one per frame; the
tempo may change only on a beat, and the less the better. The most likely path through the whole song is found
exactly (Viterbi), so one noisy bar cannot derail the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from twinklr.core.audio.feel import ONSET, divide, heard_s
from twinklr.core.audio.flux import Flux
from twinklr.core.audio.meter import explain_bars
from twinklr.core.audio.spectra import FRAME_S

Doubles = NDArray[np.float64]
SLOWEST_BPM, FASTEST_BPM = 55.0, 215.0
TEMPO_STIFFNESS = 300.0
"""How much a relative change of period costs, in nats: larger is stiffer."""
HELD_OCTAVES = 0.017
"""Spread of a held tempo, about one per cent: the period is a whole number of frames, so some play is needed."""
TEMPO_RATIOS = (1.0, 2.0, 0.5, 1.5, 2 / 3, 3.0, 1 / 3, 4 / 3, 0.75)
EVEN_BPM, OCTAVE_COST = 110.0, 0.3
SLOWEST_HELD_BPM = 45.0
"""Slow compound time (a lullaby in 6/8) and the slowest ballads lie below what the free reading looks for."""
FIRST_SLACK_S = 0.06
FREEDOM = 0.6
"""How much better, in nats a second, a free reading must explain the song."""
COMPOUND_HITS, LEAST_HITS, LEAST_HIT, NEAR_S = 2.0, 8, 0.4, 0.05
"""Three quavers may be heard as a beat or as one and a half: in compound time kick and snare fall on the beats."""
BARS_WEIGHT = 5.0
"""Of bars against beats in telling whether a song is half as fast: the net seldom hears bars of half their length."""
HARDLY_A_BEAT, UNSURE_BEAT = -2.5, -3.75
"""Nats a second: beats that explain as little of what was heard are less sure, down to half as sure, as in speech."""
MOSTLY = 0.5
"""Share of beats that must be divided for nobody to take them for quavers."""
BACKBEAT, BACKBEAT_PLAY = 2.0, 0.3
"""Beats from one snare to the next."""
BEAT_WIDTH = 16
"""A beat is heard in the first sixteenth of its period."""
PRIOR_CENTRE_BPM, PRIOR_OCTAVES, PRIOR_WEIGHT = 140.0, 0.6, 3.0


@dataclass(frozen=True)
class TempoRange:
    """Which tempi are considered, and the one expected before anything is heard."""

    slowest_bpm: float = SLOWEST_BPM
    fastest_bpm: float = FASTEST_BPM
    expected_bpm: float = PRIOR_CENTRE_BPM
    octaves: float = PRIOR_OCTAVES
    weight: float = PRIOR_WEIGHT


def beat_activation(flux: Flux, chance: Doubles) -> Doubles:
    """How much each frame sounds like a beat, 0..1: half onset strength, half what the net says.

    The net knows which onsets are beats, the flux when exactly they begin.

    Args:
        flux: Onset strength; registers are weighted towards bass and body, peaks sharpened.
        chance: Of a beat, by the net.
    """
    mix = 0.4 * flux.full + 0.5 * flux.low + 0.3 * flux.mid
    peak = np.percentile(mix, 99.5) if len(mix) else 0.0
    if peak <= 0:
        return np.zeros(len(mix))
    activation: Doubles = 0.5 * np.square(np.clip(mix.astype(np.float64) / peak, 0, 1)) + 0.5 * chance
    return activation


def find_beats(activation: Doubles, chances: dict[str, Doubles], tempi: TempoRange | None = None) -> Doubles:
    """Beat times in seconds: the best of several readings of the whole song.

    A free reading finds the tempo. Most songs keep theirs, yet a free reading slips by half a beat, or to another
    octave, wherever a part is drummed unusually. So the song is read again with its tempo held, at that tempo and at
    those often mistaken for it, and the reading that explains best what the net heard is taken. The free one stays
    where holding the tempo explains much less, as in rubato. At last, quavers are told from beats.

    Args:
        activation: How much each fast frame sounds like a beat.
        chances: What the net heard: ``beat``, ``downbeat``, ``onset``, ``kick`` and ``snare`` per fast frame.
        tempi: Tempi to consider; with a narrow range there is nothing to mistake.
    """
    tempi = tempi or TempoRange()
    free = track_beats(activation, tempi)
    if len(free) < 8:
        return free
    heard = _Heard.of(chances)
    base_bpm = steady_tempo_bpm(free)
    slowest_bpm = SLOWEST_HELD_BPM if tempi.slowest_bpm == SLOWEST_BPM else tempi.slowest_bpm
    best, most, steady = free, -np.inf, -np.inf
    for ratio in TEMPO_RATIOS:
        bpm = base_bpm * ratio
        if slowest_bpm <= bpm <= tempi.fastest_bpm:
            reading = read_held(activation, bpm)
            if bpm < tempi.slowest_bpm and not heard.is_compound(reading):
                continue
            fit = heard.fit(reading)
            if fit > most:
                best, most = reading, fit
            if ratio == 1.0:
                steady = explain(chances["beat"], reading)
    # A song that keeps its tempo is as well explained with it held as free; what is then better is another level.
    if explain(chances["beat"], free) > max(explain(chances["beat"], best), steady) + FREEDOM:
        return free
    return heard.unhurried(best) if steady_tempo_bpm(best) / 2 >= slowest_bpm else best


@dataclass(frozen=True, eq=False)
class _Heard:
    """What the net heard, against which readings are judged; times in seconds."""

    chances: dict[str, Doubles]
    onsets_s: Doubles
    snares_s: Doubles
    hits_s: Doubles

    @classmethod
    def of(cls, chances: dict[str, Doubles]) -> _Heard:
        kicks_s, snares_s = (heard_s(chances[drum], LEAST_HIT) for drum in ("kick", "snare"))
        return cls(chances, heard_s(chances["onset"], ONSET), snares_s, np.sort(np.concatenate([kicks_s, snares_s])))

    def is_compound(self, beats_s: Doubles) -> bool:
        """Whether these beats fall into three."""
        return divide(beats_s, self.onsets_s).compound

    def fit(self, beats_s: Doubles) -> float:
        """How well a reading explains what was heard, in nats a second; tempi often walked to are likelier."""
        fit = explain(self.chances["beat"], beats_s)
        if not np.isfinite(fit):
            return fit
        fit -= OCTAVE_COST * float(np.log2(steady_tempo_bpm(beats_s) / EVEN_BPM)) ** 2
        division = divide(beats_s, self.onsets_s)
        return fit + (COMPOUND_HITS * _share_on(beats_s, self.hits_s) + division.triplets if division.compound else 0.0)

    def unhurried(self, beats_s: Doubles) -> Doubles:
        """Every second of the beats, if they are the quavers of a slow song.

        Then little sounds between them, the bars heard are twice as long, and no snare is on every second of them.
        """
        division = divide(beats_s, self.onsets_s)
        bars, beats_per_bar = explain_bars(self.chances["downbeat"], beats_s)
        unclear = beats_per_bar == 3 or not np.isfinite(bars)
        if unclear or division.compound or division.halves >= MOSTLY or self._has_backbeat(beats_s):
            return beats_s
        slower = max((beats_s[::2], beats_s[1::2]), key=self._fit_with_bars)
        if max(explain(self.chances["beat"], reading) for reading in (beats_s, slower)) < HARDLY_A_BEAT:
            return beats_s
        return max((beats_s, slower), key=lambda reading: self._fit_with_bars(reading, BARS_WEIGHT))

    def _fit_with_bars(self, beats_s: Doubles, weight: float = 1.0) -> float:
        bars, _ = explain_bars(self.chances["downbeat"], beats_s)
        return explain(self.chances["beat"], beats_s) + weight * bars

    def _has_backbeat(self, beats_s: Doubles) -> bool:
        inside_s = self.snares_s[(self.snares_s >= beats_s[0]) & (self.snares_s <= beats_s[-1])]
        if len(inside_s) <= LEAST_HITS:
            return False
        apart = np.diff(np.interp(inside_s, beats_s, np.arange(len(beats_s))))
        return bool(abs(np.median(apart) - BACKBEAT) < BACKBEAT_PLAY)


def _share_on(beats_s: Doubles, hits_s: Doubles) -> float:
    """Share of the drum hits that fall on a beat; 0 where there are too few to tell."""
    if len(hits_s) < LEAST_HITS or len(beats_s) < 2:
        return 0.0
    after = np.searchsorted(beats_s, hits_s).clip(1, len(beats_s) - 1)
    distance = np.minimum(np.abs(beats_s[after] - hits_s), np.abs(beats_s[after - 1] - hits_s))
    return float(np.mean(distance < NEAR_S))


def read_held(activation: Doubles, bpm: float) -> Doubles:
    """Beats at one tempo; twice, since the first reading tells the tempo more exactly."""
    beats = np.zeros(0)
    for _ in range(2):
        narrow = TempoRange(
            slowest_bpm=bpm / 1.07, fastest_bpm=bpm * 1.07, expected_bpm=bpm, octaves=HELD_OCTAVES, weight=1.0
        )
        beats = track_beats(activation, narrow)
        if len(beats) < 4:
            break
        bpm = steady_tempo_bpm(beats)
    return beats


def explain(chance: Doubles, beats_s: Doubles) -> float:
    """Log-likelihood, per second, that these are the beats the net heard: its peaks on them, and no others."""
    if not len(beats_s):
        return -np.inf
    safe = np.clip(chance, 1e-3, 1 - 1e-3)
    frames = np.clip(np.rint(beats_s / FRAME_S).astype(int), 0, len(safe) - 1)
    on = maximum_filter1d(safe, 7)[frames]
    elsewhere = np.ones(len(safe), bool)
    for shift in range(-4, 5):
        elsewhere[np.clip(frames + shift, 0, len(safe) - 1)] = False
    peaks = (safe >= maximum_filter1d(safe, 9)) & elsewhere
    return float((np.log(on).sum() + np.log(1 - safe[peaks]).sum()) / (len(safe) * FRAME_S))


def clearness(chance: Doubles, beats_s: Doubles) -> float:
    """How clearly the net heard the beats it was read for: 1 in music with a beat, down to 0.5 in speech."""
    return float(np.interp(explain(chance, beats_s), (UNSURE_BEAT, HARDLY_A_BEAT), (0.5, 1.0)))


def steady_tempo_bpm(beats_s: Doubles) -> float:
    """Mean tempo of the beats that keep time with the median one, or its own where none does; 0 for fewer than two."""
    if len(beats_s) < 2:
        return 0.0
    intervals = np.diff(beats_s)
    median = np.median(intervals)
    near = intervals[np.abs(intervals / median - 1) < 0.08]
    return float(60 / (near.mean() if len(near) else median))


def steadiness(beats_s: Doubles) -> float:
    """How well one tempo speaks for a whole song, 0..1: 1 while it strays by a tenth at most, as live playing does."""
    if len(beats_s) < 4:
        return 0.0
    slow, fast = np.percentile(np.diff(beats_s), [90, 10])
    return float(np.exp(-1.5 * max(0.0, np.log(slow / fast) - 0.1)))


def track_beats(activation: Doubles, tempi: TempoRange | None = None) -> Doubles:
    """Beat times in seconds on the most likely path, to a fraction of a frame."""
    frames = decode_beats(activation, tempi or TempoRange())
    beats_s = refine(activation, frames) * FRAME_S
    if len(beats_s) > 1:
        # A beat on the very first sound may lie a frame or two before it, where no path begins.
        before = beats_s[0] - float(np.median(np.diff(beats_s[:9])))
        if before > -FIRST_SLACK_S:
            beats_s = np.concatenate([[max(before, 0.0)], beats_s])
    return beats_s


def decode_beats(activation: Doubles, tempi: TempoRange) -> NDArray[np.int64]:
    """Frames of the beats on the most likely path."""
    shortest = int(np.floor(60 / tempi.fastest_bpm / FRAME_S))
    longest = int(np.ceil(60 / tempi.slowest_bpm / FRAME_S))
    if len(activation) < shortest * 2 or not activation.any():
        return np.zeros(0, np.int64)
    periods = np.arange(shortest, longest + 1)
    # A held tempo is held by its prior; its small changes are the play of whole frames.
    stiffness = TEMPO_STIFFNESS if tempi.octaves > 0.1 else 100.0
    ratios = periods[None, :] / periods[:, None]
    change = -stiffness * np.abs(ratios - 1)
    change -= np.log(np.exp(change).sum(axis=1, keepdims=True))
    octaves = np.log2(60 / (periods * FRAME_S) / tempi.expected_bpm) / tempi.octaves
    prior = -0.5 * tempi.weight * octaves**2
    heard = np.clip(activation, 1e-4, 1 - 1e-4)
    on_beat = np.log(heard)
    off_beat = np.log((1 - heard) / (BEAT_WIDTH - 1))
    return _viterbi(on_beat, off_beat, periods, change + prior[None, :], prior)


@njit(cache=True, nogil=True)
def _viterbi(  # noqa: PLR0912 - one loop over all states; calls would keep numba from joining them
    on_beat: Doubles,
    off_beat: Doubles,
    periods: NDArray[np.int64],
    change: Doubles,
    start: Doubles,
) -> NDArray[np.int64]:
    count, length = len(periods), len(on_beat)
    first = np.zeros(count + 1, np.int64)
    for k in range(count):
        first[k + 1] = first[k] + periods[k]
    width = np.empty(count, np.int64)
    near_low, near_high = np.empty(count, np.int64), np.empty(count, np.int64)
    for k in range(count):
        width[k] = max(1, (periods[k] + BEAT_WIDTH - 1) // BEAT_WIDTH)
        low, high = k, k
        while low > 0 and change[low - 1, k] > -25.0:
            low -= 1
        while high < count - 1 and change[high + 1, k] > -25.0:
            high += 1
        near_low[k], near_high[k] = low, high
    score = np.empty(first[count])
    for k in range(count):
        score[first[k] : first[k + 1]] = start[k] - np.log(np.float64(periods[k]))
    came_from = np.zeros((length, count), np.int16)
    ends = np.empty(count)
    for t in range(length):
        for k in range(count):
            ends[k] = score[first[k + 1] - 1]
        silent = off_beat[t]
        loud = on_beat[t]
        for k in range(count):
            for s in range(first[k + 1] - 1, first[k] + width[k] - 1, -1):
                score[s] = score[s - 1] + silent
            for s in range(min(first[k] + width[k] - 1, first[k + 1] - 1), first[k], -1):
                score[s] = score[s - 1] + loud
            best, origin = -1e300, k
            for j in range(near_low[k], near_high[k] + 1):
                value = ends[j] + change[j, k]
                if value > best:
                    best, origin = value, j
            score[first[k]] = best + loud
            came_from[t, k] = origin
    state = int(np.argmax(score))
    k = int(np.searchsorted(first, state, side="right")) - 1
    t = length - 1 - (state - first[k])
    beats = np.empty(length, np.int64)
    found = 0
    while t >= 0:
        peak = t
        for s in range(t, min(t + width[k], length)):
            if on_beat[s] > on_beat[peak]:
                peak = s
        beats[found] = peak
        found += 1
        k = came_from[t, k]
        t -= periods[k]
    return beats[:found][::-1].copy()


def refine(activation: Doubles, frames: NDArray[np.int64]) -> Doubles:
    """Beat positions to a fraction of a frame, by a parabola through the peak each one sits on."""
    places = frames.astype(np.float64)
    for index, frame in enumerate(frames):
        if 0 < frame < len(activation) - 1:
            left, peak, right = activation[frame - 1 : frame + 2]
            bend = left - 2 * peak + right
            if bend < -1e-9 and peak >= max(left, right):
                places[index] += 0.5 * (left - right) / bend
    return places
