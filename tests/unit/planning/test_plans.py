"""Plans: readable, frozen, round-trip as JSON, and checked with findings that name place and cure."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from support.songs import small_song
from twinklr.core.agents.casting import cast_group
from twinklr.core.agents.listening import describe_song
from twinklr.core.agents.staging import stage_show
from twinklr.core.errors import InputError
from twinklr.core.planning import (
    PALETTES,
    DisplayGroup,
    GroupPlan,
    GroupPlanningContext,
    GroupRole,
    GroupSection,
    Intensity,
    MacroPlan,
    Mood,
    PaletteRole,
    PlanningContext,
    Theme,
    check_group_plan,
    check_macro_plan,
    palettes_for,
    read_display_groups,
)
from unit.choreography.small_show import small_groups


@pytest.fixture(scope="module")
def context() -> PlanningContext:
    return PlanningContext(
        audio_profile=describe_song(small_song()), display_groups=read_display_groups(small_groups())
    )


@pytest.fixture(scope="module")
def macro(context: PlanningContext) -> MacroPlan:
    return stage_show(context)


def _group(context: PlanningContext, macro: MacroPlan, group_id: str) -> GroupPlanningContext:
    return GroupPlanningContext(audio_profile=context.audio_profile, macro_plan=macro, group_id=group_id)


def test_plans_survive_json(context: PlanningContext, macro: MacroPlan) -> None:
    plan = cast_group(_group(context, macro, "arch"))
    assert MacroPlan.model_validate_json(macro.model_dump_json(indent=1)) == macro
    assert GroupPlan.model_validate_json(plan.model_dump_json(indent=1)) == plan


def test_plans_are_frozen(macro: MacroPlan) -> None:
    with pytest.raises(ValidationError):
        macro.palette = "other"  # type: ignore[misc]


def test_a_plan_speaks_in_words_only(context: PlanningContext, macro: MacroPlan) -> None:
    def numbers(value: object) -> list[object]:
        if isinstance(value, dict):
            return [found for item in value.values() for found in numbers(item)]
        if isinstance(value, list | tuple):
            return [found for item in value for found in numbers(item)]
        return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []

    assert numbers(macro.model_dump()) == []
    assert numbers(cast_group(_group(context, macro, "arch")).model_dump()) == []


def test_good_plans_have_no_findings(context: PlanningContext, macro: MacroPlan) -> None:
    assert check_macro_plan(macro, context) == []
    for group in context.display_groups:
        ctx = _group(context, macro, group.role_key)
        assert check_group_plan(cast_group(ctx), ctx) == []


def _broken_macros(plan: MacroPlan) -> dict[str, MacroPlan]:
    first, *rest = plan.sections
    return {
        "sections do not match the song": plan.model_copy(update={"sections": tuple(rest)}),
        "there is no palette 'mud'": plan.model_copy(update={"palette": "mud"}),
        "unknown groups ['garage']": plan.model_copy(
            update={"sections": (first.model_copy(update={"leads": ("garage",)}), *rest)}
        ),
        "two roles": plan.model_copy(
            update={"sections": (first.model_copy(update={"leads": ("arch",), "supports": ("arch",)}), *rest)}
        ),
        "nothing is lit": plan.model_copy(
            update={"sections": (first.model_copy(update={"leads": (), "supports": ()}), *rest)}
        ),
        "never lit": plan.model_copy(
            update={"sections": tuple(s.model_copy(update={"leads": ("arch",), "supports": ()}) for s in plan.sections)}
        ),
    }


@pytest.mark.parametrize(
    "what", list(_broken_macros(stage_show(PlanningContext(audio_profile=describe_song(small_song())))))
)
def test_broken_macro_plans_are_found(what: str, context: PlanningContext, macro: MacroPlan) -> None:
    findings = check_macro_plan(_broken_macros(macro)[what], context)
    assert any(what in finding.what for finding in findings), findings
    assert all(finding.cure for finding in findings)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"role": GroupRole.REST, "base": "glow"}, "rests but has a look"),
        ({"role": GroupRole.LEAD, "base": "", "look": ""}, "no look"),
        ({"base": "sparkle_storm"}, "there is no look 'sparkle_storm'"),
        ({"base": "chase"}, "chase is a move"),
        ({"look": "snowfall"}, "does not suit"),
        ({"look": "spirals", "driver": "BEAT"}, "cannot move"),
        ({"answer": "glow"}, "glow is a base"),
    ],
)
def test_broken_group_plans_are_found(
    change: dict[str, str], what: str, context: PlanningContext, macro: MacroPlan
) -> None:
    ctx = _group(context, macro, "arch")
    plan = cast_group(ctx)
    lit = next(i for i, section in enumerate(plan.sections) if section.role is not GroupRole.REST)
    broken = GroupSection.model_validate({**plan.sections[lit].model_dump(), **change})
    sections = (*plan.sections[:lit], broken, *plan.sections[lit + 1 :])
    findings = check_group_plan(plan.model_copy(update={"sections": sections}), ctx)
    assert any(what in finding.what for finding in findings), findings


def test_groups_come_from_plain_dictionaries() -> None:
    groups = read_display_groups([{"role_key": "ARCHES", "model_count": 6, "group_type": "row", "rows": ["x"]}])
    assert groups[0].prop_role == "arch"


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([{"model_count": 3}], "role_key"),
        ([{"role_key": ""}], "role_key"),
        ([{"role_key": "arch", "model_count": "many"}], "model_count"),
        ([{"role_key": "arch"}, {"role_key": "arch"}], "twice"),
        (["arch"], "display_groups[0]"),
    ],
)
def test_unusable_groups_are_refused(groups: list[object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_display_groups(groups)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("role_key", ["", "   "])
def test_a_group_without_a_known_role_is_a_prop(role_key: str) -> None:
    assert DisplayGroup(role_key=role_key or "Uncle Bob's thing").prop_role == "prop"


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("mood", list(Mood))
def test_every_song_finds_a_palette(theme: Theme, mood: Mood) -> None:
    assert palettes_for(theme, mood)


def test_palettes_are_well_formed() -> None:
    for row in PALETTES:
        for role in PaletteRole:
            colors = row.colors(role)
            assert colors
            assert all(len(color) == 7 and color[0] == "#" and int(color[1:], 16) >= 0 for color in colors)


def test_intensities_have_an_order() -> None:
    assert [intensity.level for intensity in Intensity] == [0, 1, 2, 3, 4]
