# `make run` and `make test` are all it takes; see README.md. Everything they install stays in this folder.
SHELL := /bin/sh
.DEFAULT_GOAL := help
ARGS ?=

# Not every `python3` on a PATH is one that starts: take the first that runs and is new enough.
PYTHON ?= $(firstword $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null && echo "$$name" && break; done) python3)
BIN := .venv/bin
# Without bytecode every process would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

# Hashes, and no addresses: where packages come from is the machine's own matter.
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url
# What production sets, for the checks; nothing is connected to.
PRODUCTION := PORTAL_ENV=production SECRET_KEY=only-for-the-check-of-these-settings-0123456789-abcdefghijklmnop \
	ALLOWED_HOSTS=portal.example DATABASE_URL=postgres://portal@database/portal REDIS_URL=redis://broker/0 \
	EMAIL_URL=smtp://mail:25

.PHONY: help run setup test faults bench lint format lock clean screenshots

help: ## Show what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r target text; do printf '%-18s %s\n' "$$target" "$$text"; done

run: ## Set up and serve the portal with demo data (PORT, DATABASE_URL, REDIS_URL are honoured)
	@$(PYTHON) -s -m portal.setup run
	@exec $(BIN)/python -m portal.serve --end-with-parent

setup: ## Install everything that running, testing and checking need
	@$(PYTHON) -s -m portal.setup all

test: setup ## Run the tests on services of their own (ARGS go to pytest)
	@$(BIN)/python -m pytest $(ARGS)

faults: setup ## Run the fault suite: real processes, killed (ARGS go to pytest)
	@$(BIN)/python -m pytest tests/faults $(ARGS)

bench: setup ## Measure imports, pages, closings and reading invoices; writes docs/benchmarks.md (BENCH_LARGE=1: more)
	@$(BIN)/python -m tests.bench

CHECKS := check-style check-format check-types check-layers check-templates check-migrations check-production check-translations
.PHONY: $(CHECKS)

lint: setup ## Check style, types, layers, templates, migrations, production settings and translations
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-style:
	$(BIN)/ruff check --quiet .

check-format:
	$(BIN)/ruff format --check --quiet .

check-types:
	$(BIN)/mypy

check-layers:
	$(BIN)/lint-imports --no-logo

check-templates:
	$(BIN)/djlint --quiet --check --lint templates

check-migrations: # it warns that it cannot look into a database, which it need not
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

check-production:
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

check-translations:
	$(BIN)/python -m portal.i18n check

format: setup ## Bring the code into the project's format
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

lock: setup ## Write the lock files anew from pyproject.toml and package.json
	$(COMPILE) pyproject.toml --group embedded --group test --group lint --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --group embedded --constraint requirements-dev.lock --output-file requirements-run.lock
	$(COMPILE) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --group installer --output-file requirements-installer.lock
	$(COMPILE) --group node --output-file requirements-node.lock
	npm install --package-lock-only --ignore-scripts

screenshots: setup ## Take the README's screenshots
	@$(BIN)/python -m tests.screenshots

clean: ## Remove everything the other commands made, the demo's data too
	rm -rf .venv node_modules static/dist staticfiles var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
