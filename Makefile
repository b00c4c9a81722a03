# Every target sets up what it needs: Python 3.11, make and git are enough on a fresh machine.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: all demo test test-slow test-all browser lint types bench evaluate lock clean help

all: lint types test  ## lint, types, test

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev,postgres,sync]'
	@touch $@

demo: $(READY)  ## the demo workspace, served on 127.0.0.1
	$(BIN)/hotlist demo

test: $(READY)  ## the everyday tests
	$(BIN)/pytest -q -n auto --dist loadfile -m "not slow and not browser and not bench"

test-slow: $(READY)  ## the slow tests
	$(BIN)/pytest -q -n auto --dist loadfile -m "slow and not browser and not bench"

test-all: $(READY)  ## all tests, the slow ones and those in a browser too
	$(BIN)/pytest -q

browser: $(READY)  ## the tests in a real browser
	$(BIN)/pytest -q -m browser

lint: $(READY)  ## the linter and the formatter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## the type checker
	$(BIN)/mypy

bench: $(READY)  ## the figures of the README
	$(BIN)/pytest -q -s -m bench

evaluate: $(READY)  ## the evaluation set
	$(BIN)/hotlist evaluate

lock: $(READY)  ## write requirements.lock anew from what is installed
	$(BIN)/pip freeze --exclude-editable | sed 's/^\(torch==[^+]*\)+cpu/\1/' > requirements.lock

clean:  ## remove the virtual environment and what tools left
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache *.egg-info build
