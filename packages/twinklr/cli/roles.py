"""``twinklr roles``: the guessed roles, and a file to correct them in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--edit", is_flag=True, help="Write twinklr.toml into the folder, with every guess to correct.")
@click.option("--force", is_flag=True, help="Replace a twinklr.toml that is there; the old one is kept beside it.")
def roles(folder: Path, edit: bool, force: bool) -> None:
    """Show what Twinklr takes each prop of a show FOLDER for, the least sure first."""
    from twinklr.core.display import overrides_text, read_display, write_overrides

    display = read_display(folder)
    if not edit:
        click.echo(overrides_text(display, folder), nl=False)
        return
    path, backup = write_overrides(display, folder, force=force)
    if backup is not None:
        click.echo(f"kept the old one: {backup}")
    click.echo(f"written: {path}; correct it, then run: twinklr inspect {folder}")
