"""What channels of fixtures are for, and how light becomes channel values."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinklr.core.display import ChannelUse, WhiteHandling, read_display
from twinklr.core.display.fixtures import read_fixture
from twinklr.core.display.outputs import brightness_curve, read_output
from twinklr.core.xlights import Markup, ModelElement
from unit.display.display_fixtures import model, write_show


def test_an_old_moving_head_says_by_attributes_what_its_channels_are(tmp_path: Path) -> None:
    attributes = {"DmxPanChannel": "1", "DmxTiltChannel": "3", "DmxRedChannel": "5", "DmxGreenChannel": "6",
                  "DmxBlueChannel": "7", "DmxShutterChannel": "9", "DmxTiltDegOfRot": "200"}  # fmt: skip
    head = model("Head", "DmxMovingHead", parm1="9", versionNumber="5", **attributes)
    fixture = read_display(write_show(tmp_path, [head])).prop("Head").fixture
    assert fixture is not None
    assert fixture.node(ChannelUse.PAN) == 0
    assert fixture.node(ChannelUse.TILT) == 2
    assert fixture.node(ChannelUse.SHUTTER) == 8
    assert fixture.node(ChannelUse.DIMMER) is None
    assert fixture.color_system == "rgbw"
    pan, tilt = fixture.motor("pan"), fixture.motor("tilt")
    assert pan is not None
    assert tilt is not None
    assert (pan.range_deg, tilt.range_deg) == (540.0, 200.0)


def test_a_moving_head_of_today_has_motors_and_a_wheel(tmp_path: Path) -> None:
    motors = (
        '<PanMotor ChannelCoarse="1" ChannelFine="2" RangeOfMotion="540" OrientHome="270" Reverse="1" MinLimit="-180"/>'
        '<TiltMotor ChannelCoarse="3" ChannelFine="0" RangeOfMotion="180"/>'
    )
    wheel = {"DmxColorType": "1", "DmxColorWheelChannel": "5", "DmxColorWheelColor0": "#FF0000",
             "DmxColorWheelDMX0": "30", "DmxColorWheelColor1": "#00FF00", "DmxColorWheelDMX1": "50",
             "DmxRedChannel": "8"}  # fmt: skip
    head = model(
        "Head", "DmxMovingHeadAdv", motors, DmxChannelCount="9", MhDimmerChannel="7", DmxFixture="MH1", **wheel
    )
    fixture = read_display(write_show(tmp_path, [head])).prop("Head").fixture
    assert fixture is not None
    assert fixture.label == "MH1"
    assert [(channel.use.value, channel.node) for channel in fixture.channels] == [
        ("pan", 0), ("pan_fine", 1), ("tilt", 2), ("color_wheel", 4), ("dimmer", 6)
    ]  # fmt: skip
    assert [(entry.color, entry.value) for entry in fixture.wheel] == [((255, 0, 0), 30), ((0, 255, 0), 50)]
    pan = fixture.motor("pan")
    assert pan is not None
    assert (pan.fine_node, pan.home_deg, pan.low_deg, pan.reverse) == (1, 270.0, -180.0, True)


def test_channels_beyond_the_fixture_are_left_out(tmp_path: Path) -> None:
    flood = model("Flood", "DmxFloodlight", DmxChannelCount="3", DmxRedChannel="1", DmxGreenChannel="2",
                  DmxBlueChannel="3", DmxWhiteChannel="4", DmxShutterChannel="x")  # fmt: skip
    fixture = read_display(write_show(tmp_path, [flood])).prop("Flood").fixture
    assert fixture is not None
    assert [channel.use for channel in fixture.channels] == [ChannelUse.RED, ChannelUse.GREEN, ChannelUse.BLUE]
    assert fixture.shutter_open is None


def test_other_models_are_no_fixtures(tmp_path: Path) -> None:
    line = model("Line", "Single Line", NumStrings="1", NodesPerString="3")
    assert read_display(write_show(tmp_path, [line])).prop("Line").fixture is None


@pytest.mark.parametrize(
    ("brightness", "gamma", "wanted"),
    [(0, 1.0, [0, 128, 255]), (-50, 1.0, [0, 64, 127]), (100, 1.0, [0, 255, 255]), (0, 2.0, [0, 64, 255])],
)
def test_brightness_and_gamma(brightness: float, gamma: float, wanted: list[int]) -> None:
    assert brightness_curve(brightness, gamma)[[0, 128, 255]].tolist() == wanted


def test_dimming_curves_for_all_colours_and_for_one(tmp_path: Path) -> None:
    models = [
        model("All", "Single Line", '<dimmingCurve><all brightness="-10" gamma="1.0"/></dimmingCurve>',
              NumStrings="1", NodesPerString="3"),
        model("Red", "Single Line", '<dimmingCurve><red brightness="-50"/></dimmingCurve>',
              NumStrings="1", NodesPerString="3", StartChannel="10"),
        model("None", "Single Line", '<dimmingCurve><all brightness="0" gamma="1"/></dimmingCurve>',
              NumStrings="1", NodesPerString="3", StartChannel="20"),
    ]  # fmt: skip
    display = read_display(write_show(tmp_path, models))
    assert [table[255] for table in display.prop("All").output.dimming] == [229, 229, 229]
    assert [table[255] for table in display.prop("Red").output.dimming] == [127, 255, 255]
    assert display.prop("None").output.dimming == ()


@pytest.mark.parametrize("encoding", ["ascii", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_dimming_curve_from_a_file_in_the_show_folder(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "half.txt").write_text("\n".join(str(value // 2) for value in range(256)), encoding=encoding)
    curves = [("Half", "C:\\shows\\half.txt"), ("Lost", "/home/me/lost.txt"), ("Sly", "../../etc/passwd")]
    models = [
        model(name, "Single Line", f'<dimmingCurve><all filename="{path}"/></dimmingCurve>',
              NumStrings="1", NodesPerString="3", StartChannel=str(1 + 10 * index))
        for index, (name, path) in enumerate(curves)
    ]  # fmt: skip
    display = read_display(write_show(tmp_path, models))
    assert display.prop("Half").output.dimming[0] == bytes(value // 2 for value in range(256))
    assert display.prop("Lost").output.dimming == ()
    assert display.prop("Sly").output.dimming == ()
    assert sum("no dimming curve of 256 numbers" in finding for finding in display.findings) == 2


def test_colour_order_white_and_superstrings(tmp_path: Path) -> None:
    models = [
        model("Warm", "Single Line", StringType="RGBWW Nodes", RGBWHandling="White On All",
              NumStrings="1", NodesPerString="3"),
        model("Bundle", "Single Line", StringType="Superstring", SuperStringColour0="#FF0000",
              SuperStringColour1="#00FF00", NumStrings="1", NodesPerString="3", StartChannel="20"),
    ]  # fmt: skip
    display = read_display(write_show(tmp_path, models))
    warm, bundle = display.prop("Warm"), display.prop("Bundle")
    assert (warm.output.order, warm.output.white) == ("RGBWW", WhiteHandling.ON_ALL)
    assert warm.channel_count == 15
    assert bundle.output.super_colors == ((255, 0, 0), (0, 255, 0))
    assert bundle.channel_count == 2


_texts = st.sampled_from(["", "0", "1", "-1", "7", "999999999999", "1e400", "nan", "inf", "x", "#FF00", "½", "-100"])
_names = ["DmxPanChannel", "DmxPanDegOfRot", "DmxColorType", "DmxColorWheelColor0", "DmxColorWheelDMX0",
          "DmxPresetChannel0", "DmxPresetValue0", "DmxShutterChannel", "DmxShutterOnValue", "MhDimmerChannel",
          "RGBWHandling", "SuperStringColour0", "StringType", "DmxBeamWidth"]  # fmt: skip


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(_names), _texts),
    st.dictionaries(st.sampled_from(["ChannelCoarse", "ChannelFine", "RangeOfMotion", "brightness", "gamma"]), _texts),
    st.sampled_from(["DmxMovingHeadAdv", "DmxServo", "Single Line"]),
    st.sampled_from(["Superstring", "RGBWW Nodes", "x"]),
)
def test_no_text_whatever_breaks_them(
    attributes: dict[str, str], inner: dict[str, str], kind: str, strings: str
) -> None:
    found = ModelElement(
        "A",
        kind,
        8,
        {"StringType": strings, **attributes},
        children=(Markup("PanMotor", inner), Markup("Servo1", inner)),
        dimming_curve=Markup("dimmingCurve", children=(Markup("all", inner), Markup("red", inner))),
    )
    output, _ = read_output(found, Path("/nowhere"))
    assert all(len(table) == 256 for table in output.dimming)
    fixture = read_fixture(found, 10)
    assert fixture is None or all(0 <= channel.node < 10 for channel in fixture.channels)


def test_a_handling_of_white_that_nobody_knows_is_named(tmp_path: Path) -> None:
    lamp = model("Lamp", "Single Line", parm1="1", parm2="1", StringType="4 Channel RGBW", RGBWHandling="R=G=B=W")
    display = read_display(write_show(tmp_path, [lamp]))
    assert display.prop("Lamp").output.white is WhiteHandling.GREY
    assert any("R=G=B=W" in str(finding) for finding in display.findings)
