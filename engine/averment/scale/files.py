"""Parquet files decided on a host: a folder of Parquet out, and what became of its rows.

Only Parquet, because its columns have types: what a row of text means is for ``batch`` to read, with line and column.
``_common_metadata`` in the folder, as other tools write it, says which pack decided what, under which parameters, and
which rule each bit stands for: so a case can be explained.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from os import environ
from pathlib import Path
from typing import Any

from averment.diagnostics.diagnostic import Refused, Report
from averment.law.budget import FIRINGS
from averment.pack import Pack, Parameters, load

HOSTS = ("ray", "spark")
_MODULES = {"ray": "ray", "spark": "pyspark"}


@dataclass
class Summary:
    """How many rows came out; those decided by claim and by status, the others by the code of what is wrong."""

    rows: int = 0
    claims: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])


def decide_files(
    inputs: Sequence[str],
    output: str,
    pack: Pack | str | Path,
    host: str,
    parameters: Parameters | None = None,
    firings: int = FIRINGS,
) -> Summary:
    """Decide the rows of Parquet files, or folders of such, on ``spark`` or ``ray``. Paths may be URIs.

    Raises: Refused where the host is not there, an input is not Parquet, the output is there already, or the pack, its
    parameters or the columns have mistakes.
    """
    report = Report()
    _check_host(host, report)
    for path in inputs:
        if "://" not in path and not Path(path).is_dir() and Path(path).suffix != ".parquet":
            help = "leave `--on` out, or write the table as Parquet first"
            report.error("AV571", f"a host reads Parquet, and `{path}` is not named so", None, "", help)
    if report.failed:
        raise Refused(report.diagnostics)
    from averment.batch.arrow import dataset as verified  # with pyarrow, which a host brings
    from averment.batch.arrow import parquet
    from averment.batch.host_output import ABOUT, KEY, header
    from averment.scale.rows import deciding

    fs, dataset = import_module("pyarrow.fs"), import_module("pyarrow.dataset")
    files, folder = fs.FileSystem.from_uri(_uri(output))
    if files.get_file_info(folder).type != fs.FileType.NotFound:
        report.error("AV572", f"`{output}` is there already", None, "", "name another output, or remove it first")
    if report.failed:
        raise Refused(report.diagnostics)
    sources = [_uri(path) for path in inputs]
    given = verified(sources)
    known = pack if isinstance(pack, Pack) else load(pack)
    _, schema = deciding(known, given.schema, parameters, firings)
    about = {**schema.metadata, KEY: header(known.program(parameters), sources, firings)}
    import_module(f"averment.scale.{host}").decide_files(sources, _uri(output), pack, parameters, firings)
    with files.open_output_stream(f"{folder}/{ABOUT}") as written:
        parquet.write_metadata(schema.with_metadata(about), written)
    return _count(dataset.dataset(folder, filesystem=files, format="parquet"))


def _check_host(host: str, report: Report) -> None:
    known = f"hosts: {', '.join(HOSTS)}"
    if host not in HOSTS:
        report.error("AV570", f"there is no host `{host}`", None, "", known)
    elif find_spec(_MODULES[host]) is None:
        report.error("AV570", f"the host `{host}` is not installed", None, "", f"pip install 'averment[{host}]'")
    elif host == "spark" and not (shutil.which("java") or environ.get("JAVA_HOME") or environ.get("SPARK_REMOTE")):
        report.error("AV570", "the host `spark` needs Java, and there is none", None, "", "install Java 17")


def _uri(path: str) -> str:
    return path if "://" in path else Path(path).resolve().as_uri()


def _count(decided: Any) -> Summary:
    summary = Summary()
    for batch in decided.to_batches(columns=["claim", "status", "error"]):
        summary.rows += batch.num_rows
        for name, counts in (("claim", summary.claims), ("status", summary.statuses), ("error", summary.errors)):
            for entry in batch.column(name).value_counts().to_pylist():
                if entry["values"] is not None:
                    counts[entry["values"].partition(":")[0]] += entry["counts"]
    return summary
