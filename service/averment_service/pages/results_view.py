"""What came out of a table, as a page shows it: in sum, the rows that are looked for, and one row explained."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from averment.batch.explaining import open_output
from averment.outcome.explained import explain
from averment.pack import load
from averment.render.html import sections
from averment_service.apart import case_of
from averment_service.job import PACK, ROWS, Job, output_of
from averment_service.job_draft import read_mends
from averment_service.job_rows import SORTS, Search, look, row_at
from averment_service.pages.sessions import Form
from averment_service.problems import GONE, problem

_LONG = 200  # signs that are looked for
_HEADINGS = {"row": "Row", "case": "Case", "claim": "Claim", "status": "Status"}


def search_of(form: Form) -> Search:
    """What the address of a page looks for; what it cannot mean is passed over."""
    said = {
        name: form[name][-1][:_LONG] for name in ("claim", "status", "text", "sort", "down", "page") if form.get(name)
    }
    number = said.get("page", "1")
    return Search(
        said.get("claim", ""),
        said.get("status", ""),
        said.get("text", "").strip(),
        said["sort"] if said.get("sort") in SORTS else "row",
        said.get("down") == "1",
        int(number) if number.isdecimal() and len(number) < 10 else 1,
    )


def results(folder: Path, job: Job, search: Search) -> dict[str, Any]:
    """What a page of the decisions shows."""
    found = look(folder / ROWS, search)
    summary = job.summary or {}
    headings = [
        {
            "name": _HEADINGS[name],
            "sorted": ("descending" if search.down else "ascending") if name == search.sort else "",
            "address": _address(replace(search, sort=name, down=name == search.sort and not search.down, page=1)),
        }
        for name in SORTS
    ]
    turns = {
        "before": _address(replace(search, page=found.number - 1)) if found.number > 1 else "",
        "after": _address(replace(search, page=found.number + 1)) if found.number < found.pages else "",
    }
    mends = read_mends(folder) if summary.get("rejected") else None
    return {"found": found, "search": search, "summary": summary, "headings": headings, "turns": turns, "mends": mends}


def open_row(folder: Path, job: Job, number: int, firings: int) -> dict[str, Any]:
    """What a page of one row shows. Raises: Problem (404); Refused where the row has no outcome."""
    told = row_at(folder / ROWS, number)
    if told is None:
        raise problem(404, GONE, f"there is no decision of row {number}")
    pack = load(folder / PACK)
    output = open_output(output_of(folder, job.format))
    case = case_of(folder, pack, output, number)
    outcome = pack.decide(case, output.parameters, firings=output.firings or firings)
    drawing = sections(explain(outcome), pack.model, case.places)
    return {"row": told, "outcome": outcome, "drawing": drawing, "pack": pack}


def _address(search: Search) -> str:
    said = {name: "1" if value is True else value for name, value in asdict(search).items() if value}
    default = {"sort": "row", "page": 1}
    return "?" + urlencode({name: value for name, value in said.items() if default.get(name) != value})
