"""Pictures as effects use them: bounded, as RGBA with row 0 at the bottom."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from twinklr.core.display.display import Display
from twinklr.core.xlights.media_files import file_stamp, find_media, forget_media, named_files, wanted_file
from twinklr.core.xlights.sequence import Sequence

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 4096 * 4096
MAX_ANIMATION_PIXELS = MAX_PIXELS
"""Over all frames together, 64 MiB of them; an animation beyond it is cut short."""

MAX_KEPT_BYTES = 256 * 1024 * 1024
"""Of all pictures that are kept for the next window; the one not used for longest goes first."""

Picture = NDArray[np.uint8]
"""``(height, width, 4)``, row 0 at the bottom."""


@dataclass(frozen=True, eq=False, slots=True)
class LoadedPicture:
    """A picture, or the frames of an animation with how long each stays."""

    frames: tuple[Picture, ...]
    durations_ms: tuple[int, ...]


class PictureCache:
    """Loaded pictures by file, as many as fit in so many bytes; any number of threads may ask at a time.

    What cannot be read is kept as None, so that it is tried once.

    Args:
        limit_bytes: Memory of all pictures kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.kept_bytes = 0
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[tuple[Path, Hashable], LoadedPicture | None] = OrderedDict()
        self._lock = Lock()

    def load(self, path: Path, stamp: Hashable) -> LoadedPicture | None:
        """A file's picture in the state that a stamp stands for; None where it cannot be read within bounds."""
        key = path, stamp
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        loaded = _read_picture(path)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = loaded
                self.kept_bytes += _size_bytes(loaded)
            while self.kept_bytes > self._limit_bytes:
                self.kept_bytes -= _size_bytes(self._kept.popitem(last=False)[1])
        return loaded


def _size_bytes(loaded: LoadedPicture | None) -> int:
    frames = loaded.frames if loaded is not None else ()
    return 1024 + sum(frame.nbytes for frame in frames)  # the first for the entry itself


def lacks_file(settings: Mapping[str, str]) -> str | None:
    """Why an effect that shows a file shows nothing: its settings name none; None where they do."""
    return None if wanted_file(settings) else "no file"


def media_shown(sequence: Sequence, display: Display, folders: tuple[str, ...]) -> dict[str, Path]:
    """The files that a sequence may show on a display, by the name it has for them: pictures, videos, drawn faces.

    Args:
        sequence: Its effects name pictures and videos; where one of them is Faces, faces may be pictures too.
        display: Its models name the pictures of faces.
        folders: Where the files are looked for; names that none of them has are left out.
    """
    effects = [effect for _, effect in sequence.effects()]
    wanted = {name for effect in effects for name in named_files(effect)}
    if any(effect.name == "Faces" for effect in effects):
        faces = (dict(attributes) for prop in display.props for _, attributes in prop.faces)
        drawn = (face.items() for face in faces if face.get("Type") == "Matrix")
        wanted |= {name for parts in drawn for key, name in parts if name and key.lower().startswith("mouth-")}
    if wanted:
        forget_media()
    found = {name: find_media(folders, name) for name in sorted(wanted)}
    return {name: path for name, path in found.items() if path is not None}


def load_frames(folders: tuple[str, ...], name: str) -> LoadedPicture | None:
    """A picture by name; None when there is none, or none that can be read within bounds."""
    path = find_media(folders, name)
    return PICTURES.load(path, file_stamp(path)) if path is not None else None


PICTURES = PictureCache(MAX_KEPT_BYTES)


def _read_picture(path: Path) -> LoadedPicture | None:
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
                if (len(frames) + 1) * pixels > MAX_ANIMATION_PIXELS:
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
