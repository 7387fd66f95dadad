"""A drawing of the layout as it stands, every light in the colour of its prop's role, as PNG or SVG."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from twinklr.core.color import RGB, to_hex
from twinklr.core.display.display import Display, Prop, Role
from twinklr.core.errors import OutputError

ROLE_COLORS: dict[Role, RGB] = {
    Role.MEGA_TREE: (0, 230, 90),
    Role.TREE: (90, 170, 60),
    Role.MATRIX: (70, 130, 255),
    Role.ARCH: (255, 170, 0),
    Role.CANE: (255, 70, 70),
    Role.ROOF_LINE: (230, 230, 230),
    Role.OUTLINE: (170, 170, 190),
    Role.WINDOW: (255, 240, 120),
    Role.DOOR: (190, 120, 60),
    Role.STAR: (255, 220, 0),
    Role.SNOWFLAKE: (140, 220, 255),
    Role.SPINNER: (200, 90, 255),
    Role.WREATH: (40, 160, 120),
    Role.ICICLE: (120, 200, 230),
    Role.FACE: (255, 120, 190),
    Role.MOVING_HEAD: (255, 0, 160),
    Role.FLOOD: (255, 130, 90),
    Role.PROP: (140, 140, 140),
}

_BACKGROUND: RGB = (12, 12, 20)
_TEXT: RGB = (210, 210, 215)
_MARGIN = 24
_LEGEND = 190
_LETTER, _LINE = 6.0, 12.0
"""Width of a letter and height of a line of a name, in pixels."""

MAX_NAMES = 300
"""Only the largest props get a name; more would hide the lights."""


@dataclass(frozen=True, slots=True)
class _View:
    """World coordinates -> picture coordinates (y down)."""

    size: tuple[int, int]
    scale: float
    left: float
    bottom: float

    def place(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(points, 2)`` in the picture."""
        x = (points[:, 0] - self.left) * self.scale + _MARGIN
        y = self.size[1] - _MARGIN - (points[:, 1] - self.bottom) * self.scale
        return np.stack([x, y], axis=-1)


def draw_layout(display: Display, path: str | Path, size: tuple[int, int] = (1600, 900)) -> None:
    """Draw the layout to a file.

    Args:
        display: What to draw; ignored props are left out.
        path: A ``.png`` or ``.svg`` file; replaced in one step when it is there.
        size: Width and height of the picture in pixels.

    Raises:
        OutputError: If the file has another ending or cannot be written.
    """
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise OutputError("not a kind of picture I draw", where=target, expected="a name ending in .png or .svg")
    data = writer(display, _view(display, size))
    try:
        temporary = target.with_name(f".{target.name}.new")
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", where=target) from error


def _shown(display: Display) -> list[Prop]:
    return [prop for prop in display.props if not prop.ignored and len(prop.points)]


def _view(display: Display, size: tuple[int, int]) -> _View:
    props = _shown(display)
    points = np.concatenate([prop.points[:, :2] for prop in props]) if props else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum(high - low, 1.0)
    room = np.array([max(64, size[0] - _LEGEND - 2 * _MARGIN), max(64, size[1] - 2 * _MARGIN)])
    scale = float((room / extent).min())
    left, bottom = low - (room / scale - extent) / 2.0  # in the middle of the picture
    return _View(size, scale, float(left), float(bottom))


def _dot(display: Display) -> int:
    """Half the size of a light in pixels: few lights are drawn larger."""
    return 1 if display.node_count > 1000 else 2 if display.node_count > 100 else 4


def _legend(display: Display) -> list[tuple[Role, str]]:
    counts = Counter(prop.role.role for prop in _shown(display))
    return [(role, f"{role.value}  {counts[role]}") for role in Role if counts[role]]


def _names(display: Display, view: _View) -> Iterator[tuple[float, float, str]]:
    """Names of props with where to write them; the largest first, and those left out that would cover one another."""
    written: list[tuple[float, float, float]] = []
    for prop in sorted(_shown(display), key=lambda prop: -prop.node_count)[:MAX_NAMES]:
        places = view.place(prop.points)
        x, y, half = float(places[:, 0].mean()), float(places[:, 1].max()) + 2.0, _LETTER * len(prop.name) / 2.0
        if all(abs(x - x2) > half + half2 or abs(y - y2) > _LINE for x2, y2, half2 in written):
            written.append((x, y, half))
            yield x, y, prop.name


def _png(display: Display, view: _View) -> bytes:
    pixels = np.full((view.size[1], view.size[0], 3), _BACKGROUND, dtype=np.uint8)
    if props := _shown(display):
        _dots(pixels, props, view, _dot(display))
    picture = Image.fromarray(pixels)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(11)
    for x, y, name in _names(display, view):
        pen.text((x, y), name, fill=_TEXT, font=font, anchor="ma")
    x = view.size[0] - _LEGEND
    for row, (role, text) in enumerate(_legend(display)):
        y = _MARGIN + row * 20
        pen.rectangle((x, y, x + 12, y + 12), fill=ROLE_COLORS[role])
        pen.text((x + 20, y - 1), text, fill=_TEXT, font=font)
    data = io.BytesIO()
    picture.save(data, format="PNG")
    return data.getvalue()


def _dots(pixels: NDArray[np.uint8], props: list[Prop], view: _View, radius: int) -> None:
    """Every light as a square dot; what comes later covers what came before."""
    colors = np.array([ROLE_COLORS[prop.role.role] for prop in props], dtype=np.uint8)
    color = np.repeat(colors, [len(prop.points) for prop in props], axis=0)
    cells = np.rint(view.place(np.concatenate([prop.points for prop in props]))).astype(np.int64)
    reach = np.arange(-radius + 1, radius + 1)
    x = np.clip(cells[:, 0, None] + np.repeat(reach, len(reach)), 0, view.size[0] - 1)
    y = np.clip(cells[:, 1, None] + np.tile(reach, len(reach)), 0, view.size[1] - 1)
    pixels[y, x] = color[:, None, :]


def _svg(display: Display, view: _View) -> bytes:
    width, height = view.size
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{escape(display.name)}</title>",
        f'<rect width="{width}" height="{height}" fill="{to_hex(_BACKGROUND)}"/>',
        f'<g fill="none" stroke-width="{2 * _dot(display)}" stroke-linecap="round">',
    ]
    for prop in _shown(display):
        # A zero-length line with round ends is a dot: far shorter than a circle element for each light.
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in view.place(prop.points))
        color = to_hex(ROLE_COLORS[prop.role.role])
        title = escape(f"{prop.name}: {prop.role.role.value} ({prop.role.confidence:.0%}), {prop.role.reason}")
        parts.append(f'<path stroke="{color}" d="{dots}"><title>{title}</title></path>')
    parts.append(f'</g><g font-family="sans-serif" font-size="10" fill="{to_hex(_TEXT)}">')
    for x, y, name in _names(display, view):
        parts.append(f'<text x="{x:.1f}" y="{y + 9:.1f}" text-anchor="middle">{escape(name)}</text>')
    x = width - _LEGEND
    for row, (role, text) in enumerate(_legend(display)):
        y = _MARGIN + row * 20
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{to_hex(ROLE_COLORS[role])}"/>')
        parts.append(f'<text x="{x + 20}" y="{y + 10}">{escape(text)}</text>')
    parts.append("</g></svg>\n")
    return "\n".join(parts).encode()


_WRITERS: dict[str, Callable[[Display, _View], bytes]] = {".png": _png, ".svg": _svg}
