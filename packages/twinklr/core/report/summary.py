"""`summarize_show`: what was heard, read, decided and measured, and why, as a dictionary for ``report.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from twinklr.core.audio import SongBundle
from twinklr.core.choreography.rendered import RenderedShow
from twinklr.core.display import Display
from twinklr.core.planning import GroupPlan, MacroPlan
from twinklr.core.report.score import ShowScore
from twinklr.core.xlights import Sequence as XlightsSequence


def summarize_show(
    bundle: SongBundle,
    display: Display,
    macro_plan: MacroPlan,
    group_plans: Sequence[GroupPlan],
    sequence: XlightsSequence,
    rendered: RenderedShow,
    score: ShowScore,
) -> dict[str, Any]:
    """Put a show into words and figures a person can check it by.

    The result depends on nothing but its arguments: no clock, no paths.
    """
    return {
        "song": _song(bundle),
        "house": _house(display),
        "decisions": [
            {
                "section": section.section_id,
                "why": section.why,
                "intensity": section.intensity,
                "colours": section.palette_role,
                "motion": section.motion,
                "coverage": section.coverage,
                "groups": [
                    {"group": plan.group_id, "role": part.role, "base": part.base, "look": part.look}
                    for plan in group_plans
                    if (part := plan.section(section.section_id)).role != "REST"
                ],
            }
            for section in macro_plan.sections
        ],
        "palette": macro_plan.palette,
        "sequence": _sequence(sequence),
        "score": score.model_dump(mode="json"),
        "not_rendered": dict(sorted(rendered.unsupported.items())),
        "missing_media": rendered.missing_media,
        "ignored_settings": rendered.ignored,
        "warnings": [*bundle.warnings, *(str(finding) for finding in display.findings), *_warnings(rendered, score)],
    }


def _song(bundle: SongBundle) -> dict[str, Any]:
    return {
        "file": bundle.file.file_name,
        "title": bundle.file.title,
        "artist": bundle.file.artist,
        "duration_ms": bundle.duration_ms,
        "tempo_bpm": round(bundle.tempo_bpm, 2),
        "tempo_confidence": round(bundle.tempo_confidence, 3),
        "beats_per_bar": bundle.beats_per_bar,
        "key": bundle.key.name,
        "key_confidence": round(bundle.key.confidence, 3),
        "lyrics": bundle.lyrics.source if bundle.lyrics else None,
        "sections": [
            {
                "id": section.id,
                "start_ms": section.start_ms,
                "end_ms": section.end_ms,
                "group": section.group,
                "energy": round(section.energy, 3),
                "confidence": round(section.confidence, 3),
            }
            for section in bundle.sections
        ],
    }


def _house(display: Display) -> dict[str, Any]:
    return {
        "name": display.name,
        "models": len(display.props),
        "nodes": display.node_count,
        "channels": display.channel_count,
        "groups": len(display.groups),
        "roles": [
            {
                "model": prop.name,
                "role": prop.role.role,
                "confidence": round(prop.role.confidence, 2),
                "why": prop.role.reason,
            }
            for prop in display.props
        ],
    }


def _sequence(sequence: XlightsSequence) -> dict[str, Any]:
    types = Counter(effect.name for _, effect in sequence.effects())
    total = types.total()
    return {
        "frame_ms": sequence.frame_ms,
        "effects": total,
        "effects_per_minute": round(total / max(sequence.duration_ms / 60000, 1e-9), 1),
        "effect_types": dict(types.most_common()),
        "rows_used": len({row.name for row, _ in sequence.effects()}),
        "timing_tracks": [track.name for track in sequence.timing_tracks],
    }


def _warnings(rendered: RenderedShow, score: ShowScore) -> Iterator[str]:
    for name, count in sorted(rendered.unsupported.items()):
        yield f"{count} effects {name!r} are in the sequence but not in the .fseq: Twinklr cannot render them yet"
    if rendered.missing_media:
        yield f"pictures or videos that the show folder does not have: {', '.join(rendered.missing_media)}"
    if rendered.ignored:
        yield f"settings that have no effect in the .fseq: {', '.join(rendered.ignored)}"
    if score.dark_props:
        yield f"never lit: {', '.join(score.dark_props)}"
    if rendered.calmed is not None:
        yield "some effects were made steady: together they would have flashed more than 3 times a second"
