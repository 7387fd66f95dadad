"""``twinklr convert``: old layouts and sequences in the form current xLights writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from twinklr.core.xlights import Extent, ModelElement


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Where to; beside the file by default.")
@click.option("--force", is_flag=True, help="Replace the file itself (the old one stays as .bak) or an older result.")
def convert(source: Path, output: Path | None, force: bool) -> None:
    """Convert a layout or sequence of any age to the form current xLights writes.

    SOURCE is a show folder, an xlights_rgbeffects.xml, or a sequence (.xsq, or .xml of before 2020). The result goes
    to a file of its own, ".converted" before its suffix; with --force it takes the old file's place.
    """
    from twinklr.core.xlights import (
        LAYOUT_FILE,
        convert_layout,
        convert_sequence,
        parse_xml,
        read_sequence,
        sequence_to_bytes,
        write_atomically,
    )

    path = source / LAYOUT_FILE if source.is_dir() else source
    if parse_xml(path).tag == "xsequence":
        data = sequence_to_bytes(convert_sequence(read_sequence(path)))
        suffix = ".xsq"
        changes: tuple[str, ...] = (f"{path.name}: tables, order of sections and version",)
    else:
        data, changes = convert_layout(path, _extent)
        suffix = path.suffix
    if force and not changes and output in (None, path):
        click.echo("nothing to convert; the file stays as it is")
        return
    target = output or (path.with_suffix(suffix) if force else path.with_suffix(f".converted{suffix}"))
    if target.exists() and force:
        backup = target.with_name(f"{target.name}.bak")
        write_atomically(backup, target.read_bytes(), overwrite=True)
        click.echo(f"the old file is kept as {backup}")
    write_atomically(target, data, overwrite=force)
    for change in changes:
        click.echo(change)
    click.echo(f"{len(changes)} converted, written to {target}" if changes else f"nothing to convert; copy: {target}")


def _extent(model: ModelElement) -> Extent:
    from twinklr.core.display.placing import leaning
    from twinklr.core.display.shapes import build_shape
    from twinklr.core.xlights import Extent

    shape = build_shape(model)
    local = leaning(shape.local, shape.tilt)
    if not len(local):
        return Extent(1.0, 1.0)
    low, high = local.min(axis=0), local.max(axis=0)
    middle = (low + high) / 2.0
    return Extent(float(high[0] - low[0]), float(high[1] - low[1]), (float(middle[0]), float(middle[1])))
