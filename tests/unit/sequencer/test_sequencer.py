"""The whole show as a pipeline: its shape, its files, its cache, and that nothing in it is left to chance."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.songs import SHORT_FORM, small_song
from twinklr.core.choreography import RenderedShow
from twinklr.core.config import JobConfig
from twinklr.core.errors import InputError
from twinklr.core.pipeline import ExecutionPattern, PipelineContext, PipelineExecutor, PipelineResult
from twinklr.core.sequencer import create_sequencer_pipeline
from twinklr.core.xlights import Effect, EffectLayer, Row, Sequence
from unit.choreography.small_show import small_groups
from unit.pipeline.test_stages import SHOW_STAGES, known


def _show(folder: Path, seed: int = 0, store: Path | None = None) -> PipelineResult:
    pipeline = known(create_sequencer_pipeline(show_dir="unused"), small_song(form=SHORT_FORM))
    context = PipelineContext(job_config=JobConfig(seed=seed), output_dir=folder)
    return asyncio.run(PipelineExecutor(store=store).execute(pipeline, "song", context))


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> PipelineResult:
    return _show(tmp_path_factory.mktemp("show"))


def test_the_show_is_eleven_stages() -> None:
    pipeline = create_sequencer_pipeline(show_dir="show")
    assert pipeline.validate() == []
    assert [stage.id for stage in pipeline.stages] == SHOW_STAGES
    assert pipeline.stage("lyrics").pattern is ExecutionPattern.CONDITIONAL
    assert pipeline.stage("groups").pattern is ExecutionPattern.FAN_OUT


def test_groups_that_are_handed_in_need_no_folder() -> None:
    pipeline = create_sequencer_pipeline(small_groups())
    assert pipeline.validate() == []
    assert "display" not in [stage.id for stage in pipeline.stages]


def test_groups_can_be_handed_in_beside_a_folder() -> None:
    pipeline = create_sequencer_pipeline(small_groups()[:2], show_dir="show")
    assert pipeline.validate() == []
    assert "display" not in pipeline.stage("macro").inputs
    assert "display" in pipeline.stage("choreograph").inputs


def test_nothing_to_plan_for_is_an_error() -> None:
    with pytest.raises(InputError, match="display_groups or show_dir"):
        create_sequencer_pipeline()


def test_unusable_groups_are_refused_at_once() -> None:
    with pytest.raises(InputError, match="role_key"):
        create_sequencer_pipeline([{"name": "arches"}])


def test_the_show_is_written(show: PipelineResult) -> None:
    assert show.success, show.error
    paths = show.outputs["export"]
    assert {path.name for path in paths.values()} == {
        "small song.xsq",
        "small song.fseq",
        "plan.json",
        "analysis.json",
        "report.json",
        "preview.png",
    }
    assert all(path.stat().st_size > 0 for path in paths.values())
    assert json.loads(paths["plan"].read_text())["macro_plan"]["palette"] == show.outputs["macro"].palette
    assert isinstance(show.outputs["render"], RenderedShow)
    assert show.findings == ()


def test_every_model_is_lit(show: PipelineResult) -> None:
    assert show.outputs["score"].dark_props == ()


def test_the_same_inputs_give_the_same_bytes(show: PipelineResult, tmp_path: Path) -> None:
    again = _show(tmp_path)
    for purpose in ("sequence", "plan"):
        assert again.outputs["export"][purpose].read_bytes() == show.outputs["export"][purpose].read_bytes()
    other = _show(tmp_path / "other", seed=1)
    assert other.outputs["export"]["plan"].read_bytes() != show.outputs["export"]["plan"].read_bytes()


def test_an_unchanged_show_is_not_rendered_again(tmp_path: Path) -> None:
    first = _show(tmp_path / "one", store=tmp_path / "store")
    second = _show(tmp_path / "two", store=tmp_path / "store")
    assert not first.stage_results["render"].cached
    assert second.stage_results["render"].cached
    files = [result.outputs["export"]["fseq"].read_bytes() for result in (first, second)]
    assert files[0] == files[1]
    assert not _show(tmp_path / "three", seed=1, store=tmp_path / "store").stage_results["render"].cached


WITH_PICTURES = Sequence(
    50,
    9_000,
    (
        Row("Matrix", (EffectLayer((Effect("Pictures", 0, 500, "E_FILEPICKER_Pictures_Filename=C:/art/snow.png"),)),)),
        Row("Star", (EffectLayer((Effect("Pictures", 0, 500, "E_FILEPICKER_Pictures_Filename=gone.png"),)),)),
        Row("Arch 1", (EffectLayer((Effect("On", 0, 500, "B_CHOICE_PerPreviewCamera=Front"),)),)),
    ),
)


def _show_of_pictures(tmp_path: Path) -> PipelineResult:
    """A show with a sequence that shows pictures of the folder ``house``; what is kept is kept in ``store``."""
    pipeline = known(create_sequencer_pipeline(show_dir=tmp_path / "house"), small_song(form=SHORT_FORM))
    stages = [replace(s, stage=lambda _: WITH_PICTURES) if s.id == "choreograph" else s for s in pipeline.stages]
    executor = PipelineExecutor(store=tmp_path / "store")
    context = PipelineContext(output_dir=tmp_path / "out")
    result = asyncio.run(executor.execute(replace(pipeline, stages=stages), "song", context))
    assert result.success, result.error
    return result


def test_a_show_is_rendered_again_when_a_picture_in_it_changes_and_only_then(tmp_path: Path) -> None:
    picture = tmp_path / "house" / "snow.bmp"
    picture.parent.mkdir()

    def paint(color: str) -> None:
        Image.new("RGB", (16, 10), color).save(picture, "BMP")
        picture.rename(picture.with_suffix(".png"))
        os.utime(picture.with_suffix(".png"), ns=(0, 0))

    def light() -> tuple[list[int], bool]:
        result = _show_of_pictures(tmp_path)
        matrix = result.outputs["render"].prop_names.index("Matrix")
        color: list[int] = np.asarray(result.outputs["render"].prop_colors)[5, matrix].tolist()
        return color, result.stage_results["render"].cached

    paint("#ff0000")
    assert light() == ([255, 0, 0], False)
    (picture.parent / "song.xsq").write_text("a finished show, put into its folder")
    assert light() == ([255, 0, 0], True)
    paint("#0000ff")  # as large, and as old
    assert light() == ([0, 0, 255], False)
    picture.with_suffix(".png").unlink()
    assert light() == ([0, 0, 0], False)


def test_what_could_not_be_rendered_is_in_the_report(tmp_path: Path) -> None:
    report = json.loads(_show_of_pictures(tmp_path).outputs["export"]["report"].read_text())
    assert report["missing_media"] == {"C:/art/snow.png": 1, "gone.png": 1}
    assert report["ignored_settings"] == {"B_CHOICE_PerPreviewCamera": 1}
    for name in ("gone.png", "B_CHOICE_PerPreviewCamera"):
        assert sum(name in line for line in report["warnings"]) == 1
