# `make run`, `make check` and `make test` are all the set-up there is: docs/contributing.md.
PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --jobs=2 # Chromium is fetched while pip installs
unexport PYTHONDONTWRITEBYTECODE # else every process compiles everything anew

.PHONY: run check test lint browser faults attack soak cluster backbones lock clean

run: .venv/.run
	$(BIN)/streamlit run app.py

# What one runs before each commit: style, types, and the tests of `core` that train nothing.
check: lint
	$(BIN)/python -m pytest tests/core -m "not slow" -n 2 --dist worksteal

test: browser lint
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations=10

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

# Kills, full and read-only disks at every point of a run's life: docs/reliability.md.
faults: .venv/.test
	$(BIN)/python -m tests.faults

# What strangers try over the network, and what they send: docs/security.md.
attack: .venv/.test
	$(BIN)/python -m tests.attacks

# Twenty visitors for ten minutes: nothing grows.
soak: .venv/.test
	$(BIN)/python -m tests.attacks --soak 10

# A head and three nodes of Ray on loopback, of which some are killed: docs/cluster.md.
cluster: .venv/.test
	$(BIN)/python -m tests.cluster

# timm's families as backbones: docs/backbones.md.
backbones: .venv/.test
	$(BIN)/python bench/backbones.py

# The tests drive a real Chromium: installed here when that is possible without a question. Its
# headless shell needs half the time; where it is not packaged, the whole browser does.
browser:
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
	  || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	       && { apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium; } >/dev/null; } \
	  || { echo "make test needs Chromium for its browser tests: sudo apt-get install chromium-headless-shell" >&2; exit 1; }

# What the container installs, with the hashes of its files. torch has builds of its own there.
CUDA := torch torchvision triton cuda-bindings cuda-pathfinder cuda-toolkit $(addprefix nvidia-, \
  cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse \
  cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx)
lock: .venv/.python
	$(BIN)/pip install -q --disable-pip-version-check uv
	$(BIN)/uv pip compile -q --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --python-platform x86_64-unknown-linux-gnu $(addprefix --no-emit-package ,$(CUDA)) \
	  requirements.txt requirements-hosting.txt -o requirements.lock

.venv/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.run: .venv/.python requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	touch $@

.venv/.test: .venv/.python requirements.txt requirements-export.txt requirements-hosting.txt requirements-search.txt requirements-backbones.txt requirements-cluster.txt requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@ .venv/.run

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis
