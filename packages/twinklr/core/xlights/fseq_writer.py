"""Write rendered frames to an FSEQ file, frame by frame, in bounded memory and always with the same bytes."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import zstandard

from twinklr.core.errors import OutputError
from twinklr.core.xlights.files import atomic_file
from twinklr.core.xlights.fseq_header import Compression, FseqHeader, VariableHeader, header_bytes
from twinklr.core.xlights.fseq_reader import CHUNK_BYTES, Frames

BLOCK_BYTES = 64 * 1024
"""Raw frame data of one block, at least."""

FIRST_BLOCK_FRAMES = 10
"""Frames of the first block: few, so that a player starts at once."""

ZSTD_LEVEL = 1
"""By measurement over rendered frames: level 3 is 3 % smaller and 13 % slower, level 6 is 10 % smaller and takes four
times as long; a level below 1 is hardly faster and 15 % larger."""


@dataclass(frozen=True, slots=True)
class FseqOptions:
    """How a file is stored; the defaults are what current xLights and FPP read best.

    Attributes:
        version: (1, 0), (2, 0), (2, 1) or (2, 2). Tesla cars want (2, 0).
        compression: "zstd", "zlib" or "none"; version 1 knows "none" alone.
        level: Compression level; None for the measured default.
        ranges: First channel (0-based) and length of the ranges to store; empty stores all channels.
        unique_id: 64-bit number of the render; None derives it from the content, so that equal frames give equal files.
        producer: Program name in the file.
        headers: Further variable headers. If "mf" or "sp" is among them, that one counts.
        first_block_frames: Frames of the first compressed block.
    """

    version: tuple[int, int] = (2, 2)
    compression: Compression = "zstd"
    level: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    unique_id: int | None = None
    producer: str = "Twinklr"
    headers: tuple[VariableHeader, ...] = ()
    first_block_frames: int = FIRST_BLOCK_FRAMES

    @classmethod
    def like(cls, header: FseqHeader) -> FseqOptions:
        """Options that store frames as another file does, its variable headers and id included."""
        return cls(
            version=header.version,
            compression=header.compression,
            ranges=header.ranges,
            unique_id=header.unique_id,
            headers=header.headers,
            producer="",
        )


def write_fseq(
    path: str | Path,
    frames: Iterable[Frames],
    channel_count: int,
    frame_ms: int,
    *,
    media_file: str = "",
    frame_count: int | None = None,
    options: FseqOptions | None = None,
    overwrite: bool = False,
) -> FseqHeader:
    """Write frames to an FSEQ file, all or nothing.

    Args:
        path: Where to.
        frames: Chunks of uint8 ``(n, channel_count)`` in order, of any length, or one array of all frames.
        channel_count: Channels of a frame. Stored rounded up to a multiple of four, as xLights does.
        frame_ms: Length of a frame, 1 to 255 ms.
        media_file: Path of the song; players look for it by its name.
        frame_count: Number of frames in all. Without it the frames of an iterator pass through a temporary file,
            because the size of the block table must be known first.
        options: How to store them.
        overwrite: Whether a file of that name may be replaced.

    Returns:
        The header as written.

    Raises:
        OutputError: If the file is there already or cannot be written, or the frames do not fit what was said.
    """
    options = options or FseqOptions()
    path = Path(path)
    chunks: Iterable[Frames] = (frames,) if isinstance(frames, np.ndarray) else frames
    if isinstance(frames, np.ndarray):
        frame_count = len(frames)
    _check(options, channel_count, frame_ms, path)
    with atomic_file(path, overwrite=overwrite) as stream, ExitStack() as stack:
        if frame_count is None:
            spool = stack.enter_context(tempfile.TemporaryFile(dir=path.parent))
            frame_count, chunks = _spool(chunks, channel_count, spool, path)
        header = _start_header(options, channel_count, frame_count, frame_ms, media_file)
        stored = _stored_frames(chunks, channel_count, header, path)
        return _write(stream, stored, header, options, path)


def block_plan(frame_count: int, stored_channels: int, max_blocks: int) -> tuple[int, int]:
    """Frames of a block and places of the block table, as xLights lays them out.

    Blocks hold 64 KB of frames or more, ten frames at least; the table has some places to spare.

    Example:
        >>> block_plan(720, 3864, 255)
        (17, 45)
    """
    blocks = min(max(1, frame_count * stored_channels // BLOCK_BYTES), max_blocks)
    frames = max(FIRST_BLOCK_FRAMES, frame_count // blocks)
    while frame_count // frames + 1 > max_blocks - 2:
        frames += 1
    return frames, frame_count // frames + 3


def _check(options: FseqOptions, channel_count: int, frame_ms: int, path: Path) -> None:
    """Refuse what the format cannot hold."""
    problem = ""
    if options.version not in ((1, 0), (2, 0), (2, 1), (2, 2)):
        problem = f"FSEQ version {options.version} is unknown"
    elif options.version[0] == 1 and (options.compression != "none" or options.ranges):
        problem = "FSEQ version 1 knows neither compression nor channel ranges"
    elif not 1 <= frame_ms <= 255:
        problem = f"a frame of {frame_ms} ms does not fit FSEQ (1 to 255)"
    elif channel_count < 1:
        problem = "there are no channels"
    elif len(options.ranges) > 255 or any(
        first < 0 or length < 1 or first + length > channel_count for first, length in options.ranges
    ):
        problem = f"the channel ranges do not lie within {channel_count} channels"
    if problem:
        raise OutputError(problem, where=path)


def _start_header(
    options: FseqOptions, channel_count: int, frame_count: int, frame_ms: int, media_file: str
) -> FseqHeader:
    stored = sum(length for _, length in options.ranges) or -(-channel_count // 4) * 4
    given = {header.code for header in options.headers}
    headers: list[VariableHeader] = []
    for code, text in (("mf", media_file), ("sp", options.producer)):
        if text and code not in given:
            headers.append(VariableHeader(code, text.encode("utf-8") + b"\0"))
    slots = 0
    if options.compression != "none":
        slots = block_plan(frame_count, stored, _max_blocks(options))[1]
    return FseqHeader(
        version=options.version,
        stored_channels=stored,
        frame_count=frame_count,
        frame_ms=frame_ms,
        compression=options.compression,
        ranges=options.ranges,
        headers=(*headers, *options.headers),
        unique_id=options.unique_id or 0,
        block_slots=slots,
    )


def _max_blocks(options: FseqOptions) -> int:
    return 4095 if options.version >= (2, 1) else 255


def _spool(chunks: Iterable[Frames], channel_count: int, stream: BinaryIO, path: Path) -> tuple[int, Iterator[Frames]]:
    """Put frames of unknown number into a temporary file; give their number and read them back."""
    count = 0
    for chunk in chunks:
        checked = _checked(chunk, channel_count, path)
        stream.write(np.ascontiguousarray(checked).data)
        count += len(checked)
    return count, _read_back(stream, channel_count)


def _read_back(stream: BinaryIO, channel_count: int) -> Iterator[Frames]:
    stream.seek(0)
    rows = max(1, CHUNK_BYTES // channel_count)
    while data := stream.read(rows * channel_count):
        yield np.frombuffer(data, np.uint8).reshape(-1, channel_count)


def _checked(chunk: Frames, channel_count: int, path: Path) -> Frames:
    if chunk.ndim != 2 or chunk.shape[1] != channel_count or chunk.dtype != np.uint8:
        shape = f"{chunk.dtype} {chunk.shape}"
        raise OutputError(f"frames are {shape}", where=path, expected=f"uint8 (n, {channel_count})")
    return chunk


def _stored_frames(chunks: Iterable[Frames], channel_count: int, header: FseqHeader, path: Path) -> Iterator[Frames]:
    """Frames as they are stored: ranges picked out, or padded to a multiple of four channels."""
    for chunk in chunks:
        checked = _checked(chunk, channel_count, path)
        if header.ranges:
            yield np.concatenate([checked[:, first : first + length] for first, length in header.ranges], axis=1)
        elif header.stored_channels != channel_count:
            yield np.pad(checked, ((0, 0), (0, header.stored_channels - channel_count)))
        else:
            yield np.ascontiguousarray(checked)


def _write(
    stream: BinaryIO, frames: Iterator[Frames], header: FseqHeader, options: FseqOptions, path: Path
) -> FseqHeader:
    """Write the data behind a header that is filled in at the end."""
    start = len(header_bytes(header))
    stream.write(bytes(start))
    checksum, written = 0, 0
    blocks: list[tuple[int, int]] = []
    if header.compression == "none":
        for chunk in frames:
            stream.write(chunk.data)
            checksum = zlib.crc32(chunk.data, checksum)
            written += len(chunk)
    else:
        sizes = _block_sizes(header, options)
        for first, raw in _grouped(frames, sizes):
            data = _compress(raw, options)
            stream.write(data)
            checksum = zlib.crc32(data, checksum)
            blocks.append((first, len(data)))
            written += len(raw) // header.stored_channels
    if written != header.frame_count:
        raise OutputError(f"{written} frames came", where=path, expected=f"{header.frame_count}")
    end = stream.tell()
    for item in header.headers:
        if item.extended:
            stream.write(item.data)
    header = replace(header, blocks=tuple(blocks), data_offset=start)
    if options.unique_id is None and header.version[0] > 1:
        header = replace(header, unique_id=checksum << 32 | zlib.crc32(header_bytes(header, end)))
    stream.seek(0)
    stream.write(header_bytes(header, end))
    return header


def _block_sizes(header: FseqHeader, options: FseqOptions) -> Iterator[int]:
    """Frames of each block in turn."""
    frames, _ = block_plan(header.frame_count, header.stored_channels, _max_blocks(options))
    yield min(options.first_block_frames, frames)
    while True:
        yield frames


def _grouped(frames: Iterator[Frames], sizes: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """Frames regrouped into blocks: first frame and raw bytes of each."""
    waiting: list[Frames] = []
    held, first = 0, 0
    size = next(sizes)
    for chunk in frames:
        rest = chunk
        while held + len(rest) >= size:
            take = size - held
            waiting.append(rest[:take])
            yield first, _joined(waiting)
            first += size
            rest, waiting, held = rest[take:], [], 0
            size = next(sizes)
        if len(rest):
            waiting.append(rest)
            held += len(rest)
    if held:
        yield first, _joined(waiting)


def _joined(parts: list[Frames]) -> bytes:
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _compress(raw: bytes, options: FseqOptions) -> bytes:
    if options.compression == "zlib":
        return zlib.compress(raw, 6 if options.level is None else options.level)
    level = ZSTD_LEVEL if options.level is None else options.level
    return zstandard.ZstdCompressor(level=level).compress(raw)
