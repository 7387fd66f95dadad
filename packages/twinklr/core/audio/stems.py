"""Stems: a song taken apart by demucs or a like program, one file for each of vocals, drums, bass and the rest.

They lie in a folder, or demucs is asked for them, where it is installed.

What the full mix can only hint at is plain in a stem: the voice sounds where the vocals stem does, and every onset of
the drums stem is a drum.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from twinklr.core.audio import other_programs
from twinklr.core.audio.loudness import reference_level
from twinklr.core.audio.other_programs import run
from twinklr.core.audio.recording import ANALYSIS_RATE_HZ, read_recording
from twinklr.core.errors import InputError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
DEMUCS = "demucs"
"""Given instead of a folder: let demucs take the song apart. A folder of that name with its stems goes before it."""
DEMUCS_OPTIONS = ("-n", "htdemucs", "--shifts", "0")
"""Its default model; without random shifts, the same song gives the same stems."""
NAMES = ("vocals", "drums", "bass", "other")
SUFFIXES = (".wav", ".flac", ".mp3")
MODELS = ("htdemucs_ft", "htdemucs", "htdemucs_6s", "hdemucs_mmi", "mdx_extra", "mdx_extra_q", "mdx", "mdx_q")
"""Folders demucs makes for its models, the better ones first."""
LENGTH_SLACK_S = 1.0
BLEED_DB, BELOW_VOICE_DB, SPREAD_DB = -34.0, -26.0, 2.5
"""A stem below this, of the loud passages of the mix, or of its own, is what leaked into it."""
SMOOTH_S = 0.3


@dataclass(frozen=True, eq=False)
class Stems:
    """Stems that were found: mono at the analysis rate, in the time of the file; and where each came from."""

    sounds: dict[str, Floats]
    files: dict[str, str]

    def part(self, name: str, span: tuple[int, int]) -> Floats | None:
        """A stretch of one stem, filled up with silence to its full length; None where there is no such stem."""
        sound = self.sounds.get(name)
        if sound is None:
            return None
        piece = sound[span[0] : span[1]]
        return np.pad(piece, (0, span[1] - span[0] - len(piece)))


def stem_files(folder: Path, song: Path) -> dict[str, Path]:
    """The stems in a folder: in itself, in a folder named after the song, or where demucs puts them below it."""
    places = [folder, folder / song.stem, *(folder / model / song.stem for model in MODELS)]
    for place in places:
        found = {
            name: path for name in NAMES for suffix in SUFFIXES[::-1] if (path := place / f"{name}{suffix}").is_file()
        }
        if found:
            return found
    return {}


def read_stems(folder: Path, song: Path, length: int, *, longest_s: float) -> Stems:
    """Read the stems of a song; only those that are used.

    Args:
        folder: Where they lie, see `stem_files`; or `DEMUCS`, where no stems lie in a folder of that name.
        song: The song they were made of.
        length: Its samples at the analysis rate.
        longest_s: Longer files are refused.

    Raises:
        InputError: There are none, they cannot be read, or they are as long as another song; or demucs is not
            installed or fails.
    """
    if str(folder) != DEMUCS or stem_files(folder, song):
        return _read_folder(folder, song, length, longest_s)
    with tempfile.TemporaryDirectory(prefix="twinklr-") as made:
        run(other_programs.DEMUCS, [*DEMUCS_OPTIONS, "-o", made, str(song.absolute())], song)
        if not stem_files(Path(made), song):
            raise other_programs.DEMUCS.failed(song, "it wrote no stems")
        stems = _read_folder(Path(made), song, length, longest_s)
    return Stems(stems.sounds, dict.fromkeys(stems.files, "demucs"))


def _read_folder(folder: Path, song: Path, length: int, longest_s: float) -> Stems:
    cure = "check the path given with --stems (stems_dir)"
    try:
        if not folder.is_dir():
            raise InputError("no such folder of stems", where=folder, cure=cure)
        found = stem_files(folder, song)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(f"the stems cannot be read: {reason}", where=folder, cure=cure) from error
    used: dict[str, Path] = {name: found[name] for name in ("vocals", "drums") if name in found}
    if not used:
        expected = f"vocals.wav or drums.wav, here or in {song.stem}/"
        cure = f"run: demucs '{song.name}', or let Twinklr do so: --stems demucs"
        raise InputError("no stems in this folder", where=folder, expected=expected, cure=cure)
    sounds: dict[str, Floats] = {}
    for name, path in used.items():
        samples = read_recording(path, longest_s=longest_s).samples
        apart_s = abs(len(samples) - length) / ANALYSIS_RATE_HZ
        if apart_s > LENGTH_SLACK_S:
            message = f"this stem is {apart_s:.1f} s longer or shorter than the song"
            raise InputError(message, where=path, expected="stems of this song", cure="separate this very file")
        sounds[name] = samples
    return Stems(sounds, {name: path.name for name, path in used.items()})


def voice_in_stem(vocals: Floats, mix_level: float, hop_s: float) -> Doubles:
    """How likely somebody sings, 0..1 per hop, from the level of the vocals stem.

    Args:
        vocals: The stem.
        mix_level: RMS of the loud passages of the mix.
        hop_s: Seconds from one value to the next.
    """
    hop = round(hop_s * ANALYSIS_RATE_HZ)
    count = max(1, len(vocals) // hop)
    padded = np.pad(vocals, (0, max(0, count * hop - len(vocals))))[: count * hop]
    powers = np.square(padded.astype(np.float64)).reshape(count, hop).mean(axis=1)
    powers = uniform_filter1d(powers, max(1, round(SMOOTH_S / hop_s)), mode="nearest")
    level_db = 10 * np.log10(powers / mix_level**2 + 1e-12)
    own_db = 20 * np.log10(reference_level(vocals) / mix_level)
    threshold_db = max(BLEED_DB, own_db + BELOW_VOICE_DB)
    activity: Doubles = 1 / (1 + np.exp(-(level_db - threshold_db) / SPREAD_DB))
    return activity
