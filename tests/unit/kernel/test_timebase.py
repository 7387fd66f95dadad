from hypothesis import given
from hypothesis import strategies as st

from twinklr.core.timebase import frame_count, interval_index, snap_to_frame


@given(st.integers(0, 10**7), st.sampled_from([20, 25, 40, 50]))
def test_a_snapped_time_is_on_a_frame_and_at_most_half_a_frame_away(time_ms, frame_ms):
    snapped = snap_to_frame(time_ms, frame_ms)

    assert snapped % frame_ms == 0
    assert abs(snapped - time_ms) <= frame_ms / 2


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True).map(sorted), st.integers(0, 10**6))
def test_the_interval_found_holds_the_time(starts, time_ms):
    index = interval_index(starts, time_ms)

    assert index == -1 or starts[index] <= time_ms
    assert index + 1 == len(starts) or time_ms < starts[index + 1]


def test_only_whole_frames_count():
    assert frame_count(1099, 50) == 21
