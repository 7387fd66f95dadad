from __future__ import annotations

import time
from pathlib import Path

import pytest

from twinklr.core.errors import InputError
from twinklr.core.xlights import parse_xml, read_layout
from twinklr.core.xlights.markup import parse_xml_bytes, to_markup

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><xrgb><models note="&b;"/></xrgb>"""

HOSTILE = {
    "billion laughs": (LAUGHS, "document types"),
    "foreign file": (b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xrgb>&f;</xrgb>', "document types"),
    "doctype in UTF-16": (LAUGHS.decode().replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"), "document"),
    "doctype in UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<x/>', "unknown encoding"),
    "NUL bytes": (b"<xrgb>\0</xrgb>", "NUL"),
    "LFS pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "Git LFS"),
    "empty": (b"", "empty"),
    "not XML": (b"PK\x03\x04 something", "not well-formed"),
    "cut short": (b"<xrgb><models>", "not well-formed"),
    "wrong bytes for UTF-8": (b'<?xml version="1.0" encoding="UTF-8"?><x a="\xff\xfe"/>', "not well-formed"),
    "deep nesting": (b"<a>" * 100_000 + b"</a>" * 100_000, "not well-formed"),
    "half a UTF-16 file": (b"\xff\xfe<\x00x", "not"),
    "unknown entity": (b"<x>&nothing;</x>", "not well-formed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    data, said = HOSTILE[name]
    path = tmp_path / "file.xml"
    path.write_bytes(data)
    started = time.perf_counter()
    with pytest.raises(InputError, match=said) as caught:
        parse_xml(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert time.perf_counter() - started < 5.0


def test_a_file_larger_than_allowed_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    path.write_bytes(b"<x>" + b" " * 2_000_000 + b"</x>")
    with pytest.raises(InputError, match="too large"):
        parse_xml(path, max_bytes=1_000_000)


def test_a_file_of_more_elements_than_allowed_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "xlights_rgbeffects.xml"
    path.write_bytes(b"<xrgb><models>" + b"<model/>" * 400_000 + b"</models></xrgb>")
    with pytest.raises(InputError, match="too many elements"):
        read_layout(path)


def test_bytes_that_are_no_utf_8_say_so() -> None:
    with pytest.raises(InputError, match="save it as UTF-8"):
        parse_xml_bytes('<a name="Ä"/>'.encode("latin-1"))


@pytest.mark.parametrize(("make", "said"), [(lambda path: None, "no such file"), (Path.mkdir, "folder")])
def test_what_is_no_file_is_named(make: object, said: str, tmp_path: Path) -> None:
    path = tmp_path / "thing"
    make(path)  # type: ignore[operator]
    with pytest.raises(InputError, match=said):
        parse_xml(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_usual_encodings_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{declared}"?><x name="Noël"/>'.encode(encoding)
    assert parse_xml_bytes(data).get("name") == "Noël"


@pytest.mark.parametrize("declared", ["", ' encoding="UTF-16"'])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-8"])
def test_an_encoding_is_known_by_the_bytes_not_by_what_is_declared(encoding: str, declared: str) -> None:
    data = f'<?xml version="1.0"{declared}?><x name="Noël"/>'.encode(encoding)
    assert parse_xml_bytes(data).get("name") == "Noël"


def test_an_element_becomes_a_plain_value() -> None:
    markup = to_markup(parse_xml_bytes(b'<a x="1"> text <b y="2"/><!-- gone --></a>'))
    assert (markup.tag, markup.text, markup.get("x"), markup.get("z", "-")) == ("a", "text", "1", "-")
    found = markup.find("b")
    assert found is not None
    assert found.attributes == {"y": "2"}
    assert markup.find("c") is None
