# Everything a newcomer needs: `make run` to see Vigie, `make test` to check it. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements-dev.txt
STAMP := $(VENV)/.installed
UV := $(BIN)/uv pip install --python $(BIN)/python

.PHONY: help setup run test test-long lint bench fuzz lock clean
.DEFAULT_GOAL := help

help:  ## List what can be done
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Install the program and its tools into .venv (nothing outside it)

$(STAMP): $(LOCK) pyproject.toml
	@echo "[setup] Python environment in $(VENV) (half a minute the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "[setup] Vigie needs Python 3.11 or later; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 setup"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "[setup] Python's venv module is missing. On Debian: apt-get install python3-venv, then again."; exit 1; }
	@sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > $(VENV)/installer.txt
	@$(BIN)/pip install --disable-pip-version-check --quiet --require-hashes --no-deps -r $(VENV)/installer.txt
	@$(UV) --require-hashes --no-deps -r $(LOCK) || { \
	  echo "[setup] uv could not; pip takes longer, and reads pip's own settings"; \
	  $(BIN)/pip install --disable-pip-version-check --require-hashes --no-deps -r $(LOCK); }
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps --editable .
	@$(BIN)/pip check --disable-pip-version-check
	@touch $@

run: setup  ## Set everything up and show it: services, hub, simulated homes (Ctrl-C stops it all)
	@$(BIN)/vigie demo

lint: setup  ## Format, lint, types, layers
	@echo "[test] format and lint (ruff)";     $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@echo "[test] types (mypy --strict)";      $(BIN)/mypy
	@echo "[test] layers (import-linter)";     $(BIN)/lint-imports --no-cache

test: lint  ## Every check, on real TimescaleDB and Mosquitto
	@echo "[test] pytest on real services";    $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/browser  # what a file sets up, once
	@echo "[test] the pages in a browser";      $(BIN)/pytest tests/browser  # one hub, one Chromium

test-long: setup  ## The long tier: homes cut off for days, writers killed again and again, laws tried on new examples
	@echo "[test-long] pytest, the long tier";  $(BIN)/pytest -n 2 -m long
	@echo "[test-long] laws on new examples";   $(BIN)/pytest -n 2 -m hypothesis --hypothesis-profile=search

bench: setup  ## Speed, as ratios to floors measured in the same run
	@$(BIN)/python -m benchmarks

FUZZ_SECONDS ?= 60
fuzz: setup  ## Any bytes through every decoder, for FUZZ_SECONDS (60), guided by coverage
	@$(BIN)/python -c 'import atheris' 2>/dev/null || { \
	  echo "[fuzz] atheris (35 MB, once)"; $(BIN)/pip install --disable-pip-version-check --quiet \
	  --no-build-isolation --editable '.[fuzz]'; }
	@mkdir -p build/fuzz/corpus
	@$(BIN)/python -m fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=512 -artifact_prefix=build/fuzz/ build/fuzz/corpus

lock:  ## Compile requirements*.txt anew from pyproject.toml (with hashes, without any address)
	@test -x $(BIN)/uv || $(MAKE) setup  # not as a requirement: what it installs may lack what is to be locked
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --upgrade --quiet pyproject.toml --extra dev --output-file requirements-dev.txt
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --constraint requirements-dev.txt --quiet pyproject.toml --output-file requirements.txt

clean:  ## Remove what was built here (not the services' data)
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
