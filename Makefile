PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MANAGE := $(BIN)/python example_site/manage.py

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test test-matrix guards bench lint audit vendor

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	touch $(STAMP)

install: $(STAMP) ## make .venv and install

.demo/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -e ".[example]"
	mkdir -p .demo && touch .demo/installed

demo: .demo/installed ## start the demo at http://127.0.0.1:8000/ (PORT= changes it)
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) build_demo --port $(PORT)
	@exec $(MANAGE) serve_demo --port $(PORT)

demo-reset: ## forget the demo's data and start over
	rm -rf .demo/demo.sqlite3* .demo/media .demo/mailbox
	$(MAKE) demo

export REQUIRE_ALL

test: $(STAMP) ## the whole suite on SQLite and PostgreSQL; REQUIRE_ALL=1 fails on any skip
	$(BIN)/python -m pytest -n 2 --dist loadgroup
	$(BIN)/python -m pytest -n 2 --dist loadgroup --postgres -m "not browser"

test-matrix: ## the suite on Python 3.13 with Django 6.1, and on 3.11 with Django 5.2
	sh scripts/test_matrix.sh

guards: $(STAMP) ## take away one guard at a time and see a test turn red (long)
	$(BIN)/python scripts/guards.py

bench: $(STAMP) ## benchmarks, one JSON object a line
	@$(BIN)/python scripts/bench.py

lint: $(STAMP) ## every static gate
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet nsr_events example_site
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --severity-level medium nsr_events example_site
	DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	$(BIN)/python scripts/check_deploy.py
	$(BIN)/python scripts/vendor.py --check
	$(BIN)/python scripts/catalogues.py --check
	$(BIN)/python scripts/settings_reference.py --check

audit: $(STAMP) ## known vulnerabilities (asks an outside service)
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --skip-editable

vendor: $(STAMP) ## fetch the vendored front-end files anew
	$(BIN)/python scripts/vendor.py
