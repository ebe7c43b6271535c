# Two commands matter: `make site` builds the report, `make test` runs every test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= site

.PHONY: site serve test bench lint check translations clean

site: $(VENV)/.installed
	$(BIN)/archatlas build --out $(OUT)

serve: $(VENV)/.installed
	$(BIN)/archatlas serve

# A file more at a time than CI has cores: tests wait for browsers, and for limits to be reached.
test: $(VENV)/.installed-test
	$(BIN)/pytest -n 3 --dist loadfile

# Held against what others do and the least possible; on a quiet machine, for the clock to mean much.
bench: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python tests/benchmarks/bench_build.py --write

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: $(VENV)/.installed
	$(BIN)/archatlas check --out $(OUT)

# Bring the catalogues up to date with the templates and the code; then translate what is empty.
translations: $(VENV)/.installed-test
	mkdir -p .archatlas
	$(BIN)/pybabel -q extract -F pyproject.toml -k Message -k marked --no-location --sort-output \
	  --project archatlas --output .archatlas/archatlas.pot .
	$(BIN)/pybabel -q update -i .archatlas/archatlas.pot -d templates/locale -D archatlas --width 100 \
	  --no-fuzzy-matching --ignore-obsolete --omit-header

clean:
	rm -rf .archatlas site
	git clean -fdxq site_src

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "archatlas needs Python 3.11 or newer"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@
