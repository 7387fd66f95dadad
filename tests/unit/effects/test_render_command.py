"""``twinklr render`` and ``twinklr compare`` on a folder of two files."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from twinklr.cli.main import main
from twinklr.core.xlights import read_fseq

LAYOUT = """<?xml version="1.0"?>
<xrgb version="2026.15"><models>
<model name="Line" DisplayAs="Single Line" StringType="RGB Nodes" StartSide="B" Dir="L" versionNumber="8"
 StartChannel="!Main:1" NumStrings="1" NodesPerString="8" LightsPerNode="1" WorldPosX="10" WorldPosY="10" WorldPosZ="0"
 X2="100" Y2="0" Z2="0"/>
</models><modelGroups/><settings/></xrgb>
"""
NETWORKS = """<?xml version="1.0"?>
<Networks><Controller Id="1" Name="Main" Type="Null" ActiveState="Active"><network NetworkType="NULL" MaxChannels="24"/>
</Controller></Networks>
"""
SEQUENCE = """<?xml version="1.0"?>
<xsequence BaseChannel="0" ChanCtrlBasic="0" ChanCtrlColor="0" FixedPointTiming="1" ModelBlending="true">
<head><version>2026.15</version><sequenceTiming>50 ms</sequenceTiming><sequenceType>Animation</sequenceType>
<mediaFile/><sequenceDuration>2.000</sequenceDuration></head>
<ColorPalettes><ColorPalette>C_BUTTON_Palette1={color},C_CHECKBOX_Palette1=1</ColorPalette></ColorPalettes>
<EffectDB><Effect></Effect></EffectDB>
<DisplayElements><Element type="model" name="Line" visible="1"/></DisplayElements>
<ElementEffects><Element type="model" name="Line"><EffectLayer>
<Effect ref="0" name="On" startTime="500" endTime="1500" palette="0"/>
<Effect ref="0" name="{second}" startTime="1500" endTime="2000" palette="0"/>
</EffectLayer></Element></ElementEffects></xsequence>
"""


@pytest.fixture
def show(tmp_path: Path) -> Path:
    (tmp_path / "xlights_rgbeffects.xml").write_text(LAYOUT)
    (tmp_path / "xlights_networks.xml").write_text(NETWORKS)
    (tmp_path / "red.xsq").write_text(SEQUENCE.format(color="#FF0000", second="Hologram"))
    (tmp_path / "blue.xsq").write_text(SEQUENCE.format(color="#0000FF", second="On"))
    return tmp_path


def test_a_sequence_becomes_an_fseq(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(show / "red.xsq"), "-o", str(show / "out.fseq")]) == 0
    with read_fseq(show / "out.fseq") as made:
        frames = made.frames()
    assert frames.shape == (40, 24)
    assert frames[10:30, 0].tolist() == [255] * 20
    assert not frames[30:].any()
    assert "not supported, left dark: Hologram (1)" in capsys.readouterr().out


def test_a_sequence_hears_its_song(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    curve = "#FF0000,C_VALUECURVE_Brightness=Active=TRUE|Id=ID|Type=Music|Min=0.00|Max=400.00|P2=100.00|RV=TRUE|"
    text = SEQUENCE.format(color=curve, second="On").replace("<mediaFile/>", "<mediaFile>C:/music/song.wav</mediaFile>")
    (show / "loud.xsq").write_text(text)
    arguments = ["render", str(show / "loud.xsq"), "--overwrite"]
    assert main(arguments) == 0
    assert "song.wav" in capsys.readouterr().out
    with read_fseq(show / "loud.fseq") as made:
        assert not made.frames().any()

    loud = 0.5 * np.sin(np.arange(44100, dtype=np.float32) / 10.0)
    loud[:22050] = 0.0
    soundfile.write(show / "song.wav", loud, 22050)
    assert main(arguments) == 0
    assert "song.wav" not in capsys.readouterr().out
    with read_fseq(show / "loud.fseq") as made:
        level = made.frames()[:, 0].astype(int)
    assert level[:18].max() < 10
    assert level[22:38].min() > 200

    (show / "song.wav").write_bytes(b"no sound at all")
    assert main(arguments) == 0
    assert "hear nothing" in capsys.readouterr().out
    assert main([*arguments, "--song", str(show / "song.wav")]) == 2


def test_pictures_that_are_not_there_are_named(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = "<Effect>E_FILEPICKER_Pictures_Filename=C:\\show\\snow.png</Effect>"
    text = (show / "blue.xsq").read_text().replace("<Effect></Effect>", named).replace('name="On"', 'name="Pictures"')
    (show / "picture.xsq").write_text(text)
    assert main(["render", str(show / "picture.xsq")]) == 0
    assert "snow.png (2); name their folder with --media" in capsys.readouterr().out

    (show / "pictures").mkdir()
    Image.new("RGB", (4, 1), "red").save(show / "pictures" / "snow.png")
    assert main(["render", str(show / "picture.xsq"), "--overwrite"]) == 0
    assert "not found" not in capsys.readouterr().out


def test_rows_without_lights_are_named(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    effects = (show / "red.xsq").read_text()
    row = effects[effects.index('<Element type="model" name="Line"><Eff') : effects.index("</ElementEffects>")]
    star, empty = row.replace("Line", "Stars"), '<Element type="model" name="Moon"><EffectLayer/></Element>'
    shown = "".join(f'<Element type="model" name="{name}" visible="1"/>' for name in ("Stars", "Moon"))
    text = effects.replace("</ElementEffects>", f"{star}{empty}</ElementEffects>")
    (show / "stars.xsq").write_text(text.replace("</DisplayElements>", f"{shown}</DisplayElements>"))
    assert main(["render", str(show / "stars.xsq")]) == 0
    assert "rows that are not in the layout: Stars\n" in capsys.readouterr().out
    assert main(["render", str(show / "red.xsq")]) == 0
    assert "not in the layout" not in capsys.readouterr().out


def test_settings_that_are_not_heeded_are_named(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        (show / "blue.xsq").read_text().replace("<Effect></Effect>", "<Effect>B_CHOICE_PerPreviewCamera=Front</Effect>")
    )
    (show / "odd.xsq").write_text(text)
    assert main(["render", str(show / "odd.xsq")]) == 0
    assert "settings that had no effect here: B_CHOICE_PerPreviewCamera (2)" in capsys.readouterr().out


def test_a_part_of_it(show: Path) -> None:
    arguments = [
        "render",
        str(show / "red.xsq"),
        "--show",
        str(show),
        "--from",
        "0.4",
        "--to",
        "0.6",
        "--models",
        "Line",
    ]
    assert main(arguments) == 0
    with read_fseq(show / "red.fseq") as made:
        assert made.frames()[:, 0].tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--from", "3"], "nothing between --from and --to"),
        (["--from", "nan"], "--from"),
        (["--from", "-1"], "--from"),
        (["--from", "1e308"], "nothing between --from and --to"),
        (["--to", "1e400"], "--to"),
        (["--to", "nan"], "--to"),
        (["--to", "-1e300"], "--to"),
        (["--models", "Tree"], "no such model or group"),
        (["--show", "/nowhere/at/all"], "no such folder"),
    ],
)
def test_mistakes_are_one_line(show: Path, capsys: pytest.CaptureFixture[str], extra: list[str], message: str) -> None:
    assert main(["render", str(show / "red.xsq"), "-o", str(show / "o.fseq"), *extra]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (show / "o.fseq").exists()


def test_comparing_two_renders(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("red", "blue"):
        assert main(["render", str(show / f"{name}.xsq")]) == 0
    arguments = [str(show / "red.fseq"), str(show / "blue.fseq"), "--show", str(show)]
    picture = show / "worst.png"
    assert main(["compare", *arguments, "--sequence", str(show / "blue.xsq"), "--picture", str(picture)]) == 0
    out = capsys.readouterr().out
    assert "Line" in out
    assert "by effect" in out
    assert picture.stat().st_size > 100


def test_a_render_with_fewer_frames_than_it_says_is_not_compared(
    show: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", str(show / "red.xsq")]) == 0
    whole, long = show / "red.fseq", show / "blue.fseq"
    data = bytearray(whole.read_bytes())
    struct.pack_into("<I", data, 14, 2**32 - 1)
    long.write_bytes(data)
    for arguments in ([str(whole), str(long)], [str(long), str(long)], ["--reference", str(show)]):
        assert main(["compare", *arguments]) == 2
        error = capsys.readouterr().err
        assert "blue.fseq: the data end at frame" in error
        assert error.count("\n") == 1


def test_comparing_with_a_reference_folder(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(show / "blue.xsq")]) == 0
    assert main(["compare", "--reference", str(show), "--golden", str(show / "kept.json")]) == 0
    assert "100.00%" in capsys.readouterr().out
    assert '"blue"' in (show / "kept.json").read_text()
    assert main(["compare", "--reference", str(show / "empty")]) == 2
