"""Faces: a model that sings the words of a lyric track, by the face definitions of the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.history import chance
from twinklr.core.effects.marks import read_marks
from twinklr.core.effects.media import fit_picture, load_frames
from twinklr.core.effects.node_paint import Cells, cells_of, own_color, paint_cells

PHONEME_LAYER = 2
MOUTH_SLOT, EYES_SLOT, OUTLINE_SLOT = 0, 1, 2
"""Palette slots of the parts, where the definition forces no colours."""

BLINK_EVERY_MS: Mapping[str, int] = MappingProxyType(
    {"Slowest": 12_000, "Slow": 8_000, "Normal": 5_600, "Fast": 3_800, "Fastest": 2_400}
)
BLINK_LASTS_MS: Mapping[str, int] = MappingProxyType({"Short": 50, "Normal": 100, "Long": 150, "Longer": 250})

DRAWN_MOUTHS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "AI": (0.45, 0.30),
        "E": (0.50, 0.18),
        "FV": (0.40, 0.08),
        "L": (0.40, 0.22),
        "MBP": (0.45, 0.0),
        "O": (0.26, 0.30),
        "U": (0.18, 0.18),
        "WQ": (0.14, 0.12),
        "etc": (0.45, 0.12),
        "rest": (0.40, 0.0),
    }
)
"""Width and opening of the mouth of a face we draw ourselves, as shares of the buffer."""


def render_faces(call: EffectCall) -> Pixels:
    """Paint Faces: outline, eyes and the mouth of the sound that is sung."""
    definition = _definition(call)
    mouths = _mouths(call)
    eyes = _eyes(call, mouths)
    visible = _visibility(call, mouths)
    pixels = call.blank()
    if definition is None:
        _draw(call, pixels, mouths, eyes)
    elif definition.get("Type") == "Matrix":
        _show_pictures(call, pixels, definition, mouths, eyes)
    else:
        _light_nodes(call, pixels, definition, mouths, eyes)
    pixels[..., 3] = (pixels[..., 3] * visible[:, None, None]).astype(np.uint8)
    return pixels


def _definition(call: EffectCall) -> dict[str, str] | None:
    """The face asked for; the model's first where the name says nothing; None for a face we must draw."""
    faces = call.surroundings.faces
    name = call.settings.choice("CHOICE_Faces_FaceDefinition", "Default")
    if name in faces:
        return faces[name]
    return next(iter(faces.values()), None) if name in ("", "Default") else None


def _mouths(call: EffectCall) -> list[str]:
    """The sound shown on every painted frame; "rest" between words."""
    fixed = call.settings.choice("CHOICE_Faces_Phoneme", "")
    track = call.settings.choice("CHOICE_Faces_TimingTrack", "")
    if fixed and not track:
        return [fixed] * (call.stop - call.first)
    marks = read_marks(call, track, PHONEME_LAYER)
    sounds = (marks.at(frame) for frame in range(call.first, call.stop))
    return [marks.labels[number] or "rest" if number >= 0 else "rest" for number in sounds]


def _eyes(call: EffectCall, mouths: Sequence[str]) -> NDArray[np.int8]:
    """For every painted frame 1 for open eyes, 0 for closed ones, -1 for none. Automatic eyes blink while at rest."""
    choice = call.settings.choice("CHOICE_Faces_Eyes", "Auto")
    if choice != "Auto":
        state = {"Open": 1, "Closed": 0}.get(choice, -1)
        return np.full(len(mouths), state, dtype=np.int8)
    every = BLINK_EVERY_MS.get(call.settings.choice("CHOICE_Faces_EyeBlinkFrequency", "Normal"), 5_600)
    lasts = BLINK_LASTS_MS.get(call.settings.choice("CHOICE_Faces_EyeBlinkDuration", "Normal"), 100)
    rng = chance(call)
    opened = np.ones(call.stop, dtype=np.int8)
    at_ms = every * rng.uniform(0.1, 1.0)
    while at_ms < call.stop * call.frame_ms:
        first = int(at_ms // call.frame_ms)
        opened[first : first + max(lasts // call.frame_ms, 1)] = 0
        at_ms += every * rng.uniform(0.8, 1.25)
    resting = np.array([_sound(mouth) == "rest" for mouth in mouths], dtype=np.bool_)
    return np.where(resting, opened[call.first :], 1).astype(np.int8)


def _visibility(call: EffectCall, mouths: Sequence[str]) -> NDArray[np.float64]:
    """How far the whole face shows on each painted frame, when it hides or fades while nobody sings."""
    if not call.settings.flag("CHECKBOX_Faces_SuppressWhenNotSinging"):
        return np.ones(len(mouths))
    lead = int(call.settings.number("SPINCTRL_Faces_LeadFrames", 0.0))
    marks = read_marks(call, call.settings.choice("CHOICE_Faces_TimingTrack", ""), PHONEME_LAYER)
    shown = np.array([_sound(mouth) != "rest" for mouth in mouths], dtype=np.float64)
    fading = call.settings.flag("CHECKBOX_Faces_Fade")
    for start, end, label in zip(marks.start, marks.end, marks.labels, strict=True):
        if _sound(label) == "rest" or lead == 0:
            continue
        for ahead in range(1, lead + 1):
            level = 1.0 - ahead / (lead + 1) if fading else 1.0
            for frame in (start - ahead, end - 1 + ahead):
                if call.first <= frame < call.stop:
                    shown[frame - call.first] = max(shown[frame - call.first], level)
    return shown


def _sound(label: str) -> str:
    return label.removesuffix("-shimmer").strip() or "rest"


def _part(definition: dict[str, str], key: str) -> str:
    """Nodes of a part, whatever the case its key is written in."""
    if key in definition:
        return definition[key]
    lowered = key.lower()
    return next((value for name, value in definition.items() if name.lower() == lowered), "")


def _light_nodes(
    call: EffectCall, pixels: Pixels, definition: dict[str, str], mouths: Sequence[str], eyes: NDArray[np.int8]
) -> None:
    frames = np.arange(len(mouths))
    if call.settings.flag("CHECKBOX_Faces_Outline"):
        for key in ("FaceOutline", "FaceOutline2"):
            _paint_part(call, pixels, definition, key, frames, OUTLINE_SLOT)
    for state, key in ((1, "Eyes-Open"), (0, "Eyes-Closed")):
        for suffix in ("", "2", "3"):
            _paint_part(call, pixels, definition, key + suffix, frames[eyes == state], EYES_SLOT)
    dark = call.settings.flag("CHECKBOX_Faces_SuppressShimmer")
    labels = np.array(mouths)
    for label in sorted(set(mouths)):
        mine = frames[labels == label]
        if label.endswith("-shimmer") and not dark:
            mine = mine[(mine + call.first) % 2 == 0]
        for suffix in ("", "2"):
            _paint_part(call, pixels, definition, f"Mouth-{_sound(label)}{suffix}", mine, MOUTH_SLOT)


def _paint_part(
    call: EffectCall, pixels: Pixels, definition: dict[str, str], key: str, frames: NDArray[np.int64], slot: int
) -> None:
    ranges = _part(definition, key)
    if not ranges or not len(frames):
        return
    forced = own_color(definition, key)
    colors = call.palette.color(slot)[frames] if forced is None else forced
    paint_cells(pixels, frames, cells_of(call, ranges), colors)


def _show_pictures(
    call: EffectCall, pixels: Pixels, definition: dict[str, str], mouths: Sequence[str], eyes: NDArray[np.int8]
) -> None:
    """A face of pictures: one file for each sound with open and with closed eyes."""
    labels = np.array([_sound(mouth) for mouth in mouths])
    for label in sorted(set(labels)):
        for state, side in ((1, "EyesOpen"), (0, "EyesClosed")):
            frames = np.nonzero((labels == label) & ((eyes != 0) if state else (eyes == 0)))[0]
            name = _part(definition, f"Mouth-{label}-{side}") or _part(definition, f"Mouth-{label}-EyesOpen")
            loaded = load_frames(call.surroundings.media_folders, name) if name and len(frames) else None
            if loaded is not None:
                scaling = "Scale To Fit" if definition.get("ImagePlacement") == "Scaled" else "No Scaling"
                pixels[frames] = fit_picture(loaded.frames[0], call.width, call.height, scaling)


def _draw(call: EffectCall, pixels: Pixels, mouths: Sequence[str], eyes: NDArray[np.int8]) -> None:
    """A simple face of our own over the whole buffer, for a model without a definition."""
    y, x = np.mgrid[0 : call.height, 0 : call.width]
    across = (x - (call.width - 1) / 2.0) / max(call.width / 2.0, 1.0)
    up = (y - (call.height - 1) / 2.0) / max(call.height / 2.0, 1.0)
    line = 2.0 / max(min(call.width, call.height), 4)
    frames = np.arange(len(mouths))
    if call.settings.flag("CHECKBOX_Faces_Outline"):
        ring = np.abs(np.hypot(across, up) - (1.0 - line)) <= line / 2 + 1e-9
        paint_cells(pixels, frames, _where(ring), call.palette.color(OUTLINE_SLOT))
    for state, tall in ((1, 0.12), (0, line / 2)):
        eye = ((np.abs(across) - 0.38) / 0.14) ** 2 + ((up - 0.35) / max(tall, line / 2)) ** 2 <= 1.0
        mine = frames[eyes == state]
        paint_cells(pixels, mine, _where(eye), call.palette.color(EYES_SLOT)[mine])
    labels = np.array([_sound(mouth) for mouth in mouths])
    for label in sorted(set(labels)):
        wide, tall = DRAWN_MOUTHS.get(label, DRAWN_MOUTHS["etc"])
        away = np.hypot(across / wide, (up + 0.42) / max(tall, line / 2))
        lips = (away <= 1.0) & (away >= (0.55 if tall > line else 0.0))
        mine = frames[labels == label]
        paint_cells(pixels, mine, _where(lips), call.palette.color(MOUTH_SLOT)[mine])


def _where(mask: NDArray[np.bool_]) -> Cells:
    rows, columns = np.nonzero(mask)
    return rows, columns


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Faces": render_faces})
