import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.color import hsv_to_rgb, parse_hex, rgb_to_hsv, to_hex

channel = st.integers(0, 255)


@given(st.tuples(channel, channel, channel))
def test_hex_round_trip(rgb):
    assert parse_hex(to_hex(rgb)) == rgb


@given(st.lists(st.tuples(channel, channel, channel), min_size=1, max_size=50))
def test_hsv_round_trip_within_one_step(colors):
    rgb = np.array(colors, dtype=np.uint8)

    again = hsv_to_rgb(rgb_to_hsv(rgb))

    assert np.abs(again.astype(int) - rgb).max() <= 1


@pytest.mark.parametrize("text", ["FF8000", "#FF80", "#GG0000", ""])
def test_a_wrong_hex_colour_is_refused(text):
    with pytest.raises(ValueError, match=r"colour|invalid"):
        parse_hex(text)
