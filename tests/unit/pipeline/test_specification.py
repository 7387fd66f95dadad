"""The migration guide works as written: every python block of it is run, or proved wrong where it says so.

Blocks are read from the guide itself and matched by their text, so that a new or changed block fails here until it is
handled. What a block leaves out (a song, groups, a context) comes from small fixtures.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import twinklr.core.agents
import twinklr.core.audio
import twinklr.core.pipeline
import twinklr.core.planning
from twinklr.core.agents import (
    GroupPlanner,
    MacroPlanner,
    OfflineProvider,
    OpenAIProvider,
    create_llm_logger,
    run_audio_profile,
    run_lyrics_async,
)
from twinklr.core.audio import AudioAnalyzer, SongBundle
from twinklr.core.config import AppConfig, JobConfig
from twinklr.core.errors import ProviderError
from twinklr.core.pipeline import (
    ExecutionPattern,
    PipelineContext,
    PipelineDefinition,
    PipelineExecutor,
    PipelineResult,
    StageDefinition,
    StageResult,
    stages,
)
from twinklr.core.planning import (
    AudioProfile,
    GroupPlan,
    GroupPlanningContext,
    MacroPlan,
    PlanningContext,
    read_display_groups,
)
from twinklr.core.sequencer import create_sequencer_pipeline

pytestmark = pytest.mark.reference

GROUPS = [
    {"role_key": "mega_tree", "model_count": 1, "group_type": "single"},
    {"role_key": "arch", "model_count": 4, "group_type": "ordered_row"},
    {"role_key": "roof_line", "model_count": 2, "group_type": "family"},
]
PLANNING_STAGES = ["audio", "profile", "lyrics", "macro", "group_contexts", "groups"]


def _blocks(text: str) -> list[str]:
    """Python blocks of a Markdown text, indented ones too, in order."""
    found = re.findall(r"^([ ]*)```python\n(.*?)^\1```", text, flags=re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(code) for _, code in found]


@pytest.fixture(scope="module")
def guide(reference: Path) -> list[str]:
    return _blocks((reference / "spec" / "migration_guide.md").read_text())


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen seconds of a kick on every beat at 120 and a chord, with words beside it."""
    folder = tmp_path_factory.mktemp("song")
    rate = 22_050
    time_s = np.arange(16 * rate) / rate
    since_beat = time_s % 0.5
    kick = np.sin(2 * np.pi * 55 * since_beat) * np.exp(-18 * since_beat)
    chord = sum(np.sin(2 * np.pi * pitch * time_s) for pitch in (196.0, 246.9, 293.7)) * 0.08 * (1 + (time_s > 8))
    soundfile.write(folder / "song.wav", (0.6 * kick + chord).astype(np.float32), rate)
    (folder / "song.lrc").write_text("[00:01.00]Snow on the tree\n[00:05.00]Star in the sky\n")
    return folder / "song.wav"


@pytest.fixture(scope="module")
def bundle(song: Path) -> SongBundle:
    return asyncio.run(AudioAnalyzer(AppConfig(), JobConfig()).analyze(song))


@pytest.fixture
def context(tmp_path: Path) -> PipelineContext:
    return PipelineContext(
        provider=OfflineProvider(),
        app_config=AppConfig(),
        job_config=JobConfig(),
        llm_logger=create_llm_logger(),
        output_dir=tmp_path,
    )


class Script:
    """Runs a block of the guide: all names it leaves out are handed in, what it defines can be read afterwards."""

    def __init__(self, code: str, **names: Any) -> None:
        self.names: dict[str, Any] = {**_EVERYTHING, **names}
        self.code = code

    def run(self) -> dict[str, Any]:
        """Run the block, ``await`` at top level included."""
        compiled = compile(self.code, "<migration guide>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        outcome = eval(compiled, self.names)
        if inspect.iscoroutine(outcome):
            asyncio.run(outcome)
        return self.names


_EVERYTHING: dict[str, Any] = {
    name: getattr(module, name)
    for module in (twinklr.core.planning, twinklr.core.audio, twinklr.core.agents, twinklr.core.pipeline)
    for name in module.__all__
} | {name: value for name, value in vars(stages).items() if name.endswith(("Stage", "Builder"))}


def _execute(
    definitions: list[StageDefinition], given: Any = None, context: PipelineContext | None = None
) -> PipelineResult:
    pipeline = PipelineDefinition("test", definitions)
    assert pipeline.validate() == []
    return asyncio.run(PipelineExecutor().execute(pipeline, given, context))


def _in_stage(code: str, **names: Any) -> Any:
    """A stage object whose ``execute`` is the block: a whole method, or its last lines."""
    if "def execute" not in code:
        code = "async def execute(self, input, context):\n" + textwrap.indent(code, "    ")
    defined = Script(code, **names).run()
    return type("Block", (), {"name": "block", "execute": defined["execute"]})()


def _planned(song: Path, context: PipelineContext) -> PipelineResult:
    return asyncio.run(PipelineExecutor().execute(create_sequencer_pipeline(GROUPS), str(song), context))


Case = Callable[[str, Path, SongBundle, PipelineContext], None]
CASES: dict[str, Case] = {}
"""A telling piece of a block -> what is done with it."""


def case(piece: str) -> Callable[[Case], Case]:
    """Register how the block that holds a piece of text is run."""

    def register(function: Case) -> Case:
        CASES[piece] = function
        return function

    return register


@case("audio_task = run_audio_profile(...)")
def _current_state(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    """Manual orchestration, with the dots filled in."""
    profile = asyncio.run(run_audio_profile(bundle, OfflineProvider()))
    groups = read_display_groups(GROUPS)
    planning_context = PlanningContext(audio_profile=profile, display_groups=groups)
    macro = asyncio.run(MacroPlanner().run(planning_context))

    class Orchestrator:
        """Both planners under the one name the block gives them."""

        run = MacroPlanner().run
        run_single_group = GroupPlanner().run_single_group

    code = code.replace("run_audio_profile(...)", "run_audio_profile(bundle, provider)")
    code = code.replace("run_lyrics_async(...)", "run_lyrics_async(bundle, provider)")
    code = code.replace(
        "run_single_group(...)",
        "run_single_group(GroupPlanningContext("
        'audio_profile=audio_profile, macro_plan=macro, group_id=group["role_key"]))',
    )
    names = Script(
        code,
        analyzer=AudioAnalyzer(AppConfig(), JobConfig()),
        audio_path=str(song),
        provider=OfflineProvider(),
        planning_context=planning_context,
        orchestrator=Orchestrator(),
        display_groups=GROUPS,
        group_plans=[],
        macro=macro.plan,
        asyncio=asyncio,
    ).run()
    assert isinstance(names["audio_profile"], AudioProfile)
    assert names["result"].plan == macro.plan
    assert [type(result.plan) for result in names["group_plans"]] == [GroupPlan] * 3


@case("# Define pipeline once")
def _target_state(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    names = Script(
        code,
        create_sequencer_pipeline=create_sequencer_pipeline,
        display_groups=GROUPS,
        audio_path=str(song),
        context=context,
    ).run()
    assert isinstance(names["macro_plan"], MacroPlan)
    assert [plan.group_id for plan in names["group_plans"]] == ["mega_tree", "arch", "roof_line"]


@case("# Inline audio analysis")
def _audio_before(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    names = Script(code, app_config=AppConfig(), job_config=JobConfig(), audio_path=str(song)).run()
    assert names["bundle"] == bundle


@case("# Wrapped as stage")
def _audio_after(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    stage = Script(code).run()["AudioAnalysisStage"]()
    result = _execute([StageDefinition("audio", stage)], str(song), context)
    assert result.outputs["audio"] == bundle
    assert context.get_state("has_lyrics") is True
    assert result.stage_results["audio"].stage_name in ("audio", "audio_analysis")


@case("def create_sequencer_pipeline(display_groups: list[dict]) -> PipelineDefinition:")
def _definition(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    pipeline = Script(code).run()["create_sequencer_pipeline"](GROUPS)
    ours = create_sequencer_pipeline(GROUPS)
    assert pipeline.validate() == []
    assert [stage.id for stage in pipeline.stages] == PLANNING_STAGES
    for theirs, own in zip(pipeline.stages, ours.stages, strict=True):
        assert (theirs.id, theirs.pattern, theirs.inputs) == (own.id, own.pattern, own.inputs)
        assert type(theirs.stage) is type(own.stage)
    result = asyncio.run(PipelineExecutor().execute(pipeline, str(song), context))
    assert result.success
    assert result.outputs["groups"] == _planned(song, context).outputs["groups"]


@case("# Manual execution with explicit error handling")
def _errors_before(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    function = "async def run():\n" + textwrap.indent(
        code.replace("run_audio_profile(...)", "run_audio_profile(bundle, p)"), "    "
    )
    analyzer = AudioAnalyzer(AppConfig(), JobConfig())
    for path in (song, song.with_name("missing.wav")):
        names = Script(function, analyzer=analyzer, audio_path=str(path), p=OfflineProvider()).run()
        asyncio.run(names["run"]())


@case("# Declarative execution")
def _errors_after(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    for path in (song, song.with_name("missing.wav")):
        names = Script(
            code,
            create_sequencer_pipeline=create_sequencer_pipeline,
            display_groups=GROUPS,
            audio_path=str(path),
            context=context,
        ).run()
        assert names["result"].success is (path == song)
        assert names["result"].failed_stages == ([] if path == song else ["audio"])


@case("# Dependencies passed to each function")
def _dependencies_before(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    code = code.replace("create_llm_logger(...)", "create_llm_logger()")
    given = {"bundle": bundle, "api_key": "sk-secret", "model": "offline", "temperature": 0.7}
    with pytest.raises(ProviderError, match="not built in yet") as caught:
        Script(code, **given).run()
    assert "sk-secret" not in str(caught.value)
    offline = code.replace("OpenAIProvider(api_key=api_key)", "OfflineProvider()")
    assert isinstance(Script(offline, **given).run()["profile"], AudioProfile)


@case("# Dependencies in context (once)")
def _dependencies_after(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    names = Script(
        code + "\n    return profile\n",
        provider=OfflineProvider(),
        app_config=AppConfig(),
        job_config=JobConfig(),
        llm_logger=create_llm_logger(),
        output_dir=context.output_dir,
    ).run()
    assert isinstance(asyncio.run(names["execute"](None, bundle, names["context"])), AudioProfile)


@case("# Sequential loop")
def _groups_before(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    outputs = _planned(song, context).outputs
    names = Script(
        code,
        display_groups=GROUPS,
        audio_profile=outputs["profile"],
        macro_plan=outputs["macro"],
        orchestrator=GroupPlanner(OfflineProvider()),
    ).run()
    assert [plan.group_id for plan in names["group_plans"]] == ["mega_tree", "arch", "roof_line"]
    assert names["group_plans"][0] == outputs["groups"][0]


@case("# Builder stage creates list of contexts")
def _groups_after(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    outputs = _planned(song, context).outputs
    fan_out = ast.unparse(ast.parse(code).body[-1])
    builder_class, fan_out_stage = Script(code + f"\nfan_out = {fan_out}\n").run(), None
    fan_out_stage = builder_class["fan_out"]
    builder = builder_class["GroupPlanningContextBuilder"]()
    builder.display_groups = GROUPS
    result = _execute(
        [
            StageDefinition("macro", lambda: outputs["macro"]),
            StageDefinition("profile", lambda: outputs["profile"]),
            StageDefinition("group_contexts", builder, inputs=["macro", "profile"]),
            fan_out_stage,
        ],
        None,
        context,
    )
    assert result.success, result.error
    assert isinstance(result.outputs["group_contexts"][0], GroupPlanningContext)
    assert [plan.group_id for plan in result.outputs["groups"]] == ["mega_tree", "arch", "roof_line"]


@case("# Results stored in local variables")
def _results_before(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    assert Script(code).run()["group_plans"] is ...


@case("# Results in pipeline result")
def _results_after(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    names = Script(
        code,
        executor=PipelineExecutor(),
        pipeline=create_sequencer_pipeline(GROUPS),
        audio_path=str(song),
        context=context,
    ).run()
    assert names["audio_bundle"] == bundle
    assert isinstance(names["audio_profile"], AudioProfile)
    assert isinstance(names["macro_plan"], MacroPlan)
    assert all(isinstance(plan, GroupPlan) for plan in names["group_plans"])


@case("errors = pipeline.validate()")
def _validate(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    assert Script(code, pipeline=create_sequencer_pipeline(GROUPS)).run()["errors"] == []
    broken = PipelineDefinition("broken", [StageDefinition("macro", lambda x: x, inputs=["profil"])])
    assert "macro" in str(Script(code, pipeline=broken).run()["errors"])


def _fan_out_behind(stage: Any) -> list[StageDefinition]:
    return [
        StageDefinition("contexts", stage),
        StageDefinition("plans", lambda item: item + 1, pattern=ExecutionPattern.FAN_OUT, inputs=["contexts"]),
    ]


@case('return StageResult.success({"contexts": contexts})')
def _wrong_fan_out(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    result = _execute(_fan_out_behind(_in_stage(code, contexts=[1, 2])))
    assert result.failed_stages == ["plans"]
    error = result.stage_results["plans"].error or ""
    assert re.search(r"list", error), error
    assert "contexts" in error, error
    assert "dict" in error, error


@case("return StageResult.success(contexts)  # contexts is list")
def _right_fan_out(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    assert _execute(_fan_out_behind(_in_stage(code, contexts=[1, 2]))).outputs["plans"] == [2, 3]


def _two_inputs(stage: Any) -> PipelineDefinition:
    return PipelineDefinition(
        "two",
        [
            StageDefinition("profile", lambda: "p"),
            StageDefinition("lyrics", lambda: "l"),
            StageDefinition("macro", stage, inputs=["profile", "lyrics"]),
        ],
    )


@case("profile, lyrics = input  # Won't work")
def _wrong_inputs(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    (finding,) = _two_inputs(_in_stage(code)).validate()
    assert "macro" in finding
    assert "dict" in finding
    assert "input['profile']" in finding


@case('lyrics = input.get("lyrics")  # May be None')
def _right_inputs(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    stage = _in_stage(code + "\n    return StageResult.success((profile, lyrics))\n")
    pipeline = _two_inputs(stage)
    assert pipeline.validate() == []
    assert asyncio.run(PipelineExecutor().execute(pipeline)).outputs["macro"] == ("p", "l")


def _conditional(condition: Any, audio: Any) -> list[StageDefinition]:
    return [
        StageDefinition("audio", audio),
        StageDefinition(
            "lyrics",
            lambda found: "words",
            pattern=ExecutionPattern.CONDITIONAL,
            inputs=["audio"],
            condition=condition,
        ),
    ]


@case('condition=lambda ctx: ctx.get_state("lyrics") is not None')
def _wrong_condition(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    condition = Script(code).run()["condition"]
    result = _execute(_conditional(condition, stages.AudioAnalysisStage()), str(song), context)
    assert result.skipped_stages == ["lyrics"]
    told = " ".join(result.findings)
    assert "'lyrics'" in told
    assert "set_state" in told


@case('condition=lambda ctx: ctx.get_state("has_lyrics", False)')
def _right_condition(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    names = Script(code, bundle=bundle).run()
    result = _execute(_conditional(names["condition"], names["AudioAnalysisStage"]()), str(song), context)
    assert result.outputs["lyrics"] == "words"
    assert result.findings == ()


def _class_with(code: str) -> Any:
    return _in_stage(code + "\n    return StageResult.success(1)\n", valid=False)


@case('raise ValueError("Invalid input")')
def _wrong_raise(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    result = _execute([StageDefinition("check", _class_with(code))])
    assert result.failed_stages == ["check"]
    assert "Invalid input" in (result.stage_results["check"].error or "")
    assert "ValueError" in result.stage_results["check"].traceback


@case('return StageResult.failure("Invalid input", stage_name=self.name)')
def _right_failure(code: str, song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    result = _execute([StageDefinition("check", _class_with(code))])
    assert result.failed_stages == ["check"]
    assert result.stage_results["check"].error == "Invalid input"


def test_every_block_of_the_guide_is_handled(guide: list[str]) -> None:
    assert len(guide) == len(CASES)
    for block in guide:
        assert len([piece for piece in CASES if piece in block]) == 1, f"no case, or several, for:\n{block}"


@pytest.mark.parametrize("piece", list(CASES))
def test_block(piece: str, guide: list[str], song: Path, bundle: SongBundle, context: PipelineContext) -> None:
    (block,) = [block for block in guide if piece in block]
    CASES[piece](block, song, bundle, context)


def test_every_path_the_guide_names_exists(reference: Path, repository: Path) -> None:
    text = (reference / "spec" / "migration_guide.md").read_text()
    named = set(re.findall(r"`([\w/]+/[\w./]+\.py)`", text))
    assert named == {"packages/twinklr/core/pipeline/stages.py", "packages/twinklr/core/pipeline/example_usage.py"}
    assert all((repository / path).is_file() for path in named)
    for script in set(re.findall(r"`(demo_\w+\.py)`", text)):
        assert (repository / "scripts" / script).is_file()


def test_openai_provider_takes_its_key_as_the_guide_writes() -> None:
    assert isinstance(OpenAIProvider(api_key="k"), OpenAIProvider)


def test_lyrics_have_the_shape_of_the_profile() -> None:
    assert (
        inspect.signature(run_lyrics_async).parameters.keys() == inspect.signature(run_audio_profile).parameters.keys()
    )


def test_results_read_like_the_guide() -> None:
    assert StageResult.success(1).success is True
