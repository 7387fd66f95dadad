# The commands a person types, the same as in the README and .ci/run.
.PHONY: demo test slow lint types contracts check bench

demo:
	uv run twinklr demo

test:
	uv run pytest

slow:
	uv run pytest -m slow

lint:
	uv run ruff check .
	uv run ruff format --check .

types:
	uv run mypy

contracts:
	uv run lint-imports

bench:
	uv run --group bench pytest -m benchmark -s

check: test lint types contracts slow
