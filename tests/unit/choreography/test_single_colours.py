"""Strings of one colour are given tones of it: a white string shows nothing of a red."""

from __future__ import annotations

from pathlib import Path

from twinklr.core.choreography.canvas import TOP, Canvas, write_palette
from twinklr.core.choreography.cast import single_tones
from twinklr.core.display import read_display
from twinklr.core.xlights.sequence import Effect


def _show(folder: Path, *kinds: str) -> Path:
    models = "".join(
        f'<model name="{kind}" DisplayAs="Single Line" StringType="{kind}" StartChannel="{1 + 10 * index}" '
        f'NumStrings="1" NodesPerString="3" versionNumber="8" WorldPosX="0" WorldPosY="0" X2="9" Y2="0"/>'
        for index, kind in enumerate(kinds)
    )
    groups = f'<modelGroup name="All" models="{",".join(kinds)}"/>'
    text = f"<xrgb><models>{models}</models><modelGroups>{groups}</modelGroups></xrgb>"
    (folder / "xlights_rgbeffects.xml").write_text(text, encoding="utf-8")
    return folder


def test_rows_of_one_colour_have_tones_and_others_none(tmp_path: Path) -> None:
    display = read_display(_show(tmp_path, "Single Color White", "Single Color Red", "RGB Nodes"))
    tones = single_tones(display, ["Single Color White", "Single Color Red", "RGB Nodes", "All"])
    assert tones["Single Color White"][:2] == ("#FFFFFF", "#4C4C4C")
    assert tones["Single Color Red"][0] == "#FF0000"
    assert set(tones) == {"Single Color White", "Single Color Red"}


def test_palettes_on_such_rows_are_written_in_tones() -> None:
    canvas = Canvas(25, 10_000, frozenset({"White", "Any"}), {"White": ("#FFFFFF", "#4C4C4C")})
    for row in ("White", "Any"):
        canvas.put(row, TOP, Effect("Bars", 0, 1000, "", write_palette(["#FF0000", "#00FF00"], 40)))
    white, other = (found.layers[0].effects[0].palette for found in canvas.finish(["White", "Any"]))
    assert "Palette1=#FFFFFF" in white
    assert "Palette2=#4C4C4C" in white
    assert "Palette1=#FF0000" in other
