"""Roles against a table of labels made by looking at the drawings of the shared shows."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from twinklr.core.display import Prop, Role, read_display
from twinklr.core.display.naming import named_roles, says_unused, words_of
from unit.display.display_fixtures import model, write_show

LABELS: dict[str, dict[Role, str]] = {
    "ac_2016": {
        Role.WINDOW: "? Window",
        Role.ROOF_LINE: "Upper Gutters",
        Role.OUTLINE: "Main|Pathway",
        Role.FLOOD: "Floods",
        Role.PROP: "Deer|Indoor|Lower Specials",
    },
    "car_v5": {Role.PROP: "*"},  # lamps, doors and windows of a car: points of light, no part of a house
    "large_v7": {
        Role.MEGA_TREE: "GigaTree",
        Role.TREE: "North Tree *",
        Role.STAR: "TreeTopper",
        Role.ICICLE: "Pixicle *",
        Role.FLOOD: "Spot *",
        Role.PROP: "Gift Box *",
        # Rows of lights along fences, trellises and through a tunnel.
        Role.OUTLINE: "[A-K][0-9]*|E-Trellis-*|Tunnel *",
    },
    "one_matrix_cc0": {Role.MATRIX: "Matrix", Role.OUTLINE: "LED Strip"},
    "singing_v7": {
        Role.MEGA_TREE: "MegaTree|MegaTreeRT",
        Role.TREE: "MiniTreeB*",
        Role.STAR: "MiniTreeS*|MegaTree?TStar|CoroStar*",
        Role.MATRIX: "Window??|House_Grid|Bush_New",
        Role.ARCH: "Arch?",
        Role.ROOF_LINE: "House Roof|Guarge Line",
        Role.OUTLINE: "House Left|HouseShort|Guarge Right",
        Role.SPINNER: "Garage Poinsettia ??",
        Role.WREATH: "Garage PPD Wreath",
        Role.SNOWFLAKE: "Garage Light ?T",  # six arms around a ring
        Role.PROP: "Star Field",  # points strewn over the lawn
    },
    "small_v5": {
        Role.MEGA_TREE: "Tree",
        Role.MATRIX: "Panel",
        Role.ARCH: "Archs",
        Role.ROOF_LINE: "Awnings-*|Garage",
        Role.DOOR: "Garage Double|Garage Single",
        Role.STAR: "Star",
        Role.SNOWFLAKE: "*now?lake*",
        Role.FACE: "Pierre Chromabulb",
    },
    "suburban_2026": {
        Role.MEGA_TREE: "Mega Tree",
        Role.TREE: "Tree ?|Spiral Tree ?",
        Role.MATRIX: "Matrix|Matrix Video|Lyrics Matrix*",
        Role.ARCH: "Arch ?",
        Role.CANE: "Cane ?",
        Role.WINDOW: "?? Window*",
        Role.OUTLINE: "?? Matrix *|?? Pergola *|?? Garage *",
        Role.STAR: "Star ?|TreeStar ?|Mega Topper",
        Role.SNOWFLAKE: "Snowflake*",
        Role.SPINNER: "Spinner Prop",
        Role.ICICLE: "?? Icicles ?",
        Role.FACE: "Singing *",
        Role.MOVING_HEAD: "MH-?",
        Role.FLOOD: "FloodLight?",
        Role.PROP: "Pixel Forest ?|Ribbon",
    },
}
"""Show -> role -> patterns of model names, by what the drawing shows."""

MISSES = {
    ("singing_v7", "Garage Light LT"): "a custom model named for its place, in groups named likewise, no submodels",
    ("singing_v7", "Garage Light RT"): "a custom model named for its place, in groups named likewise, no submodels",
    (
        "singing_v7",
        "Guarge Line",
    ): "a misspelt line in no group named for a roof: only its place shows that it is the eaves",
    ("small_v5", "Garage"): "a line called Garage: only its height above the doors shows that it is the eaves",
}
"""(show, model) -> why the guess is wrong."""


def label_of(show: str, prop: Prop) -> Role:
    found = [
        role
        for role, patterns in LABELS[show].items()
        if any(fnmatchcase(prop.name, pattern) for pattern in patterns.split("|"))
    ]
    assert len(found) == 1, f"{prop.name} has {len(found)} labels"
    return found[0]


@pytest.mark.reference
def test_roles_of_the_shared_shows(reference: Path) -> None:
    wrong, total = [], 0
    for show in LABELS:
        for prop in read_display(reference / "shows" / show).props:
            total += 1
            if prop.role.role is not label_of(show, prop):
                wrong.append((show, prop.name))
    assert total == 500
    assert sorted(wrong) == sorted(MISSES), "every miss is explained, and no explanation is out of date"
    assert 1.0 - len(wrong) / total > 0.95


@pytest.mark.reference
@pytest.mark.parametrize("show", [show for show in LABELS if show != "car_v5"])
def test_roles_of_each_show(reference: Path, show: str) -> None:
    props = read_display(reference / "shows" / show).props
    right = sum(prop.role.role is label_of(show, prop) for prop in props)
    assert right / len(props) > 0.9
    assert all(0.0 < prop.role.confidence <= 1.0 and prop.role.reason for prop in props)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("02.16.0Grp Arches", ["grp", "arch"]),
        ("GRP_MiniTreesLeft", ["grp", "mini", "tree", "left"]),
        ("CandyCANE-07", ["candy", "cane"]),
        ("Glass boxes", ["glass", "box"]),
    ],
)
def test_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_the_last_word_tells_what_a_thing_is() -> None:
    assert [role for role, _ in named_roles("Mega Tree Star")] == [Role.MEGA_TREE, Role.STAR]
    assert named_roles("Left 12") == []


@pytest.mark.parametrize("name", ["OLD DON'T USE", "dont use", "do not use me", "Arch (unused)", "NOT USED"])
def test_names_of_what_is_not_used(name: str) -> None:
    assert says_unused(name)


@pytest.mark.parametrize(
    ("kind", "name", "attributes", "role"),
    [
        ("Single Line", "Cane 3", {"NodesPerString": "18"}, Role.CANE),
        ("Single Line", "Eave left", {"NodesPerString": "50"}, Role.ROOF_LINE),
        ("Single Line", "Channel 7", {"NodesPerString": "50"}, Role.OUTLINE),
        ("Single Line", "Matrix frame top", {"NodesPerString": "50"}, Role.OUTLINE),
        ("Matrix", "Roof 1x100", {"NumStrings": "1", "NodesPerString": "100"}, Role.ROOF_LINE),
        ("Matrix", "Mega Tree", {"NumStrings": "16", "NodesPerString": "50"}, Role.MEGA_TREE),
        ("Tree", "T1", {"NumStrings": "16", "NodesPerString": "50"}, Role.MEGA_TREE),
        ("Tree", "Mini Tree 1", {"NumStrings": "16", "NodesPerString": "50"}, Role.TREE),
        ("Star", "Mini Tree 1 top", {"NumStrings": "1", "NodesPerString": "20"}, Role.STAR),
        ("Window Frame", "W", {"TopNodes": "9", "SideNodes": "9", "BottomNodes": "9"}, Role.WINDOW),
        ("DmxMovingHead", "X", {"DmxChannelCount": "8"}, Role.MOVING_HEAD),
        ("DmxGeneral", "Flood 1", {"DmxChannelCount": "8"}, Role.FLOOD),
        ("Custom", "Reindeer", {"CustomModel": "1,,,,2;,,3,,;,,,,;,4,,5,"}, Role.PROP),
        ("Custom", "P", {"CustomModel": "1,2,3,4;5,6,7,8;9,10,11,12;13,14,15,16"}, Role.MATRIX),
        ("Custom", "Thing", {"CustomModel": "1,,,,2;,,3,,;,,,,;,4,,5,"}, Role.PROP),
    ],
)
def test_roles_by_type_and_name(tmp_path: Path, kind: str, name: str, attributes: dict[str, str], role: Role) -> None:
    display = read_display(write_show(tmp_path, [model(name, kind, **attributes)]))
    assert display.props[0].role.role is role


def test_parts_and_groups_tell_where_the_name_does_not(tmp_path: Path) -> None:
    parts = "".join(f'<subModel name="Spoke {i}" type="ranges" line0="{i + 1}"/>' for i in range(4))
    grid = "1,,,,2;,,3,,;,,,,;,4,,5,"
    models = [
        model("Thing", "Custom", inner=parts, CustomModel=grid),
        model("Whatsit", "Custom", CustomModel=grid),
        model("Line 9", "Single Line", NodesPerString="9"),
        model("Other", "Single Line", NodesPerString="9"),
    ]
    groups = {"Snowflakes": "Whatsit", "Roof": "Line 9"}
    roles = {prop.name: prop.role for prop in read_display(write_show(tmp_path, models, groups)).props}
    assert roles["Thing"].role is Role.SPINNER
    assert roles["Whatsit"].role is Role.SNOWFLAKE
    assert roles["Line 9"].role is Role.ROOF_LINE
    assert roles["Whatsit"].confidence < roles["Line 9"].confidence < 0.8
