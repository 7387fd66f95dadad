"""Make the effect parameter table that the product ships (``effect_table.json``).

Usage: ``python tools/make_effect_table.py DATA_FOLDER``, where the folder holds ``effects.json`` and
``effect_shared_settings.json``: identifiers, controls, ranges and defaults of one xLights version.

A row of the table is ``[key, id, control, kind, default, minimum, maximum, choices, curve key, divisor]``, everything
in the units in which a settings string stores it. Panels that draw something of their own ("custom" controls) are
left out and what they store is listed by hand below.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from twinklr.core.effects.blend import METHOD_NAMES

TARGET = Path(__file__).resolve().parents[1] / "packages/twinklr/core/xlights/effect_table.json"
NAMES = {"Music": "Music Effect"}
CONTROLS = {
    "slider": "SLIDER",
    "checkbox": "CHECKBOX",
    "choice": "CHOICE",
    "text": "TEXTCTRL",
    "spin": "SPINCTRL",
    "filepicker": "FILEPICKERCTRL",
    "fontpicker": "FONTPICKER",
}
PREFIXES = {"Buffer": "B", "Blending": "T", "Color": "C"}
TRANSITIONS = [
    "Fade",
    "Wipe",
    "Clock",
    "From Middle",
    "Square Explode",
    "Circle Explode",
    "Blinds",
    "Blend",
    "Slide Checks",
    "Slide Bars",
    "Fold",
    "Dissolve",
    "Circular Swirl",
    "Bow Tie",
    "Zoom",
    "Doorway",
    "Blobs",
    "Pinwheel",
    "Star",
    "Swap",
    "Shatter",
    "Circles",
]
MODEL_BUFFERS = ["Default", "Per Preview", "Single Line", "As Pixel"]
GROUP_BUFFERS = [
    "Horizontal Per Model",
    "Vertical Per Model",
    "Horizontal Stack",
    "Vertical Stack",
    "Horizontal Stack - Scaled",
    "Vertical Stack - Scaled",
    "Horizontal Per Model/Strand",
    "Vertical Per Model/Strand",
    "Overlay - Centered",
    "Overlay - Scaled",
    "Per Model Default",
    "Per Model Per Preview",
    "Per Model Single Line",
    "Per Model Default Deep",
    "Per Model Per Preview Deep",
    "Per Model Single Line Deep",
    "Per Model Vertical Per Strand",
    "Per Model Horizontal Per Strand",
    "Per Model Vertical Per Strand Deep",
    "Per Model Horizontal Per Strand Deep",
    "Single Line Model As A Pixel",
    "Default Model As A Pixel",
]

Row = list[Any]


def row(key: str, kind: str = "string", default: str = "", choices: list[str] | None = None) -> Row:
    """A row made by hand, for what custom panels store."""
    _, control, identifier = key.split("_", 2)
    return [key, identifier, control, kind, default, None, None, choices or [], "", 1]


def number(key: str, default: str, low: float, high: float, kind: str = "int") -> Row:
    """A number made by hand."""
    result = row(key, kind, default)
    result[5:7] = low, high
    return result


def switch(key: str) -> Row:
    return row(key, "bool", "0")


STORED_BY_PANELS: dict[str, list[Row]] = {
    "SingleStrand": [row("E_NOTEBOOK_SSEFFECT_TYPE", "enum", "Chase", ["Chase", "Skips", "FX"])],
    "Faces": [
        row("E_CHOICE_Faces_TimingTrack"),
        row("E_CHOICE_Faces_Phoneme"),
        switch("E_CHECKBOX_Faces_TransparentBlack"),
        number("E_TEXTCTRL_Faces_TransparentBlack", "0", 0, 300),
    ],
    "State": [row("E_CHOICE_State_TimingTrack"), row("E_CHOICE_State_State")],
    "Pictures": [
        row("E_FILEPICKER_Pictures_Filename", "file"),
        switch("E_CHECKBOX_Pictures_TransparentBlack"),
        number("E_TEXTCTRL_Pictures_TransparentBlack", "0", 0, 300),
    ],
    "Video": [
        row("E_FILEPICKERCTRL_Video_Filename", "file"),
        switch("E_CHECKBOX_Video_TransparentBlack"),
        number("E_TEXTCTRL_Video_TransparentBlack", "0", 0, 300),
    ],
    "Text": [row("E_FILEPICKERCTRL_Text_File", "file"), row("E_CHOICE_Text_Font", "string", "Use OS Fonts")],
    "Ripple": [row("E_FILEPICKERCTRL_Ripple_SVG", "file")],
    "Shader": [row("E_0FILEPICKERCTRL_IFS", "file")],
    "Sketch": [row("E_TEXTCTRL_SketchDef"), row("E_FILEPICKER_SketchBackground", "file")],
    "Off": [],
    "T": [
        row("T_CHOICE_LayerMethod", "enum", "Normal", list(METHOD_NAMES)),
        number("T_SLIDER_EffectLayerMix", "0", 0, 100),
        switch("T_CHECKBOX_LayerMorph"),
        switch("T_CHECKBOX_Canvas"),
        number("T_TEXTCTRL_Fadein", "0.00", 0, 100_000, "float"),
        number("T_TEXTCTRL_Fadeout", "0.00", 0, 100_000, "float"),
        row("T_CHOICE_In_Transition_Type", "enum", "Fade", TRANSITIONS),
        row("T_CHOICE_Out_Transition_Type", "enum", "Fade", TRANSITIONS),
    ],
    "B": [row("B_CUSTOM_SubBuffer")],
    "C": [
        *(row(f"C_BUTTON_Palette{slot}", "color") for slot in range(1, 9)),
        *(switch(f"C_CHECKBOX_Palette{slot}") for slot in range(1, 9)),
        number("C_SLIDER_SparkleFrequency", "0", 0, 200),
        switch("C_CHECKBOX_MusicSparkles"),
        row("C_COLOURPICKERCTRL_SparklesColour", "color", "#FFFFFF"),
        switch("C_CHECKBOX_BrightnessLevel"),
        switch("C_CHECKBOX_Chroma"),
        number("C_SLIDER_ChromaSensitivity", "1", 1, 255),
        row("C_COLOURPICKERCTRL_ChromaColour", "color", "#000000"),
    ],
}


def stored_key(prefix: str, parameter: dict[str, Any]) -> str:
    """The key under which a parameter is stored."""
    control = parameter.get("settingPrefix")
    if not control:
        divided = parameter["controlType"] == "slider" and "divisor" in parameter
        control = "TEXTCTRL" if divided else CONTROLS[parameter["controlType"]]
    return f"{prefix}_{control}_{parameter['id']}"


def to_row(prefix: str, parameter: dict[str, Any]) -> Row:
    """One row of the table from one parameter of the source."""
    key = stored_key(prefix, parameter)
    divisor = parameter.get("divisor", 1)
    # Behind a slider's own key stands the slider's position; behind a text control's, the real value.
    scale = 1 if key.split("_")[1] == "SLIDER" else divisor
    default = parameter["default"]
    if parameter["type"] == "bool":
        text = "1" if default else "0"
    elif divisor != 1 and scale == 1:
        text = str(round(default * divisor))
    elif parameter["type"] == "float":
        text = f"{default:.2f}" if divisor >= 100 else f"{default:.1f}"
    else:
        text = str(default)
    low, high = (parameter[name] / scale if name in parameter else None for name in ("min", "max"))
    choices = [str(choice) for choice in parameter.get("options", [])]
    if parameter["id"] == "BufferStyle":
        choices = MODEL_BUFFERS + GROUP_BUFFERS
    curve = f"{prefix}_VALUECURVE_{parameter['id']}" if parameter.get("valueCurve") else ""
    return [key, parameter["id"], key.split("_")[1], parameter["type"], text, low, high, choices, curve, divisor]


def rows(prefix: str, parameters: list[dict[str, Any]], more: list[Row]) -> list[Row]:
    kept = [to_row(prefix, parameter) for parameter in parameters if parameter.get("controlType") in CONTROLS]
    return kept + [extra for extra in more if extra[0] not in {known[0] for known in kept}]


def main(folder: Path) -> None:
    effects = json.loads((folder / "effects.json").read_text())["effects"]
    shared = json.loads((folder / "effect_shared_settings.json").read_text())["groups"]
    table = {
        "shared": {
            PREFIXES[group]: rows(PREFIXES[group], parameters, STORED_BY_PANELS[PREFIXES[group]])
            for group, parameters in sorted(shared.items())
        },
        "effects": {
            NAMES.get(name, name): rows("E", parameters, STORED_BY_PANELS.get(name, []))
            for name, parameters in sorted(effects.items())
            if not name.startswith("_")
        },
    }
    lines = ["{", '"shared": {', ",\n".join(_group(*item) for item in table["shared"].items()), "},", '"effects": {']
    lines += [",\n".join(_group(*item) for item in table["effects"].items()), "}", "}", ""]
    TARGET.write_text("\n".join(lines))
    print(f"{TARGET.name}: {len(table['effects'])} effects")


def _group(name: str, parameters: list[Row]) -> str:
    body = ",\n".join("  " + json.dumps(parameter, separators=(",", ":")) for parameter in parameters)
    return f"{json.dumps(name)}: [\n{body}\n]"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
