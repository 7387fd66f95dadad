"""Timing tracks of a show: beats, bars, sections, and the words as xLights' faces read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from twinklr.core.audio.bundle import Lyrics, SongBundle
from twinklr.core.choreography.grid import BeatGrid
from twinklr.core.timebase import snap_to_frame
from twinklr.core.xlights.sequence import Effect, EffectLayer, TimingTrack

LYRICS = "Lyrics"
"""Name of the track singing faces follow, unless a model has it."""


def free_name(name: str, taken: Collection[str]) -> str:
    """A track name no model has; a track named like a model would kill that model's row.

    Example:
        >>> free_name("Bars", {"Bars"})
        'Bars (timing)'
    """
    while name in taken:
        name += " (timing)"
    return name


def timing_tracks(bundle: SongBundle, grid: BeatGrid, taken: Collection[str]) -> tuple[TimingTrack, ...]:
    """Beats (labelled 1 to the bar's length), Bars, Sections, and Lyrics where words are known."""
    positions = {snap_to_frame(beat.at_ms, grid.frame_ms): str(beat.position) for beat in bundle.beats}
    tracks = [
        ("Beats", [(beat, positions.get(beat, "1")) for beat in grid.beats]),
        ("Bars", [(bar, str(number)) for number, bar in enumerate(grid.bars, start=1)]),
        ("Sections", [(snap_to_frame(s.start_ms, grid.frame_ms), f"{s.label} {s.group}") for s in bundle.sections]),
    ]
    found = [TimingTrack(free_name(name, taken), (EffectLayer(_marks(marks, grid.end_ms)),)) for name, marks in tracks]
    if bundle.lyrics is not None and bundle.lyrics.lines:
        found.append(TimingTrack(free_name(LYRICS, taken), _lyric_layers(bundle.lyrics, grid)))
    return tuple(found)


def _marks(marks: list[tuple[int, str]], end_ms: int) -> tuple[Effect, ...]:
    """Marks from each start to the next."""
    stops = [start for start, _ in marks[1:]] + [end_ms]
    return tuple(
        Effect("", start, stop, label=label) for (start, label), stop in zip(marks, stops, strict=True) if stop > start
    )


def _lyric_layers(lyrics: Lyrics, grid: BeatGrid) -> tuple[EffectLayer, ...]:
    words = [word for line in lyrics.lines for word in line.words]
    return (
        _layer(((line.text, line.start_ms, line.end_ms) for line in lyrics.lines), grid),
        _layer(((word.text, word.start_ms, word.end_ms) for word in words), grid),
        _layer((phoneme for word in words for phoneme in word.phonemes), grid),
    )


def _layer(spans: Iterable[tuple[str, int, int]], grid: BeatGrid) -> EffectLayer:
    """Spans on frame boundaries, in order, without overlap; those shorter than a frame are left out."""
    placed: list[Effect] = []
    for label, start_ms, end_ms in sorted(spans, key=lambda span: (span[1], span[2])):
        start = max(snap_to_frame(start_ms, grid.frame_ms), placed[-1].end_ms if placed else 0)
        end = min(max(snap_to_frame(end_ms, grid.frame_ms), start + grid.frame_ms), grid.end_ms)
        if end > start:
            placed.append(Effect("", start, end, label=label))
    return EffectLayer(tuple(placed))
