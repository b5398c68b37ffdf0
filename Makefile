# Waypost. A fresh Debian or Ubuntu with Python 3.11 (and its venv package), make and git is enough.
# `make demo` and `make test` are the two commands; the rest is for those who build.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
VENDOR := src/waypost/web/static/vendor/.built
BASEMAP := src/waypost/web/static/basemap/.built
KERNELS := $(shell grep -ls 'nb.njit\|@njit' src/waypost/*/*.py)
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-rooms test-running test-all test-postgres check fix journeys crash fuzz soak bench docs rooms regold clean

help:  ## list these
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/.installed: requirements/all.txt requirements/node.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
		echo "Python's venv package is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/all.txt
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/node.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENDOR): package.json package-lock.json tools/build_front_end.py .venv/.installed
	$(BIN)/python tools/build_front_end.py
	@touch $@

$(BASEMAP): tools/build_basemap.py .venv/.installed
	$(BIN)/python tools/build_basemap.py
	@touch $@

.venv/.compiled: tools/compile_kernels.py $(KERNELS) .venv/.installed
	$(BIN)/python tools/compile_kernels.py
	@touch $@

setup: .venv/.installed .venv/.compiled $(VENDOR) $(BASEMAP)  ## install everything, build the front end and the ground map

demo: setup  ## a seeded London with live tags; Ctrl-C stops it, a second start keeps the data
	$(BIN)/waypost demo

test: setup  ## check, then all tests on SQLite, then the database tests on PostgreSQL
	$(MAKE) --no-print-directory check
	$(MAKE) --no-print-directory -k -j 2 test-rooms test-running

# Journeys and crashes wait more than they work: they run beside everything else.
test-rooms: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not crash and not journey"
	$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -n 2 --dist loadfile -m database

test-running: setup
	$(BIN)/python -m pytest -m "crash or journey"

test-postgres: setup  ## the tests marked `database`, on a PostgreSQL that comes in a wheel
	$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -n 2 --dist loadfile -m database

test-all: setup  ## everything on SQLite and everything on PostgreSQL
	$(BIN)/python -m pytest
	$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest

check: setup  ## changes nothing, reports everything at once
	$(BIN)/python tools/check.py

fix: setup  ## format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/python tools/docs.py && $(BIN)/python tools/sbom.py

journeys: setup  ## browser journeys; writes the README's screenshots
	WAYPOST_SCREENSHOTS=1 $(BIN)/python -m pytest -m journey

crash: setup  ## kill real processes at random points, twenty times
	$(BIN)/python -m pytest -m crash

soak: setup  ## 3,000,000 stored reports while gateway, database and network are killed; goes on if stopped
	$(BIN)/python tools/soak.py

fuzz: setup  ## a million changed and random inputs for each decoder and framer
	$(BIN)/python tools/fuzz.py

bench: setup  ## the project's own benches, each a ratio to a bare baseline
	$(BIN)/waypost bench intake
	$(BIN)/waypost bench rules
	$(BIN)/waypost bench match
	$(BIN)/waypost bench truth

docs: setup  ## print the reference pages from the code
	$(BIN)/python tools/docs.py && $(BIN)/python tools/sbom.py

rooms: setup  ## draw who knows whom, from the imports
	$(BIN)/python tools/rooms.py

regold: setup  ## rewrite golden files; review the diff like prose
	WAYPOST_REGOLD=1 $(BIN)/python -m pytest -q tests/rooms -k golden
	@git diff --stat -- tests/golden

clean:  ## remove what was built (keeps var/, where the demo lives)
	rm -rf .venv node_modules src/waypost/web/static/vendor src/waypost/web/static/basemap
