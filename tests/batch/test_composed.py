"""Text is compared in one Unicode form, at every door and in packs: what looks the same is the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from averment.batch.order import Order
from averment.batch.run import run
from averment.batch.unit import Format
from averment.core.node import Node
from averment.diagnostics.diagnostic import Refused, Report
from averment.model.case import read_case
from averment.pack import Pack
from averment.recording import loaded_files
from averment.surface.pack_files import read_case_file

NFC, NFD = "Köln", normalize("NFD", "Köln")
_FACTS = """facts:
  site: {cardinality: one, fields: {city: {type: text}, more: {type: text}}}
  stop: {cardinality: many, key: name, fields: {name: {type: text}}}
  advice: {derived: true, fields: {what: {type: choice, of: [go, stay]}}}
"""


def _pack(city: str) -> Pack:
    rules = f"""author: A
rules:
  - {{rule: go, backing: judgement, when: [{{site: {{city: '"{city}"'}}}}], then: [{{advice: {{what: go}}}}]}}
  - {{rule: stay, backing: judgement, when: [{{site: {{city: 'not("{city}")'}}}}], then: [{{advice: {{what: stay}}}}]}}
"""
    texts = {
        "pack.yaml": "pack: s\nversion: 1.0.0\ntitle: S\nclaim: {fact: advice, field: what}\n",
        "facts.yaml": _FACTS,
        "rules/a.yaml": rules,
    }
    return loaded_files({path: text.encode() for path, text in texts.items()})


def _read(pack: Pack, text: str, name: str) -> str:
    report = Report()
    (node,) = read_case_file(text.encode(), name, report)
    case = read_case(node, pack.model.types, report)
    assert case is not None, report.diagnostics
    return pack.decide(case).claimed


def _batch(pack: Pack, path: Path) -> str:
    out = path.with_name("out.jsonl")
    run(Order(pack.program(), pack.model.types, str(path), out, Format.JSONL))
    return json.loads(out.read_text().splitlines()[0])["claim"]  # type: ignore[no-any-return]


def _doors(pack: Pack, city: str, folder: Path) -> Iterator[tuple[str, str]]:
    facts = {"site": {"city": city, "more": "x"}, "stop": []}
    yield "python", pack.decide(facts).claimed
    yield "again", pack.decide(facts).claimed
    yield "yaml", _read(pack, f"case: a\nfacts: {{site: {{city: {city}}}}}\n", "a.yaml")
    yield "yaml escaped", _read(pack, f"case: a\nfacts: {{site: {{city: {json.dumps(city)}}}}}\n", "a.yaml")
    table = pa.table({"case": ["a"], "city": [city]})
    for escaped in (True, False):
        yield "json", _read(pack, json.dumps({"case": "a", "facts": facts}, ensure_ascii=escaped), "a.json")
        path = folder / f"{escaped}.jsonl"
        path.write_text(json.dumps({"case": "a", "facts": facts}, ensure_ascii=escaped) + "\n", encoding="utf-8")
        yield "jsonl", _batch(pack, path)
    (folder / "a.csv").write_text(f"case,city\na,{city}\n", encoding="utf-8")
    yield "csv", _batch(pack, folder / "a.csv")
    pq.write_table(table, folder / "a.parquet")
    yield "parquet", _batch(pack, folder / "a.parquet")
    yield "table", pack.decide_table(table)["claim"][0].as_py()
    encoded = table.set_column(1, "city", table["city"].combine_chunks().dictionary_encode())
    yield "dictionary", pack.decide_table(encoded)["claim"][0].as_py()


@pytest.mark.parametrize(("written", "city"), [(NFC, NFD), (NFD, NFC)])
def test_a_text_in_another_form_is_the_same_text(written: str, city: str, tmp_path: Path) -> None:
    assert dict(_doors(_pack(written), city, tmp_path)) == dict.fromkeys(
        ["python", "again", "yaml", "yaml escaped", "json", "jsonl", "csv", "parquet", "table", "dictionary"], "go"
    )


def test_the_pack_is_the_same_pack() -> None:
    assert _pack(NFC).digest == _pack(NFD).digest


@pytest.mark.parametrize(
    "build", [lambda name: {"stop": [{"name": NFC}, {"name": name}]}, lambda name: {"site": {name: 1, NFC: 2}}]
)
def test_names_that_look_alike_are_one_name(build: Callable[[str], dict[str, Any]]) -> None:
    with pytest.raises(Refused) as refused:
        _pack(NFC).case(build(NFD))
    codes = [found.code for found in refused.value.diagnostics]
    assert codes in (["AV343"], ["AV301"])


def test_keys_that_look_alike_are_one_key() -> None:
    for name, text in (("a.yaml", f"{NFC}: 1\n{NFD}: 2\n"), ("a.json", json.dumps({NFC: 1, NFD: 2}))):
        report = Report()
        found: list[Node] = read_case_file(text.encode(), name, report)
        assert "AV101" in [each.code for each in report.diagnostics], found


def test_a_side_table_may_name_its_case_in_another_form() -> None:
    main = pa.table({"case": [NFC, "b"], "city": [NFC, "x"]})
    side = pa.table({"case": [NFD], "name": ["first"]})
    decided = _pack(NFC).decide_table(main, sides={"stop": side})
    assert decided["error"].to_pylist() == [None, None]
    assert decided["case"].to_pylist() == [NFC, "b"]
