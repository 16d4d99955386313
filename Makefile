# Two commands: `make run` and `make test`. They need Python 3.11 and pip, nothing else.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
# As the worker's watchdog does: threads that wait by spinning are ten times slower where anything else runs beside.
export OMP_WAIT_POLICY ?= passive
export GOMP_SPINCOUNT ?= 0

# Three on two processors: many tests wait for other processes. A browser's loop runs in the test process and forbids
# any other there: such tests get a process of their own.
PYTEST := $(BIN)/python -m pytest -m "not nightly" --dist worksteal
define TESTS
$(PYTEST) -n 3 --ignore=tests/browser
$(PYTEST) -n 2 tests/browser
endef

.PHONY: run test check screenshots nightly bench bench-sketch bench-media bench-ledger bench-dispatch bench-engine bench-live bench-fairness bench-screen bench-card chromium

.venv/ready: requirements.txt requirements/web.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "KlikyAI needs Python 3.11: PYTHON=/path/to/python3.11 make run"; exit 1; }
	@echo "Installing what KlikyAI runs on: some minutes and 2 GB, this once."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --progress-bar on -r requirements.txt
	touch $@

.venv/dev: .venv/ready requirements/dev.txt
	$(BIN)/pip install --disable-pip-version-check -r requirements/dev.txt
	touch $@

run: .venv/ready
	@exec $(BIN)/python manage.py up

# A browser comes with no Python package: where it can be had it is, elsewhere its tests say that they were left out.
chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; } || \
		echo "No Chromium here: the browser tests will be skipped."

test: .venv/dev chromium
	$(TESTS)

check: .venv/dev chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	$(TESTS)

nightly: .venv/dev chromium
	$(BIN)/python -m pytest -m nightly --ignore=tests/browser
	$(BIN)/python -m pytest tests/browser

bench: .venv/dev bench-sketch bench-media bench-ledger bench-dispatch bench-engine bench-live bench-fairness bench-card

bench-sketch: .venv/dev
	$(BIN)/python -m benchmarks.sketch

bench-media: .venv/dev
	$(BIN)/python -m benchmarks.media_list
	$(BIN)/python -m benchmarks.media_delivery

bench-ledger: .venv/dev
	$(BIN)/python -m benchmarks.ledger

bench-dispatch bench-engine bench-live bench-fairness bench-screen bench-card: bench-%: .venv/dev
	$(BIN)/python -m benchmarks.$*

# New sentences for the translators: needs GNU gettext, which nothing else here does.
words: .venv/dev
	$(BIN)/python manage.py makemessages -a --no-location --no-wrap --no-obsolete -i tests -i training -i benchmarks -i docs
	$(BIN)/python manage.py compilemessages -i .venv

# Starts a studio of its own, uses it, photographs it: docs/screenshots, in both themes and two widths.
screenshots: .venv/dev chromium
	$(BIN)/python -m tests.browser.album
