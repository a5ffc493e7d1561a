# Two commands on a fresh machine: `make brief` sets up and runs the main job, `make test` sets up and passes the tests.
# Needs Python 3.11 or newer with venv, make and git; everything else is installed into .venv from the hash-checked locks.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
OUT ?= out/busan-2025
WORKERS ?= logical
ASOF ?= 2025-10-28

.DEFAULT_GOAL := help
.PHONY: help setup brief explore test fuzz check format bench mutants docs lock world register sbom clean

help:  ## list what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found. Install one, or say where it is: make brief PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "make: '$(PYTHON) -m venv' failed. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bootstrap.lock
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements.lock
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -q detente
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.dev  ## create .venv with everything the developers need

brief: $(VENV)/.runtime  ## set up, then write the briefing on the Busan standoff
	@$(VENV)/bin/detente brief busan-2025 --asof $(ASOF) -o $(OUT)

explore: $(VENV)/.runtime  ## set up, then open the explorer in the browser
	@$(VENV)/bin/detente serve

test: $(VENV)/.dev  ## set up, then run the tests on every core (WORKERS=0: in one process)
	@$(PY) -m compileall -q detente  # for the processes that tests start, where Python may not write what it compiled
	@OPENBLAS_NUM_THREADS=1 $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(VENV)/.dev  ## formatting, lint, types
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy

format: $(VENV)/.dev  ## rewrite the code in the project's format
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

fuzz: $(VENV)/.dev  ## damage what is read, 3,000 inputs a parser; writes out/fuzz
	@$(PY) -m fuzz $(FUZZ_ARGS)

bench: $(VENV)/.dev  ## measure speed and memory; prints a table, writes out/bench.json
	@$(PY) -m benchmarks

mutants: $(VENV)/.dev  ## plant small faults in the engine and see which no test notices (MUTANTS='--all show/words')
	@$(PY) scripts/mutants --record $(MUTANTS)

docs: $(VENV)/.dev  ## build the documentation into out/docs (warnings are errors)
	@$(PY) scripts/pages
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet --site-dir out/docs
	@echo "out/docs/index.html"

world: $(VENV)/.dev  ## rebuild the shipped world from ../shared/data
	@$(PY) scripts/build_world.py

register: $(VENV)/.dev  ## list shipped data files with sources, licences and hashes (detente/datapackage.json, NOTICE)
	@$(PY) scripts/write_register.py

sbom: $(VENV)/.dev  ## write the bill of materials and the licences of dependencies into out/sbom
	@$(PY) scripts/sbom.py
	@$(PY) scripts/sbom.py --dev

lock: $(VENV)/.python  ## resolve the dependencies again
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra app pyproject.toml requirements-build.in -o requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra app --extra cluster --extra dev pyproject.toml requirements-build.in -o requirements-dev.lock
	@echo "uv==0.13.9" | $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate - -o requirements-bootstrap.lock

clean:  ## remove what was built
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis
