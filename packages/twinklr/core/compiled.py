"""Where compiled loops are kept from run to run.

The loops of hearing and rendering are compiled by numba on first use, which takes seconds, and kept beside their
sources. Where that folder cannot be written (a package installed by an administrator, a read-only disk) numba tries a
folder of its own below the user's home; where that fails too it refuses even to import the loops. So we name a folder
before numba is imported: in our own cache if it can be written, else one for this process alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def choose_cache_folder() -> None:
    """Set ``NUMBA_CACHE_DIR`` where loops cannot be kept beside their sources; what the user set is left alone."""
    if "NUMBA_CACHE_DIR" in os.environ or _can_write(Path(__file__).parent / "__pycache__"):
        return
    from twinklr.core.config import default_cache_dir  # noqa: PLC0415 (costs a tenth of a second and is rarely needed)

    folder = default_cache_dir() / "compiled"
    if not _can_write(folder):
        # Not a name others could guess: what lies in the folder is executed.
        folder = Path(_process_folder().name)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def _process_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the process ends."""
    _kept.append(tempfile.TemporaryDirectory(prefix="twinklr-", ignore_cleanup_errors=True))
    return _kept[-1]


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True
