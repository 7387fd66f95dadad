"""Whatever bytes come, a reader gives a value or one line of `InputError`, in bounded time and memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinklr.core.errors import InputError
from twinklr.core.xlights import (
    FseqOptions,
    VariableHeader,
    channel_count,
    check_sequence,
    node_count,
    read_fseq,
    read_layout,
    read_networks,
    read_sequence,
    resolve_start_channels,
    sequence_to_bytes,
    write_fseq,
)
from twinklr.core.xlights.markup import parse_xml_bytes
from twinklr.core.xlights.sequence_reader import sequence_from_xml
from unit.xlights.layouts import NETWORKS, group, layout, layout_xml, model, networks
from unit.xlights.sequences import effect, row, sequence
from unit.xlights.test_sequence_files import FULL

LAYOUT = layout_xml(
    model("Tree", ">Arch:1", "Tree 360", '<subModel name="R" line0="1-5,9"/><faceInfo Name="F"/>', parm1=4),
    model("Arch", "!Main:1", "Arches", NumArches=2, NodesPerArch=9, LayerSizes="3,4"),
    model("Snow", "#5:1", "Custom", CustomModelCompressed="1,2,3;4,5,6", Advanced=1, String1="@Tree:1"),
    groups=(group("All", "Tree", "Arch/x", "All"),),
    more='<settings><previewWidth value="900"/></settings>',
)
PIECES = [
    b'"', b"<", b">", b"&", b"=", b"\0", b"\xff", b"-1", b"1e309", b"nan", b"99999999999999999999", b"]]>", b"<!--",
    b"<!DOCTYPE x>", b"&#0;", b"\xed\xa0\x80", b"../../", b",", b"|", b":", b"!", b"@", b"&gt;Tree:1", b" ",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, document: bytes) -> bytes:
    """A document with some bytes cut, doubled or replaced."""
    data = bytearray(document)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=6))
        match draw(st.sampled_from(["replace", "insert", "cut", "double"])):
            case "replace":
                data[at : at + len(piece)] = piece
            case "insert":
                data[at:at] = piece
            case "cut":
                del data[at : at + length]
            case _:
                data[at:at] = data[at : at + length]
    return bytes(data)


def fseq_bytes(folder: Path, options: FseqOptions) -> bytes:
    path = folder / "sound.fseq"
    write_fseq(path, np.arange(60 * 40, dtype=np.uint8).reshape(60, 40), 40, 25, options=options, overwrite=True)
    return path.read_bytes()


def a_value_or_one_line(read: Callable[[Path], object], data: bytes, path: Path) -> None:
    path.write_bytes(data)
    said = ""
    try:
        read(path)
    except InputError as error:
        said = str(error)
    assert "\n" not in said


def use_layout(path: Path) -> None:
    found = read_layout(path)
    resolve_start_channels(found, networks())
    for element in found.models:
        node_count(element)
        channel_count(element)
    check_sequence(sequence(row("Tree", effect(0, 100))), found, networks())


def use_networks(path: Path) -> None:
    resolve_start_channels(layout(model("A", "!Main:1"), model("B", "#6:2")), read_networks(path))


def use_sequence(path: Path) -> None:
    found = read_sequence(path)
    assert sequence_from_xml(parse_xml_bytes(sequence_to_bytes(found)), path) == found
    check_sequence(path, layout(model("Tree")), networks())


def use_fseq(path: Path) -> None:
    with read_fseq(path) as fseq:
        fseq.frames(0, 20)
        for _ in zip(range(50), fseq.blocks(chunk_bytes=100_000), strict=False):
            pass


READERS = {"layout": (use_layout, LAYOUT), "networks": (use_networks, NETWORKS), "sequence": (use_sequence, FULL)}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_damaged_xml_gives_a_value_or_one_line(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    read, document = READERS[name]
    path = tmp_path_factory.getbasetemp() / f"{name}.xml"
    a_value_or_one_line(read, data.draw(mutated(document.encode())), path)


KINDS = {
    "none": FseqOptions((2, 0), "none"),
    "zstd": FseqOptions(headers=(VariableHeader("XR", b"layout", True),)),
    "zlib": FseqOptions(compression="zlib"),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_frames_give_a_value_or_one_line(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    document = fseq_bytes(folder, KINDS[kind])
    a_value_or_one_line(use_fseq, data.draw(mutated(document)), folder / "damaged.fseq")


@given(data=st.binary(max_size=300))
def test_noise_gives_one_line(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    for read in (read_layout, read_networks, read_sequence, read_fseq):
        path.write_bytes(data)
        with pytest.raises(InputError):
            read(path)
