from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.xlights import channel_count, node_count, read_layout, read_networks, resolve_start_channels
from unit.xlights.layouts import layout, model, networks


@pytest.mark.parametrize(
    ("start", "channel"),
    [
        ("1", 0), ("151", 150), ("!Main:1", 0), ("!Off:3", 1022), ("!Roof:31", 1150), (">Base:1", 40),
        ("<Base:4", 43), ("@Base:1", 10), ("@Base:7", 16), ("#6:1", 510), ("#5:2", 1), ("#10.0.0.7:5:1", 1120),
        ("2:1", 510), ("3:5", 1024), (" 7 ", 6), (">Base", 40),
    ],
)  # fmt: skip
def test_every_form_of_a_start_channel(start: str, channel: int) -> None:
    starts = resolve_start_channels(layout(model("Base", "11"), model("M", start)), networks())
    assert starts.findings == ()
    assert starts.first["M"] == channel


@pytest.mark.parametrize(
    "start",
    [
        "",
        "x",
        "!Nobody:1",
        ">Nobody:1",
        "@Nobody:1",
        "#99:1",
        "#1",
        "#a:b",
        "99:1",
        "!Main:",
        "-5",
        "9" * 30,
        "999999999",
        "!Main:0",
    ],
)
def test_what_cannot_be_resolved_lands_at_the_first_channel_and_so_does_what_hangs_on_it(start: str) -> None:
    starts = resolve_start_channels(layout(model("M", start), model("N", ">M:1")), networks())
    assert starts.first == {"M": 0, "N": 0}
    assert [finding.code for finding in starts.findings] == ["start-channel-unresolved"] * 2
    assert "'M'" in starts.findings[0].where


def test_a_cycle_is_reported_once_with_its_path() -> None:
    models = (model("A", ">C:1"), model("B", ">A:1"), model("C", ">B:1"), model("D", "@C:1"), model("E", ">E:1"))
    starts = resolve_start_channels(layout(*models), networks())
    cycles = [finding.what for finding in starts.findings if finding.code == "start-channel-cycle"]
    assert cycles == [
        "start channels go in a circle: A > C > B > A",
        "start channels go in a circle: E > E",
    ]
    assert set(starts.first) == {"A", "B", "C", "D", "E"}


def test_strings_may_have_start_channels_of_their_own() -> None:
    many = model("M", "1", NumStrings=2, Advanced=1, String1=">Base:1", String2="@Base:1")
    starts = resolve_start_channels(layout(many, model("Base", "101"), model("After", ">M:1")), networks())
    assert starts.strings["M"] == (130, 100)
    assert starts.first["M"] == 100
    assert starts.last["M"] == 159
    assert starts.first["After"] == 160


def test_of_two_models_with_one_name_the_later_counts() -> None:
    starts = resolve_start_channels(layout(model("M", "5"), model("M", "9")), networks())
    assert starts.first == {"M": 8}


@given(st.permutations(range(40)))
def test_chains_resolve_the_same_in_any_order(order: list[int]) -> None:
    chain = [model("0", "1"), *(model(str(index), f">{index - 1}:1") for index in range(1, 40))]
    starts = resolve_start_channels(layout(*(chain[index] for index in order)), networks())
    assert all(starts.first[str(index)] == 30 * index for index in range(40))
    assert starts.findings == ()


def test_a_chain_of_thousands_needs_no_deep_stack() -> None:
    chain = [model(str(index), f">{index + 1}:1") for index in range(5000)]
    starts = resolve_start_channels(layout(*chain, model("5000", "1")), networks())
    assert starts.first["0"] == 150_000


@pytest.mark.reference
@pytest.mark.parametrize(
    "folder",
    [
        "shows/ac_2016", "shows/car_v5", "shows/large_v7", "shows/one_matrix_cc0", "shows/singing_v7",
        "shows/small_v5", "shows/suburban_2026", "reference/effects",
    ],
)  # fmt: skip
def test_models_are_where_xlights_puts_them(reference: Path, folder: str) -> None:
    """First channel, channels and nodes of every model equal what xLights itself makes of the folder."""
    found = read_layout(reference / folder)
    starts = resolve_start_channels(found, read_networks(reference / folder))
    models = {element.name: element for element in found.models}
    name = "models.csv" if folder == "reference/effects" else "models_as_xlights_resolves_them.csv"
    with (reference / folder / name).open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["type"] != "ModelGroup"]
    wanted = {row["name"]: (int(row["first_channel"]), int(row["channels"]), int(row["nodes"])) for row in rows}
    got = {
        name: (starts.first[name] + 1, channel_count(element), node_count(element)) for name, element in models.items()
    }
    assert wanted
    assert got == wanted
    assert starts.findings == ()
