"""Bring a networks file of before 2020.32 to today's form: outputs become controllers.

Every channel keeps its place: controllers and their outputs stay in the order of the old outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from twinklr.core.errors import InputError
from twinklr.core.xlights.markup import MAX_LAYOUT_TAGS, attributes_of, elements, parse_xml
from twinklr.core.xlights.networks import controller_of, runs_of_outputs, universes_of, whole

_ETHERNET = frozenset({"E131", "ARTNET", "DDP", "ZCPP", "KINET", "OPC", "TWINKLY", "XXXETHERNET", "PLAYERONLY"})
_PROTOCOLS = {"ARTNET": "ArtNet", "KINET": "KiNet", "XXXETHERNET": "xxx Ethernet"}
"""Protocols in capitals -> as a controller spells them, where that differs."""

_OLD_ATTRIBUTES = ("NumUniverses", "Enabled", "Description", "NumberOfChannels", "LastFrame")
_DEFAULTS = {
    "AutoLayout": "0",
    "AutoSize": "0",
    "FullxLightsControl": "0",
    "DefaultBrightnessUnderFullControl": "100",
    "SuppressDuplicates": "0",
    "Monitor": "1",
}


def convert_networks(path: str | Path) -> tuple[bytes, tuple[str, ...]]:
    """A networks file in the form of xLights 2020.32 and later.

    Args:
        path: The file.

    Returns:
        The new file's bytes, and what was changed, a line per controller; no lines: nothing had to be.

    Raises:
        InputError: If the file is no networks file.
    """
    path = Path(path)
    root = parse_xml(path, max_tags=MAX_LAYOUT_TAGS)
    if root.tag != "Networks":
        raise InputError(f"the root element is <{root.tag}>", where=path, expected="<Networks>")
    names = {element.get("Name", "") for element in root.iterfind("Controller")}
    ids = {whole(element.get("Id")) for element in root.iterfind("Controller")}
    changes = []
    for run in _loose_runs(root):
        attributes = controller_of(run)
        attributes["Name"] = _unused(attributes["Name"] or "Controller", names)
        names.add(attributes["Name"])
        number = max(ids, default=0) + 1
        ids.add(number)
        controller = etree.Element("Controller", _attributes(run, attributes, number))
        root.replace(run[0], controller)
        for network in run:
            _move(network, controller)
        controller.tail = "\n"
        changes.append(f"controller {attributes['Name']!r}: {len(controller)} outputs of {len(run)} entries")
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
    return data, tuple(changes)


def _loose_runs(root: etree._Element) -> list[list[etree._Element]]:
    """Runs of outputs that stand under no controller; one between two controllers ends with the next."""
    stretches: list[list[etree._Element]] = [[]]
    for element in elements(root):
        if element.tag == "Controller":
            stretches.append([])
        elif element.tag == "network":
            stretches[-1].append(element)
    return [run for stretch in stretches for run in runs_of_outputs(stretch)]


def _unused(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found


def _attributes(run: Sequence[etree._Element], known: dict[str, str], number: int) -> dict[str, str]:
    """Attributes of the controller, in the order xLights writes them."""
    folded = known["Protocol"].upper().replace(" ", "")
    kind = "Null" if folded in {"NULL", ""} else "Ethernet" if folded in _ETHERNET else "Serial"
    place: dict[str, str] = {}
    if kind == "Ethernet":
        place = {"IP": known["IP"], "Protocol": _PROTOCOLS.get(folded, known["Protocol"])}
    elif kind == "Serial":
        place = {"Port": known["IP"], "Speed": run[0].get("BaudRate", ""), "Protocol": known["Protocol"]}
    head = {"Id": str(number), "Name": known["Name"], "Description": "", "Type": kind}
    maker = {"Vendor": "", "Model": "", "Variant": "", "ActiveState": known["ActiveState"]}
    return {**head, **maker, **place, **_DEFAULTS}


def _move(network: etree._Element, controller: etree._Element) -> None:
    """One output into its controller; one that stands for several universes becomes that many."""
    count, first = universes_of(network), whole(network.get("BaudRate"))
    for name in _OLD_ATTRIBUTES:
        network.attrib.pop(name, "")
    network.tail = None
    for index in range(count):
        copy = etree.SubElement(controller, "network", attributes_of(network))
        if count > 1:
            copy.set("BaudRate", str(first + index))
    parent = network.getparent()
    if parent is not None:
        parent.remove(network)
