from __future__ import annotations

from pathlib import Path

import pytest

from twinklr.core.errors import InputError
from twinklr.core.xlights import convert_networks, read_networks
from unit.xlights.layouts import networks

OLD = """<Networks>
 <network NetworkType="E131" ComPort="10.0.0.1" BaudRate="1" MaxChannels="510" Description="Tree box"/>
 <network NetworkType="E131" ComPort="10.0.0.1" BaudRate="2" MaxChannels="510"/>
 <network NetworkType="E131" ComPort="10.0.0.2" BaudRate="3" MaxChannels="100" NumUniverses="3" Enabled="No"/>
 <network NetworkType="E131" ComPort="10.0.0.2" BaudRate="6" MaxChannels="100" Enabled="No"/>
 <network NetworkType="DMX" ComPort="COM3" BaudRate="250000" MaxChannels="512"/>
</Networks>"""


def test_controllers_get_their_channels_in_file_order_the_inactive_included() -> None:
    found = networks()
    assert [(c.name, c.active, c.first_channel, c.channel_count) for c in found.controllers] == [
        ("Main", True, 0, 1020), ("Off", False, 1020, 100), ("Roof", True, 1120, 900)
    ]  # fmt: skip
    assert [(o.universe, o.first_channel) for o in found.outputs] == [(5, 0), (6, 510), (0, 1020), (5, 1120)]
    assert found.channel_count == 2020
    assert found.controllers[0].attributes["Id"] == "1"
    assert [item.tag for item in found.other] == ["testpreset"]
    assert found.controller("nobody") is None


def test_runs_of_old_outputs_become_controllers() -> None:
    found = networks(OLD)
    assert [(c.name, c.ip, c.active, c.channel_count, len(c.outputs)) for c in found.controllers] == [
        ("Tree box", "10.0.0.1", True, 1020, 2),
        ("10.0.0.2", "10.0.0.2", False, 400, 4),
        ("COM3", "COM3", True, 512, 1),
    ]
    assert [o.universe for o in found.outputs] == [1, 2, 3, 4, 5, 6, 250000]


def test_a_folder_without_the_file_has_no_controllers(tmp_path: Path) -> None:
    assert read_networks(tmp_path).controllers == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<xrgb/>", "root element"),
        ('<Networks><network NetworkType="NULL" MaxChannels="99999999" NumUniverses="9999"/></Networks>', "too many"),
    ],
)
def test_what_cannot_be_networks_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "xlights_networks.xml").write_text(text)
    with pytest.raises(InputError, match=said):
        read_networks(tmp_path)


def test_numbers_that_are_none_count_as_nothing() -> None:
    found = networks('<Networks><network NetworkType="NULL" MaxChannels="-5"/><network MaxChannels="x"/></Networks>')
    assert found.channel_count == 0


@pytest.mark.reference
@pytest.mark.parametrize(("show", "channels"), [("large_v7", 80576), ("singing_v7", 120000), ("ac_2016", 20)])
def test_real_networks_add_up(reference: Path, show: str, channels: int) -> None:
    assert read_networks(reference / "shows" / show).channel_count == channels


def test_old_networks_are_converted_and_every_channel_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "xlights_networks.xml"
    path.write_text(OLD)
    old = read_networks(path)
    data, changes = convert_networks(path)
    path.write_bytes(data)
    new = read_networks(path)
    assert len(changes) == 3
    assert [c.name for c in new.controllers] == ["Tree box", "10.0.0.2", "COM3"]
    assert [(o.universe, o.first_channel, o.channel_count, o.protocol) for o in new.outputs] == [
        (o.universe, o.first_channel, o.channel_count, o.protocol) for o in old.outputs
    ]
    assert [c.active for c in new.controllers] == [c.active for c in old.controllers]
    kinds = [(c.attributes["Type"], c.attributes.get("Port", c.attributes.get("IP"))) for c in new.controllers]
    assert kinds == [("Ethernet", "10.0.0.1"), ("Ethernet", "10.0.0.2"), ("Serial", "COM3")]
    assert convert_networks(path)[1] == ()


def test_controllers_of_one_name_get_numbers(tmp_path: Path) -> None:
    path = tmp_path / "xlights_networks.xml"
    null = '<network NetworkType="NULL" MaxChannels="5" Description="Box"/>'
    path.write_text(
        f'<Networks><Controller Id="4" Name="Box" Type="Null"/>{null}{null}<e131sync universe="7"/></Networks>'
    )
    path.write_bytes(convert_networks(path)[0])
    found = read_networks(path)
    assert [(c.name, c.id, c.channel_count) for c in found.controllers] == [
        ("Box", "4", 0), ("Box 2", "5", 5), ("Box 3", "6", 5)
    ]  # fmt: skip
    assert [item.tag for item in found.other] == ["e131sync"]


def test_only_networks_are_converted(tmp_path: Path) -> None:
    (tmp_path / "other.xml").write_text("<xrgb/>")
    with pytest.raises(InputError, match="root element"):
        convert_networks(tmp_path / "other.xml")
