# Every command of this repository. `make` lists them.
# The Python environment and the tools are made on first use, inside this folder.

PYTHON ?= python3
# pytest-helm-charts warns of its own fixtures at every start
export PYTHONWARNINGS := ignore:cannot discover fixture
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.made-from-requirements

.DEFAULT_GOAL := help
.PHONY: help up images check test test-all bench lock docs down

help: ## List every command
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(STAMP) ## From an empty machine to a running platform; safe to run again
	@$(BIN)/airflow-k8s up

images: $(STAMP) ## Build every image that is not there yet
	@$(BIN)/airflow-k8s images build

check: $(STAMP) ## Lint, types, unit and chart tests; needs no engine
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/hadolint images/Dockerfile images/*/Dockerfile cluster/node/Dockerfile
	$(BIN)/airflow-k8s cluster tools helm
	$(BIN)/pytest -n 2

test: check ## Everything: check, image tests, smoke DAGs on kind
	$(BIN)/pytest tests/images tests/smoke

test-all: test ## Everything, and the scenarios that take long
	$(BIN)/pytest tests/scenarios

bench: images ## Measure what everything costs, beside its budget; every figure with its spread
	@$(BIN)/airflow-k8s bench

lock: $(STAMP) ## Renew what is locked, images' and checkout's; UPGRADE=1 takes newer versions
	$(BIN)/airflow-k8s images lock $(if $(UPGRADE),--upgrade)
	{ $(BIN)/airflow-k8s images airflow-requirement; cat requirements.in; } | \
	  $(BIN)/uv pip compile - pyproject.toml --extra cli --output-file requirements.txt \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet $(if $(UPGRADE),--upgrade)
	$(BIN)/uv pip compile cluster/charts/requirements.in --output-file cluster/charts/requirements.txt \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet $(if $(UPGRADE),--upgrade)

docs: $(STAMP) ## Write docs/images.md from the built images
	@$(BIN)/airflow-k8s images page

down: $(STAMP) ## Remove the cluster, and nothing that you made
	@$(BIN)/airflow-k8s cluster down

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements.txt)"
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
