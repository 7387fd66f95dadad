from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.xlights import (
    ColorCurveText,
    ValueCurveText,
    format_color_curve,
    format_value_curve,
    is_curve,
    parse_color_curve,
    parse_value_curve,
)

REAL = [
    "Active=TRUE|Id=ID_VALUECURVE_On_Transparency|Type=Exponential Up|Min=0.00|Max=100.00|P1=100.00|P2=21.00|RV=TRUE|",
    "Active=TRUE|Id=ID_VALUECURVE_Brightness|Type=Custom|Min=0.00|Max=400.00|RV=TRUE|"
    "Values=0.00:0.00;0.50:0.25;1.00:0.10|",
    "Active=TRUE|Id=ID_VALUECURVE_Brightness|Min=0.00|Max=400.00|P1=75.00|RV=TRUE|",
    "Active=TRUE|Id=ID_VALUECURVE_X|Type=Timing Track Toggle|Min=0.00|Max=100.00|TT=Beats|P1=0.00|P2=100.00|RV=TRUE|",
    "Active=FALSE|",
]
hundredths = st.integers(-100_000, 100_000).map(lambda value: value / 100)


@pytest.mark.parametrize("text", REAL)
def test_value_curves_of_real_files_are_written_as_they_were(text: str) -> None:
    assert is_curve(text)
    assert format_value_curve(parse_value_curve(text)) == text


@given(
    st.sampled_from(["Flat", "Ramp", "Saw Tooth", "Custom"]), st.tuples(*[st.none() | hundredths] * 4),
    st.lists(st.tuples(hundredths, hundredths), max_size=4).map(tuple), st.booleans(), st.integers(-100, 100),
)  # fmt: skip
def test_any_value_curve_reads_back(
    kind: str,
    parameters: tuple[float | None, float | None, float | None, float | None],
    points: tuple[tuple[float, float], ...],
    wraps: bool,
    offset: int,
) -> None:
    curve = ValueCurveText("ID", kind, -5.0, 25.5, parameters, points, "Beats", offset, wraps, other=(("AT", "x"),))
    assert parse_value_curve(format_value_curve(curve)) == curve


def test_colour_curves_of_real_files_are_written_as_they_were() -> None:
    text = "Active=TRUE|Id=ID_BUTTON_Palette1|Values=x=0.000^c=#FF0000;x=0.500^c=#FFFFFF;x=1.000^c=#0000FF|"
    curve = parse_color_curve(text)
    assert curve.points[1] == (0.5, (255, 255, 255))
    assert format_color_curve(curve) == text
    blended = ColorCurveText("ID", ((0.0, (1, 2, 3)),), "Blended", "Beats", active=False, other=(("Z", "1"),))
    assert parse_color_curve(format_color_curve(blended)) == blended


@pytest.mark.parametrize("text", ["Active=TRUE|Min=low|", "Active=TRUE|Values=a:b|", "Active=TRUE|Max=1e99|"])
def test_numbers_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"low|'?a'?|1e99"):
        parse_value_curve(text)
    with pytest.raises(ValueError, match="colour"):
        parse_color_curve("Active=TRUE|Values=x=0^c=red|")
