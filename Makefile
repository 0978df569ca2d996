# The only command surface. Settings are in .env; bare `make` prints this help.
.DEFAULT_GOAL := help
.PHONY: help screenshots assets demo models dashboards load doctor setup up topics status logs down reset stream stream-stop scan generate sample profile-generator fetch-data verify latency lint format test test-unit test-integration ci
PYTHON := .venv/bin/python
S ?= kafka
FORMAT ?= table
ARGS = $(if $(SOURCE),--source "$(SOURCE)") $(if $(RATE),--rate "$(RATE)") $(if $(MODE),--mode "$(MODE)") $(if $(LIMIT),--limit "$(LIMIT)") $(if $(SKIP),--skip "$(SKIP)") $(if $(LOOP),--loop) $(if $(SEED),--seed "$(SEED)") $(if $(PRESET),--preset "$(PRESET)") $(if $(INCIDENT),--incident "$(INCIDENT)")

help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Anything that needs the environment says so in one line instead of failing inside a recipe.
.PHONY: installed
installed:
	@test -f .venv/lock.sha256 || { echo 'error: not set up yet: run "make setup"' >&2; exit 2; }

##@ Start
demo: setup ## all of it: set-up, services, stream, history, models, dashboards
	@$(PYTHON) -m services demo

setup: ## environments, jars and secrets; again: nothing to do
	@PYTHONDONTWRITEBYTECODE=1 python3.11 -m services.install

doctor: ## what could stop the stack on this machine, and what mends it
	@if test -f .venv/lock.sha256; then $(PYTHON) -m services doctor; else python3 -m services.prerequisites; fi

up: installed ## Kafka, HBase and Spark Thrift, each when the one before is ready
	@$(PYTHON) -m services up

status: installed ## state, pid, port and memory of each service (FORMAT=json)
	@$(PYTHON) -m services status --format $(FORMAT)

logs: installed ## follow a log: make logs S=live
	@$(PYTHON) -m services logs --service "$(S)"

topics: installed ## create the topics that are missing (make up does it too)
	@$(PYTHON) -m services topics

##@ Run
load: installed ## a CSV into raw.event_history, once: SOURCE= LIMIT= SHIFT=now
	@$(PYTHON) -m streaming.load $(if $(SOURCE),--source "$(SOURCE)") $(if $(LIMIT),--limit "$(LIMIT)") $(if $(SHIFT),--shift "$(SHIFT)")

stream: installed ## streaming jobs and a replay: SOURCE= (simulate: a live shop) RATE= MODE= LOOP=1 SKIP= LIMIT= DETACH=1 INCIDENT= SEED=
	@$(PYTHON) -m services stream $(if $(DETACH),--detach) -- $(ARGS)

stream-stop: installed ## end the replay and both streaming jobs
	@$(PYTHON) -m services stream-stop

models: installed ## dbt build: models, tests and unit tests; the brand report goes to HBase too
	@.venv/bin/dbt build && $(PYTHON) -m hbase publish

assets: installed ## write superset/assets from the specification in superset/spec
	@$(PYTHON) superset/spec

dashboards: installed ## import superset/assets into Superset; twice gives the same
	@$(PYTHON) -m services dashboards

scan: installed ## the last minute of windows, as HBase has them
	@$(PYTHON) -m hbase scan event_counts --last 1m

generate: installed ## an event file like the real one: ROWS= SEED= PRESET= OUT=
	@$(PYTHON) -m data.generator $(if $(ROWS),--rows "$(ROWS)") $(if $(SEED),--seed "$(SEED)") $(if $(PRESET),--preset "$(PRESET)") --out "$(or $(OUT),var/generated/events.csv.gz)"

sample: installed ## make the sample again: the first rows of the generated file
	@$(PYTHON) -m data.generator --head 20000 --small --out data/sample/events.csv.gz

##@ Check
verify: installed ## recount the topic by another path and compare it with every place
	@$(PYTHON) -m bench.verify

latency: installed ## how long an event takes to be visible in HBase, over 3 minutes of a stream
	@$(PYTHON) -m bench.latency --seconds $(or $(SECONDS),180)

profile-generator: installed ## published figures of the real file against a generated one, or SOURCE=
	@$(PYTHON) -m data.generator.profile $(if $(SOURCE),--source "$(SOURCE)") $(if $(SEED),--seed "$(SEED)")

lint: installed ## ruff, mypy, yamllint, sqlfluff
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy && .venv/bin/yamllint -s . && .venv/bin/sqlfluff lint -q --disable-progress-bar models macros tests/dbt

format: installed ## put the code in order
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

test: test-unit test-integration ## everything, with the real services

test-unit: installed ## the fast part: no services
	@$(PYTHON) -m pytest tests/unit

test-integration: installed ## the real services and a real browser, on ports and folders of their own
	@$(PYTHON) -m pytest tests/integration tests/browser

screenshots: installed ## the pictures of the README, by the browser test
	@SCREENSHOTS_DIR=docs/images $(PYTHON) -m pytest tests/browser -k "draws_with_data or phone"

ci: lint test ## what CI runs

##@ Clean
down: installed ## end every process
	@$(PYTHON) -m services down

reset: installed ## down, then delete all data (asks; FORCE=1 for scripts)
	@$(PYTHON) -m services reset $(if $(FORCE),--force)
