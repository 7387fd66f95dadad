"""The parts of Twinklr; see docs/design.md."""

from twinklr.core.compiled import choose_cache_folder

choose_cache_folder()
