from __future__ import annotations

from pathlib import Path

import pytest

from twinklr.core.errors import OutputError
from twinklr.core.xlights import atomic_file, write_atomically


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "deep" / "a.txt", b"old")

    def fail() -> None:
        with atomic_file(path, overwrite=True) as stream:
            stream.write(b"half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_files_are_readable_as_the_users_other_files_are(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    assert write_atomically(tmp_path / "a", b"x").stat().st_mode == plain.stat().st_mode


def test_a_folder_or_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="a folder has this name"):
        write_atomically(tmp_path, b"x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_atomically(tmp_path / ("x" * 300), b"x")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "a", b"x")
