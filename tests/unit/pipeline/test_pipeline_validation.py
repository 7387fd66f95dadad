"""Every mistake in a definition gives one line that names the stage, the cause and the cure."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NewType, Protocol, TypedDict, TypeVar

import pytest

from twinklr.core.pipeline import ExecutionPattern, PipelineDefinition, StageDefinition, StageResult
from twinklr.core.pipeline.typefit import element_type, fits

FAN_OUT = ExecutionPattern.FAN_OUT
CONDITIONAL = ExecutionPattern.CONDITIONAL


def work(value: Any) -> Any:
    return value


def stage(stage_id: str, *inputs: str, **settings: Any) -> StageDefinition:
    return StageDefinition(stage_id, settings.pop("stage", work), inputs=inputs, **settings)


@pytest.mark.parametrize(
    ("stages", "parts"),
    [
        ([], ["'p' has no stages", "at least one"]),
        ([stage("a"), stage("a")], ["'a'", "duplicate id", "id of its own"]),
        ([stage("audio"), stage("b", "adio")], ["'b'", "unknown input 'adio'", "did you mean 'audio'?"]),
        ([stage("a"), stage("b", "a", "a")], ["'b'", "named 2 times"]),
        ([stage(" ")], ["its id is empty"]),
        (
            [stage("a"), stage("b", "d"), stage("c", "b"), stage("d", "c")],
            ["cycle", "(b -> c -> d -> b)", "remove one"],
        ),
        ([stage("a", "a")], ["'a'", "cycle", "(a -> a)"]),
        ([stage("a", "b"), stage("b", "a")], ["no entry point", "initial input"]),
        ([stage("a", pattern=CONDITIONAL)], ["'a'", "CONDITIONAL without a condition", "give condition="]),
        (
            [stage("a", condition=lambda c: True)],
            ["'a'", "has a condition", "use pattern=ExecutionPattern.CONDITIONAL"],
        ),
        ([stage("a", condition=True, pattern=CONDITIONAL)], ["condition is not callable"]),
        ([stage("a", pattern=FAN_OUT)], ["'a'", "FAN_OUT with 0 inputs", "exactly one"]),
        ([stage("a"), stage("b"), stage("c", "a", "b", pattern=FAN_OUT)], ["'c'", "FAN_OUT with 2 inputs"]),
        ([stage("a", max_concurrency=3)], ["'a'", "max_concurrency has no effect on SEQUENTIAL"]),
        ([stage("a", on_item_error="skip")], ["'a'", "on_item_error has no effect"]),
        ([stage("a", on_skip="skip")], ["'a'", "on_skip='skip' has no effect"]),
        ([stage("a", "input", pattern=FAN_OUT, on_item_error="never")], ["'never'", "'collect'"]),
        ([stage("a", "input", pattern=FAN_OUT, max_concurrency=0)], ["max_concurrency is 0", "at least 1"]),
        ([stage("a", timeout_ms=0)], ["timeout_ms is 0", "above 0"]),
        ([stage("a", timeout_ms="5s")], ["timeout_ms is '5s'", "milliseconds"]),
        ([stage("a", "input", pattern=FAN_OUT, max_concurrency="4")], ["max_concurrency is '4'", "whole number"]),
        ([stage("a", retry=3)], ["'a'", "retry is 3", "RetryConfig("]),
        ([stage("a", stage=lambda one, two, three: one)], ["'a'", "missing a required argument: 'three'", "partial"]),
        ([stage("a"), StageDefinition("b", work, inputs=[stage("a")])], ["'b'", "an input is a StageDefinition"]),
        ([StageDefinition(3, work)], ["stage 3", "its id is a int", "strings"]),
        ([work], ["stages[0] is a function", "StageDefinition("]),
        ([stage("a", stage=dict)], ["'a'", "the class dict", "dict(...)"]),
        ([stage("a", stage=7)], ["'a'", "is a int", "execute(input, context)"]),
        ([stage("a", stage=PipelineDefinition("q", []))], ["'a'", "in its pipeline", "'q' has no stages"]),
    ],
)
def test_findings(stages: list[StageDefinition], parts: list[str]):
    findings = PipelineDefinition("p", stages).validate()
    assert any(all(part in finding for part in parts) for finding in findings), findings


def test_all_findings_at_once_and_none_for_a_good_one():
    bad = PipelineDefinition("p", [stage("a", "x"), stage("b", pattern=CONDITIONAL), stage("c", timeout_ms=-1)])
    assert len(bad.validate()) == 3
    good = PipelineDefinition("p", [stage("a"), stage("b", "a", "input"), stage("c", "input.x", "b")])
    assert good.validate() == []


def test_ten_thousand_stages_and_a_cycle_through_all_of_them():
    stages = [stage("s0")] + [stage(f"s{n}", f"s{n - 1}") for n in range(1, 10_000)]
    assert PipelineDefinition("p", stages).validate() == []
    stages[0] = stage("s0", "s9999")
    assert any("cycle" in finding for finding in PipelineDefinition("p", stages).validate())


def gives(kind: Any) -> Callable[..., Any]:
    def function(value):
        return value

    function.__annotations__ = {"return": kind}
    return function


def takes(kind: Any) -> Callable[..., Any]:
    async def function(input, context):
        return input

    function.__annotations__ = {"input": kind}
    return function


def test_types_that_cannot_fit():
    pipeline = PipelineDefinition("p", [stage("a", stage=gives(str)), stage("b", "a", stage=takes(Path))])
    assert pipeline.validate() == [
        "stage 'b': takes Path, but 'a' gives str; change one of the annotations, or put a stage between them"
    ]


class Wrong:
    def execute(self, input: tuple, context: Any) -> Any:
        profile, lyrics = input
        return profile, lyrics


def test_several_inputs_annotated_as_a_tuple():
    (finding,) = PipelineDefinition("p", [stage("a"), stage("b"), stage("c", "a", "b", stage=Wrong())]).validate()
    assert "stage 'c': has 2 inputs, so it gets a dict by stage id, but takes tuple" in finding
    assert "read input['a']" in finding


class Numbers:
    async def execute(self, input: str, context: Any) -> StageResult[list[int]]:
        return StageResult.success([1])


def test_fan_out_types():
    def pipeline(stage_types: Any) -> PipelineDefinition:
        return PipelineDefinition(
            "p", [stage("a", stage=Numbers()), stage("b", "a", stage=takes(stage_types), pattern=FAN_OUT)]
        )

    assert pipeline(int).validate() == []
    assert "takes str, but 'a' gives int" in pipeline(str).validate()[0]
    contexts = PipelineDefinition(
        "p", [stage("a", stage=gives(dict[str, list[int]])), stage("b", "a", pattern=FAN_OUT)]
    )
    assert "FAN_OUT needs a list of items, but 'a' returns dict[str, list[int]]" in contexts.validate()[0]
    behind = PipelineDefinition(
        "p",
        [
            stage("a", stage=Numbers()),
            stage("b", "a", stage=gives(str), pattern=FAN_OUT),
            stage("c", "b", stage=takes(list[str])),
            stage("d", "b", stage=takes(str)),
        ],
    )
    assert [finding[:9] for finding in behind.validate()] == ["stage 'd'"]


class Bag(TypedDict):
    a: int


class Shape(Protocol):
    width: int


Name = NewType("Name", str)
Item = TypeVar("Item")


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        (int, str, False),
        (int, float, True),
        (float, int, False),
        (bool, int, True),
        (None, int, False),
        (int | None, int, True),
        (int | str, Path | bytes, False),
        (list[int], Sequence[int], True),
        (list[int], Sequence[str], False),
        (list[int | None], list[int], True),
        (dict, Bag, True),
        (dict[str, Any], tuple, False),
        (tuple[int, str], tuple[int, str], True),
        (tuple[int, str], tuple[int, str, int], False),
        (tuple[int, ...], tuple[str, ...], False),
        (object, int, True),
        (Exception, ValueError, True),
        (Name, str, True),
        (Name, int, False),
        (Literal["a", "b"], str, True),
        (Literal["a"], int, False),
        (Item, int, True),
        (int, Shape, True),
        (Any, int, True),
        (int, Any, True),
        (Callable[[], int], int, False),
    ],
)
def test_fits(given: Any, wanted: Any, expected: bool):
    assert fits(given, wanted) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (list[int], int),
        (tuple[int, ...], int),
        (tuple[int, str], Any),
        (list[int] | None, int),
        (AsyncIterator[int], int),
        (dict[str, int], None),
        (str, None),
        (int, None),
        (Any, Any),
    ],
)
def test_element_type(given: Any, expected: Any):
    assert element_type(given) == expected


def test_all_cycles_are_found_also_one_that_waits_for_another():
    findings = PipelineDefinition(
        "p", [stage("p", "q"), stage("q", "a", "p"), stage("a", "b"), stage("b", "a"), stage("behind", "p")]
    ).validate()
    assert sorted(finding.partition("(")[2].partition(")")[0] for finding in findings if "cycle" in finding) == [
        "a -> b -> a",
        "p -> q -> p",
    ]


def test_a_deadline_of_the_pipeline_is_checked():
    assert "deadline_ms is -5" in PipelineDefinition("p", [stage("a")], deadline_ms=-5).validate()[0]


@pytest.mark.parametrize(
    "stages",
    [
        [stage("a", "b"), stage("b", "a"), *(stage(f"s{number}", "a") for number in range(5_000))],
        [stage(f"{one}{number}", f"{other}{number}") for number in range(2_500) for one, other in ("ab", "ba")],
        [stage(f"stage{number}") for number in range(5_000)]
        + [stage(f"other{number}", f"stge{number}") for number in range(200)],
    ],
    ids=["behind a cycle", "many cycles", "many typing errors"],
)
def test_mistakes_in_thousands_of_stages_are_found_soon(stages: list[StageDefinition]):
    started = time.process_time()
    assert PipelineDefinition("p", stages).validate()
    assert time.process_time() - started < 4.0
