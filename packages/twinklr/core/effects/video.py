"""Video: a film on the buffer, found by base name in the media folders.

Without PyAV nothing is painted, and the effect is named with what to install. Not proven by reference light: times,
crops and what comes after the film's end follow the meaning of the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.clips import CURE, Clip, can_read_clips, clip_frames, open_clip
from twinklr.core.effects.media import Picture, lacks_file, place_picture
from twinklr.core.effects.paint import frame_numbers, frames_of
from twinklr.core.xlights.media_files import find_media, wanted_file

Floats = NDArray[np.float64]

BLUE = (0, 0, 255, 255)
"""What shows after the end of a film that is neither repeated nor stretched, unless "No Blue" is asked for."""


def render_video(call: EffectCall) -> Pixels:
    """Paint the Video effect. A file that is not there, or cannot be read, paints nothing."""
    settings = call.settings
    pixels = call.blank()
    name = wanted_file(settings.values)
    path = find_media(call.surroundings.media_folders, name) if name else None
    clip = open_clip(path) if path is not None else None
    if clip is None:
        return pixels
    times_ms = _times_ms(call, clip)
    over = (times_ms < 0.0) | (times_ms >= clip.duration_ms)
    crops = _crops(call)
    for crop in np.unique(crops[~over], axis=0):
        _show(call, clip, crop, (times_ms, np.flatnonzero(~over & (crops == crop).all(axis=1))), pixels)
    if settings.choice("CHOICE_Video_DurationTreatment", "Normal") == "Normal":
        pixels[over] = BLUE
    if settings.flag("CHECKBOX_Video_TransparentBlack"):
        level = settings.number("TEXTCTRL_Video_TransparentBlack", 0.0)
        pixels[pixels[..., :3].sum(axis=-1) <= level] = 0
    return pixels


def _times_ms(call: EffectCall, clip: Clip) -> Floats:
    """Time of the film that shows on each painted frame; beyond its ends where nothing of it shows."""
    settings = call.settings
    start_ms = settings.number("TEXTCTRL_Video_Starttime", 0.0) * 1000.0
    played: Floats = frame_numbers(call).astype(np.float64) * call.frame_ms
    if settings.flag("CHECKBOX_SynchroniseWithAudio"):
        return start_ms + played + call.start_frame * call.frame_ms
    treatment = settings.choice("CHOICE_Video_DurationTreatment", "Normal")
    length_ms = max(clip.duration_ms - start_ms, 1.0)
    if treatment == "Slow/Accelerate":
        return start_ms + frame_numbers(call).astype(np.float64) / max(call.frame_count, 1) * length_ms
    if treatment.startswith("Manual"):
        played = played * settings.over_time("Video_Speed", "TEXTCTRL_Video_Speed", 1.0, frames_of(call))
    looped: Floats = np.mod(played, length_ms) if treatment.endswith("Loop") else played
    return start_ms + looped


def _crops(call: EffectCall) -> Floats:
    """Edges of the part that shows, ``(frames, 4)``: left, right, bottom, top in shares of the film."""
    sides = (("Left", 0.0), ("Right", 100.0), ("Bottom", 0.0), ("Top", 100.0))
    frames = frames_of(call)
    shares = [
        call.settings.over_time(f"Video_Crop{side}", f"TEXTCTRL_Video_Crop{side}", default, frames) / 100.0
        for side, default in sides
    ]
    return np.clip(np.stack(shares, axis=1), 0.0, 1.0)


def _show(call: EffectCall, clip: Clip, crop: Floats, times: tuple[Floats, NDArray[np.int64]], pixels: Pixels) -> None:
    """Put the film on frames that share a crop; ``times`` has every frame's time, and the frames meant."""
    left, right, bottom, top = crop
    if right <= left or top <= bottom:
        return
    width, height = call.width, call.height
    if call.settings.flag("CHECKBOX_Video_AspectRatio"):
        wide, tall = clip.width * (right - left), clip.height * (top - bottom)
        ratio = min(width / wide, height / tall)
        width, height = max(round(wide * ratio), 1), max(round(tall * ratio), 1)
    times_ms, windows = times
    # The whole film is scaled so that the part that shows has the size that is wanted.
    whole = round(width / (right - left)), round(height / (top - bottom))
    frames = clip_frames(clip, times_ms[windows], *whole)
    x, y = (call.width - width) // 2, (call.height - height) // 2
    for window in windows:
        film = frames.get(float(times_ms[window]))
        if film is not None:
            place_picture(pixels[window], _part(film, (left, bottom), width, height), x, y)


def _part(film: Picture, corner: tuple[float, float], width: int, height: int) -> Picture:
    column = min(int(corner[0] * film.shape[1]), max(film.shape[1] - width, 0))
    row = min(int(corner[1] * film.shape[0]), max(film.shape[0] - height, 0))
    return film[row : row + height, column : column + width]


def lacking(settings: Mapping[str, str]) -> str | None:
    """Why a Video effect is not painted, or what of it: no decoder, no file, or samples at a distance."""
    if not can_read_clips():
        return CURE
    if (problem := lacks_file(settings)) is not None:
        return problem
    return "Sample Spacing" if settings.get("TEXTCTRL_SampleSpacing", "0") not in ("", "0") else None


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Video": render_video})

LACKING = MappingProxyType({"Video": lacking})
"""By effect: names what else is not painted."""
