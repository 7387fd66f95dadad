"""The whole show as a pipeline: its shape, its files, its cache, and that nothing in it is left to chance."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from twinklr.core.choreography import RenderedShow
from twinklr.core.config import JobConfig
from twinklr.core.errors import InputError
from twinklr.core.pipeline import ExecutionPattern, PipelineContext, PipelineExecutor, PipelineResult
from twinklr.core.sequencer import create_sequencer_pipeline
from unit.choreography.small_show import SHORT_FORM, small_groups, small_song
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
