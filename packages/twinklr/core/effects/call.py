"""What an effect is given, and what it gives back: the one contract between the compositor and the effects.

An effect is a pure function of an `EffectCall`. It paints frames ``first`` to ``stop`` of itself on a buffer and
returns uint8 RGBA of shape ``(stop - first, height, width, 4)``; row 0 is the bottom row, as in xLights. Alpha 0
is "not painted". An effect with memory (meteors, life) computes from its own frame 0 and returns the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twinklr.core.display.fixtures import Fixture
from twinklr.core.effects.palette import Palette
from twinklr.core.effects.settings import EffectSettings
from twinklr.core.xlights.sequence import TimingTrack

Pixels = NDArray[np.uint8]
"""Frames of RGBA, ``(frames, height, width, 4)``, row 0 at the bottom."""

EffectFunction = Callable[["EffectCall"], Pixels]


@dataclass(frozen=True, slots=True)
class PlacedFixture:
    """A DMX fixture an effect runs on, and the place of its first channel among `Surroundings.node_cells`."""

    fixture: Fixture
    first: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Surroundings:
    """What effects that follow something else may look at.

    Attributes:
        timing_tracks: Tracks of the sequence by name (Faces, State, VU Meter timing events).
        faces: ``faceInfo`` of the model the effect runs on: name -> attributes.
        states: ``stateInfo`` of the model the effect runs on: name -> attributes.
        node_cells: For each node of the model (in model order), its cells ``(y, x)`` in the buffer.
        fixtures: The DMX fixtures among them.
        media_folders: Folders where pictures and videos are looked for, by base name.
        loudness: Volume of the song per frame of the sequence in 0..1, or None without a song.
        spectrum: Level of 127 semitone-like bands per frame in 0..1, ``(frames, 127)``, or None.
    """

    timing_tracks: dict[str, TimingTrack] = field(default_factory=dict)
    faces: dict[str, dict[str, str]] = field(default_factory=dict)
    states: dict[str, dict[str, str]] = field(default_factory=dict)
    node_cells: tuple[tuple[tuple[int, int], ...], ...] = ()
    fixtures: tuple[PlacedFixture, ...] = ()
    media_folders: tuple[str, ...] = ()
    loudness: NDArray[np.float32] | None = None
    spectrum: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class EffectCall:
    """One effect on one buffer, and the window of its frames to paint.

    Attributes:
        width: Buffer cells across.
        height: Buffer cells up.
        frame_ms: Length of a frame in milliseconds.
        start_frame: Frame of the sequence the effect starts on.
        frame_count: Length of the effect in frames.
        first: First frame to paint, counted from the effect's start.
        stop: End of the frames to paint, exclusive.
        settings: Typed access to the ``E_`` settings, value curves and defaults included.
        palette: The enabled colours, colour curves included.
        seed: Seed of the effect's random numbers; the same call gives the same pixels.
        surroundings: Timing tracks, faces, media and sound.
        below: What lies below the layer, as ``(frames, height, width, 4)`` on the same grid; for effects that paint on
            a canvas (Warp), else None.
        before: Call of the effect that ends where this one starts, for effects whose light lives on into the next
            of their kind (Fireworks), else None.
    """

    width: int
    height: int
    frame_ms: int
    start_frame: int
    frame_count: int
    first: int
    stop: int
    settings: EffectSettings
    palette: Palette
    seed: int = 0
    surroundings: Surroundings = field(default_factory=Surroundings)
    below: Pixels | None = None
    before: EffectCall | None = None
    cells: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    @property
    def columns(self) -> NDArray[np.int64]:
        """Column of every painted cell, shaped to meet `rows`: ``(1, width)``, or ``(1, cells)`` for single cells."""
        return np.arange(self.width)[None, :] if self.cells is None else self.cells[0]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Row of every painted cell, bottom first, shaped to meet `columns`: ``(height, 1)`` or ``(1, cells)``."""
        return np.arange(self.height)[:, None] if self.cells is None else self.cells[1]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Frames, rows and columns of the picture: ``(frames, height, width)``, or ``(frames, 1, cells)``."""
        frames = self.stop - self.first
        return (frames, self.height, self.width) if self.cells is None else (frames, 1, self.cells[0].shape[1])

    @property
    def places(self) -> NDArray[np.int32]:
        """For each cell of the grid, ``(height, width)``, its place in a picture flattened to cells; -1 if not painted.

        For effects that draw shapes and want to skip what nobody sees.
        """
        if self.cells is None:
            return np.arange(self.height * self.width, dtype=np.int32).reshape(self.height, self.width)
        places = np.full((self.height, self.width), -1, dtype=np.int32)
        places[self.cells[1][0], self.cells[0][0]] = np.arange(self.cells[0].shape[1])
        return places

    @property
    def progress(self) -> NDArray[np.float64]:
        """Position of each painted frame in the effect, 0 at its first frame, just below 1 at its last."""
        return np.arange(self.first, self.stop) / self.frame_count

    def blank(self) -> Pixels:
        """Transparent black frames for this call."""
        return np.zeros((*self.shape, 4), dtype=np.uint8)
