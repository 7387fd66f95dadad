"""``twinklr.toml`` beside the layout: what the user knows better than any guess.

```toml
ignore = ["Old tree DON'T USE"]

[roles]
"Left line" = "roof_line"

[groups]
"All House" = "whole_house"
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from twinklr.core.display.display import GroupKind, Role, RoleGuess
from twinklr.core.errors import InputError
from twinklr.core.text import unicode_codec
from twinklr.core.xlights.findings import nearest

OVERRIDES_FILE = "twinklr.toml"
MAX_BYTES = 10_000_000

KNOWN = ("ignore", "roles", "groups")
"""What the file may hold."""

_Choice = TypeVar("_Choice", Role, GroupKind)


@dataclass(frozen=True, slots=True)
class Overrides:
    """The user's corrections.

    Attributes:
        roles: Model name -> role.
        kinds: Group name -> what it is for.
        ignored: Models that stay out of the show.
    """

    roles: Mapping[str, Role] = field(default_factory=dict)
    kinds: Mapping[str, GroupKind] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()

    def role(self, model: str) -> RoleGuess | None:
        """The role the user gave a model, or None."""
        role = self.roles.get(model)
        return RoleGuess(role, 1.0, f"set in {OVERRIDES_FILE}") if role is not None else None

    def kind(self, group: str) -> GroupKind | None:
        """The kind the user gave a group, or None."""
        return self.kinds.get(group)

    def ignores(self, model: str) -> bool:
        """Whether the user leaves a model out."""
        return model in self.ignored

    def unknown_names(self, models: Collection[str], groups: Collection[str]) -> list[str]:
        """Names of the file that the layout does not have."""
        named = [*self.roles, *sorted(self.ignored)]
        return [name for name in named if name not in models] + [name for name in self.kinds if name not in groups]


def read_overrides(folder: Path) -> Overrides:
    """Read a folder's overrides; none where it has no such file.

    Raises:
        InputError: If the file is not TOML, or speaks of a role or kind that does not exist.
    """
    path = folder / OVERRIDES_FILE
    try:
        if not path.is_file():
            return Overrides()
        if path.stat().st_size > MAX_BYTES:
            raise InputError("this file is too large", where=path, expected=f"at most {MAX_BYTES} bytes")
        data = path.read_bytes()
        content = tomllib.loads(data.decode(unicode_codec(data) or "utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path) from error
    except UnicodeDecodeError as error:
        raise InputError("the text is not UTF-8", where=path, cure="save it as UTF-8") from error
    except RecursionError:
        raise InputError("nested too deeply", where=path, expected="plain settings", cure="correct it") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", where=path, cure="see twinklr roles DIR --edit") from error
    return overrides_of(content, path)


def overrides_of(content: Mapping[str, Any], path: Path) -> Overrides:
    """Overrides from the parsed file.

    Raises:
        InputError: If there is no such role, kind, table or setting.
    """
    name = next((key for key in content if key not in KNOWN), None)
    if name is not None:
        raise InputError(
            f"there is no {'table' if isinstance(content[name], dict) else 'setting'} {name!r}",
            where=path,
            expected=", ".join(KNOWN),
            cure=nearest(name, KNOWN) or "correct or remove it",
        )
    ignored = content.get("ignore", [])
    if not isinstance(ignored, list) or not all(isinstance(name, str) for name in ignored):
        raise InputError("ignore is not a list of model names", where=path, expected='ignore = ["Model 1"]')
    return Overrides(
        roles=_choices(content, "roles", Role, path),
        kinds=_choices(content, "groups", GroupKind, path),
        ignored=frozenset(ignored),
    )


def _choices(content: Mapping[str, Any], table: str, kind: type[_Choice], path: Path) -> dict[str, _Choice]:
    rows = content.get(table, {})
    if not isinstance(rows, dict):
        raise InputError(f"{table} is not a table", where=path, expected=f"[{table}]")
    known = {choice.value: choice for choice in kind}
    found: dict[str, _Choice] = {}
    for name, value in rows.items():
        if not isinstance(value, str) or value not in known:
            raise InputError(
                f"{value!r} is not one of the {table}", where=f"{path} [{table}] {name!r}", expected=", ".join(known)
            )
        found[name] = known[value]
    return found
