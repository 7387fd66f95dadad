"""`check_sequence`: everything xLights would drop, blank or crash on in a sequence made for a display."""

from __future__ import annotations

import json
import re
from pathlib import Path

from twinklr.core.display.display import Display
from twinklr.core.xlights.sequence import Effect, Sequence

FACES_CHOICES = {"E_CHOICE_Faces_TimingTrack"}
"""Settings that xLights fills from the sequence, so that no parameter table lists them."""

SHARED = {
    "T_CHOICE_LayerMethod", "T_TEXTCTRL_Fadein", "T_TEXTCTRL_Fadeout", "B_CHOICE_BufferStyle",
    "B_CHOICE_BufferTransform",
}  # fmt: skip
_PALETTE = re.compile(
    r"(C_BUTTON_Palette[1-8]=#[0-9A-F]{6},)+(C_CHECKBOX_Palette[1-8]=1)(,C_CHECKBOX_Palette[1-8]=1)*"
    r"(,C_SLIDER_Brightness=([1-9][0-9]?|[1-3][0-9][0-9]|400)"
    r"|,C_VALUECURVE_Brightness=Active=TRUE\|Id=ID_VALUECURVE_Brightness\|Type=Ramp\|Min=0\.00\|Max=400\.00"
    r"\|P1=[1-9][0-9]*\.00\|P2=[1-9][0-9]*\.00\|RV=TRUE\|)?"
)
_PREFIX = {"slider": "SLIDER", "checkbox": "CHECKBOX", "choice": "CHOICE", "spin": "SPINCTRL", "text": "TEXTCTRL"}


def known_keys(effects_json: Path) -> dict[str, set[str]]:
    """Keys xLights stores for each effect, from its parameter table."""
    found: dict[str, set[str]] = {}
    for effect, parameters in json.loads(effects_json.read_text())["effects"].items():
        if effect.startswith("_"):
            continue
        keys = found.setdefault(effect, set())
        for one in parameters:
            control = one.get("settingPrefix") or _PREFIX.get(one["controlType"], "")
            if "settingPrefix" not in one and "divisor" in one:
                control = "TEXTCTRL"
            keys |= {f"E_{control}_{one['id']}", f"E_VALUECURVE_{one['id']}"}
    return found


def check_sequence(sequence: Sequence, display: Display, keys: dict[str, set[str]] | None = None) -> list[str]:
    """Findings about a sequence; none for one that opens as it should."""
    models = {prop.name for prop in display.props}
    groups = {group.name for group in display.groups}
    found: list[str] = []
    names = [row.name for row in sequence.rows]
    if len(names) != len(set(names)):
        found.append("a row occurs twice")
    kinds = ["model" if name in models else "group" if name in groups else "?" for name in names]
    if kinds != sorted(kinds):
        found.append("groups must come before models")
    for row in sequence.rows:
        if row.name not in models | groups:
            found.append(f"{row.name}: no such row")
        if not row.layers:
            found.append(f"{row.name}: no layer")
        for layer in row.layers:
            found.extend(_check_layer(row.name, layer.effects, sequence, keys))
    for track in sequence.timing_tracks:
        if track.name in models | groups:
            found.append(f"{track.name}: a timing track is named like a model")
        for layer in track.layers:
            found.extend(_check_times(track.name, layer.effects, sequence))
    return found


def _check_layer(
    row: str, effects: tuple[Effect, ...], sequence: Sequence, keys: dict[str, set[str]] | None
) -> list[str]:
    found = _check_times(row, effects, sequence)
    for effect in effects:
        where = f"{row} {effect.name} at {effect.start_ms}"
        if not _PALETTE.fullmatch(effect.palette):
            found.append(f"{where}: palette {effect.palette}")
        for part in effect.settings.split(",") if effect.settings else ():
            key, _, value = part.partition("=")
            if not value or part != part.strip():
                found.append(f"{where}: setting {part!r}")
            if keys is not None and key not in keys.get(effect.name, set()) | SHARED | FACES_CHOICES:
                found.append(f"{where}: {key} is no setting of {effect.name}")
    return found


def _check_times(row: str, effects: tuple[Effect, ...], sequence: Sequence) -> list[str]:
    found = []
    last = 0
    for effect in effects:
        where = f"{row} {effect.name or effect.label} at {effect.start_ms}-{effect.end_ms}"
        if effect.start_ms % sequence.frame_ms or effect.end_ms % sequence.frame_ms:
            found.append(f"{where}: not on frame boundaries")
        if effect.start_ms < last:
            found.append(f"{where}: overlaps the one before")
        if not 0 <= effect.start_ms < effect.end_ms <= sequence.duration_ms:
            found.append(f"{where}: not inside the song")
        last = max(last, effect.end_ms)
    return found


def lit_rows(sequence: Sequence, display: Display) -> set[str]:
    """Names of models that some effect reaches, on their own row or through a group."""
    used = {row.name for row in sequence.rows if any(layer.effects for layer in row.layers)}
    members = {name for group in display.groups if group.name in used for name in group.props}
    return {prop.name for prop in display.props if prop.name in used or prop.name in members}
