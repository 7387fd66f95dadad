"""Groups of the layout, resolved: through nested groups, without loops and ghosts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from twinklr.core.xlights import GroupElement, Layout

MAX_LEAVES = 200_000
"""Members a group may reach; nested groups that list each other many times over multiply."""


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
class _Resolver:
    groups: Mapping[str, GroupElement]
    parts: Mapping[str, Collection[str]]
    inactive: Collection[str]
    findings: list[str] = field(default_factory=list)
    done: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def exists(self, name: str) -> bool:
        """Whether a member stands for a model, a submodel or a group."""
        model, slash, part = name.partition("/")
        return name in self.parts or name in self.groups or (bool(slash) and part in self.parts.get(model, ()))

    def is_active(self, name: str) -> bool:
        """Whether the model a leaf belongs to is switched on."""
        return name not in self.inactive and name.partition("/")[0] not in self.inactive

    def leaves(self, name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Leaves of a group; a group inside itself gives nothing."""
        if name in self.done:
            return self.done[name]
        found: list[str] = []
        looped = False
        for member in self.groups[name].members:
            if member in self.parts:
                found.append(member)
            elif member in self.groups:
                if member == name or member in above:
                    looped = True
                    self._tell(f"group {member!r} contains itself (through {name!r}); xLights crashes on that")
                    continue
                found.extend(self.leaves(member, (*above, name)))
            elif self.exists(member):
                found.append(member)
            if len(found) > MAX_LEAVES:
                self._tell(f"group {name!r} reaches more than {MAX_LEAVES} members; the rest is left out")
                break
        result = tuple(found[:MAX_LEAVES])
        if not looped and not above:
            self.done[name] = result
        return result

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
    """
    groups = {group.name: group for group in layout.groups}
    inactive = {model.name for model in layout.models if not model.active}
    dark = {model.name for model in layout.models} - set(lit)
    resolver = _Resolver(groups, lit, inactive)
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
