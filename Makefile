# The few commands of this repository. Each only calls a script in scripts/, where the work and its reasons stand.

.DEFAULT_GOAL := help
.PHONY: help run test bench map assets setup-run setup-test fmt

# Where `make run` listens, and where its data lives.
LISTEN ?=
HOME_DIR ?= ./mingcha-data

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: ## Build, make the demo city if there is none, and serve it (LISTEN=ADDRESS:PORT, HOME_DIR=FOLDER)
	@python3 scripts/run.py --home "$(HOME_DIR)" $(if $(LISTEN),--listen "$(LISTEN)")

test: ## Run every check on SQLite and PostgreSQL and in a browser (STEPS="rust client" for some of them)
	@python3 scripts/test.py $(foreach step,$(STEPS),--only $(step))

bench: ## Measure the draw against its hashes alone and named peers (BENCH="--whole-country": 200 million rows)
	@python3 scripts/bench $(BENCH)

map: ## Write docs/map/ anew from the sources and docs/map/requirements.toml
	@python3 scripts/map.py

assets: ## Build the browser assets
	@python3 scripts/setup.py assets

setup-run: ## Install what `make run` needs
	@python3 scripts/setup.py run

setup-test: ## Install what `make test` needs
	@python3 scripts/setup.py test

fmt: ## Format the Rust code
	@cargo fmt --all
