"""The beat grid: every moment something may start or end, in whole frames.

Beats closer together than `SAFE_STEP_MS` are thinned out, so that nothing driven by them flashes more than three
times a second (photosensitive safety).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from twinklr.core.audio.bundle import Band, SongBundle
from twinklr.core.planning import Driver
from twinklr.core.timebase import snap_to_frame

SAFE_STEP_MS = 380
"""Shortest time between two strikes of light on the same props: never more than three within a second, even where
frames round two of them towards each other."""

PHRASE_BARS = 4
BAR_MS_WITHOUT_BEATS = 2000
"""Length of a bar where no beat was heard."""

HIT_SHARE = 0.25
"""Share of a band's onsets that count as strong."""

Step = tuple[int, int]
"""Start and end in milliseconds, on frame boundaries."""

BANDS: dict[Driver, Band] = {Driver.LOW: "low", Driver.MID: "mid", Driver.HIGH: "high"}


@dataclass(frozen=True)
class BeatGrid:
    """A song's beats, bars, sections and hits on frame boundaries.

    Attributes:
        bundle: What was heard.
        frame_ms: Length of a frame.
    """

    bundle: SongBundle
    frame_ms: int

    @cached_property
    def end_ms(self) -> int:
        """End of the last whole frame of the song."""
        return self.bundle.duration_ms // self.frame_ms * self.frame_ms

    @cached_property
    def beats(self) -> tuple[int, ...]:
        """Every beat; even steps where too few were heard."""
        found = self._snapped(beat.at_ms for beat in self.bundle.beats)
        step = BAR_MS_WITHOUT_BEATS // 4
        return found if len(found) > 1 else tuple(range(0, self.end_ms, step))

    @cached_property
    def bars(self) -> tuple[int, ...]:
        """The first beat of every bar."""
        found = self._snapped(bar.start_ms for bar in self.bundle.bars)
        return found if len(found) > 1 else self.beats[:: max(self.bundle.beats_per_bar, 1)]

    @cached_property
    def strikes(self) -> tuple[int, ...]:
        """The beats that light may strike on: all, or every second, fourth ... of a fast song."""
        return thin(self.beats, SAFE_STEP_MS)

    @cached_property
    def beat_ms(self) -> int:
        """Median length of a step between strikes."""
        gaps = sorted(b - a for a, b in pairwise(self.strikes))
        return gaps[len(gaps) // 2] if gaps else BAR_MS_WITHOUT_BEATS // 4

    @cached_property
    def sections(self) -> dict[str, Step]:
        """Start and end of each section, without silence at the song's ends, by section id."""
        first = snap_to_frame(self.bundle.music_start_ms, self.frame_ms)
        last = min(snap_to_frame(self.bundle.music_end_ms, self.frame_ms), self.end_ms)
        if last <= first:
            first, last = 0, self.end_ms
        return {
            section.id: (
                max(snap_to_frame(section.start_ms, self.frame_ms), first),
                max(min(snap_to_frame(section.end_ms, self.frame_ms), last), first),
            )
            for section in self.bundle.sections
        }

    def steps(self, driver: Driver, start_ms: int, end_ms: int) -> list[Step]:
        """What a driver divides a span into.

        Steps of beats, bars and phrases follow each other without a gap and fill the span; strikes of a band and
        vocal phrases have gaps between them.
        """
        if end_ms - start_ms < self.frame_ms:
            return []
        if driver is Driver.SECTION:
            return [(start_ms, end_ms)]
        if driver is Driver.VOCAL:
            return self._sung(start_ms, end_ms)
        if driver in BANDS:
            last = end_ms - SAFE_STEP_MS  # the next section strikes where this one ends
            marks = self.strong(BANDS[driver], start_ms, end_ms, share=0.5, on_strikes=False)
            return self.struck([mark for mark in marks if mark <= last], end_ms)
        marks = self.strikes if driver is Driver.BEAT else self.bars
        if driver is Driver.PHRASE:
            marks = tuple(bar for bar in self.bars if start_ms <= bar < end_ms)[::PHRASE_BARS]
        return self._between(marks, start_ms, end_ms)

    def struck(self, marks: Sequence[int], end_ms: int) -> list[Step]:
        """Steps of one beat from each mark, cut short where the next one comes."""
        stops = [*marks[1:], end_ms] if marks else []
        return [(mark, min(stop, mark + self.beat_ms)) for mark, stop in zip(marks, stops, strict=True)]

    def strong(
        self, band: Band, start_ms: int, end_ms: int, *, share: float = HIT_SHARE, on_strikes: bool = True
    ) -> tuple[int, ...]:
        """The strongest onsets of a band within a span, never faster than is safe.

        Args:
            band: Part of the spectrum.
            start_ms: Start of the span.
            end_ms: End of the span.
            share: Which share of the onsets counts as strong.
            on_strikes: Only those that fall on a strike, moved onto it, so that hits add no flash beside the beat's.
        """
        onsets = [o for o in self.bundle.onsets if o.band == band and start_ms <= o.at_ms < end_ms]
        levels = sorted((onset.strength for onset in onsets), reverse=True)
        least = levels[int(len(levels) * share)] if levels else 0.0
        marks = self._snapped(onset.at_ms for onset in onsets if onset.strength >= least)
        if on_strikes:
            marks = tuple(dict.fromkeys(strike for mark in marks if (strike := self.near_strike(mark)) is not None))
        return thin([mark for mark in marks if start_ms <= mark < end_ms], SAFE_STEP_MS)

    def energy(self, section_id: str) -> float:
        """Energy of a section, 0..1."""
        return next((one.energy for one in self.bundle.sections if one.id == section_id), 0.5)

    def swell(self, start_ms: int, end_ms: int) -> float:
        """How bright a span is beside its section's level, 0.4 to 1.1, as the energy of the song rises and falls."""
        curve = self.bundle.energy
        first = min(start_ms // curve.hop_ms, len(curve.values) - 1)
        heard = curve.values[first : max(end_ms // curve.hop_ms, first + 1)]
        return 0.4 + 0.7 * sum(heard) / len(heard)

    def near_strike(self, mark_ms: int, reach_ms: int = 75) -> int | None:
        """The strike a moment falls on, give or take; None where there is none."""
        at = bisect_left(self.strikes, mark_ms)
        near = [strike for strike in self.strikes[max(at - 1, 0) : at + 1] if abs(strike - mark_ms) <= reach_ms]
        return min(near, key=lambda strike: abs(strike - mark_ms), default=None)

    def _between(self, marks: tuple[int, ...], start_ms: int, end_ms: int) -> list[Step]:
        inside = [start_ms, *(mark for mark in marks if start_ms < mark < end_ms), end_ms]
        steps = list(pairwise(inside))
        if len(steps) > 1 and steps[0][1] - steps[0][0] < SAFE_STEP_MS:
            steps[:2] = [(steps[0][0], steps[1][1])]
        if len(steps) > 1 and steps[-1][1] - steps[-1][0] < SAFE_STEP_MS:
            steps[-2:] = [(steps[-2][0], steps[-1][1])]
        return steps

    def _sung(self, start_ms: int, end_ms: int) -> list[Step]:
        lines = self.bundle.lyrics.lines if self.bundle.lyrics is not None else ()
        spans = [(line.start_ms, line.end_ms) for line in lines] or [(s.start_ms, s.end_ms) for s in self.bundle.vocals]
        steps: list[Step] = []
        for first, last in sorted(spans):
            one = max(snap_to_frame(first, self.frame_ms), start_ms), min(snap_to_frame(last, self.frame_ms), end_ms)
            if steps:
                one = max(one[0], steps[-1][1]), one[1]
            if one[1] - one[0] >= self.frame_ms:
                steps.append(one)
        return steps

    def _snapped(self, marks: Iterable[int]) -> tuple[int, ...]:
        return tuple(
            sorted({snap for mark in marks if 0 <= (snap := snap_to_frame(mark, self.frame_ms)) < self.end_ms})
        )


def thin(marks: Iterable[int], least_ms: int) -> tuple[int, ...]:
    """Marks without those that follow another too soon.

    Example:
        >>> thin([0, 200, 400, 600], 350)
        (0, 400)
    """
    kept: list[int] = []
    for mark in marks:
        if not kept or mark - kept[-1] >= least_ms:
            kept.append(mark)
    return tuple(kept)
