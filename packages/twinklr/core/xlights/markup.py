"""The one door through which XML enters: bounded, without entities, without a DTD, without the network.

Every reader of the package goes through `parse_xml`. What it lets in is an lxml element tree whose size, depth and
encoding have been checked; what it refuses becomes one `InputError` line.

`Markup` is an element as a plain frozen value, for parts of a file that are kept but not understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.text import unicode_codec

MAX_XML_BYTES = 128 * 1024 * 1024
"""Larger documents are refused. The largest public sequence seen is 60 MB."""

MAX_XML_TAGS = 1_000_000
"""Documents of more tags are refused: each costs a kilobyte or two once read. Real sequences have up to 100,000."""

MAX_LAYOUT_TAGS = 300_000
"""The same for layouts and networks, which have some thousands."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""First bytes of the text that stands in for a file which Git LFS has not fetched."""

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "utf-16": "utf-8",  # a declaration that can be read letter by letter is not in UTF-16, whatever it says
}


@dataclass(frozen=True, slots=True)
class Markup:
    """An XML element as a value: what Twinklr keeps without understanding it.

    Attributes:
        tag: Element name.
        attributes: Attribute name -> value, in file order.
        text: Text before the first child, without surrounding white space.
        children: Child elements in order.
    """

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Markup, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Value of an attribute, or the default."""
        return self.attributes.get(name, default)

    def find(self, tag: str) -> Markup | None:
        """First child of a tag."""
        return next((child for child in self.children if child.tag == tag), None)


def to_markup(element: etree._Element) -> Markup:
    """Copy an lxml element, with all below it, into a `Markup`; comments are dropped."""
    return Markup(
        tag=str(element.tag),
        attributes=attributes_of(element),
        text=(element.text or "").strip(),
        children=tuple(to_markup(child) for child in elements(element)),
    )


def attributes_of(element: etree._Element) -> dict[str, str]:
    """Attributes of an element as a dictionary, in file order."""
    return {str(name): str(value) for name, value in element.attrib.items()}


def elements(parent: etree._Element | None) -> list[etree._Element]:
    """Child elements, comments and processing instructions left out; none for a missing parent."""
    return [] if parent is None else [child for child in parent if isinstance(child.tag, str)]


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Read a file whole, after checking that it is a file and not larger than allowed.

    Raises:
        InputError: If it is missing, not a file, unreadable, empty, too large, or a Git LFS pointer.
    """
    try:
        if not path.is_file():
            what = "this is a folder" if path.is_dir() else "no such file"
            raise InputError(what, where=path, cure="check the path")
        if path.stat().st_size > max_bytes:
            raise InputError(
                "the file is too large",
                where=path,
                expected=f"at most {max_bytes // 1_000_000} MB",
                cure="check the file",
            )
        with path.open("rb") as stream:
            data = stream.read(max_bytes)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    if not data:
        raise InputError("the file is empty", where=path, cure="save or copy it again")
    refuse_lfs_pointer(data, path)
    return data


def refuse_lfs_pointer(data: bytes, path: Path) -> None:
    """Say so when a file is only the pointer text that Git LFS left in its place.

    Raises:
        InputError: If the data are such a pointer.
    """
    if data.startswith(LFS_POINTER):
        raise InputError("this is a Git LFS pointer, not the file itself", where=path, cure="run `git lfs pull`")


def parse_xml(path: str | Path, *, max_bytes: int = MAX_XML_BYTES, max_tags: int = MAX_XML_TAGS) -> etree._Element:
    """Parse an XML file safely and return its root element.

    A document type declaration is refused (that is where entities come from), nesting is bounded (256 levels), and
    nothing outside the file is ever read.

    Args:
        path: The file.
        max_bytes: Largest size accepted.
        max_tags: Most tags accepted.

    Raises:
        InputError: If it is missing, too large, not XML, in an unknown encoding, or holds a document type.
    """
    path = Path(path)
    return parse_xml_bytes(read_bounded(path, max_bytes), path, max_tags=max_tags)


def parse_xml_bytes(data: bytes, where: str | Path = "XML", *, max_tags: int = MAX_XML_TAGS) -> etree._Element:
    """Parse XML already in memory, with the same checks as `parse_xml`.

    Raises:
        InputError: If it is not XML, in an unknown encoding, or holds a document type.

    Example:
        >>> parse_xml_bytes(b"<xrgb><models/></xrgb>").tag
        'xrgb'
    """
    data = _as_utf8(data, where)
    if b"\0" in data:
        raise InputError("the file holds NUL bytes", where=where, expected="XML text", cure="restore a backup")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError("document types and entities are not accepted", where=where, expected="plain XML")
    if data.count(b"<") > max_tags:
        raise InputError("the file has too many elements", where=where, expected=f"at most {max_tags} tags")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = f"{where}:{error.lineno}" if error.lineno else where
        cure = "save it as UTF-8" if "encoding" in error.msg else "restore a backup"
        raise InputError(f"not well-formed XML: {error.msg}", where=line, cure=cure) from error


def _as_utf8(data: bytes, where: str | Path) -> bytes:
    """The document in UTF-8, whatever known encoding it came in."""
    codec = unicode_codec(data)
    if not codec:
        declared = _ENCODING.match(data[:400])
        name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
        codec = _CODECS.get(name, "")
        if not codec:
            raise InputError(f"unknown encoding {name!r}", where=where, expected="UTF-8", cure="save it as UTF-8")
    if codec == "utf-8":
        return data
    try:
        return data.decode(codec).encode("utf-8")
    except UnicodeError as error:
        raise InputError(f"the text is not valid {codec}", where=where, cure="save it as UTF-8") from error
