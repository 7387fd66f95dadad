"""The settings string, ``key=value,key=value``, in which xLights keeps what an effect and its palette are set to.

Neither a key nor a value is surrounded by spaces. A comma in a value is written ``&comma;`` and an ampersand
``&amp;``. A key that is missing has its default, so writers leave defaults out.

===========  ==============================================================
``E_``       the effect's own parameters
``B_``       render buffer
``T_``       layer blending, fades and transitions
``C_``       palette and colour adjustments (stored in their own table)
===========  ==============================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache


def parse_settings(text: str) -> dict[str, str]:
    """Open a settings string; of a key given twice the later value counts.

    Example:
        >>> parse_settings("E_SLIDER_Bars_BarCount=2,E_TEXTCTRL_Text=Hello&comma; world")
        {'E_SLIDER_Bars_BarCount': '2', 'E_TEXTCTRL_Text': 'Hello, world'}
    """
    return dict(_parsed(text))


def format_settings(settings: Mapping[str, str]) -> str:
    """Close a settings string, in the mapping's order.

    Example:
        >>> format_settings({"E_TEXTCTRL_Text": "Salt, pepper & more"})
        'E_TEXTCTRL_Text=Salt&comma; pepper &amp; more'
    """
    return ",".join(f"{key}={_escape(value)}" for key, value in settings.items())


def setting(text: str, key: str, default: str = "") -> str:
    """One value of a settings string, or the default.

    Example:
        >>> setting("T_CHOICE_LayerMethod=Max,T_TEXTCTRL_Fadein=0.50", "T_TEXTCTRL_Fadein")
        '0.50'
    """
    return _parsed(text).get(key, default)


def with_settings(text: str, **changes: str | None) -> str:
    """A settings string with some keys set, or removed where the value is None; the order of the others stays.

    Example:
        >>> with_settings("E_SLIDER_A=1,E_SLIDER_B=2", E_SLIDER_A=None, E_SLIDER_C="3")
        'E_SLIDER_B=2,E_SLIDER_C=3'
    """
    settings = {**_parsed(text), **changes}
    return format_settings({key: value for key, value in settings.items() if value is not None})


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> dict[str, str]:
    """The parsed string; shared, so callers outside this module get a copy."""
    result: dict[str, str] = {}
    if text:
        for part in text.split(","):
            key, _, value = part.partition("=")
            result[key] = value.replace("&comma;", ",").replace("&amp;", "&") if "&" in value else value
    return result


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace(",", "&comma;") if "&" in value or "," in value else value
