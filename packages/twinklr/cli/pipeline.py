"""``twinklr pipeline``: look at the stages a show is made by, and at earlier runs."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from twinklr.cli.cache import folder_option, opened
from twinklr.core.errors import InputError

definition_argument = click.argument("definition", required=False, metavar="[MODULE:NAME]")


@click.group()
def pipeline() -> None:
    """Look at the stages a show is made by, and at earlier runs."""


@pipeline.command()
@definition_argument
def show(definition: str | None) -> None:
    """List the stages of a pipeline: what each waits for and the rules it runs under.

    Without MODULE:NAME (a PipelineDefinition, or a function that returns one) it is the pipeline that makes a show.
    """
    found = load(definition)
    click.echo(f"{found.name}: {len(found.stages)} stages" + (f". {found.description}" if found.description else ""))
    width = max((len(str(stage.id)) for stage in found.stages), default=0)
    for stage in found.stages:
        after = f"after {', '.join(stage.inputs)}" if stage.inputs else "first"
        click.echo(f"  {stage.id:<{width}}  {after}{_rules(stage)}")
        if stage.description:
            click.echo(f"  {'':<{width}}  {stage.description}")
    for finding in found.validate():
        click.echo(f"problem: {finding}")


def _rules(stage: Any) -> str:
    rules = [
        stage.pattern.value if stage.pattern.value in ("conditional", "fan_out") else "",
        "cached" if stage.cache else "",
        f"on {stage.runs_on}" if stage.runs_on != "auto" else "",
        "" if stage.critical else "optional",
        "retried" if stage.retry else "",
    ]
    kept = ", ".join(rule.replace("_", "-") for rule in rules if rule)
    return f" ({kept})" if kept else ""


@pipeline.command()
@definition_argument
@click.option("--format", "kind", type=click.Choice(["mermaid", "dot"]), default="mermaid", show_default=True)
def graph(definition: str | None, kind: str) -> None:
    """Print the graph of a pipeline as Mermaid or Graphviz text."""
    found = load(definition)
    click.echo(found.to_mermaid() if kind == "mermaid" else found.to_dot())


@pipeline.command()
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="How many runs.")
@click.option("--stages", is_flag=True, help="Show the stages of each run.")
@folder_option
def history(limit: int, stages: bool, folder: Path | None) -> None:
    """List the latest runs: when, how they ended, how long they took, how much was kept already."""
    with opened(folder) as store:
        for run in [] if store is None else store.runs(limit):
            started = datetime.fromtimestamp(run.started).strftime("%Y-%m-%d %H:%M:%S")
            hits = sum(cached for *_, cached in run.stages)
            failed = f"  failed: {run.failed}" if run.failed else ""
            click.echo(
                f"{started}  {run.pipeline}  {run.status}  {run.duration_ms / 1000:.1f} s"
                f"  {hits}/{len(run.stages)} kept{failed}"
            )
            for name, status, duration_ms, attempts, cached in run.stages if stages else ():
                note = "kept" if cached else f"{attempts} attempts" if attempts > 1 else ""
                click.echo(f"    {name:<20} {status:<10} {duration_ms:>10.1f} ms  {note}".rstrip())


def load(definition: str | None) -> Any:
    """A pipeline by name; the one that makes a show where none is named.

    Raises:
        InputError: If the name does not lead to one.
    """
    from twinklr.core.pipeline import PipelineDefinition

    if definition is None:
        from twinklr.core.sequencer import create_sequencer_pipeline

        return create_sequencer_pipeline(show_dir=Path())
    module, _, name = definition.partition(":")
    cure = "write it as package.module:NAME"
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # at the end: a file here takes no installed module's name
    try:
        found = getattr(importlib.import_module(module), name)
        found = found() if callable(found) else found
    except (ImportError, AttributeError) as error:
        raise InputError(f"cannot be found: {error}", where=definition, cure=cure) from error
    except Exception as error:  # importing and calling run the user's code
        problem = f"{type(error).__name__}: {error}"
        raise InputError(f"raised {problem}", where=definition, cure="mend it, or name another") from error
    if not isinstance(found, PipelineDefinition):
        raise InputError(f"is a {type(found).__name__}", where=definition, expected="a PipelineDefinition", cure=cure)
    return found
