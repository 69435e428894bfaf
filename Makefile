# Kollega. `make run` and `make test` do all of their own set-up; only Python 3.11 or newer and make are needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup run test check pytest bench transcripts lock playground clean

help: ## What there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/ready node_modules/ready ## Install everything (once)

.venv/ready: requirements.txt fit.py
	@$(PYTHON) fit.py
	@echo "Installing Python packages into .venv (once) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

node_modules/ready: package-lock.json .venv/ready
	@echo "Installing the pages' scripts into node_modules (once) ..."
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

run: setup ## The bot, simulated systems, and a chat window in the browser
	@$(BIN)/python app.py

test: setup ## Lint, types, all tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/pytest -q

bench: setup ## Benchmarks, with ratios
	@$(BIN)/python -m bench

transcripts: setup ## Rewrite tests/transcripts from what is really said; read the diff
	@$(BIN)/pytest -q tests/test_transcripts.py --update-transcripts

playground: setup ## The same bot in Microsoft's Agents Playground (its licence is for evaluation)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.playground

lock: .venv/ready ## Resolve requirements.txt anew (needs uv on the path)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --group dev pyproject.toml -o requirements.txt

clean: ## Remove what set-up and runs have made
	@rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .hypothesis
