"""`render_show`: a sequence becomes light in a file, and the figures that the score and the preview look at.

Frames are streamed window by window into an ``.fseq``; what stays in memory is a colour and a change per prop and
frame, a few megabytes for a 4-minute song, however many channels the house has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twinklr.core.audio import SongBundle
from twinklr.core.display import Display, Prop
from twinklr.core.effects import Renderer
from twinklr.core.pipeline import Artifact
from twinklr.core.xlights import Sequence as XlightsSequence
from twinklr.core.xlights import write_fseq

WINDOW_BYTES = 16 * 2**20
"""Size of one window of frames; bounds memory, large enough to keep array work efficient."""


@dataclass(frozen=True, eq=False, slots=True)
class RenderedShow:
    """The light of a whole show.

    Attributes:
        fseq: The rendered file.
        frame_ms: Length of a frame in milliseconds.
        prop_names: Props of the show in display order, the second axis of the arrays. Models that the user switched
            off or told us to ignore stay dark by intent and are not among them.
        prop_colors: uint8 ``(frames, props, 3)``, mean colour of each prop's nodes.
        prop_change: float32 ``(frames, props)``, mean absolute change of each prop's nodes since the frame before,
            0..255; 0 in the first frame.
        unsupported: Effects that were not rendered, by name, with their number.
        missing_media: Pictures and videos that were not found, with how many effects would show each.
        ignored: Settings that have no effect on this light though they do in xLights, with how often each occurs.
        calmed: The sequence this light comes from, where the one handed in would have flashed unsafely.
    """

    fseq: Artifact
    frame_ms: int
    prop_names: tuple[str, ...]
    prop_colors: NDArray[np.uint8]
    prop_change: NDArray[np.float32]
    unsupported: dict[str, int] = field(default_factory=dict)
    missing_media: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    calmed: XlightsSequence | None = None

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return len(self.prop_colors)


def render_show(
    sequence: XlightsSequence,
    display: Display,
    folder: Path,
    *,
    seed: int = 0,
    song: SongBundle | None = None,
    media_folders: Iterable[str | Path] = (),
) -> RenderedShow:
    """Render a sequence into ``folder/show.fseq`` and measure every prop's light on the way.

    Args:
        sequence: What to render.
        display: The house.
        folder: Where the file goes; made if needed.
        seed: Seed of the random effects.
        song: What effects and curves that follow the music hear.
        media_folders: Where pictures and videos are looked for.
    """
    renderer = Renderer(sequence, display, seed=seed, song=song, media_folders=[str(part) for part in media_folders])
    window = max(1, min(512, WINDOW_BYTES // max(display.channel_count, 1)))
    props = [prop for prop in display.props if prop.active and not prop.ignored]
    shape = (renderer.frame_count, len(props))
    colors = np.zeros((*shape, 3), dtype=np.uint8)
    change = np.zeros(shape, dtype=np.float32)

    def measured() -> Iterator[NDArray[np.uint8]]:
        start = 0
        last: NDArray[np.uint8] | None = None
        for frames in renderer.windows(window):
            stop = start + len(frames)
            before = frames[0] if last is None else last
            measure_light(frames, before, display, props, colors[start:stop], change[start:stop])
            start, last = stop, frames[-1].copy()
            yield frames

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "show.fseq"
    write_fseq(
        path,
        measured(),
        display.channel_count,
        sequence.frame_ms,
        media_file=sequence.media_file,
        frame_count=renderer.frame_count,
        overwrite=True,
    )
    return RenderedShow(
        fseq=Artifact(path),
        frame_ms=sequence.frame_ms,
        prop_names=tuple(prop.name for prop in props),
        prop_colors=colors,
        prop_change=change,
        unsupported=dict(renderer.unsupported),
        missing_media=dict(renderer.missing_media),
        ignored=dict(renderer.ignored),
    )


def node_colors(frames: NDArray[np.uint8], display: Display) -> NDArray[np.uint8]:
    """What the eye sees: RGB of every node from channel values.

    The white channel, which is all a single-colour node has, adds its tint at its level.

    Args:
        frames: uint8 ``(frames, channels)``.
        display: Says where each node's channels lie.

    Returns:
        uint8 ``(frames, nodes, 3)``.
    """
    offsets = display.node_offsets.astype(np.int64)
    index = np.minimum(display.node_channel[:, None] + np.maximum(offsets, 0), frames.shape[1] - 1)
    present = offsets >= 0
    light = np.empty((len(frames), display.node_count, 3), dtype=np.uint8)
    for channel in range(3):
        light[..., channel] = frames[:, index[:, channel]] * present[:, channel]
    white = np.flatnonzero(present[:, 3])
    if len(white):
        level = frames[:, index[white, 3]].astype(np.uint16)
        lifted = light[:, white] + level[..., None] * display.node_tint[white] // 255
        light[:, white] = np.minimum(lifted, 255).astype(np.uint8)
    return light


def measure_light(
    frames: NDArray[np.uint8],
    before: NDArray[np.uint8],
    display: Display,
    props: Sequence[Prop],
    colors: NDArray[np.uint8],
    change: NDArray[np.float32],
) -> None:
    """Mean colour of each prop in each frame, and the mean absolute change of its nodes since the frame before.

    The same light as `node_colors`, without ever holding it.

    Args:
        frames: uint8 ``(frames, channels)``.
        before: uint8 ``(channels,)``, the frame before the first one.
        display: The house.
        props: Those to measure, the second axis of what is written.
        colors: Written: uint8 ``(frames, props, 3)``.
        change: Written: float32 ``(frames, props)``.
    """
    first = np.array([prop.first_node for prop in props], dtype=np.int64)
    count = np.array([prop.node_count for prop in props], dtype=np.int64)
    offsets = display.node_offsets
    places = np.minimum(display.node_channel[:, None] + np.maximum(offsets, 0), frames.shape[1] - 1).astype(np.int32)
    places[offsets < 0] = -1
    _measure(frames, before, places, display.node_tint, first, count, colors, change)


@njit(cache=True, nogil=True)
def _measure(frames, before, places, tint, first, count, colors, change):  # type: ignore[no-untyped-def]
    for f in range(len(frames)):
        now = frames[f]
        was = before if f == 0 else frames[f - 1]
        for p in range(len(first)):
            if count[p] == 0:
                continue
            moved = 0
            for c in range(3):
                total = 0
                for node in range(first[p], first[p] + count[p]):
                    own, white = places[node, c], places[node, 3]
                    value, last = 0, 0
                    if own >= 0:
                        value, last = int(now[own]), int(was[own])
                    if white >= 0:
                        value = min(255, value + int(now[white]) * int(tint[node, c]) // 255)
                        last = min(255, last + int(was[white]) * int(tint[node, c]) // 255)
                    total += value
                    moved += abs(value - last)
                colors[f, p, c] = total // count[p]
            change[f, p] = moved / (3.0 * count[p])
