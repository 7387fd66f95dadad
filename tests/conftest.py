"""Fixtures for all tests, and the rule for tests that need the reference material."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine, and no clock: a slow machine is not a wrong result.
settings.register_profile("deterministic", derandomize=True, deadline=None)
settings.load_profile("deterministic")

REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE = Path(os.environ.get("TWINKLR_REFERENCE", REPOSITORY.parent / "shared"))
"""Shows, songs, sequences and rendered references that tests measure against; not part of the project."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked ``reference`` where the material is absent."""
    if (REFERENCE / "README.md").is_file():
        return
    skip = pytest.mark.skip(reason=f"the reference material is not at {REFERENCE} (set TWINKLR_REFERENCE)")
    for item in items:
        if item.get_closest_marker("reference"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference material."""
    return REFERENCE


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the project."""
    return REPOSITORY
