"""``twinklr run`` and ``twinklr demo``: the main job from the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import click

from twinklr.cli.hearing_options import hearing_options
from twinklr.core.config import JobConfig
from twinklr.core.errors import InputError
from twinklr.core.pipeline import Observer

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = 130
"""Exit code after Ctrl-C, by convention 128 + SIGINT."""


def _shared_options(command: F) -> F:
    options = [
        click.option("--out", "out_dir", type=click.Path(path_type=Path), default=Path("shows"), show_default=True,
                     metavar="DIR", help="Files go to DIR/<song>/."),
        click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
                     help="Another number, another show; the same number, the same show."),
        click.option("--fps", type=click.Choice(["20", "40"]), default="40", show_default=True,
                     help="Frames per second."),
        click.option("--provider", type=click.Choice(["offline"]), default="offline", show_default=True,
                     help="Who makes the creative choices."),
        click.option("--force", is_flag=True, help="Replace an existing sequence; a backup is kept."),
        click.option("--fresh", is_flag=True, help="Do everything again, also what earlier runs have kept."),
        click.option("--quiet", is_flag=True, help="Print nothing but errors."),
        click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--show", "show_dir", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Your xLights show folder (it has xlights_rgbeffects.xml).")  # fmt: skip
@hearing_options
@_shared_options
def run(song: Path, show_dir: Path, **options: Any) -> None:
    """Make a light show from SONG for the house in your xLights show folder."""
    _make(song, show_dir, options)


@click.command()
@_shared_options
def demo(**options: Any) -> None:
    """Make the demo show: a song and a house that come with Twinklr."""
    folder = demo_folder()
    _make(folder / "demo_song.ogg", folder / "demo_show", {**options, "lyrics": folder / "demo_song.lrc"})


def demo_folder() -> Path:
    """Folder of the demo song and show: beside the package when installed, at the root of a checkout otherwise."""
    package = Path(str(files("twinklr.core"))).parent
    for folder in (package / "examples", package.parents[1] / "examples"):
        if (folder / "demo_song.ogg").is_file():
            return folder
    raise InputError("the demo song is missing", where=package, cure="install Twinklr again")


def _make(song: Path, show_dir: Path, options: dict[str, Any]) -> None:
    from rich.console import Console

    from twinklr.core.pipeline.progress import ProgressDisplay
    from twinklr.core.show import MadeShow, ShowRequest, make_show

    request = ShowRequest(
        song=song,
        show_dir=show_dir,
        out_dir=options["out_dir"],
        job=JobConfig(
            seed=options["seed"],
            fps=int(options["fps"]),  # type: ignore[arg-type]
            lyrics_path=options.get("lyrics"),
            corrections_path=options.get("corrections"),
            beats_path=options.get("beats"),
            stems_dir=options.get("stems"),
        ),
        force=options["force"],
        fresh=options["fresh"],
    )
    quiet, as_json = options["quiet"], options["as_json"]
    observers: list[Observer] = []
    if not quiet and not as_json:
        observers.append(ProgressDisplay(Console(stderr=True)))

    async def make() -> MadeShow:
        task = asyncio.ensure_future(make_show(request, observers=observers))
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            click.echo("stopped; nothing was written", err=True)
            # Work in threads cannot be interrupted, and a normal exit would wait for it.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)

    made = asyncio.run(make())
    if as_json:
        click.echo(
            json.dumps(
                {
                    "folder": str(made.folder),
                    "files": [str(file) for file in made.files],
                    "score": made.score.model_dump(mode="json"),
                    "duration_ms": round(made.duration_ms),
                }
            )
        )
    elif not quiet:
        _print_made(made)


def _print_made(made: Any) -> None:
    meanings = {
        ".xsq": "open it in xLights",
        ".fseq": "play it",
        "preview.png": "look at it",
        "report.json": "what was decided, and why",
    }
    click.echo(f"{made.folder}  in {made.duration_ms / 1000:.1f} s, score {made.score.total:.0f} of 100")
    for file in made.files:
        meaning = meanings.get(file.suffix) or meanings.get(file.name, "")
        click.echo(f"  {file.name:32}{meaning}".rstrip())
