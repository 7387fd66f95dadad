"""``twinklr check``: what xLights would drop, blank or crash on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from twinklr.core.xlights import Finding

MAX_PER_KIND = 10
"""Findings of one kind that are shown; ``--all`` shows the rest."""

COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}


@click.command()
@click.argument("sequence", type=click.Path(path_type=Path))
@click.option(
    "--show", "show_folder", type=click.Path(path_type=Path), help="Show folder; the file's or one above it by default."
)
@click.option("--media", multiple=True, type=click.Path(path_type=Path), help="Folder with pictures and videos.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--all", "show_all", is_flag=True, help="Show every finding, not ten of a kind.")
def check(sequence: Path, show_folder: Path | None, media: tuple[Path, ...], as_json: bool, show_all: bool) -> int:
    """Check an xLights SEQUENCE (.xsq) for everything xLights would drop, blank or crash on.

    Exit code 1 where there are errors, 2 where the files cannot be read, else 0.
    """
    from twinklr.core.errors import InputError
    from twinklr.core.xlights import LAYOUT_FILE, check_sequence, read_layout, read_networks

    if not sequence.is_file():
        raise InputError("no such file", where=sequence, cure="give the .xsq file of a sequence")
    # Many keep their sequences in a folder below the show folder.
    near = (sequence.parent, *sequence.absolute().parent.parents[:2])
    folder = show_folder or next((place for place in near if (place / LAYOUT_FILE).is_file()), sequence.parent)
    media_folders = [*media, sequence.parent, folder]
    findings = check_sequence(sequence, read_layout(folder), read_networks(folder), media_folders)
    if as_json:
        click.echo(json.dumps([_row(finding) for finding in findings], indent=1))
    else:
        _print(findings, show_all)
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _row(finding: Finding) -> dict[str, str]:
    return {name: getattr(finding, name) for name in ("severity", "code", "what", "where", "cure")}


def _print(findings: list[Finding], show_all: bool) -> None:
    order = ("error", "warning", "note")
    shown: Counter[str] = Counter()
    for finding in sorted(findings, key=lambda finding: order.index(finding.severity)):
        shown[finding.code] += 1
        if show_all or shown[finding.code] <= MAX_PER_KIND:
            severity, _, rest = str(finding).partition(": ")
            click.echo(f"{click.style(severity, fg=COLORS[severity])}: {rest}")
    for code, count in shown.items():
        if count > MAX_PER_KIND and not show_all:
            click.echo(f"... {count - MAX_PER_KIND} more of {code} (--all shows them)")
    counts: Counter[str] = Counter(finding.severity for finding in findings)
    click.echo(", ".join(f"{counts[severity]} {severity}s" for severity in order) if findings else "nothing to mend")
