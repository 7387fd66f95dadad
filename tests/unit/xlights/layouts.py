"""Small layouts and networks for the tests of this part."""

from __future__ import annotations

from pathlib import Path

from twinklr.core.xlights import Layout, Networks
from twinklr.core.xlights.layout import layout_from_xml
from twinklr.core.xlights.markup import parse_xml_bytes
from twinklr.core.xlights.networks import networks_from_xml

NETWORKS = """<Networks>
 <Controller Id="1" Name="Main" Type="Ethernet" ActiveState="Active" IP="10.0.0.5" Protocol="E131">
  <network NetworkType="E131" ComPort="10.0.0.5" BaudRate="5" MaxChannels="510"/>
  <network NetworkType="E131" ComPort="10.0.0.5" BaudRate="6" MaxChannels="510"/>
 </Controller>
 <Controller Id="2" Name="Off" Type="Null" ActiveState="Inactive">
  <network NetworkType="NULL" MaxChannels="100"/>
 </Controller>
 <Controller Id="3" Name="Roof" Type="Ethernet" IP="10.0.0.7" Protocol="DDP">
  <network NetworkType="DDP" ComPort="10.0.0.7" BaudRate="5" MaxChannels="900"/>
 </Controller>
 <testpreset name="mine"/>
</Networks>"""


def model(name: str, start: str = "1", kind: str = "Single Line", inner: str = "", **attributes: object) -> str:
    """A model element; ten RGB nodes unless told otherwise."""
    given = {"NumStrings": 1, "NodesPerString": 10, "StringType": "RGB Nodes", "versionNumber": 8} | attributes
    texts = " ".join(f'{key}="{value}"' for key, value in given.items())
    start = start.replace(">", "&gt;").replace("<", "&lt;")
    return f'<model name="{name}" DisplayAs="{kind}" StartChannel="{start}" {texts}>{inner}</model>'


def group(name: str, *members: str, **attributes: object) -> str:
    """A group element."""
    texts = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f'<modelGroup name="{name}" models="{",".join(members)}" {texts}/>'


def layout_xml(*models: str, groups: tuple[str, ...] = (), more: str = "") -> str:
    """A layout document."""
    return f"<xrgb><models>{''.join(models)}</models><modelGroups>{''.join(groups)}</modelGroups>{more}</xrgb>"


def layout(*models: str, groups: tuple[str, ...] = (), more: str = "") -> Layout:
    """A layout, read."""
    return layout_from_xml(parse_xml_bytes(layout_xml(*models, groups=groups, more=more).encode()), Path("layout.xml"))


def networks(text: str = NETWORKS) -> Networks:
    """Networks, read."""
    return networks_from_xml(parse_xml_bytes(text.encode()), Path("networks.xml"))
