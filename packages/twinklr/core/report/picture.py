"""Pictures of the display: nodes as glowing lights in the preview's place, and a contact sheet of eight moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from twinklr.core.audio import Section, SongBundle
from twinklr.core.choreography.rendered import RenderedShow, node_colors
from twinklr.core.display import Display, Prop
from twinklr.core.xlights import read_fseq

MOMENTS = 8
TILE_SIZE = (640, 360)
MARGIN = 20
NIGHT = (8, 10, 18)
UNLIT = 22


def draw_contact_sheet(rendered: RenderedShow, bundle: SongBundle, display: Display) -> Image.Image:
    """Draw the display at eight moments of the show, from the rendered file.

    Args:
        rendered: The show.
        bundle: Gives the sections the moments are taken from.
        display: Where the nodes stand.
    """
    lights = light_points(display, TILE_SIZE)
    width, height = TILE_SIZE
    columns, rows = 2, MOMENTS // 2
    sheet = Image.new("RGB", (columns * width, rows * height), NIGHT)
    with read_fseq(rendered.fseq.path) as file:
        for index, (time_ms, section) in enumerate(moments(bundle, rendered)):
            frame = min(time_ms // rendered.frame_ms, rendered.frame_count - 1)
            colors = node_colors(file.frames(frame, frame + 1), display)[0]
            tile = Image.fromarray(draw_lights(lights, colors))
            caption = f"{time_ms // 60000}:{time_ms // 1000 % 60:02d}  {section.label}  energy {section.energy:.2f}"
            ImageDraw.Draw(tile).text((12, 10), caption, fill=(215, 220, 235), font=ImageFont.load_default(16))
            sheet.paste(tile, (index % columns * width, index // columns * height))
    return sheet


def moments(bundle: SongBundle, rendered: RenderedShow) -> list[tuple[int, Section]]:
    """Eight moments spread over the song, each just after a downbeat in the middle of what it shows.

    With eight sections or more these are the middles of eight sections, the loudest among them; with fewer, evenly
    spread times.
    """
    duration_ms = rendered.frame_count * rendered.frame_ms
    sections = [section for section in bundle.sections if section.start_ms < duration_ms]
    if len(sections) >= MOMENTS:
        loudest = max(range(len(sections)), key=lambda index: sections[index].energy)
        spread = {round(i * (len(sections) - 1) / (MOMENTS - 1)) for i in range(MOMENTS)}
        if loudest not in spread:
            spread.discard(min(spread - {0, len(sections) - 1}, key=lambda index: abs(index - loudest)))
            spread.add(loudest)
        middles = [(sections[index].start_ms + sections[index].end_ms) // 2 for index in sorted(spread)]
    else:
        middles = [int((i + 0.5) / MOMENTS * duration_ms) for i in range(MOMENTS)]
    downbeats = np.array([bar.start_ms for bar in bundle.bars]) if bundle.bars else np.array(middles)
    near = [int(downbeats[np.abs(downbeats - middle).argmin()]) for middle in middles]
    shown = [min(max(at + 100, 0), duration_ms - 1) for at in near]
    return [(at, bundle.section_at(at)) for at in shown]


@dataclass(frozen=True, eq=False, slots=True)
class LightPoints:
    """Every light of a display in a picture of a size.

    Attributes:
        x: int32 ``(points,)``, pixel column.
        y: int32 ``(points,)``, pixel row, downward.
        node: int32 ``(points,)``, the node whose colour the light shows.
        size: Width and height of the picture.
    """

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    node: NDArray[np.int32]
    size: tuple[int, int]


def light_points(display: Display, size: tuple[int, int]) -> LightPoints:
    """Fit the layout's box into a picture; a node of a dumb string has a point for each of its lights."""
    places = [prop.points if len(prop.points) else _nodes_of(prop, display.node_xyz) for prop in display.props]
    nodes = [
        prop.buffer.node if len(prop.points) else _nodes_of(prop, np.arange(display.node_count, dtype=np.int32))
        for prop in display.props
    ]
    xy = np.concatenate(places)[:, :2].astype(np.float64)
    low, high = xy.min(axis=0), xy.max(axis=0)
    room = np.array(size) - 2 * MARGIN
    span = np.maximum(high - low, 1e-6)
    scale = float((room / span).min())
    placed = np.round((xy - low) * scale + (np.array(size) - span * scale) / 2).astype(np.int32)
    return LightPoints(
        x=np.clip(placed[:, 0], 0, size[0] - 1),
        y=np.clip(size[1] - 1 - placed[:, 1], 0, size[1] - 1),
        node=np.concatenate(nodes),
        size=size,
    )


def _nodes_of(prop: Prop, values: NDArray[Any]) -> NDArray[Any]:
    return values[prop.first_node : prop.first_node + prop.node_count]


def draw_lights(lights: LightPoints, colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One picture of the display at night, each light with its glow.

    Args:
        lights: Where the lights stand.
        colors: RGB of each node, ``(nodes, 3)``.

    Returns:
        uint8 ``(height, width, 3)``.
    """
    width, height = lights.size
    light = np.zeros((height, width, 3), dtype=np.float32)
    wires = np.zeros((height, width), dtype=np.float32)
    shown = colors[lights.node].astype(np.float32)
    for dy, dx in np.ndindex(2 * (_light_size(lights),)):
        x = np.minimum(lights.x + dx, width - 1)
        y = np.minimum(lights.y + dy, height - 1)
        np.maximum.at(light, (y, x), shown)
        wires[y, x] = UNLIT
    glow = gaussian_filter(light, sigma=(5, 5, 0)) * 1.6 + gaussian_filter(light, sigma=(1.2, 1.2, 0)) * 0.6
    picture = np.array(NIGHT, dtype=np.float32) + np.maximum(light + glow, wires[..., None])
    return np.clip(picture, 0, 255).astype(np.uint8)


def _light_size(lights: LightPoints) -> int:
    """Pixels across one light: two in a full display, more where a few bulbs are all there is."""
    width, height = lights.size
    return int(np.clip(np.sqrt(0.02 * width * height / max(len(lights.node), 1)), 2, 7))
