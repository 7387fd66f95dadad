"""``twinklr render``: an xLights sequence to frames a player can show."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from twinklr.core.display import Display
    from twinklr.core.effects import Renderer
    from twinklr.core.effects.call import Surroundings
    from twinklr.core.xlights import Sequence


@click.command()
@click.argument("sequence", type=click.Path(path_type=Path))
@click.option("--show", "show_folder", type=click.Path(path_type=Path), help="Show folder; beside the file by default.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="FSEQ file; named after the sequence by default.")
@click.option("--from", "from_s", type=float, default=0.0, help="First second to render.")
@click.option("--to", "to_s", type=float, help="Second to stop at; the end by default.")
@click.option("--models", multiple=True, help="Render this row only; may be given several times, or with commas.")
@click.option("--media", multiple=True, type=click.Path(path_type=Path), help="Folder with pictures and videos.")
@click.option("--song", type=click.Path(path_type=Path), help="Song; by default the sequence's own, found by its name.")
@click.option("--seed", default=0, help="Seed of effects that use chance.")
@click.option("--costs", "show_costs", is_flag=True, help="Show what each kind of effect cost.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it is there.")
def render(  # noqa: PLR0913, PLR0917 (a parameter for every option)
    sequence: Path,
    show_folder: Path | None,
    output: Path | None,
    from_s: float,
    to_s: float | None,
    models: tuple[str, ...],
    media: tuple[Path, ...],
    song: Path | None,
    seed: int,
    show_costs: bool,
    overwrite: bool,
) -> None:
    """Render an xLights SEQUENCE (.xsq) to an .fseq file, as xLights itself would."""
    from twinklr.core.display import read_display
    from twinklr.core.effects import Renderer
    from twinklr.core.xlights import read_sequence, write_fseq

    folder = show_folder or sequence.parent
    read, display = read_sequence(sequence), read_display(folder)
    names = [name.strip() for entry in models for name in entry.split(",") if name.strip()]
    _check_names(names, read, display)
    folders = [str(part) for part in (*media, sequence.parent, folder)]
    heard = _heard(song, folders, read)
    renderer = Renderer(read, display, seed=seed, media_folders=folders, song=heard, models=names or None)
    start, stop = _span(renderer.frame_count, read.frame_ms, from_s, to_s)
    begun = time.perf_counter()
    target = output or sequence.with_suffix(".fseq")
    header = write_fseq(
        target,
        _frames(renderer, start, stop),
        renderer.channel_count,
        read.frame_ms,
        media_file=read.media_file,
        frame_count=stop - start,
        overwrite=overwrite,
    )
    took_s = time.perf_counter() - begun
    click.echo(
        f"{target}: {header.frame_count} frames of {renderer.channel_count} channels "
        f"in {took_s:.1f} s ({header.frame_count / max(took_s, 1e-9):.0f} frames/s)"
    )
    if show_costs:
        for name, cost in renderer.costs.items():
            each_us = cost.cpu_s / max(cost.frames, 1) * 1e6
            click.echo(
                f"{name:<16} {cost.cpu_s:>7.2f} s of processor, {cost.calls:>6} calls, {each_us:>7.0f} us a frame"
            )
    if renderer.unplaced:
        click.echo(f"rows that are not in the layout: {', '.join(renderer.unplaced)}")
    if renderer.unsupported:
        missing = ", ".join(f"{name} ({count})" for name, count in renderer.unsupported.items())
        click.echo(f"not supported, left dark: {missing}")
    if renderer.missing_media:
        files = ", ".join(f"{name} ({count})" for name, count in renderer.missing_media.items())
        click.echo(f"not found, left dark: {files}; name their folder with --media")
    if renderer.ignored:
        idle = ", ".join(f"{key} ({count})" for key, count in renderer.ignored.items())
        click.echo(f"settings that had no effect here: {idle}")


def _heard(song: Path | None, folders: list[str], sequence: Sequence) -> Surroundings | None:
    """The song for effects that follow the music: the one given, or the sequence's own from a media folder."""
    from twinklr.core.effects.hearing import hear_song
    from twinklr.core.errors import InputError
    from twinklr.core.xlights.media_files import find_media

    path = song or find_media(tuple(folders), sequence.media_file)
    if path is None:
        if sequence.media_file:
            click.echo(f"{Path(sequence.media_file).name} is not here: effects that follow the music hear nothing")
        return None
    try:
        return hear_song(path, sequence.duration_ms // sequence.frame_ms, sequence.frame_ms)
    except InputError as error:
        if song is not None:
            raise
        click.echo(f"effects that follow the music hear nothing: {error}")
        return None


def _frames(renderer: Renderer, start: int, stop: int) -> Iterator[NDArray[np.uint8]]:
    yield from renderer.windows(renderer.window_frames, start, stop)


def _check_names(names: list[str], sequence: Sequence, display: Display) -> None:
    from twinklr.core.errors import InputError

    rows = {row.name for row in sequence.rows}
    known = {prop.name for prop in display.props} | {group.name for group in display.groups}
    for name in names:
        if name not in rows:
            what = "the sequence has no row for it" if name in known else "no such model or group"
            raise InputError(what, where=name, cure="give names as they stand in the sequence")


def _span(frame_count: int, frame_ms: int, from_s: float, to_s: float | None) -> tuple[int, int]:
    from twinklr.core.errors import InputError

    length_s = frame_count * frame_ms / 1000.0
    for option, value_s in (("--from", from_s), ("--to", to_s)):
        if value_s is not None and not 0.0 <= value_s < math.inf:  # nan neither
            raise InputError(f"{option} is no time", expected=f"0 to {length_s:g} s", cure="give another span")
    start = round(min(from_s, length_s) * 1000.0 / frame_ms)
    stop = frame_count if to_s is None else min(round(min(to_s, length_s) * 1000.0 / frame_ms), frame_count)
    if start >= stop:
        raise InputError(
            "there is nothing between --from and --to", expected=f"0 to {length_s:g} s", cure="give another span"
        )
    return start, stop
