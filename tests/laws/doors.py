"""Every door through which a case is decided, as a table: what each says of the same cases is held to the reference.

A door takes a pack and cases, and gives for each case what it says of it; nothing of one that cannot come through it.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from tests.laws.results import Told, results_in, results_of
from tests.laws.tables import table

from averment import Outcome, Pack, Refused
from averment.backends import reference
from averment.batch.inputs import format_of
from averment.batch.order import Order, rejects_of
from averment.batch.run import run
from averment.diagnostics.diagnostic import Report
from averment.law.truth import CaseError
from averment.pack import compile_files
from averment.scale.rows import deciding
from averment.surface.pack_files import read_pack_files

Document = dict[str, Any]
"""A case as a fact file has it: ``case`` and ``facts``."""


class Said(NamedTuple):
    """What is said of a case; an error has its code as ``status`` and its words as ``claim``.

    ``whole`` is the canonical outcome, from doors that give one.
    """

    claim: str
    status: str
    strength: object = None
    hangs_on: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    results: Told = ()
    whole: bytes = b""

    def agrees(self, expected: Said) -> bool:
        return self == (expected if self.whole else expected._replace(whole=b""))


@dataclass
class Asked:
    """A pack and the cases that every door is asked to decide; doors of files write in ``folder``."""

    files: dict[str, bytes]
    documents: Sequence[Document]
    folder: Path
    random: random.Random = field(default_factory=lambda: random.Random(0))

    @cached_property
    def pack(self) -> Pack:
        return self._loaded()

    @cached_property
    def other(self) -> Pack:
        """The pack once more, for plain calls of ``decide`` alone."""
        return self._loaded()

    @cached_property
    def first(self) -> tuple[int, Said]:
        """The first call of all: the place of the case, and what was said of it."""
        chosen = self.random.randrange(len(self.documents))
        return chosen, _plain(self.other, self.facts[chosen])

    def _loaded(self) -> Pack:
        report = Report()
        pack = compile_files(read_pack_files(self.files, report), "random", report)
        assert pack is not None, report.diagnostics
        return pack

    @property
    def facts(self) -> list[dict[str, Any]]:
        return [document["facts"] for document in self.documents]

    @cached_property
    def expected(self) -> list[Said]:
        """What the reference says."""
        return [self._expected(document) for document in self.documents]

    def _expected(self, document: Document) -> Said:
        case = self.pack.case(document["facts"], document["case"])
        try:
            return of_outcome(Outcome(case, reference.evaluate(self.pack.program(), case)))
        except CaseError as error:
            return Said(error.message, error.code)


Door = Callable[[Asked], Iterator[Said | None]]


def differences(asked: Asked, doors: dict[str, Door] | None = None) -> Iterator[str]:
    """Every case of which some door says something else than the reference."""
    for name, door in (DOORS if doors is None else doors).items():
        for document, expected, said in zip(asked.documents, asked.expected, door(asked), strict=True):
            if said is not None and not said.agrees(expected):
                yield f"{name}, {document['case']}: {said} instead of {expected}"


def of_outcome(outcome: Outcome, whole: bool = True) -> Said:
    strength = shown(outcome.strength)
    found = Said(outcome.claimed, outcome.status.value, strength, outcome.hangs_on, outcome.fired, results_of(outcome))
    return found._replace(whole=outcome.canonical) if whole else found


def _failure(message: str, code: str) -> Said:
    """An error, without the words that say which case has no outcome."""
    return Said(message.partition(" has no outcome: ")[2].removesuffix(": this case") or message, code)


def shown(strength: object) -> str | None:
    return strength if strength is None or isinstance(strength, str) else json.dumps(strength)


# --- one case at a time -------------------------------------------------------------------------------------------


def on_durable(asked: Asked) -> Iterator[Said | None]:
    for document in asked.documents:
        case = asked.pack.case(document["facts"], document["case"])
        yield _said(lambda case=case: of_outcome(asked.pack.decide(case, engine="durable")))


def first_call(asked: Asked) -> Iterator[Said | None]:
    """``Pack.decide`` of a pack that has decided nothing before: of one of the cases."""
    chosen, said = asked.first
    yield from (said if place == chosen else None for place in range(len(asked.documents)))


def later_calls(asked: Asked) -> Iterator[Said | None]:
    """``Pack.decide`` from the second call on."""
    _ = asked.first
    for facts in asked.facts:
        yield _plain(asked.other, facts)


def _plain(pack: Pack, facts: dict[str, Any]) -> Said:
    """Decided from plain data, as a program would."""
    return _said(lambda: of_outcome(pack.decide(facts), whole=False))


def _said(decide: Callable[[], Said]) -> Said:
    try:
        return decide()
    except Refused as refused:
        (found,) = refused.diagnostics
        return _failure(found.message, found.code)


# --- many at once -------------------------------------------------------------------------------------------------


def in_a_table(asked: Asked) -> Iterator[Said | None]:
    rows = asked.pack.decide_table(table(asked.pack.program(), asked.facts, asked.random))
    yield from _of_rows(rows)


def on_hosts(asked: Asked) -> Iterator[Said | None]:
    """What Spark and Ray run for each record batch."""
    cases = table(asked.pack.program(), asked.facts, asked.random)
    yield from _of_rows(deciding(asked.pack, cases.schema)[0](cases))


def _of_rows(decided: Any) -> Iterator[Said]:
    rules = json.loads(decided.schema.metadata[b"averment.rules"])
    for row in decided.to_pylist():
        if row["error"] is not None:
            code, _, message = row["error"].partition(": ")
            yield _failure(message, code)
        else:
            hangs_on = tuple(json.loads(row["hangs_on"]))
            fired = _fired(row["fired"], rules)
            yield Said(row["claim"], row["status"], row["strength"], hangs_on, fired, results_in(row))


def _fired(mask: bytes, rules: Sequence[str]) -> tuple[str, ...]:
    bits = int.from_bytes(mask, "little")
    return tuple(sorted(rule for place, rule in enumerate(rules) if bits >> place & 1))


# --- files --------------------------------------------------------------------------------------------------------


def of_lines(asked: Asked) -> Iterator[Said | None]:
    path = asked.folder / "in.jsonl"
    path.write_bytes(b"".join(json.dumps(document).encode() + b"\n" for document in asked.documents))
    yield from _batch(asked, path)


def of_parquet(asked: Asked) -> Iterator[Said | None]:
    path = asked.folder / "in.parquet"
    pq.write_table(table(asked.pack.program(), asked.facts, asked.random), path, row_group_size=7)
    yield from _batch(asked, path)


def of_arrow(asked: Asked) -> Iterator[Said | None]:
    path, cases = asked.folder / "in.arrow", table(asked.pack.program(), asked.facts, asked.random)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, cases.schema) as writer:
        writer.write_table(cases, max_chunksize=7)
    yield from _batch(asked, path)


def of_csv(asked: Asked) -> Iterator[Said | None]:
    """Records of `many` types are in side tables.

    Left out are an empty text, and a type that is not mentioned and may have records all the same.
    """
    given = {name: kind for name, kind in asked.pack.program().types.items() if not kind.derived}
    sides: list[tuple[str, str]] = []
    main = [{"case": str(number)} for number in range(len(asked.documents))]
    for name, kind in given.items():
        rows = [
            ({"case": str(number)}, record)
            for number, facts in enumerate(asked.facts)
            for record in ([facts.get(name, {})] if kind.one else facts.get(name, []))
        ]
        names = [each.name for each in kind.fields]
        if kind.one:
            for row, (_, record) in zip(main, rows, strict=True):
                row |= {f"{name}.{field}": _cell(record.get(field)) for field in names}
        else:
            told = [owner | {field: _cell(record.get(field)) for field in names} for owner, record in rows]
            sides.append((name, _write(asked.folder / f"{name}.csv", ["case", *names], told)))
    path = _write(asked.folder / "in.csv", list(main[0]), main)
    unknown = [name for name, kind in given.items() if kind.absent_unknown]
    for facts, said in zip(asked.facts, _batch(asked, Path(path), sides=tuple(sides)), strict=True):
        yield None if '""' in json.dumps(facts) or not facts.keys() >= set(unknown) else said


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(value) or "[]"
    return "" if value is None else str(value)


def _batch(asked: Asked, source: Path, **options: Any) -> Iterator[Said]:
    """The rows and the rejects of a batch, in the order of the cases."""
    output = asked.folder / f"out{source.suffix}"
    format = format_of(output.name)[0]
    assert format is not None
    run(Order(asked.pack.program(), asked.pack.model.types, str(source), output, format, **options))
    said: dict[int, Said] = {}
    if rejects_of(output).exists():
        for line in rejects_of(output).read_bytes().splitlines():
            reject = json.loads(line)
            said[reject["row"]] = _failure(reject["message"], reject["code"])
    for row in _rows(output):
        strength, results = row["strength"] or None, results_in(row)
        said[row["row"]] = Said(row["claim"], row["status"], strength, row["hangs_on"], row["fired"], results)
    for path in asked.folder.glob("out.*"):
        path.unlink()
    yield from (said[number] for number in range(1, len(asked.documents) + 1))


def _rows(output: Path) -> Iterator[dict[str, Any]]:
    if output.suffix == ".jsonl":
        for line in output.read_bytes().splitlines():
            row = json.loads(line)
            lists = {name: tuple(row[name]) for name in ("hangs_on", "fired")}
            yield row | lists | {"strength": shown(row["strength"])}
        return
    if output.suffix == ".csv":
        with output.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                lists = {name: tuple(filter(None, row[name].split("|"))) for name in ("hangs_on", "fired")}
                yield row | lists | {"row": int(row["row"])}
        return
    read = pq.read_table(output) if output.suffix == ".parquet" else pa.ipc.open_file(output).read_all()
    rules = json.loads(read.schema.metadata[b"averment.rules"])
    for row in read.to_pylist():
        yield row | {"hangs_on": tuple(json.loads(row["hangs_on"])), "fired": _fired(row["fired"], rules)}


DURABLE: dict[str, Door] = {"durable": on_durable} if find_spec("durable_rules_engine") else {}
CHEAP: dict[str, Door] = {**DURABLE, "first call": first_call, "later calls": later_calls, "decide_table": in_a_table}
DOORS: dict[str, Door] = {
    **CHEAP,
    "rows on Spark and Ray": on_hosts,
    "batch of JSON Lines": of_lines,
    "batch of CSV": of_csv,
    "batch of Parquet": of_parquet,
    "batch of Arrow": of_arrow,
}
"""Every door by its name; ``CHEAP`` are those that cost little more than the reference."""
