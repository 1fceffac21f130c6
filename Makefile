# The commands of the README, for a machine with nothing but Python, git and a C compiler:
#   make demo    decides the example cases        make test    passes the tests        make serve    shows the service
# Each makes its virtual environment first, from hash-pinned constraints: what builds, what runs, then averment itself.
# All else is in the justfile.

# The C of durable_rules calls a function that Python 3.13 no longer has by that name. pip would also take a wheel that it
# built without this, which cannot be loaded, so it has to forget the one it keeps.
export CPPFLAGS := $(CPPFLAGS) -DPyEval_CallObject=PyObject_CallObject

PYTHON ?= python3
VENV ?= .venv
PIP = $(VENV)/bin/python -m pip --quiet --disable-pip-version-check --no-input

CASES := knowledge/averment_knowledge/pm_tpm/cases

.PHONY: demo test serve axe vendor
demo: $(VENV)/installed
	@$(VENV)/bin/averment decide $(CASES) --table
	@echo
	@$(VENV)/bin/averment decide $(CASES)/warehouse-suite.yaml
	@echo
	@echo "Try next, after: . $(VENV)/bin/activate"
	@echo "  averment flip $(CASES)/warehouse-suite.yaml      what would turn it"
	@echo "  averment ask                                     a case of your own, question by question"
	@echo "  averment new lending                             a pack of your own"

test: $(VENV)/installed-dev
	$(VENV)/bin/pytest --numprocesses auto --dist worksteal

serve: $(VENV)/installed-serve
	$(VENV)/bin/averment serve --demo

# For the accessibility of the HTML page, which also takes Chromium: without both, their tests say they are skipped.
axe: $(VENV)/made
	@mkdir -p $(VENV)/axe && cp tests/render/axe/package.json tests/render/axe/package-lock.json $(VENV)/axe
	npm ci --prefix $(VENV)/axe --ignore-scripts --no-audit --no-fund --silent

# The scripts that the page of the service bundles, again as they are pinned: only to raise one of them.
VENDOR := service/averment_service/static/vendor
vendor:
	npm ci --prefix service/vendor --ignore-scripts --no-audit --no-fund --silent
	cp service/vendor/node_modules/htmx.org/dist/htmx.min.js service/vendor/node_modules/htmx-ext-sse/dist/sse.min.js $(VENDOR)
	cp service/vendor/node_modules/htmx.org/LICENSE $(VENDOR)/htmx.LICENSE.txt
	cp service/vendor/node_modules/htmx-ext-sse/LICENSE $(VENDOR)/sse.LICENSE.txt
	rm -r service/vendor/node_modules

$(VENV)/installed: constraints.txt
$(VENV)/installed-dev: constraints-dev.txt
$(VENV)/installed-serve: constraints-serve.txt
$(VENV)/installed $(VENV)/installed-dev $(VENV)/installed-serve: pyproject.toml $(VENV)/made
	$(PIP) cache remove 'durable_rules*' >/dev/null 2>&1 || true
	$(PIP) install --no-build-isolation --require-hashes --requirement $(filter constraints%,$^)
	$(PIP) install --no-build-isolation --no-deps --editable .
	$(VENV)/bin/python -m compileall -q engine cli service schemas knowledge
	touch $@

$(VENV)/made: constraints-build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "averment needs Python 3.11 or later; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement $<
	touch $@
