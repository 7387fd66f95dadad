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


def test_the_lock_of_xlights_in_the_settings_counts_like_the_attribute() -> None:
    settings = "E_SLIDER_Bars_BarCount=2,X_Effect_Locked=True"
    mine = sequence(row("A", effect(1000, 2000, "Bars", settings=settings), effect(3000, 4000, "Fire")))
    merged = merge_rows(mine, sequence(row("A", effect(0, 5000))))
    assert times(merged, "A") == [("On", 0, 1000), ("Bars", 1000, 2000), ("On", 2000, 5000)]
    assert merged.rows[0].layers[0].effects[1].settings == settings
    unlocked = sequence(row("A", effect(0, 1000, "Bars", settings="X_Effect_Locked=False")))
    assert times(merge_rows(unlocked, sequence(row("A", effect(0, 1000)))), "A") == [("On", 0, 1000)]


def test_the_length_stays_and_nothing_lands_beyond_the_end() -> None:
    mine = sequence(row("A", effect(0, 1000, "Bars")))
    track = TimingTrack("Beats", (EffectLayer((Effect("", 9000, 11_000), Effect("", 11_000, 12_000))),))
    new = replace(sequence(row("A", effect(9000, 11_000), effect(11_000, 12_000)), timing_tracks=(track,)),
                  duration_ms=20_000)  # fmt: skip
    merged = merge_rows(mine, new)
    assert merged.duration_ms == 10_000
    assert times(merged, "A") == [("On", 9000, 10_000)]
    assert [(mark.start_ms, mark.end_ms) for mark in merged.timing_tracks[0].layers[0].effects] == [(9000, 10_000)]


@pytest.mark.parametrize("end", [1010, 1500])
def test_no_rest_of_an_old_effect_stays_at_the_end(end: int) -> None:
    mine = replace(sequence(row("A", effect(0, end, "Bars"))), duration_ms=1010)
    assert times(merge_rows(mine, sequence(row("A", effect(0, 1025)))), "A") == [("On", 0, 1000)]


def test_spans_are_brought_to_frames() -> None:
    mine = sequence(row("A", effect(0, 5000, "Bars")))
    merged = merge_rows(mine, sequence(row("A", effect(0, 5000))), spans=[(3033, 4010)])
    assert times(merged, "A") == [("Bars", 0, 3025), ("On", 3025, 4000), ("Bars", 4000, 5000)]


def test_a_row_without_effects_in_the_span_is_neither_added_nor_changed() -> None:
    mine = sequence(row("A"))
    layers = (EffectLayer((effect(0, 1000),)), EffectLayer((effect(0, 1000),)))
    new = sequence(Row("A", layers), row("B", effect(0, 1000)), row("C", effect(0, 3000)))
    merged = merge_rows(mine, new, spans=[(2000, 3000)])
    assert [r.name for r in merged.rows] == ["A", "C"]
    assert merged.rows[0] == mine.rows[0]


def test_a_chosen_row_the_update_lacks_is_emptied() -> None:
    mine = sequence(row("A", effect(0, 1000), effect(1000, 2000, locked=True)))
    assert times(merge_rows(mine, sequence(), rows=["A"]), "A") == [("On", 1000, 2000)]


def test_new_rows_go_where_the_update_has_them() -> None:
    mine = sequence(row("Group"), row("Model"))
    on = effect(0, 25)
    new = sequence(row("All", on), row("Group"), row("Second", on), row("Model"), row("Last", on))
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
