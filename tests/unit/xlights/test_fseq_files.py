from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from twinklr.core.errors import InputError, OutputError
from twinklr.core.xlights import FseqHeader, FseqOptions, VariableHeader, read_fseq, write_fseq
from twinklr.core.xlights.fseq_header import header_bytes
from twinklr.core.xlights.fseq_writer import block_plan

Frames = NDArray[np.uint8]
KINDS = [
    FseqOptions((1, 0), "none"),
    FseqOptions((2, 0), "none"),
    FseqOptions((2, 0), "zstd"),
    FseqOptions((2, 1), "zlib"),
    FseqOptions((2, 2), "zstd"),
    FseqOptions((2, 2), "none", headers=(VariableHeader("FC", b"play\0"), VariableHeader("XR", b"r" * 99, True))),
    FseqOptions((2, 2), "zstd", headers=(VariableHeader("XR", b"r" * 99, True), VariableHeader("XN", b"n", True))),
]


def noise(count: int, channels: int, seed: int = 0) -> Frames:
    return np.random.default_rng(seed).integers(0, 256, (count, channels), dtype=np.uint8)


def same_header(path: Path, other: Path) -> bool:
    """Whether the bytes before the frames are equal but for compressed lengths and places of extended headers."""
    heads = []
    for file in (path, other):
        with read_fseq(file) as fseq:
            data = bytearray(file.read_bytes()[: fseq.header.data_offset])
            for slot in range(fseq.header.block_slots):
                data[32 + 8 * slot + 4 : 32 + 8 * slot + 8] = bytes(4)
            at = 0
            while (at := data.find(b"ED", at)) >= 0:
                data[at + 4 : at + 12] = bytes(8)
                at += 16
            heads.append(bytes(data))
    return heads[0] == heads[1]


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("count", [1, 10, 11, 300])
def test_every_kind_of_file_reads_back(options: FseqOptions, count: int, tmp_path: Path) -> None:
    frames = noise(count, 400)
    path = tmp_path / "a.fseq"
    written = write_fseq(path, frames, 400, 25, media_file="song.mp3", options=options)
    with read_fseq(path) as fseq:
        assert np.array_equal(fseq.frames(), frames)
        assert (fseq.frame_count, fseq.channel_count, fseq.frame_ms) == (count, 400, 25)
        assert (fseq.header.media_file, fseq.header.producer) == ("song.mp3", "Twinklr")
        assert fseq.header.headers[-len(options.headers) :] == options.headers or not options.headers
        assert fseq.header.unique_id == written.unique_id
        assert fseq.header.duration_ms == count * 25
        for start, stop in ((0, 1), (9, 12), (count - 1, count), (5, 5), (count, count + 9)):
            assert np.array_equal(fseq.frames(start, stop), frames[start:stop])
        blocks = list(fseq.blocks(chunk_bytes=4000))
        assert np.array_equal(np.concatenate([block for _, block in blocks]), frames)
        assert max(len(block) for _, block in blocks) <= 10
    again = tmp_path / "b.fseq"
    write_fseq(again, frames, 400, 25, options=FseqOptions.like(written))
    assert again.read_bytes() == path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(
    options=st.sampled_from(KINDS), lengths=st.lists(st.integers(0, 40), max_size=5), channels=st.integers(1, 90),
    counted=st.booleans(),
)  # fmt: skip
def test_frames_may_come_in_chunks_of_any_length(
    options: FseqOptions, lengths: list[int], channels: int, counted: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frames = noise(sum(lengths), channels)
    cuts = np.cumsum(lengths)[:-1] if lengths else []
    folder = tmp_path_factory.mktemp("chunks")
    whole, pieces = folder / "whole.fseq", folder / "pieces.fseq"
    write_fseq(whole, frames, channels, 50, options=options)
    count = len(frames) if counted else None
    write_fseq(pieces, iter(np.split(frames, cuts)), channels, 50, frame_count=count, options=options)
    assert pieces.read_bytes() == whole.read_bytes()
    with read_fseq(whole) as fseq:
        assert fseq.channel_count == -(-channels // 4) * 4
        assert np.array_equal(fseq.frames()[:, :channels], frames)
        assert not fseq.frames()[:, channels:].any()


@pytest.mark.parametrize("compression", ["none", "zstd", "zlib"])
def test_sparse_files_hold_only_their_ranges(compression: str, tmp_path: Path) -> None:
    frames = noise(30, 100)
    options = FseqOptions(compression=compression, ranges=((5, 3), (90, 10)))  # type: ignore[arg-type]
    header = write_fseq(tmp_path / "s.fseq", frames, 100, 25, options=options)
    wanted = np.zeros_like(frames)
    wanted[:, 5:8], wanted[:, 90:] = frames[:, 5:8], frames[:, 90:]
    assert header.stored_channels == 13
    with read_fseq(tmp_path / "s.fseq") as fseq:
        assert np.array_equal(fseq.frames(), wanted)
        assert np.array_equal(fseq.frames(stored=True), np.delete(frames, [*range(5), *range(8, 90)], axis=1))


def test_a_player_starts_at_once_and_the_table_is_xlights_own(tmp_path: Path) -> None:
    header = write_fseq(tmp_path / "a.fseq", noise(720, 3864), 3864, 50)
    assert [first for first, _ in header.blocks[:3]] == [0, 10, 27]
    assert header.block_slots == 45
    assert block_plan(1200, 3572, 255) == (18, 69)
    for frames, channels in ((1, 4), (7200, 250_000), (100_000, 4), (9, 1_000_000)):
        per_block, slots = block_plan(frames, channels, 255)
        assert slots <= 255
        assert -(-max(0, frames - 10) // per_block) + 1 <= slots


@pytest.mark.parametrize(("version", "most"), [((2, 0), 255), ((2, 2), 4095)])
def test_tables_of_more_than_255_blocks_need_version_2_1(version: tuple[int, int], most: int, tmp_path: Path) -> None:
    frames = np.repeat(np.arange(4000, dtype=np.uint16).astype(np.uint8)[:, None], 8192, axis=1)
    header = write_fseq(tmp_path / "a.fseq", frames, 8192, 25, options=FseqOptions(version))
    assert 200 < header.block_slots <= most
    assert (header.block_slots > 255) == (most > 255)
    with read_fseq(tmp_path / "a.fseq") as fseq:
        assert fseq.header.block_slots == header.block_slots
        assert np.array_equal(fseq.frames(3500, 3600), frames[3500:3600])


def test_equal_frames_give_equal_files_and_others_another_id(tmp_path: Path) -> None:
    one, other = noise(20, 40), noise(20, 40, seed=1)
    first = write_fseq(tmp_path / "1.fseq", one, 40, 25)
    second = write_fseq(tmp_path / "2.fseq", one, 40, 25)
    assert (tmp_path / "1.fseq").read_bytes() == (tmp_path / "2.fseq").read_bytes()
    assert first.unique_id == second.unique_id != write_fseq(tmp_path / "3.fseq", other, 40, 25).unique_id
    assert write_fseq(tmp_path / "4.fseq", one, 40, 25, options=FseqOptions(unique_id=7)).unique_id == 7


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_a_quarter_of_a_million_channels_stream_in_bounded_memory(compression: str, tmp_path: Path) -> None:
    channels, count = 250_000, 200  # 50 MB of frames

    def chunks() -> Iterator[Frames]:
        for index in range(count // 10):
            yield np.full((10, channels), index, np.uint8)

    path = tmp_path / "large.fseq"
    options = FseqOptions(compression=compression)  # type: ignore[arg-type]
    tracemalloc.start()
    write_fseq(path, chunks(), channels, 25, frame_count=count, options=options)
    with read_fseq(path) as fseq:
        total = sum(int(block[:, 0].sum()) for _, block in fseq.blocks())
        assert int(fseq.frames(155, 156)[0, 9]) == 15
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == sum(10 * index for index in range(count // 10))
    assert peak < 32_000_000


def damaged(tmp_path: Path, change: str) -> Path:
    """A file with one thing wrong."""
    path = tmp_path / "bad.fseq"
    kind = FseqOptions(compression="none") if change in ("short data", "frames") else FseqOptions()
    write_fseq(path, noise(100, 400), 400, 25, options=kind)
    data = bytearray(path.read_bytes())
    changes = {
        "magic": lambda: data.__setitem__(slice(0, 4), b"RIFF"),
        "effect file": lambda: data.__setitem__(slice(0, 4), b"ESEQ"),
        "version": lambda: data.__setitem__(7, 9),
        "short header": lambda: data.__delitem__(slice(20, None)),
        "short data": lambda: data.__delitem__(slice(-50, None)),
        "short blocks": lambda: data.__delitem__(slice(-50, None)),
        "frames": lambda: struct.pack_into("<I", data, 14, 0xFFFFFFFF),
        "terabytes": lambda: (struct.pack_into("<I", data, 14, 2**31), struct.pack_into("<I", data, 10, 2**31)),
        "step": lambda: data.__setitem__(18, 0),
        "offset": lambda: struct.pack_into("<H", data, 4, 65535),
        "compression": lambda: data.__setitem__(20, 7),
        "blocks": lambda: data.__setitem__(21, 255),
        "first frames": lambda: struct.pack_into("<I", data, 40, 0),
        "ranges": lambda: data.__setitem__(22, 1),
        "noise": lambda: data.__setitem__(slice(data[4] + data[5] * 256, None), b"x" * 40_000),
        "LFS": lambda: data.__setitem__(slice(None), b"version https://git-lfs.github.com/spec/v1\noid"),
        "empty": data.clear,
    }
    changes[change]()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "change",
    [
        "magic", "effect file", "version", "short header", "short data", "short blocks", "frames", "terabytes", "step",
        "offset",
        "compression", "blocks", "first frames", "ranges", "noise", "LFS", "empty",
    ],
)  # fmt: skip
def test_damaged_files_are_refused_in_one_line(change: str, tmp_path: Path) -> None:
    path = damaged(tmp_path, change)
    with pytest.raises(InputError, match=r"bad\.fseq") as caught, read_fseq(path) as fseq:
        fseq.frames()
    assert "\n" not in str(caught.value)


def test_blocks_that_lie_about_their_frames_take_no_memory(tmp_path: Path) -> None:
    zeros = zstandard.ZstdCompressor().compress(bytes(1_000_000))
    header = FseqHeader((2, 2), 1_000_000_000, 4, 25, "zstd", ((0, len(zeros)),))
    path = tmp_path / "bomb.fseq"
    path.write_bytes(header_bytes(header) + zeros)
    with read_fseq(path) as fseq, pytest.raises(InputError, match="data end at frame 0"):
        fseq.frames(0, 1)


@pytest.mark.parametrize("compression", ["none", "zstd", "zlib"])
@pytest.mark.parametrize(
    ("promised", "said"), [(101, "at frame 100 .expected 101 frames"), (2**32 - 1, "at frame 100 ")]
)
def test_a_header_that_promises_frames_that_are_not_there_is_found_out(
    compression: str, promised: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "long.fseq"
    write_fseq(path, noise(100, 400), 400, 25, options=FseqOptions(compression=compression))  # type: ignore[arg-type]
    with read_fseq(path) as fseq:
        fseq.check_length()
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 14, promised)
    path.write_bytes(data)
    with pytest.raises(InputError, match=said if compression != "none" else "cut short"), read_fseq(path) as fseq:
        fseq.check_length()


@pytest.mark.parametrize(("make", "said"), [(False, "no such file"), (True, "folder")])
def test_what_is_no_file_is_named(make: bool, said: str, tmp_path: Path) -> None:
    if make:
        (tmp_path / "x.fseq").mkdir()
    with pytest.raises(InputError, match=said):
        read_fseq(tmp_path / "x.fseq")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": FseqOptions((3, 0))}, "version"),
        ({"options": FseqOptions((1, 0), "zstd")}, "version 1"),
        ({"options": FseqOptions(ranges=((0, 41),))}, "ranges"),
        ({"frame_ms": 0}, "frame of 0 ms"),
        ({"frame_ms": 300}, "frame of 300 ms"),
        ({"channel_count": 41}, "frames are"),
        ({"channel_count": 0}, "no channels"),
    ],
)
def test_what_the_format_cannot_hold_is_refused_and_leaves_nothing(
    change: dict[str, object], said: str, tmp_path: Path
) -> None:
    given = {"channel_count": 40, "frame_ms": 25} | change
    with pytest.raises(OutputError, match=said):
        write_fseq(tmp_path / "a.fseq", noise(3, 40), **given)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_number_of_frames_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.fseq"
    path.write_text("old")
    with pytest.raises(OutputError, match="3 frames came"):
        write_fseq(path, iter([noise(3, 40)]), 40, 25, frame_count=4, overwrite=True)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.fseq"]


@pytest.mark.reference
def test_real_files_make_the_round_trip_with_equal_headers(reference: Path, tmp_path: Path) -> None:
    """Frames equal; header bytes equal but for compressed lengths and, with them, places of extended data."""
    sources = [*sorted((reference / "fseq").glob("*.fseq")), *sorted((reference / "reference").rglob("*.fseq"))]
    assert len(sources) > 40
    for source in sources:
        with read_fseq(source) as fseq:
            frames = fseq.frames()
            options = FseqOptions.like(fseq.header)
            path = tmp_path / "again.fseq"
            write_fseq(path, frames, fseq.channel_count, fseq.frame_ms, options=options, overwrite=True)
            with read_fseq(path) as again:
                assert np.array_equal(again.frames(), frames), source.name
                assert [block[0] for block in again.header.blocks] == [block[0] for block in fseq.header.blocks]
                assert again.header.headers == fseq.header.headers
        assert same_header(path, source), source.name
