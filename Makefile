# `make run` and `make test` are all the set-up there is; `make faults` takes minutes more.
PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --jobs=2 # Chromium is fetched while pip installs

.PHONY: run test check browser faults clean

run: .venv/.run
	$(BIN)/streamlit run app.py

test: .venv/.test browser check
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Kills, full and read-only disks at every point of a run's life: docs/reliability.md.
faults: .venv/.test
	$(BIN)/python -m tests.faults

# The tests drive a real Chromium: installed here when that is possible without a question.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	       && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	  || { echo "make test needs Chromium for its browser tests: sudo apt-get install chromium" >&2; exit 1; }

.venv/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.run: .venv/.python requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	touch $@

.venv/.test: .venv/.python requirements.txt requirements-export.txt requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@ .venv/.run

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis
