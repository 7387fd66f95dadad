"""What only the file of a sequence shows: the order of its sections, its head, references that point nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from twinklr.core.text import unicode_codec
from twinklr.core.xlights.findings import Finding
from twinklr.core.xlights.markup import elements

HEAD_BYTES = 1024
"""xLights looks for the root and its attributes in this many first bytes alone."""


def check_document(root: etree._Element, data: bytes) -> list[Finding]:
    """Check the parsed document of a sequence file.

    Args:
        root: Its root.
        data: The file's bytes.
    """
    if root.tag != "xsequence":
        return []
    return [*_root(root, data), *_head(root), *_sections(root), *_references(root), *_indexes(root)]


def _root(root: etree._Element, data: bytes) -> Iterator[Finding]:
    head = data[:HEAD_BYTES]
    if b"\0" in head:
        encoding = unicode_codec(data).upper()
        what = f"the text is in {encoding}; xLights looks for the root element as UTF-8 and does not open the file"
        yield Finding("error", "not-utf-8", what, "file", "save it as UTF-8")
        return
    if b"<xsequence" not in head:
        what = "the root element does not stand in the first 1024 bytes; xLights does not open the file"
        yield Finding("error", "late-root", what, "file", "remove what stands before it")
    if b"FixedPointTiming" not in head:
        what = "FixedPointTiming is missing from the first 1024 bytes; xLights reads all times as seconds"
        yield Finding("error", "no-fixed-point-timing", what, "root", 'write FixedPointTiming="1"')


def _head(root: etree._Element) -> Iterator[Finding]:
    texts = {str(element.tag): (element.text or "").strip() for element in elements(root.find("head"))}
    if "version" not in texts:
        yield Finding("error", "no-version", "there is no version", "head", "write <version>2026.15</version>")
    timing = texts.get("sequenceTiming")
    if timing is None:
        what = "there is no sequenceTiming; xLights takes 50 ms"
        yield Finding("warning", "no-timing", what, "head", "write the frame length, such as 25 ms")
    elif not timing.removesuffix("ms").strip(" 0").isdigit():
        what = (
            f"sequenceTiming is {timing!r}, no length of a frame"
            if timing
            else "sequenceTiming is empty; xLights crashes on that"
        )
        yield Finding("error", "wrong-timing", what, "head", "write the frame length, such as 25 ms")
    duration = texts.get("sequenceDuration")
    if duration is None:
        what = "there is no sequenceDuration; xLights takes 30 s"
        yield Finding("warning", "no-duration", what, "head", "write the length in seconds")
    elif not duration:
        what = "sequenceDuration is empty; the sequence has no frames"
        yield Finding("error", "no-frames", what, "head", "write the length in seconds")


def _sections(root: etree._Element) -> Iterator[Finding]:
    order = [str(section.tag) for section in elements(root)]
    effects = order.index("ElementEffects") if "ElementEffects" in order else None
    for needed in ("ColorPalettes", "EffectDB", "DisplayElements"):
        lost = "nothing is loaded" if needed == "DisplayElements" else "effects lose their settings or colours"
        if needed not in order:
            if effects is not None:
                yield Finding("error", "missing-section", f"there is no {needed}; {lost}", "file", "save it again")
        elif effects is not None and order.index(needed) > effects:
            what = f"{needed} comes after ElementEffects; {lost}"
            yield Finding("error", "section-order", what, "file", f"put {needed} before ElementEffects")


def _references(root: etree._Element) -> Iterator[Finding]:
    sizes = {
        "ref": ("EffectDB", len(elements(root.find("EffectDB")))),
        "palette": ("ColorPalettes", len(elements(root.find("ColorPalettes")))),
    }
    section = root.find("ElementEffects")
    for effect in section.iter("Effect") if section is not None else ():
        for name, (table, size) in sizes.items():
            text = effect.get(name)
            if text is None:
                continue
            where = f"line {effect.sourceline}, {effect.get('name', '')} at {effect.get('startTime', '?')} ms"
            number = int(text) if text.lstrip("-").isdigit() and text.isascii() and len(text) < 10 else None
            if number is None or number < 0:
                what = f"{name} is {text!r}; xLights crashes on that"
                yield Finding("error", "wrong-reference", what, where, "save the sequence again")
            elif number >= size:
                what = f"{name} is {number}, but {table} has {size} entries"
                lost = "default settings" if name == "ref" else "white"
                yield Finding("error", "wrong-reference", f"{what}; it gets {lost}", where, "set the effect again")


def _indexes(root: etree._Element) -> Iterator[Finding]:
    """Strands and nodes whose index is no number: they count as the first."""
    section = root.find("ElementEffects")
    for element in section.iter("Strand", "Node") if section is not None else ():
        index = element.get("index", "")
        if not (index.isascii() and index.isdigit() and len(index) < 9):
            what = f"the index of a {str(element.tag).lower()} is {index!r}"
            yield Finding("error", "wrong-index", what, f"line {element.sourceline}", "write a number from 0")
