"""Checks of a plan against its song and display: every finding names the place and the cure. An empty list is good.

Whoever made the plan, rules or a language model, the same checks follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twinklr.core.planning.context import GroupPlanningContext, PlanningContext
from twinklr.core.planning.looks import LookKind, look
from twinklr.core.planning.palettes import palette
from twinklr.core.planning.plan import GroupPlan, GroupSection, MacroPlan
from twinklr.core.planning.vocabulary import GroupRole


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a plan that will not do.

    Attributes:
        where: The place in the plan: ``macro s03_chorus`` or ``arch s01_verse``.
        what: What is wrong there.
        cure: What to do about it.
    """

    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.cure}"


def _coverage(where: str, planned: Sequence[str], wanted: Sequence[str]) -> list[Finding]:
    if list(planned) == list(wanted):
        return []
    missing = [name for name in wanted if name not in planned]
    extra = [name for name in planned if name not in wanted]
    detail = f"missing {missing}" if missing else f"unknown {extra}" if extra else "twice or out of order"
    return [Finding(where, f"sections do not match the song ({detail})", f"plan exactly {list(wanted)}, in order")]


def check_macro_plan(plan: MacroPlan, context: PlanningContext) -> list[Finding]:
    """Findings about a macro plan: sections, palette, groups, and whether every group is lit at some time."""
    profile = context.audio_profile
    wanted = [section.id for section in profile.sections]
    found = _coverage("macro", [section.section_id for section in plan.sections], wanted)
    try:
        palette(plan.palette)
    except KeyError:
        found.append(Finding("macro", f"there is no palette {plan.palette!r}", "use a name of the palette table"))
    groups = {group.role_key for group in context.display_groups}
    lit: set[str] = set()
    for section in plan.sections:
        used = [*section.leads, *section.supports]
        where = f"macro {section.section_id}"
        if unknown := sorted(set(used) - groups):
            found.append(Finding(where, f"unknown groups {unknown}", f"use {sorted(groups)}"))
        if len(used) != len(set(used)):
            found.append(Finding(where, "a group has two roles", "name each group once"))
        if groups and not used:
            found.append(Finding(where, "nothing is lit", "give at least one group a role"))
        lit.update(used)
    if dark := sorted(groups - lit):
        found.append(Finding("macro", f"never lit: {dark}", "give each group a role in some section"))
    return found


def check_group_plan(plan: GroupPlan, context: GroupPlanningContext) -> list[Finding]:
    """Findings about a group plan: sections, roles as the macro plan gave them, and looks that suit the props."""
    wanted = [section.id for section in context.audio_profile.sections]
    found = _coverage(plan.group_id, [section.section_id for section in plan.sections], wanted)
    if plan.group_id != context.group_id:
        found.append(Finding(plan.group_id, f"is not {context.group_id!r}", "plan the group that was asked for"))
    for section in plan.sections:
        if section.section_id in wanted:
            found.extend(_check_section(plan.group_id, section, context))
    return found


def _check_section(group: str, section: GroupSection, context: GroupPlanningContext) -> list[Finding]:
    where = f"{group} {section.section_id}"
    macro = context.macro_plan.section(section.section_id)
    found = []
    if section.role != (given := macro.role_of(group)):
        found.append(Finding(where, f"role is {section.role.value}", f"the macro plan says {given.value}"))
    if section.role is GroupRole.REST:
        if section.base or section.look or section.answer:
            found.append(Finding(where, "rests but has a look", "leave base and look empty"))
        return found
    if not section.base and not section.look:
        found.append(Finding(where, "has a role but no look", "choose a base or a look"))
    for name, kind in (
        (section.base, LookKind.BASE),
        (section.look, LookKind.MOVE),
        (section.answer, LookKind.MOVE),
    ):
        if not name:
            continue
        try:
            row = look(name)
        except KeyError:
            found.append(Finding(where, f"there is no look {name!r}", "use a name of the look catalog"))
            continue
        if row.kind is not kind:
            found.append(Finding(where, f"{name} is a {row.kind.value}", f"use it as one, choose a {kind.value}"))
        elif not row.suits(context.role, macro.intensity):
            found.append(
                Finding(where, f"{name} does not suit {context.role} at {macro.intensity.value}", "choose another")
            )
        elif kind is LookKind.MOVE and section.driver not in row.drivers:
            found.append(
                Finding(
                    where, f"{section.driver.value} cannot move {name}", f"use one of {[d.value for d in row.drivers]}"
                )
            )
    return found
