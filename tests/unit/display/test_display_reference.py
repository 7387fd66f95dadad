"""Every model and group of the shared shows against what xLights itself resolves them to."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from twinklr.core.display import buffers_of, read_display

pytestmark = pytest.mark.reference

SHOWS = ("ac_2016", "car_v5", "large_v7", "one_matrix_cc0", "singing_v7", "small_v5", "suburban_2026")


def rows_of(folder: Path) -> list[dict[str, str]]:
    path = folder / "models_as_xlights_resolves_them.csv"
    with (path if path.is_file() else folder / "models.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def folders(reference: Path) -> list[Path]:
    return [*(reference / "shows" / show for show in SHOWS), reference / "reference" / "effects"]


@pytest.mark.parametrize("index", range(len(SHOWS) + 1))
def test_models_are_what_xlights_makes_of_them(reference: Path, index: int) -> None:
    folder = folders(reference)[index]
    display = read_display(folder)
    rows = [row for row in rows_of(folder) if row["type"] != "ModelGroup"]
    assert [row["name"] for row in rows] == sorted(prop.name for prop in display.props)
    for row in rows:
        prop = display.prop(row["name"])
        buffer = buffers_of(display, prop.name)[0]
        found = (prop.first_channel + 1, prop.channel_count, prop.node_count, buffer.width, buffer.height)
        columns = ("first_channel", "channels", "nodes", "buffer_wi", "buffer_ht")
        assert found == tuple(int(row[column]) for column in columns), prop.name


@pytest.mark.parametrize("index", range(len(SHOWS) + 1))
def test_group_buffers_are_what_xlights_makes_of_them(reference: Path, index: int) -> None:
    folder = folders(reference)[index]
    display = read_display(folder)
    for row in rows_of(folder):
        if row["type"] != "ModelGroup":
            continue
        name = row["name"]
        buffer = buffers_of(display, name)[0]
        wanted = (int(row["buffer_wi"]), int(row["buffer_ht"]))
        single = buffers_of(display, name, style="Single Line")[0]
        assert len(single.node) == int(row["nodes"]), name
        assert (buffer.width, buffer.height) == wanted, name


def test_group_channels_span_their_members(reference: Path) -> None:
    for folder in folders(reference):
        display = read_display(folder)
        for row in rows_of(folder):
            nodes = buffers_of(display, row["name"], style="Single Line")[0].node
            group = display.group(row["name"]) if row["type"] == "ModelGroup" else None
            switched_off = group is not None and not all(
                display.prop(name.split("/")[0]).active for name in group.members if not display.has_group(name)
            )
            # xLights counts the channels of members that are switched off, though it gives them no nodes.
            if group is not None and len(nodes) and not switched_off:
                assert int(display.node_channel[nodes].min()) + 1 == int(row["first_channel"]), row["name"]


def test_a_show_of_2016_stands_in_its_preview(reference: Path) -> None:
    display = read_display(reference / "shows" / "ac_2016")
    width, height = display.preview_size
    low, high = display.node_xyz.min(axis=0), display.node_xyz.max(axis=0)
    assert (low >= 0).all()
    assert high[0] <= width
    assert high[1] <= height
    middle = {prop.name: prop.points.mean(axis=0) for prop in display.props}
    assert middle["L Window"][0] < middle["R Window"][0]
    assert middle["Upper Gutters"][1] > middle["Main"][1] > middle["Floods"][1]
    assert any("2016" in finding for finding in display.findings)


@pytest.mark.parametrize("folder", [*(f"shows/{show}" for show in SHOWS), "reference/effects", "reference/bench_show"])
def test_every_shared_folder_reads_whole(reference: Path, folder: str) -> None:
    display = read_display(reference / folder)
    for prop in display.props:
        nodes = prop.buffer.node - prop.first_node
        assert set(np.unique(nodes)) == set(range(prop.node_count))
        assert len(prop.points) == len(prop.buffer.node)
    assert np.isfinite(display.node_xyz).all()
    last = display.node_channel.max() if display.node_count else 0
    assert last < display.channel_count


def test_bench_show_has_its_documented_size(reference: Path) -> None:
    display = read_display(reference / "reference" / "bench_show")
    assert len(display.props) == 46
    assert display.channel_count == 52_200
