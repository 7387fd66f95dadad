"""Read rendered frames from an FSEQ file: any frame at once, or all of them in bounded memory."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Protocol, cast

import numpy as np
import zstandard
from numpy.typing import NDArray

from twinklr.core.errors import InputError
from twinklr.core.xlights.fseq_header import FseqHeader, read_header

Frames = NDArray[np.uint8]
"""``(frames, channels)``, the bytes that go to the lights."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Frame data in memory at a time while streaming."""

MAX_FRAMES_BYTES = 4 * 1024**3
"""Most that `FseqFile.frames` will hold at once."""

_READ_BYTES = 256 * 1024
_MAX_ZSTD_WINDOW = 1 << 27


def read_fseq(path: str | Path) -> FseqFile:
    """Open an FSEQ file of version 1 or 2; use it in a ``with`` block.

    Raises:
        InputError: If it is missing, no FSEQ file, or damaged.
    """
    return FseqFile(path)


class FseqFile:
    """An open FSEQ file.

    Attributes:
        path: The file.
        header: What it says of itself.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            if self.path.is_dir():
                raise InputError("this is a folder", where=path, expected="an .fseq file")
            self._stream: BinaryIO = self.path.open("rb")
        except FileNotFoundError as error:
            raise InputError("no such file", where=path, cure="check the path") from error
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=path) from error
        try:
            self.header: FseqHeader = read_header(self._stream, self.path, self.path.stat().st_size)
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> FseqFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return self.header.frame_count

    @property
    def channel_count(self) -> int:
        """Channels of a frame; for a sparse file up to the end of its last range."""
        return self.header.channel_count

    @property
    def frame_ms(self) -> int:
        """Length of a frame in milliseconds."""
        return self.header.frame_ms

    def frames(self, start: int = 0, stop: int | None = None, *, stored: bool = False) -> Frames:
        """Frames ``start`` to ``stop`` (exclusive; all by default) as one array.

        Args:
            start: First frame.
            stop: End, exclusive; limited to the frames there are.
            stored: Leave sparse frames as they are stored instead of spreading them over all channels.

        Returns:
            uint8 ``(stop - start, channels)``; channels outside the ranges of a sparse file are 0.

        Raises:
            InputError: If the data are damaged, or more are asked for than fit in memory.
        """
        stop = self.frame_count if stop is None else min(stop, self.frame_count)
        width = self.header.stored_channels if stored else self.channel_count
        count = max(0, stop - start)
        if count * width > MAX_FRAMES_BYTES:
            raise InputError(
                f"{count} frames of {width} channels do not fit in memory", where=self.path, cure="read them in blocks"
            )
        result = np.zeros((count, width), np.uint8)
        for first, block in self.blocks(start, stop, stored=stored):
            result[first - start : first - start + len(block)] = block
        return result

    def blocks(
        self, start: int = 0, stop: int | None = None, *, stored: bool = False, chunk_bytes: int = CHUNK_BYTES
    ) -> Iterator[tuple[int, Frames]]:
        """Stream frames in order: pairs of first frame and uint8 ``(n, channels)``, never more than a chunk at a time.

        Args:
            start: First frame.
            stop: End, exclusive; limited to the frames there are.
            stored: Leave sparse frames as they are stored.
            chunk_bytes: Size of a chunk; a chunk holds one frame at least.

        Raises:
            InputError: If the data are damaged.
        """
        stop = self.frame_count if stop is None else min(stop, self.frame_count)
        start = max(0, start)
        width = self.header.stored_channels
        rows = max(1, chunk_bytes // max(width, self.channel_count))
        source = self._uncompressed if self.header.compression == "none" else self._decompressed
        for first, frames in source(start, stop, rows):
            yield first, frames if stored else self._spread(frames)

    def check_length(self) -> None:
        """Find out whether all frames are there that the header promises; without compression that is known already.

        Raises:
            InputError: If the data end before the last frame.
        """
        if self.header.compression != "none" and self.header.blocks:
            (first, length), before = self.header.blocks[-1], self.header.blocks[:-1]
            offset = self.header.data_offset + sum(stored for _, stored in before)
            self._skip(self._open_block(offset, length), self.frame_count - first, first)

    def _spread(self, frames: Frames) -> Frames:
        """Stored frames of a sparse file over all channels."""
        if not self.header.ranges:
            return frames
        result = np.zeros((len(frames), self.channel_count), np.uint8)
        at = 0
        for first, length in self.header.ranges:
            result[:, first : first + length] = frames[:, at : at + length]
            at += length
        return result

    def _uncompressed(self, start: int, stop: int, rows: int) -> Iterator[tuple[int, Frames]]:
        width = self.header.stored_channels
        for first in range(start, stop, rows):
            self._stream.seek(self.header.data_offset + first * width)
            yield first, self._fill(self._stream, min(rows, stop - first), first)

    def _decompressed(self, start: int, stop: int, rows: int) -> Iterator[tuple[int, Frames]]:
        if start >= stop:
            return
        header = self.header
        firsts = [first for first, _ in header.blocks]
        index = bisect_right(firsts, start) - 1
        offset = header.data_offset + sum(length for _, length in header.blocks[:index])
        for block in range(index, len(header.blocks)):
            first, length = header.blocks[block]
            end = firsts[block + 1] if block + 1 < len(firsts) else header.frame_count
            if first >= stop:
                return
            reader = self._open_block(offset, length)
            self._skip(reader, max(0, start - first), first)
            for at in range(max(first, start), min(end, stop), rows):
                yield at, self._fill(reader, min(rows, min(end, stop) - at), at)
            offset += length

    def _open_block(self, offset: int, length: int) -> _Reader:
        window = _Window(self._stream, offset, length)
        if self.header.compression == "zlib":
            return _ZlibReader(window, self.path)
        decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_ZSTD_WINDOW)
        stream = decompressor.stream_reader(cast(IO[bytes], window), read_size=_READ_BYTES, read_across_frames=True)
        return _ZstdReader(stream, self.path)

    def _skip(self, reader: _Reader, frames: int, first: int) -> None:
        """Read past whole frames of a block, a bounded piece at a time."""
        left = frames * self.header.stored_channels
        while left > 0:
            piece = reader.read(min(left, CHUNK_BYTES))
            if not piece:
                raise self._cut_short(first + frames - -(-left // self.header.stored_channels))
            left -= len(piece)

    def _fill(self, reader: _Reader | BinaryIO, count: int, first: int) -> Frames:
        """Read ``count`` whole frames."""
        width = self.header.stored_channels
        result = np.empty((count, width), np.uint8)
        view = result.data.cast("B")
        filled = 0
        while filled < len(view):
            got = reader.readinto(view[filled:])  # type: ignore[union-attr]
            if not got:
                raise self._cut_short(first + filled // width)
            filled += got
        return result

    def _cut_short(self, frame: int) -> InputError:
        return InputError(
            f"the data end at frame {frame}",
            where=self.path,
            expected=f"{self.frame_count} frames, as the header says",
            cure="copy or render the file again",
        )


class _Reader(Protocol):
    """Decompressed bytes of one block."""

    def read(self, size: int, /) -> bytes: ...

    def readinto(self, buffer: memoryview, /) -> int: ...


class _Window:
    """The part of a file that holds one compressed block."""

    def __init__(self, stream: BinaryIO, offset: int, length: int) -> None:
        self._stream, self._at, self._end = stream, offset, offset + length

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._at
        self._stream.seek(self._at)
        data = self._stream.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data


class _ZstdReader:
    """A zstd stream whose errors speak of the file."""

    def __init__(self, reader: zstandard.ZstdDecompressionReader, path: Path) -> None:
        self._reader, self._path = reader, path

    def readinto(self, buffer: memoryview) -> int:
        try:
            return self._reader.readinto(buffer)
        except zstandard.ZstdError as error:
            raise _damaged(error, self._path) from error

    def read(self, size: int) -> bytes:
        try:
            return self._reader.read(size)
        except zstandard.ZstdError as error:
            raise _damaged(error, self._path) from error


class _ZlibReader:
    """A zlib stream, decompressed piece by piece."""

    def __init__(self, source: _Window, path: Path) -> None:
        self._source, self._path = source, path
        self._inflate = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        try:
            while not self._inflate.eof:
                waiting = self._inflate.unconsumed_tail or self._source.read(_READ_BYTES)
                data = self._inflate.decompress(waiting, size)
                if data or not waiting:
                    return data
        except zlib.error as error:
            raise _damaged(error, self._path) from error
        return b""

    def readinto(self, buffer: memoryview) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _damaged(error: Exception, path: Path) -> InputError:
    return InputError(f"the compressed frames are damaged: {error}", where=path, cure="copy or render it again")
