from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from twinklr.core.errors import OutputError
from twinklr.core.xlights import atomic_file, back_up, write_atomically


@pytest.fixture(params=["hard links", "no hard links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file system as most are, or one such as a USB stick has."""

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    if request.param == "no hard links":
        monkeypatch.setattr(os, "link", refuse)
    return str(request.param)


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


@pytest.mark.usefixtures("file_system")
def test_backups_count_up_and_are_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "song.xsq"
    (tmp_path / "song.xsq.bak1").symlink_to(tmp_path / "a disk that is not plugged in")
    kept = []
    for text in ("one", "two", "three"):
        path.write_text(text)
        os.utime(path, ns=(0, 1_600_000_000_000_000_000))
        kept.append(back_up(path))
    assert [place.name for place in kept] == ["song.xsq.bak", "song.xsq.bak2", "song.xsq.bak3"]
    assert [place.read_text() for place in kept] == ["one", "two", "three"]
    assert {place.stat().st_mtime for place in kept} == {1_600_000_000}, "as old as what they keep"
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.usefixtures("file_system")
def test_backups_made_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "song.xsq"
    path.write_bytes(b"light" * 10_000)
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(back_up, [path] * 24))
    assert len(set(kept)) == 24
    assert all(place.read_bytes() == path.read_bytes() for place in kept)
    assert {place.name for place in tmp_path.iterdir()} == {path.name, *(place.name for place in kept)}


@pytest.mark.usefixtures("file_system")
def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "song.xsq"

    def write() -> None:
        with atomic_file(path) as stream:
            stream.write(b"ours")
            path.write_bytes(b"theirs")

    with pytest.raises(OutputError, match="there already"):
        write()
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_backed_up_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no backup"):
        back_up(tmp_path / "nothing.xsq")
