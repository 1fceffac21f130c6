"""What the hit policies of tables mean: by example, and against their own words in every small case, given or not."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from averment import Outcome, Pack, Refused
from averment.diagnostics.diagnostic import Report
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

MANIFEST = b"{pack: tried, version: 1.0.0, title: Tried, claim: {fact: verdict, field: role}}"
FACTS = """
facts:
  trip: {cardinality: one, fields: {far: {type: boolean}, days: {type: integer, min: 0, max: 2}}}
  night: {cardinality: many, key: date, fields: {date: {type: integer}, kind: {type: choice, of: [hotel, tent]},
          abroad: {type: boolean}}}
  rate: {derived: true, fields: {amount: {type: integer, min: -9, max: 99}}}
  paid: {derived: true, fields: {date: {type: integer}, amount: {type: integer}, place: {type: integer}}}
  note: {derived: true, fields: {about: {type: choice, of: [short, long]}}}
  verdict: {derived: true, fields: {role: {type: choice, of: [much, little]}}}
"""
RULES = """
author: Tests
rules:
  - {rule: much, backing: judgement, when: [{sum: {of: rate, field: amount, as: $n}}, {test: $n >= 3}],
     then: [{verdict: {role: much}}]}
  - {rule: little, backing: judgement, when: [{sum: {of: rate, field: amount, as: $n}}, {test: $n < 3}],
     then: [{verdict: {role: little}}]}
"""
ROWS = [["true", "-", 4], ["-", "< 2", 1], ["-", ">= 1", 2], ["true", "0", 1]]
PRIORITY = [2, 1, 4]


def pack(table: str) -> Pack:
    report = Report()
    files = {"pack.yaml": MANIFEST, "facts.yaml": FACTS.encode(), "rules/r.yaml": RULES.encode()}
    written = f"backing: judgement\nauthor: Tests\n{table}"
    made = compile_files(read_pack_files({**files, "tables/t.yaml": written.encode()}, report), "tried", report)
    assert made is not None, report.diagnostics
    return made


def of_trips(hit: str, more: str = "") -> Pack:
    amounts = hit != "collect count"
    rows = "".join(f'  - ["{far}", "{days}"{f", {amount}" if amounts else ""}]\n' for far, days, amount in ROWS)
    return pack(f"table: rates\nhit: {hit}\nwhen: [trip.far, trip.days]\nthen: [rate.amount]\n{more}\nrows:\n{rows}")


def matching(far: bool, days: int) -> list[int]:
    """The outputs of the rows that match, by their own words."""
    return [
        amount
        for (asked, cell, amount) in ROWS
        if (asked == "-" or far) and {"-": True, "< 2": days < 2, ">= 1": days >= 1, "0": days == 0}[cell]
    ]


def expected(hit: str, other: list[int], far: bool, days: int) -> set[int] | None:
    """What the table derives; nothing where the case has no outcome."""
    found = matching(far, days)
    if not found and other:
        return set(other)
    match hit:
        case "first":
            return set(found[:1])
        case "priority":
            return set(sorted(found, key=PRIORITY.index)[:1])
        case "unique":
            return None if len(found) > 1 else set(found)
        case "any":
            return None if len(set(found)) > 1 else set(found)
        case "collect sum":
            return {sum(found)}
        case "collect count":
            return {len(found)}
        case "collect min":
            return {min(found)} if found else set()
        case "collect max":
            return {max(found)} if found else set()
        case _:
            return set(found)


def derived(outcome: Outcome, type: str = "rate") -> set[Any]:
    values = {fact.values for fact in outcome.evaluation.told.true(type)}
    return {value[0] if len(value) == 1 else value for value in values}


HITS = ("collect", "first", "priority", "unique", "any", "collect sum", "collect count", "collect min", "collect max")


@pytest.mark.parametrize("other", [[], [0]], ids=["", "else"])
@pytest.mark.parametrize("hit", HITS)
def test_a_policy_is_what_it_says_and_sound_of_what_is_unknown(hit: str, other: list[int]) -> None:
    more = f"else: {other}\n" if other else ""
    more += f"priority: {PRIORITY}" if hit == "priority" else ""
    tried = of_trips(hit, more)
    whole: dict[tuple[bool, int], Outcome | None] = {}
    for far, days in product((True, False), range(3)):
        outcome = decided(tried, {"far": far, "days": days})
        whole[far, days] = outcome
        wanted = expected(hit, other, far, days)
        assert (outcome and derived(outcome)) == wanted, (far, days)
    for given in ({}, {"far": True}, {"far": False}, {"days": 0}, {"days": 1}, {"days": 2}):
        outcome = decided(tried, given)
        rest = [found for (far, days), found in whole.items() if {"far": far, "days": days}.items() >= given.items()]
        completions = [found for found in rest if found]
        if outcome is None:
            assert not completions
            continue
        claims = {found.claim for found in completions}
        assert not outcome.settled or claims <= {outcome.claim}
        assert claims <= set(outcome.possible)
        certain = derived(outcome)
        possible = {fact.values for fact in outcome.evaluation.told.of("rate")}
        for found in completions:
            assert certain <= derived(found)
            assert all((value,) in possible or (None,) in possible for value in derived(found)), (given, possible)


def decided(tried: Pack, trip: dict[str, Any], **more: Any) -> Outcome | None:
    """The outcome, the same on every engine; nothing where there is none by the promise of the table."""
    found = []
    for engine in ("reference", "durable"):
        try:
            found.append(tried.decide({"trip": trip, **more}, engine=engine))  # type: ignore[arg-type]
        except Refused as refused:
            assert [each.code for each in refused.diagnostics] == ["AV650"]
            found.append(None)
    first, second = found
    assert (first and first.canonical) == (second and second.canonical)
    return first


NIGHTS = """
table: nights
says: The night of $date counts $amount.
hit: {hit}
when: [night.kind, night.abroad, trip.far]
then: [{{paid.date: $date}}, paid.amount{place}]
{more}
rows:
  - [hotel, "-", "-", 30]
  - ["-", true, "-", 20]
  - [tent, false, true, 10]
"""


def test_each_record_is_asked_by_itself_and_else_is_of_each() -> None:
    tried = pack(NIGHTS.format(hit="first", place=", {paid.place: 7}", more="else: [1]"))
    nights = [
        {"date": 1, "kind": "hotel", "abroad": True},
        {"date": 2, "kind": "tent", "abroad": True},
        {"date": 3, "kind": "tent", "abroad": False},
        {"date": 4, "kind": "tent"},
    ]
    outcome = decided(tried, {"far": False}, night=nights)
    assert outcome is not None
    paid = {(date, amount) for amount, date, _ in derived(outcome, "paid")}
    assert paid == {(1, 30), (2, 20), (3, 1)}
    assert outcome.fired == ("little", "nights/1", "nights/2", "nights/else")


def test_rule_order_tells_the_row_and_output_order_the_place_of_the_output() -> None:
    nights = [{"date": 1, "kind": "hotel", "abroad": True}, {"date": 2, "kind": "tent", "abroad": True}]
    by_rule = pack(NIGHTS.format(hit="rule order", place="", more="order: paid.place"))
    outcome = decided(by_rule, {}, night=nights)
    assert outcome is not None
    assert {(date, amount, place) for amount, date, place in derived(outcome, "paid")} == {
        (1, 30, 1),
        (1, 20, 2),
        (2, 20, 2),
    }
    by_output = pack(NIGHTS.format(hit="output order", place="", more="order: paid.place\npriority: [20, 10, 30]"))
    outcome = decided(by_output, {}, night=nights)
    assert outcome is not None
    assert {(date, amount, place) for amount, date, place in derived(outcome, "paid")} == {
        (1, 30, 3),
        (1, 20, 1),
        (2, 20, 1),
    }


def test_a_row_may_derive_facts_of_several_types_and_compute() -> None:
    tried = pack(
        "table: several\nwhen: [trip.days]\nthen: [rate.amount, note.about]\n"
        'rows:\n  - ["< 2", "$days + 1", short]\n  - [">= 1", "$days * 10", long]\n'
    )
    outcome = decided(tried, {"days": 1})
    assert outcome is not None
    assert derived(outcome) == {2, 10}
    assert derived(outcome, "note") == {"short", "long"}


def test_several_tables_stand_in_one_file_and_share_its_backing() -> None:
    report = Report()
    tables = """
author: Tests
backing: judgement
tables:
  - {table: one, when: [trip.days], then: [rate.amount], rows: [[1, 2]]}
  - {table: two, when: [trip.days], then: [note.about], rows: [[1, short]]}
"""
    files = {"pack.yaml": MANIFEST, "facts.yaml": FACTS.encode(), "tables/t.yaml": tables.encode()}
    made = compile_files(read_pack_files({**files, "rules/r.yaml": RULES.encode()}, report), "tried", report)
    assert made is not None, report.diagnostics
    assert made.decide({"trip": {"days": 1}}).fired == ("little", "one/1", "two/1")


def long_table(rows: int, hit: str) -> Pack:
    written = "".join(f"  - [{number}, {number % 50}]\n" for number in range(rows))
    facts = FACTS.replace("max: 2", f"max: {rows}")
    report = Report()
    table = f"table: long\nbacking: judgement\nauthor: Tests\nhit: {hit}\nwhen: [trip.days]\nthen: [rate.amount]\n"
    files = {"pack.yaml": MANIFEST, "facts.yaml": facts.encode(), "rules/r.yaml": RULES.encode()}
    made = compile_files(
        read_pack_files({**files, "tables/t.yaml": f"{table}rows:\n{written}".encode()}, report), "long", report
    )
    assert made is not None, report.diagnostics
    return made


@pytest.mark.parametrize("hit", ["first", "unique"])
def test_what_a_table_takes_grows_as_its_rows_do(hit: str) -> None:
    """No row looks at more than a block of others, so a network is no more than so much a row."""
    from averment.law.grounding import ground

    sizes = {}
    for rows in (160, 640):
        network = ground(long_table(rows, hit).program())
        sizes[rows] = sum(len(getattr(node, "parts", ())) + 1 for node in network.nodes) + sum(
            map(len, network.junctions)
        )
        assert sum(network.ways.values()) < 40 * rows
    assert sizes[640] < 4.5 * sizes[160]


def test_a_long_table_is_decided_at_its_every_end() -> None:
    tried = long_table(200, "first")
    for days in (0, 15, 16, 17, 31, 32, 199):
        assert derived(tried.decide({"trip": {"days": days}})) == {days % 50}
