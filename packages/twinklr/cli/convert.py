"""``twinklr convert``: old layouts, networks and sequences in the form current xLights writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
    """Convert a layout, networks or sequence file of any age to the form current xLights writes.

    SOURCE is a show folder (its layout and its networks are converted), an xlights_rgbeffects.xml, an
    xlights_networks.xml, or a sequence (.xsq, or .xml of before 2020). The result goes to a file of its own,
    ".converted" before its suffix; with --force it takes the old file's place. For a folder, --output names where
    the layout goes; networks go beside it.
    """
    for conversion in _conversions(source):
        place = output
        if output is not None and conversion.beside:
            place = output.with_name(conversion.path.name)
        _write(conversion, place, force)


@dataclass(frozen=True, slots=True)
class _Conversion:
    """A file in its new form.

    Attributes:
        path: The old file.
        suffix: Suffix of the new one.
        data: Its bytes.
        changes: What was changed, a line each.
        beside: It is converted along with the layout, whose place it shares.
    """

    path: Path
    suffix: str
    data: bytes
    changes: tuple[str, ...]
    beside: bool = False


def _conversions(source: Path) -> Iterator[_Conversion]:
    from twinklr.core.xlights import (
        LAYOUT_FILE,
        NETWORKS_FILE,
        convert_layout,
        convert_networks,
        convert_sequence,
        parse_xml,
        read_sequence,
        sequence_to_bytes,
    )

    path = source / LAYOUT_FILE if source.is_dir() else source
    kind = parse_xml(path).tag
    if kind == "xsequence":
        data = sequence_to_bytes(convert_sequence(read_sequence(path)))
        yield _Conversion(path, ".xsq", data, (f"{path.name}: tables, order of sections and version",))
    elif kind == "Networks":
        yield _Conversion(path, path.suffix, *convert_networks(path))
    else:
        yield _Conversion(path, path.suffix, *convert_layout(path, _extent))
        networks = path.with_name(NETWORKS_FILE)
        if source.is_dir() and networks.is_file():
            data, changes = convert_networks(networks)
            if changes:
                yield _Conversion(networks, networks.suffix, data, changes, beside=True)


def _write(conversion: _Conversion, output: Path | None, force: bool) -> None:
    from twinklr.core.xlights import back_up, write_atomically

    path, suffix, changes = conversion.path, conversion.suffix, conversion.changes
    target = output or (path.with_suffix(suffix) if force else path.with_suffix(f".converted{suffix}"))
    replaces = force and target.is_file()
    if replaces and ((target == path and not changes) or target.read_bytes() == conversion.data):
        click.echo("nothing to convert; the file stays as it is")
        return
    if replaces:
        click.echo(f"the old file is kept as {back_up(target)}")
    write_atomically(target, conversion.data, overwrite=force)
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
