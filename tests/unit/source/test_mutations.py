"""Whatever bytes come in, reading ends with findings or a document, never with an exception.

``MUTATIONS`` sets how many documents are tried (a long run: 100,000).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from averment.diagnostics.diagnostic import Report
from averment.diagnostics.render_text import render_all
from averment.surface.pack_files import read_case_file, read_pack_files

_COUNT = int(os.environ.get("MUTATIONS", "600"))

_RULES = b"""author: The authors
rules:
  - rule: cross-team
    says: "Component $c of team $t depends on $d."
    backing: {source: article, section: Size of the team, paragraph: 1, digest: "sha256:00"}
    when:
      - component: {name: $c, team: [a, b]}
      - not: {dependency: {from: $c, cost: "[10..20)"}}
      - any: [{x: {a: 1}}, [{y: {b: -}}, {test: $c != $d}]]
      - count: {of: x, as: $n}
    then:
      - cross_team_dependency: {from: $c, to: 1.5}
"""
_FACTS = b"""facts:
  product:
    cardinality: one
    fields: {level: {type: level, of: [low, high], ask: How?}, price: {type: decimal, places: 2, min: 0}}
  pressure: {derived: true, fields: {criterion: {type: choice, of: [a]}}}
"""
_PACK = b"""pack: p
version: 1.0.0
title: T
claim: {fact: r, field: f, strength: {fact: s, field: d}}
parameters: {big: {type: integer, value: 20, min: 1, says: Big.}}
sources: {article: {title: A, date: 2023-06-13, sections: [{section: S, paragraphs: []}]}}
"""
_CASE = b"""# a comment
case: shop
facts:
  product: {level: high, price: 12.50, set: [a, "b"]}
  component:
    - {name: 'camera', team: edge, n: -7}
    - name: |
        lens
expect: {claim: x, status: settled}
---
case: two
facts: {}
"""
_JSON = (
    b'{"case": "shop", "facts": {"product": '
    b'{"level": "high", "price": 1.5e2, "set": ["a", "\\u00e9"], "x": [true, null]}}}'
)

_PIECES = [
    *(bytes([byte]) for byte in b"[]{}:,-?&*!|>'\"%@`#~ \n\t\r\\\x00\x1b\x7f\xff\xc3\xe2"),
    *(b"\xe2\x80\xae", b"\xef\xbb\xbf", b"<<: *a", b"&a ", b"*a", b"!!binary ", b"---\n", b"...\n", b"\n\n", b"  "),
    *(b"? ", b"0x", b"012", b".inf", b"NaN", b"1e999", b"9" * 30, b"null", b"true", b"[" * 70, b"{a: " * 70),
    *(b'"\\ud800"', b"\\x"),
]


def mutated(document: bytes, chance: random.Random) -> bytes:
    """``document`` with one to five random edits."""
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(document) + 1)
        to = min(len(document), at + chance.choice([1, 1, 2, 5, 20]))
        new = chance.choice(_PIECES)
        edit = chance.randrange(5)
        if edit == 0:
            document = document[:at] + new + document[at:]
        elif edit == 1:
            document = document[:at] + document[to:]
        elif edit == 2:
            document = document[:at] + new + document[to:]
        elif edit == 3:
            other = chance.randrange(len(document) + 1)
            document = document[:other] + document[at:to] + document[other:]
        else:
            document = document[:at]
    return document


def _pack_with(name: str) -> Callable[[bytes, Report], None]:
    def read(data: bytes, report: Report) -> None:
        read_pack_files({"pack.yaml": _PACK, "facts.yaml": _FACTS, "rules/a.yaml": _RULES, name: data}, report)

    return read


def _case(file: str) -> Callable[[bytes, Report], None]:
    def read(data: bytes, report: Report) -> None:
        read_case_file(data, file, report)

    return read


@pytest.mark.parametrize(
    ("name", "document", "read"),
    [
        ("rules/a.yaml", _RULES, _pack_with("rules/a.yaml")),
        ("facts.yaml", _FACTS, _pack_with("facts.yaml")),
        ("pack.yaml", _PACK, _pack_with("pack.yaml")),
        ("case.yaml", _CASE, _case("case.yaml")),
        ("case.json", _JSON, _case("case.json")),
        ("-", _JSON + b"\n" + _JSON, _case("-")),
    ],
)
def test_no_mutation_escapes(name: str, document: bytes, read: Callable[[bytes, Report], None]) -> None:
    chance = random.Random(name)
    refused = 0
    for _ in range(_COUNT // 6):
        data = mutated(document, chance)
        report = Report()
        read(data, report)
        refused += report.failed
        shown = render_all(report.diagnostics, {name: data.decode("utf-8", "replace")})
        assert shown.replace("\n", "").isprintable()
    assert refused > _COUNT // 24  # else the mutations are too gentle to mean anything


def test_random_bytes_are_refused() -> None:
    chance = random.Random(1)
    for _ in range(_COUNT // 6):
        data = chance.randbytes(chance.randrange(200))
        for file in ("c.yaml", "c.json", "c.jsonl", "-"):
            report = Report()
            cases = read_case_file(data, file, report)
            assert report.failed or not cases
