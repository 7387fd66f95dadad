from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.xlights import format_settings, parse_settings, setting, with_settings

keys = st.text(st.characters(exclude_characters=",=", exclude_categories=("Cs",)), min_size=1)
values = st.text(st.characters(exclude_categories=("Cs",)))


@given(st.dictionaries(keys, values))
def test_any_settings_read_back_as_they_were_written(settings: dict[str, str]) -> None:
    assert parse_settings(format_settings(settings)) == settings
    assert list(parse_settings(format_settings(settings))) == list(settings)


def test_the_escapes_of_real_files() -> None:
    text = "E_TEXTCTRL_Text=one&comma; two &amp; three=4,B_SLIDER_Blur=2"
    assert parse_settings(text) == {"E_TEXTCTRL_Text": "one, two & three=4", "B_SLIDER_Blur": "2"}
    assert format_settings(parse_settings(text)) == text
    assert parse_settings("") == {}
    assert parse_settings("a=&amp;comma;") == {"a": "&comma;"}


def test_a_parsed_string_is_the_callers_own() -> None:
    parse_settings("a=1")["a"] = "2"
    assert parse_settings("a=1") == {"a": "1"}


def test_single_settings_are_read_and_changed() -> None:
    assert setting("a=1,b=2", "b") == "2"
    assert setting("a=1", "b", "none") == "none"
    assert with_settings("a=1,b=2", a="3", c="4", b=None) == "a=3,c=4"
