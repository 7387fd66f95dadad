"""Compressed formats libsndfile does not read (m4a, aac, wma): through PyAV, or an ffmpeg on the path."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinklr.core.errors import InputError

Block = tuple[NDArray[np.float32], int]
SUFFIXES = frozenset({".m4a", ".mp4", ".aac", ".m4b", ".wma", ".mka", ".webm", ".ac3", ".m4v", ".mov"})
BLOCK_S = 8
_FFMPEG_RATE_HZ = 44100


class DamagedTail(Exception):
    """The rest of a file cannot be decoded; what came before it could."""


def read_compressed(path: Path) -> Iterator[Block] | None:
    """Blocks of samples (frames x channels) with their rate, or None where the file is no known container.

    Raises:
        InputError: The container is known but nothing here can open it.
        DamagedTail: While the blocks are read: there was sound, and the rest of the file is broken.
    """
    if path.suffix.lower() not in SUFFIXES:
        return None
    try:
        av = importlib.import_module("av")
    except ImportError:
        program = shutil.which("ffmpeg")
        if program is None:
            cure = "install twinklr[aac] or ffmpeg, or convert the song to mp3 or flac"
            raise InputError("this format needs an extra decoder", where=path, cure=cure) from None
        return _through_ffmpeg(program, path)
    return _through_av(av, path)


def _through_av(av: Any, path: Path) -> Iterator[Block]:
    """The file's own rate and channels, in blocks of some seconds."""
    pending: list[NDArray[np.float32]] = []
    heard = False
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputError("there is no sound in this file", where=path, cure="choose a file with music")
            stream = container.streams.audio[0]
            rate_hz = int(stream.rate)
            to_floats = av.AudioResampler(format="flt")
            for frame in container.decode(stream):
                for part in to_floats.resample(frame):
                    pending.append(part.to_ndarray().reshape(-1, part.layout.nb_channels).astype(np.float32))
                if sum(map(len, pending)) >= BLOCK_S * rate_hz:
                    heard = True
                    yield np.concatenate(pending), rate_hz
                    pending = []
    except (av.error.FFmpegError, ValueError) as error:
        # The resampler refuses, as a ValueError, frames whose rate or channels are no longer those of the first.
        if pending:
            yield np.concatenate(pending), rate_hz
        if heard or pending:
            raise DamagedTail from error
        raise InputError("this is not audio that can be read", where=path, cure="convert it to mp3 or flac") from error
    if pending:
        yield np.concatenate(pending), rate_hz


def _through_ffmpeg(program: str, path: Path) -> Iterator[Block]:
    command = [program, "-v", "error", "-nostdin", "-i", f"file:{path}", "-vn", "-f", "f32le", "-ac", "2"]
    command += ["-ar", str(_FFMPEG_RATE_HZ), "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        heard = False
        while data := process.stdout.read(_FFMPEG_RATE_HZ * 8 * BLOCK_S):
            whole = len(data) - len(data) % 8
            if whole:
                heard = True
                yield np.frombuffer(data[:whole], np.float32).reshape(-1, 2).copy(), _FFMPEG_RATE_HZ
    if not heard:
        raise InputError("this is not audio that can be read", where=path, cure="convert it to mp3 or flac")
    if process.returncode:
        raise DamagedTail
