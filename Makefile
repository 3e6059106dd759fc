# Every chore of the project, the same here and in CI. `make help` lists them.
#
# Nothing has to be set up by hand: a target installs what it needs into .venv/ and
# tools/node/node_modules/, from files that pin every version by its hash. The files
# named .installed-* say what is there already, so that nothing is installed twice.

PYTHON ?= python3
# Passed on: make test ARGS='-k retries'
ARGS ?=

BIN := .venv/bin
# The files of pins are complete, and Python compiles what it imports.
INSTALL := -m pip --disable-pip-version-check --quiet install --no-deps --no-compile
NODE_BIN := tools/node/node_modules/.bin
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

VENV := .venv/.created
PROJECT := .venv/.installed-project
DEV := .venv/.installed-dev
BENCH_VENV := .venv-bench/$(notdir $(PYTHON))
BENCH_BIN := $(BENCH_VENV)/bin
BENCH := $(BENCH_VENV)/.installed
BENCH_PEERS_VENV := .venv-bench-peers/$(notdir $(PYTHON))
BENCH_PEERS_BIN := $(BENCH_PEERS_VENV)/bin
BENCH_PEERS := $(BENCH_PEERS_VENV)/.installed
PEERS_VENV := .venv-peers/$(notdir $(PYTHON))
PEERS_BIN := $(PEERS_VENV)/bin
PEERS := $(PEERS_VENV)/.installed
AUDIT_VENV := .venv-audit/$(notdir $(PYTHON))
AUDIT_BIN := $(AUDIT_VENV)/bin
AUDIT := $(AUDIT_VENV)/.installed
FUZZ_VENV := .venv-fuzz/$(notdir $(PYTHON))
FUZZ_BIN := $(FUZZ_VENV)/bin
FUZZ := $(FUZZ_VENV)/.installed
NODE := tools/node/node_modules/.installed

# Neither the linter nor anything that it starts reports to its vendor.
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true
export REDOCLY_TELEMETRY := off

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all generate surface check spec-diff documents lint types contract soak \
	faults-peers build downstream audit fuzz bench bench-plugin bench-peers requirements clean

help: ## List the targets, in the order of a working day
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| while IFS="$$(printf '\t')" read -r name text; do printf '%-13s %s\n' "$$name" "$$text"; done

demo: $(PROJECT) ## Create an access token, over a real socket, against the fake platform
	$(BIN)/python examples/demo.py

test: $(DEV) ## Run the tests and require their coverage; with ARGS=..., run what pytest is told
ifneq ($(strip $(ARGS)),)
	$(WITH_NODE) $(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/coverage erase
	$(WITH_NODE) $(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=100 --include='kodexa_client/*,tools/*' \
		--omit='kodexa_client/api/*,kodexa_client/models/*'
	$(BIN)/coverage report --fail-under=95 --include='kodexa_client/api/*,kodexa_client/models/*'
endif

# make test-all ARGS='3.12-*'; on each, make test ARGS=--event-loop=trio runs the coroutine tests alone
test-all: $(DEV) ## Run the tests on every Python, lowest and newest versions, and event loop (an hour)
	$(BIN)/python -m tools.test_all $(ARGS)

generate: $(DEV) ## Write kodexa_client/api/ and kodexa_client/models/ from openapi.yaml
	$(BIN)/python -m tools.generate

surface: $(DEV) ## Write docs/surface.txt, the public names, and say what of them has changed
	$(BIN)/python -m tools.surface --write

check: $(DEV) ## Fail if generated code or docs/surface.txt is out of date, or CHANGELOG.md silent
	$(BIN)/python -m tools.generate --check
	$(BIN)/python -m tools.surface

# make spec-diff BASE=v1.2.0, or the last release; ARGS=--json
spec-diff: $(DEV) ## Say what openapi.yaml changes since BASE, whom that breaks, and the version due
	$(BIN)/python -m tools.spec_diff $(if $(BASE),--base=$(BASE)) $(ARGS)

SPECS ?= ../shared/specs
documents: $(DEV) $(NODE) ## Build a package of each document in SPECS, and write docs/documents.md
	$(BIN)/python -m tools.trial $(SPECS) --write docs/documents.md

# recommended-strict is Redocly's recommended, with warnings that fail.
lint: $(DEV) $(NODE) ## Check the code's style and the API document
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/openapi-spec-validator openapi.yaml
	$(WITH_NODE) $(NODE_BIN)/redocly lint --extends recommended-strict openapi.yaml

types: $(DEV) $(NODE) ## Check the types with mypy and pyright
	$(BIN)/mypy
	$(WITH_NODE) $(NODE_BIN)/pyright --warnings --project pyproject.toml
	$(WITH_NODE) $(BIN)/python -m pytest --quiet tests/generating/test_templates.py -k pyright

contract: $(DEV) $(NODE) ## Run the SDK against Prism, a server that knows only openapi.yaml
	$(WITH_NODE) $(BIN)/python -m pytest tests/contract $(ARGS)

# make soak CALLS=1000; hypothesis tells how to repeat a sequence that fails
CALLS ?= 100000
SOAK_EXAMPLES ?= 10000
soak: $(DEV) ## Run many random sequences of faults, and many calls in one process (10 minutes)
	SOAK_EXAMPLES=$(SOAK_EXAMPLES) $(BIN)/python -m pytest tests/faults/test_machine.py $(ARGS)
	$(BIN)/python -m tests.faults.soak --calls $(CALLS)

faults-peers: $(PEERS) ## Play the faults to other clients too, and write docs/peers.md
	$(PEERS_BIN)/python -m benchmarks.fault_peers --write docs/peers.md $(ARGS)

build: $(DEV) ## Build the distributions, prove that they can be built again, and check them
	rm -rf dist
	$(BIN)/python -m tools.distributions dist
	$(BIN)/python -m tools.sbom dist --pins requirements/runtime.txt
	$(BIN)/python -m tools.check_wheel dist

downstream: $(DEV) $(NODE) ## Build a package on the wheel, in an empty environment, and check and test it
	$(WITH_NODE) $(BIN)/python -m tools.downstream --pyright $(CURDIR)/$(NODE_BIN)/pyright

# The last step asks a service on the internet, and fails where it can't.
audit: $(DEV) $(AUDIT) ## Look for insecure code, and for known vulnerabilities of all that is pinned
	$(BIN)/ruff check --select S kodexa_client tools
	@if [ -d .github/workflows ]; then zizmor .github/workflows; \
		else echo 'zizmor has nothing to do: there is no .github/workflows'; fi
	$(BIN)/python -m tools.audit --program $(AUDIT_BIN)/pip-audit requirements/*.txt

# make fuzz FUZZ_SECONDS=60 ARGS=body; without ARGS, the targets share the time
FUZZ_SECONDS ?= 600
fuzz: $(FUZZ) ## Read random bytes, guided by the lines they reach, and keep what fails (10 minutes)
	$(FUZZ_BIN)/python -m tests.fuzz.run --seconds $(FUZZ_SECONDS) $(ARGS)

# make bench ARGS=--json; each PYTHON has an environment of its own: make bench PYTHON=python3.13
bench: $(BENCH) ## Measure models, generator and calls, side by side with what others do (8 minutes)
	$(BENCH_BIN)/python -m benchmarks.models $(ARGS)
	$(BENCH_BIN)/python -m benchmarks.generation $(ARGS)
	$(BENCH_BIN)/python -m benchmarks.calls $(ARGS)

bench-plugin: $(DEV) ## Measure what the pytest plugin costs a session that does not use it (1 minute)
	$(BIN)/python -m benchmarks.plugin_cost $(ARGS)

# make bench-peers ARGS=--quick; openapi-generator's clients need Java, and are left out without
bench-peers: $(BENCH_PEERS) ## Measure the calls of other clients too, and draw docs/benchmarks.svg (12 minutes)
	$(BENCH_PEERS_BIN)/python -m benchmarks.calls --peers --plot docs/benchmarks.svg $(ARGS)

requirements: $(DEV) ## Pin the newest versions that requirements/*.in and pyproject.toml allow
	$(UV_COMPILE) pyproject.toml --extra testing requirements/testing.in \
		--output-file requirements/testing.txt
	$(UV_COMPILE) pyproject.toml --extra fast --extra otel --extra profiles --extra testing \
		requirements/testing.in requirements/dev.in \
		--constraints requirements/testing.txt --output-file requirements/dev.txt
	$(UV_COMPILE) pyproject.toml --all-extras --resolution lowest-direct --no-deps \
		--output-file requirements/lowest-direct.txt
	$(UV_COMPILE) pyproject.toml --all-extras requirements/testing.in requirements/dev.in \
		--constraints requirements/lowest-direct.txt --output-file requirements/lowest.txt
	$(UV_COMPILE) pyproject.toml \
		--constraints requirements/testing.txt --output-file requirements/runtime.txt
	$(UV_COMPILE) requirements/audit.in \
		--constraints requirements/dev.txt --output-file requirements/audit.txt
	$(UV_COMPILE) pyproject.toml --extra testing requirements/downstream.in \
		--constraints requirements/dev.txt --output-file requirements/downstream.txt
	$(UV_COMPILE) pyproject.toml --extra profiles requirements/fuzz.in \
		--constraints requirements/dev.txt --output-file requirements/fuzz.txt
	$(UV_COMPILE) pyproject.toml --extra fast requirements/bench.in \
		--constraints requirements/dev.txt --output-file requirements/bench.txt
	$(UV_COMPILE) pyproject.toml --extra fast requirements/bench-peers.in \
		--constraints requirements/dev.txt --output-file requirements/bench-peers.txt
	$(UV_COMPILE) pyproject.toml requirements/peers.in \
		--constraints requirements/dev.txt --output-file requirements/peers.txt

clean: ## Remove everything that make installs and builds
	rm -rf .venv .venv-all .venv-audit .venv-bench .venv-bench-peers .venv-fuzz .venv-peers dist \
		tools/node/node_modules .coverage .fuzz-corpus .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Settings of this machine would end in the files: its indexes, links and caches of wheels.
UV_COMPILE := env -u PIP_FIND_LINKS -u UV_FIND_LINKS -u UV_INDEX -u UV_INDEX_URL \
	-u UV_EXTRA_INDEX_URL -u UV_DEFAULT_INDEX UV_NO_CONFIG=1 \
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make requirements'

# What is measured, audits or fuzzes has an environment of its own.
.venv-%/$(notdir $(PYTHON))/.installed: requirements/%.txt
	$(PYTHON) -m venv --clear $(@D)
	@echo '*' > .venv-$*/.gitignore
	$(@D)/bin/python $(INSTALL) --require-hashes --requirement $<
	@touch $@

$(VENV):
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed-testing: requirements/testing.txt $(VENV)
	$(BIN)/python $(INSTALL) --require-hashes --requirement requirements/testing.txt
	@touch $@

$(PROJECT): pyproject.toml .venv/.installed-testing
	$(BIN)/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt | $(PROJECT)
	$(BIN)/python $(INSTALL) --require-hashes --requirement requirements/dev.txt
	@touch $@

# .venv has a Node.js of its own, so that none has to be installed by hand.
$(NODE): tools/node/package.json tools/node/package-lock.json tools/node/.npmrc | $(DEV)
	$(WITH_NODE) npm ci --prefix tools/node --loglevel=error
	@touch $@
