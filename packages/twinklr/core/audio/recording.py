"""Song file -> samples: one decode, one resample, loudness on the way.

The file is read in blocks, so memory holds one mono copy at the analysis rate and nothing else. Loudness follows
ITU-R BS.1770-4 (K-weighting per channel at the file's own rate, gated blocks of 400 ms).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numba import njit
from numpy.typing import NDArray

from twinklr.core.audio.containers import DamagedTail, read_compressed
from twinklr.core.audio.cut_files import is_cut_short
from twinklr.core.errors import InputError

ANALYSIS_RATE_HZ = 22050
BIN_MS = 50
"""Length of one energy bin."""
SHORTEST_S = 0.4
LONGEST_S = 7200.0
SILENT_PEAK = 2.0 / 32768.0
"""Two steps of 16-bit audio: below this there is dither at best."""
LOUDEST = 1e12
"""A sample beyond it is damage: full scale is 1, or that of whole numbers; and its powers would be no numbers."""
FORMATS = "wav, flac, ogg, opus, mp3, aiff, or m4a with the extra 'aac'"

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recording:
    """Decoded sound.

    Attributes:
        samples: Mono at `ANALYSIS_RATE_HZ`.
        powers: K-weighted power, channels summed, per bin of `BIN_MS`.
        sample_rate_hz: Rate of the file.
        channels: Channels of the file.
        duration_ms: Length of the file.
        sha256: Of the file's bytes.
        clipped_share: Share of samples at full scale.
        warnings: What was wrong with the file but bearable.
    """

    samples: Floats
    powers: Doubles
    sample_rate_hz: int
    channels: int
    duration_ms: int
    sha256: str
    clipped_share: float
    warnings: tuple[str, ...]


def read_recording(path: Path, *, longest_s: float = LONGEST_S) -> Recording:
    """Decode a song.

    Args:
        path: The audio file.
        longest_s: Longer files are refused before they are decoded.

    Raises:
        InputError: No such file, not audio, empty, shorter than 0.4 s or longer than ``longest_s``.
    """
    digest = _digest(path)
    decoder = _Decoder(path, longest_s)
    decoder.run()
    return decoder.recording(digest)


def _digest(path: Path) -> str:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            what = "this is no file, but a pipe or device"
            raise InputError(what, where=path, expected="an audio file", cure="save it to a file first")
        with path.open("rb") as file:
            size = path.stat().st_size
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError("no such file", where=path, cure="check the path of the song") from None
    except IsADirectoryError:
        raise InputError("this is a folder", where=path, expected="an audio file", cure="name the song") from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(f"cannot be read: {reason}", where=path, cure="check the permissions of the file") from error
    if size == 0:
        raise InputError("the file is empty", where=path, expected="an audio file", cure="export or copy it again")
    return digest


class _Decoder:
    """State of one pass over a file: the resampler, the loudness filter and what was counted."""

    def __init__(self, path: Path, longest_s: float) -> None:
        self._path = path
        self._longest_s = longest_s
        self._warnings: list[str] = []
        self._blocks: list[Floats] = []
        self._frames = 0
        self._clipped = 0
        self._rate_hz = 0
        self._channels = 0
        self._channel_energy = np.zeros(0)
        self._mono_energy = 0.0
        self._powers: list[Doubles] = []

    def run(self) -> None:
        self._pass(channel=None)
        loudest = float(self._channel_energy.max()) if self._channel_energy.size else 0.0
        if self._channels > 1 and self._mono_energy < 0.01 * loudest:
            # The channels cancel out when added (one is inverted): hear the loudest alone.
            self._blocks, self._frames, self._clipped, self._powers = [], 0, 0, []
            channel = int(self._channel_energy.argmax())
            self._pass(channel=channel)
            self._warnings.append("the channels cancel each other out in mono, so only one of them was analysed")

    def _pass(self, channel: int | None) -> None:
        resampler: soxr.ResampleStream | None = None
        meter: _Meter | None = None
        for block, rate_hz in self._read():
            if resampler is None or meter is None:
                self._rate_hz, self._channels = rate_hz, block.shape[1]
                self._channel_energy = np.zeros(self._channels)
                self._mono_energy = 0.0
                resampler = soxr.ResampleStream(rate_hz, ANALYSIS_RATE_HZ, 1, dtype="float32", quality="MQ")
                meter = _Meter(rate_hz, self._channels)
            # What is no number is not below it either.
            sane = block if (np.abs(block) < LOUDEST).all() else self._mend(block)
            self._frames += len(sane)
            if self._frames > self._longest_s * rate_hz:
                raise self._too_long(self._frames / rate_hz)
            self._clipped += int(np.count_nonzero(np.abs(sane) >= 0.999))
            columns = [np.ascontiguousarray(sane[:, number]) for number in range(self._channels)]
            mono = columns[channel] if channel is not None else np.sum(columns, axis=0) / np.float32(len(columns))
            self._channel_energy += [float(np.dot(column, column)) for column in columns]
            self._mono_energy += float(np.dot(mono, mono))
            self._powers.append(meter.feed(sane))
            self._blocks.append(resampler.resample_chunk(mono, last=False))
        if resampler is None or meter is None:
            raise InputError("there is no sound in this file", where=self._path, expected=FORMATS, cure="export again")
        self._blocks.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
        self._powers.append(meter.finish())

    def _mend(self, block: Floats) -> Floats:
        message = "some samples are no numbers or far too large, and were taken as silence"
        if message not in self._warnings:
            self._warnings.append(message)
        return np.where(np.abs(block) < LOUDEST, block, np.float32(0))

    def _too_long(self, seconds: float) -> InputError:
        expected = f"at most {self._longest_s / 60:.0f} minutes"
        lasts = f"the song lasts {seconds / 60:.0f} minutes"
        return InputError(lasts, where=self._path, expected=expected, cure="cut it")

    def _read(self) -> Iterator[tuple[Floats, int]]:
        if self._path.suffix.lower() == ".mp3" and not _may_be_mpeg(self._path):
            # The MPEG decoder would search the whole file and print its own complaints.
            raise InputError(
                "this is not audio that can be read", where=self._path, expected=FORMATS, cure="export again"
            )
        try:
            file = soundfile.SoundFile(self._path)
        except soundfile.LibsndfileError as error:
            yield from self._read_other(error)
            return
        with file:
            rate_hz = int(file.samplerate)
            if rate_hz < 1000:
                raise InputError(f"a sample rate of {rate_hz} Hz", where=self._path, expected="8000 to 192000 Hz")
            if 0 < file.frames < 1 << 60 and file.frames > self._longest_s * rate_hz:
                raise self._too_long(file.frames / rate_hz)
            size = rate_hz * 8
            heard = 0
            while True:
                try:
                    block = file.read(size, dtype="float32", always_2d=True)
                except soundfile.LibsndfileError:
                    self._warn_tail(heard / rate_hz)
                    return
                if not len(block):
                    break
                heard += len(block)
                yield block, rate_hz
            if (0 < file.frames < 1 << 60 and heard < 0.98 * file.frames) or is_cut_short(self._path):
                self._warn_tail(heard / rate_hz)

    def _read_other(self, error: Exception) -> Iterator[tuple[Floats, int]]:
        blocks = read_compressed(self._path)
        if blocks is None:
            raise InputError(
                "this is not audio that can be read", where=self._path, expected=FORMATS, cure="export again"
            ) from error
        heard_s = 0.0
        try:
            for block, rate_hz in blocks:
                heard_s += len(block) / rate_hz
                yield block, rate_hz
        except DamagedTail:
            self._warn_tail(heard_s)

    def _warn_tail(self, seconds: float) -> None:
        message = f"the file is damaged: only its first {seconds:.1f} s could be read"
        if message not in self._warnings:
            self._warnings.append(message)

    def recording(self, sha256: str) -> Recording:
        seconds = self._frames / self._rate_hz
        if seconds < SHORTEST_S:
            expected = f"at least {SHORTEST_S} s"
            lasts = f"the song lasts {seconds:.2f} s"
            raise InputError(lasts, where=self._path, expected=expected, cure="choose a song")
        samples = _without_offset(np.concatenate(self._blocks))
        clipped = self._clipped / (self._frames * self._channels)
        if clipped > 0.002:
            self._warnings.append(f"{clipped:.1%} of the samples are clipped")
        return Recording(
            samples=samples,
            powers=np.concatenate(self._powers),
            sample_rate_hz=self._rate_hz,
            channels=self._channels,
            duration_ms=round(seconds * 1000),
            sha256=sha256,
            clipped_share=clipped,
            warnings=tuple(self._warnings),
        )


def _may_be_mpeg(path: Path) -> bool:
    """Whether the beginning holds a tag, a container, or the sync bits of an MPEG frame."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if start.startswith((b"ID3", b"RIFF", b"OggS", b"fLaC", b"FORM")):
        return True
    at = start.find(b"\xff")
    while 0 <= at < len(start) - 1:
        if start[at + 1] & 0xE0 == 0xE0 and start[at + 1] != 0xFF:
            return True
        at = start.find(b"\xff", at + 1)
    return False


def _without_offset(samples: Floats) -> Floats:
    """Without what is no sound: a constant, or a sway below 8 Hz."""
    steady = np.empty_like(samples)
    _block_constant(samples, steady, 0.9975)
    return steady


@njit(cache=True, nogil=True)
def _block_constant(samples: Floats, steady: Floats, memory: float) -> None:
    before, level = 0.0, 0.0
    for index in range(len(samples)):
        now = np.float64(samples[index])
        level = now - before + memory * level
        before = now
        steady[index] = level


class _Meter:
    """K-weighted power per bin over a stream of blocks."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._bin = max(1, round(rate_hz * BIN_MS / 1000))
        self._filters = k_weighting(rate_hz)
        self._states = np.zeros((channels, 4))
        self._weights = channel_weights(channels)
        self._sum = 0.0
        self._filled = 0

    def feed(self, block: Floats) -> Doubles:
        bins = np.zeros((self._filled + len(block)) // self._bin + 1)
        bins[0] = self._sum
        _weigh(np.ascontiguousarray(block), self._filters, self._states, self._weights, bins, self._filled, self._bin)
        self._filled = (self._filled + len(block)) % self._bin
        self._sum = float(bins[-1])
        return bins[:-1] / self._bin

    def finish(self) -> Doubles:
        return np.array([self._sum / self._filled]) if self._filled * 2 > self._bin else np.zeros(0)


def channel_weights(channels: int) -> Doubles:
    """Weight of each channel in BS.1770: surrounds count 1.41, the bass effects channel nothing."""
    if channels < 5:
        return np.ones(channels)
    weights = np.full(channels, 1.41)
    weights[:3] = 1.0
    if channels > 5:
        weights[3] = 0.0
    return weights


def k_weighting(rate_hz: int) -> Doubles:
    """The two biquads of BS.1770 (high shelf, high pass) for any sample rate.

    The standard prints coefficients for 48 kHz only; these are the analogue prototypes behind them, transformed
    bilinearly.

    Returns:
        Two rows of ``b0 b1 b2 a1 a2``.
    """
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * min(shelf_hz, 0.49 * rate_hz) / rate_hz)
    high = 10 ** (shelf_db / 20)
    middle = high**0.4996667741545416
    norm = 1 + k / shelf_q + k * k
    shelf = [
        (high + middle * k / shelf_q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - middle * k / shelf_q + k * k) / norm,
        2 * (k * k - 1) / norm,
        (1 - k / shelf_q + k * k) / norm,
    ]
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * pass_hz / rate_hz)
    norm = 1 + k / pass_q + k * k
    high_pass = [1.0, -2.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / pass_q + k * k) / norm]
    return np.array([shelf, high_pass])


@njit(cache=True, nogil=True)
def _weigh(
    block: Floats,
    filters: Doubles,
    states: Doubles,
    weights: Doubles,
    bins: Doubles,
    filled: int,
    size: int,
) -> None:
    b0, b1, b2, a1, a2 = filters[0]
    c0, c1, c2, d1, d2 = filters[1]
    for channel in range(block.shape[1]):
        s1, s2, r1, r2 = states[channel]
        index, count, total = 0, filled, 0.0
        for i in range(block.shape[0]):
            x = np.float64(block[i, channel])
            y = b0 * x + s1
            s1 = b1 * x - a1 * y + s2
            s2 = b2 * x - a2 * y
            z = c0 * y + r1
            r1 = c1 * y - d1 * z + r2
            r2 = c2 * y - d2 * z
            total += z * z
            count += 1
            if count == size:
                bins[index] += weights[channel] * total
                index, count, total = index + 1, 0, 0.0
        bins[index] += weights[channel] * total
        # Values this small are denormal and would slow the filter down in silence.
        states[channel, 0] = s1 if abs(s1) > 1e-30 else 0.0
        states[channel, 1] = s2 if abs(s2) > 1e-30 else 0.0
        states[channel, 2] = r1 if abs(r1) > 1e-30 else 0.0
        states[channel, 3] = r2 if abs(r2) > 1e-30 else 0.0
