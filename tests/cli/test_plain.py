"""The plain install: what needs no extra works without, and the rest says in a sentence which it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Ran
from tests.cli.examples import example_documents

import averment_knowledge

_CASES = Path(averment_knowledge.__file__).parent / "pm_tpm" / "cases"
_OPTIONAL = ("numpy", "pyarrow", "polars", "pandas", "z3", "psycopg", "cryptography", "pyspark", "ray")
_RAN = "from averment_cli.entry import main; main()"

Plain = Callable[..., Ran]


@pytest.fixture
def plain(tmp_path: Path) -> Plain:
    """Run the command line, or a program, in a Python that has none of the optional libraries."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({_OPTIONAL}))\n")
    path = os.pathsep.join([str(site), *sys.path])

    def call(*arguments: str | Path, program: str = _RAN) -> Ran:
        ran = subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": path},
            cwd=tmp_path,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    return call


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The example cases as JSON Lines and as CSV, with rows among them that are odd, bad or blank."""
    documents = example_documents()[:12]
    columns = sorted({f"{kind}.{name}" for each in documents for kind, record in each["facts"].items()
                      if isinstance(record, dict) for name in record})  # fmt: skip
    records = [",".join(["case", *columns])]
    for each in documents:
        cells = [each["facts"].get(path.partition(".")[0], {}).get(path.partition(".")[2]) for path in columns]
        records.append(",".join([f'"{each["case"]}, ""it"""', *map(_cell, cells)]))
    records[3:3] = ["", 'x"y' + "," * len(columns), "few,cells", '" two\nlines "' + "," * len(columns), "\xff"]
    (tmp_path / "in.csv").write_bytes("\n".join(records).encode("latin-1"))
    lines = list(map(json.dumps, documents))
    lines[3:3] = ["", '{"case": "bad", "facts": {"product": {}', '{"case": "odd", "facts": {"product": {"x": 1}}}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "|".join(value) or "[]"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(("source", "output", "jobs"), [("csv", "jsonl", "2"), ("jsonl", "csv", "1")])
def test_text_is_decided_to_the_same_bytes(
    source: str, output: str, jobs: str, plain: Plain, averment: Callable[..., Ran], tables: Path
) -> None:
    read, ours, theirs = tables / f"in.{source}", tables / f"plain.{output}", tables / f"columns.{output}"
    assert averment("batch", read, "-o", theirs, "--chunk", "6").code == 0
    ran = plain("batch", read, "-o", ours, "--chunk", "6", "--jobs", jobs)
    assert (ran.code, "the extra `scale` is not installed" in ran.err) == (0, True), ran.err
    assert ours.read_bytes() == theirs.read_bytes()
    rejects = [path.with_name(f"{path.name}.rejects").read_bytes() for path in (ours, theirs)]
    assert rejects[0] == rejects[1] != b""
    by_name = averment("batch", read, "-o", theirs, "--chunk", "6", "--engine", "reference", "--restart")
    assert by_name.code == 0
    manifests = [path.with_name(f"{path.name}.manifest").read_text("utf-8") for path in (ours, theirs)]
    parts = [[_told(line) for line in manifest.splitlines()[1:]] for manifest in manifests]
    assert parts[0] == parts[1] and len(parts[0]) > 2


def _told(line: str) -> dict[str, object]:
    entry = json.loads(line)
    if "counts" in entry:  # without the extra the durable engine decides, and the manifest says so
        entry["counts"] = [count for count in entry["counts"] if not count[0].startswith("engine:")]
    return {key: entry[key] for key in entry if key not in ("hash", "previous")}


def test_a_row_is_explained(plain: Plain, averment: Callable[..., Ran], tables: Path) -> None:
    assert plain("batch", tables / "in.jsonl", "-o", tables / "out.csv").code == 0
    asked = ["explain", tables / "out.csv", "--row", "1", "--format", "json"]
    assert plain(*asked).out == averment(*asked).out != ""


def test_whole_outcomes_are_written(plain: Plain, averment: Callable[..., Ran], tables: Path) -> None:
    whole = ["--warrants", "full", "--chunk", "6", "-o"]
    assert plain("batch", tables / "in.jsonl", *whole, tables / "ours.jsonl").code == 0
    assert averment("batch", tables / "in.jsonl", *whole, tables / "theirs.jsonl").code == 0
    assert (tables / "ours.jsonl").read_bytes() == (tables / "theirs.jsonl").read_bytes()


_LOG = "sqlite:log.db"
MISSING = {
    "a Parquet output": (["batch", "in.csv", "-o", "out.parquet"], "AV540", "scale"),
    "an Arrow output": (["batch", "in.csv", "-o", "out.arrow"], "AV540", "scale"),
    "a Parquet input": (["batch", "in.parquet", "-o", "out.csv"], "AV540", "scale"),
    "Zstandard": (["batch", "in.csv.zst", "-o", "out.csv"], "AV540", "scale"),
    "a side table": (["batch", "in.csv", "-o", "out.csv", "--side", "product=in.csv"], "AV540", "scale"),
    "a row of Parquet": (["explain", "in.parquet", "--row", "1"], "AV540", "scale"),
    "a row of a host": (["explain", "host", "--case", "a"], "AV540", "scale"),
    "Spark": (["batch", "in.parquet", "-o", "out", "--on", "spark"], "AV570", "spark"),
    "Ray": (["batch", "in.parquet", "-o", "out", "--on", "ray"], "AV570", "ray"),
    "an export as Parquet": (["audit", "export", "--log", _LOG, "-o", "log.parquet"], "AV540", "scale"),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_needs_an_extra_names_it(what: str, plain: Plain, tables: Path) -> None:
    arguments, code, extra = MISSING[what]
    (tables / "in.parquet").write_bytes(b"PAR1")
    (tables / "in.csv.zst").write_bytes(b"")
    (tables / "host").mkdir()
    if _LOG in arguments:
        plain("decide", _CASES / "two-person-shop.yaml", "--log", _LOG)
    before = names(tables)
    ran = plain(*arguments)
    assert (ran.code, ran.out) == (3, ""), ran.err
    assert f"error[{code}]" in ran.err and f"pip install 'averment[{extra}]'" in ran.err
    assert ran.err.count("error[") == 1
    assert names(tables) == before


def names(folder: Path) -> set[str]:
    """What is in a folder, but for what SQLite keeps beside a database while it is open."""
    return {path.name for path in folder.iterdir()} - {"log.db-shm", "log.db-wal"}


IMPORTS = [
    "import averment; averment.load().decide_table(None)",
    "from averment.scale import spark",
    "from averment.scale import ray",
]


@pytest.mark.parametrize("statement", IMPORTS)
def test_a_program_gets_an_import_error_that_names_the_extra(statement: str, plain: Plain) -> None:
    program = f"try:\n    {statement}\nexcept ImportError as problem:\n    print(problem)"
    ran = plain(program=program)
    assert "needs the extra `scale`, which is not installed" in ran.out, ran
