"""How fast files are read and written, with lxml's bare parse as the floor. Run: ``pytest -m benchmark -s``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from numpy.typing import NDArray

from twinklr.core.xlights import (
    Compression,
    Effect,
    EffectLayer,
    FseqOptions,
    Networks,
    Row,
    Sequence,
    check_sequence,
    effect_names,
    node_count,
    read_fseq,
    read_layout,
    read_sequence,
    resolve_start_channels,
    write_fseq,
    write_sequence,
)

pytestmark = pytest.mark.benchmark

CHANNELS = 50_000
CHUNK = np.random.default_rng(0).integers(0, 256, (200, CHANNELS), dtype=np.uint8)
CHUNK[:, CHANNELS // 4 :] = 0  # real frames are dark for the most part


def best_of(times: int, run: Callable[[], object]) -> float:
    """Seconds of one core that the quickest of some runs took, whatever else the machine was doing."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        run()
        taken.append(time.process_time() - started)
    return min(taken)


def large_sequence() -> Sequence:
    """100 rows of 250 effects with 700 settings and 200 palettes among them."""
    names = effect_names()
    rows = []
    for number in range(100):
        effects = tuple(
            Effect(
                names[(number + index) % len(names)],
                index * 1000,
                index * 1000 + 950,
                f"E_SLIDER_X={number * index % 700},B_SLIDER_Blur={index % 3}",
                f"C_BUTTON_Palette1=#0000{index % 200:02X},C_CHECKBOX_Palette1=1",
            )
            for index in range(250)
        )
        rows.append(Row(f"Model {number}", (EffectLayer(effects),)))
    return Sequence(25, 250_000, tuple(rows))


def large_layout(path: Path) -> None:
    """100 custom models of 2,500 nodes, each chained to the one before."""
    cells = ";".join(f"{node + 1},{node // 50},{node % 50}" for node in range(2500))
    models = "".join(
        f'<model name="M{index}" DisplayAs="Custom" StringType="RGB Nodes" versionNumber="8"'
        f' StartChannel="{f"&gt;M{index - 1}:1" if index else "1"}" CustomModelCompressed="{cells}"/>'
        for index in range(100)
    )
    path.write_text(f"<xrgb><models>{models}</models></xrgb>")


def test_a_sequence_of_25000_effects(tmp_path: Path) -> None:
    path = tmp_path / "large.xsq"
    written = best_of(1, lambda: write_sequence(large_sequence(), path))
    read = best_of(5, lambda: read_sequence(path))
    floor = best_of(5, lambda: etree.parse(path))
    print(f"\n25,000 effects: write {written:.3f} s, read {read:.3f} s, {read / floor:.1f} times lxml's {floor:.3f} s")
    assert read < 1.0


@pytest.mark.reference
def test_a_real_sequence_is_checked(reference: Path) -> None:
    path = reference / "sequences" / "large_v7_dense_song.xsq"
    layout = read_layout(reference / "shows" / "large_v7")
    taken = best_of(3, lambda: check_sequence(path, layout, Networks(None)))
    print(f"\n{path.name}: checked in {taken:.3f} s")
    assert taken < 1.0


def test_a_layout_of_250000_nodes(tmp_path: Path) -> None:
    path = tmp_path / "xlights_rgbeffects.xml"
    large_layout(path)
    read = best_of(3, lambda: read_layout(path))
    floor = best_of(3, lambda: etree.parse(path))
    layout = read_layout(path)
    assert sum(map(node_count, layout.models)) == 250_000
    resolved = best_of(3, lambda: resolve_start_channels(layout, Networks(None)))
    print(f"\n250,000 nodes: read {read:.3f} s ({read / floor:.1f} times lxml), start channels {resolved:.3f} s")
    assert read + resolved < 3.0


def chunks(count: int) -> Iterator[NDArray[np.uint8]]:
    return (CHUNK for _ in range(count))


@pytest.mark.parametrize("compression", ["none", "zstd", "zlib"])
def test_frames_per_second(tmp_path: Path, compression: Compression) -> None:
    """Written to memory where the system has it, because a disk's ``fsync`` is not ours to measure."""
    memory = Path("/dev/shm")
    path = (memory if memory.is_dir() else tmp_path) / "twinklr-benchmark.fseq"
    number = 2 if compression == "zlib" else 20
    size = number * CHUNK.nbytes / 1e6
    options = FseqOptions(compression=compression)

    def write() -> None:
        write_fseq(path, chunks(number), CHANNELS, 25, frame_count=200 * number, options=options, overwrite=True)

    def read() -> None:
        with read_fseq(path) as fseq:
            for _ in fseq.blocks():
                pass

    try:
        written, taken = best_of(3, write), best_of(3, read)
    finally:
        path.unlink(missing_ok=True)
    print(f"\n{compression}: write {size / written:.0f} MB/s, read {size / taken:.0f} MB/s")
    if compression == "none":
        assert size / written > 500
        assert size / taken > 500


@pytest.mark.reference
def test_zstd_levels_on_rendered_frames(reference: Path) -> None:
    """What `ZSTD_LEVEL` is chosen by."""
    import zstandard

    frames = []
    for path in sorted((reference / "reference" / "effects").glob("effect_*.fseq")):
        with read_fseq(path) as fseq:
            frames.append(fseq.frames())
    total = sum(block.nbytes for block in frames)
    for level in (-5, 1, 3, 6):
        compressor = zstandard.ZstdCompressor(level=level)
        size = 0
        started = time.process_time()
        for block in frames:
            size += sum(len(compressor.compress(block[at : at + 17].tobytes())) for at in range(0, len(block), 17))
        speed = total / (time.process_time() - started) / 1e6
        print(f"\nlevel {level}: {total / size:.2f} times smaller at {speed:.0f} MB/s")
        assert size < total
