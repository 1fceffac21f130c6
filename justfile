# One line per task. `make test` or `make demo` sets up the virtual environment; `just` itself is in it.

bin := env("VENV", ".venv") / "bin"
pin := bin / "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"

# What CI runs
check: test lint types layers

# The README's test command
test:
    make test

lint:
    {{bin}}/ruff check
    {{bin}}/ruff format --check

types:
    {{bin}}/mypy
    {{bin}}/pyright --pythonpath {{bin}}/python

layers:
    {{bin}}/lint-imports

# Format, and fix what can be fixed
fmt:
    {{bin}}/ruff check --fix
    {{bin}}/ruff format

# Some tests, as pytest is told: just pytest tests/unit -k cells
pytest *ARGS:
    {{bin}}/pytest {{ARGS}}

# The tests that notice another Python: whole outputs, each stage, the engine and its process
quick:
    {{bin}}/pytest --numprocesses auto tests/golden tests/unit tests/backends/durable/test_worker.py

# The tests that take minutes: large draws of what every run draws a part of
slow:
    {{bin}}/pytest -m slow --numprocesses auto --dist worksteal

# Set up what the programs in benchmarks/ compare with
bench:
    {{bin}}/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --requirement constraints-bench.txt

coverage:
    {{bin}}/coverage run -m pytest
    {{bin}}/coverage combine
    {{bin}}/coverage report

# Pin every dependency anew, with hashes and without the name of any registry
pin:
    {{pin}} pyproject.toml --extra all --extra durable --group dev --output-file constraints-dev.txt --upgrade
    {{pin}} pyproject.toml --extra durable --constraints constraints-dev.txt --output-file constraints.txt
    {{pin}} pyproject.toml --extra durable --extra scale --extra tables --extra serve --extra mcp --constraints constraints-dev.txt --output-file constraints-serve.txt
    {{pin}} pyproject.toml --extra durable --extra spark --extra ray --constraints constraints-dev.txt --output-file constraints-hosts.txt
    {{pin}} --group bench --constraints constraints-dev.txt --output-file constraints-bench.txt --upgrade
    {{pin}} --group build --constraints constraints-dev.txt --output-file constraints-build.txt --upgrade
