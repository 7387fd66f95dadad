"""What is said about a show, and its files: score, contact sheet, summary, export and publishing."""

from twinklr.core.report.export import FinishedShow, export_show
from twinklr.core.report.picture import LightPoints, draw_contact_sheet, draw_lights, light_points
from twinklr.core.report.publish import check_target, publish
from twinklr.core.report.score import ScorePart, ShowScore, score_show
from twinklr.core.report.summary import summarize_show

__all__ = [
    "FinishedShow",
    "LightPoints",
    "ScorePart",
    "ShowScore",
    "check_target",
    "draw_contact_sheet",
    "draw_lights",
    "export_show",
    "light_points",
    "publish",
    "score_show",
    "summarize_show",
]
