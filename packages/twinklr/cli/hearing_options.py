"""What may be handed in beside a song, the same for every command that listens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def hearing_options(command: F) -> F:
    """Adds ``--lyrics``, ``--corrections``, ``--beats`` and ``--stems``."""
    options = [
        click.option("--lyrics", "--transcript", "lyrics", type=click.Path(path_type=Path), metavar="FILE",
                     help="Words of the song: .lrc, .srt, Audacity labels, plain text, or Whisper's JSON; "
                          "or whisper, to ask it where it is installed."),
        click.option("--corrections", type=click.Path(path_type=Path), metavar="FILE",
                     help="What you know better: TOML, section labels, or an .xsq with a Sections track."),
        click.option("--beats", type=click.Path(path_type=Path), metavar="FILE",
                     help="Beats from another program (.beats); or beat-this, to ask it where it is installed."),
        click.option("--stems", type=click.Path(path_type=Path), metavar="DIR",
                     help="The song taken apart: a folder with vocals.wav, drums.wav ...; "
                          "or demucs, to ask it where it is installed."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command
