# Everything runs in .venv, which is made on first use from the hashes in requirements.lock.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Byte code that is not kept costs every start of the command a quarter of a second.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup page run test test-more test-python test-beside test-page test-journeys lint lint-python journeys
.PHONY: drill bench bench-cold bench-page bench-kedro lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## Make .venv with Penstock and all that its tests need

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Penstock needs Python 3.11 or newer; name one with 'make PYTHON=/path/to/python3.11'"; exit 2; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "Setting up $(VENV) (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

page: setup
	@$(BIN)/python hatch_build.py

run: page ## Run the example on the New York flights of 2013, then show it in the browser
	@cd examples/flights && ../../$(BIN)/penstock run pipeline.py; ../../$(BIN)/penstock up --show latest

# Two sides at once keep two cores busy: each waits at times. Journeys are alone: what a person sees in time, they must see.
test: page ## Check style, types and rooms, and run the tests (CI runs more: test-more)
	@$(MAKE) --no-print-directory -j2 test-python test-page

test-more: page ## Run what CI runs besides: the page in a browser, a share of the drills, and tests beside other tools
	@$(MAKE) --no-print-directory test-beside
	@$(MAKE) --no-print-directory test-journeys

test-python: lint-python
	@$(BIN)/python -m pytest -q -n 4 --dist worksteal -m "not drill and not beside"

test-beside: setup
	@$(BIN)/python -m pytest -q -n 3 --dist worksteal -m "drill or beside"

# Told in one piece, when all of it is over.
test-page: page
	@$(call told_at_once,$(BIN)/python hatch_build.py npm run --silent check && $(BIN)/python hatch_build.py npm test --silent)

test-journeys: page
	@$(call told_at_once,$(BIN)/python hatch_build.py npm run --silent journeys)

told_at_once = told=$$(mktemp); if ($(1)) >$$told 2>&1; then code=0; else code=$$?; fi; cat $$told; rm $$told; exit $$code

lint: lint-python
	@$(BIN)/python hatch_build.py npm run --silent check

lint-python: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

journeys: page ## Walk through the page in a browser alone (Chromium, two minutes)
	@$(BIN)/python hatch_build.py npm run --silent journeys

drill: setup ## Kill, freeze, fill, cut and damage all there is for an hour, see that nothing is lost, and measure
	@$(BIN)/python -m tests.simulation --seconds 60
	@$(BIN)/python -m tests.crash --json drills.json

bench: setup ## Measure against other tools, each in its own environment (half an hour the first time)
	@$(BIN)/python -m benchmarks

bench-cold: setup ## Measure starts from cold and memory
	@$(BIN)/python -m benchmarks.cold

bench-page: page ## Measure lists, documents, the stream and the page with a million runs (half an hour)
	@$(BIN)/python -m benchmarks.page

bench-kedro: page ## Measure Kedro projects beside Kedro and Kedro-Viz (ten minutes)
	@$(BIN)/python -m benchmarks.kedro

lock: setup ## Write requirements.lock anew
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --extra dev --generate-hashes --no-emit-index-url --universal \
		--python-version 3.11 pyproject.toml --output-file requirements.lock

clean: ## Remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis ui/node_modules src/penstock/server/page
