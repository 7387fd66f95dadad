"""Write files so that nothing half-written is ever left behind, and keep what is replaced."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from twinklr.core.errors import OutputError


class _NameTaken(OutputError):
    """Something else has the name."""


def _is_there(path: Path) -> _NameTaken:
    cure = "choose another name, or allow replacing it (--force)"
    return _NameTaken("the file is there already", where=path, cure=cure)


@contextlib.contextmanager
def atomic_file(path: str | Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when the block ends well.

    The bytes go to a temporary file beside it, which is flushed to disk and then gets the name. If the block raises,
    the temporary file is removed and what stood there before is untouched.

    Args:
        path: Where the file shall be. Its folder is made.
        overwrite: Whether a file of that name may be replaced; if not, one that appears meanwhile is kept too.

    Raises:
        OutputError: If it exists and may not be replaced, or cannot be written.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        if path.is_dir():
            raise _NameTaken("a folder has this name", where=path, cure="give a file name")
        if path.exists() and not overwrite:
            raise _is_there(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files private; a show file is read by xLights, maybe under another account.
        temporary.chmod(0o666 & ~_umask())
        if overwrite:
            temporary.replace(path)
        else:
            _name_anew(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", where=path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _name_anew(temporary: Path, path: Path) -> None:
    """Give a finished file a name that nobody has, even if somebody else tries for it at the same moment."""
    try:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links: claim the name with an empty file of our own
            path.touch(exist_ok=False)
            temporary.replace(path)
    except FileExistsError as error:
        raise _is_there(path) from error


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def write_atomically(path: str | Path, data: bytes, *, overwrite: bool = False) -> Path:
    """Write bytes to a file, all or nothing.

    Raises:
        OutputError: If the file exists and may not be replaced, or cannot be written.
    """
    with atomic_file(path, overwrite=overwrite) as stream:
        stream.write(data)
    return Path(path)


def back_up(path: Path) -> Path:
    """Copy a file beside itself, to the first unused name of ``song.xsq.bak``, ``song.xsq.bak1``, ``song.xsq.bak2``.

    The copy keeps the file's date and permissions. A backup that is there is never replaced, even if another program
    makes one at the same moment.

    Raises:
        OutputError: If the file cannot be read, or the copy not be written.
    """
    number = 0
    try:
        data = path.read_bytes()
        while True:
            place = path.with_name(f"{path.name}.bak{number or ''}")
            with contextlib.suppress(_NameTaken):
                write_atomically(place, data)
                shutil.copystat(path, place)
                return place
            number += 1
    except OSError as error:
        raise OutputError(f"no backup can be made: {error.strerror or error}", where=path) from error
