"""The six loads of the framework comparison, and how each framework runs them.

A contender is a class with a method per load that it can do; each gives an async function that runs the load once.
`measure` runs a contender and raw asyncio in turn, A B A B, in this process: run as a script with a name, it prints
what it found as JSON, so that no framework's imports or event loops touch another's figures.
"""

from __future__ import annotations

import asyncio
import gc
import json
import operator
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypedDict

Load = Callable[[], Awaitable[Any]]

CHAIN = 100
LAYERS = WIDTH = 10
SLEEPS, SLEEP_S, SLOTS = 200, 0.005, 50
# (stage, inputs, seconds): a wave-by-wave executor needs 205 ms, dataflow 110.
UNEVEN = (("a", (), 0.005), ("b", (), 0.100), ("c", ("a",), 0.100), ("d", ("b",), 0.005), ("e", ("c", "d"), 0.005))
UNITS = {"chain": CHAIN, "layers": LAYERS * WIDTH, "map_1000": 1000, "map_10000": 10_000}
"""Stages or items of the loads that measure CPU; the others measure how long they take."""
IDEAL_MS = {"sleeps": 20.0, "uneven": 110.0, "piped": 310.0}
PIPED_MS = tuple(range(10, 301, 10))
"""First map takes this long per item, the second the rest up to 310 ms: ideal when items flow, 600 ms in two waves."""


def plus_one(value: int) -> int:
    return value + 1


class Raw:
    """asyncio.TaskGroup by hand, as one writes it without a framework."""

    def chain(self) -> Load:
        async def stage(value: int) -> int:
            return value + 1

        async def run() -> int:
            value = 0
            async with asyncio.TaskGroup() as group:
                for _ in range(CHAIN):
                    value = await group.create_task(stage(value))
            return value

        return run

    def layers(self) -> Load:
        async def stage(values: dict[str, int]) -> int:
            return sum(values.values())

        async def after(above: dict[str, asyncio.Task[int]]) -> int:
            return await stage({name: await task for name, task in above.items()})

        async def run() -> int:
            above: dict[str, asyncio.Task[int]] = {}
            async with asyncio.TaskGroup() as group:
                for layer in range(LAYERS):
                    above = {f"s{layer}.{n}": group.create_task(after(above)) for n in range(WIDTH)}
            return above["s9.0"].result()

        return run

    def map(self, count: int) -> Load:
        async def stage(value: int) -> int:
            return value + 1

        async def run() -> list[int]:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(stage(value)) for value in range(count)]
            return [task.result() for task in tasks]

        return run

    def sleeps(self) -> Load:
        async def run() -> None:
            slots = asyncio.Semaphore(SLOTS)

            async def stage() -> None:
                async with slots:
                    await asyncio.sleep(SLEEP_S)

            async with asyncio.TaskGroup() as group:
                for _ in range(SLEEPS):
                    group.create_task(stage())

        return run

    def uneven(self) -> Load:
        async def run() -> None:
            done = {name: asyncio.Event() for name, _, _ in UNEVEN}

            async def stage(name: str, inputs: tuple[str, ...], seconds: float) -> None:
                for one in inputs:
                    await done[one].wait()
                await asyncio.sleep(seconds)
                done[name].set()

            async with asyncio.TaskGroup() as group:
                for stage_of in UNEVEN:
                    group.create_task(stage(*stage_of))

        return run

    def piped(self) -> Load:
        async def run() -> None:
            async def both(first_ms: int) -> None:
                await asyncio.sleep(first_ms / 1000)
                await asyncio.sleep((310 - first_ms) / 1000)

            async with asyncio.TaskGroup() as group:
                for first_ms in PIPED_MS:
                    group.create_task(both(first_ms))

        return run


class Twinklr:
    """This framework."""

    observers: tuple[Any, ...] = ()

    def _run(self, stages: list[Any], initial: Any) -> Load:
        from twinklr.core.pipeline import PipelineContext, PipelineDefinition, PipelineExecutor

        pipeline = PipelineDefinition("load", stages)
        executor = PipelineExecutor(observers=self.observers)

        async def run() -> Any:
            result = await executor.execute(pipeline, initial, PipelineContext())
            assert result.success, result.error
            return result

        return run

    def chain(self) -> Load:
        from twinklr.core.pipeline import StageDefinition

        async def stage(value: int, context: Any) -> int:
            return value + 1

        stages = [StageDefinition("s0", stage)]
        stages += [StageDefinition(f"s{n}", stage, inputs=[f"s{n - 1}"]) for n in range(1, CHAIN)]
        return self._run(stages, 0)

    def layers(self) -> Load:
        from twinklr.core.pipeline import StageDefinition

        async def first(value: int, context: Any) -> int:
            return 1

        async def stage(values: dict[str, int], context: Any) -> int:
            return sum(values.values())

        stages = [StageDefinition(f"s0.{n}", first) for n in range(WIDTH)]
        for layer in range(1, LAYERS):
            above = [f"s{layer - 1}.{n}" for n in range(WIDTH)]
            stages += [StageDefinition(f"s{layer}.{n}", stage, inputs=above) for n in range(WIDTH)]
        return self._run(stages, 0)

    def map(self, count: int) -> Load:
        from twinklr.core.pipeline import ExecutionPattern, StageDefinition

        async def stage(value: int, context: Any) -> int:
            return value + 1

        return self._run([StageDefinition("map", stage, ExecutionPattern.FAN_OUT, ["input"])], range(count))

    def sleeps(self) -> Load:
        from twinklr.core.pipeline import ExecutionPattern, StageDefinition

        async def stage(value: int, context: Any) -> None:
            await asyncio.sleep(SLEEP_S)

        fan_out = StageDefinition("map", stage, ExecutionPattern.FAN_OUT, ["input"], max_concurrency=SLOTS)
        return self._run([fan_out], range(SLEEPS))

    def uneven(self) -> Load:
        from twinklr.core.pipeline import StageDefinition

        def stage(seconds: float) -> Any:
            async def sleep(value: Any, context: Any) -> None:
                await asyncio.sleep(seconds)

            return sleep

        return self._run([StageDefinition(name, stage(s), inputs=inputs) for name, inputs, s in UNEVEN], 0)

    def piped(self) -> Load:
        from twinklr.core.pipeline import ExecutionPattern, StageDefinition

        async def first(first_ms: int, context: Any) -> int:
            await asyncio.sleep(first_ms / 1000)
            return first_ms

        async def second(first_ms: int, context: Any) -> None:
            await asyncio.sleep((310 - first_ms) / 1000)

        fan_out = ExecutionPattern.FAN_OUT
        stages = [StageDefinition("f", first, fan_out, ["input"]), StageDefinition("g", second, fan_out, ["f"])]
        return self._run(stages, PIPED_MS)


class TwinklrWatched(Twinklr):
    """This framework with an observer, so that every event is made, and stages that write metrics."""

    observers = (lambda event: None,)


class OneState(TypedDict):
    """State of a LangGraph chain."""

    value: int


class ListState(TypedDict):
    """State of a LangGraph in which parallel nodes add to a list."""

    values: Annotated[list[int], operator.add]


class LangGraph:
    """LangGraph: a StateGraph, ``Send`` for maps."""

    def _compiled(self, build: Callable[[Any], None], state: Any, initial: dict[str, Any]) -> Load:
        from langgraph.graph import StateGraph

        graph = StateGraph(state)
        build(graph)
        compiled = graph.compile()

        async def run() -> Any:
            return await compiled.ainvoke(initial, {"recursion_limit": 1000, "max_concurrency": None})

        return run

    def chain(self) -> Load:
        from langgraph.graph import START

        async def stage(state: Any) -> Any:
            return {"value": state["value"] + 1}

        def build(graph: Any) -> None:
            for n in range(CHAIN):
                graph.add_node(f"s{n}", stage)
                graph.add_edge(f"s{n - 1}" if n else START, f"s{n}")

        return self._compiled(build, OneState, {"value": 0})

    def layers(self) -> Load:
        from langgraph.graph import START

        async def stage(state: Any) -> Any:
            return {"values": [sum(state["values"][-WIDTH:]) % 97]}

        def build(graph: Any) -> None:
            for layer in range(LAYERS):
                for n in range(WIDTH):
                    graph.add_node(f"s{layer}_{n}", stage)
                    above = [f"s{layer - 1}_{m}" for m in range(WIDTH)] if layer else START
                    graph.add_edge(above, f"s{layer}_{n}")

        return self._compiled(build, ListState, {"values": [1]})

    def _sends(self, count: int, seconds: float, slots: int | None) -> Load:
        from langgraph.graph import START, StateGraph
        from langgraph.types import Send

        async def stage(value: Any) -> Any:
            if seconds:
                await asyncio.sleep(seconds)
            return {"values": [value["n"] + 1]}

        graph = StateGraph(ListState)
        graph.add_node("map", stage)
        graph.add_conditional_edges(START, lambda state: [Send("map", {"n": n}) for n in range(count)], ["map"])
        compiled = graph.compile()

        async def run() -> Any:
            return await compiled.ainvoke({"values": []}, {"max_concurrency": slots})

        return run

    def map(self, count: int) -> Load:
        return self._sends(count, 0, None)

    def sleeps(self) -> Load:
        return self._sends(SLEEPS, SLEEP_S, SLOTS)

    def uneven(self) -> Load:
        from langgraph.graph import START

        def stage(seconds: float) -> Any:
            async def sleep(state: Any) -> Any:
                await asyncio.sleep(seconds)
                return {}

            return sleep

        def build(graph: Any) -> None:
            for name, inputs, seconds in UNEVEN:
                graph.add_node(name, stage(seconds))
                graph.add_edge(list(inputs) if inputs else START, name)

        return self._compiled(build, OneState, {"value": 0})


class Haystack:
    """Haystack: a Pipeline of components, run with ``run_async``."""

    def _component(self, inputs: tuple[str, ...], seconds: float) -> Any:
        from haystack import component

        names = inputs or ("value",)

        class Stage:
            def __init__(self) -> None:
                component.set_input_types(self, **dict.fromkeys(names, int))
                component.set_output_types(self, out=int)

            def run(self, **values: int) -> dict[str, int]:
                return {"out": sum(values.values()) + 1}

            async def run_async(self, **values: int) -> dict[str, int]:
                if seconds:
                    await asyncio.sleep(seconds)
                return {"out": (sum(values.values()) + 1) % 97}

        return component(Stage)()

    def _pipeline(self, stages: list[tuple[str, tuple[str, ...], float]]) -> Load:
        from haystack import Pipeline

        pipeline = Pipeline()
        for name, inputs, seconds in stages:
            pipeline.add_component(name, self._component(inputs, seconds))
        for name, inputs, _ in stages:
            for one in inputs:
                pipeline.connect(f"{one}.out", f"{name}.{one}")
        data = {name: {"value": 1} for name, inputs, _ in stages if not inputs}

        async def run() -> Any:
            return await pipeline.run_async(data, concurrency_limit=100)

        return run

    def chain(self) -> Load:
        return self._pipeline([(f"s{n}", (f"s{n - 1}",) if n else (), 0) for n in range(CHAIN)])

    def layers(self) -> Load:
        stages: list[Any] = [(f"s0_{n}", (), 0) for n in range(WIDTH)]
        for layer in range(1, LAYERS):
            above = tuple(f"s{layer - 1}_{m}" for m in range(WIDTH))
            stages += [(f"s{layer}_{n}", above, 0) for n in range(WIDTH)]
        return self._pipeline(stages)

    def uneven(self) -> Load:
        return self._pipeline(list(UNEVEN))


class PydanticGraph:
    """pydantic-graph: the builder API with steps, joins and ``map``."""

    def _built(self, build: Callable[[Any], None], initial: Any) -> Load:
        from pydantic_graph import GraphBuilder

        builder = GraphBuilder(input_type=object, output_type=object)
        build(builder)
        graph = builder.build()

        async def run() -> Any:
            return await graph.run(inputs=initial)

        return run

    def _step(self, builder: Any, name: str, seconds: float = 0) -> Any:
        from pydantic_graph import StepContext

        async def stage(ctx: Any) -> Any:
            if seconds:
                await asyncio.sleep(seconds)
            return 1

        # The builder reads annotations, and those written as text are looked up in this module's globals.
        stage.__annotations__ = {"ctx": StepContext[None, None, object], "return": object}
        return builder.step(node_id=name)(stage)

    def chain(self) -> Load:
        def build(builder: Any) -> None:
            before = builder.start_node
            for n in range(CHAIN):
                step = self._step(builder, f"s{n}")
                builder.add(builder.edge_from(before).to(step))
                before = step
            builder.add(builder.edge_from(before).to(builder.end_node))

        return self._built(build, 0)

    def _mapped(self, count: int, seconds: float) -> Load:
        from pydantic_graph import reduce_list_append

        def build(builder: Any) -> None:
            step = self._step(builder, "each", seconds)
            join = builder.join(reduce_list_append, initial_factory=list)
            builder.add(
                builder.edge_from(builder.start_node).map().to(step),
                builder.edge_from(step).to(join),
                builder.edge_from(join).to(builder.end_node),
            )

        return self._built(build, list(range(count)))

    def map(self, count: int) -> Load:
        return self._mapped(count, 0)

    def sleeps(self) -> Load:
        return self._mapped(SLEEPS, SLEEP_S)  # it has no bound on concurrency


class Hamilton:
    """Hamilton: the async driver over functions by name."""

    def _driver(self, stages: list[tuple[str, tuple[str, ...], float]]) -> Load:
        import types

        from hamilton import async_driver

        module = types.ModuleType("hamilton_load")
        sys.modules[module.__name__] = module
        for name, inputs, seconds in stages:
            names = ", ".join(f"{one}: int" for one in inputs)
            total = " + ".join((*inputs, "1"))
            pause = f"    await asyncio.sleep({seconds})\n" if seconds else ""
            text = f"import asyncio\nasync def {name}({names}) -> int:\n{pause}    return ({total}) % 97\n"
            exec(text, module.__dict__)
            getattr(module, name).__module__ = module.__name__
        last = [name for name, _, _ in stages if not any(name in inputs for _, inputs, _ in stages)]
        driver: Any = None

        async def run() -> Any:
            nonlocal driver
            if driver is None:
                driver = await async_driver.Builder().with_modules(module).build()
            return await driver.execute(last)

        return run

    def chain(self) -> Load:
        return self._driver([(f"s{n}", (f"s{n - 1}",) if n else (), 0) for n in range(CHAIN)])

    def layers(self) -> Load:
        stages: list[Any] = [(f"s0_{n}", (), 0) for n in range(WIDTH)]
        for layer in range(1, LAYERS):
            above = tuple(f"s{layer - 1}_{m}" for m in range(WIDTH))
            stages += [(f"s{layer}_{n}", above, 0) for n in range(WIDTH)]
        return self._driver(stages)

    def uneven(self) -> Load:
        return self._driver(list(UNEVEN))


CONTENDERS = {
    "twinklr": (Twinklr, None),
    "twinklr, watched": (TwinklrWatched, None),
    "LangGraph": (LangGraph, "langgraph"),
    "Haystack": (Haystack, "haystack"),
    "pydantic-graph": (PydanticGraph, "pydantic_graph"),
    "Hamilton": (Hamilton, "hamilton"),
}
"""Name -> class and the module that must be there."""


def loads_of(contender: Any) -> dict[str, Load]:
    found = {name: getattr(contender, name)() for name in ("chain", "layers") if hasattr(contender, name)}
    if hasattr(contender, "map"):
        found |= {"map_1000": contender.map(1000), "map_10000": contender.map(10_000)}
    return found | {name: getattr(contender, name)() for name in IDEAL_MS if hasattr(contender, name)}


async def measure(name: str, rounds: int = 5) -> dict[str, dict[str, float]]:
    """Run a contender and raw asyncio in turn on every load both can do.

    Returns:
        By load: microseconds of CPU per unit and the ratio to raw, or milliseconds and the ratio to the ideal.
    """
    theirs, raw = loads_of(CONTENDERS[name][0]()), loads_of(Raw())
    found = {}
    for load, run in theirs.items():
        await run()
        await raw[load]()
        spent: tuple[list[float], list[float]] = ([], [])
        turns = 2 if load == "map_10000" else rounds
        for _ in range(turns):
            for which, one in enumerate((run, raw[load])):
                spent[which].append(await _once(one, cpu=load in UNITS, least_s=0.05 if load in UNITS else 0))
        mine, base = min(spent[0]), min(spent[1])
        if load in UNITS:
            units = UNITS[load]
            found[load] = {"value": mine / units * 1e6, "raw": base / units * 1e6, "ratio": mine / base}
        else:
            found[load] = {"value": mine * 1e3, "raw": base * 1e3, "ratio": mine * 1e3 / IDEAL_MS[load]}
    return found


async def _once(run: Load, *, cpu: bool, least_s: float) -> float:
    """Seconds one run takes; short ones are repeated."""
    clock = time.process_time if cpu else time.perf_counter
    gc.collect()
    count, begun = 0, clock()
    while True:
        await run()
        count += 1
        spent = clock() - begun
        if spent >= least_s:
            return spent / count


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1]))))
