"""`render_safely`: light that cannot harm. Where a show would flash unsafely, its effects there are made calm.

Choreography keeps its strikes apart by construction; this catches what rows on top of each other, or an effect that
flickers by itself, add up to. Calming never ends in darkness everywhere: it begins with steady light, and takes away
only what still flashes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from twinklr.core.choreography.flashes import Step, flashing_spans
from twinklr.core.choreography.rendered import RenderedShow
from twinklr.core.display import Display
from twinklr.core.xlights import Effect, EffectLayer, Row, format_settings, parse_settings
from twinklr.core.xlights import Sequence as XlightsSequence

MOST_PASSES = 6
"""Each pass makes effects steady or removes them, so few are needed; what is then left is refused at export."""

LONG_MS = 1000
"""Steady effects of at least this length cannot flash three times in a second, so they may stay."""

LIVELY = ("VALUECURVE", "Shimmer=1", "Sparkle")
"""Parts of settings with which even an On does not stand still."""

CALM_BRIGHTNESS = 50
"""Per cent, so that light that is made steady stays below what struck before."""


def render_safely(
    sequence: XlightsSequence, display: Display, render: Callable[[XlightsSequence], RenderedShow]
) -> RenderedShow:
    """Render a sequence; where it flashes unsafely, calm it and render again.

    Args:
        sequence: What to render.
        display: The house.
        render: Renders a sequence: `render_show` with all else it needs.

    Returns:
        The light, with the sequence it comes from in `RenderedShow.calmed` where that is not the one handed in.
    """
    rendered = render(sequence)
    for _ in range(MOST_PASSES):
        level = rendered.prop_colors.max(axis=-1) / 255.0
        spans = dict(zip(rendered.prop_names, flashing_spans(level, rendered.frame_ms), strict=False))
        if not any(spans.values()):
            break
        sequence = calm(sequence, display, spans)
        rendered = replace(render(sequence), calmed=sequence)
    return rendered


def calm(sequence: XlightsSequence, display: Display, spans: Mapping[str, Sequence[Step]]) -> XlightsSequence:
    """Steady light in place of all effects that take part in flashing; short ones that are steady already go.

    Args:
        sequence: A sequence.
        display: Says which props a row lights.
        spans: When each prop flashes too often, in milliseconds, by its name.
    """
    rows = []
    for row in sequence.rows:
        props = display.group(row.name).props if display.has_group(row.name) else (row.name,)
        unsafe = [span for prop in props for span in spans.get(prop, ())]
        rows.append(_calm_row(row, unsafe) if unsafe else row)
    return replace(sequence, rows=tuple(rows))


def _calm_row(row: Row, unsafe: Sequence[Step]) -> Row:
    layers = tuple(_calm_layer(layer, unsafe) for layer in row.layers)
    subrows = tuple(
        replace(sub, layers=tuple(_calm_layer(layer, unsafe) for layer in sub.layers)) for sub in row.subrows
    )
    return replace(row, layers=layers, subrows=subrows)


def _calm_layer(layer: EffectLayer, unsafe: Sequence[Step]) -> EffectLayer:
    effects: list[Effect] = []
    for effect in layer.effects:
        if not _meets(effect, unsafe):
            effects.append(effect)
        elif not _is_steady(effect):
            effects.append(_steady(effect))
        elif effect.end_ms - effect.start_ms >= LONG_MS:
            effects.append(effect)
    return replace(layer, effects=tuple(effects))


def _meets(effect: Effect, spans: Sequence[Step]) -> bool:
    return any(effect.start_ms < end and start < effect.end_ms for start, end in spans)


def _is_steady(effect: Effect) -> bool:
    return effect.name == "On" and not any(word in effect.palette + effect.settings for word in LIVELY)


def _steady(effect: Effect) -> Effect:
    """The same colours, standing still."""
    slots = {key: value for key, value in parse_settings(effect.palette).items() if "_Palette" in key}
    palette = format_settings(slots | {"C_SLIDER_Brightness": str(CALM_BRIGHTNESS)})
    return replace(effect, name="On", settings="", palette=palette)
