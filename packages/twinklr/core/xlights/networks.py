"""Read ``xlights_networks.xml``: the controllers and where each one's channels begin.

Channels are given out in file order, one controller after the other, inactive ones included. Files before 2020.32
have no controllers, only outputs; runs of outputs to one address become a controller here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.xlights.markup import (
    MAX_LAYOUT_TAGS,
    MAX_XML_BYTES,
    Markup,
    attributes_of,
    elements,
    parse_xml,
    to_markup,
)

NETWORKS_FILE = "xlights_networks.xml"
MAX_CHANNELS = 16_000_000
"""More channels than this in all are taken for a damaged file."""


@dataclass(frozen=True, slots=True)
class Output:
    """One universe of E1.31 or Art-Net, one DDP target, one serial port.

    Attributes:
        universe: Universe or id (``BaudRate`` in the file); 0 where there is none.
        ip: Address or port (``ComPort``).
        protocol: "E131", "DDP", "ArtNet", "NULL", "DMX" ... as stored.
        first_channel: 0-based channel of its first byte.
        channel_count: Channels it carries.
    """

    universe: int
    ip: str
    protocol: str
    first_channel: int
    channel_count: int


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller with its outputs.

    Attributes:
        name: Name, which ``!Name:1`` start channels speak of.
        id: Id as stored.
        ip: Address; empty for serial and null controllers.
        protocol: Protocol of its outputs.
        active: False where the user switched it off; its channels count all the same.
        first_channel: 0-based channel of its first byte.
        channel_count: Channels of all outputs.
        outputs: In file order.
        attributes: All attributes as found.
    """

    name: str
    id: str
    ip: str
    protocol: str
    active: bool
    first_channel: int
    channel_count: int
    outputs: tuple[Output, ...] = field(repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Networks:
    """The controllers of a show, in channel order.

    Attributes:
        path: The file, or None where the folder has none.
        controllers: In file order.
        other: Remaining elements (test presets, sync universe ...), as found.
    """

    path: Path | None
    controllers: tuple[Controller, ...] = ()
    other: tuple[Markup, ...] = field(default=(), repr=False)

    @property
    def channel_count(self) -> int:
        """Channels of all controllers, inactive ones included."""
        return sum(controller.channel_count for controller in self.controllers)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All outputs in channel order."""
        return tuple(output for controller in self.controllers for output in controller.outputs)

    def controller(self, name: str) -> Controller | None:
        """The controller of a name, or None."""
        return next((controller for controller in self.controllers if controller.name == name), None)


def read_networks(source: str | Path, *, max_bytes: int = MAX_XML_BYTES) -> Networks:
    """Read the controllers of a show folder, or of a networks file.

    A folder without the file gives no controllers: models may all have absolute start channels.

    Raises:
        InputError: If the file cannot be used, or asks for absurdly many channels.
    """
    path = Path(source)
    if path.is_dir():
        path = path / NETWORKS_FILE
        if not path.exists():
            return Networks(None)
    root = parse_xml(path, max_bytes=max_bytes, max_tags=MAX_LAYOUT_TAGS)
    if root.tag != "Networks":
        raise InputError(f"the root element is <{root.tag}>", where=path, expected="<Networks>")
    return networks_from_xml(root, path)


def networks_from_xml(root: etree._Element, path: Path) -> Networks:
    """Build `Networks` from a parsed document.

    Raises:
        InputError: If it asks for absurdly many channels.
    """
    controllers: list[Controller] = []
    loose: list[etree._Element] = []
    other: list[Markup] = []
    channel = 0

    def add(attributes: dict[str, str], networks: Sequence[etree._Element]) -> None:
        nonlocal channel
        controller = _controller(attributes, networks, channel)
        channel += controller.channel_count
        if channel > MAX_CHANNELS:
            raise InputError("too many channels", where=path, expected=f"at most {MAX_CHANNELS}")
        controllers.append(controller)

    for element in elements(root):
        if element.tag == "network":
            loose.append(element)
            continue
        if element.tag != "Controller":
            other.append(to_markup(element))
            continue
        for run in runs_of_outputs(loose):
            add(controller_of(run), run)
        loose = []
        add(attributes_of(element), [child for child in elements(element) if child.tag == "network"])
    for run in runs_of_outputs(loose):
        add(controller_of(run), run)
    return Networks(path, tuple(controllers), tuple(other))


def _controller(attributes: dict[str, str], networks: Sequence[etree._Element], first: int) -> Controller:
    outputs: list[Output] = []
    channel = first
    for network in networks:
        universe = whole(network.get("BaudRate"))
        # Before 2020 one element could stand for a run of universes of the same size.
        repeats = universes_of(network)
        for index in range(repeats):
            count = whole(network.get("MaxChannels"))
            kind = network.get("NetworkType", "")
            outputs.append(Output(universe + index, network.get("ComPort", ""), kind, channel, count))
            channel += count
    state = attributes.get("ActiveState", "Active")
    return Controller(
        name=attributes.get("Name", "").strip(),
        id=attributes.get("Id", ""),
        ip=attributes.get("IP", outputs[0].ip if outputs else ""),
        protocol=attributes.get("Protocol", outputs[0].protocol if outputs else ""),
        active=state != "Inactive",
        first_channel=first,
        channel_count=channel - first,
        outputs=tuple(outputs),
        attributes=attributes,
    )


MAX_UNIVERSES = 10_000
"""Universes that one element may stand for."""


def universes_of(network: etree._Element) -> int:
    """Universes one ``<network>`` stands for: ``NumUniverses`` before 2020, one today."""
    return max(1, min(whole(network.get("NumUniverses"), 1), MAX_UNIVERSES))


def runs_of_outputs(networks: Sequence[etree._Element]) -> list[list[etree._Element]]:
    """Outputs of the old form, grouped into controllers: one address with universes that count up."""
    runs: list[list[etree._Element]] = []
    for network in networks:
        if runs and _continues(runs[-1][-1], network):
            runs[-1].append(network)
        else:
            runs.append([network])
    return runs


def _continues(last: etree._Element, network: etree._Element) -> bool:
    same = all(last.get(name) == network.get(name) for name in ("NetworkType", "ComPort", "Enabled"))
    step = universes_of(last)
    by_universe = network.get("NetworkType", "").upper() in ("E131", "ARTNET")
    return same and by_universe and whole(network.get("BaudRate")) == whole(last.get("BaudRate")) + step


def controller_of(run: Sequence[etree._Element]) -> dict[str, str]:
    """Attributes of the controller that a run of old outputs stands for: name, address, protocol and state."""
    first = run[0]
    enabled = first.get("Enabled", "Yes").lower() not in ("no", "0", "false")
    return {
        "Name": first.get("Description", "").strip() or first.get("ComPort", ""),
        "IP": first.get("ComPort", ""),
        "Protocol": first.get("NetworkType", ""),
        "ActiveState": "Active" if enabled else "Inactive",
    }


def whole(text: str | None, default: int = 0) -> int:
    """A whole number that a file holds; the default where it is none or absurdly long."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
