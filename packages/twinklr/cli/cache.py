"""``twinklr cache``: see, shrink and check what earlier runs have kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from twinklr.core.config import AppConfig
from twinklr.core.errors import OutputError

if TYPE_CHECKING:
    from twinklr.core.pipeline.store import Store

F = TypeVar("F", bound=Callable[..., Any])

AGES_S = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
SIZES = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}


def amount(what: str, units: dict[str, int], example: str) -> Callable[[str], float]:
    """A reader of a number with a unit, as people write it: ``30d``, ``2GB``."""

    def read(value: str) -> float:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]?)b?", value.strip().lower())
        if match is None or match[2] not in units:
            raise click.BadParameter(f"{value!r} is not {what}; write it like {example}")
        return float(match[1]) * units[match[2]]

    return read


AGE = amount("an age", AGES_S, "30d or 12h")
SIZE = amount("a size", SIZES, "2GB or 500MB")


def default_store() -> Path:
    """Where runs keep the outputs of their stages."""
    return AppConfig().cache_dir / "stages"


def folder_option(command: F) -> F:
    """The option that says which store is meant."""
    option = click.option(
        "--dir", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Another store than the usual one."
    )
    return option(command)


@contextmanager
def opened(folder: Path | None) -> Iterator[Store | None]:
    """The store of a folder; None where nothing was ever kept."""
    from twinklr.core.pipeline.faults import StoreError
    from twinklr.core.pipeline.store import Store

    folder = folder or default_store()
    if not (folder / "index.db").is_file():
        click.echo(f"nothing is kept in {folder}")
        yield None
        return
    try:
        with Store(folder) as store:
            yield store
    except StoreError as error:
        raise OutputError(str(error), where=folder, cure="delete this folder; it only saves time") from error


@click.group()
def cache() -> None:
    """See, shrink and check what earlier runs have kept."""


@cache.command()
@folder_option
def show(folder: Path | None) -> None:
    """Say what is kept: per stage, how much and when it was last used."""
    with opened(folder) as store:
        if store is None:
            return
        rows = store.usage()
        width = max((len(row.stage) for row in rows), default=5)
        for row in rows:
            used = datetime.fromtimestamp(row.last_used).strftime("%Y-%m-%d %H:%M")
            click.echo(f"{row.stage:<{width}}  {row.entries:>7} entries  {size_text(row.size):>9}  last used {used}")
        total = sum(row.size for row in rows)
        click.echo(f"{sum(row.entries for row in rows)} entries, {size_text(total)} in {store.folder}")


@cache.command()
@click.option("--older-than", "age_s", type=AGE, help="Forget what was not used for so long (30d, 12h).")
@click.option("--max-size", "size", type=SIZE, help="Forget the longest unused until the rest fits (2GB).")
@folder_option
def prune(age_s: float | None, size: float | None, folder: Path | None) -> None:
    """Forget what was not used for long, or what does not fit."""
    if age_s is None and size is None:
        raise click.UsageError("say what to forget: --older-than 30d, --max-size 2GB, or both")
    with opened(folder) as store:
        if store is None:
            return
        dropped, freed = store.prune(max_age_s=age_s, max_bytes=None if size is None else int(size))
        click.echo(f"forgot {dropped} entries, {size_text(freed)}")


@cache.command()
@click.option("--repair", is_flag=True, help="Forget what is damaged; it will be made again.")
@folder_option
def verify(repair: bool, folder: Path | None) -> None:
    """Read everything that is kept and report what is damaged; exit code 1 if anything is."""
    with opened(folder) as store:
        if store is None:
            return
        findings = [*store.notes, *store.verify(repair=repair)]
        for finding in findings:
            click.echo(finding)
        click.echo("everything is whole" if not findings else f"{len(findings)} damaged" + (", forgotten" * repair))
    if findings and not repair:
        raise click.exceptions.Exit(1)


def size_text(size: float) -> str:
    """Bytes as people read them.

    Example:
        >>> size_text(999), size_text(1_530_000)
        ('999 B', '1.5 MB')
    """
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
