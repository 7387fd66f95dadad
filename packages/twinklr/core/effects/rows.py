"""A sequence laid on a display: which effects stand on which nodes, in frames, in the order they are rendered."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from twinklr.core.display.display import Display
from twinklr.core.effects.buffers import RowPlace, place_row
from twinklr.core.effects.catalog import EffectRow
from twinklr.core.effects.layers import LayerSettings, layer_settings
from twinklr.core.timebase import snap_to_frame
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """One effect on a layer.

    Attributes:
        name: xLights' effect name.
        row: How it is painted; None for effects that are not supported, which stay dark.
        settings: The layer's settings.
        stored: The stored settings and palette, which two effects have in common when they are equal.
        start: First frame of the sequence.
        stop: End, exclusive.
        seed: Seed of its random numbers.
        before: The effect of the same kind that ends where it starts, where light lives on from one to the next.
    """

    name: str
    row: EffectRow | None
    settings: LayerSettings
    stored: tuple[str, str]
    start: int
    stop: int
    seed: int
    before: Segment | None = None


@dataclass(frozen=True, eq=False, slots=True)
class LayerTrack:
    """The effects of one layer, side by side."""

    segments: tuple[Segment, ...]
    starts: tuple[int, ...]

    def between(self, start: int, stop: int) -> tuple[Segment, ...]:
        """The effects that touch frames ``start`` to ``stop``."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        found = []
        for segment in self.segments[first:]:
            if segment.start >= stop:
                break
            if segment.stop > start:
                found.append(segment)
        return tuple(found)


@dataclass(frozen=True, eq=False, slots=True)
class Target:
    """A row or sub-row to render.

    Attributes:
        place: Its nodes.
        layers: Bottom to top, empty layers left out.
        is_sub: Whether it is a submodel, strand or node, which always blends over its model.
    """

    place: RowPlace
    layers: tuple[LayerTrack, ...]
    is_sub: bool

    def runs(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Stretches of frames within ``start`` to ``stop`` in which any layer has an effect."""
        spans = sorted(
            (max(segment.start, start), min(segment.stop, stop))
            for layer in self.layers
            for segment in layer.between(start, stop)
        )
        runs: list[tuple[int, int]] = []
        for begin, end in spans:
            if runs and begin <= runs[-1][1]:
                runs[-1] = (runs[-1][0], max(runs[-1][1], end))
            else:
                runs.append((begin, end))
        return runs


def lay_out(
    sequence: Sequence,
    display: Display,
    effects: Mapping[str, EffectRow],
    seed: int,
    only: Iterable[str] | None = None,
) -> tuple[list[Target], Counter[str]]:
    """The rows to render, in order, and how often each unsupported effect occurs.

    Args:
        sequence: What to render.
        display: Where.
        effects: Effects known, by name.
        seed: Seed of the show.
        only: Names of the rows to render, or None for all.
    """
    wanted = None if only is None else set(only)
    targets: list[Target] = []
    missing: Counter[str] = Counter()
    for row in sequence.rows:
        if dict(row.attributes).get("RenderDisabled") == "1" or (wanted is not None and row.name not in wanted):
            continue
        targets += _targets(row, sequence, display, effects, seed, missing)
    return targets, missing


def _targets(
    row: Row, sequence: Sequence, display: Display, effects: Mapping[str, EffectRow], seed: int, missing: Counter[str]
) -> list[Target]:
    targets = []
    parts = [(None, row.layers)] + [(sub, sub.layers) for sub in row.subrows]
    for sub, layers in parts:
        tracks = []
        for index, layer in reversed(list(enumerate(layers))):
            label = f"{seed}/{row.name}/{sub.kind if sub else ''}/{sub.name if sub else ''}/{index}"
            track = _track(layer, sequence, effects, label, missing)
            if track.segments:
                tracks.append(track)
        if not tracks:
            continue
        place = place_row(display, row.name, sub)
        if place is not None:
            targets.append(Target(place, tuple(tracks), sub is not None))
    return targets


def _track(
    layer: EffectLayer, sequence: Sequence, effects: Mapping[str, EffectRow], label: str, missing: Counter[str]
) -> LayerTrack:
    segments: list[Segment] = []
    for effect in sorted(layer.effects, key=lambda found: found.start_ms):
        start = snap_to_frame(effect.start_ms, sequence.frame_ms) // sequence.frame_ms
        stop = snap_to_frame(effect.end_ms, sequence.frame_ms) // sequence.frame_ms
        if segments and start < segments[-1].stop:
            # Of two effects that overlap the earlier one wins, as in xLights.
            start = segments[-1].stop
        if start >= stop or effect.name in ("", "Random"):
            continue
        segment = _segment(effect, effects.get(effect.name), start, stop, label)
        if segment.settings.disabled:
            continue
        if segments and segment.row is not None and segment.row.lives_on:
            last = segments[-1]
            if (last.name, last.stop) == (segment.name, segment.start):
                segment = replace(segment, before=last)
        if segment.row is None:
            missing[effect.name] += 1
        elif (kind := segment.row.missing_type(segment.settings.effect)) is not None:
            missing[f"{effect.name} ({kind})"] += 1
        segments.append(segment)
    return LayerTrack(tuple(segments), tuple(segment.start for segment in segments))


def _segment(effect: Effect, row: EffectRow | None, start: int, stop: int, label: str) -> Segment:
    settings = layer_settings(effect.settings, effect.palette)
    if row is not None and row.per_fixture:
        settings = replace(settings, style="Per Model Default")
    return Segment(
        effect.name,
        row,
        settings,
        (effect.settings, effect.palette),
        start,
        stop,
        zlib.crc32(f"{label}/{start}/{effect.name}".encode()),
    )
