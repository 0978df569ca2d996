# The only command surface. Settings are in .env; bare `make` prints this help.
.DEFAULT_GOAL := help
# Every target that has a text is a command and no file.
.PHONY: $(shell awk -F: '/^[a-z-]+:.*## / {print $$1}' $(firstword $(MAKEFILE_LIST)))
PYTHON := .venv/bin/python
S ?= kafka
FORMAT ?= table
option = $(if $($(1)),--$(2) "$($(1))")
WHAT = $(call option,SOURCE,source) $(call option,SKIP,skip) $(call option,LIMIT,limit) $(call option,DURATION,duration) $(if $(LOOP),--loop)
WHEN = $(call option,MODE,mode) $(call option,RATE,rate) $(call option,SPEEDUP,speedup) $(call option,START_AT,start-at)
NAMES = $(call option,REPLAY_ID,replay-id) $(call option,TOPIC,topic)
SHARES = $(call option,LATE,late) $(call option,DUPLICATES,duplicates) $(call option,MALFORMED,malformed) $(call option,OUT_OF_ORDER,out-of-order) $(call option,FUTURE,future)
FAULTY = $(call option,FAULTS,faults) $(SHARES) $(call option,LATE_BY,late-by) $(call option,BURSTS,bursts) $(call option,SEED,seed)
SHOP = $(call option,PRESET,preset) $(call option,INCIDENT,incident)
ARGS = $(WHAT) $(WHEN) $(NAMES) $(FAULTY) $(SHOP)

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

up: installed ## Kafka, HBase, Spark Thrift and Superset, each when the one before is ready
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

stream: installed ## streaming jobs and a replay: SOURCE= (simulate: a live shop) RATE= MODE= LOOP=1 DETACH=1 ... (docs/replay.md)
	@$(PYTHON) -m services stream $(if $(DETACH),--detach) -- $(ARGS)

jobs: installed ## the streaming jobs alone, for a shop that sends its own events (docs/events.md)
	@$(PYTHON) -m services jobs

stream-stop: installed ## end the replay and both streaming jobs
	@$(PYTHON) -m services stream-stop

stream-repair: installed ## new checkpoints in place of torn ones, nothing lost or doubled: JOB= (live or landing)
	@$(PYTHON) -m streaming.repair $(call option,JOB,job)

# Unit tests judge the SQL, not the data: make test runs them, in process. Of a selection only those tests
# run whose models are all in it.
models: installed ## dbt build: models and their tests, and the brand report to HBase; FULL=1 rebuilds all, SELECT= only some
	@$(PYTHON) -m services.dbt build --exclude-resource-type unit_test $(if $(SELECT),--indirect-selection cautious --select $(SELECT)) $(if $(FULL),--full-refresh) && $(PYTHON) -m hbase publish

models-session: installed ## the same models without any service, in a catalog of their own
	@$(PYTHON) -m services.spark_session $(PYTHON) -m services.dbt build --target session

docs: installed ## dbt's documentation of every model and column, into target/
	@$(PYTHON) -m services.dbt docs generate

docs-serve: docs ## read it in a browser, on loopback: PORT=
	@$(PYTHON) -m services.dbt docs serve --no-browser --host 127.0.0.1 --port $(or $(PORT),8089)

assets: installed ## write superset/assets from the specification in superset/spec
	@$(PYTHON) superset/spec

check-assets: installed ## what charts, datasets, filters and exposures name is there, and no secret is
	@$(PYTHON) superset/spec/check.py

dashboards: installed ## import superset/assets into Superset; twice gives the same
	@$(PYTHON) -m services dashboards

scan: installed ## the last minute of windows, as HBase has them
	@$(PYTHON) -m hbase scan event_counts --last 1m

generate: installed ## an event file like the real one: ROWS= SEED= PRESET= OUT=
	@$(PYTHON) -m data.generator $(if $(ROWS),--rows "$(ROWS)") $(if $(SEED),--seed "$(SEED)") $(if $(PRESET),--preset "$(PRESET)") --out "$(or $(OUT),var/generated/events.csv.gz)"

fetch-data: installed ## the real file by your own Kaggle account, checked; or SOURCE= (a download), ACCEPT=1
	@$(PYTHON) -m data.real $(if $(SOURCE),--source "$(SOURCE)") $(if $(ACCEPT),--accept)

sample: installed ## make the sample again: the first rows of the generated file
	@$(PYTHON) -m data.generator --head 20000 --small --out data/sample/events.csv.gz

##@ Check
verify: installed ## recount the topic by another path and compare it with every place
	@$(PYTHON) -m bench.verify

verify-models: installed ## recount every cell of the reports and profiles from the raw tables: TARGET=session
	@$(PYTHON) -m tests.dbt.recount --target $(or $(TARGET),thrift)

bench-models: installed ## how long the models and their tests take, on the stack: LABEL=
	@$(PYTHON) -m bench.models $(if $(LABEL),--label "$(LABEL)")

truth: installed ## what the plans of all replays say must have come of them: SOURCE= REPLAY_ID= TOPIC=
	@$(PYTHON) -m ingest truth $(call option,SOURCE,source) $(NAMES)

latency: installed ## how long an event takes to be visible in HBase, over 3 minutes of a stream: SECONDS= OUT=
	@$(PYTHON) -m bench.latency --seconds $(or $(SECONDS),180) $(call option,OUT,out)

bench-dashboards: installed ## how fast the dashboards are in real browsers while events stream, and the stream while people look: SECONDS=
	@$(PYTHON) -m bench.dashboards --seconds $(or $(SECONDS),60)

bench-deduplication: installed ## what counting each event_id once costs the live query
	@$(PYTHON) -m bench.deduplication

bench-snapshot: installed ## the live page's statements in SQLite and in DuckDB, at the rows of real data
	@$(PYTHON) -m bench.snapshot

soak: installed ## kill services at random while events with faults stream, then recount: KILLS= MINUTES= RATE= SEED= SOURCE= OUT=
	@$(PYTHON) -m bench.soak $(if $(KILLS),--kills "$(KILLS)") $(if $(MINUTES),--minutes "$(MINUTES)") $(call option,RATE,rate) $(call option,SEED,seed) $(call option,SOURCE,source) $(call option,OUT,out)

figures: installed ## the table of figures in the README, from bench/results
	@$(PYTHON) -m bench.figures

profile-generator: installed ## published figures of the real file against a generated one, or SOURCE=
	@$(PYTHON) -m data.generator.profile $(if $(SOURCE),--source "$(SOURCE)") $(if $(SEED),--seed "$(SEED)")

lint: installed ## ruff, mypy, yamllint, sqlfluff, the dashboards' YAML
	@$(PYTHON) superset/spec/check.py && $(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy && .venv/bin/yamllint -s . && .venv/bin/sqlfluff lint -q --disable-progress-bar models macros tests/dbt

format: installed ## put the code in order
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

test: test-unit test-integration ## everything, with the real services

test-unit: installed ## the fast part: no services
	@$(PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder tests/unit

test-integration: installed ## the real services and a real browser, on ports and folders of their own
	@$(PYTHON) -m pytest tests/integration tests/browser

screenshots: installed ## the pictures of the README, by the browser test
	@SCREENSHOTS_DIR=docs/images $(PYTHON) -m pytest tests/browser -k "draws_with_data or fits_a_phone or is_dark"

ci: lint test ## what CI runs

##@ Clean
down: installed ## end every process
	@$(PYTHON) -m services down

reset: installed ## down, then delete all data (asks; FORCE=1 for scripts)
	@$(PYTHON) -m services reset $(if $(FORCE),--force)

reset-stream: installed ## delete what was streamed and keep the history (asks; FORCE=1 for scripts)
	@$(PYTHON) -m services reset-stream $(if $(FORCE),--force)
