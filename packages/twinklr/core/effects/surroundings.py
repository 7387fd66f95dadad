"""What effects may look at beside their own settings: the song, the timing tracks, and the model they run on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twinklr.core.audio.bundle import SongBundle
from twinklr.core.display.display import Display
from twinklr.core.effects.buffers import LayerBuffer, RowPlace
from twinklr.core.effects.call import PlacedFixture, Surroundings
from twinklr.core.xlights.sequence import Sequence


def song_surroundings(
    sequence: Sequence, frame_count: int, media_folders: tuple[str, ...], song: SongBundle | Surroundings | None
) -> Surroundings:
    """Surroundings every effect of a sequence shares.

    Args:
        sequence: The sequence, for its timing tracks.
        frame_count: Its frames.
        media_folders: Where pictures and videos are looked for.
        song: An analysed song, or loudness and spectrum by frame, or None.
    """
    loudness = song.loudness if isinstance(song, Surroundings) else None
    if isinstance(song, SongBundle):
        loudness = _energy(song, frame_count, sequence.frame_ms)
    return Surroundings(
        timing_tracks={track.name: track for track in sequence.timing_tracks},
        media_folders=media_folders,
        loudness=loudness,
        spectrum=song.spectrum if isinstance(song, Surroundings) else None,
    )


def _energy(song: SongBundle, frame_count: int, frame_ms: int) -> NDArray[np.float32]:
    values = np.asarray(song.energy.values, dtype=np.float64)
    if not len(values):
        return np.zeros(frame_count, dtype=np.float32)
    times_ms = np.arange(frame_count) * frame_ms
    return np.interp(times_ms, np.arange(len(values)) * song.energy.hop_ms, values).astype(np.float32)


def model_surroundings(shared: Surroundings, display: Display, place: RowPlace, buffer: LayerBuffer) -> Surroundings:
    """The shared surroundings with what is true of one model: its faces, its states and where its nodes lie.

    A group has no faces or states of its own; its nodes count in the order of the display.
    """
    order = np.full(len(place.nodes), -1, dtype=np.int64)
    faces: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    states = faces
    count = len(place.nodes)
    try:
        prop = display.prop(place.row)
    except KeyError:
        order = np.arange(count)
    else:
        faces, states, count = prop.faces, prop.states, prop.node_count
        order = place.nodes.astype(np.int64) - prop.first_node
    cells: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for node, x, y in zip(*buffer.points, strict=True):
        if 0 <= order[node] < count:
            cells[order[node]].append((int(y), int(x)))
    return replace(
        shared,
        faces={name: dict(attributes) for name, attributes in faces},
        states={name: dict(attributes) for name, attributes in states},
        node_cells=tuple(map(tuple, cells)),
        fixtures=_fixtures(display, place, order),
    )


def _fixtures(display: Display, place: RowPlace, order: NDArray[np.int64]) -> tuple[PlacedFixture, ...]:
    """The fixtures whose channels a row reaches, each with the place of its first one."""
    reached = dict(zip(place.nodes.tolist(), order.tolist(), strict=True))
    return tuple(
        PlacedFixture(prop.fixture, reached[prop.first_node])
        for prop in display.props
        if prop.fixture is not None and prop.first_node in reached
    )
