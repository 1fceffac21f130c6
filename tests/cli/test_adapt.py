"""Tables in other words, each with what `averment adapt` drafts for it, and what a batch decides with that draft."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from averment import load
from averment.batch.adapter import read_mapping
from averment.batch.arrow import pa, parquet
from averment.batch.inputs import find_inputs
from averment.diagnostics.diagnostic import Report
from averment.drafting.draft import draft
from averment.drafting.mapping_text import mapping_text
from averment.drafting.sample import look

FACTS = """facts:
  guest:
    cardinality: one
    fields:
      travel_class: {type: level, of: [third, second, first]}
      sex: {type: choice, of: [female, male]}
      adult: {type: boolean}
      returning: {type: boolean, label: has been here before}
      arrived: {type: date}
      weight: {type: decimal, places: 3, unit: kg}
      bill: {type: decimal, places: 2, label: total amount}
      wishes: {type: set, of: [sea_view, quiet, parking]}
      remark: {type: text, sensitive: drop}
  bag: {cardinality: many, fields: {colour: {type: text}}}
  decision:
    derived: true
    fields: {outcome: {type: choice, of: [upgrade, none_of_it]}}
"""
RULES = """author: The office
rules:
  - rule: welcome
    says: The guest is welcome.
    backing: judgement
    when: [{guest: {travel_class: first, sex: female, adult: true, bill: ">= 1000", wishes: quiet}}]
    then: [{decision: {outcome: upgrade}}]
"""
GUESTS = """;Klasse/class;Sex;age group;Arrived;Body weight (g);Total;wishes;notes
1;1st class;F;adults;24.12.2023;81500;1.234,50;quiet, sea view;x
2;2nd class;M;child;1.2.2024;NA;17,00;;-999
3;3rd class;M;adults;31.1.2024;70000;1.000.000,00;Parking;y
"""


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs") / "hotel"
    (folder / "rules").mkdir(parents=True)
    (folder / "facts.yaml").write_text(FACTS)
    (folder / "rules" / "rules.yaml").write_text(RULES)
    (folder / "pack.yaml").write_text(
        "pack: hotel\nversion: 1.0.0\ntitle: Hotel\nclaim: {fact: decision, field: outcome}\n"
    )
    return folder


def test_a_table_is_decided_with_its_draft(averment: Any, hotel: Path, tmp_path: Path) -> None:
    table, mapping, out = tmp_path / "guests.csv", tmp_path / "map.yaml", tmp_path / "out.jsonl"
    table.write_text(GUESTS)
    drafted = averment("adapt", table, "-p", hotel, "-o", mapping)
    assert drafted.code == 0
    said = yaml.safe_load(mapping.read_text())
    assert (said["delimiter"], said["missing"], said["rest"]) == (";", "NA", "ignore")
    assert (said["decimal"], said["thousands"]) == (",", ".")
    assert said["columns"] == {
        "": "case",
        "Klasse/class": {
            "to": "guest.travel_class",
            "values": {"1st class": "first", "2nd class": "second", "3rd class": "third"},
        },
        "Sex": {"to": "guest.sex", "values": {"F": "female", "M": "male"}},
        "age group": {"to": "guest.adult", "true_words": ["adults"], "false_words": ["child"]},
        "Arrived": {"to": "guest.arrived", "date": "D.M.YYYY"},
        "Body weight (g)": {"to": "guest.weight", "factor": 0.001},
        "Total": "guest.bill",
        "wishes": {
            "to": "guest.wishes",
            "separator": ",",
            "values": {"sea view": "sea_view", "Parking": "parking"},
        },
    }
    assert "guest.returning" in mapping.read_text() and "`guest.returning`" in drafted.err
    assert "--side" in mapping.read_text()
    assert averment("batch", table, "-p", hotel, "--mapping", mapping, "-o", out).code == 0
    decided = {line["case"]: line["claim"] for line in map(json.loads, out.read_text().splitlines())}
    assert decided == {"1": "upgrade", "2": "gap", "3": "gap"}
    assert not out.with_name("out.jsonl.rejects").exists()
    again = averment("adapt", table, "-p", hotel)
    assert again.out.splitlines() == [line for line in mapping.read_text().splitlines() if "sha256" not in line]


def test_a_draft_is_written_over_until_somebody_edits_it(averment: Any, hotel: Path, tmp_path: Path) -> None:
    table, mapping = tmp_path / "guests.csv", tmp_path / "map.yaml"
    table.write_text(GUESTS)
    assert averment("adapt", table, "-p", hotel, "-o", mapping).code == 0
    assert averment("adapt", table, "-p", hotel, "-o", mapping).code == 0
    mapping.write_text(mapping.read_text() + "# seen\n")
    refused = averment("adapt", table, "-p", hotel, "-o", mapping)
    assert (refused.code, "AV537" in refused.err) == (3, True)
    assert mapping.read_text().endswith("# seen\n")


def drafted(table: Path, hotel: Path) -> tuple[str, dict[str, Any]]:
    report = Report()
    sample = look(find_inputs(str(table), None, report)[0], report)
    assert sample is not None, report.diagnostics
    found = draft(sample, load(hotel).model.types)
    text = mapping_text(found, "t", "hotel 1.0.0")
    assert not read_back(text).diagnostics, text
    assert found.document == (yaml.safe_load(text) or {}) or "factor" in text
    return text, yaml.safe_load(text) or {}


def read_back(text: str) -> Report:
    report = Report()
    read_mapping(text.encode(), "map.yaml", report)
    return report


UNSURE = {
    "days that may be months": (
        "when arrived\n1/2/2024\n3/4/2024\n",
        ["# when arrived: {to: guest.arrived, date: D/M/YYYY}", "date: M/D/YYYY}"],
    ),
    "a column that is called as its field": (
        "arrived\n01/02/2024\n03/04/2024\n",
        ["  arrived: ignore", "# arrived: {to: guest.arrived, date: D/M/YYYY}"],
    ),
    "codes for levels": (
        "case,travel_class\na,1\nb,2\nc,3\n",
        ["  travel_class: {to: guest.travel_class", "third"],
    ),
    "codes for truth": (
        "case,target\na,1\nb,0\n",
        ['# target: {to: guest.adult, true_words: "1", false_words: "0"}', 'guest.adult, true_words: "0"'],
    ),
    "words that are no values": (
        "case,sex\na,diverse\nb,other\nc,unsaid\n",
        ["sex: {to: guest.sex, values: {diverse: null, other: null, unsaid: null}}", "which are female, male"],
    ),
    "a number for what is missing": (
        "case,weight\na,70\nb,80\nc,none of it\n",
        ['1 row with `none of it` will be rejected', "null"],
    ),
    "numbers that were computed": (
        "case,weight\na,70.0100021362305\nb,80.5\n",
        ["weight: {to: guest.weight, round: ", "its cells are finer than the field, and rounded to "],
    ),
    "two columns for one field": ("case,bill,Bill \na,1,2\n", ["bill: guest.bill"]),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSURE)
def test_what_is_unsure_is_a_comment(name: str, hotel: Path, tmp_path: Path) -> None:
    table, wanted = UNSURE[name]
    (tmp_path / "t.csv").write_text(table)
    text, _ = drafted(tmp_path / "t.csv", hotel)
    assert [each for each in wanted if each not in text] == [], text


@pytest.mark.parametrize(
    ("heading", "cells", "field", "said"),
    [
        ("deny", "yes no", "{denied: {type: boolean}}", {"true_words": ["yes"], "false_words": ["no"]}),
        ("ltv", "3 4", "{share: {type: integer, label: loan to value (ltv)}}", None),
        ("nyc", "3 4", "{young: {type: integer, label: number of young children}}", None),
        ("Status", "verstorben lebt", "{died: {type: boolean, label: Status verstorben}}",
         {"true_words": ["verstorben"], "false_words": ["lebt"]}),
    ],
)  # fmt: skip
def test_names_as_they_are_shortened(
    heading: str, cells: str, field: str, said: Any, hotel: Path, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(hotel, pack)
    one = "facts:\n  guest: {cardinality: one, fields: " + field + "}\n" + FACTS[FACTS.index("  decision") :]
    (pack / "facts.yaml").write_text(one)
    name = yaml.safe_load(field).popitem()[0]
    (pack / "rules" / "rules.yaml").write_text(
        RULES.replace("{guest: {travel_class: first, sex: female, adult: true, bill: \">= 1000\", wishes: quiet}}",
                      "{guest: {" + name + ": $x}}")
    )  # fmt: skip
    (tmp_path / "t.csv").write_text(f"case,{heading}\n" + "".join(f"c{at},{c}\n" for at, c in enumerate(cells.split())))
    _, document = drafted(tmp_path / "t.csv", pack)
    to = f"guest.{name}"
    assert document["columns"][heading] == ({"to": to, **said} if said else to)


def test_what_is_sensitive_is_not_repeated(hotel: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("case,remark\na,N/A\nb,owes 99\n")
    text, _ = drafted(tmp_path / "t.csv", hotel)
    assert "owes" not in text


def test_the_same_of_parquet(hotel: Path, tmp_path: Path) -> None:
    rows = [line.split(",") for line in "case,age group,Total\na,adults,1\nb,child,2\n".splitlines()]
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    parquet.write_table(pa.table({key: list(cells) for key, cells in columns.items()}), tmp_path / "t.parquet")
    _, said = drafted(tmp_path / "t.parquet", hotel)
    assert said["columns"]["age group"]["true_words"] == ["adults"]


ENCODED = [("latin-1", "Größe;sex\n1;F\n2;M\n", "cp1252"), ("utf-16", "case;sex\n1;F\n2;M\n", None)]


@pytest.mark.parametrize(("encoding", "table", "said"), ENCODED)
def test_encodings(encoding: str, table: str, said: str | None, hotel: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(table.encode(encoding))
    assert drafted(tmp_path / "t.csv", hotel)[1].get("encoding") == said


def test_blanks_and_apostrophes(averment: Any, hotel: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("'id' 'sex' 'bill'\n1 F 5\n2 M 6\n")
    _, said = drafted(tmp_path / "t.csv", hotel)
    assert (said["delimiter"], said["quote"]) == (" ", "'")
    assert averment("adapt", tmp_path / "t.csv", "-p", hotel, "-o", tmp_path / "m.yaml").code == 0
    done = averment(
        "batch", tmp_path / "t.csv", "-p", hotel, "--mapping", tmp_path / "m.yaml", "-o", tmp_path / "o.csv"
    )
    assert (done.code, "2 decided, 0 rejected" in done.err) == (0, True)


def test_on_a_terminal_it_asks(averment: Any, hotel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text(UNSURE["days that may be months"][0])
    answers = iter(["9", "2"])
    monkeypatch.setattr(click.termui, "visible_prompt_func", lambda _="": next(answers))
    said = averment("adapt", tmp_path / "t.csv", "-p", hotel, "--ask")
    assert yaml.safe_load(said.out)["columns"] == {"when arrived": {"to": "guest.arrived", "date": "M/D/YYYY"}}
    assert "?" not in said.out
    assert "in more than one way" in said.err


def test_nothing_that_fits(averment: Any, hotel: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,zzz\n2,yyy\n")
    assert averment("adapt", tmp_path / "t.csv", "-p", hotel).code == 1
    (tmp_path / "t.jsonl").write_text('{"case": "a", "facts": {"guest": {"sex": "male"}}}\n')
    refused = averment("adapt", tmp_path / "t.jsonl", "-p", hotel)
    assert (refused.code, "AV522" in refused.err) == (3, True)


_CELLS = st.text(max_size=8) | st.sampled_from(
    ["F", "1,5", "NA", "31.12.2024", "yes", "=1", "a: b #c", "null", "~", '"']
)


@given(
    st.lists(_CELLS, min_size=1, max_size=4, unique=True),
    st.lists(st.lists(_CELLS, min_size=4, max_size=4), max_size=4),
)
@example(["member"], [["I\x08"] * 4, ["NA"] * 4])
def test_every_draft_can_be_read(
    hotel: Path, tmp_path_factory: Any, headings: list[str], rows: list[list[str]]
) -> None:
    import csv

    table = tmp_path_factory.mktemp("t") / "t.csv"
    with table.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([headings, *(row[: len(headings)] for row in rows)])
    report = Report()
    sample = look(find_inputs(str(table), None, report)[0], report)
    if sample is not None:
        text = mapping_text(draft(sample, load(hotel).model.types), "t", "hotel 1.0.0")
        assert not read_back(text).diagnostics, text
