# A fresh machine needs only python3 (>= 3.11, with venv) and make.
PYTHON ?= python3
HOST   ?= 127.0.0.1
PORT   ?= 8000
HOUSEHOLDS ?= 20000

export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy
export UV_NO_PROGRESS = 1
# Where it is set, each of the many processes of a test run would compile every library anew.
export PYTHONDONTWRITEBYTECODE =
UV  := .tools/bin/uv
BIN := .venv/bin
RUN := $(BIN)/python
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm

.PHONY: help install demo serve test check format spark bench messages lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

PO := src/jimin/locale/en/LC_MESSAGES/django.po

install: .venv/.stamp node_modules/.stamp $(PO:.po=.mo) ## install everything, locked by hash

$(UV): requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Jimin needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv .tools || { echo "python3 has no venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	.tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.stamp: requirements.lock pyproject.toml $(UV)
	$(UV) venv -q --clear --python $(PYTHON) .venv
	$(UV) pip sync -q --python $(RUN) --require-hashes requirements.lock
	@$(RUN) tools/link.py
	@touch $@

node_modules/.stamp: package-lock.json .npmrc .venv/.stamp
	$(NPM) ci --loglevel=error
	@touch $@

%.mo: %.po .venv/.stamp
	@$(RUN) tools/messages.py compile

demo: install ## load the demo city and serve it on http://127.0.0.1:8000
	@$(BIN)/jimin demo --host $(HOST) --port $(PORT) --households $(HOUSEHOLDS)

serve: install ## serve the database as it is
	@$(BIN)/jimin serve --host $(HOST) --port $(PORT)

test: install ## run every test
	@$(RUN) tools/test.py

check: install ## lint, types, import contracts, templates, migrations, translations
	@$(RUN) tools/check.py

format: install ## rewrite code and templates in the house style
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .
	$(BIN)/djlint --reformat --quiet src

spark: install ## add PySpark (480 MB, needs Java 17), which only the tests of the nation's run use
	$(UV) pip install -q --python $(RUN) --require-hashes -r requirements-spark.txt

# policyengine-core brings pandas, plotly, IPython and more, half a gigabyte nothing else needs.
.policyengine/.stamp: requirements-policyengine.txt $(UV)
	$(UV) venv -q --clear --python $(PYTHON) .policyengine
	$(UV) pip sync -q --python .policyengine/bin/python --require-hashes requirements-policyengine.txt
	@touch $@

bench: install .policyengine/.stamp ## measure, one JSON line per figure
	$(RUN) -m tests.bench

messages: install ## collect the sentences to translate into src/jimin/locale
	$(RUN) tools/messages.py collect

lock: $(UV) ## lock the dependencies again
	$(UV) pip compile -q --universal --generate-hashes --no-header --group dev --group assets --group browser --group bench pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-header requirements-uv.in -o requirements-uv.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header requirements-spark.in -o requirements-spark.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header requirements-policyengine.in -o requirements-policyengine.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --loglevel=error

clean: ## remove what was installed and the demo data
	rm -rf .venv .tools .policyengine node_modules var
