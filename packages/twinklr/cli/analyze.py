"""``twinklr analyze``: what is heard in a song, as a table, JSON, a picture, clicks or timing tracks."""

from __future__ import annotations

from pathlib import Path

import click

from twinklr.cli.hearing_options import hearing_options


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE.png", help="Draw the analysis.")
@click.option("--click", "click_path", type=click.Path(path_type=Path), metavar="FILE.wav",
              help="Write the song with clicks on its beats.")  # fmt: skip
@click.option("--timing", type=click.Path(path_type=Path), metavar="FILE.xtiming",
              help="Write timing tracks for xLights; FILE.beats.txt and the like write Audacity labels.")  # fmt: skip
@hearing_options
def analyze(
    song: Path,
    as_json: bool,
    plot: Path | None,
    click_path: Path | None,
    timing: Path | None,
    **given: Path | None,
) -> None:
    """Listen to SONG and show its beats, bars, sections, harmony, energy and words."""
    from twinklr.core.audio import analysis_inputs, analyze_song, write_timing
    from twinklr.core.audio.beat_files import with_beats
    from twinklr.core.audio.click_track import CLICK_SUFFIXES, write_click_track
    from twinklr.core.audio.corrections import find_corrections
    from twinklr.core.audio.plot import PLOT_SUFFIXES, write_plot
    from twinklr.core.audio.timing_export import TIMING_SUFFIXES, check_target

    inputs = [*analysis_inputs(song, given["lyrics"]), *filter(None, given.values())]
    targets = ((plot, PLOT_SUFFIXES), (click_path, CLICK_SUFFIXES), (timing, TIMING_SUFFIXES))
    for target, suffixes in targets:
        if target is not None:
            check_target(target, suffixes, inputs)
    corrections = with_beats(find_corrections(song, given["corrections"]), given["beats"], song)
    bundle = analyze_song(song, lyrics_path=given["lyrics"], corrections=corrections, stems_dir=given["stems"])
    if plot is not None:
        write_plot(bundle, song, plot)
    if click_path is not None:
        write_click_track(bundle, song, click_path)
    if timing is not None:
        write_timing(bundle, timing)
    if as_json:
        click.echo(bundle.model_dump_json(indent=2))
        return
    from twinklr.core.audio.summary import summarize

    click.echo(summarize(bundle))
    for path in filter(None, (plot, click_path, timing)):
        click.echo(f"wrote {path}")
