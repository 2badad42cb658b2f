# The court's commands. Needs make and Python 3.11 to 3.13 with venv; everything else is fetched.
.PHONY: run test prove lint bench act docs gallery sbom advisories help clean
.DEFAULT_GOAL := run

ALL := requirements.txt requirements-extra.txt requirements-dev.txt

run: ## Start the court: prints its address and accounts; Ctrl-C stops it
	@tools/environment .venv newest requirements.txt
	@PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX="$(CURDIR)/.venv/compiled" exec .venv/bin/python -m odr.training.run

test: ## Every test, on Python 3.11 and 3.13 where both are there
	@tools/run_tests

prove: ## Every test with its full numbers: a thousand kills, all orderings; takes long
	@ODR_PROVE=1 tools/run_tests --timeout=0

lint: ## Style, types, known weaknesses
	@tools/environment .venv newest $(ALL)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check odr tests migrations/env.py
	.venv/bin/mypy
	.venv/bin/bandit -q -c pyproject.toml -r odr

bench: ## What an act and a page cost
	@tools/environment .venv newest $(ALL)
	@.venv/bin/python -m bench

act: ## Begin an act: make act NAME=announce_absence ROOM=filing [CONCEPT=parties/mandates]
	@tools/environment .venv newest $(ALL)
	@.venv/bin/python tools/act.py "$(NAME)" "$(ROOM)" $(CONCEPT)

docs: ## Write what the court says of itself: procedure, letters, law, clock, map of the rooms, decisions
	@tools/environment .venv newest requirements.txt
	@.venv/bin/python -m odr.operations.cli docs

gallery: ## Set every paper of the court in both languages and write docs/papers.md; takes minutes, needs pdftoppm
	@tools/environment .venv newest $(ALL)
	@.venv/bin/python tools/paper_gallery.py

sbom: ## Write the bill of materials: every library of the court with its version, as CycloneDX in build/
	@tools/environment .venv newest $(ALL)
	@mkdir -p build
	@tools/sbom build/sbom.cdx.json

advisories: ## Ask public lists for known weaknesses of the libraries; says so where none can be reached
	@tools/environment .venv-advisories newest requirements-advisories.txt
	@tools/advisories

help: ## These lines
	@sed -n 's/^\([a-z]*\): ## /make \1	/p' Makefile

clean: ## Take away what these commands made, the court's own data excepted
	rm -rf .venv .venv-* build .pytest_cache .mypy_cache .ruff_cache .hypothesis
