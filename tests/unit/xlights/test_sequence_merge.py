from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twinklr.core.errors import InputError
from twinklr.core.xlights import Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack, merge_rows
from unit.xlights.sequences import any_sequence, effect, row, sequence


def times(found: Sequence, name: str, layer: int = 0) -> list[tuple[str, int, int]]:
    chosen = found.row(name)
    assert chosen is not None
    return [(e.name, e.start_ms, e.end_ms) for e in chosen.layers[layer].effects]


def test_only_the_chosen_rows_change() -> None:
    mine = sequence(row("A", effect(0, 1000, "Bars")), row("B", effect(0, 1000, "Bars")))
    new = sequence(row("A", effect(0, 500)), row("B", effect(0, 500)))
    merged = merge_rows(mine, new, rows=["B"])
    assert times(merged, "A") == [("Bars", 0, 1000)]
    assert times(merged, "B") == [("On", 0, 500)]


def test_only_the_chosen_times_change_and_effects_are_cut_at_their_edges() -> None:
    mine = sequence(row("A", effect(0, 1500, "Bars"), effect(1500, 4000, "Fire")))
    new = sequence(row("A", effect(500, 2500), effect(2500, 3000)))
    assert times(merge_rows(mine, new, spans=[(2000, 2500), (1000, 2000)]), "A") == [
        ("Bars", 0, 1000), ("On", 1000, 2500), ("Fire", 2500, 4000)
    ]  # fmt: skip


def test_locked_effects_stay_whole_and_new_ones_go_around_them() -> None:
    mine = sequence(row("A", effect(1000, 2000, "Bars", locked=True), effect(3000, 4000, "Fire")))
    new = sequence(row("A", effect(0, 5000)))
    assert times(merge_rows(mine, new), "A") == [("On", 0, 1000), ("Bars", 1000, 2000), ("On", 2000, 5000)]


def test_a_chosen_row_the_update_lacks_is_emptied() -> None:
    mine = sequence(row("A", effect(0, 1000), effect(1000, 2000, locked=True)))
    assert times(merge_rows(mine, sequence(), rows=["A"]), "A") == [("On", 1000, 2000)]


def test_new_rows_go_where_the_update_has_them() -> None:
    mine = sequence(row("Group"), row("Model"))
    new = sequence(row("All"), row("Group"), row("Second", effect(0, 25)), row("Model"), row("Last"))
    assert [r.name for r in merge_rows(mine, new).rows] == ["All", "Group", "Second", "Model", "Last"]


def test_layers_and_subrows_are_merged_one_by_one() -> None:
    layers = tuple(EffectLayer((effect(0, 1000, name),)) for name in ("Bars", "Fire", "Wave"))
    ring = SubRow("submodel", "Ring", (EffectLayer((effect(0, 1000, "Bars"),)),))
    mine = sequence(Row("A", layers, (ring, SubRow("strand", "", (EffectLayer(),), index=0))))
    new = sequence(Row("A", (EffectLayer((effect(0, 1000),)),), (SubRow("submodel", "Spoke", (EffectLayer(),)),)))
    merged = merge_rows(mine, new, spans=[(500, 1000)])
    assert times(merged, "A", 0) == [("Bars", 0, 500), ("On", 500, 1000)]
    assert times(merged, "A", 2) == [("Wave", 0, 500)]
    assert [s.name for s in merged.rows[0].subrows] == ["Ring", "", "Spoke"]
    assert merged.rows[0].subrows[0].layers[0].effects[0].end_ms == 500


def test_timing_tracks_are_added_and_replaced_only_when_named() -> None:
    def track(name: str, label: str) -> TimingTrack:
        return TimingTrack(name, (EffectLayer((Effect("", 0, 500, label=label),)),))

    mine = sequence(timing_tracks=(track("Beats", "mine"),))
    new = sequence(timing_tracks=(track("Beats", "new"), track("Bars", "new")))

    def labels(merged: Sequence) -> dict[str, str]:
        return {t.name: t.layers[0].effects[0].label for t in merged.timing_tracks}

    assert labels(merge_rows(mine, new)) == {"Beats": "mine", "Bars": "new"}
    assert labels(merge_rows(mine, new, tracks=["Beats"])) == {"Beats": "new"}


def test_sequences_of_different_frames_do_not_merge() -> None:
    with pytest.raises(InputError, match="25 and 50 ms"):
        merge_rows(sequence(), replace(sequence(), frame_ms=50))


@pytest.mark.parametrize(("kind", "said"), [("rows", "row 'Tre'"), ("tracks", "timing track 'Tre'")])
def test_names_nobody_has_are_refused(kind: str, said: str) -> None:
    track = TimingTrack("Tree", (EffectLayer(),))
    mine = sequence(row("Tree", effect(0, 25)), timing_tracks=(track,))
    with pytest.raises(InputError, match=f"{said} to replace; did you mean 'Tree'"):
        merge_rows(mine, mine, **{kind: ["Tre"]})


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(any_sequence(), st.integers(0, 400), st.integers(0, 400))
def test_merging_nothing_changes_nothing_and_layers_never_overlap(mine: Sequence, start: int, end: int) -> None:
    assert merge_rows(mine, mine, spans=[]) == mine
    other = replace(mine, rows=tuple(replace(r, layers=r.layers[::-1]) for r in mine.rows))
    merged = merge_rows(mine, other, spans=[(start * 25, end * 25)])
    for merged_row in merged.rows:
        for layer in merged_row.layers:
            for before, after in zip(layer.effects, layer.effects[1:], strict=False):
                assert before.end_ms <= after.start_ms
    locked = {(r.name, e) for r in mine.rows for layer in r.layers for e in layer.effects if e.locked}
    assert locked <= {(r.name, e) for r in merged.rows for layer in r.layers for e in layer.effects}
