"""`did you mean` proposes only what exists, wherever it proposes: put in place of the slip, it is taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.conftest import Averment

FILES = {
    "pack/pack.yaml": """
pack: sizes
version: 1.0.0
title: Sizes
claim: {fact: answer, field: value}
sources:
  article:
    title: An article
    sections: [{section: Introduction, paragraphs: ["sha256:%s"]}]
parameters:
  threshold: {type: integer, value: 5, says: From where on it is large.}
"""
    % ("0" * 64),
    "pack/facts.yaml": """
facts:
  thing:
    cardinality: one
    fields: {colour: {type: choice, of: [purple, orange]}, extent: {type: integer, min: 0, max: 9}}
  part: {cardinality: many, key: label, fields: {label: {type: text}, weight: {type: integer}}}
  helper: {derived: true, fields: {number: {type: integer}}}
  answer: {derived: true, fields: {value: {type: choice, of: [large, small]}}}
""",
    "pack/rules/rules.yaml": """
author: The authors
rules:
  - rule: helping
    says: It has $size.
    backing: {source: article, section: Introduction, paragraph: 1, digest: "sha256:%s"}
    when: [{thing: {extent: $size}}]
    then: [{helper: {number: $size}}]
  - rule: large-things
    says: It is large.
    backing: judgement
    when: [{helper: {number: ">= threshold"}}]
    then: [{answer: {value: large}}]
  - rule: small-things
    says: It is small.
    backing: judgement
    when: [{thing: {extent: $extent}}, {test: $extent < threshold}]
    then: [{answer: {value: small}}]
"""
    % ("0" * 64),
    "case.yaml": "case: one\nfacts:\n  thing: {colour: purple, extent: 7}\n  part: [{label: p, weight: 1}]\n",
    "cases.csv": "case,thing.colour,thing.extent\none,purple,7\n",
    "parts.csv": "case,label,weight\none,p,1\n",
    "map.yaml": "columns:\n  thing.extent: thing.extent\n",
}
CHECK, DECIDE = "check ./pack", "decide case.yaml --pack ./pack"
BATCH = "batch cases.csv -o out.jsonl --jobs 1 --pack ./pack"

# What is asked, where the slip is (a file, or the words), what is meant, and how it is written.
PLACES = {
    "command": (DECIDE, "", "decide ", "decdie "),
    "installed pack": ("check pm_tpm", "", "pm_tpm", "pm_tmp"),
    "code": ("codes AV301", "", "AV301", "AV3O1"),
    "schema": ("schema facts", "", "facts", "fcats"),
    "parameter of a run": (f"{DECIDE} --param threshold=3", "", "threshold", "treshold"),
    "field of a change": ("whatif case.yaml --pack ./pack --set thing.extent=3", "", "thing.extent", "thing.extnet"),
    "type of a change": ("whatif case.yaml --pack ./pack --set thing.extent=3", "", "thing.extent", "thnig.extent"),
    "value of a change": ("whatif case.yaml --pack ./pack --set thing.colour=orange", "", "orange", "oragne"),
    "swept field": ("whatif case.yaml --pack ./pack --sweep thing.extent=1..3", "", "thing.extent", "thing.extnet"),
    "claim to turn to": ("flip case.yaml --pack ./pack --to small", "", "small", "smal"),
    "claim that is not": ("explain case.yaml --pack ./pack --why-not small", "", "small", "smal"),
    "concluded fact": ("explain case.yaml --pack ./pack --fact helper", "", "helper", "hepler"),
    "side table": (f"{BATCH} --side part=parts.csv", "", "part=", "prat="),
    "type of a case": (DECIDE, "case.yaml", "thing:", "thign:"),
    "field of a case": (DECIDE, "case.yaml", "extent:", "exetnt:"),
    "value of a case": (DECIDE, "case.yaml", "purple", "pruple"),
    "field of a record": (DECIDE, "case.yaml", "weight:", "wieght:"),
    "column": (BATCH, "cases.csv", "thing.extent", "thing.extnet"),
    "column of a side table": (f"{BATCH} --side part=parts.csv", "parts.csv", "weight", "wieght"),
    "target of a mapping": (f"{BATCH} --mapping map.yaml", "map.yaml", ": thing.extent", ": thing.extnet"),
    "key of a file": (CHECK, "pack/pack.yaml", "version:", "verison:"),
    "key of a rule": (CHECK, "pack/rules/rules.yaml", "says: It is large", "syas: It is large"),
    "word of a schema": (CHECK, "pack/facts.yaml", "cardinality: many", "cardinality: mnay"),
    "kind of a field": (CHECK, "pack/facts.yaml", "{type: text}", "{type: txet}"),
    "type of a rule": (CHECK, "pack/rules/rules.yaml", "[{thing: {extent: $size}}]", "[{thign: {extent: $size}}]"),
    "field of a rule": (CHECK, "pack/rules/rules.yaml", "{extent: $size}", "{exetnt: $size}"),
    "type that is derived": (CHECK, "pack/rules/rules.yaml", "[{helper: {number: $size", "[{heplre: {number: $size"),
    "value that is derived": (CHECK, "pack/rules/rules.yaml", "value: large", "value: larg"),
    "parameter of a cell": (CHECK, "pack/rules/rules.yaml", ">= threshold", ">= treshold"),
    "parameter of a test": (CHECK, "pack/rules/rules.yaml", "< threshold", "< treshold"),
    "variable of a sentence": (CHECK, "pack/rules/rules.yaml", "has $size", "has $szie"),
    "variable of a test": (CHECK, "pack/rules/rules.yaml", "test: $extent", "test: $exetnt"),
    "variable of a conclusion": (CHECK, "pack/rules/rules.yaml", "number: $size", "number: $szie"),
    "source": (CHECK, "pack/rules/rules.yaml", "source: article", "source: artcile"),
    "section": (CHECK, "pack/rules/rules.yaml", "section: Introduction", "section: Introdcution"),
    "type of the claim": (CHECK, "pack/pack.yaml", "fact: answer", "fact: anwser"),
    "field of the claim": (CHECK, "pack/pack.yaml", "field: value", "field: vlaue"),
    "missing file": (CHECK, "pack/facts.yaml", "facts.yaml", "fcats.yaml"),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_proposed_is_there(
    place: str, averment: Averment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, file, meant, slip = PLACES[place]
    monkeypatch.chdir(tmp_path)

    def said(text: str) -> str:
        for name, content in FILES.items():
            renamed = name.replace(meant, text) if file == name and meant in name else name
            (tmp_path / renamed).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / renamed).write_text(content.replace(meant, text) if file == name else content)
        ran = averment(*(words if file else words.replace(meant, text)).split())
        return ran.out + ran.err

    assert "did you mean" not in said(meant) and "rename `" not in said(meant)
    if place == "missing file":
        (tmp_path / "pack/facts.yaml").unlink()
    refused = said(slip)
    (wrong,) = {each for each in re.findall(r"[\w.$-]+", slip) if each not in re.findall(r"[\w.$-]+", meant)}
    proposals = set(re.findall(r"did you mean `?([^`?]+)`?\?|rename `[^`]+` to `([^`]+)`", refused))
    (proposed,) = {one or other for one, other in proposals}
    (right,) = {each for each in re.findall(r"[\w.$-]+", meant) if each not in re.findall(r"[\w.$-]+", slip)}
    assert proposed in (right, right.removeprefix("thing."), right.rpartition(".")[0]), (wrong, refused)
