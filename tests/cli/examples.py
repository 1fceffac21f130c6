"""The example cases of the pack that is shipped, as documents."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import averment
from averment.diagnostics.diagnostic import Report
from averment.model.case import read_case
from averment.surface.pack_files import read_case_file


@cache
def example_documents() -> tuple[dict[str, Any], ...]:
    """Each with its name and its facts in normal form, in the order of their files."""
    pack, report = averment.load("pm_tpm"), Report()
    paths = sorted(Path(pack.root, "cases").iterdir())
    nodes = [node for path in paths for node in read_case_file(path.read_bytes(), path.name, report)]
    cases = [case for node in nodes if (case := read_case(node, pack.model.types, report))]
    assert len(cases) == len(nodes) > 20
    documents = (pack.decide(case, engine="reference").document for case in cases)
    return tuple({name: document[name] for name in ("case", "facts")} for document in documents)
