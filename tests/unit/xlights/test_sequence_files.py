from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from twinklr.core.errors import InputError, OutputError
from twinklr.core.xlights import (
    Effect,
    EffectLayer,
    Row,
    Sequence,
    SubRow,
    TimingTrack,
    parse_xml,
    read_sequence,
    sequence_to_bytes,
    write_sequence,
)
from twinklr.core.xlights.markup import parse_xml_bytes
from twinklr.core.xlights.sequence_reader import sequence_from_xml
from unit.xlights.sequences import PALETTE, any_sequence, effect, row, sequence

REAL = ("large_v7_dense_song", "large_v7_house_song", "one_matrix_layers")
FULL = """<?xml version="1.0" encoding="UTF-8"?>
<xsequence BaseChannel="0" ChanCtrlBasic="0" ChanCtrlColor="0" FixedPointTiming="1" ModelBlending="true" Later="x">
<head><version>2026.15</version><author>Me</author><song>A &amp; B</song><sequenceTiming>25 ms</sequenceTiming>
<sequenceType>Media</sequenceType><mediaFile>song.mp3</mediaFile>
<altAudioTracks><track shortname="v">v.mp3</track></altAudioTracks>
<sequenceDuration>12.500</sequenceDuration><rating>5</rating></head>
<nextid>7</nextid><Jukebox><Button n="1"/></Jukebox>
<ColorPalettes><ColorPalette>C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1</ColorPalette></ColorPalettes>
<EffectDB><Effect>E_TEXTCTRL_Text=a&amp;comma; b</Effect><Effect/></EffectDB>
<SequenceMedia><m/></SequenceMedia>
<DataLayers><DataLayer name="Nutcracker"/></DataLayers>
<DisplayElements>
 <Element collapsed="0" type="timing" name="Lyrics" visible="1" views="a,b" active="1"/>
 <Element collapsed="1" type="model" name="Tree" visible="0" RenderDisabled="1"/>
 <Element collapsed="0" type="timing" name="Beats" visible="1" views="" active="0"/>
 <Element collapsed="0" type="model" name="Arch" visible="1"/>
</DisplayElements>
<ElementEffects>
 <Element type="timing" name="Lyrics">
  <EffectLayer><Effect label="hello world" startTime="0" endTime="1000"/></EffectLayer>
  <EffectLayer/><EffectLayer><Effect label="AI" startTime="0" endTime="500"/></EffectLayer></Element>
 <Element type="model" name="Tree">
  <EffectLayer layerName="sky">
  <Effect ref="0" name="Text" startTime="0" endTime="1000" palette="0" id="3"/>
  <Effect ref="1" name="On" startTime="1000" endTime="2000" protected="1"><inner/></Effect><odd/></EffectLayer>
  <EffectLayer/>
  <SubModelEffectLayer name="Ring">
   <Effect ref="1" name="On" startTime="0" endTime="50" palette="0"/></SubModelEffectLayer>
  <SubModelEffectLayer name="Ring" layer="1"/>
  <Strand index="2"><Effect ref="1" name="On" startTime="0" endTime="50"/>
   <Node index="4"><Effect ref="1" name="On" startTime="0" endTime="75"/></Node></Strand>
  <Strand index="3"><Node index="0" name="n"/></Strand><Unknown/></Element>
 <Element type="timing" name="Beats" fixed="50"><EffectLayer/></Element>
 <Element type="model" name="Arch"><EffectLayer/></Element>
 <Element type="model" name="Ghost"><EffectLayer>
  <Effect ref="1" name="On" startTime="0" endTime="50"/></EffectLayer></Element>
</ElementEffects>
<lastView>0</lastView><TimingTags><Tag number="0" position="-1"/></TimingTags><Plugin>x</Plugin></xsequence>"""


def read(text: str | bytes) -> Sequence:
    return sequence_from_xml(parse_xml_bytes(text if isinstance(text, bytes) else text.encode()), "test.xsq")


def displayed(found: Sequence) -> list[str]:
    """Names in the order of DisplayElements."""
    root = parse_xml_bytes(sequence_to_bytes(found))
    return [element.get("name", "") for element in root.iterfind("DisplayElements/Element")]


def canonical(root: etree._Element) -> bytes:
    """The document without the white space between elements."""
    for element in root.iter():
        element.text = (element.text or "").strip() or None
        element.tail = None
    return etree.tostring(root, method="c14n")


def test_a_document_is_read_whole() -> None:
    found = read(FULL)
    assert (found.frame_ms, found.duration_ms, found.media_file, found.model_blending) == (25, 12500, "song.mp3", True)
    assert found.head == (("author", "Me"), ("song", "A & B"), ("rating", "5"))
    tree, arch = found.rows
    assert (tree.name, arch.name, tree.disabled, arch.disabled) == ("Tree", "Arch", True, False)
    assert tree.layers[0].attributes == (("layerName", "sky"),)
    assert tree.layers[0].extra == "<odd/>"
    assert tree.layers[0].effects == (
        Effect("Text", 0, 1000, "E_TEXTCTRL_Text=a&comma; b", PALETTE, attributes=(("id", "3"),)),
        Effect("On", 1000, 2000, locked=True, extra="<inner/>"),
    )
    assert [(s.kind, s.name, s.index, s.strand, len(s.layers)) for s in tree.subrows] == [
        ("submodel", "Ring", -1, -1, 2), ("strand", "", 2, -1, 1), ("node", "", 4, 2, 1), ("node", "n", 0, 3, 1)
    ]  # fmt: skip
    assert tree.extra == "<Unknown/>"
    lyrics, beats = found.timing_tracks
    assert [[mark.label for mark in layer.effects] for layer in lyrics.layers] == [["hello world"], [], ["AI"]]
    assert beats.effect_attributes == (("fixed", "50"),)
    assert [ghost.name for ghost in found.ignored_rows] == ["Ghost"]
    assert found.row("Arch") is arch
    assert found.track("Beats") is beats
    assert found.row("Beats") is None
    assert found.track("Arch") is None


def test_what_is_not_understood_survives_in_its_place() -> None:
    before = parse_xml_bytes(FULL.encode())
    found = sequence_from_xml(before, "test.xsq")
    written = sequence_to_bytes(found)
    after = parse_xml_bytes(written)
    assert read(written) == found
    assert sequence_to_bytes(read(written)) == written
    assert [section.tag for section in after] == [section.tag for section in before]
    assert after.get("Later") == "x"
    assert after.findtext("head/altAudioTracks/track") == "v.mp3"
    assert after.find("Jukebox/Button") is not None
    names = [element.get("name") for element in after.iterfind("DisplayElements/Element")]
    assert names == ["Lyrics", "Tree", "Beats", "Arch"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(any_sequence())
def test_any_sequence_reads_back_as_it_was_written(original: Sequence) -> None:
    written = sequence_to_bytes(original)
    assert read(written) == original
    assert sequence_to_bytes(read(written)) == written


@pytest.mark.reference
@pytest.mark.parametrize("name", REAL)
def test_real_sequences_make_the_round_trip(reference: Path, tmp_path: Path, name: str) -> None:
    """Equal values always; and the equal document, but for table entries nothing refers to, which xLights drops too."""
    source = reference / "sequences" / f"{name}.xsq"
    found = read_sequence(source)
    path = write_sequence(found, tmp_path / "again.xsq")
    assert read_sequence(path) == found
    if name != "large_v7_house_song":
        assert canonical(parse_xml(path)) == canonical(parse_xml(source))


@pytest.mark.reference
def test_reference_sequences_make_the_round_trip_as_equal_documents(reference: Path) -> None:
    sources = sorted((reference / "reference").rglob("*.xsq"))
    assert len(sources) > 40
    for source in sources:
        found = read_sequence(source)
        written = sequence_to_bytes(found)
        assert read(written) == found, source.name
        assert canonical(parse_xml_bytes(written)) == canonical(parse_xml(source)), source.name


def test_texts_are_stored_once_each_and_in_the_order_of_the_file() -> None:
    found = sequence(
        row("A", effect(0, 25, settings="b=1"), effect(25, 50, settings="a=1")), row("B", effect(0, 25, settings="b=1"))
    )
    root = parse_xml_bytes(sequence_to_bytes(found))
    assert [element.text for element in root.iterfind("EffectDB/Effect")] == ["b=1", "a=1"]
    assert len(root.findall("ColorPalettes/ColorPalette")) == 1
    kept = replace(found, settings_order=("unused=1", "a=1"))
    root = parse_xml_bytes(sequence_to_bytes(kept))
    assert [element.text for element in root.iterfind("EffectDB/Effect")] == ["a=1", "b=1"]


def test_table_entries_nobody_refers_to_are_dropped_as_xlights_does() -> None:
    text = sequence_to_bytes(replace(sequence(), settings_order=("E_SLIDER_A=1",), palette_order=("C_SLIDER_B=1",)))
    assert b"E_SLIDER_A" not in text
    assert b"C_SLIDER_B" not in text


def test_the_file_begins_as_xlights_needs_it() -> None:
    data = sequence_to_bytes(sequence(row("A", effect(0, 25)), head=(("comment", "x" * 5000),)))
    assert b"<xsequence" in data[:1024]
    assert b'FixedPointTiming="1"' in data[:1024]
    order = [section.tag for section in parse_xml_bytes(data)]
    assert order == ["head", "ColorPalettes", "EffectDB", "DisplayElements", "ElementEffects", "lastView"]
    assert parse_xml_bytes(data).findtext("head/version") == "2026.15"


@pytest.mark.parametrize(
    ("timing", "frame_ms"), [("25 ms", 25), ("20", 20), ("", 50), ("fast", 50), ("0 ms", 50), ("50ms", 50)]
)
def test_the_frame_length_is_read_in_every_spelling(timing: str, frame_ms: int) -> None:
    assert read(f"<xsequence><head><sequenceTiming>{timing}</sequenceTiming></head></xsequence>").frame_ms == frame_ms


def test_old_sequences_count_seconds_and_keep_settings_in_the_effect() -> None:
    found = read(
        "<xsequence><DisplayElements><Element type='model' name='T'/></DisplayElements><ElementEffects>"
        "<Element type='model' name='T'><EffectLayer><Effect name='Bars' startTime='1.5' endTime='2.25'>E_X=1</Effect>"
        "</EffectLayer></Element></ElementEffects></xsequence>"
    )
    assert found.rows[0].layers[0].effects == (Effect("Bars", 1500, 2250, "E_X=1"),)
    assert (found.duration_ms, found.model_blending, found.frame_ms) == (30_000, False, 50)


@pytest.mark.parametrize("reference", ["7", "-1", "x", "99999999999"])
def test_references_that_point_nowhere_read_as_empty(reference: str) -> None:
    found = read(FULL.replace('ref="0"', f'ref="{reference}"').replace('palette="0" id', f'palette="{reference}" id'))
    assert (found.rows[0].layers[0].effects[0].settings, found.rows[0].layers[0].effects[0].palette) == ("", "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'startTime="0" endTime="1000" palette',
            'startTime="x" endTime="1000" palette',
            r"startTime of an effect is 'x'",
        ),
        ('startTime="0" endTime="1000" palette', 'endTime="1000" palette', "an effect has no startTime"),
        ('endTime="1000" palette', 'endTime="1e300" palette', "endTime"),
        ("12.500", "long", "sequenceDuration"),
        ("12.500", "-1", "sequenceDuration"),
        ("xsequence", "xrgb", "root element"),
    ],
)
def test_times_that_are_none_are_refused_with_their_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(FULL.replace(old, new))


def test_characters_xml_cannot_hold_are_refused() -> None:
    with pytest.raises(OutputError, match=r"'\\x07'"):
        sequence_to_bytes(sequence(row("bell \x07")))


def test_a_file_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    path = write_sequence(sequence(), tmp_path / "new" / "a.xsq")
    with pytest.raises(OutputError, match="there already"):
        write_sequence(sequence(), path)
    write_sequence(sequence(row("A")), path, overwrite=True)
    assert read_sequence(path).rows[0].name == "A"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.xsq"]


def test_nodes_without_a_strand_row_get_their_strand() -> None:
    nodes = tuple(SubRow("node", "", (EffectLayer((effect(0, 25),)),), index=index, strand=1) for index in (0, 5))
    found = sequence(Row("Tree", (EffectLayer(),), nodes))
    assert read(sequence_to_bytes(found)).rows[0].subrows == nodes


def test_tracks_come_first_unless_the_file_had_them_elsewhere() -> None:
    found = sequence(row("A"), timing_tracks=(TimingTrack("Beats", (EffectLayer(),)),))
    assert displayed(found) == ["Beats", "A"]
    moved = replace(found, track_places=(("Beats", ""), ("Gone", "A")))
    assert displayed(moved) == ["A", "Beats"]
