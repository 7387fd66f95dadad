"""What xLights would drop, misplace or crash on in a show folder, most of it without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from twinklr.core.xlights.channels import StartChannels, resolve_start_channels
from twinklr.core.xlights.counts import MAX_NODES, channel_count, is_known_string_type, node_count_unbounded
from twinklr.core.xlights.findings import Finding, Speller, nearest
from twinklr.core.xlights.layout import Layout, ModelElement
from twinklr.core.xlights.model_types import PARAMETERS, is_known_type
from twinklr.core.xlights.networks import Networks

PROTOCOLS = frozenset(
    [
        "NULL",
        "E131",
        "ARTNET",
        "DDP",
        "ZCPP",
        "KINET",
        "OPC",
        "TWINKLY",
        "XXXETHERNET",
        "DMX",
        "OPENDMX",
        "PIXELNET",
        "RENARD",
        "LOR",
        "LOROPTIMISED",
        "D-LIGHT",
        "OPENPIXELNET",
        "GENERICSERIAL",
        "OPENLIGHTINGPROTOCOL",
        "PLAYERONLY",
    ]
)
"""Network types xLights knows, in capitals and without spaces."""

UNIVERSE_CHANNELS = 512
CONTROLLER_TYPES = frozenset({"Ethernet", "Serial", "Null"})
ACTIVE_STATES = frozenset({"Active", "xLights Only", "Inactive"})
_RANGE = re.compile(r"(\d{1,6}(\s*-\s*\d{1,6})?)?")
_CONTROLLER_CODES = {"Type": "unknown-controller-type", "ActiveState": "unknown-active-state"}


def check_layout(layout: Layout, networks: Networks) -> list[Finding]:
    """Check a layout and its controllers.

    Args:
        layout: The models and groups.
        networks: The controllers.

    Returns:
        Errors (xLights drops, misplaces or crashes), warnings and notes, in file order.
    """
    findings = [*_age(layout), *_names(layout)]
    for model in layout.models:
        findings += _model(model)
        findings += _submodels(model)
    findings += _groups(layout)
    starts = resolve_start_channels(layout, networks)
    findings += starts.findings
    findings += _overlaps(layout, starts)
    findings += _networks(networks, max(starts.last.values(), default=-1) + 1)
    return findings


def _submodels(model: ModelElement) -> Iterator[Finding]:
    """Node ranges nobody can read: xLights leaves a gap there without a word."""
    for part in model.submodels:
        bad = [entry for line in part.lines for entry in line.split(",") if not _RANGE.fullmatch(entry.strip())]
        if bad:
            what = f"{len(bad)} node ranges cannot be read ({bad[0].strip()[:40]!r} ...)"
            yield Finding("warning", "bad-node-range", what, f"{model.name}/{part.name}", "write 1-50,60")


def _age(layout: Layout) -> Iterator[Finding]:
    old = [model.name for model in layout.models if model.version_number < 3]
    if old:
        what = (
            f"{len(old)} models ({old[0]!r} ...) are stored as before 2018; current xLights does not read their places"
        )
        yield Finding("warning", "old-layout", what, "layout", "run `twinklr convert` on the show folder")


def _names(layout: Layout) -> Iterator[Finding]:
    for name, count in Counter(model.name for model in layout.models).items():
        if count > 1:
            yield Finding(
                "error",
                "duplicate-model",
                f"{count} models have this name; xLights keeps one of them",
                f"model {name!r}",
                "rename the others",
            )
    models = {model.name for model in layout.models}
    for name, count in Counter(group.name for group in layout.groups).items():
        if name in models:
            yield Finding(
                "error",
                "group-named-like-model",
                "a model has the same name; xLights crashes on that",
                f"group {name!r}",
                "rename the group",
            )
        if count > 1:
            yield Finding(
                "error",
                "duplicate-group",
                f"{count} groups have this name; xLights keeps one of them",
                f"group {name!r}",
                "rename the others",
            )
    for kind, names in (("model", models), ("group", {group.name for group in layout.groups})):
        for name in sorted(names):
            if "," in name:
                what = "the name holds a comma; groups and views cannot list it"
                yield Finding("error", "comma-in-name", what, f"{kind} {name!r}", "rename it")
            if not name:
                yield Finding("error", "no-name", f"a {kind} has no name", f"{kind} ''", "name it")


def _model(model: ModelElement) -> Iterator[Finding]:
    where = f"model {model.name!r}"
    if not is_known_type(model.display_as):
        what = f"the type {model.display_as!r} is unknown" if model.display_as else "it has no type (DisplayAs)"
        guess = nearest(model.display_as, PARAMETERS)
        yield Finding("error", "unknown-type", f"{what}; xLights drops the model", where, guess or "correct DisplayAs")
        return
    if not is_known_string_type(model.string_type):
        what = f"the string type {model.string_type!r} is unknown; xLights takes it for 3 Channel RGB"
        yield Finding("warning", "unknown-string-type", what, where, "choose a string type in the layout")
    nodes = node_count_unbounded(model)
    if nodes > MAX_NODES:
        what = f"{nodes} nodes are more than a model can have"
        yield Finding("error", "too-many-nodes", what, where, "correct its counts")
    elif nodes == 0 and not model.display_as.startswith(("Label", "Image", "Dmx")):
        yield Finding("warning", "no-nodes", "it has no nodes", where, "correct its counts")
    for name, count in Counter(submodel.name for submodel in model.submodels).items():
        if count > 1:
            what = f"{count} submodels have the name {name!r}"
            yield Finding("warning", "duplicate-submodel", what, where, "rename the others")


def _groups(layout: Layout) -> Iterator[Finding]:
    known = {model.name for model in layout.models} | {group.name for group in layout.groups}
    known |= {f"{model.name}/{part.name}" for model in layout.models for part in model.submodels}
    speller = Speller(known)
    for group in layout.groups:
        missing = [member for member in group.members if member not in known]
        if missing:
            more = f" and {len(missing) - 1} more members are" if len(missing) > 1 else " is"
            what = f"the member {missing[0]!r}{more} not in the layout; xLights drops what is missing"
            cure = speller.cure(missing[0]) or "remove it from the group"
            yield Finding("warning", "missing-member", what, f"group {group.name!r}", cure)
    for loop in group_loops(layout):
        what = f"the group contains itself: {' > '.join(loop)}; xLights crashes on that"
        yield Finding("error", "group-loop", what, f"group {loop[0]!r}", "remove one of the memberships")


def group_loops(layout: Layout) -> list[list[str]]:
    """Loops of groups that contain each other, each as the names passed through, first and last the same.

    Every group is visited once, so this is quick however the groups are nested.
    """
    members = {group.name: group.members for group in layout.groups}
    done: set[str] = set()
    loops: list[list[str]] = []
    for start, first in members.items():
        if start in done:
            continue
        path, inside = [start], {start}
        left = [iter(first)]
        while left:
            member = next(left[-1], None)
            if member is None:
                inside.discard(path[-1])
                done.add(path.pop())
                left.pop()
            elif member in inside:
                loops.append([*path[path.index(member) :], member])
            elif member in members and member not in done:
                path.append(member)
                inside.add(member)
                left.append(iter(members[member]))
    return loops


def _overlaps(layout: Layout, starts: StartChannels) -> Iterator[Finding]:
    """Models that share channels with another, one finding a model.

    A model that is a shadow of another, or starts at another's first channel by name (``@``), is meant to.
    """
    models = {model.name: model for model in layout.models if model.active}
    ranges = sorted(part for model in models.values() for part in _ranges(model, starts))
    told: set[str] = set()
    reach = (-1, -1, "")
    for first, last, name in ranges:
        high, low, other = reach
        if first <= high and name != other and name not in told and not _meant(models[name], models[other]):
            told.add(name)
            shared = f"{max(first, low) + 1}-{min(last, high) + 1}"
            what = f"its channels {shared} are also those of {other!r}: what is shown on one shows on both"
            cure = "correct one of the start channels, or make one a shadow model of the other"
            yield Finding("warning", "channel-overlap", what, f"model {name!r}", cure)
        if last > high:
            reach = (last, first, name)


def _ranges(model: ModelElement, starts: StartChannels) -> Iterator[tuple[int, int, str]]:
    """First and last channel of each string of a model; none where its start channel leads nowhere."""
    size = channel_count(model)
    if size < 1 or model.name in starts.lost:
        return
    strings = starts.strings.get(model.name, (starts.first[model.name],))
    for first in strings:
        yield first, first + max(1, size // len(strings)) - 1, model.name


def _meant(one: ModelElement, other: ModelElement) -> bool:
    shadows = [model.attributes.get("ShadowModelFor", "").strip() for model in (one, other)]
    by_name = (one.start_channel.startswith("@"), other.start_channel.startswith("@"))
    return any(by_name) or other.name == shadows[0] or one.name == shadows[1] or bool(shadows[0] == shadows[1] != "")


def _networks(networks: Networks, needed: int) -> Iterator[Finding]:
    for name, count in Counter(controller.name for controller in networks.controllers).items():
        if count > 1:
            what = f"{count} controllers have this name; start channels by name find the first"
            yield Finding("warning", "duplicate-controller", what, f"controller {name!r}", "rename the others")
    for controller in networks.controllers:
        where = f"controller {controller.name!r}"
        for key, known in (("Type", CONTROLLER_TYPES), ("ActiveState", ACTIVE_STATES)):
            value = controller.attributes.get(key, "")
            if value and value not in known:
                what = f"{key} is {value!r}, which xLights does not know" + (
                    "; it drops the controller, and all channels after it move" if key == "Type" else ""
                )
                cure = nearest(value, known) or f"one of {', '.join(sorted(known))}"
                yield Finding("error" if key == "Type" else "warning", _CONTROLLER_CODES[key], what, where, cure)
        for output in controller.outputs:
            protocol = output.protocol.upper().replace(" ", "")
            if protocol == "E131" and output.channel_count > UNIVERSE_CHANNELS:
                what = f"universe {output.universe} has {output.channel_count} channels; E1.31 carries 512"
                yield Finding("error", "universe-too-large", what, where, "split it into several universes")
            if protocol and protocol not in PROTOCOLS:
                what = f"the network type {output.protocol!r} is unknown; xLights drops it"
                yield Finding("warning", "unknown-protocol", what, where, "choose the protocol again in xLights")
        if not controller.active and controller.channel_count:
            what = "it is inactive; its channels count and render, but nothing is sent"
            yield Finding("note", "inactive-controller", what, where)
    have = networks.channel_count
    if networks.controllers and needed > have:
        what = f"models use {needed} channels, the controllers have {have}"
        yield Finding("warning", "too-few-channels", what, "networks", "give the controllers more channels")
