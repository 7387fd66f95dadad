"""``twinklr compare``: how well two renders of a show agree, or ours with a set of reference renders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from twinklr.core.display import Display
    from twinklr.core.effects.compare import Agreement, VariantAgreement
    from twinklr.core.xlights import FseqFile

WINDOW_BYTES = 32 << 20
"""Memory of one window of each render."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--show", "show_folder", type=click.Path(path_type=Path), help="Show folder the files were rendered for.")
@click.option("--sequence", type=click.Path(path_type=Path), help="The .xsq, for a table by effect.")
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the worst moment to a .png file.")
@click.option("--reference", type=click.Path(path_type=Path), help="Folder of .xsq with .fseq: render and compare all.")
@click.option("--all", "show_all", is_flag=True, help="With --reference: every variant, not only those below par.")
@click.option("--golden", type=click.Path(path_type=Path), help="With --reference: write the figures to a JSON file.")
def compare(
    files: tuple[Path, ...],
    show_folder: Path | None,
    sequence: Path | None,
    picture: Path | None,
    reference: Path | None,
    show_all: bool,
    golden: Path | None,
) -> None:
    """Compare two renders A.fseq B.fseq of a show, or our renders with a folder of reference renders."""
    from twinklr.core.errors import InputError

    if reference is not None:
        _compare_reference(reference, show_all, golden)
        return
    if len(files) != 2:
        raise InputError("two .fseq files are needed", cure="give A.fseq B.fseq, or --reference FOLDER")
    _compare_files(files[0], files[1], show_folder or files[0].parent, sequence, picture)


def _compare_files(one: Path, other: Path, folder: Path, sequence: Path | None, picture: Path | None) -> None:
    from twinklr.core.display import read_display
    from twinklr.core.effects.compare import compare_effects, compare_models
    from twinklr.core.errors import InputError
    from twinklr.core.xlights import read_fseq, read_sequence

    for path in (one, other):
        if not path.is_file():
            raise InputError("no such file", where=path, cure="give a rendered .fseq file")
    display = read_display(folder)
    with read_fseq(one) as first, read_fseq(other) as second:
        for opened in (first, second):
            opened.check_length()
        if first.frame_ms != second.frame_ms:
            raise InputError(f"frames of {second.frame_ms} ms", where=other, expected=f"{first.frame_ms} ms")
        if first.frame_count != second.frame_count:
            click.echo(f"{first.frame_count} frames and {second.frame_count}: the common ones are compared")
        agreements = compare_models(_windows(first, second, display), display)
        _print("by model", agreements)
        if sequence is not None:
            by_effect = compare_effects(_windows(first, second, display), display, read_sequence(sequence))
            _print("by effect", by_effect)
        worst = min(agreements, key=lambda found: found.near, default=None)
        if picture is not None and worst is not None and worst.worst_frame is not None:
            _draw(picture, display, first, second, worst.worst_frame)
            click.echo(f"worst moment: {worst.name}, frame {worst.worst_frame}: {picture}")


def _windows(
    one: FseqFile, other: FseqFile, display: Display
) -> Iterator[tuple[int, NDArray[np.uint8], NDArray[np.uint8]]]:
    import numpy as np

    count = min(one.frame_count, other.frame_count)
    width = max(one.channel_count, other.channel_count, display.channel_count)
    rows = max(WINDOW_BYTES // max(width, 1), 1)
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        both = [np.zeros((stop - start, width), dtype=np.uint8) for _ in range(2)]
        for frames, source in zip(both, (one, other), strict=True):
            frames[:, : source.channel_count] = source.frames(start, stop)
        yield start, both[0], both[1]


def _print(title: str, agreements: list[Agreement]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, header_style="bold")
    table.add_column("name")
    for column in ("equal", "within 2", "mean difference", "first divergence", "worst frame"):
        table.add_column(column, justify="right")
    for found in agreements:
        first = "-" if found.first_divergence is None else str(found.first_divergence)
        worst = "-" if found.worst_frame is None else str(found.worst_frame)
        table.add_row(
            Text(found.name), f"{found.equal:.2%}", f"{found.near:.2%}", f"{found.mean_difference:.2f}", first, worst
        )
    Console().print(table)


def _draw(path: Path, display: Display, one: FseqFile, other: FseqFile, frame: int) -> None:
    from PIL import Image, ImageDraw

    from twinklr.core.effects.channels import channel_map, from_channels
    from twinklr.core.errors import OutputError

    mapping = channel_map(display)
    places = display.node_xyz[:, :2]
    low, high = places.min(axis=0), places.max(axis=0)
    scale = min(640.0 / max(float(high[0] - low[0]), 1.0), 640.0 / max(float(high[1] - low[1]), 1.0))
    width, height = (int((high[axis] - low[axis]) * scale) + 21 for axis in (0, 1))
    image = Image.new("RGB", (2 * width, height), (16, 16, 20))
    draw = ImageDraw.Draw(image)
    for side, source in enumerate((one, other)):
        frames = _widened(source, frame, mapping.channel_count)
        colors = from_channels(frames, mapping, display.node_count)[0]
        for (x, y), color in zip(places, colors, strict=True):
            left, top = (x - low[0]) * scale + 10 + side * width, height - 11 - (y - low[1]) * scale
            draw.ellipse((left - 2, top - 2, left + 2, top + 2), fill=tuple(int(part) for part in color))
    try:
        image.save(path)
    except (OSError, ValueError) as error:
        raise OutputError("the picture cannot be written", where=path, cure="give a name ending in .png") from error


def _widened(source: FseqFile, frame: int, channels: int) -> NDArray[np.uint8]:
    import numpy as np

    frames = np.zeros((1, max(channels, source.channel_count)), dtype=np.uint8)
    frames[:, : source.channel_count] = source.frames(frame, frame + 1)
    return frames


def _reason(variant: VariantAgreement) -> str:
    """Where a variant differs: in its look by chance or by more than that, or on which models."""
    if variant.chance is None:
        weak = sorted(variant.models.items(), key=lambda item: item[1])[:3]
        return ", ".join(f"{name} {share:.1%}" for name, share in weak)
    off = ", ".join(f"{name} {value:.2f}" for name, value in variant.chance.error.items())
    lowest, highest = min(variant.chance.seeds, default=1.0), max(variant.chance.seeds, default=1.0)
    verdict = "chance" if variant.by_chance else "more than chance"
    alone = 1.0 - max(variant.look.values(), default=0.0)
    return f"{off}; {verdict}: our seeds {lowest:.0%}-{highest:.0%}; one seed {alone:.0%}"


def _compare_reference(folder: Path, show_all: bool, golden: Path | None) -> None:
    from twinklr.core.effects.reference import REASONS, compare_folder, to_golden

    results = []
    click.echo(f"{'file':<26} {'variants':>8} {'mean':>8} {'chance':>8} {'worst':>8} {'below par':>9}")
    for result in compare_folder(folder):
        results.append(result)
        missing = f"  not supported: {', '.join(result.unsupported)}" if result.unsupported else ""
        chance = f"{result.ceiling:.2%}" if result.pooled else "-"
        figures = f"{len(result.variants):>8} {result.mean:>8.2%} {chance:>8} {result.worst:>8.2%} {len(result.low):>9}"
        click.echo(f"{result.name:<26} {figures}{missing}")
        for variant in result.variants if show_all else result.low:
            click.echo(f"    {variant.start:>5} {variant.score:>7.2%}  {variant.settings[:70]:<70}  {_reason(variant)}")
        if result.low and result.name in REASONS:
            click.echo(f"    why: {REASONS[result.name]}")
        if result.pooled:
            click.echo(
                f"    all together off by {', '.join(f'{name} {off:.1%}' for name, off in result.pooled.items())}"
            )
    if golden is not None:
        golden.write_text(json.dumps(to_golden(results), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        click.echo(f"written: {golden}")
