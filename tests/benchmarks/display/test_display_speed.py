"""How long a display of 250,000 nodes takes to read, against lxml's bare parse of the same file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from twinklr.cli.main import main
from twinklr.core.display import buffers_of, display_groups, read_display
from unit.display.display_fixtures import model, write_show

pytestmark = pytest.mark.benchmark


def seconds(action: Callable[[], object]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def large_show(folder: Path) -> Path:
    """250,000 nodes: matrices, trees, arches, lines, and custom models with submodels, in nested groups."""
    models, channel = [], 1

    def add(name: str, kind: str, nodes: int, inner: str = "", **attributes: str) -> None:
        nonlocal channel
        models.append(model(name, kind, inner, StartChannel=str(channel), **attributes))
        channel += 3 * nodes

    for i in range(10):
        add(f"Matrix {i}", "Matrix", 10_000, NumStrings="100", NodesPerString="100", Vertical="true")
    for i in range(20):
        add(f"Tree {i}", "Tree", 3_200, NumStrings="32", NodesPerString="100", WorldPosX=str(i * 60))
    for i in range(200):
        add(f"Arch {i}", "Arches", 100, NumArches="1", NodesPerArch="100", WorldPosX=str(i * 10))
    for i in range(160):
        add(f"Line {i}", "Single Line", 100, NumStrings="1", NodesPerString="100", WorldPosY=str(i))
    rings = "".join(f'<subModel name="Ring {k}" type="ranges" line0="{k * 20 + 1}-{k * 20 + 20}"/>' for k in range(25))
    for i in range(100):
        cells = ";".join(f"{k + 1},{k // 50},{k % 50}" for k in range(500))
        add(f"Flake {i}", "Custom", 500, rings, CustomModelCompressed=cells, CustomWidth="50", CustomHeight="10")
    groups = {f"{kind}s": ",".join(f"{kind} {i}" for i in range(n)) for kind, n in
              (("Matrix", 10), ("Tree", 20), ("Arch", 200), ("Line", 160), ("Flake", 100))}  # fmt: skip
    groups["All"] = ",".join(groups)
    write_show(folder, models, groups)
    networks = '<Networks><Controller Name="Main"><network MaxChannels="750000"/></Controller></Networks>'
    (folder / "xlights_networks.xml").write_text(networks)
    return folder


def test_inspecting_grows_no_faster_than_the_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    took = {}
    for count in (5_000, 50_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        kinds = (
            ("Arch", "Arches", {"NumArches": "1", "NodesPerArch": "5"}),
            ("Star", "Star", {"NumStrings": "1", "NodesPerString": "5", "StarPoints": "5"}),
            ("Tree", "Tree", {"NumStrings": "2", "NodesPerString": "3"}),
            ("Roof", "Single Line", {"NumStrings": "1", "NodesPerString": "5"}),
        )
        models = []
        for index in range(count):
            name, kind, counts = kinds[index % len(kinds)]
            place = {"WorldPosX": str(index * 37 % 4001), "WorldPosY": str(index * 91 % 2003)}
            models.append(model(f"{name} {index}", kind, StartChannel=str(1 + 18 * index), **counts, **place))
        groups = {
            name: ",".join(f"{name} {index}" for index in range(offset, count, len(kinds)))
            for offset, (name, _, _) in enumerate(kinds)
        }
        write_show(folder, models, {f"All {name}s": members for name, members in groups.items()})
        start = time.process_time()
        assert main(["inspect", str(folder), "--draw", str(folder / "house.png")]) == 0
        took[count] = time.process_time() - start
    capsys.readouterr()
    print(f"\ninspect with a drawing: {', '.join(f'{n} models {s:.2f} s' for n, s in took.items())}")
    assert took[50_000] < 10.0
    assert took[50_000] < 14.0 * took[5_000]


def test_a_quarter_of_a_million_nodes_in_under_three_seconds(tmp_path: Path) -> None:
    folder = large_show(tmp_path)
    display = read_display(folder)
    assert display.node_count == 250_000
    path = str(folder / "xlights_rgbeffects.xml")
    floor = seconds(lambda: etree.parse(path))
    read = seconds(lambda: read_display(folder))
    group = seconds(lambda: buffers_of(read_display(folder), "All")) - read
    planned = seconds(lambda: display_groups(display))
    size = Path(path).stat().st_size / 1e6
    print(f"\nread {read:.2f} s, bare parse of {size:.1f} MB {floor:.3f} s (ratio {read / floor:.0f})")
    print(f"buffer of all {group:.2f} s, groups to plan for {planned:.3f} s")
    assert read < 3.0
    assert group < 3.0
