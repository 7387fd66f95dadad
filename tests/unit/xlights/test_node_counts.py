from __future__ import annotations

import pytest

from twinklr.core.xlights import ModelElement, channel_count, custom_node_numbers, node_count, string_type
from twinklr.core.xlights.counts import MAX_NODES, is_known_string_type, strand_count


def element(kind: str, string: str = "RGB Nodes", **attributes: str) -> ModelElement:
    return ModelElement("m", kind, 8, {"StringType": string, **attributes})


@pytest.mark.parametrize(
    ("kind", "attributes", "nodes"),
    [
        ("Single Line", {"NumStrings": "2", "NodesPerString": "50"}, 100),
        ("Single Line", {"parm1": "2", "parm2": "50", "parm3": "3"}, 100),
        ("Arches", {"NumArches": "5", "NodesPerArch": "25"}, 125),
        ("Arches", {"NumArches": "1", "NodesPerArch": "50", "LayerSizes": "30,50,70"}, 150),
        ("Candy Canes", {"NumCanes": "4", "NodesPerCane": "18"}, 72),
        ("Matrix", {"NumStrings": "24", "NodesPerString": "16", "StrandsPerString": "2"}, 384),
        ("Sphere", {"NumStrings": "8", "NodesPerString": "20"}, 160),
        ("Star", {"NumStrings": "1", "NodesPerString": "50", "StarPoints": "5"}, 50),
        ("Spinner", {"NumStrings": "1", "NodesPerArm": "10", "ArmsPerString": "8"}, 80),
        ("Icicles", {"NumStrings": "2", "NodesPerString": "60"}, 120),
        ("Window Frame", {"TopNodes": "10", "SideNodes": "14", "BottomNodes": "10"}, 48),
        ("Cube", {"CubeWidth": "4", "CubeHeight": "5", "CubeDepth": "6"}, 120),
        ("Poly Line", {"NumPoints": "3", "Seg1": "20", "Seg2": "30", "NodesPerString": "7"}, 50),
        ("Poly Line", {"NumPoints": "3", "NodesPerString": "70"}, 70),
        ("MultiPoint", {"NumPoints": "12"}, 12),
        ("Custom", {"CustomModel": "1,,2;3,4,|,9"}, 5),
        ("Custom", {"CustomModelCompressed": "12,2,47;11,2,52;12,0,0"}, 2),
        ("Channel Block", {"NumChannels": "30"}, 30),
        ("DmxMovingHeadAdv", {"DmxChannelCount": "14"}, 14),
        ("Image", {}, 1),
        ("Nonsense", {"NumStrings": "4"}, 0),
        ("Matrix", {"NumStrings": "-4", "NodesPerString": "10"}, 0),
    ],
)
def test_nodes_of_every_type(kind: str, attributes: dict[str, str], nodes: int) -> None:
    assert node_count(element(kind, **attributes)) == nodes


@pytest.mark.parametrize(
    ("text", "per_node", "channels", "order"),
    [
        ("RGB Nodes", True, 3, "RGB"), ("GRB Nodes", True, 3, "GRB"), ("GRBW Nodes", True, 4, "GRBW"),
        ("WRGB Nodes", True, 4, "WRGB"), ("RGBWW Nodes", True, 5, "RGBWW"), ("Node Single Color", True, 1, ""),
        ("3 Channel RGB", False, 3, "RGB"), ("4 Channel RGBW", False, 4, "RGBW"), ("4 Channel WRGB", False, 4, "WRGB"),
        ("Single Color Red", False, 1, ""), ("Strobes White 3fps", False, 1, ""), ("Superstring", False, 1, ""),
    ],
)  # fmt: skip
def test_string_types(text: str, per_node: bool, channels: int, order: str) -> None:
    found = string_type(element("Tree", text))
    assert (found.per_node, found.channels, found.order) == (per_node, channels, order)
    assert is_known_string_type(text)


@pytest.mark.parametrize("text", ["Rainbow", "XYZ Nodes", "rgb nodes"])
def test_an_unknown_string_type_counts_as_three_channels_for_the_whole_string(text: str) -> None:
    assert not is_known_string_type(text)
    assert channel_count(element("Single Line", text, NumStrings="2", NodesPerString="50")) == 6


def test_a_superstring_has_a_channel_per_colour() -> None:
    colours = {f"SuperStringColour{index}": "#FFFFFF" for index in range(3)}
    assert channel_count(element("Single Line", "Superstring", NumStrings="1", NodesPerString="9", **colours)) == 3


def test_numbers_left_out_of_a_custom_model_keep_their_channels() -> None:
    custom = element("Custom", CustomModel="1,2,;,5,-1")
    assert custom_node_numbers(custom) == {1, 2, 5}
    assert (node_count(custom), channel_count(custom)) == (3, 15)


def test_counts_that_would_need_terabytes_are_bounded() -> None:
    huge = element("Matrix", NumStrings="99999999", NodesPerString="99999999")
    assert node_count(huge) == MAX_NODES
    assert channel_count(element("Custom", CustomModel="999999999")) <= 3 * MAX_NODES


def test_strands_a_sequence_can_address() -> None:
    assert strand_count(element("Tree", NumStrings="16", StrandsPerString="2")) == 32
    assert strand_count(element("Custom")) is None
