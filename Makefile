# Everything a person types. `make run` and `make test` each do all the set-up on a fresh clone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKED := $(VENV)/.locked
export DAGSTER_TELEMETRY_DISABLED := 1
export DO_NOT_TRACK := 1

.PHONY: help setup lock

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY) ## create .venv from requirements.lock, hashes checked

# What the lock names, without our own code: an image keeps it while the code changes.
# uv is itself a line of the lock: pip checks its hash and installs it, uv installs the rest.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Strata needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run")'
	@echo "Setting up .venv (once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@awk '/^uv==/{p=1} p{print} p && !/\\$$/{exit}' requirements.lock > $(VENV)/uv.lock.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --no-deps --compile-bytecode -r requirements.lock
	@touch $(LOCKED)

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

lock: ## resolve pyproject.toml anew into requirements.lock
	@$(BIN)/uv lock -q --upgrade
	@$(BIN)/uv export -q --frozen --all-extras --no-header --no-emit-project --format requirements.txt -o requirements.lock > /dev/null
	@rm uv.lock
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate bench/requirements.in -o bench/requirements.lock
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate bi/superset/requirements.in -o bi/superset/requirements.lock

.PHONY: run ui docs lint test test-all packages superset
SUPERSET := .venv-superset
SUPERSET_READY := $(SUPERSET)/.ready

run: setup ## land the sample and run its last night; again: the same night anew
	@$(BIN)/strata sample
	@$(BIN)/strata run

ui: setup ## the Dagster UI on http://127.0.0.1:3000, with the nightly schedule and sensors on
	@$(BIN)/strata ui

docs: setup ## write docs/schemes anew, a page a scheme
	@$(BIN)/python -m orchestration.scheme_pages

lint: setup ## ruff, mypy, sqlfluff
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy & types=$$!; $(BIN)/sqlfluff lint -q dbt_project/models || failed=1; \
	  wait $$types || failed=1; exit $${failed:-0}

# A file's tests stay in one process, which builds what they share once; files run on all cores, so
# that linear algebra with a thread for each of them in every process would only be in its own way.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -q -n auto --dist loadfile

test: lint ## lint and tests
	@$(PYTEST) -m "not long and not browser and not server"

# Browser and database servers are Debian's: checked before anything else, so that what is missing is
# said at once. Tests start servers of their own, in folders of their own, and stop them.
PACKAGES := chromium fonts-noto-cjk postgresql mariadb-server

packages:
	@{ command -v chromium && ls /usr/lib/postgresql/*/bin/initdb && test -x /usr/sbin/mariadbd; } >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing $(PACKAGES) …"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(PACKAGES) >/dev/null; \
	  else echo "make test-all needs: sudo apt-get install -y $(PACKAGES)" >&2; exit 1; fi; }

test-all: packages lint $(SUPERSET_READY) ## the same, with the long tests, a real browser, database servers and a BI tool
	@$(PYTEST)

superset: setup $(SUPERSET_READY) ## the dashboard of what is published, on http://127.0.0.1:8088
	@$(BIN)/python -m bi.superset $(ARGS)

# Superset has an environment of its own: it brings 150 packages, and another pandas and SQLAlchemy.
$(SUPERSET_READY): bi/superset/requirements.lock $(READY)
	@echo "Setting up $(SUPERSET) (once) …"
	@$(BIN)/uv venv -q --allow-existing --no-python-downloads --python '>=3.11,<3.13' $(SUPERSET) || { \
	  echo "Superset needs Python 3.11 or 3.12 on the machine." >&2; exit 1; }
	@$(BIN)/uv pip install -q --python $(SUPERSET)/bin/python --require-hashes --no-deps --compile-bytecode -r bi/superset/requirements.lock
	@touch $(SUPERSET_READY)

.PHONY: bench
RIVALS := .venv-bench
RIVALS_READY := $(RIVALS)/.ready

bench: setup $(RIVALS_READY) ## the benchmark; the big one: make bench ARGS="--lines 50M"
	@$(BIN)/python -m bench $(ARGS)

# What features are compared with has an environment of its own: pymc-marketing brings 70 packages.
$(RIVALS_READY): bench/requirements.lock $(READY)
	@echo "Setting up $(RIVALS) (once) …"
	@$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(RIVALS)
	@$(BIN)/uv pip install -q --python $(RIVALS)/bin/python --require-hashes --no-deps --compile-bytecode -r bench/requirements.lock
	@touch $(RIVALS_READY)
