"""Pictures as effects use them: found by base name in the media folders, bounded, as RGBA with row 0 at the bottom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 4096 * 4096
MAX_ANIMATION_PIXELS = 64 * 1024 * 1024
"""Over all frames together; an animation beyond it is cut short."""

Picture = NDArray[np.uint8]
"""``(height, width, 4)``, row 0 at the bottom."""


@dataclass(frozen=True, eq=False, slots=True)
class LoadedPicture:
    """A picture, or the frames of an animation with how long each stays."""

    frames: tuple[Picture, ...]
    durations_ms: tuple[int, ...]


FILE_KEYS = ("FILEPICKER_Pictures_Filename", "TEXTCTRL_Pictures_Filename", "FILEPICKERCTRL_Video_Filename")
"""Effect settings that name a picture or a video."""


def wanted_file(settings: Mapping[str, str]) -> str:
    """The picture or video that an effect shows, as its settings name it; empty where it shows none.

    Example:
        >>> wanted_file({"FILEPICKER_Pictures_Filename": "snow.png"})
        'snow.png'
    """
    return next((settings[key] for key in FILE_KEYS if settings.get(key)), "")


def find_media(folders: tuple[str, ...], name: str) -> Path | None:
    """The file of a base name in one of the folders or below it.

    Paths stored in a sequence come from the author's machine: only their last part counts, so nothing outside the
    folders is ever read.
    """
    base = PureWindowsPath(PurePosixPath(name).name).name
    if not base or base in (".", ".."):
        return None
    for folder in folders:
        root = Path(folder)
        direct = root / base
        if direct.is_file():
            return direct
        found = sorted(path for path in root.rglob("*") if path.name.lower() == base.lower() and path.is_file())
        if found:
            return found[0]
    return None


def load_frames(folders: tuple[str, ...], name: str) -> LoadedPicture | None:
    """A picture by name; None when there is none, or none that can be read within bounds."""
    path = find_media(folders, name)
    return _load(path, path.stat().st_mtime_ns) if path is not None else None


@lru_cache(maxsize=32)
def _load(path: Path, _changed_ns: int) -> LoadedPicture | None:
    if path.stat().st_size > MAX_FILE_BYTES:
        return None
    frames: list[Picture] = []
    durations: list[int] = []
    try:
        with Image.open(path) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                return None
            for page in ImageSequence.Iterator(image):
                if len(frames) * pixels > MAX_ANIMATION_PIXELS:
                    break
                frames.append(np.asarray(page.convert("RGBA"))[::-1].copy())
                durations.append(int(page.info.get("duration", 100)) or 100)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # Pillow reports damaged files in all of these ways.
    return LoadedPicture(tuple(frames), tuple(durations)) if frames else None


def scale_picture(picture: Picture, width: int, height: int) -> Picture:
    """A picture at another size, smoothed."""
    size = max(width, 1), max(height, 1)
    if size == (picture.shape[1], picture.shape[0]):
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))


def fit_picture(picture: Picture, width: int, height: int, scaling: str) -> Picture:
    """A picture on a canvas of the buffer's size, centred, scaled as xLights' choice of that name says."""
    tall, wide = picture.shape[:2]
    if scaling == "Scale To Fit":
        return scale_picture(picture, width, height)
    ratios = width / wide, height / tall
    if scaling == "Scale Keep Aspect Ratio":
        picture = scale_picture(picture, round(wide * min(ratios)), round(tall * min(ratios)))
    elif scaling == "Scale Keep Aspect Ratio Crop":
        picture = scale_picture(picture, round(wide * max(ratios)), round(tall * max(ratios)))
    canvas = np.zeros((height, width, 4), dtype=np.uint8)
    place_picture(canvas, picture, (width - picture.shape[1]) // 2, (height - picture.shape[0]) // 2)
    return canvas


def place_picture(canvas: Picture, picture: Picture, x: int, y: int) -> None:
    """Copy a picture onto a canvas with its lower left corner at a cell; what lies outside is cut off."""
    left, low = max(x, 0), max(y, 0)
    right, high = min(x + picture.shape[1], canvas.shape[1]), min(y + picture.shape[0], canvas.shape[0])
    if left < right and low < high:
        part = picture[low - y : high - y, left - x : right - x]
        shown = part[..., 3] > 0
        canvas[low:high, left:right][shown] = part[shown]
