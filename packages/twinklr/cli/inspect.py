"""``twinklr inspect``: what a show folder holds and what Twinklr makes of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from twinklr.core.display import Display, Prop


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--draw", type=click.Path(path_type=Path), help="Draw the layout with its roles to a .png or .svg file.")
def inspect(folder: Path, as_json: bool, draw: Path | None) -> None:
    """Show the props of a show FOLDER with their roles, the groups, and what is odd in it."""
    from twinklr.core.display import draw_layout, read_display

    display = read_display(folder)
    if draw is not None:
        draw_layout(display, draw)
    if as_json:
        click.echo(json.dumps(_plain(display), indent=2, ensure_ascii=False))
    else:
        _print_tables(display)
        if draw is not None:
            click.echo(f"drawn: {draw}")


def _memberships(display: Display) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for group in display.groups:
        for name in group.props:
            groups.setdefault(name, []).append(group.name)
    return groups


def _plain(display: Display) -> dict[str, Any]:
    from twinklr.core.display import display_groups

    memberships = _memberships(display)
    return {
        "name": display.name,
        "nodes": display.node_count,
        "channels": display.channel_count,
        "preview_size": list(display.preview_size),
        "props": [
            {
                "name": prop.name,
                "type": prop.display_as,
                "role": prop.role.role.value,
                "confidence": prop.role.confidence,
                "reason": prop.role.reason,
                "nodes": prop.node_count,
                "first_channel": prop.first_channel + 1,
                "channels": prop.channel_count,
                "buffer": [prop.buffer.width, prop.buffer.height],
                "submodels": [part.name for part in prop.submodels],
                "groups": memberships.get(prop.name, []),
                "active": prop.active,
                "ignored": prop.ignored,
                "color_order": prop.output.order,
                "dimmed": bool(prop.output.dimming),
                "fixture": _fixture(prop),
            }
            for prop in display.props
        ],
        "groups": [
            {"name": group.name, "kind": group.kind.value, "members": list(group.members), "props": len(group.props)}
            for group in display.groups
        ],
        "display_groups": display_groups(display),
        "findings": list(display.findings),
    }


def _fixture(prop: Prop) -> dict[str, int] | None:
    """Channels of a fixture by what they are for, 1-based within it."""
    if prop.fixture is None:
        return None
    return {channel.use.value: channel.node + 1 for channel in reversed(prop.fixture.channels)}


MAX_BOXED_ROWS = 1000
"""Props of a table that is drawn with boxes and fitted to the window; a longer one is plain columns, far quicker."""

_Cells = tuple[str, ...]
_PROP_COLUMNS = ("name", "type", "role", "sure", "nodes", "channels", "groups")
_PLAN_COLUMNS = ("key", "kind", "props", "rows")
_NUMBERS = frozenset({"sure", "nodes", "channels", "props"})


def _print_tables(display: Display) -> None:
    from rich.console import Console
    from rich.text import Text

    from twinklr.core.display import plan_groups

    # In a file or pipe there is no window to fit into; names should not be broken for one.
    console = Console() if sys.stdout.isatty() else Console(width=140)
    props = _prop_rows(display)
    if len(props) > MAX_BOXED_ROWS:
        click.echo("\n".join(_columns(props)))
    else:
        console.print(_boxed(display.name, _PROP_COLUMNS, props))
    plan: list[_Cells] = [
        (group.role_key, group.group_type, str(group.model_count), _shortened(group.rows))
        for group in plan_groups(display)
    ]
    console.print(_boxed("planned as", _PLAN_COLUMNS, plan))
    console.print(f"{len(display.props)} props, {display.node_count} nodes, {display.channel_count} channels")
    for finding in display.findings:
        console.print(Text(f"- {finding}"))


def _prop_rows(display: Display) -> list[_Cells]:
    memberships = _memberships(display)
    rows: list[_Cells] = []
    for prop in display.props:
        first, last = prop.first_channel + 1, prop.first_channel + prop.channel_count
        state = " (ignored)" if prop.ignored else "" if prop.active else " (off)"
        cells = (
            prop.name + state,
            prop.display_as,
            prop.role.role.value,
            f"{prop.role.confidence:.0%}",
            str(prop.node_count),
            f"{first}-{last}",
            _shortened(memberships.get(prop.name, [])),
        )
        rows.append(cells)
    return rows


def _boxed(title: str, columns: tuple[str, ...], rows: list[_Cells]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), header_style="bold")
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in _NUMBERS else "left",
            max_width=40 if column == "groups" else None,
        )
    for cells in rows:
        # Names come from the user's file: as Text they are never read as markup.
        table.add_row(*map(Text, cells))
    return table


def _columns(rows: list[_Cells]) -> Iterator[str]:
    """The props in plain columns, without control characters that a name may hold."""
    rows = [_PROP_COLUMNS, *(tuple(map(_printable, cells)) for cells in rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        padded = (
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for name, cell, width in zip(_PROP_COLUMNS, cells, widths, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in text)


def _shortened(names: list[str] | tuple[str, ...], limit: int = 3) -> str:
    more = f" +{len(names) - limit}" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
