"""Text: words that stand or move over the buffer, from the effect itself, a countdown or a lyric track.

Fonts are Pillow's own, so that the same text looks the same on every machine; letters are as high as the font asked
for, but not of its design.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from twinklr.core.effects.call import EffectCall, EffectFunction, Pixels
from twinklr.core.effects.marks import read_marks
from twinklr.core.effects.pictures import WAYS

EIGHTH = 8.0
"""Speed at which text moves by one cell a frame of 50 ms."""

TURNS: Mapping[str, int] = MappingProxyType(
    {"rotate up 45": 45, "rotate up 90": 90, "rotate down 45": -45, "rotate down 90": -90}
)
"""Angles of the text effects, counterclockwise."""

MAX_LETTERS = 400
"""Longer texts are cut, to bound the picture they make."""


def render_text(call: EffectCall) -> Pixels:
    """Paint Text."""
    pixels = call.blank()
    direction = call.settings.choice("CHOICE_Text_Dir", "none")
    for window, frame in enumerate(range(call.first, call.stop)):
        text = _text(call, frame)
        if not text.strip():
            continue
        ink, words = _ink(text, _size(call), call.settings.choice("CHOICE_Text_Effect", "normal"))
        x, y = _place(call, ink.shape, frame, direction)
        rows, columns = np.nonzero(ink)
        up, across = rows + y, columns + x
        inside = (up >= 0) & (up < call.height) & (across >= 0) & (across < call.width)
        slots = words[rows, columns] if call.settings.flag("CHECKBOX_Text_Color_PerWord") else np.zeros_like(rows)
        colors = call.palette.colors[window, slots[inside] % call.palette.size]
        pixels[window, up[inside], across[inside], :3] = colors
        pixels[window, up[inside], across[inside], 3] = ink[rows[inside], columns[inside]]
    return pixels


def _text(call: EffectCall, frame: int) -> str:
    """What is written on a frame: the running word of a track, a countdown, or the text as it stands."""
    settings = call.settings
    track = settings.choice("CHOICE_Text_LyricTrack", "")
    if track:
        marks = read_marks(call, track, 0)
        number = marks.at(frame)
        return marks.labels[number][:MAX_LETTERS] if number >= 0 else ""
    text = settings.choice("TEXTCTRL_Text", "").replace("\\n", "\n")[:MAX_LETTERS]
    count = settings.choice("CHOICE_Text_Count", "none")
    figure = re.search(r"\d+", text)
    if count in ("seconds", "minutes seconds") and figure is not None:
        left = max(int(figure.group()) - frame * call.frame_ms // 1000, 0)
        return str(left) if count == "seconds" else f"{left // 60}:{left % 60:02d}"
    return text


def _size(call: EffectCall) -> int:
    """Height of the letters in cells: of the cell font, or the number in the description of a system font."""
    cell_font = re.match(r"\d+-\d+x(\d+)", call.settings.choice("CHOICE_Text_Font", "Use OS Fonts"))
    if cell_font is not None:
        return int(cell_font.group(1))
    described = re.search(r"(?<![\w-])(\d{1,3})(?![\w-])", call.settings.choice("FONTPICKER_Text_Font", ""))
    return max(int(described.group(1)), 4) if described is not None else 12


@lru_cache(maxsize=128)
def _ink(text: str, size: int, effect: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Coverage 0-255 of a text and the number of the word each column belongs to; row 0 at the bottom, cut tight."""
    if effect.startswith("vert text"):
        letters = [letter for letter in text if letter.strip()]
        text = "\n".join(reversed(letters) if effect.endswith("up") else letters)
    font = ImageFont.load_default(size=size / 0.72)
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    left, top, right, bottom = probe.multiline_textbbox((0, 0), text, font=font, spacing=1, align="center")
    image = Image.new("L", (max(int(np.ceil(right - left)), 1), max(int(np.ceil(bottom - top)), 1)))
    draw = ImageDraw.Draw(image)
    draw.multiline_text((-left, -top), text, fill=255, font=font, spacing=1, align="center")
    if effect in TURNS:
        image = image.rotate(TURNS[effect], expand=True)
    ink = np.asarray(image)[::-1].copy()
    return ink, np.broadcast_to(_word_of_column(ink, text), ink.shape)


def _word_of_column(ink: NDArray[np.uint8], text: str) -> NDArray[np.int64]:
    """Number the words by the widest gaps between their columns."""
    gaps = max(len(text.split()) - 1, 0)
    blank = ~ink.any(axis=0)
    edges = np.diff(np.concatenate([[0], blank.astype(np.int8), [0]]))
    spans = list(zip(np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0], strict=True))
    widest = sorted(sorted(spans, key=lambda span: span[0] - span[1])[:gaps])
    number = np.zeros(ink.shape[1], dtype=np.int64)
    for start, _ in widest:
        number[start:] += 1
    return number


def _place(call: EffectCall, shape: tuple[int, ...], frame: int, direction: str) -> tuple[int, int]:
    """Cell of the text's lower left corner on a frame."""
    settings = call.settings
    height, width = shape[:2]
    unit = (1.0, 1.0) if settings.flag("CHECKBOX_Text_PixelOffsets") else (call.width / 100.0, call.height / 100.0)
    share = frame / max(call.frame_count - 1, 1) if direction == "vector" else 0.0
    shift = [
        (start + (settings.number(f"SLIDER_Text_{axis}End", 0.0) - start) * share) * scale
        for axis, scale in zip("XY", unit, strict=True)
        for start in (settings.number(f"SLIDER_Text_{axis}Start", 0.0),)
    ]
    x, y = (call.width - width) / 2.0 + shift[0], (call.height - height) / 2.0 + shift[1]
    moved = frame * settings.number("TEXTCTRL_Text_Speed", 10.0) / EIGHTH * call.frame_ms / 50.0
    across, up = _way(direction, moved, call.width + width, call.height + height)
    once, centred = settings.flag("CHECKBOX_TextNoRepeat"), settings.flag("CHECKBOX_TextToCenter")
    if across:
        x = _crossing(across, moved, width, call.width, once=once, stop=x if centred else None)
    if up:
        y = _crossing(up, moved, height, call.height, once=once, stop=y if centred else None)
    if direction == "wavey":
        y += np.sin(moved / 4.0) * call.height / 4.0
    return int(np.floor(x + 0.5)), int(np.floor(y + 0.5))


def _way(direction: str, moved: float, across: int, up: int) -> tuple[int, int]:
    if direction == "left-right":
        return (-1 if int(moved // across) % 2 == 0 else 1), 0
    if direction == "up-down":
        return 0, (1 if int(moved // up) % 2 == 0 else -1)
    return (-1, 0) if direction == "wavey" else WAYS.get(direction, (0, 0))


def _crossing(sign: int, moved: float, size: int, length: int, *, once: bool, stop: float | None) -> float:
    """Where something stands that comes in at one edge and leaves by the other, or halts."""
    way = float(size + length)
    if stop is not None:
        target = length - stop if sign < 0 else stop + size
        done = min(moved, target)
    else:
        done = min(moved, way) if once else moved % way
    return length - done if sign < 0 else done - size


EFFECTS: Mapping[str, EffectFunction] = MappingProxyType({"Text": render_text})
