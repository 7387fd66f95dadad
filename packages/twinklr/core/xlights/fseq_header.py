"""The header of an FSEQ file: what a player must know before the first frame.

All numbers are little-endian. Version 1 has a fixed header of 28 bytes; version 2 adds a table of compressed blocks
and, for sparse files, the channel ranges that each stored frame holds. After them come the variable headers: the
song's path (``mf``), the producer (``sp``), commands for the player (``FC``, ``FE``), and in 2.2 extended ones
(``ED``), whose data lie behind the channel data.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal

from twinklr.core.errors import InputError
from twinklr.core.xlights.markup import refuse_lfs_pointer

Compression = Literal["none", "zstd", "zlib"]
COMPRESSIONS: tuple[Compression, ...] = ("none", "zstd", "zlib")
"""By their number in the file."""

_FIXED = struct.Struct("<4sHBBHIIBB")  # magic, data offset, minor, major, header length, channels, frames, step, flags
_VERSION_1 = struct.Struct("<HHBBH")  # universes, universe size, gamma, colour encoding, reserved
_VERSION_2 = struct.Struct("<BBBBQ")  # compression, blocks, ranges, flags, unique id
_BLOCK = struct.Struct("<II")
_EXTENDED = struct.Struct("<2sQI")
MAX_HEADER_BYTES = 65_535
MAX_EXTENDED_BYTES = 64 * 1024 * 1024
"""Data of all extended headers together."""


@dataclass(frozen=True, slots=True)
class VariableHeader:
    """One variable header.

    Attributes:
        code: Two characters: "mf", "sp", "FC" ...
        data: Its bytes as stored (texts end with NUL).
        extended: True where the data lie behind the channel data (version 2.2).
    """

    code: str
    data: bytes = field(repr=False)
    extended: bool = False

    @property
    def text(self) -> str:
        """The data as text, up to the first NUL."""
        return self.data.partition(b"\0")[0].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class FseqHeader:
    """Everything an FSEQ file says before its frames.

    Attributes:
        version: Major and minor: (1, 0), (2, 0), (2, 1) or (2, 2).
        stored_channels: Bytes of one stored frame.
        frame_count: Number of frames.
        frame_ms: Length of a frame in milliseconds.
        compression: Of the frame data.
        blocks: First frame and compressed length in bytes of each used block.
        ranges: First channel (0-based) and length of each range, for sparse files; empty: all channels.
        headers: Variable headers in file order.
        unique_id: 64-bit number that tells renders apart.
        data_offset: Where the frame data begin.
        block_slots: Places of the block table, unused ones included.
        flags: The byte of flags.
    """

    version: tuple[int, int]
    stored_channels: int
    frame_count: int
    frame_ms: int
    compression: Compression = "none"
    blocks: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    ranges: tuple[tuple[int, int], ...] = ()
    headers: tuple[VariableHeader, ...] = ()
    unique_id: int = 0
    data_offset: int = 0
    block_slots: int = 0
    flags: int = 0

    @property
    def channel_count(self) -> int:
        """Channels of a whole frame: up to the end of the last range for a sparse file."""
        return max((first + length for first, length in self.ranges), default=self.stored_channels)

    @property
    def duration_ms(self) -> int:
        """Length of the sequence in milliseconds."""
        return self.frame_count * self.frame_ms

    @property
    def media_file(self) -> str:
        """Path of the song, empty where there is none."""
        return next((header.text for header in self.headers if header.code == "mf"), "")

    @property
    def producer(self) -> str:
        """Program that wrote the file."""
        return next((header.text for header in self.headers if header.code == "sp"), "")


def read_header(stream: BinaryIO, path: Path, size: int) -> FseqHeader:
    """Read and check the header of an open file of ``size`` bytes.

    Raises:
        InputError: If the file is no FSEQ file, is cut short, or contradicts itself.
    """
    fixed = stream.read(32)
    refuse_lfs_pointer(fixed + stream.read(60), path)
    if fixed[:4] == b"ESEQ":
        raise InputError("this is an effect file (ESEQ), not a rendered sequence", where=path, expected="an FSEQ file")
    if fixed[:4] not in (b"PSEQ", b"FSEQ"):
        raise InputError("this is not an FSEQ file", where=path, expected="PSEQ as the first four bytes")
    if len(fixed) < 28:
        raise InputError("the file ends inside its header", where=path)
    _, offset, minor, major, length, channels, frames, step, flags = _FIXED.unpack_from(fixed)
    if major not in (1, 2):
        raise InputError(f"FSEQ version {major}.{minor} is unknown", where=path, expected="version 1 or 2")
    if not step or not channels:
        raise InputError("frames without length or channels", where=path, cure="render the sequence again")
    if not 28 <= length <= offset <= size:
        raise InputError("the header is damaged: its lengths contradict each other", where=path)
    stream.seek(0)
    head = stream.read(offset)
    header = FseqHeader(
        version=(major, minor),
        stored_channels=channels,
        frame_count=frames,
        frame_ms=step,
        headers=tuple(_variable_headers(stream, head, length, size, path)),
        data_offset=offset,
        flags=flags,
    )
    if major == 2:
        header = _with_tables(header, head, length, path)
    _check(header, path, size)
    return header


def _with_tables(header: FseqHeader, head: bytes, length: int, path: Path) -> FseqHeader:
    """The header with what version 2 adds: compression, block table, channel ranges and id."""
    kind, slots, range_count, _, unique_id = _VERSION_2.unpack_from(head.ljust(32, b"\0"), 20)
    slots |= (kind >> 4) << 8 if header.version[1] >= 1 else 0
    if kind & 15 >= len(COMPRESSIONS):
        raise InputError(f"compression {kind & 15} is unknown", where=path)
    at = 32 + 8 * slots
    if at + 6 * range_count > length:
        raise InputError("the header is damaged: its tables do not fit", where=path)
    table = [_BLOCK.unpack_from(head, 32 + 8 * index) for index in range(slots)]
    return replace(
        header,
        compression=COMPRESSIONS[kind & 15],
        blocks=tuple((first, stored) for first, stored in table if stored),
        ranges=tuple((_u24(head, at + 6 * index), _u24(head, at + 6 * index + 3)) for index in range(range_count)),
        unique_id=unique_id,
        block_slots=slots,
    )


def _check(header: FseqHeader, path: Path, size: int) -> None:
    """Refuse a header whose numbers cannot be true of the file."""
    if header.ranges and sum(length for _, length in header.ranges) != header.stored_channels:
        raise InputError("the channel ranges do not add up to the channels of a frame", where=path)
    available = size - header.data_offset
    if header.compression == "none":
        needed = header.frame_count * header.stored_channels
        if needed > available:
            raise InputError(
                f"the file is cut short: {header.frame_count} frames need {needed} bytes, {available} are there",
                where=path,
                cure="copy or render it again",
            )
        return
    starts = [first for first, _ in header.blocks]
    if header.frame_count and (not starts or starts[0] != 0):
        raise InputError("the block table does not begin with frame 0", where=path)
    if starts != sorted(set(starts)) or (starts and starts[-1] >= max(1, header.frame_count)):
        raise InputError("the block table is damaged: its first frames do not rise", where=path)
    needed = sum(length for _, length in header.blocks)
    if needed > available:
        raise InputError(
            f"the file is cut short: its blocks need {needed} bytes, {available} are there",
            where=path,
            cure="copy or render it again",
        )


def _variable_headers(stream: BinaryIO, head: bytes, position: int, size: int, path: Path) -> list[VariableHeader]:
    found: list[VariableHeader] = []
    extended = 0
    while position + 4 <= len(head):
        length = int.from_bytes(head[position : position + 2], "little")
        if length < 4 or position + length > len(head):
            break  # padding up to the data
        code = head[position + 2 : position + 4].decode("latin-1")
        data = head[position + 4 : position + length]
        if code == "ED" and len(data) == _EXTENDED.size:
            inner, offset, count = _EXTENDED.unpack(data)
            extended += count
            if offset + count > size or extended > MAX_EXTENDED_BYTES:
                raise InputError("an extended header lies outside the file", where=path, cure="copy it again")
            stream.seek(offset)
            found.append(VariableHeader(inner.decode("latin-1"), stream.read(count), extended=True))
        else:
            found.append(VariableHeader(code, data))
        position += length
    return found


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


def header_bytes(header: FseqHeader, extended_offset: int = 0) -> bytes:
    """The bytes of a header, up to the frame data.

    Args:
        header: What to write; its ``data_offset`` is ignored and computed.
        extended_offset: Where the data of extended headers will begin.

    Raises:
        ValueError: If something does not fit the format.
    """
    major, minor = header.version
    slots = max(header.block_slots, len(header.blocks)) if major == 2 else 0
    length = 28 if major == 1 else 32 + 8 * slots + 6 * len(header.ranges)
    variable = bytearray()
    for item in header.headers:
        code, data = item.code.encode("latin-1"), item.data
        if item.extended:
            code, data = b"ED", _EXTENDED.pack(code, extended_offset, len(item.data))
            extended_offset += len(item.data)
        variable += struct.pack("<H", len(data) + 4) + code + data
    offset = -(-(length + len(variable)) // 4) * 4
    if offset > MAX_HEADER_BYTES:
        raise ValueError(f"a header of {offset} bytes is too long for the format")
    head = bytearray(
        _FIXED.pack(
            b"PSEQ", offset, minor, major, length, header.stored_channels, header.frame_count, header.frame_ms,
            header.flags,
        )
    )  # fmt: skip
    if major == 1:
        head += _VERSION_1.pack(0, 0, 1, 2, 0)
    else:
        kind = COMPRESSIONS.index(header.compression) | (slots >> 8) << 4
        head += _VERSION_2.pack(kind, slots & 255, len(header.ranges), 0, header.unique_id)
        table = [*header.blocks, *[(0, 0)] * (slots - len(header.blocks))]
        head += b"".join(_BLOCK.pack(first, stored) for first, stored in table)
        head += b"".join(first.to_bytes(3, "little") + count.to_bytes(3, "little") for first, count in header.ranges)
    return bytes(head + variable).ljust(offset, b"\0")
