"""`export_show`: every file of a finished show into one folder, each written aside and then put in place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinklr.core.audio import SongBundle
from twinklr.core.choreography import UNSAFE_SHARE, RenderedShow
from twinklr.core.display import Display
from twinklr.core.errors import OutputError
from twinklr.core.planning import GroupPlan, MacroPlan
from twinklr.core.report.picture import draw_contact_sheet
from twinklr.core.report.score import ShowScore
from twinklr.core.report.summary import summarize_show
from twinklr.core.xlights import Sequence as XlightsSequence
from twinklr.core.xlights import atomic_file, write_atomically, write_sequence


@dataclass(frozen=True, eq=False)
class FinishedShow:
    """All that was heard, decided and rendered: what the files are written from."""

    bundle: SongBundle
    display: Display
    macro_plan: MacroPlan
    group_plans: Sequence[GroupPlan]
    sequence: XlightsSequence
    rendered: RenderedShow
    score: ShowScore


def export_show(show: FinishedShow, folder: Path, *, seed: int) -> dict[str, Path]:
    """Write ``<song>.xsq``, ``<song>.fseq``, ``plan.json``, ``analysis.json``, ``report.json`` and ``preview.png``.

    Args:
        show: The finished show.
        folder: Where the files go; made if needed.
        seed: Noted in the plan and the report.

    Returns:
        Path of each file by its purpose.

    Raises:
        OutputError: If the show flashes unsafely, or the folder cannot be written.
    """
    song = show.bundle.file.name
    if show.score.flashing_share >= UNSAFE_SHARE:
        raise OutputError(
            f"{show.score.flashing_share:.0%} of the display would flash more than 3 times a second",
            where=song,
            expected=f"less than {UNSAFE_SHARE:.0%}, for the safety of viewers",
            cure="choose another --seed",
        )
    plan = {
        "seed": seed,
        "song": song,
        "macro_plan": show.macro_plan.model_dump(mode="json"),
        "group_plans": [plan.model_dump(mode="json") for plan in show.group_plans],
    }
    return {
        "sequence": write_sequence(show.sequence, folder / f"{song}.xsq", overwrite=True),
        "fseq": _copy(show.rendered.fseq.path, folder / f"{song}.fseq"),
        "plan": _write_json(folder / "plan.json", plan),
        "analysis": _write_json(folder / "analysis.json", show.bundle.model_dump(mode="json")),
        "report": _write_json(folder / "report.json", {"seed": seed, **_summary(show)}),
        "preview": _draw(show, folder / "preview.png"),
    }


def _summary(show: FinishedShow) -> dict[str, Any]:
    return summarize_show(
        show.bundle,
        show.display,
        show.macro_plan,
        show.group_plans,
        show.sequence,
        show.rendered,
        show.score,
    )


def _write_json(path: Path, value: object) -> Path:
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    return write_atomically(path, text.encode(), overwrite=True)


def _draw(show: FinishedShow, path: Path) -> Path:
    with atomic_file(path, overwrite=True) as stream:
        draw_contact_sheet(show.rendered, show.bundle, show.display).save(stream, format="PNG", optimize=True)
    return path


def _copy(source: Path, target: Path) -> Path:
    """A copy of its own, never a link: programs may rewrite the file in place, and the cache keeps one too."""
    aside = target.with_name(f".{target.name}.aside")
    try:
        shutil.copyfile(source, aside)
        aside.replace(target)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", where=target) from error
    finally:
        aside.unlink(missing_ok=True)
    return target
