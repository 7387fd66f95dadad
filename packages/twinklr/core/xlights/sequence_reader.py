"""Read a sequence: ``.xsq``, or ``.xml`` as it was named before 2020.

What is understood becomes a `Sequence`; everything else is carried along as XML text in the ``extra`` fields, so
that writing the sequence again loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.xlights.markup import MAX_XML_BYTES, elements, parse_xml
from twinklr.core.xlights.sequence import CURRENT_VERSION, Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack

Attributes = tuple[tuple[str, str], ...]

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
    them.

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
        shown = elements(root.find("DisplayElements"))
        entries = {_name(element): element for element in elements(root.find("ElementEffects"))}
        names = {_name(element) for element in shown}
        rows = [self._row(entry, entries.get(_name(entry))) for entry in shown if entry.get("type") != "timing"]
        tracks = [self._track(entry, entries.get(_name(entry))) for entry in shown if entry.get("type") == "timing"]
        ignored = [self._row(entry, entry) for name, entry in entries.items() if name not in names]
        head = {str(element.tag): (element.text or "").strip() for element in elements(root.find("head"))}
        return Sequence(
            frame_ms=_frame_ms(head.get("sequenceTiming", "")),
            duration_ms=self._duration_ms(head.get("sequenceDuration", "")),
            rows=tuple(rows),
            timing_tracks=tuple(tracks),
            media_file=head.get("mediaFile", ""),
            model_blending=root.get("ModelBlending", "false").lower() == "true",
            head=tuple(_head_texts(root)),
            extra=tuple(_extra(root)),
            version=head.get("version", CURRENT_VERSION),
            sequence_type=_sequence_type(head),
            ignored_rows=tuple(ignored),
            track_places=tuple(_track_places(shown)),
            settings_order=self.settings,
            palette_order=self.palettes,
        )

    def _row(self, entry: etree._Element, content: etree._Element | None) -> Row:
        children = elements(content)
        subrows: list[SubRow] = []
        for child in children:
            if child.tag == "SubModelEffectLayer":
                self._add_submodel_layer(subrows, child)
            elif child.tag == "Strand":
                self._add_strand(subrows, child)
        known = ("EffectLayer", "SubModelEffectLayer", "Strand")
        return Row(
            name=_name(entry),
            layers=tuple(self._layer(child) for child in children if child.tag == "EffectLayer"),
            subrows=tuple(subrows),
            attributes=() if entry is content else _display_attributes(entry),
            effect_attributes=_attributes(content, ("type", "name")),
            extra=_xml(child for child in children if child.tag not in known),
        )

    def _track(self, entry: etree._Element, content: etree._Element | None) -> TimingTrack:
        children = elements(content)
        return TimingTrack(
            name=_name(entry),
            layers=tuple(self._layer(child) for child in children if child.tag == "EffectLayer"),
            attributes=_display_attributes(entry),
            effect_attributes=_attributes(content, ("type", "name")),
            extra=_xml(child for child in children if child.tag != "EffectLayer"),
        )

    def _add_submodel_layer(self, subrows: list[SubRow], element: etree._Element) -> None:
        name = element.get("name", "").strip()
        layer = self._layer(element, ("name", "layer"))
        _add_layer(subrows, SubRow("submodel", name, (layer,)))

    def _add_strand(self, subrows: list[SubRow], element: etree._Element) -> None:
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
        return Effect(
            rest.pop("name", ""),
            self._time_ms(start, "startTime", element),
            self._time_ms(end, "endTime", element),
            _entry(self.settings, ref) if ref is not None else (element.text or "").strip(),
            _entry(self.palettes, rest.pop("palette", None)),
            rest.pop("label", ""),
            rest.pop("protected", "") == "1",
            tuple(rest.items()) if rest else (),
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


def _table(root: etree._Element, section: str) -> tuple[str, ...]:
    return tuple((element.text or "").strip() for element in elements(root.find(section)))


def _entry(table: tuple[str, ...], reference: str | None) -> str:
    """The text a reference points at; empty where it points nowhere."""
    if reference is None or not (reference.isdecimal() and len(reference) < 10):
        return ""
    index = int(reference)
    return table[index] if index < len(table) else ""


def _name(element: etree._Element) -> str:
    return element.get("name", "").strip()


def _index(element: etree._Element) -> int:
    text = element.get("index", "0").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _attributes(element: etree._Element | None, known: Iterable[str]) -> Attributes:
    if element is None:
        return ()
    return tuple(pair for pair in _items(element) if pair[0] not in known)


def _items(element: etree._Element) -> list[tuple[str, str]]:
    """Attributes in file order; lxml's are always text for parsed documents."""
    return cast("list[tuple[str, str]]", element.items())


def _display_attributes(entry: etree._Element) -> Attributes:
    """Attributes of a DisplayElements entry; the values every new one has go without saying."""
    return tuple(pair for pair in _attributes(entry, ("type", "name")) if pair not in DISPLAY_DEFAULTS)


def _xml(found: Iterable[etree._Element]) -> str:
    return "".join(etree.tostring(element, encoding="unicode", with_tail=False) for element in found)


def _add_layer(subrows: list[SubRow], row: SubRow) -> None:
    """Add a layer's row, or, where its row is there already, append the layer to it."""
    for position, other in enumerate(subrows):
        if (other.kind, other.index, other.strand) == (row.kind, row.index, row.strand) and (
            other.name == row.name or row.kind != "submodel"
        ):
            subrows[position] = SubRow(
                other.kind, other.name or row.name, other.layers + row.layers, other.index, other.strand
            )
            return
    subrows.append(row)


def _frame_ms(text: str) -> int:
    digits = text.removesuffix("ms").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) <= 10_000 else DEFAULT_FRAME_MS


def _sequence_type(head: dict[str, str]) -> str:
    """The type where it does not follow from the media file."""
    kind = head.get("sequenceType", "")
    return "" if kind == ("Media" if head.get("mediaFile") else "Animation") else kind


def _head_texts(root: etree._Element) -> Iterable[tuple[str, str]]:
    for element in elements(root.find("head")):
        if element.tag not in HEAD_FIELDS and not len(element):
            yield str(element.tag), (element.text or "").strip()


def _extra(root: etree._Element) -> Iterable[tuple[str, str]]:
    """Opaque parts: ``@name`` root attributes, ``head`` elements, and sections with the known one they stand before."""
    for name, value in root.attrib.items():
        written_anyway = name in ("ModelBlending", "FixedPointTiming") or (name in ROOT_ZEROES and value == "0")
        if not written_anyway:
            yield f"@{name!s}", str(value)
    for element in elements(root.find("head")):
        if len(element):
            yield "head", _xml([element])
    waiting: list[str] = []
    for section in elements(root):
        if section.tag in SECTIONS:
            yield from ((str(section.tag), text) for text in waiting)
            waiting = []
        else:
            waiting.append(_xml([section]))
    if waiting != [LAST_VIEW]:
        yield from (("", text) for text in waiting)


def _track_places(shown: list[etree._Element]) -> Iterable[tuple[str, str]]:
    """Tracks that stand below a row, each with the row that follows it ("" at the end)."""
    rows = [position for position, entry in enumerate(shown) if entry.get("type") != "timing"]
    for position, entry in enumerate(shown):
        if entry.get("type") == "timing" and rows and position > rows[0]:
            after = next((row for row in rows if row > position), None)
            yield _name(entry), _name(shown[after]) if after is not None else ""
