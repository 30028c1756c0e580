# Everything from a fresh clone: each target creates the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# One more than cores: much of the time goes by waiting for brokers, devices and browsers.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PIP := $(BIN)/pip --disable-pip-version-check
# Where it is set, each process of the tests would compile all code anew: a minute of every run.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check format bench mutants soak messages screenshots system-packages broker browser clean

run: $(INSTALLED) broker ## the whole building on this machine: make run ARGS="--speed 60"
	@$(BIN)/talonmies demo $(ARGS)

test: $(INSTALLED) system-packages ## every test but the long ones, under ten minutes on two cores
	$(BIN)/python -m pytest -m "not soak" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(INSTALLED) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(INSTALLED) system-packages ## figures for latency, load, memory and start (docs/bench.md)
	$(BIN)/python -m bench $(ARGS)

mutants: $(INSTALLED) ## break the kernel on purpose: each break must turn a test red
	$(BIN)/python -m tests.mutants

soak: $(INSTALLED) system-packages ## the long runs: kills, fuzz, weather
	$(BIN)/python -m pytest -m soak $(ARGS)

messages: $(INSTALLED) ## bring the translations up to date with the code; says what is not translated
	$(BIN)/python tools/messages.py

screenshots: $(INSTALLED) browser ## the pictures of README and docs, drawn anew
	$(BIN)/python tools/screenshots.py

system-packages: ## what tests need besides Python: the broker, the browser, an identity provider, devices of other makes
	@sh tools/system-packages.sh broker browser provider fieldbus opcua radio pdf

broker browser:
	@sh tools/system-packages.sh $@

$(INSTALLED): requirements.txt pyproject.toml
	@test -x $(BIN)/python || sh tools/system-packages.sh venv
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --requirement requirements.txt
	$(PIP) install --quiet --no-deps --editable .
	@touch $@

clean:
	rm -rf $(VENV) .cache data
