"""A foreign table and its mapping come to what the same table in the pack's own spelling comes to, at every door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from averment import load
from averment.batch.arrow import csv as arrow_csv
from averment.batch.arrow import pa, parquet
from averment.batch.dialects import Dialect, recognize

FACTS = """facts:
  person:
    cardinality: one
    fields:
      income: {type: decimal, places: 2}
      age: {type: integer, min: 0, max: 150}
      born: {type: date}
      member: {type: boolean}
      tier: {type: choice, of: [gold, silver]}
      city: {type: text}
      skills: {type: set, of: [api, web, design]}
"""
RULES = """author: The office
rules:
  - rule: enough
    says: The income is enough.
    backing: judgement
    when: [{person: {income: ">= 1000", member: true, tier: gold, skills: api}}]
    then: [{decision: {outcome: grant}}]
"""
FOREIGN = """Land;Nr;Einkommen;Alter;Geboren;Mitglied;Klasse;Ort;Kann;Notiz
DE;1;1.234,50;37;31.12.1990;Ja;1. Klasse;Ulm;API/Web;x
DE;2;k.A.;12;1.2.1990;Nein;2. Klasse;"Bonn; Beuel, ""S"" 1";Design;
AT;1;2000;;;ja;1. Klasse;Linz;;y
AT;2;1.50;40;1990-02-01;vielleicht;gold;Graz;web;y
AT;3;5;40
"""
OWN = """case,income,age,born,member,tier,city,skills
DE 1,1234500,37,1990-12-31,true,gold,Ulm,api|web
DE 2,,12,1990-02-01,false,silver,"Bonn; Beuel, ""S"" 1",design
AT 1,2000000,,,true,gold,Linz,
"""
MAPPING = """
decimal: ","
thousands: "."
missing: k.A.
date: [DD.MM.YYYY, D.M.YYYY]
true_words: Ja
false_words: Nein
names: [Land, Nr]
columns:
  Einkommen: {to: income, factor: 1000}
  Alter: age
  Geboren: born
  Mitglied: member
  Klasse: {to: person.tier, values: {1. Klasse: gold, 2. Klasse: silver}}
  Ort: city
  Kann: {to: skills, separator: /, values: {API: api, Web: web, Design: design}}
rest: ignore
"""


@pytest.fixture(scope="module")
def loan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "loan"
    (folder / "rules").mkdir(parents=True)
    (folder / "facts.yaml").write_text(
        FACTS
        + """  decision:
    derived: true
    fields: {outcome: {type: choice, of: [grant, refuse]}}
"""
    )
    (folder / "rules" / "rules.yaml").write_text(RULES)
    (folder / "pack.yaml").write_text("""pack: loan
version: 1.0.0
title: Loan
claim: {fact: decision, field: outcome}
""")
    return folder


def decided(out: Path) -> dict[str, tuple[str, str]]:
    lines = map(json.loads, out.read_text().splitlines())
    return {line["case"]: (line["claim"], line["hangs_on"]) for line in lines}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_a_foreign_table(averment: Any, loan: Path, tmp_path: Path, encoding: str) -> None:
    own, foreign, mapping = tmp_path / "own.csv", tmp_path / "foreign.csv", tmp_path / "map.yaml"
    own.write_text(OWN)
    foreign.write_text(FOREIGN, encoding=encoding)
    mapping.write_text(MAPPING)
    assert averment("batch", own, "-o", tmp_path / "own.jsonl", "--pack", loan).code == 0
    ended = averment("batch", foreign, "-o", tmp_path / "out.jsonl", "--pack", loan, "--mapping", mapping)
    assert ended.code == 0
    assert "columns are divided by `;`" in ended.err
    assert ("UTF-16" in ended.err) == (encoding == "utf-16")
    assert decided(tmp_path / "out.jsonl") == decided(tmp_path / "own.jsonl")
    rejects = [json.loads(line) for line in (tmp_path / "out.jsonl.rejects").read_text().splitlines()]
    assert [(reject["row"], reject["code"]) for reject in rejects] == [(4, "AV312"), (5, "AV124")]
    assert "offset" not in rejects[0]  # the text is read in another form than it has in the file
    assert "1.50" in rejects[0]["message"]  # it is no number in these marks, and not one and a half
    assert "4 cells under 10 headings" in rejects[1]["message"]
    again = averment("batch", foreign, "-o", tmp_path / "out.jsonl", "--pack", loan, "--mapping", mapping)
    assert again.code == 0
    assert averment("batch", foreign, "--verify", tmp_path / "out.jsonl", "--pack", loan).code == 0
    told = averment("explain", tmp_path / "out.jsonl", "--case", "DE 1", "--pack", loan)
    assert (told.code, "The income is enough" in told.out) == (0, True)
    mapping.write_text(MAPPING.replace("k.A.", "k. A."))
    assert averment("batch", foreign, "-o", tmp_path / "out.jsonl", "--pack", loan, "--mapping", mapping).code == 0
    assert len((tmp_path / "out.jsonl.rejects").read_text().splitlines()) == 3


def test_the_same_in_memory_and_in_parquet(averment: Any, loan: Path, tmp_path: Path) -> None:
    """As the columns of texts that a data frame makes of such a table."""
    rows = FOREIGN.splitlines()
    path = tmp_path / "foreign.csv"
    path.write_text("\n".join(rows[:5]) + "\n")
    options = arrow_csv.ParseOptions(delimiter=";")
    kinds = dict.fromkeys(["Einkommen", "Geboren"], pa.string())
    table = arrow_csv.read_csv(
        path, parse_options=options, convert_options=arrow_csv.ConvertOptions(column_types=kinds)
    )
    found = load(loan).decide_table(table, mapping=yaml.safe_load(MAPPING))
    names, claims = found.column("case").to_pylist(), found.column("claim").to_pylist()
    assert names == ["DE 1", "DE 2", "AT 1", "AT 2"]
    assert (claims[0], claims[3]) == ("grant", None)
    assert "AV312" in found.column("error").to_pylist()[3]
    parquet.write_table(table, tmp_path / "t.parquet")
    (tmp_path / "map.yaml").write_text(MAPPING)
    done = averment(
        "batch", tmp_path / "t.parquet", "-o", tmp_path / "out.jsonl", "-p", loan, "--mapping", tmp_path / "map.yaml"
    )
    assert done.code == 0
    assert [claim for claim, _ in decided(tmp_path / "out.jsonl").values()] == claims[:3]


DIALECTS = [
    (b"a,b\n1,2\n", Dialect()),
    (b"a;b\n1;2\n", Dialect(";")),
    (b"a;b\n", Dialect(";")),
    (b"a\tb\n1\t2,5\n", Dialect("\t")),
    (b"a|b|c\n1|2|3\n", Dialect("|")),
    (b"a;b, net;c\n1;2,5;3\n1;2;3\n", Dialect(";")),
    (b"a,b;c\n1,2;3\n", Dialect()),  # either: as CSV has it, until somebody says
    (b'"a;b",c\n1,2\n', Dialect()),
    (b"a;b|c\n1;2|3\n", Dialect()),
    (b"case;x\na;1\nb;2;3\nc;4\n", Dialect(";")),  # a row that is cut short, or too long, is no reason to doubt
    (b"sep=;\na;b\n", Dialect(";", skipped=1)),
    (b"sep=,\na,b\n", Dialect(skipped=1)),
    ("a;b\n1;2\n".encode("utf-16"), Dialect(";", encoding="utf-16")),
    ("a;b\n1;2\n".encode("utf-16-le"), Dialect(";", encoding="utf-16-le")),
    ("a,b\n1,2\n".encode("utf-16-be"), Dialect(encoding="utf-16-be")),
    (b"", Dialect()),
]


@pytest.mark.parametrize(("start", "dialect"), DIALECTS)
def test_dialects(start: bytes, dialect: Dialect) -> None:
    assert recognize(start, None) == dialect


def test_what_is_not_certain_is_named(averment: Any, loan: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("case;city|income\na;Ulm|5\n")
    ended = averment("batch", table, "-o", tmp_path / "out.csv", "--pack", loan)
    assert ended.code == 3
    assert "`;` or `|`" in ended.err and "--delimiter" in ended.err
    assert "ignore" not in ended.err


def test_numbers_that_were_computed_are_rounded_where_the_mapping_says_so(
    averment: Any, loan: Path, tmp_path: Path
) -> None:
    """In text, in columns of floats and in memory; halves to the even digit; without the word they are refused."""
    cells = ["1000.0000000149012", "999.995", "1000.005", "0.1e-20", "1e3"]
    wanted = ["1000", "1000", "1000", "0", "1000"]
    rest = {"member": True, "tier": "gold", "skills": "api"}
    table = pa.table({"name": list("abcde"), "eur": cells, **{name: [held] * 5 for name, held in rest.items()}})
    mapping = {"columns": {"name": "case", "eur": {"to": "income", "round": 2}}}
    (tmp_path / "map.yaml").write_text(json.dumps(mapping))
    arrow_csv.write_csv(table, tmp_path / "t.csv")
    floats = table.set_column(1, "eur", pa.array([float(cell) for cell in cells]))
    floats = floats.set_column(4, "skills", pa.array([["api"]] * 5))
    parquet.write_table(floats, tmp_path / "t.parquet")
    for name in ("t.csv", "t.parquet"):
        out = tmp_path / f"{name}.jsonl"
        told = averment("batch", tmp_path / name, "-o", out, "--pack", loan, "--mapping", tmp_path / "map.yaml")
        assert told.code == 0, told.err
        claims = ["grant" if float(each) >= 1000 else "gap" for each in wanted]
        assert [claim for claim, _ in decided(out).values()] == claims
        assert averment("batch", tmp_path / name, "--verify", out, "--pack", loan).code == 0
    pack = load(loan)
    assert pack.decide_table(floats, mapping=mapping).column("claim").to_pylist() == claims
    del mapping["columns"]["eur"]["round"]
    refused = pack.decide_table(floats, mapping=mapping).column("error").to_pylist()
    assert refused[0] and "decimal places" in refused[0]
