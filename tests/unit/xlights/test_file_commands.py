from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from twinklr.cli.main import main
from twinklr.core.display import read_display
from twinklr.core.xlights import read_layout, read_networks, read_sequence, write_sequence
from unit.xlights.layouts import NETWORKS, layout_xml, model
from unit.xlights.sequences import effect, row, sequence


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A show folder with a sequence in it."""
    (tmp_path / "xlights_rgbeffects.xml").write_text(layout_xml(model("Tree", "!Main:1")))
    (tmp_path / "xlights_networks.xml").write_text(NETWORKS)
    write_sequence(sequence(row("Tree", effect(0, 1000))), tmp_path / "good.xsq")
    marks = (
        effect(index * 100, index * 100 + 30, "Bars", settings=f"E_SLIDER_Bars_Bar={index}") for index in range(30)
    )
    write_sequence(sequence(row("Tree", *marks), row("Nobody", effect(0, 50))), tmp_path / "bad.xsq")
    return tmp_path


def test_a_good_sequence_passes(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(show / "good.xsq")]) == 0
    assert "0 errors, 0 warnings, 1 notes" in capsys.readouterr().out


def test_errors_give_exit_code_1_and_lines_with_cures(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(show / "bad.xsq"), "--show", str(show)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("error: row 'Nobody': it is not in the layout; nothing renders; remove or rename the row\n")
    assert "... 20 more of off-grid (--all shows them)" in out
    assert main(["check", str(show / "bad.xsq"), "--all"]) == 1
    assert "more of" not in capsys.readouterr().out


def test_the_show_folder_may_lie_above_the_sequence(show: Path) -> None:
    (show / "songs").mkdir()
    (show / "good.xsq").rename(show / "songs" / "good.xsq")
    assert main(["check", str(show / "songs" / "good.xsq")]) == 0


def test_findings_come_as_json(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(show / "bad.xsq"), "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)
    assert {"severity", "code", "what", "where", "cure"} == set(findings[0])
    assert "row-not-in-layout" in {finding["code"] for finding in findings}


@pytest.mark.parametrize("arguments", [["check", "missing.xsq"], ["check", "good.xsq", "--show", "missing"], ["check"]])
def test_the_users_mistakes_give_exit_code_2(
    show: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(show)
    assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_layout_is_converted_beside_itself_and_in_place_with_a_backup(show: Path) -> None:
    path = show / "xlights_rgbeffects.xml"
    old = layout_xml(model("Tree", kind="Tree 180", versionNumber=2, offsetXpct=0.5, offsetYpct=0.5, PreviewScaleX=0.2))
    path.write_text(old)
    assert main(["convert", str(show)]) == 0
    assert path.read_text() == old
    assert read_layout(show / "xlights_rgbeffects.converted.xml").models[0].version_number == 8
    assert main(["convert", str(show)]) == 2
    assert main(["convert", str(show), "--force"]) == 0
    assert read_layout(show).models[0].number("ScaleX") > 0
    assert (show / "xlights_rgbeffects.xml.bak").read_text() == old


def test_old_networks_of_a_folder_are_converted_with_its_layout(show: Path) -> None:
    path = show / "xlights_networks.xml"
    path.write_text('<Networks><network NetworkType="NULL" MaxChannels="300" Description="Main"/></Networks>')
    assert main(["convert", str(show), "-o", str(show / "new" / "xlights_rgbeffects.xml")]) == 0
    assert main(["convert", str(path)]) == 0
    for place in (show / "new", show / "xlights_networks.converted.xml"):
        assert read_networks(place).controllers[0].attributes["Type"] == "Null"


def test_a_missing_file_is_named_before_the_folder_around_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["check", "missing.xsq"], ["compare", "missing.fseq", "other.fseq"]):
        assert main([arguments[0], *(str(tmp_path / name) for name in arguments[1:])]) == 2
        assert f"{tmp_path / arguments[1]}: no such file" in capsys.readouterr().err


def test_a_current_layout_is_not_touched(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = show / "xlights_rgbeffects.xml"
    text = path.read_text()
    assert main(["convert", str(show), "--force"]) == 0
    assert "nothing to convert" in capsys.readouterr().out
    assert path.read_text() == text
    assert not path.with_name("xlights_rgbeffects.xml.bak").exists()


@pytest.mark.parametrize("centred", ["0", "1"])
def test_models_of_2016_stand_where_they_stood(show: Path, centred: str) -> None:
    boxed = {"versionNumber": 2, "parm1": 6, "parm2": 20, "parm3": 2, "offsetXpct": 0.3, "offsetYpct": 0.6,
             "PreviewScaleX": 0.2, "PreviewScaleY": 0.3, "PreviewRotation": 40}  # fmt: skip
    kinds = (
        "Tree 360",
        "Tree 180",
        "Tree Flat",
        "Vert Matrix",
        "Horiz Matrix",
        "Star",
        "Circle",
        "Spinner",
        "Window Frame",
    )
    models = [model(kind, kind=kind, NumStrings="", NodesPerString="", **boxed) for kind in kinds]
    models.append(model("Line", versionNumber=1, X1=0.1, Y1=0.2, X2=0.5, Y2=0.7))
    path = show / "xlights_rgbeffects.xml"
    text = layout_xml(*models, more=f'<settings><Display2DCenter0 value="{centred}"/></settings>')
    path.write_text(text.replace('NumStrings="" NodesPerString="" ', ""))
    before = read_display(show).node_xyz
    assert main(["convert", str(show), "--force"]) == 0
    assert {found.version_number for found in read_layout(show).models} == {8}
    after = read_display(show).node_xyz
    assert len(before) > 400
    assert np.abs(after - before)[:, :2].max() < 0.01


def test_an_old_sequence_is_converted(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = show / "song.xml"
    path.write_text(
        "<xsequence><head><version>4.3</version></head><DisplayElements><Element type='model' name='Tree'/>"
        "</DisplayElements><ElementEffects><Element type='model' name='Tree'><EffectLayer>"
        "<Effect name='On' startTime='1' endTime='2.5'/></EffectLayer></Element></ElementEffects></xsequence>"
    )
    assert main(["convert", str(path), "-o", str(show / "new.xsq")]) == 0
    assert "new.xsq" in capsys.readouterr().out
    found = read_sequence(show / "new.xsq")
    assert (found.version, found.rows[0].layers[0].effects[0].end_ms) == ("2026.15", 2500)
    assert main(["check", str(show / "new.xsq")]) == 0


def test_converting_again_keeps_the_first_backup_and_changes_nothing(
    show: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, backup = show / "song.xsq", show / "song.xsq.bak"
    write_sequence(sequence(row("Tree", effect(0, 1000)), version="2019.3"), path)
    before = path.read_bytes()
    assert main(["convert", str(path), "--force"]) == 0
    assert backup.read_bytes() == before
    capsys.readouterr()
    assert main(["convert", str(path), "--force"]) == 0
    assert capsys.readouterr().out == "nothing to convert; the file stays as it is\n"
    assert not (show / "song.xsq.bak1").exists()
    path.write_bytes(before.replace(b"2019.3", b"2018.1"))
    assert main(["convert", str(path), "--force"]) == 0
    assert backup.read_bytes() == before
    assert b"2018.1" in (show / "song.xsq.bak1").read_bytes()


def test_colours_among_the_settings_of_an_old_sequence_become_a_palette(show: Path) -> None:
    path = show / "song.xml"
    path.write_text(
        "<xsequence><head><version>4.3</version></head><DisplayElements><Element type='model' name='Tree'/>"
        "</DisplayElements><ElementEffects><Element type='model' name='Tree'><EffectLayer>"
        "<Effect name='On' startTime='1' endTime='2'>E_TEXTCTRL_On_Start=50,C_BUTTON_Palette1=#FF0000,"
        "C_CHECKBOX_Palette1=1,T_CHOICE_LayerMethod=Max</Effect></EffectLayer></Element></ElementEffects></xsequence>"
    )
    assert main(["convert", str(path), "-o", str(show / "new.xsq")]) == 0
    for place in (path, show / "new.xsq"):
        (found,) = read_sequence(place).rows[0].layers[0].effects
        assert found.palette == "C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1"
        assert found.settings == "E_TEXTCTRL_On_Start=50,T_CHOICE_LayerMethod=Max"
