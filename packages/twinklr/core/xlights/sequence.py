"""An xLights sequence as a value: rows of layers of effects, and timing tracks.

Nothing here reads or writes a file (see `read_sequence` and `write_sequence`) or knows what an effect does.
Settings and palettes stay the strings xLights stores, so that what we do not understand survives unchanged;
`parse_settings` opens them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

SubRowKind = Literal["submodel", "strand", "node"]

CURRENT_VERSION = "2026.15"
"""xLights version whose rendering Twinklr follows, and which it writes."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect on a layer of a row, or one mark on a timing track (then ``name`` is empty and ``label`` speaks).

    Attributes:
        name: Effect name exactly as xLights spells it ("Color Wash").
        start_ms: First millisecond; a multiple of the sequence's frame.
        end_ms: End, exclusive; a multiple of the sequence's frame.
        settings: ``E_``, ``B_`` and ``T_`` keys as stored: "E_SLIDER_Bars_BarCount=2,B_SLIDER_Blur=3".
        palette: ``C_`` keys as stored.
        label: Text of a timing mark.
        locked: Set by the user to protect the effect from changes.
        attributes: Other attributes of the element, kept as found.
        extra: Child elements, as XML text; owned by the reader and writer.
    """

    name: str
    start_ms: int
    end_ms: int
    settings: str = ""
    palette: str = ""
    label: str = ""
    locked: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    extra: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class EffectLayer:
    """Effects side by side in time, sorted, without overlap.

    Attributes:
        effects: In time order.
        attributes: Attributes of the layer element (``layerName``).
        extra: Child elements that are not effects, as XML text; owned by the reader and writer.
    """

    effects: tuple[Effect, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    extra: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SubRow:
    """A row below a model's own: one of its submodels (by name), strands or nodes (by index).

    Attributes:
        kind: What the row stands for.
        name: The submodel's name; the label of a strand or node, often empty.
        layers: Top to bottom.
        index: 0-based strand or node index; -1 for a submodel.
        strand: 0-based strand of a node; -1 otherwise.
    """

    kind: SubRowKind
    name: str
    layers: tuple[EffectLayer, ...]
    index: int = -1
    strand: int = -1


@dataclass(frozen=True, slots=True)
class Row:
    """A model or group of the layout with its effect layers; the first layer is on top.

    Attributes:
        name: Model or group name as in the layout.
        layers: Top to bottom.
        subrows: Submodel, strand and node rows of the model.
        attributes: Other attributes of its DisplayElements entry (``visible``, ``collapsed``, ``RenderDisabled``).
        effect_attributes: Other attributes of its ElementEffects entry.
        extra: Child elements that are not understood, as XML text; owned by the reader and writer.
    """

    name: str
    layers: tuple[EffectLayer, ...]
    subrows: tuple[SubRow, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    effect_attributes: tuple[tuple[str, str], ...] = ()
    extra: str = field(default="", repr=False)

    @property
    def all_layers(self) -> tuple[EffectLayer, ...]:
        """Its layers, and those of its submodels, strands and nodes."""
        return (*self.layers, *(layer for sub in self.subrows for layer in sub.layers))

    @property
    def disabled(self) -> bool:
        """True where the user has switched rendering of the row off."""
        return ("RenderDisabled", "1") in self.attributes


@dataclass(frozen=True, slots=True)
class TimingTrack:
    """Marks in time. One layer for beats or sections; three (phrases, words, phonemes) for lyrics.

    Attributes:
        name: Name of the track; no model may have the same.
        layers: Marks are effects without a name that carry a ``label``.
        attributes: Other attributes of its DisplayElements entry (``visible``, ``views``, ``active``).
        effect_attributes: Other attributes of its ElementEffects entry (``fixed``: a metronome's interval in ms).
        extra: Child elements that are not understood, as XML text; owned by the reader and writer.
    """

    name: str
    layers: tuple[EffectLayer, ...]
    attributes: tuple[tuple[str, str], ...] = ()
    effect_attributes: tuple[tuple[str, str], ...] = ()
    extra: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A whole sequence.

    Attributes:
        frame_ms: Length of one frame in milliseconds (25 or 50 as a rule).
        duration_ms: Length of the sequence.
        rows: Models and groups in render order: later rows blend over earlier ones.
        timing_tracks: In display order.
        media_file: The song's file name or path, empty for an animation.
        model_blending: True: black is see-through over earlier rows; False: an active effect blanks them.
        head: Other texts of the ``<head>`` element (song, artist, album, author, comment ...), in order.
        extra: Opaque XML kept for a lossless round trip; owned by the reader and writer.
        version: xLights version the file claims; below 2026.06 some effects render the old way.
        sequence_type: "Media", "Animation" or "Effect"; empty follows from ``media_file``.
        ignored_rows: Rows with effects but no DisplayElements entry, which xLights ignores.
        track_places: Timing track name -> name of the row it stands before, for tracks not at the top.
        settings_order: Settings texts in the order of the file's table, which the writer keeps.
        palette_order: Palette texts in the order of the file's table, which the writer keeps.
    """

    frame_ms: int
    duration_ms: int
    rows: tuple[Row, ...]
    timing_tracks: tuple[TimingTrack, ...] = ()
    media_file: str = ""
    model_blending: bool = True
    head: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    version: str = CURRENT_VERSION
    sequence_type: str = ""
    ignored_rows: tuple[Row, ...] = ()
    track_places: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    settings_order: tuple[str, ...] = field(default=(), repr=False, compare=False)
    palette_order: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def effects(self) -> Iterator[tuple[Row, Effect]]:
        """Every effect with its row, which may be the one above: of a submodel, a strand or a node."""
        for row in self.rows:
            for layer in row.all_layers:
                for effect in layer.effects:
                    yield row, effect

    def row(self, name: str) -> Row | None:
        """The row of a name, or None."""
        return next((row for row in self.rows if row.name == name), None)

    def track(self, name: str) -> TimingTrack | None:
        """The timing track of a name, or None."""
        return next((track for track in self.timing_tracks if track.name == name), None)
