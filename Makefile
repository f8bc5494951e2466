# `make demo` and `make test` need nothing but Python 3.11 or newer; uv is used where it is found.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV    := .venv
BIN     := $(VENV)/bin
PYTHON  := $(BIN)/python
RUNTIME := $(VENV)/.runtime
READY   := $(VENV)/.ready
LOCK    := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
           --no-annotate --no-header --no-emit-index-url --no-emit-find-links

# Extra words for pytest, e.g. `make test TESTS=tests/validators` or `make test PYTEST=-x`.
TESTS  ?=
PYTEST ?= -n 2 --dist loadfile

.PHONY: help venv demo dev test lint types contracts check format bench chaos day obligados lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

venv: $(READY) ## the virtual environment, from the locked requirements

demo: $(RUNTIME) ## issue real invoices in every jurisdiction, and follow them to the authority's answer
	$(PYTHON) -m gateway demo

dev: $(RUNTIME) ## the whole gateway on this machine: database, API, worker, simulators, console
	$(PYTHON) -m gateway dev

test: $(READY) ## every test
	$(PYTHON) -m pytest $(PYTEST) $(TESTS)

lint: $(READY) ## style and likely mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict, on the four packages
	$(BIN)/mypy

contracts: $(READY) ## who may import whom
	$(BIN)/lint-imports

check: lint types contracts test ## all of the above, as CI does

format: $(READY) ## mend style in place
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## the figures of docs/benchmarks.md, in one run
	$(PYTHON) -m benchmarks

chaos: $(READY) ## kill API, workers and PostgreSQL at random while invoices flow, then compare the books
	$(PYTHON) -m tests.chaos

day: $(READY) ## a day of 5,000 Mexican invoices with lost answers and outages, then compare the books
	$(PYTHON) -m tests.day

obligados: $(READY) ## a day of 20 Spanish issuers and 20,000 records with lost answers and outages, then compare the books
	$(PYTHON) -m tests.obligados

lock: ## resolve pyproject.toml anew into the two lock files (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# Two steps, so that the first demo waits for the runtime packages only. Bytecode is written when a module is first used.
define install
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(PYTHON) $(1); \
	else \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-compile $(1); \
	fi
endef

$(PYTHON):
	@found=; for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	  if "$$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if command -v uv >/dev/null; then uv venv --quiet --allow-existing --python "$${found:->=3.11}" $(VENV); \
	elif [ -n "$$found" ]; then "$$found" -m venv $(VENV); \
	else echo "Python 3.11 or newer is needed, and none was found." >&2; exit 1; fi

$(RUNTIME): requirements.lock | $(PYTHON)
	@echo "Installing the locked requirements into $(VENV) ..."
	$(call install,--require-hashes -r requirements.lock)
	@touch $@

$(READY): requirements-dev.lock pyproject.toml $(RUNTIME)
	@echo "Installing the development tools into $(VENV) ..."
	$(call install,--require-hashes -r requirements-dev.lock)
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $@
