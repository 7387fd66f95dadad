"""Pictures as effects use them: found by base name in the media folders, bounded, as RGBA with row 0 at the bottom."""

from __future__ import annotations

import os
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 4096 * 4096
MAX_ANIMATION_PIXELS = MAX_PIXELS
"""Over all frames together, 64 MiB of them; an animation beyond it is cut short."""

MAX_KEPT_BYTES = 256 * 1024 * 1024
"""Of all pictures that are kept for the next window; the one not used for longest goes first."""

MAX_ENTRIES = 100_000
"""Files and folders looked at below a media folder, the nearest first."""

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
        self._kept: OrderedDict[tuple[Path, int], LoadedPicture | None] = OrderedDict()
        self._lock = Lock()

    def load(self, path: Path, changed_ns: int) -> LoadedPicture | None:
        """A file's picture; None where it cannot be read within bounds."""
        key = path, changed_ns
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


FILE_KEYS = ("FILEPICKER_Pictures_Filename", "FILEPICKERCTRL_Video_Filename")
"""Effect settings that name a picture or a video."""


def wanted_file(settings: Mapping[str, str]) -> str:
    """The picture or video that an effect shows, as its settings name it; empty where it shows none.

    Example:
        >>> wanted_file({"FILEPICKER_Pictures_Filename": "snow.png"})
        'snow.png'
    """
    return next((settings[key] for key in FILE_KEYS if settings.get(key)), "")


def lacks_file(settings: Mapping[str, str]) -> str | None:
    """Why an effect that shows a file shows nothing: its settings name none; None where they do."""
    return None if wanted_file(settings) else "no file"


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
        if _is_within(root, direct):
            return direct
        try:
            found = _files_below(root, root.stat().st_mtime_ns).get(base.lower())
        except OSError:  # no such folder
            continue
        if found is not None and _is_within(root, found):
            return found
    return None


def forget_media() -> None:
    """Look at the media folders afresh the next time a file is wanted: deep changes in them are not noticed."""
    _files_below.cache_clear()


@lru_cache(maxsize=16)
def _files_below(root: Path, _changed_ns: int) -> Mapping[str, Path]:
    """The files of a folder by lower-case base name; of several with one name the first in order."""
    files: dict[str, Path] = {}
    for entry in islice(_entries(root), MAX_ENTRIES):
        if entry.is_dir(follow_symlinks=False):
            continue
        key, path = entry.name.lower(), Path(entry.path)
        if key not in files or path < files[key]:
            if entry.is_symlink() and not _is_within(root, path):
                continue
            files[key] = path
    return files


def _entries(root: Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder and below it, breadth first; links to folders are not followed."""
    waiting = deque([str(root)])
    while waiting:
        try:
            with os.scandir(waiting.popleft()) as listing:
                for entry in listing:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    yield entry
        except OSError:
            continue  # a folder that may not be read has nothing to show


def _is_within(root: Path, path: Path) -> bool:
    """Whether a path is a file, and no link to one outside the folder."""
    try:
        return path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(root.resolve()))
    except (OSError, ValueError):  # names that no file can have
        return False


def load_frames(folders: tuple[str, ...], name: str) -> LoadedPicture | None:
    """A picture by name; None when there is none, or none that can be read within bounds."""
    path = find_media(folders, name)
    return PICTURES.load(path, path.stat().st_mtime_ns) if path is not None else None


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
