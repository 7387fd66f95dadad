"""`publish`: move a finished show from where it was made to where the user wants it, all or nothing of each file.

A run works in a folder of its own beside the target and publishes at the end, so that a failure or Ctrl-C leaves
what was there before untouched.
"""

from __future__ import annotations

import os
from pathlib import Path

from twinklr.core.errors import OutputError
from twinklr.core.xlights import back_up


def check_target(folder: Path, song: str, *, force: bool) -> None:
    """Find out before any work is done whether the show may be written.

    Args:
        folder: Where the show's files will lie.
        song: Name of the song, the stem of the sequence file.
        force: Whether an existing sequence may be replaced (a backup is kept).

    Raises:
        OutputError: If a sequence or its render is there already and may not be replaced, or the folder cannot be
            written.
    """
    for there in (folder / f"{song}.xsq", folder / f"{song}.fseq"):
        if there.exists() and not force:
            raise OutputError(
                "a show is there already",
                where=there,
                cure="give --force to replace it (a backup of the .xsq is kept) or another folder with --out",
            )
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(
            "this place cannot be written",
            where=nearest,
            expected="a folder with write permission",
            cure="choose another folder with --out",
        )


def publish(made: Path, folder: Path) -> list[Path]:
    """Move all files of a finished show into its folder; an ``.xsq`` that is there is kept as a backup.

    Args:
        made: Folder with the finished files, on the same file system; its hidden files are left behind.
        folder: Where they go; made if needed.

    Returns:
        The published paths, sorted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    published = []
    for source in sorted(made.iterdir()):
        if source.name.startswith(".") or not source.is_file():
            continue
        target = folder / source.name
        if target.suffix == ".xsq" and target.exists():
            back_up(target)
        source.replace(target)
        published.append(target)
    return published
