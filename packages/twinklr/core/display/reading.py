"""`read_display`: a show folder -> `Display`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from twinklr.core.color import RGB, parse_hex
from twinklr.core.display.display import Buffer, Display, Group, GroupKind, Prop, Role, RoleGuess
from twinklr.core.display.fixtures import read_fixture
from twinklr.core.display.group_kinds import group_kind
from twinklr.core.display.groups import resolve_groups
from twinklr.core.display.naming import says_unused
from twinklr.core.display.outputs import Output, read_output
from twinklr.core.display.overrides import Overrides, read_overrides
from twinklr.core.display.placing import is_fractional, place
from twinklr.core.display.roles import guess_roles
from twinklr.core.display.shapes import Shape, build_shape
from twinklr.core.display.shapes.shape import Ints, ints
from twinklr.core.display.submodels import submodel
from twinklr.core.errors import InputError
from twinklr.core.xlights import (
    InfoElement,
    Layout,
    ModelElement,
    StartChannels,
    channels_per_node,
    read_layout,
    read_networks,
    resolve_start_channels,
    string_type,
)
from twinklr.core.xlights.counts import node_count_unbounded, string_count

MAX_DISPLAY_NODES = 3_000_000
"""Nodes of a whole display; more are taken for a damaged file before memory is taken for them."""

MAX_CELLS = 25_000_000
"""Cells of one model's buffer; a model that asks for more is left out, no renderer could paint it."""

MAX_GRID = 5_000
"""Largest ``GridSize`` that is followed."""

_Number = TypeVar("_Number", bound=np.generic)
_UNSURE = RoleGuess(Role.PROP, 0.0, "not looked at yet")
_COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
_LETTERS = "RGBW"


def read_display(folder: str | Path) -> Display:
    """Read a show folder: its layout, its controllers and the user's ``twinklr.toml`` beside them.

    Args:
        folder: The show folder, with ``xlights_rgbeffects.xml`` in it.

    Raises:
        InputError: If the folder or its layout cannot be used, or the layout has no models.
    """
    path = Path(folder)
    if not path.is_dir():
        raise InputError("no such folder", where=path, cure="give your xLights show folder")
    layout = read_layout(path)
    networks = read_networks(path)
    overrides = read_overrides(path)
    starts = resolve_start_channels(layout, networks)
    display = _assemble(layout, starts, path.resolve().name)
    if not display.props:
        raise InputError("the layout has no models that give light", where=layout.path, cure="add models in xLights")
    last = int(max(prop.first_channel + prop.channel_count for prop in display.props))
    findings = [*map(str, starts.findings), *display.findings]
    if last > networks.channel_count > 0:
        findings.append(f"models use channels up to {last}, the controllers have {networks.channel_count}")
    display = replace(display, channel_count=max(networks.channel_count, last), findings=tuple(dict.fromkeys(findings)))
    return _with_roles(display, overrides)


@dataclass(frozen=True, eq=False, slots=True)
class _Body:
    """One model, read: everything but its role."""

    model: ModelElement
    shape: Shape
    points: NDArray[np.float32]
    channels: Ints
    output: Output
    findings: tuple[str, ...] = ()


def _assemble(layout: Layout, starts: StartChannels, name: str) -> Display:
    """The display without roles and group kinds."""
    findings = _duplicates(layout)
    models = list({model.name: model for model in layout.models}.values())
    if sum(map(node_count_unbounded, models)) > MAX_DISPLAY_NODES:
        raise InputError("too many nodes", where=layout.path, expected=f"at most {MAX_DISPLAY_NODES}")
    shapes: dict[_ShapeKey, Shape] = {}
    bodies = [body for model in models if (body := _body(model, layout, starts, shapes)) is not None]
    findings += _oddities(models, bodies)
    counts = [body.shape.node_count for body in bodies]
    firsts = np.concatenate([[0], np.cumsum(counts)])
    props = tuple(_prop(body, int(first)) for body, first in zip(bodies, firsts, strict=False))
    resolved, group_findings = resolve_groups(
        layout, {body.model.name: {part.name for part in body.model.submodels} for body in bodies}
    )
    groups = tuple(
        Group(
            name=group.element.name,
            kind=GroupKind.MIXED,
            layout=group.element.layout,
            grid_size=min(max(10, group.element.grid_size), MAX_GRID),
            members=group.members,
            props=group.props,
            leaves=group.leaves,
            center_offset=(
                _whole(group.element.attributes, "XCentreOffset"),
                _whole(group.element.attributes, "YCentreOffset"),
            ),
            center=_center(group.element.attributes),
        )
        for group in resolved
    )
    return Display(
        name=name,
        props=props,
        groups=groups,
        channel_count=0,
        node_channel=_joined([body.channels for body in bodies], np.int32, 0),
        node_offsets=np.repeat(_rows([_offsets(body.model) for body in bodies], np.int8, 4), counts, axis=0),
        node_tint=np.repeat(_rows([_tint(body.model) for body in bodies], np.uint8, 3), counts, axis=0),
        node_xyz=_joined([_node_places(body) for body in bodies], np.float32, 3),
        preview_size=layout.preview_size,
        x_origin=layout.preview_size[0] / 2.0 if layout.centred else 0.0,
        findings=tuple(findings + group_findings),
    )


def _duplicates(layout: Layout) -> list[str]:
    counts = Counter(model.name for model in layout.models)
    return [
        f"{count} models have the name {name!r}; the last one counts" for name, count in counts.items() if count > 1
    ]


def _oddities(models: Sequence[ModelElement], bodies: Sequence[_Body]) -> list[str]:
    lit = {body.model.name for body in bodies}
    dark = [model for model in models if model.name not in lit]
    findings = [f"model {model.name!r} ({model.display_as or 'no type'}) gives no light; left out" for model in dark]
    findings += [finding for body in bodies for finding in body.findings]
    old = sum(is_fractional(model) for model in models)
    if old:
        findings.append(f"{old} models are placed as in 2016-2018 (fractions of the preview); xLights 2026 loses that")
    return findings


_ShapeKey = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
_PLACING = frozenset(
    {"name", "StartChannel", "Controller", "Locked", "LayoutGroup", "ShadowModelFor", "Active", "Shear", "X2", "Y2",
     "Z2", *(f"{kind}{axis}" for kind in ("WorldPos", "Scale", "Rotate") for axis in "XYZ")}
)  # fmt: skip
"""Attributes that say who and where a model is, not what shape it has."""


def _shape(model: ModelElement, known: dict[_ShapeKey, Shape]) -> Shape:
    """The model's shape; models that differ in their place alone share one."""
    parts = tuple(pair for pair in model.attributes.items() if pair[0] not in _PLACING)
    key = (model.display_as, parts, tuple(model.implied.items()))
    if key not in known:
        known[key] = build_shape(model)
    return known[key]


def _body(model: ModelElement, layout: Layout, starts: StartChannels, shapes: dict[_ShapeKey, Shape]) -> _Body | None:
    shape = _shape(model, shapes)
    if shape.node_count < 1 or shape.width * shape.height > MAX_CELLS:
        return None
    world = place(model, shape, layout.preview_size, layout.centred)
    output, findings = read_output(model, layout.path.parent)
    return _Body(model, shape, world.astype(np.float32), _channels(model, shape, starts), output, tuple(findings))


def _channels(model: ModelElement, shape: Shape, starts: StartChannels) -> Ints:
    """0-based first channel of each node."""
    slot = shape.slot if shape.slot is not None else np.arange(shape.node_count)
    width = channels_per_node(model)
    string_starts = starts.strings.get(model.name)
    if string_starts is None:
        return ints(starts.first[model.name] + slot * width)
    strings = max(1, string_count(model))
    per_string = max(1, -(-int(slot.max() + 1) // strings))
    string = np.minimum(slot // per_string, len(string_starts) - 1)
    return ints(np.asarray(string_starts)[string] + (slot - string * per_string) * width)


def _prop(body: _Body, first_node: int) -> Prop:
    model, shape = body.model, body.shape
    own = Buffer(shape.width, shape.height, shape.x, shape.y, shape.node)
    parts = [submodel(element, own, shape.node_count) for element in model.submodels]
    width = channels_per_node(model)
    return Prop(
        name=model.name,
        display_as=model.display_as,
        string_type=model.string_type,
        role=_UNSURE,
        first_channel=int(body.channels.min()),
        channel_count=int(body.channels.max() - body.channels.min()) + width,
        first_node=first_node,
        node_count=shape.node_count,
        buffer=_shifted(own, first_node),
        submodels=tuple(replace(part, buffer=_shifted(part.buffer, first_node)) for part in parts),
        strands=shape.strands or (tuple(range(shape.node_count)),),
        faces=tuple(map(_definition, model.faces)),
        states=tuple(map(_definition, model.states)),
        points=body.points,
        active=model.active,
        preview=model.attributes.get("LayoutGroup", "Default") or "Default",
        output=body.output,
        fixture=read_fixture(model, shape.node_count),
    )


def _shifted(buffer: Buffer, first_node: int) -> Buffer:
    return replace(buffer, node=ints(buffer.node + first_node))


def _definition(info: InfoElement) -> tuple[str, tuple[tuple[str, str], ...]]:
    return info.name, tuple(info.attributes.items())


def _whole(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 8 else 0


def _center(attributes: Mapping[str, str]) -> tuple[float, float] | None:
    if attributes.get("centreDefined") != "1":
        return None
    try:
        x, y = float(attributes["centrex"]), float(attributes["centrey"])
    except (KeyError, ValueError):
        return None
    return (x, y) if abs(x) < 1e6 and abs(y) < 1e6 else None


def _offsets(model: ModelElement) -> tuple[int, ...]:
    order = string_type(model).order
    if channels_per_node(model) == 1 or not order:
        return (-1, -1, -1, 0)
    return tuple(order.find(letter) for letter in _LETTERS)


def _tint(model: ModelElement) -> RGB:
    """Colour of a single-colour node; white for all others."""
    kind = string_type(model)
    if kind.order or channels_per_node(model) != 1 or model.display_as.startswith("Dmx"):
        return _COLOURS["white"]
    word = kind.text.split(" ")[-1].lower()
    if word in _COLOURS:
        return _COLOURS[word]
    try:
        colour = parse_hex(model.attributes.get("CustomColor", ""))
    except ValueError:
        return _COLOURS["white"]
    return colour if any(colour) else _COLOURS["white"]


def _rows(rows: Sequence[Sequence[int]], kind: type[_Number], columns: int) -> NDArray[_Number]:
    return np.array(rows, dtype=kind).reshape(-1, columns)


def _node_places(body: _Body) -> NDArray[np.float32]:
    """Place of each node: the middle of its lights."""
    count = body.shape.node_count
    if len(body.points) == count and (body.shape.node == np.arange(count)).all():
        return body.points
    lights = np.bincount(body.shape.node, minlength=count)
    sums = [np.bincount(body.shape.node, weights=body.points[:, axis], minlength=count) for axis in range(3)]
    return (np.stack(sums, axis=-1) / np.maximum(lights, 1)[:, None]).astype(np.float32)


def _joined(parts: Sequence[NDArray[Any]], kind: type[_Number], columns: int) -> NDArray[_Number]:
    shape = (0, columns) if columns else (0,)
    return np.concatenate([np.zeros(shape, dtype=kind), *parts]).astype(kind)


def _with_roles(display: Display, overrides: Overrides) -> Display:
    guesses = guess_roles(display)
    props = tuple(
        replace(
            prop,
            role=overrides.role(prop.name) or guess,
            ignored=overrides.ignores(prop.name) or (says_unused(prop.name) and prop.name not in overrides.roles),
        )
        for prop, guess in zip(display.props, guesses, strict=True)
    )
    by_name = {prop.name: prop for prop in props}
    total = sum(prop.active and not prop.ignored for prop in props)
    groups = tuple(
        replace(group, kind=overrides.kind(group.name) or group_kind(group, by_name, total)) for group in display.groups
    )
    unknown = overrides.unknown_names({prop.name for prop in props}, {group.name for group in groups})
    findings = [f"twinklr.toml speaks of {name!r}, which the layout does not have" for name in unknown]
    unused = [prop.name for prop in props if prop.ignored and not overrides.ignores(prop.name)]
    findings += [f"the name of model {name!r} says not to use it; left out of the show" for name in unused]
    off = sum(not prop.active for prop in props)
    if off:
        findings.append(f"{off} models are switched off in the layout; groups do not light them")
    return replace(display, props=props, groups=groups, findings=(*display.findings, *findings))
