"""Read a sequence: ``.xsq``, or ``.xml`` as it was named before 2020.

What is understood becomes a `Sequence`; everything else is carried along as XML text in the ``extra`` fields, so
that writing the sequence again loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.xlights.markup import MAX_XML_BYTES, elements, parse_xml
from twinklr.core.xlights.sequence import CURRENT_VERSION, Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack

Attributes = tuple[tuple[str, str], ...]
SubRows = dict[tuple[str, str, int, int], list[SubRow]]
"""Layers of the submodel, strand and node rows of a model, filed by row, in file order."""

HEAD_FIELDS = frozenset({"version", "sequenceTiming", "sequenceType", "mediaFile", "sequenceDuration"})
"""Elements of ``<head>`` that have a field of their own."""

ROOT_ZEROES = ("BaseChannel", "ChanCtrlBasic", "ChanCtrlColor")
"""Attributes of the root that old readers want; nothing but 0 has been seen."""

LAST_VIEW = "<lastView>0</lastView>"
"""What stands at the end of a file that has nothing else there."""

SECTIONS = ("head", "ColorPalettes", "EffectDB", "DisplayElements", "ElementEffects")
"""Sections that are understood, in the order xLights needs them."""

DISPLAY_DEFAULTS = (("collapsed", "0"), ("visible", "1"), ("views", ""), ("active", "0"))
"""Attributes of a DisplayElements entry as the writer fills them in; the last two are for timing tracks."""

DEFAULT_FRAME_MS = 50
DEFAULT_DURATION_S = 30.0


def read_sequence(path: str | Path, *, max_bytes: int = MAX_XML_BYTES) -> Sequence:
    """Read a sequence file of any age.

    Wrong references (a settings number that is not there) read as empty, as in xLights; `check_sequence` reports
    them. Colours that an old file keeps among the settings of an effect without a palette become its palette.

    Args:
        path: An ``.xsq`` file, or an old ``.xml`` one.
        max_bytes: Largest file accepted.

    Raises:
        InputError: If the file cannot be read, or is not an xLights sequence.
    """
    path = Path(path)
    return sequence_from_xml(parse_xml(path, max_bytes=max_bytes), path)


def sequence_from_xml(root: etree._Element, where: str | Path) -> Sequence:
    """Build a `Sequence` from a parsed document.

    Raises:
        InputError: If the document is not a sequence, or a time in it is no number.
    """
    if root.tag != "xsequence":
        raise InputError(f"the root element is <{root.tag}>", where=where, expected="<xsequence>, an xLights sequence")
    return _Reader(root, where).read()


class _Reader:
    """The tables and the place of one document, while it is read."""

    def __init__(self, root: etree._Element, where: str | Path) -> None:
        self.root = root
        self.where = where
        self.settings = _table(root, "EffectDB")
        self.palettes = _table(root, "ColorPalettes")
        # Files of 2015 and before count seconds; the attribute says that a file counts milliseconds.
        self.in_seconds = root.get("FixedPointTiming") is None

    def read(self) -> Sequence:
        root = self.root
        shown = [element for element in elements(root.find("DisplayElements")) if element.tag == "Element"]
        contents = _Contents(root)
        rows, tracks = [], []
        for entry in shown:
            if entry.get("type") == "timing":
                tracks.append(self._track(entry, contents.take(entry)))
            else:
                rows.append(self._row(entry, contents.take(entry)))
        ignored = [self._row(entry, entry) for entry in contents.left() if entry.get("type") != "timing"]
        lost_tracks = _xml(entry for entry in contents.left() if entry.get("type") == "timing")
        head = {str(element.tag): (element.text or "").strip() for element in elements(root.find("head"))}
        return Sequence(
            frame_ms=_frame_ms(head.get("sequenceTiming", "")),
            duration_ms=self._duration_ms(head.get("sequenceDuration", "")),
            rows=tuple(rows),
            timing_tracks=tuple(tracks),
            media_file=head.get("mediaFile", ""),
            model_blending=root.get("ModelBlending", "false").lower() == "true",
            head=tuple(_head_texts(root)),
            extra=(*_extra(root), *([("in:ElementEffects", lost_tracks)] if lost_tracks else ())),
            version=head.get("version", CURRENT_VERSION),
            sequence_type=_sequence_type(head),
            ignored_rows=tuple(ignored),
            track_places=tuple(_track_places(shown)),
            settings_order=self.settings,
            palette_order=self.palettes,
        )

    def _row(self, entry: etree._Element, content: etree._Element | None) -> Row:
        children = elements(content)
        subrows: SubRows = {}
        for child in children:
            if child.tag == "SubModelEffectLayer":
                self._add_submodel_layer(subrows, child)
            elif child.tag == "Strand":
                self._add_strand(subrows, child)
        known = ("EffectLayer", "SubModelEffectLayer", "Strand")
        return Row(
            name=_name(entry),
            layers=tuple(self._layer(child) for child in children if child.tag == "EffectLayer"),
            subrows=tuple(_joined(layers) for layers in subrows.values()),
            attributes=() if entry is content else _display_attributes(entry),
            effect_attributes=_attributes(content, ("type", "name")),
            extra=_xml(child for child in children if child.tag not in known),
        )

    def _track(self, entry: etree._Element, content: etree._Element | None) -> TimingTrack:
        children = elements(content)
        return TimingTrack(
            name=_name(entry),
            layers=tuple(_marks(self._layer(child)) for child in children if child.tag == "EffectLayer"),
            attributes=_display_attributes(entry),
            effect_attributes=_attributes(content, ("type", "name")),
            extra=_xml(child for child in children if child.tag != "EffectLayer"),
        )

    def _add_submodel_layer(self, subrows: SubRows, element: etree._Element) -> None:
        name = element.get("name", "").strip()
        layer = self._layer(element, ("name", "layer"))
        _add_layer(subrows, SubRow("submodel", name, (layer,)))

    def _add_strand(self, subrows: SubRows, element: etree._Element) -> None:
        index = _index(element)
        nodes = [child for child in elements(element) if child.tag == "Node"]
        layer = self._layer(element, ("index", "layer", "name"), skip="Node")
        name = element.get("name", "")
        # A strand that only carries nodes has no row of its own to speak of.
        if layer.effects or layer.attributes or layer.extra or name or not nodes:
            _add_layer(subrows, SubRow("strand", name, (layer,), index=index))
        for node in nodes:
            content = self._layer(node, ("index", "name", "layer"))
            _add_layer(subrows, SubRow("node", node.get("name", ""), (content,), index=_index(node), strand=index))

    def _layer(self, element: etree._Element, known: tuple[str, ...] = (), skip: str = "") -> EffectLayer:
        return EffectLayer(
            effects=tuple(map(self._effect, element.iterchildren("Effect"))),
            attributes=_attributes(element, known),
            extra=_xml(child for child in element if child.tag not in ("Effect", skip)),
        )

    def _effect(self, element: etree._Element) -> Effect:
        # One call for all attributes: this runs for every effect of a sequence, tens of thousands of times.
        rest = dict(_items(element))
        ref = rest.pop("ref", None)
        start, end = rest.pop("startTime", ""), rest.pop("endTime", "")
        name = rest.pop("name", "")
        settings = _entry(self.settings, ref) if ref is not None else _text(element)
        palette = _entry(self.palettes, rest.pop("palette", None))
        if not palette and name and "C_" in settings:
            settings, palette = _without_colours(settings)
        return Effect(
            name,
            self._time_ms(start, "startTime", element),
            self._time_ms(end, "endTime", element),
            settings,
            palette,
            rest.pop("label", ""),
            rest.pop("protected", "") == "1",
            _plain(rest.items()) if rest else (),
            _xml(element) if len(element) else "",
        )

    def _time_ms(self, text: str, name: str, element: etree._Element) -> int:
        if text.isdecimal() and len(text) < 12 and not self.in_seconds:
            return int(text)
        try:
            value = float(text) * (1000.0 if self.in_seconds else 1.0)
        except ValueError:
            value = float("nan")
        if not abs(value) < 1e11:
            what = f"{name} of an effect is {text!r}" if text else f"an effect has no {name}"
            raise InputError(what, where=f"{self.where}:{element.sourceline}", expected="milliseconds")
        return round(value)

    def _duration_ms(self, text: str) -> int:
        try:
            seconds = float(text) if text else DEFAULT_DURATION_S
        except ValueError:
            seconds = -1.0
        if not 0.0 <= seconds < 1e8:
            raise InputError(f"sequenceDuration is {text!r}", where=self.where, expected="seconds")
        return round(seconds * 1000.0)


class _Contents:
    """The ElementEffects entries, to be taken by the rows and tracks that DisplayElements names."""

    def __init__(self, root: etree._Element) -> None:
        section = root.find("ElementEffects")
        self._waiting: dict[tuple[bool, str], list[etree._Element]] = {}
        for element in section.iterchildren("Element") if section is not None else ():
            self._waiting.setdefault(_key(element), []).append(element)

    def take(self, shown: etree._Element) -> etree._Element | None:
        """The entry of a row or track; of several with its name each can be had once."""
        waiting = self._waiting.get(_key(shown))
        return waiting.pop(0) if waiting else None

    def left(self) -> list[etree._Element]:
        """Entries nobody took."""
        return [element for waiting in self._waiting.values() for element in waiting]


def _key(element: etree._Element) -> tuple[bool, str]:
    return element.get("type") == "timing", _name(element)


def _table(root: etree._Element, section: str) -> tuple[str, ...]:
    """Texts of a table exactly as stored: a blank in front hides the first key from xLights, and so it does here."""
    return tuple(map(_text, elements(root.find(section))))


def _text(element: etree._Element) -> str:
    """Text of an element as it is; none where it is only white space between elements."""
    text = element.text or ""
    return text if text.strip() else ""


def _marks(layer: EffectLayer) -> EffectLayer:
    """A layer of a timing track: marks have no colours."""
    if any(mark.palette for mark in layer.effects):
        return replace(layer, effects=tuple(replace(mark, palette="") for mark in layer.effects))
    return layer


def _entry(table: tuple[str, ...], reference: str | None) -> str:
    """The text a reference points at; empty where it points nowhere."""
    if reference is None or not (reference.isdecimal() and len(reference) < 10):
        return ""
    index = int(reference)
    return table[index] if index < len(table) else ""


def _without_colours(settings: str) -> tuple[str, str]:
    """Settings, and the colours that files from before palettes had a table of their own keep among them."""
    parts = settings.split(",")
    colours = [part for part in parts if part.startswith("C_")]
    if not colours:
        return settings, ""
    return ",".join(part for part in parts if not part.startswith("C_")), ",".join(colours)


def _name(element: etree._Element) -> str:
    return element.get("name", "").strip()


def _index(element: etree._Element) -> int:
    text = element.get("index", "0").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _attributes(element: etree._Element | None, known: Iterable[str]) -> Attributes:
    if element is None:
        return ()
    return _plain(pair for pair in _items(element) if pair[0] not in known)


def _plain(pairs: Iterable[tuple[str, str]]) -> Attributes:
    """Attributes without those of foreign XML namespaces, which nothing could write back under their name."""
    return tuple(pair for pair in pairs if pair[0][0] != "{")


def _items(element: etree._Element) -> list[tuple[str, str]]:
    """Attributes in file order; lxml's are always text for parsed documents."""
    return cast("list[tuple[str, str]]", element.items())


def _display_attributes(entry: etree._Element) -> Attributes:
    """Attributes of a DisplayElements entry, in the writer's order; what every new one has goes without saying."""
    order = {name: position for position, (name, _) in enumerate(DISPLAY_DEFAULTS)}
    pairs = sorted(_attributes(entry, ("type", "name")), key=lambda pair: order.get(pair[0], len(order)))
    return tuple(pair for pair in pairs if pair not in DISPLAY_DEFAULTS)


def _xml(found: Iterable[etree._Element]) -> str:
    return "".join(etree.tostring(element, encoding="unicode", with_tail=False) for element in found)


def _add_layer(subrows: SubRows, row: SubRow) -> None:
    """File a layer's row under its submodel, strand or node."""
    name = row.name if row.kind == "submodel" else ""
    subrows.setdefault((row.kind, name, row.index, row.strand), []).append(row)


def _joined(rows: list[SubRow]) -> SubRow:
    """One row of the layers that the file lists one by one."""
    if len(rows) == 1:
        return rows[0]
    name = next((row.name for row in rows if row.name), "")
    return replace(rows[0], name=name, layers=tuple(layer for row in rows for layer in row.layers))


def _frame_ms(text: str) -> int:
    digits = text.removesuffix("ms").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) <= 10_000 else DEFAULT_FRAME_MS


def _sequence_type(head: dict[str, str]) -> str:
    """The type where it does not follow from the media file."""
    kind = head.get("sequenceType", "")
    return "" if kind == ("Media" if head.get("mediaFile") else "Animation") else kind


def _head_texts(root: etree._Element) -> Iterable[tuple[str, str]]:
    for element in elements(root.find("head")):
        if element.tag not in HEAD_FIELDS and not _is_opaque(element):
            yield str(element.tag), (element.text or "").strip()


def _extra(root: etree._Element) -> Iterable[tuple[str, str]]:
    """Opaque parts, each with its place: ``@name`` of the root, ``before:`` or ``in:`` a section, or the ``end``."""
    for name, value in _attributes(root, ("ModelBlending", "FixedPointTiming")):
        if name not in ROOT_ZEROES or value != "0":
            yield f"@{name}", value
    inner = _xml(element for element in elements(root.find("head")) if _is_opaque(element))
    if inner:
        yield "in:head", inner
    inner = _xml(element for element in elements(root.find("DisplayElements")) if element.tag != "Element")
    if inner:
        yield "in:DisplayElements", inner
    waiting: list[str] = []
    for section in elements(root):
        if section.tag in SECTIONS:
            yield from ((f"before:{section.tag!s}", text) for text in waiting)
            waiting = []
        else:
            waiting.append(_xml([section]))
    if waiting != [LAST_VIEW]:
        yield from (("end", text) for text in waiting)


def _is_opaque(element: etree._Element) -> bool:
    """Whether an element of the head is more than a name with a text."""
    return len(element) > 0 or len(element.attrib) > 0 or str(element.tag).startswith("{")


def _track_places(shown: list[etree._Element]) -> Iterable[tuple[str, str]]:
    """Tracks that stand below a row, each with the row that follows it ("" at the end)."""
    waiting: list[str] = []
    seen = False
    for entry in shown:
        if entry.get("type") != "timing":
            yield from ((track, _name(entry)) for track in waiting)
            waiting, seen = [], True
        elif seen:
            waiting.append(_name(entry))
    yield from ((track, "") for track in waiting)
