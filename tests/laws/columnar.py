"""The law of whole tables: the columnar and scalar backends say of every row what the reference says of its case.

For random packs a table of random cases, complete and not, goes through the kernel; claim, status, strength, what the
row hangs on and the rules that fired, or else the error, are held to the reference. A row that the kernel hands to
another engine tests nothing, so those are counted. Every complete case of one record of each type goes through the
scalar backend too, where the pack has one.

``python tests/laws/columnar.py --rows 1000000 --seed 0`` is the long run; the suite runs 100,000 rows.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.laws.generate import random_case, random_pack
from tests.laws.results import Told, results_in, results_of
from tests.laws.tables import table

from averment.backends import reference
from averment.backends.columnar import compile_program
from averment.backends.scalar import compile_scalar
from averment.backends.scalar import results_of as results_of_code
from averment.batch.text_rows import value_cell
from averment.core.program import Program
from averment.core.values import decode
from averment.diagnostics.diagnostic import Report
from averment.law.claims import stands
from averment.law.truth import CaseError
from averment.model.case import Case
from averment.outcome.outcome import Outcome
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

ROWS = 25  # of each pack
GIVEN = (1, 1, 1, 0.95, 0.9, 0.9, 0.75, 0.75, 0.6, 0.4)


class Said(NamedTuple):
    """What is said of a case; an error has its code as ``status`` and its words as ``claim``."""

    claim: str
    status: str
    strength: str | None = None
    hangs_on: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    results: Told = ()


def differences(seeds: range, counts: Counter[str]) -> Iterator[str]:
    """Every row on which a backend differs from the reference; ``counts`` tells what was met."""
    for seed in seeds:
        files = random_pack(seed)
        report = Report()
        pack = compile_files(read_pack_files(files, report), "random", report)
        assert pack is not None, (seed, report.diagnostics)
        program = pack.program()
        counts["packs"] += 1
        refused = Report()
        kernel = compile_program(program, refused)
        if kernel is None:
            assert {diagnostic.code for diagnostic in refused.diagnostics} == {"AV465"}
            counts["refused packs"] += 1
            continue
        rng = random.Random(seed)
        documents = [random_case(files, rng, GIVEN[row % len(GIVEN)], f"c{row}")["facts"] for row in range(ROWS)]
        cases = [pack.case(facts) for facts in documents]
        expected = [_reference(program, case) for case in cases]

        def alone(given: Any, program: Program = program) -> Outcome:
            case = Case("case", given.facts, given.mentioned)
            return Outcome(case, reference.evaluate(program, case))

        decided = kernel.decide(table(program, documents, rng), alone)
        counts["rows"] += ROWS
        counts["alone"] += decided.alone
        said = {reject.row: Said(reject.message, reject.code) for reject in decided.rejects}
        for row in decided.batch.to_pylist():
            bits = int.from_bytes(row["fired"], "little")
            fired = tuple(sorted(rule for place, rule in enumerate(kernel.rules) if bits >> place & 1))
            hangs_on = tuple(json.loads(row["hangs_on"]))
            said[row["case"]] = Said(row["claim"], row["status"], row["strength"], hangs_on, fired, results_in(row))
        for row, answer in enumerate(expected):
            counts["fired"] += bool(answer.fired)
            counts[answer.status] += 1
            if said.get(row) != answer:
                yield f"columnar, seed {seed}, row {row}: {said.get(row)} instead of {answer}"
        yield from _scalar(seed, program, documents, expected, counts)


def _reference(program: Program, case: Case) -> Said:
    try:
        found = Outcome(case, reference.evaluate(program, case))
        strength, results = _text(found.strength), results_of(found)
        return Said(found.claimed, found.status.value, strength, found.hangs_on, found.fired, results)
    except CaseError as error:
        return Said(error.message, error.code)


def _text(strength: object) -> str | None:
    return strength if strength is None or isinstance(strength, str) else json.dumps(strength)


def _scalar(
    seed: int, program: Program, documents: list[Any], expected: list[Said], counts: Counter[str]
) -> Iterator[str]:
    decide = compile_scalar(program)
    if decide is None:
        return
    counts["scalar packs"] += 1
    for row, (facts, answer) in enumerate(zip(documents, expected, strict=True)):
        found = decide(facts)
        counts["scalar"] += found is not None
        told = answer.results if found is None else _results(program, found.results)
        if found is not None and Said(found[0], found[1], _text(found[2]), (), found[3], told) != answer:
            yield f"scalar, seed {seed}, row {row}: {found} instead of {answer}"


def _results(program: Program, held: Any) -> Told:
    """What straight-line code found of results, as doors tell it."""
    told: list[Any] = []
    for result, values in zip(program.results, results_of_code(program, held), strict=True):
        status, field = stands({*values}, False, result.many), program.field_of(result)
        plain = [decode(value, field) for value in values]
        value = None if status != "settled" else plain if result.many else plain[0]
        told.append((result.name, value_cell(value), status, "", (), ""))
    return tuple(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    began, found, seed = time.process_time(), 0, asked.seed
    while counts["rows"] < asked.rows:
        for difference in differences(range(seed, seed + 1), counts):
            found += 1
            print(difference, flush=True)
        seed += 1
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()) if not name.startswith("AV"))
    print(f"{found} differences ({told}) in {time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
