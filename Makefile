# Needs git, make and any Python 3. Everything else is set up here.
SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PORT ?= 5005
export PORT
# without compiled modules every start of a bot costs four seconds more
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run shell check test bench soak
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/made: uv.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	@echo "Setting up Python 3.10 and the locked packages"
	@$(UV) sync --frozen --quiet || { echo "The packages could not be installed: check the network, then run make again." >&2; exit 1; }
	@touch $@

.uv/bin/uv:
	@echo "Setting up uv"
	@python3 -m venv .uv && .uv/bin/pip install --quiet uv || { echo "uv could not be installed: check the network and that python3 has venv, then run make again." >&2; exit 1; }

setup: .venv/made  ## environment, sentence encoder, spaCy pipeline and model; starts nothing
	@.venv/bin/faq setup

run: .venv/made  ## bot, action server and demo page; prints the address
	@.venv/bin/faq run

shell: .venv/made  ## the same bot in the terminal
	@.venv/bin/faq shell

check: .venv/made  ## facts and answers, in seconds, without a model
	@.venv/bin/faq check

test: setup  ## everything, in ten to thirty minutes on two cores
	@.venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/pytest -n 2 --dist loadgroup --no-loadscope-reorder

bench: setup  ## quality, and speed beside a peer; SETS=folder: quality on other questions
	@.venv/bin/python -m benchmarks.quality $(SETS)
	@$(if $(SETS),true,.venv/bin/python -m benchmarks.speed)

soak: setup  ## each fault 200 times with real waits, for an hour or two; less with SOAK_RUNS=20 or SOAK_MINUTES=60
	@.venv/bin/pytest -m soak -o faulthandler_timeout=0
