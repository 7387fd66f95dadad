"""Files a sequence shows or plays, and where they are: by their base name in the media folders."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

from twinklr.core.xlights.sequence import Effect
from twinklr.core.xlights.settings import setting

MAX_ENTRIES = 100_000
"""Files and folders looked at below a media folder, the nearest first."""

FILE_KEYS = ("FILEPICKER_Pictures_Filename", "FILEPICKERCTRL_Video_Filename")
"""Effect settings that name a picture or a video."""


def wanted_file(settings: Mapping[str, str]) -> str:
    """The picture or video that an effect shows, as its settings name it; empty where it shows none.

    Example:
        >>> wanted_file({"FILEPICKER_Pictures_Filename": "snow.png"})
        'snow.png'
    """
    return next((settings[key] for key in FILE_KEYS if settings.get(key)), "")


def named_files(effect: Effect) -> list[str]:
    """The pictures and videos that an effect of a sequence names."""
    return [name for key in FILE_KEYS if (name := setting(effect.settings, f"E_{key}"))]


def base_name(path: str) -> str:
    r"""Last part of a path, whichever system it comes from; empty where that names no file.

    Example:
        >>> base_name(r"C:\shows\snow.png"), base_name("/shows/..")
        ('snow.png', '')
    """
    base = PureWindowsPath(PurePosixPath(path).name).name
    return "" if base in (".", "..") else base


def find_media(folders: tuple[str, ...], name: str) -> Path | None:
    """The file of a base name in one of the folders or below it.

    Paths stored in a sequence come from the author's machine: only their last part counts, so nothing outside the
    folders is ever read.
    """
    base = base_name(name)
    if not base:
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


def file_stamp(path: Path) -> tuple[int, int, int]:
    """Figures of which one changes when the file does: size, time of change, time of any change to its entry.

    The last one cannot be set back, as programs do that copy a file with its times; on Windows it is the birth.
    """
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


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
