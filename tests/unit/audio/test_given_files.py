"""Whatever is handed in beside a song, and however it is broken: it is read, or the true cause is one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.cli.main import main
from twinklr.core.audio import analyze_song, read_corrections, read_lyrics
from twinklr.core.audio.beat_files import read_beats
from twinklr.core.audio.given_files import decode_text
from twinklr.core.audio.stems import read_stems
from twinklr.core.errors import InputError
from twinklr.core.text import unicode_codec
from unit.audio.audio_music import Tune, WriteSound

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")
LYRICS, LABELS, BEATS = "[00:01.00]Fröhliche Weihnacht\n", "0.0\t9.5\tStrophe ä\n9.5\t20\tRefrain\n", "0.5 1\n1.0 2\n"
TOML = '[[sections]]\nat_s = 0\nname = "Fröhlich"\n'
TRANSCRIPT = '{"segments": [{"start": 1, "end": 2, "text": "Fröhliche Weihnacht", "words": []}]}'
KINDS: dict[str, tuple[str, str, Callable[[Path], Any]]] = {
    "lyrics": ("song.lrc", LYRICS, lambda path: read_lyrics(path).lines[0].text),
    "transcript": ("song.json", TRANSCRIPT, lambda path: read_lyrics(path).lines[0].text),
    "labels": ("marks.txt", LABELS, lambda path: [(mark.at_s, mark.name) for mark in read_corrections(path).sections]),
    "settings": ("song.toml", TOML, lambda path: read_corrections(path).sections[0].name),
    "beats": ("song.beats", BEATS, read_beats),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_common_encoding_is_read(kind: str, encoding: str, tmp_path: Path) -> None:
    name, text, read = KINDS[kind]
    for folder, data in (("plain", text.encode()), ("coded", text.encode(encoding))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(data)
    assert read(tmp_path / "coded" / name) == read(tmp_path / "plain" / name)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u200e", "\u2028", "\ue000", "𝄞"])
def test_signs_without_a_shape_are_text(sign: str, codec: str) -> None:
    for text in (
        f"a{sign}Fröhliche Weihnacht",
        f"Fröhliche {sign} Weihnacht",
        "♪♪ " + "la " * 665 + f"l{sign}{sign} la",
    ):
        assert decode_text(text.encode(codec)) == text


@pytest.mark.parametrize("text", ["F\x01hlich", "F\x07hlich", "F\ufffdhlich"])
def test_signs_of_no_text_prove_no_encoding(text: str) -> None:
    assert unicode_codec(text.encode("utf-16-le")) == ""


@given(st.binary(max_size=300))
def test_any_bytes_become_text(data: bytes) -> None:
    assert isinstance(decode_text(data), str)


@given(st.text(max_size=80))
def test_plain_text_stays_what_it_is(text: str) -> None:
    assert decode_text(text.encode()) == text.removeprefix("\ufeff") or "\0" in text


def check_one_line(kind: str, path: Path, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as error:
        KINDS[kind][2](path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)
    assert error.value.cure


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_readable_file_is_one_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / KINDS[kind][0]
    check_one_line(kind, path, "no such file")
    check_one_line(kind, path / "below", "no such file")
    path.mkdir()
    check_one_line(kind, path, "a folder")
    path.rmdir()
    path.write_bytes(b"")
    check_one_line(kind, path, "empty")
    check_one_line(kind, path / "below", "not a directory")
    path.write_bytes(bytes(range(256)))
    check_one_line(kind, path, "not a text file")
    path.unlink()
    path.symlink_to(path)
    check_one_line(kind, path, "symbolic links")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["so\0ng", "so\ud800ng"])
def test_what_can_be_no_path_is_one_line(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be the path of a file") as error:
        KINDS[kind][2](tmp_path / name / KINDS[kind][0])
    assert str(error.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as files are a thing of Unix")
@pytest.mark.timeout(20)
def test_a_pipe_is_named_and_not_waited_for(tmp_path: Path) -> None:
    for kind, (name, _, _) in KINDS.items():
        os.mkfifo(tmp_path / name)
        check_one_line(kind, tmp_path / name, "pipe")
    os.mkfifo(tmp_path / "song.wav")
    with pytest.raises(InputError, match="pipe"):
        analyze_song(tmp_path / "song.wav")
    with pytest.raises(InputError, match="no such folder"):
        read_stems(tmp_path / "song.wav", tmp_path / "song.wav", 1, longest_s=9)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[None]:
    """The files of this test belong to somebody else and may not be looked at."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions are a thing of Unix")
    tmp_path.chmod(0o000)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    yield
    if me == 0:
        os.seteuid(me)
    tmp_path.chmod(0o700)


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_may_not_be_read_is_one_line(kind: str, tmp_path: Path) -> None:
    check_one_line(kind, tmp_path / KINDS[kind][0], "permission denied")


@pytest.mark.usefixtures("stranger")
def test_a_closed_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="permission denied") as error:
        read_stems(tmp_path, Path("song.wav"), 1, longest_s=9)
    assert "--stems" in error.value.cure
    assert main(["analyze", str(tmp_path / "song.wav")]) == 2
    said = capsys.readouterr().err.strip()
    assert "permission denied" in said
    assert len(said.splitlines()) == 1


def test_the_command_says_the_true_cause(
    tune: Tune, write_sound: WriteSound, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = write_sound(tune.sound[:200_000])
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    for option in ("--lyrics", "--corrections", "--beats"):
        for path, cause in ((empty, "empty"), (tmp_path, "a folder"), (tmp_path / "none", "no such file")):
            assert main(["analyze", str(song), option, str(path)]) == 2
            said = capsys.readouterr().err.strip()
            assert cause in said
            assert option in said or path is empty
            assert len(said.splitlines()) == 1
