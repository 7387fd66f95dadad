"""Write files so that nothing half-written is ever left behind."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from twinklr.core.errors import OutputError


@contextlib.contextmanager
def atomic_file(path: str | Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when the block ends well.

    The bytes go to a temporary file beside it, which is flushed to disk and then renamed over the name. If the block
    raises, the temporary file is removed and what stood there before is untouched.

    Args:
        path: Where the file shall be. Its folder is made.
        overwrite: Whether a file of that name may be replaced.

    Raises:
        OutputError: If it exists and may not be replaced, or cannot be written.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        if path.is_dir():
            raise OutputError("a folder has this name", where=path, cure="give a file name")
        if path.exists() and not overwrite:
            raise OutputError(
                "the file is there already", where=path, cure="choose another name, or allow replacing it (--force)"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files private; a show file is read by xLights, maybe under another account.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", where=path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


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

    Raises:
        OutputError: If the copy cannot be written.
    """
    names = (f"{path.name}.bak{number or ''}" for number in itertools.count())
    free = next(place for place in map(path.with_name, names) if not place.exists())
    return write_atomically(free, path.read_bytes())
