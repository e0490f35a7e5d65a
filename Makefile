# Everything a person runs here. Each target does the set-up it needs, once.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Whole packages only, by hash, for the exact versions that the tests ran with.
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL_SELF := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
# The tests start many processes, and load the commands hundreds of times: compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo run test test-kills coverage check bench bench-query bench-http bench-feeds fuzz texts lock smoke clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Mailmare needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12 …" % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/dev: $(VENV)/made requirements/dev.txt pyproject.toml
	$(PIP) install --quiet --require-hashes --requirement requirements/dev.txt
	$(INSTALL_SELF)
	@touch $@ $(VENV)/demo

# The developer's packages contain the demo's, so whoever has those needs nothing more.
$(VENV)/demo: $(VENV)/made requirements/demo.txt pyproject.toml
	$(PIP) install --quiet --require-hashes --requirement requirements/demo.txt
	$(INSTALL_SELF)
	@touch $@

setup: $(VENV)/dev ## Make .venv with everything a developer needs

demo: $(VENV)/demo ## The whole bot in a browser page, without a token
	@exec $(BIN)/mailmare demo

run: $(VENV)/demo ## The bot on Discord (settings: .env.example)
	@exec $(BIN)/mailmare run

PYTEST := $(BIN)/python -m pytest --quiet --numprocesses auto --dist worksteal

test: $(VENV)/dev ## Every test
	$(PYTEST) tests

# The rooms whose every branch counts, measured by their own tests, with few examples of each
# property, as measuring takes its time.
ROOMS := posts query safety sites store feeds

coverage: $(VENV)/dev ## How much of the rooms that matter most their tests run through
	@$(BIN)/python -m coverage erase
	$(PYTEST) --hypothesis-profile=brief -m 'not mass' $(ROOMS:%=--cov=bot/%) --cov-report= \
		--ignore=tests/feeds/test_kill.py --ignore=tests/feeds/test_feeds_benchmark.py \
		--ignore=tests/safety/test_types.py $(ROOMS:%=tests/%)
	@$(BIN)/python -m coverage report --fail-under=95
	@$(BIN)/python -m coverage report --include='bot/sites/*' --format=total --fail-under=97

test-kills: $(VENV)/dev ## Announcements under 200 kills at random points (part of it is in test)
	MAILMARE_KILLS=200 $(BIN)/python -m pytest --quiet tests/feeds/test_kill.py

# What the type checker says is judged once, where `make check` has filled its cache.
smoke: $(VENV)/dev ## The pure rooms and one end-to-end test (for other Python versions)
	$(PYTEST) --ignore=tests/safety/test_types.py tests/posts tests/query tests/safety
	$(BIN)/python -m pytest --quiet -m smoke tests/e2e

check: $(VENV)/dev ## Style, types, the import contract, dead code, texts, Dockerfile, coverage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/python -m tests.catalogue --check
	$(BIN)/python -m tests.sites.coverage_table --check
	$(BIN)/hadolint Dockerfile
	@$(MAKE) --no-print-directory coverage

bench: $(VENV)/dev ## Our own overhead, start-up and memory (reports; nothing passes or fails)
	@$(BIN)/python -m benchmarks.commands $(ARGS)

bench-query: $(VENV)/dev ## The query index beside the naive ways
	@$(BIN)/python -m benchmarks.query $(ARGS)

bench-feeds: $(VENV)/dev ## Feeds beside one search per subscription and interval
	@$(BIN)/python -m benchmarks.feeds $(ARGS)

bench-http: $(VENV)/dev ## The API layer beside the Python clients there are
	@$(BIN)/python -m benchmarks.http_clients $(ARGS)

fuzz: $(VENV)/dev ## Odd strings through the query parser, odd queries past the safety rules
	$(BIN)/python -m tests.query.fuzz --count 200000
	$(BIN)/python -m tests.safety.fuzz --count 50000

texts: $(VENV)/dev ## Bring the texts' catalogue up to date with the sources
	$(BIN)/python -m tests.catalogue

# Needs uv; the index, if any, comes from the environment and is not recorded.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock'

lock: ## Pin the packages anew, with hashes
	$(LOCK) pyproject.toml --output-file requirements/run.txt
	$(LOCK) pyproject.toml --constraint requirements/run.txt --extra demo --output-file requirements/demo.txt
	$(LOCK) pyproject.toml --constraint requirements/demo.txt --extra dev --output-file requirements/dev.txt
	$(LOCK) requirements/build.in --constraint requirements/demo.txt --output-file requirements/build.txt

clean: ## Remove what was made here
	rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
