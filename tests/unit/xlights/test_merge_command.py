from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from twinklr.cli.main import main
from twinklr.core.xlights import Effect, EffectLayer, TimingTrack, read_sequence, write_sequence
from unit.xlights.sequences import effect, row, sequence

SECTIONS = TimingTrack(
    "Sections",
    (EffectLayer((Effect("", 0, 2000, label="Verse"), Effect("", 2000, 4000, label="Chorus"))),),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """My sequence with a locked effect, and a new one with other effects."""
    mine = sequence(
        row("Tree", effect(0, 4000, "Bars")),
        row("Arch", effect(0, 1000, "Bars", locked=True), effect(1000, 4000, "Bars")),
        timing_tracks=(SECTIONS,),
    )
    new = sequence(row("Tree", effect(0, 4000, "Fire")), row("Arch", effect(0, 4000, "Fire")))
    write_sequence(mine, tmp_path / "mine.xsq")
    write_sequence(new, tmp_path / "new.xsq")
    return tmp_path


def merged(folder: Path, *options: str, result: str = "mine.merged.xsq") -> dict[str, list[tuple[str, int, int]]]:
    """What stands on the rows of the result."""
    assert main(["merge", str(folder / "new.xsq"), "--into", str(folder / "mine.xsq"), *options]) == 0
    found = read_sequence(folder / result)
    return {r.name: [(e.name, e.start_ms, e.end_ms) for e in r.layers[0].effects] for r in found.rows}


def test_all_rows_are_merged_beside_the_sequence_and_locked_effects_stay(folder: Path) -> None:
    before = (folder / "mine.xsq").read_bytes()
    found = merged(folder)
    assert found == {"Tree": [("Fire", 0, 4000)], "Arch": [("Bars", 0, 1000), ("Fire", 1000, 4000)]}
    assert (folder / "mine.xsq").read_bytes() == before


def test_only_chosen_rows_and_sections_change(folder: Path) -> None:
    found = merged(folder, "--rows", "Tree", "--sections", "chorus")
    assert found["Tree"] == [("Bars", 0, 2000), ("Fire", 2000, 4000)]
    assert found["Arch"] == [("Bars", 0, 1000), ("Bars", 1000, 4000)]


def test_sections_and_times_together(folder: Path) -> None:
    found = merged(folder, "--sections", "Chorus,Verse", "--track", "Sections", "--from", "1", "--to", "3")
    assert found["Tree"] == [("Bars", 0, 1000), ("Fire", 1000, 3000), ("Bars", 3000, 4000)]


def test_in_place_with_a_backup(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "mine.xsq").read_bytes()
    assert merged(folder, "--force", result="mine.xsq")["Tree"] == [("Fire", 0, 4000)]
    assert (folder / "mine.xsq.bak").read_bytes() == before
    assert "2 rows changed (Tree, Arch)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--sections", "Chorsu"], "did you mean 'Chorus'?"),
        (["--sections", "Chorus", "--track", "Section"], "did you mean 'Sections'?"),
        (["--sections", "Chorus", "--to", "1"], "no chosen section lies between"),
        (["--from", "3", "--to", "2"], "there is nothing between --from and --to"),
        (["--rows", "Tre"], "did you mean 'Tree'?"),
        (["--from", "nan"], "--from is nan"),
        (["--to", "inf"], "--to is inf"),
        (["--from", "-1"], "--from is -1"),
        (["--track", "Sections"], "--track chooses nothing without --sections"),
    ],
)
def test_mistakes_are_one_line(folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    assert main(["merge", str(folder / "new.xsq"), "--into", str(folder / "mine.xsq"), *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (folder / "mine.merged.xsq").exists()


def test_an_older_result_is_not_replaced(folder: Path) -> None:
    merged(folder)
    assert main(["merge", str(folder / "new.xsq"), "--into", str(folder / "mine.xsq")]) == 2


def test_a_backup_is_never_replaced_and_nothing_is_written_when_nothing_changes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "mine.xsq").read_bytes()
    merged(folder, "--force", "--rows", "Tree", result="mine.xsq")
    middle = (folder / "mine.xsq").read_bytes()
    merged(folder, "--force", result="mine.xsq")
    assert [(folder / f"mine.xsq.{end}").read_bytes() for end in ("bak", "bak1")] == [before, middle]
    capsys.readouterr()
    merged(folder, "--force", result="mine.xsq")
    assert capsys.readouterr().out == "no row changed; nothing is written\n"
    assert not (folder / "mine.xsq.bak2").exists()


def test_what_lies_beyond_the_end_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = sequence(row("Tree", effect(0, 4000, "Fire"), effect(9000, 11_000), effect(15_000, 20_000)))
    write_sequence(replace(long, duration_ms=20_000), folder / "new.xsq", overwrite=True)
    assert merged(folder)["Tree"] == [("Fire", 0, 4000), ("On", 9000, 10_000)]
    assert read_sequence(folder / "mine.merged.xsq").duration_ms == 10_000
    assert "2 effects reach beyond the end of your sequence (10 s) and are cut or left out" in capsys.readouterr().out


def test_an_old_sequence_is_not_overwritten_with_the_new_form(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = (folder / "mine.xsq").rename(folder / "mine.xml")
    before = old.read_bytes()
    assert main(["merge", str(folder / "new.xsq"), "--into", str(old), "--force"]) == 2
    assert "twinklr convert" in capsys.readouterr().err
    assert old.read_bytes() == before
    assert main(["merge", str(folder / "new.xsq"), "--into", str(old)]) == 0
    assert (folder / "mine.merged.xsq").exists()
