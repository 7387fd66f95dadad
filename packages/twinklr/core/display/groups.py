"""Groups of the layout, resolved: through nested groups, without loops and ghosts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from twinklr.core.errors import InputError
from twinklr.core.xlights import GroupElement, Layout

MAX_LEAVES = 200_000
"""Members a group may reach; nested groups that list each other many times over multiply."""

MAX_TOTAL_LEAVES = 10_000_000
"""Members all groups together may reach; the largest show seen has some thousands."""


_Known = dict[str, tuple[tuple[str, ...], bool]]
"""Group -> its leaves, and whether a loop cut them."""


@dataclass(frozen=True, slots=True)
class ResolvedGroup:
    """What a group of the layout reaches.

    Attributes:
        element: The group as in the layout.
        members: Direct members that exist.
        leaves: Models and "Model/Submodel" through nested groups, in order, repeats kept, inactive models left out.
        props: Models it reaches, each once, in order.
    """

    element: GroupElement
    members: tuple[str, ...]
    leaves: tuple[str, ...]
    props: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A group whose members are being followed."""

    name: str
    members: tuple[str, ...]
    next: int = 0
    leaves: list[str] = field(default_factory=list)
    looped: bool = False


@dataclass(slots=True)
class _Resolver:
    groups: Mapping[str, GroupElement]
    parts: Mapping[str, Collection[str]]
    inactive: Collection[str]
    where: Path
    findings: list[str] = field(default_factory=list)
    done: dict[str, tuple[str, ...]] = field(default_factory=dict)
    total: int = 0

    def exists(self, name: str) -> bool:
        """Whether a member stands for a model, a submodel or a group."""
        model, slash, part = name.partition("/")
        return name in self.parts or name in self.groups or (bool(slash) and part in self.parts.get(model, ()))

    def is_active(self, name: str) -> bool:
        """Whether the model a leaf belongs to is switched on."""
        return name not in self.inactive and name.partition("/")[0] not in self.inactive

    def leaves(self, name: str) -> tuple[str, ...]:
        """Leaves of a group; a group inside itself gives nothing."""
        if name in self.done:
            return self.done[name]
        # What a loop cuts off depends on where it was entered: such groups are known for this call alone.
        known: _Known = {}
        path = {name: _Open(name, self.groups[name].members)}  # no recursion: groups nest as deep as they like
        while path:
            current = path[next(reversed(path))]
            if current.next >= len(current.members) or len(current.leaves) >= MAX_LEAVES:
                self._close(path.pop(current.name), known)
                continue
            member = current.members[current.next]
            if member in self.groups and member not in self.parts:
                if not self._take(member, current, path, known):
                    path[member] = _Open(member, self.groups[member].members)
                    continue  # this member is met again when it is known
            elif self.exists(member):
                current.leaves.append(member)
            current.next += 1
        return self.done[name] if name in self.done else known[name][0]

    def _take(self, member: str, current: _Open, path: Collection[str], known: _Known) -> bool:
        """Take over the leaves of a nested group; False where they have to be found first."""
        if member in path:
            current.looped = True
            self._tell(f"group {member!r} contains itself (through {current.name!r}); xLights crashes on that")
        elif member in self.done:
            current.leaves.extend(self.done[member])
        elif member in known:
            found, looped = known[member]
            current.leaves.extend(found)
            current.looped |= looped
        else:
            return False
        return True

    def _close(self, group: _Open, known: _Known) -> None:
        if len(group.leaves) >= MAX_LEAVES:
            self._tell(f"group {group.name!r} reaches more than {MAX_LEAVES} members; the rest is left out")
        found = tuple(group.leaves[:MAX_LEAVES])
        self.total += len(found)
        if self.total > MAX_TOTAL_LEAVES:
            limit = f"at most {MAX_TOTAL_LEAVES} in all"
            raise InputError("the groups reach too many members", where=self.where, expected=limit)
        if group.looped:
            known[group.name] = (found, True)
        else:
            self.done[group.name] = found

    def _tell(self, text: str) -> None:
        if text not in self.findings:
            self.findings.append(text)


def resolve_groups(layout: Layout, lit: Mapping[str, Collection[str]]) -> tuple[list[ResolvedGroup], list[str]]:
    """Resolve all groups of a layout.

    Args:
        layout: The layout.
        lit: Models that give light -> names of their submodels.

    Returns:
        The groups in layout order (of two with one name the later), and findings.

    Raises:
        InputError: If the groups list each other so often that their members do not fit in memory.
    """
    groups = {group.name: group for group in layout.groups}
    inactive = {model.name for model in layout.models if not model.active}
    dark = {model.name for model in layout.models} - set(lit)
    resolver = _Resolver(groups, lit, inactive, layout.path)
    findings = [f"group {name!r} has the name of a model; xLights crashes on that" for name in groups if name in lit]
    resolved = []
    for name, group in groups.items():
        ghosts = [member for member in group.members if not resolver.exists(member) and member not in dark]
        if ghosts:
            shown = ", ".join(ghosts[:3]) + (f" and {len(ghosts) - 3} more" if len(ghosts) > 3 else "")
            findings.append(f"group {name!r}: no such model, submodel or group: {shown}; left out")
        leaves = tuple(leaf for leaf in resolver.leaves(name) if resolver.is_active(leaf))
        props = tuple(dict.fromkeys(leaf if leaf in lit else leaf.partition("/")[0] for leaf in leaves))
        members = tuple(dict.fromkeys(member for member in group.members if resolver.exists(member)))
        resolved.append(ResolvedGroup(group, members, leaves, props))
    return resolved, findings + resolver.findings
