"""Write ``twinklr.toml``: every guess as a commented line for the user to correct."""

from __future__ import annotations

import json
from pathlib import Path

from twinklr.core.display.display import Display, GroupKind, Role
from twinklr.core.display.overrides import OVERRIDES_FILE, read_overrides
from twinklr.core.errors import OutputError
from twinklr.core.xlights import back_up, write_atomically

_HEAD = """\
# What Twinklr makes of this show. Lines with a # in front are guesses: correct one by changing its value and
# taking the # away. Delete this file to go back to guessing.
#
# roles:  {roles}
# groups: {kinds}

# Models that stay out of the show:
{ignore}

[roles]
"""


def overrides_text(display: Display, folder: Path) -> str:
    """The file's text: what the user has set as set, every guess as a comment with its confidence and reason.

    The least sure guesses come first, so that the lines worth a look are at the top.

    Args:
        display: The display as read from the folder.
        folder: The show folder, for what is set there already.
    """
    chosen = read_overrides(folder)
    ignored = [prop.name for prop in display.props if prop.ignored]
    lines = [
        _HEAD.format(
            roles=", ".join(role.value for role in Role),
            kinds=", ".join(kind.value for kind in GroupKind),
            ignore=f"ignore = [{', '.join(map(_quoted, ignored))}]" if ignored else '# ignore = ["Model 1"]',
        )
    ]
    for prop in sorted(display.props, key=lambda prop: prop.role.confidence):
        mark = "" if prop.name in chosen.roles else "# "
        reason = " ".join(prop.role.reason.split())
        lines.append(
            f"{mark}{_quoted(prop.name)} = {_quoted(prop.role.role.value)}  # {prop.role.confidence:.0%}, {reason}\n"
        )
    lines.append("\n[groups]\n")
    for group in display.groups:
        mark = "" if group.name in chosen.kinds else "# "
        lines.append(f"{mark}{_quoted(group.name)} = {_quoted(group.kind.value)}\n")
    return "".join(lines)


def _quoted(text: str) -> str:
    """A TOML basic string; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_overrides(display: Display, folder: Path, force: bool = False) -> tuple[Path, Path | None]:
    """Write the overrides file of a show folder.

    Args:
        display: The display as read from the folder.
        folder: The show folder.
        force: Replace a file that is there; it is kept as a backup.

    Returns:
        The file written, and the backup of the one before or None.

    Raises:
        OutputError: If there is one already and ``force`` is False, or it cannot be written.
    """
    path = folder / OVERRIDES_FILE
    text = overrides_text(display, folder)
    backup = None
    if path.exists():
        if not force:
            raise OutputError("this file is there already", where=path, cure="edit it, or give --force")
        backup = back_up(path)
    return write_atomically(path, text.encode(), overwrite=force), backup
