# Two commands: `make run` and `make test`. They need Python 3.11 and pip, nothing else.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: run test check bench-sketch

.venv/ready: requirements.txt requirements/web.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: .venv/ready requirements/dev.txt
	$(BIN)/pip install --disable-pip-version-check -r requirements/dev.txt
	touch $@

run: .venv/ready
	@exec $(BIN)/python manage.py up

test: .venv/dev
	$(BIN)/python -m pytest -m "not nightly" -n 2

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	$(BIN)/python -m pytest -m "not nightly" -n 2

bench-sketch: .venv/dev
	$(BIN)/python -m benchmarks.sketch
