"""Write a sequence so that xLights loads all of it, and the same sequence always gives the same bytes.

The order of sections binds: xLights reads the tables and the rows before the effects that refer to them. Settings
and palettes are stored once each; of an older file's tables, entries no effect refers to are dropped, as xLights does
when it saves. Nothing in the file depends on the clock or the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from twinklr.core.errors import OutputError
from twinklr.core.xlights.files import write_atomically
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack
from twinklr.core.xlights.sequence_reader import LAST_VIEW, ROOT_ZEROES

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_TEXTS = {"\r": "&#13;"}
_IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_HEAD = (
    "version",
    "author",
    "author-email",
    "author-website",
    "song",
    "artist",
    "album",
    "MusicURL",
    "comment",
    "sequenceTiming",
    "sequenceType",
    "mediaFile",
    "sequenceDuration",
    "imageDir",
)


_HEAD_ORDER = {name: position for position, name in enumerate(_HEAD)}


def write_sequence(sequence: Sequence, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a sequence to an ``.xsq`` file, all or nothing.

    Args:
        sequence: What to write.
        path: Where to.
        overwrite: Whether a file of that name may be replaced.

    Returns:
        The path.

    Raises:
        OutputError: If the file is there already, cannot be written, or a text holds characters XML cannot hold.
    """
    return write_atomically(path, sequence_to_bytes(sequence), overwrite=overwrite)


def sequence_to_bytes(sequence: Sequence) -> bytes:
    """The file's bytes: deterministic, UTF-8.

    Raises:
        OutputError: If a text holds characters XML cannot hold.

    Example:
        >>> sequence_to_bytes(Sequence(50, 1000, ())).splitlines()[1][:26]
        b'<xsequence BaseChannel="0"'
    """
    text = "\n".join(_Writer(sequence).lines()) + "\n"
    wrong = _FORBIDDEN.search(text)
    if wrong:
        near = text[max(0, wrong.start() - 40) : wrong.start()].rpartition("\n")[2]
        raise OutputError(f"character {wrong.group()!r} cannot be stored in XML (after {near!r})")
    return text.encode("utf-8")


class _Table:
    """Texts stored once each and spoken of by number; texts of an older file keep their order."""

    def __init__(self, order: Iterable[str], used: Iterable[str]) -> None:
        wanted = dict.fromkeys(used)
        self.texts = [text for text in dict.fromkeys(order) if text in wanted]
        known = set(self.texts)
        self.texts += [text for text in wanted if text not in known]
        self.index = {text: str(position) for position, text in enumerate(self.texts)}


class _Writer:
    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence
        effects = [effect for layer in _effect_layers(sequence) for effect in layer.effects]
        self.settings = _Table(sequence.settings_order, (effect.settings for effect in effects))
        self.palettes = _Table(sequence.palette_order, (effect.palette for effect in effects if effect.palette))

    def lines(self) -> Iterator[str]:
        sequence = self.sequence
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f"<xsequence{_attributes(self._root_attributes())}>"
        yield from self._section("head", self._head())
        yield from self._section("ColorPalettes", _entries("ColorPalette", self.palettes.texts))
        yield from self._section("EffectDB", _entries("Effect", self.settings.texts))
        elements = list(_display_order(sequence))
        yield from self._section("DisplayElements", (_display_entry(element) for element in elements))
        contents = (line for element in (*elements, *sequence.ignored_rows) for line in self._content(element))
        yield from self._section("ElementEffects", contents)
        yield from self._opaque("end") or [f"  {LAST_VIEW}"]
        yield "</xsequence>"

    def _root_attributes(self) -> list[tuple[str, str]]:
        kept = {name[1:]: value for name, value in self.sequence.extra if name.startswith("@")}
        fixed = [(name, kept.pop(name, "0")) for name in ROOT_ZEROES]
        blending = "true" if self.sequence.model_blending else "false"
        return [*fixed, ("FixedPointTiming", "1"), ("ModelBlending", blending), *kept.items()]

    def _section(self, tag: str, lines: Iterable[str]) -> Iterator[str]:
        """A section, after the opaque ones that stood before it."""
        yield from self._opaque(f"before:{tag}")
        yield f"  <{tag}>"
        yield from lines
        yield from self._opaque(f"in:{tag}")
        yield f"  </{tag}>"

    def _opaque(self, place: str) -> list[str]:
        return [f"  {text}" for where, text in self.sequence.extra if where == place]

    def _head(self) -> Iterator[str]:
        sequence = self.sequence
        texts = [
            ("version", sequence.version),
            ("sequenceTiming", f"{sequence.frame_ms} ms"),
            ("sequenceType", sequence.sequence_type or ("Media" if sequence.media_file else "Animation")),
            ("mediaFile", sequence.media_file),
            ("sequenceDuration", f"{sequence.duration_ms / 1000:.3f}"),
            *sequence.head,
        ]
        texts.sort(key=lambda pair: _HEAD_ORDER.get(pair[0], len(_HEAD_ORDER)))
        for name, text in texts:
            yield f"    <{name}>{_text(text)}</{name}>" if text else f"    <{name}/>"

    def _content(self, element: Row | TimingTrack) -> Iterator[str]:
        """The ElementEffects entry of a row or track."""
        timing = isinstance(element, TimingTrack)
        subrows = () if isinstance(element, TimingTrack) else element.subrows
        if not (element.layers or subrows or element.effect_attributes or element.extra):
            return
        head = [("type", "timing" if timing else "model"), ("name", element.name), *element.effect_attributes]
        yield f"    <Element{_attributes(head)}>"
        for layer in element.layers:
            yield from self._layer("EffectLayer", [], layer, timing)
        yield from self._subrows(subrows)
        if element.extra:
            yield f"      {element.extra}"
        yield "    </Element>"

    def _layer(
        self, tag: str, attributes: list[tuple[str, str]], layer: EffectLayer, timing: bool = False, inner: str = ""
    ) -> Iterator[str]:
        head = f"{tag}{_attributes([*attributes, *layer.attributes])}"
        if not (layer.effects or layer.extra or inner):
            yield f"      <{head}/>"
            return
        yield f"      <{head}>"
        effect = self._mark if timing else self._effect
        yield from map(effect, layer.effects)
        if inner or layer.extra:
            yield f"        {inner}{layer.extra}"
        yield f"      </{tag}>"

    def _subrows(self, subrows: tuple[SubRow, ...]) -> Iterator[str]:
        """Submodels and strands; nodes stand inside their strand, which is made where it has no row of its own."""
        nodes: dict[int, list[SubRow]] = {}
        for row in subrows:
            if row.kind == "node":
                nodes.setdefault(row.strand, []).append(row)
        strands = {row.index for row in subrows if row.kind == "strand"}
        for row in subrows:
            if row.kind == "submodel":
                for number, layer in enumerate(row.layers):
                    yield from self._layer("SubModelEffectLayer", [("name", row.name), *_layer_number(number)], layer)
            elif row.kind == "strand":
                yield from self._strand(row, nodes.pop(row.index, []))
            elif row.strand not in strands and row.strand in nodes:
                bare = SubRow("strand", "", (EffectLayer(),), index=row.strand)
                yield from self._strand(bare, nodes.pop(row.strand))

    def _strand(self, strand: SubRow, nodes: list[SubRow]) -> Iterator[str]:
        lines = [line for node in nodes for line in self._numbered("Node", node)]
        inner = "\n".join(lines).lstrip() + "\n        " if lines else ""
        return self._numbered("Strand", strand, inner)

    def _numbered(self, tag: str, row: SubRow, inner: str = "") -> Iterator[str]:
        """The layers of a strand or node; what stands inside a strand stands in its first layer."""
        for number, layer in enumerate(row.layers):
            name = [("name", row.name)] if row.name and number == 0 else []
            head = [("index", str(row.index)), *_layer_number(number), *name]
            yield from self._layer(tag, head, layer, inner=inner if number == 0 else "")

    def _effect(self, effect: Effect) -> str:
        palette = f' palette="{self.palettes.index[effect.palette]}"' if effect.palette else ""
        rest = _attributes(effect.attributes) if effect.attributes else ""
        if effect.label:
            rest += _attributes([("label", effect.label)])
        if effect.locked:
            rest += ' protected="1"'
        end = f">{effect.extra}</Effect>" if effect.extra else "/>"
        return (
            f'        <Effect ref="{self.settings.index[effect.settings]}" name="{_value(effect.name)}"'
            f' startTime="{effect.start_ms}" endTime="{effect.end_ms}"{palette}{rest}{end}'
        )

    def _mark(self, mark: Effect) -> str:
        rest = _attributes(mark.attributes) if mark.attributes else ""
        name = _attributes([("name", mark.name)]) if mark.name else ""
        locked = ' protected="1"' if mark.locked else ""
        inner = _text(mark.settings) + mark.extra
        end = f">{inner}</Effect>" if inner else "/>"
        times = f'startTime="{mark.start_ms}" endTime="{mark.end_ms}"'
        return f'        <Effect label="{_value(mark.label)}" {times}{name}{rest}{locked}{end}'


def _effect_layers(sequence: Sequence) -> Iterator[EffectLayer]:
    """Layers of all rows and their subrows, in file order."""
    for row in (*sequence.rows, *sequence.ignored_rows):
        yield from row.layers
        for subrow in row.subrows:
            yield from subrow.layers


def _display_order(sequence: Sequence) -> Iterator[Row | TimingTrack]:
    """Tracks first, then rows, but for the tracks that had a place among the rows; each exactly once."""
    names = {row.name for row in sequence.rows} | {""}
    places = {track: row for track, row in sequence.track_places if row in names}
    waiting: dict[str, list[TimingTrack]] = {}
    for track in sequence.timing_tracks:
        if track.name in places:
            waiting.setdefault(places[track.name], []).append(track)
        else:
            yield track
    for row in sequence.rows:
        yield from waiting.pop(row.name, ()) if row.name else ()
        yield row
    yield from waiting.get("", ())


def _display_entry(element: Row | TimingTrack) -> str:
    kept = dict(element.attributes)
    timing = isinstance(element, TimingTrack)
    head = [("collapsed", kept.pop("collapsed", "0")), ("type", "timing" if timing else "model")]
    head += [("name", element.name), ("visible", kept.pop("visible", "1"))]
    if timing:
        head += [("views", kept.pop("views", "")), ("active", kept.pop("active", "0"))]
    return f"    <Element{_attributes([*head, *kept.items()])}/>"


def _entries(tag: str, texts: Iterable[str]) -> Iterator[str]:
    return (f"    <{tag}>{_text(text)}</{tag}>" for text in texts)


def _layer_number(number: int) -> list[tuple[str, str]]:
    return [("layer", str(number))] if number else []


def _attributes(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f' {name}="{_value(value)}"' for name, value in pairs)


def _text(text: str) -> str:
    return escape(text, _IN_TEXTS)


def _value(text: str) -> str:
    return escape(text, _IN_ATTRIBUTES)
