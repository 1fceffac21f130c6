"""What is found out by reading a table that was sent: a draft of its mapping, what a column may be, the case of a row.

Each is a task of ``apart``: what it is told and what it gives is JSON.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from averment.audit.given import given_facts
from averment.batch.adapter import read_mapping
from averment.batch.explaining import Output, read_row
from averment.core.program import Field
from averment.diagnostics.diagnostic import Refused, Report
from averment.drafting.editing import taken_for
from averment.drafting.mapping_text import mapping_text
from averment.pack import Pack
from averment.source.yaml_reader import read_yaml
from averment_service.job import MAPPING, Job, refused_of, save, table_of
from averment_service.job_draft import Kept, drafted_of, kept_of, sample_of, save_kept

NOTHING = "# The table holds cases as the pack has them: there are no columns to map.\n{}\n"


def draft(folder: Path, job: Job, pack: Pack, _: Any = None) -> None:
    """Write down the draft of the mapping, and what is not sure of it. Raises: Refused for what is no table."""
    try:
        drafted = drafted_of(table_of(folder, job), pack)
    except Refused as error:
        raise refused_of(folder, job, error) from None
    if drafted is None:
        (folder / MAPPING).write_text(NOTHING, encoding="utf-8")
        save_kept(folder, Kept((), (), 0, {}))
        return
    found, sample = drafted
    text = mapping_text(found, job.name, f"{pack.name} {pack.version}")
    (folder / MAPPING).write_text(text, encoding="utf-8")
    save_kept(folder, kept_of(found, sample))
    doubts = tuple(f"{line.heading}: {doubt}" for line in found.lines for doubt in line.doubts)
    save(folder, replace(job, doubts=doubts, absent=tuple(each.path for each in found.absent)))


def take(folder: Path, job: Job, pack: Pack, wanted: dict[str, str]) -> dict[str, Any]:
    """How the cells of columns, by their numbers, become values of the fields that these are wanted for: each a choice
    and its doubts. Raises: Refused.
    """
    text = (folder / MAPPING).read_text("utf-8-sig")
    fields, stated = fields_of(pack), stated_in(text)
    try:
        sample = sample_of(table_of(folder, job), read_mapping(text.encode(), MAPPING, Report()))
    except Refused as error:
        raise refused_of(folder, job, error) from None
    found: dict[str, Any] = {}
    for number, path in wanted.items():
        choice, doubts = taken_for(sample.columns[int(number)], path, fields[path], stated)
        found[number] = asdict(choice), doubts
    return found


def read_case(folder: Path, job: Job, pack: Pack, told: dict[str, Any]) -> dict[str, Any]:
    """The case in a ``row``, its facts and the places where they stand. ``output`` and ``header``: of the run that
    decided it. Raises: Refused where it is not the table that was decided, or the row is no case.
    """
    types, output = pack.model.types, Output(Path(told["output"]), told["header"])
    try:
        case = read_row(output, told["row"], types, str(table_of(folder, job)))
    except Refused as error:
        raise refused_of(folder, job, error) from None
    return {"case": case.name, "facts": given_facts(case, types), "places": {**case.places}}


def fields_of(pack: Pack) -> dict[str, Field]:
    """The fields that a column may hold, by path."""
    types = [type for type in pack.model.types.values() if type.one and not type.derived]
    return {f"{type.name}.{field.name}": field for type in types for field in type.fields}


def stated_in(text: str) -> dict[str, Any]:
    """What a mapping says, as plain data."""
    documents = read_yaml(text.encode(), MAPPING, Report())
    plain: Any = documents[0].plain() if documents else {}
    return cast("dict[str, Any]", plain) if isinstance(plain, dict) else {}
