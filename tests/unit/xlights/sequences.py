"""Sequences for the tests of this part: small ones, and any at all for laws."""

from __future__ import annotations

from hypothesis import strategies as st

from twinklr.core.xlights import Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack

PALETTE = "C_BUTTON_Palette1=#FF0000,C_CHECKBOX_Palette1=1"


def effect(start_ms: int, end_ms: int, name: str = "On", **fields: object) -> Effect:
    """An effect with a red palette."""
    return Effect(name, start_ms, end_ms, **{"palette": PALETTE, **fields})  # type: ignore[arg-type]


def row(name: str, *effects: Effect, **fields: object) -> Row:
    """A row of one layer."""
    return Row(name, (EffectLayer(tuple(effects)),), **fields)  # type: ignore[arg-type]


def sequence(*rows: Row, **fields: object) -> Sequence:
    """Ten seconds at 25 ms."""
    return Sequence(25, 10_000, rows, **fields)  # type: ignore[arg-type]


_texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=("Cc", "Cs", "Cn")), max_size=8
)
_names = _texts.map(str.strip).filter(bool)
_settings = st.dictionaries(_names, _texts, max_size=3).map(
    lambda pairs: ",".join(f"{key}={value}" for key, value in pairs.items()).strip()
)
_attributes = st.dictionaries(st.sampled_from(["id", "selected", "layerName", "x-y"]), _texts, max_size=2).map(
    lambda pairs: tuple(pairs.items())
)
_extra = st.sampled_from(["", '<Mine a="1"/>', "<Other>text &amp; more</Other>"])


@st.composite
def _layers(draw: st.DrawFn, timing: bool = False, most: int = 3) -> EffectLayer:
    edges = sorted(draw(st.lists(st.integers(0, 400), max_size=2 * most, unique=True)))
    effects = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        if timing:
            effects.append(Effect("", start * 25, end * 25, label=draw(_texts)))
            continue
        effects.append(
            Effect(
                draw(_names), start * 25, end * 25, draw(_settings), draw(_settings),
                locked=draw(st.booleans()), attributes=draw(_attributes), extra=draw(_extra),
            )
        )  # fmt: skip
    names = () if timing else draw(st.sampled_from([(), (("layerName", "top"),)]))
    return EffectLayer(tuple(effects), names)


@st.composite
def _subrows(draw: st.DrawFn) -> tuple[SubRow, ...]:
    layers = st.lists(_layers(), min_size=1, max_size=2).map(tuple)
    parts = draw(st.lists(_names, max_size=2, unique=True))
    found = [SubRow("submodel", name, draw(layers)) for name in parts]
    for strand in sorted(draw(st.sets(st.integers(0, 3), max_size=2))):
        found.append(SubRow("strand", draw(_names), draw(layers), index=strand))
        nodes = sorted(draw(st.sets(st.integers(0, 5), max_size=2)))
        found += [SubRow("node", "", draw(layers), index=node, strand=strand) for node in nodes]
    return tuple(found)


@st.composite
def _rows(draw: st.DrawFn, name: str) -> Row:
    return Row(
        name,
        tuple(draw(st.lists(_layers(), min_size=1, max_size=3))),
        draw(_subrows()),
        draw(st.sampled_from([(), (("visible", "0"),), (("RenderDisabled", "1"),)])),
        extra=draw(_extra),
    )


@st.composite
def any_sequence(draw: st.DrawFn) -> Sequence:
    """A sequence with anything in it that a file can hold."""
    names = draw(st.lists(_names, max_size=5, unique=True))
    split = draw(st.integers(0, len(names)))
    tracks = tuple(
        TimingTrack(name, tuple(draw(st.lists(_layers(timing=True), min_size=1, max_size=3)))) for name in names[:split]
    )
    return Sequence(
        frame_ms=draw(st.sampled_from([20, 25, 50])),
        duration_ms=draw(st.integers(0, 10_000_000)),
        rows=tuple(draw(_rows(name)) for name in names[split:]),
        timing_tracks=tracks,
        media_file=draw(_texts.map(str.strip)),
        model_blending=draw(st.booleans()),
        head=tuple((tag, draw(_texts.map(str.strip))) for tag in ("author", "song", "comment", "imageDir")),
        version=draw(st.sampled_from(["2026.15", "2020.31"])),
        sequence_type=draw(st.sampled_from(["", "Effect"])),
    )
