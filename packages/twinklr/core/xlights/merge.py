"""Merge new effects into a sequence somebody already works on: only the chosen rows and times change.

Whatever lies outside the chosen rows and the chosen span stays as it is, and so do effects the user has locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from twinklr.core.errors import InputError
from twinklr.core.xlights.findings import Speller
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack
from twinklr.core.xlights.settings import setting

Span = tuple[int, int]
"""Start and end (exclusive) in milliseconds."""

_EVERYTHING: Span = (0, 1 << 60)
_LOCK = "X_Effect_Locked"
"""Setting in which xLights keeps the lock of an effect; other programs set an attribute, `Effect.locked`."""


def merge_rows(
    existing: Sequence,
    update: Sequence,
    *,
    rows: Collection[str] | None = None,
    spans: Iterable[Span] | None = None,
    tracks: Collection[str] | None = None,
) -> Sequence:
    """Put rows of one sequence into another.

    Within the chosen rows and spans the effects of ``existing`` give way to those of ``update``, layer by layer;
    effects that reach over the edge of a span are cut there. A locked effect stays whole, and new effects are cut
    around it. Rows that only ``update`` has are added where its order puts them, if they bring effects. Nothing is
    taken from beyond the end of ``existing`` (see `reaching_beyond`).

    Args:
        existing: The sequence to change; its head, song, length, settings and row order stay.
        update: Where the new effects come from.
        rows: Names of the rows to replace, those that ``update`` leaves empty included; None for all of ``update``.
        spans: Times to replace, brought to the nearest frames; None for the whole length.
        tracks: Timing tracks to take over from ``update``; None for those ``existing`` lacks.

    Raises:
        InputError: If the two do not have the same frame length, or neither has a row or track that was chosen.
    """
    if existing.frame_ms != update.frame_ms:
        raise InputError(
            f"the sequences have frames of {existing.frame_ms} and {update.frame_ms} ms",
            cure=f"make the new one with frames of {existing.frame_ms} ms",
        )
    _refuse_strangers("row", rows, {row.name for row in (*existing.rows, *update.rows)})
    _refuse_strangers(
        "timing track", tracks, {track.name for track in (*existing.timing_tracks, *update.timing_tracks)}
    )
    chosen = {row.name for row in update.rows} if rows is None else set(rows)
    windows = _windows(existing, spans)
    update = _up_to(update, _end_ms(existing))
    fresh = {row.name: row for row in update.rows if row.name in chosen}
    known = {row.name for row in existing.rows}
    merged = [
        _row(row, fresh.get(row.name, Row(row.name, ())), windows) if row.name in chosen else row
        for row in existing.rows
    ]
    for row in update.rows:
        if row.name in chosen and row.name not in known:
            added = _row(Row(row.name, (), (), row.attributes), row, windows)
            if added.layers:
                merged.insert(_place(row.name, merged, update), added)
    return replace(existing, rows=tuple(merged), timing_tracks=tuple(_tracks(existing, update, tracks)))


def reaching_beyond(existing: Sequence, update: Sequence, rows: Collection[str] | None = None) -> int:
    """How many effects of the chosen rows of ``update`` (None: all) reach beyond the end of ``existing``."""
    end = _end_ms(existing)
    chosen = (row for row in update.rows if rows is None or row.name in rows)
    return sum(effect.end_ms > end for row in chosen for effects in _used(row).values() for effect in effects)


def _end_ms(sequence: Sequence) -> int:
    """End of the last whole frame."""
    return sequence.duration_ms // sequence.frame_ms * sequence.frame_ms


def _windows(existing: Sequence, spans: Iterable[Span] | None) -> list[Span]:
    """Spans on frames, since an effect off them would not render as drawn.

    What lies beyond the end goes along with the last frame, so that no rest of an old effect stays there.
    """
    frame, last = existing.frame_ms, _end_ms(existing)
    chosen = [_EVERYTHING] if spans is None else spans
    snapped = ((round(start / frame) * frame, round(end / frame) * frame) for start, end in chosen)
    return _joined((start, end if end < last else _EVERYTHING[1]) for start, end in snapped if start < end)


def _up_to(update: Sequence, end_ms: int) -> Sequence:
    """A sequence without what lies beyond a time."""

    def cut(layers: tuple[EffectLayer, ...]) -> tuple[EffectLayer, ...]:
        return tuple(
            replace(layer, effects=tuple(piece for effect in layer.effects for piece in _cut(effect, [(0, end_ms)])))
            for layer in layers
        )

    def cut_row(row: Row) -> Row:
        subrows = tuple(replace(subrow, layers=cut(subrow.layers)) for subrow in row.subrows)
        return replace(row, layers=cut(row.layers), subrows=subrows)

    tracks = tuple(replace(track, layers=cut(track.layers)) for track in update.timing_tracks)
    return replace(update, rows=tuple(map(cut_row, update.rows)), timing_tracks=tracks)


def _refuse_strangers(kind: str, chosen: Collection[str] | None, known: set[str]) -> None:
    for name in chosen or ():
        if name not in known:
            raise InputError(f"there is no {kind} {name!r} to replace", cure=Speller(known).cure(name))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans sorted, and joined where they touch."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _place(name: str, merged: list[Row], update: Sequence) -> int:
    """Where a new row goes: behind the nearest row before it in the update that is there, else first."""
    order = [row.name for row in update.rows]
    position = {row.name: index for index, row in enumerate(merged)}
    before = (position[other] + 1 for other in reversed(order[: order.index(name)]) if other in position)
    return next(before, 0)


def _row(old: Row, new: Row, windows: list[Span]) -> Row:
    """The merged row; the old one itself where no effect changes."""
    subrows: dict[tuple[str, str, int, int], SubRow] = {_key(subrow): subrow for subrow in old.subrows}
    fresh = {_key(subrow): subrow for subrow in new.subrows}
    for key, subrow in fresh.items():
        subrows.setdefault(key, replace(subrow, layers=()))
    kept: list[SubRow] = []
    for key, subrow in subrows.items():
        layers = _layers(subrow.layers, fresh[key].layers if key in fresh else (), windows)
        if layers:
            kept.append(replace(subrow, layers=layers))
    layers = _layers(old.layers, new.layers, windows) or (EffectLayer(),)
    merged = replace(old, layers=layers, subrows=tuple(kept))
    return merged if _used(merged) != _used(old) else old


def _used(row: Row) -> dict[tuple[object, ...], tuple[Effect, ...]]:
    """Effects of the layers that have any, of the row and of those below it."""
    parts = [(("row",), row.layers), *((_key(subrow), subrow.layers) for subrow in row.subrows)]
    return {
        (*key, number): layer.effects for key, layers in parts for number, layer in enumerate(layers) if layer.effects
    }


def _key(subrow: SubRow) -> tuple[str, str, int, int]:
    return subrow.kind, subrow.name if subrow.kind == "submodel" else "", subrow.index, subrow.strand


def _layers(old: tuple[EffectLayer, ...], new: tuple[EffectLayer, ...], windows: list[Span]) -> tuple[EffectLayer, ...]:
    """Merged layers, top to bottom; empty ones below the last that is used are left out."""
    layers = [
        replace(before or after or EffectLayer(), effects=tuple(_effects(before, after, windows)))
        for before, after in zip_longest(old, new)
    ]
    while len(layers) > max(1, len(new)) and not layers[-1].effects:
        layers.pop()
    return tuple(layers)


def _effects(before: EffectLayer | None, after: EffectLayer | None, windows: list[Span]) -> list[Effect]:
    outside = _gaps(windows)
    kept: list[Effect] = []
    for effect in before.effects if before else ():
        kept += [effect] if _is_locked(effect) else _cut(effect, outside)
    locked = _joined((effect.start_ms, effect.end_ms) for effect in kept if _is_locked(effect))
    free = _gaps(locked)
    for effect in after.effects if after else ():
        for piece in _cut(effect, windows):
            kept += _cut(piece, free)
    return sorted(kept, key=lambda effect: effect.start_ms)


def _is_locked(effect: Effect) -> bool:
    return effect.locked or setting(effect.settings, _LOCK).casefold() in ("true", "1")


def _gaps(spans: list[Span]) -> list[Span]:
    """The times between sorted spans."""
    edges = [_EVERYTHING[0], *(edge for span in spans for edge in span), _EVERYTHING[1]]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def _cut(effect: Effect, windows: list[Span]) -> Iterator[Effect]:
    """The parts of an effect that lie in sorted windows; the effect itself where all of it does."""
    for start, end in windows:
        first, last = max(start, effect.start_ms), min(end, effect.end_ms)
        if (first, last) == (effect.start_ms, effect.end_ms):
            yield effect
        elif first < last:
            yield replace(effect, start_ms=first, end_ms=last)


def _tracks(existing: Sequence, update: Sequence, names: Collection[str] | None) -> Iterator[TimingTrack]:
    fresh = {track.name: track for track in update.timing_tracks if names is None or track.name in names}
    for track in existing.timing_tracks:
        yield track if names is None else fresh.get(track.name, track)
    known = {track.name for track in existing.timing_tracks}
    yield from (track for name, track in fresh.items() if name not in known)
