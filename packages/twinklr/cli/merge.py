"""``twinklr merge``: effects of one sequence into another that somebody already works on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from twinklr.core.xlights import Sequence

    Span = tuple[int, int]


EXAMPLE = 'twinklr merge new.xsq --into mine.xsq --rows "Mega Tree,Arches" --sections Chorus'


@click.command(epilog=f"Example: {EXAMPLE}")
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path), required=True, help="The sequence you work on.")
@click.option("--rows", multiple=True, metavar="NAMES", help="Rows to replace, comma separated; all of NEW by default.")
@click.option(
    "--sections", multiple=True, metavar="LABELS", help="Replace only under marks of these labels, comma separated."
)
@click.option("--track", metavar="NAME", help="Timing track the labels are on; any track by default.")
@click.option("--from", "from_s", type=float, metavar="S", help="Replace only from this second on.")
@click.option("--to", "to_s", type=float, metavar="S", help="Replace only up to this second.")
@click.option("--tracks", multiple=True, metavar="NAMES", help="Timing tracks to take over; those you lack by default.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Where to; beside your sequence by default.")
@click.option("--force", is_flag=True, help="Replace your sequence itself (the old one stays as .bak).")
def merge(  # noqa: PLR0913, PLR0917 (a parameter for every option)
    new: Path,
    into: Path,
    rows: tuple[str, ...],
    sections: tuple[str, ...],
    track: str | None,
    from_s: float | None,
    to_s: float | None,
    tracks: tuple[str, ...],
    output: Path | None,
    force: bool,
) -> None:
    """Merge the effects of NEW.xsq into the sequence you work on.

    Only the chosen rows and times change; effects you have locked stay whole, and new ones go around them. The result
    goes to a file of its own, ".merged" before its suffix; with --force it takes your sequence's place.
    """
    from twinklr.core.xlights import back_up, merge_rows, read_sequence, sequence_to_bytes, write_atomically
    from twinklr.core.xlights.merge import reaching_beyond

    target = _target(into, output, force)
    update, existing = read_sequence(new), read_sequence(into)
    names = _names(rows)
    spans = _spans(existing, update, _names(sections), track, from_s, to_s)
    merged = merge_rows(existing, update, rows=names or None, spans=spans, tracks=_names(tracks) or None)
    end_ms = existing.duration_ms
    beyond = reaching_beyond(existing, update, names or None)
    if beyond and (spans is None or max(stop for _, stop in spans) >= end_ms):
        many = "1 effect reaches" if beyond == 1 else f"{beyond} effects reach"
        verb = "is" if beyond == 1 else "are"
        click.echo(f"{many} beyond the end of your sequence ({end_ms / 1000:g} s) and {verb} cut or left out")
    if merged == existing and output in (None, into):
        click.echo("no row changed; nothing is written")
        return
    data = sequence_to_bytes(merged)
    if target.is_file() and force:
        click.echo(f"the old file is kept as {back_up(target)}")
    write_atomically(target, data, overwrite=force)
    before = {row.name: row for row in existing.rows}
    changed = [row.name for row in merged.rows if before.get(row.name) != row]
    more = f" +{len(changed) - 5}" if len(changed) > 5 else ""
    click.echo(f"{len(changed)} rows changed ({', '.join(changed[:5])}{more})" if changed else "no row changed")
    click.echo(f"written: {target}")


def _target(into: Path, output: Path | None, force: bool) -> Path:
    """Where the result goes; never under the name of an old sequence, whose form it does not have."""
    from twinklr.core.errors import OutputError

    beside = into.with_suffix(".merged.xsq" if into.suffix.lower() == ".xml" else f".merged{into.suffix}")
    target = output or (into if force else beside)
    if target.suffix.lower() == ".xml":
        cure = f"convert it first (twinklr convert {into.name}) and merge into that, or give --output with .xsq"
        raise OutputError("an .xml file cannot take today's form of a sequence", where=target, cure=cure)
    return target


def _names(entries: tuple[str, ...]) -> list[str]:
    return [name.strip() for entry in entries for name in entry.split(",") if name.strip()]


def _spans(
    existing: Sequence,
    update: Sequence,
    labels: list[str],
    track: str | None,
    from_s: float | None,
    to_s: float | None,
) -> list[Span] | None:
    """The times to replace; None for all."""
    from twinklr.core.errors import InputError

    if track is not None and not labels:
        raise InputError("--track chooses nothing without --sections", cure="give the labels with --sections")
    if not labels and from_s is None and to_s is None:
        return None
    longest = existing.duration_ms
    start = _milliseconds("--from", from_s, 0)
    stop = _milliseconds("--to", to_s, longest)
    if not 0 <= start < stop:
        what = "there is nothing between --from and --to"
        raise InputError(what, expected=f"0 to {longest / 1000:g} s", cure="give another span")
    marks = _marks(existing, update, labels, track) if labels else [(0, longest)]
    cut = [(max(start, first), min(stop, last)) for first, last in marks]
    spans = [span for span in cut if span[0] < span[1]]
    if not spans:
        raise InputError("no chosen section lies between --from and --to", cure="give another span")
    return spans


def _milliseconds(option: str, seconds: float | None, default_ms: int) -> int:
    from twinklr.core.errors import InputError

    if seconds is None:
        return default_ms
    if not 0.0 <= seconds < math.inf:
        raise InputError(f"{option} is {seconds:g}", expected="seconds from 0 on")
    return round(seconds * 1000.0)


def _marks(existing: Sequence, update: Sequence, labels: list[str], track: str | None) -> list[Span]:
    """Times of the marks of some labels, each looked for in your tracks first, then in those of the new sequence."""
    from twinklr.core.errors import InputError
    from twinklr.core.xlights.findings import Speller

    tracks = [found for found in (*existing.timing_tracks, *update.timing_tracks) if track in (None, found.name)]
    if track is not None and not tracks:
        known = [found.name for found in (*existing.timing_tracks, *update.timing_tracks)]
        raise InputError(f"there is no timing track {track!r}", cure=Speller(known).cure(track))
    spans: list[Span] = []
    for label in labels:
        wanted = label.casefold()
        for found in tracks:
            marks = [mark for layer in found.layers for mark in layer.effects if mark.label.casefold() == wanted]
            if marks:
                spans += [(mark.start_ms, mark.end_ms) for mark in marks]
                break
        else:
            known = [mark.label for found in tracks for layer in found.layers for mark in layer.effects if mark.label]
            cure = Speller(known).cure(label) or "give a label as it stands on a timing track"
            raise InputError(f"no timing mark has the label {label!r}", cure=cure)
    return spans
