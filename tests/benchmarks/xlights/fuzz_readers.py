"""Feed the readers with bytes that coverage leads: an opt-in target for atheris, which is not among our dependencies.

Usage: ``pip install atheris``, then from the root of the project, with ``packages`` and ``tests`` on the path::

    PYTHONPATH=packages:tests python tests/benchmarks/xlights/fuzz_readers.py layout -max_total_time=300

The first argument is "layout", "networks", "sequence" or "fseq"; the others go to libFuzzer. Whatever ends the run but
an `InputError` is a bug of ours, and its input is left behind as ``crash-*``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found,unused-ignore]

with atheris.instrument_imports(include=["twinklr.core.xlights"]):
    from twinklr.core.errors import InputError
    from unit.xlights import test_reader_fuzz as targets

FOLDER = Path(tempfile.mkdtemp(prefix="twinklr-fuzz-"))
USES = {name: use for name, (use, _) in targets.READERS.items()} | {"fseq": targets.use_fseq}


def seeds(name: str) -> Path:
    """A folder with sound files to start from."""
    folder = FOLDER / "seeds"
    folder.mkdir()
    if name == "fseq":
        for kind, options in targets.KINDS.items():
            (folder / kind).write_bytes(targets.fseq_bytes(FOLDER, options))
    else:
        (folder / "sound").write_text(targets.READERS[name][1])
    return folder


def main() -> None:
    name = sys.argv.pop(1)
    path = FOLDER / "input"

    def one_input(data: bytes) -> None:
        path.write_bytes(data)
        try:
            USES[name](path)
        except InputError:
            return

    atheris.Setup([*sys.argv, str(seeds(name))], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
