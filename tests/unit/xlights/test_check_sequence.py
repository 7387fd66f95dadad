from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from twinklr.core.xlights import (
    Effect,
    EffectLayer,
    Finding,
    Row,
    Sequence,
    SubRow,
    TimingTrack,
    check_layout,
    check_sequence,
    read_layout,
    read_networks,
    write_sequence,
)
from unit.xlights.layouts import group, layout, model, networks
from unit.xlights.sequences import PALETTE, effect, row, sequence

SHOW = layout(
    model("Tree", "!Main:1", "Tree", '<subModel name="Ring" line0="1-5"/>', StrandsPerString=2, NumStrings=4),
    model("Arch", "!Roof:1", inner='<Aliases><alias name="oldname:Bow"/></Aliases>'),
    groups=(group("All", "Tree", "Arch"),),
)


def codes(findings: list[Finding], severity: str = "") -> list[str]:
    return [finding.code for finding in findings if not severity or finding.severity == severity]


def check(found: Sequence) -> list[Finding]:
    """Findings about the sequence; the show has one of its own, at the beginning."""
    findings = check_sequence(found, SHOW, networks())
    assert codes(findings[:1]) == ["inactive-controller"]
    return findings[1:]


def test_a_sound_sequence_has_no_findings() -> None:
    found = sequence(row("All", effect(0, 1000)), row("Tree", effect(0, 1000), effect(1000, 2000, "Bars")))
    assert check(found) == []


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (sequence(version="2026"), "wrong-version"),
        (replace(sequence(), duration_ms=0), "no-frames"),
        (sequence(row("Tree", effect(0, 1000, "color wash"))), "unknown-effect"),
        (sequence(row("Tree", effect(0, 1000, "Music"))), "unknown-effect"),
        (sequence(row("Tree", effect(0, 1000, "Random"))), "random-effect"),
        (sequence(row("Tree", effect(1000, 1010))), "no-length"),
        (sequence(row("Tree", effect(2000, 1000))), "no-length"),
        (sequence(row("Tree", effect(0, 1000), effect(975, 2000))), "overlap"),
        (sequence(row("Nobody", effect(0, 1000))), "row-not-in-layout"),
        (sequence(row("Tree/Ring", effect(0, 1000))), "submodel-as-row"),
        (sequence(row("Tree"), row("Tree")), "duplicate-row"),
        (sequence(ignored_rows=(row("Tree", effect(0, 1000)),)), "row-not-displayed"),
        (sequence(timing_tracks=(TimingTrack("Arch", (EffectLayer(),)),)), "track-named-like-model"),
        (sequence(row("Tree", subrows=(SubRow("submodel", "Rong", (EffectLayer((effect(0, 25),)),)),))),
         "unknown-submodel"),
        (sequence(row("Tree", subrows=(SubRow("strand", "", (EffectLayer((effect(0, 25),)),), index=8),))),
         "unknown-strand"),
        (sequence(row("Tree", subrows=(SubRow("node", "", (EffectLayer((effect(0, 25),)),), index=40, strand=1),))),
         "unknown-node"),
        (sequence(row("Tree", effect(0, 1000, palette="C_BUTTON_Palette1=FF0000,C_CHECKBOX_Palette1=1"))),
         "wrong-color"),
        (sequence(row("Tree", effect(0, 1000, palette="C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=true"))),
         "color-not-enabled"),
        (sequence(row("Tree", effect(0, 1000, settings=" E_SLIDER_X=1"))), "blank-in-settings"),
        (sequence(row("Tree", effect(0, 1000, "Faces", settings="E_CHOICE_Faces_TimingTrack=Lyrics"))),
         "unknown-track"),
    ],
)  # fmt: skip
def test_what_xlights_drops_or_blanks_is_an_error_with_place_and_words(found: Sequence, code: str) -> None:
    errors = [finding for finding in check(found) if finding.severity == "error"]
    assert [finding.code for finding in errors] == [code]
    assert errors[0].where
    assert errors[0].what


@pytest.mark.parametrize(
    ("found", "code", "cure"),
    [
        (sequence(row("Tree", effect(0, 1000, palette=""))), "no-color-enabled", "enable"),
        (sequence(row("Tree", effect(0, 1000, "Bars", settings="E_SLIDER_Bars_BarCuont=2"))), "unknown-setting",
         "'E_SLIDER_Bars_BarCount'"),
        (sequence(row("Tree", effect(0, 1000, "Bars", settings="E_CHECKBOX_Bars_BarCount=2"))), "wrong-control",
         "E_SLIDER_Bars_BarCount"),
        (sequence(row("Tree", effect(0, 1000, "Bars", settings="E_CHOICE_Bars_Direction=Up"))), "unknown-choice", "up"),
        (sequence(row("Tree", effect(0, 1000, settings="T_CHOICE_LayerMethod=Multiply"))), "unknown-choice", "Normal"),
        (sequence(row("Tree", effect(0, 1000, settings="T_TEXTCTRL_Fadeout=500"))), "long-fade", "0.50"),
        (sequence(row("Tree", effect(500, 1000), effect(0, 500))), "not-in-order", "sort"),
        (sequence(row("Tree", effect(0, 1000, "Bars", settings="E_CHECKBOX_Bars_3D=true"))), "wrong-switch", "1"),
        (sequence(row("Tree", effect(0, 1000, settings="T_TEXTCTRL_Fadein=soon"))), "not-a-number", "number"),
        (sequence(row("Tree", effect(0, 1000, settings="E_CHECKBOX_On_Shimmer"))), "setting-without-value", "="),
        (sequence(row("Tree", effect(20_000, 21_000))), "after-end", "remove"),
    ],
)  # fmt: skip
def test_what_is_ignored_silently_is_a_warning_with_a_cure(found: Sequence, code: str, cure: str) -> None:
    warnings = [finding for finding in check(found) if finding.severity != "note"]
    assert code in codes(warnings)
    assert all(finding.severity == "warning" for finding in warnings)
    assert cure in next(finding for finding in warnings if finding.code == code).cure


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (sequence(row("Tree", effect(10, 1000))), "off-grid"),
        (sequence(row("Tree", effect(0, 12_000))), "past-end"),
        (sequence(row("Tree", effect(0, 25), attributes=(("visible", "0"),))), "row-hidden"),
        (sequence(row("Tree", effect(0, 25), attributes=(("RenderDisabled", "1"),))), "row-disabled"),
        (sequence(row("Tree", effect(0, 25)), row("All", effect(0, 25))), "group-after-members"),
        (sequence(row("Tree", effect(0, 25, "Twinkle")), version="2025.1"), "old-rendering"),
        (sequence(row("Tree", effect(0, 25, "Fire")), version="2026.14.1"), "old-rendering"),
        (sequence(row("Nobody")), "row-not-in-layout"),
        (sequence(row("Tree", effect(0, 25, "Bars", settings="E_SLIDER_Bars_BarCount=9"))), "out-of-range"),
    ],
)
def test_what_is_worth_knowing_is_a_note(found: Sequence, code: str) -> None:
    assert codes(check(found)) == [code]
    assert codes(check(found), "note") == [code]


SINGERS = layout(
    model("Left", inner='<faceInfo Name="Girl" Type="NodeRange" Mouth-AI="1-3"/>'),
    model("Right", inner='<faceInfo Name="Boy" Type="NodeRange" Mouth-AI="1-3"/>'),
    groups=(group("Choir", "Left", "Right"),),
)


def sung(name: str, face: str) -> Sequence:
    """A sequence in which a row sings with a face."""
    return sequence(row(name, effect(0, 1000, "Faces", settings=f"E_CHOICE_Faces_FaceDefinition={face}")))


@pytest.mark.parametrize(
    ("name", "face", "cure"),
    [("Left", "girl", "did you mean 'Girl'?"), ("Left", "Boy", "it has 'Girl'"), ("Choir", "Dog", "define it")],
)
def test_a_face_the_model_does_not_have_is_a_warning(name: str, face: str, cure: str) -> None:
    found = [one for one in check_sequence(sung(name, face), SINGERS, networks()) if one.code == "unknown-face"]
    assert [one.severity for one in found] == ["warning"]
    assert face in found[0].what
    assert name in found[0].where
    assert cure in found[0].cure


@pytest.mark.parametrize(("name", "face"), [("Left", "Girl"), ("Left", "Default"), ("Left", ""), ("Choir", "Boy")])
def test_a_face_that_is_there_is_no_finding(name: str, face: str) -> None:
    assert "unknown-face" not in codes(check_sequence(sung(name, face), SINGERS, networks()))


def test_a_face_that_the_sequence_brings_with_it_is_no_finding() -> None:
    brought = (("end", '<FaceDefinitions><face Name="Dog"/></FaceDefinitions>'),)
    found = check_sequence(replace(sung("Left", "Dog"), extra=brought), SINGERS, networks())
    assert "unknown-face" not in codes(found)


PICTURES = "E_FILEPICKER_Pictures_Filename=C:\\shows\\{}"


def test_media_that_is_not_there_is_a_warning_for_each_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Here.PNG").touch()
    shown = [
        effect(0, 1000, "Pictures", settings=PICTURES.format("gone.png")),
        effect(1000, 2000, "Pictures", settings=PICTURES.format("gone.png") + ",E_CHECKBOX_LoopGIF=1"),
        effect(2000, 3000, "Pictures", settings=PICTURES.format("here.png")),
        effect(3000, 4000, "Video", settings="E_FILEPICKERCTRL_Video_Filename=/films/snow.mp4"),
    ]
    found = sequence(row("Tree", *shown), media_file="D:\\music\\song.mp3")
    findings = [one for one in check_sequence(found, SHOW, networks(), [tmp_path]) if one.code == "missing-media"]
    assert {one.severity for one in findings} == {"warning"}
    assert [one.what.split(" is not")[0] for one in findings] == ["the song 'song.mp3'", "'gone.png'", "'snow.mp4'"]
    assert findings[1].where == "row 'Tree' layer 1, Pictures at 0.000 s (and 1 more)"
    assert all(one.cure for one in findings)
    for name in ("song.mp3", "gone.png", "snow.mp4"):
        (tmp_path / name).touch()
    assert "missing-media" not in codes(check_sequence(found, SHOW, networks(), [tmp_path]))
    assert "missing-media" not in codes(check_sequence(found, SHOW, networks())), "nowhere to look"


def test_media_inside_the_sequence_is_not_missing(tmp_path: Path) -> None:
    shown = effect(0, 1000, "Pictures", settings=PICTURES.format("R&amp;B.png"))
    brought = (("end", '<SequenceMedia><image path="art/R&amp;B.png">AAAA</image></SequenceMedia>'),)
    found = sequence(row("Tree", shown), extra=brought)
    assert "missing-media" not in codes(check_sequence(found, SHOW, networks(), [tmp_path]))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_sequence_in_utf_16_is_told_so(tmp_path: Path, encoding: str) -> None:
    path = write_sequence(sequence(row("Tree", effect(0, 1000))), tmp_path / "song.xsq")
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    errors = [one for one in check_sequence(path, SHOW, networks()) if one.severity == "error"]
    assert [one.code for one in errors] == ["not-utf-8"]
    assert "UTF-16" in errors[0].what
    assert "UTF-8" in errors[0].cure


def test_a_renamed_model_is_named_in_the_cure() -> None:
    assert "'Arch'" in check(sequence(row("Bow", effect(0, 25))))[0].cure


def test_lost_marks_of_a_timing_track_are_no_errors() -> None:
    marks = (Effect("", 0, 0, label="a"), Effect("", 100, 300, label="b"), Effect("", 200, 400, label="c"))
    found = sequence(timing_tracks=(TimingTrack("Beats", (EffectLayer(marks),)),))
    assert codes(check(found), "warning") == ["no-length", "overlap"]


def test_effects_with_the_same_fault_are_one_finding() -> None:
    found = sequence(row("Tree", *(effect(index * 100, index * 100 + 50, "Barz") for index in range(50))))
    (finding,) = check(found)
    assert finding.where == "row 'Tree' layer 1, Barz at 0.000 s (and 49 more)"
    assert str(finding).startswith("error: row 'Tree' layer 1, Barz at 0.000 s (and 49 more): there is no effect")


FILE = """<xsequence FixedPointTiming="1" ModelBlending="true"><head><version>2026.15</version>
<sequenceTiming>25 ms</sequenceTiming><sequenceDuration>10</sequenceDuration></head>
<ColorPalettes><ColorPalette>C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1</ColorPalette></ColorPalettes>
<EffectDB><Effect/></EffectDB><DisplayElements><Element type="model" name="Tree"/></DisplayElements>
<ElementEffects><Element type="model" name="Tree"><EffectLayer>
<Effect ref="0" name="On" startTime="0" endTime="25" palette="0"/></EffectLayer></Element></ElementEffects>
</xsequence>"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (' FixedPointTiming="1"', "", "no-fixed-point-timing"),
        ("<xsequence", "<!--" + "x" * 1100 + "--><xsequence", "late-root"),
        ("<version>2026.15</version>", "", "no-version"),
        ("25 ms", "", "wrong-timing"),
        ("25 ms", "0 ms", "wrong-timing"),
        ("</EffectLayer>", '</EffectLayer><Strand index="x"/>', "wrong-index"),
        ("<sequenceDuration>10<", "<sequenceDuration><", "no-frames"),
        ('ref="0"', 'ref="1"', "wrong-reference"),
        ('ref="0"', 'ref="-1"', "wrong-reference"),
        ('palette="0"', 'palette="7"', "wrong-reference"),
        ("<EffectDB><Effect/></EffectDB>", "", "missing-section"),
    ],
)
def test_what_only_the_file_shows(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = tmp_path / "a.xsq"
    path.write_text(FILE)
    assert check_sequence(path, SHOW, networks()) == check_layout(SHOW, networks())
    path.write_text(FILE.replace(old, new))
    assert code in codes(check_sequence(path, SHOW, networks()), "error")


def test_sections_in_the_wrong_order_are_errors(tmp_path: Path) -> None:
    start, tables = FILE.index("<ColorPalettes>"), FILE.index("<ElementEffects>")
    path = tmp_path / "a.xsq"
    path.write_text(FILE[:start] + FILE[tables:].replace("</xsequence>", "") + FILE[start:tables] + "</xsequence>")
    assert codes(check_sequence(path, SHOW, networks())).count("section-order") == 3


@pytest.mark.parametrize(
    ("models", "groups", "code", "severity"),
    [
        ((model("A"), model("A")), (), "duplicate-model", "error"),
        ((model("A", kind="Treee"),), (), "unknown-type", "error"),
        ((model("A", kind=""),), (), "unknown-type", "error"),
        ((model("A,B"),), (), "comma-in-name", "error"),
        ((model(""),), (), "no-name", "error"),
        ((model("A", "&gt;Nobody:1"),), (), "start-channel-unresolved", "error"),
        ((model("A", "@A:1"),), (), "start-channel-cycle", "error"),
        ((model("A", NodesPerString=99_999_999),), (), "too-many-nodes", "error"),
        ((model("A"),), (group("A"),), "group-named-like-model", "error"),
        ((model("A"),), (group("G", "A"), group("G", "A")), "duplicate-group", "error"),
        ((model("A"),), (group("G", "H"), group("H", "G")), "group-loop", "error"),
        ((model("A"),), (group("G", "A", "Gone", "Lost"),), "missing-member", "warning"),
        ((model("A", StringType="Rainbow"),), (), "unknown-string-type", "warning"),
        ((model("A", NodesPerString=0),), (), "no-nodes", "warning"),
        ((model("A", versionNumber=1),), (), "old-layout", "warning"),
        ((model("A", inner='<subModel name="S"/><subModel name="S"/>'),), (), "duplicate-submodel", "warning"),
        ((model("A", inner='<subModel name="S" type="ranges" line0="1-9x,abc,3"/>'),), (), "bad-node-range", "warning"),
        ((model("A", "5000"),), (), "too-few-channels", "warning"),
    ],
)
def test_a_show_is_checked_too(models: tuple[str, ...], groups: tuple[str, ...], code: str, severity: str) -> None:
    found = check_layout(layout(*models, groups=groups), networks())
    assert code in codes(found, severity)
    if severity == "warning":
        assert codes(found, "error") == []


def test_networks_are_checked_too() -> None:
    text = (
        '<Networks><Controller Name="C"><network NetworkType="E131" BaudRate="1" MaxChannels="600"/>'
        '<network NetworkType="Telepathy" MaxChannels="1"/></Controller></Networks>'
    )
    assert codes(check_layout(layout(), networks(text))) == ["universe-too-large", "unknown-protocol"]


def test_groups_of_groups_are_followed_once_each() -> None:
    """A thousand groups of all later ones hold 2^1000 paths; the check takes each group once."""
    names = [f"G{index}" for index in range(1000)]
    groups = tuple(group(name, *names[index + 1 : index + 4]) for index, name in enumerate(names))
    assert codes(check_layout(layout(groups=groups), networks())) == ["inactive-controller"]


@pytest.mark.reference
def test_reference_sequences_have_no_errors(reference: Path) -> None:
    folder = reference / "reference" / "effects"
    show, controllers = read_layout(folder), read_networks(folder)
    for path in sorted(folder.glob("*.xsq")):
        assert codes(check_sequence(path, show, controllers), "error") == [], path.name


@pytest.mark.reference
@pytest.mark.parametrize("name", ["large_v7_dense_song", "large_v7_house_song"])
def test_real_sequences_have_no_errors(reference: Path, name: str) -> None:
    folder = reference / "shows" / "large_v7"
    path = reference / "sequences" / f"{name}.xsq"
    assert codes(check_sequence(path, read_layout(folder), read_networks(folder)), "error") == []


def test_what_the_writer_writes_needs_no_mending(tmp_path: Path) -> None:
    found = sequence(Row("Tree", (EffectLayer((effect(0, 1000),)),)), media_file="song.mp3")
    path = write_sequence(found, tmp_path / "a.xsq")
    assert check_sequence(path, SHOW, networks()) == check_layout(SHOW, networks())
    assert PALETTE in path.read_text()


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("E_VALUECURVE_Bars_BarCount=Active=TRUE|Id=ID_VALUECURVE_Bars_BarCount|Type=Rampp|Min=1|Max=5|RV=TRUE|",
         "unknown-curve-type"),
        ("E_VALUECURVE_Bars_BarCount=Active=TRUE|Id=ID_VALUECURVE_Bars_BarCount|Type=Ramp|Min=x|Max=5|", "wrong-curve"),
        ("E_VALUECURVE_Bars_BarCuont=Active=TRUE|Id=ID_VALUECURVE_Bars_BarCount|Min=1|Max=5|", "unknown-setting"),
    ],
)  # fmt: skip
def test_wrong_value_curves_are_found(settings: str, code: str) -> None:
    assert codes(check(sequence(row("Tree", effect(0, 1000, "Bars", settings=settings))))) == [code]


def test_curves_that_are_right_or_off_are_none_of_our_business() -> None:
    right = "E_VALUECURVE_Bars_BarCount=Active=TRUE|Id=ID_VALUECURVE_Bars_BarCount|Type=Ramp|Min=1|Max=5|P1=1|RV=TRUE|"
    off = "E_VALUECURVE_Bars_BarCount=Active=FALSE|"
    found = sequence(row("Tree", *(effect(0, 1000, "Bars", settings=text) for text in (right,))))
    assert check(found) == []
    assert check(sequence(row("Tree", effect(0, 1000, "Bars", settings=off)))) == []


def test_strands_below_a_group_render_nothing() -> None:
    strand = SubRow("strand", "", (EffectLayer((effect(0, 25),)),), index=0)
    findings = check(sequence(row("All", subrows=(strand,))))
    assert codes(findings, "error") == ["subrow-of-group"]
    assert findings[0].where == "row 'All' strand 0"


def test_blending_that_is_off_is_worth_a_note() -> None:
    assert codes(check(replace(sequence(), model_blending=False)), "note") == ["model-blending-off"]


def test_models_that_share_channels_are_found() -> None:
    show = layout(
        model("A", "1", NumStrings=1, NodesPerString=10),
        model("B", "16", NumStrings=1, NodesPerString=10),
        model("C", "46", NumStrings=1, NodesPerString=10),
    )
    overlaps = [finding for finding in check_layout(show, networks()) if finding.code == "channel-overlap"]
    assert [(finding.where, finding.what[:30]) for finding in overlaps] == [
        ("model 'B'", "its channels 16-30 are also th")
    ]


@pytest.mark.parametrize(
    "second", [{"ShadowModelFor": "A"}, {"Active": "0"}, {"StartChannel": "@A:1"}, {"StartChannel": "!Nobody:1"}]
)
def test_models_that_are_meant_to_share_channels_are_not(second: dict[str, str]) -> None:
    start = second.pop("StartChannel", "1")
    show = layout(
        model("A", "1", NumStrings=1, NodesPerString=10), model("B", start, NumStrings=1, NodesPerString=10, **second)
    )
    assert "channel-overlap" not in codes(check_layout(show, networks()))


def test_unknown_kinds_of_controllers_are_found() -> None:
    text = """<Networks>
     <Controller Name="A" Type="Ethernett" ActiveState="On"><network NetworkType="DDP" MaxChannels="9"/></Controller>
     <Controller Name="A" Type="Null" ActiveState="Active"><network NetworkType="NULL" MaxChannels="9"/></Controller>
    </Networks>"""
    findings = check_layout(SHOW, networks(text))
    found = {finding.code: finding for finding in findings}
    assert "did you mean 'Ethernet'?" in found["unknown-controller-type"].cure
    assert found["unknown-active-state"].severity == "warning"
    assert "duplicate-controller" in found
