"""A pack of format 1 brought up to date: what it leaves unsaid is put in, and every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest

import averment
from averment.checking import checked
from averment.diagnostics.diagnostic import Refused
from averment.fixing import fix

_PACK = """\
pack: shop   # the pack
version: 1.0.0
title: Shut?
claim: {fact: answer, field: today}
"""
_RULES = """\
author: The authors
rules:
  - {rule: shut, says: Nobody., backing: judgement, when: [{not: {clerk: {}}}], then: [{answer: {today: shut}}]}
"""
_ANSWER = "  answer: {derived: true, fields: {today: {type: choice, of: [working, shut]}}}\n"
_BLOCK = "  clerk:\n    # who\n    cardinality: many  # all\n    key: name\n    fields: {name: {type: text}}\n"

_VOCABULARIES = {
    "a block": (_BLOCK, _BLOCK.replace("# all\n", "# all\n    absent: none\n")),
    "braces": (
        '  clerk: {"cardinality": "many", fields: {name: {type: text}}}\n',
        '  clerk: {"cardinality": "many", absent: none, fields: {name: {type: text}}}\n',
    ),
    "braces over lines": (
        "  clerk: {\n    fields: {name: {type: text}},\n    cardinality: many\n  }\n",
        "  clerk: {\n    fields: {name: {type: text}},\n    cardinality: many, absent: none\n  }\n",
    ),
    "said already": (
        "  clerk: {cardinality: many, absent: none, fields: {name: {type: text}}}\n",
        "  clerk: {cardinality: many, absent: none, fields: {name: {type: text}}}\n",
    ),
}


def _written(root: Path, **files: str) -> averment.Pack:
    (root / "rules").mkdir(exist_ok=True)
    for name, text in {"pack": _PACK, "rules/all": _RULES, **files}.items():
        (root / f"{name}.yaml").write_bytes(text.encode())
    return averment.load(root)


def _fixed(pack: averment.Pack) -> averment.Pack:
    return fix(pack, [found.edit for found in checked(pack).findings if found.edit])[0]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("written", _VOCABULARIES)
def test_what_is_unsaid_is_put_in_and_all_else_stays(tmp_path: Path, written: str, mark: str, end: str) -> None:
    before, after = ((mark + "facts:\n" + text + _ANSWER).replace("\n", end) for text in _VOCABULARIES[written])
    pack = _fixed(_written(tmp_path, facts=before))
    assert (tmp_path / "facts.yaml").read_bytes().decode() == after
    assert (tmp_path / "pack.yaml").read_text("utf-8") == _PACK.replace("# the pack\n", "# the pack\nformat: 2\n")
    assert averment.load(tmp_path).digest == pack.digest
    assert not [found for found in checked(pack).findings if found.edit]
    assert pack.decide({}).assumptions == ("clerk",)


def test_a_pack_that_silence_does_not_touch_has_nothing_to_be_changed(tmp_path: Path) -> None:
    facts = "facts:\n  clerk: {cardinality: many, absent: unknown, fields: {name: {type: text}}}\n" + _ANSWER
    assert not [found for found in checked(_written(tmp_path, facts=facts)).findings if found.edit]


@pytest.mark.parametrize("how", ["changed", "link"])
def test_a_file_that_is_not_what_was_read_is_left(tmp_path: Path, how: str) -> None:
    facts = "facts:\n" + _BLOCK + _ANSWER
    pack = _written(tmp_path, facts=facts)
    file = tmp_path / "facts.yaml"
    if how == "changed":
        file.write_text(facts + "# more\n", "utf-8")
    else:
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    held = file.read_bytes()
    with pytest.raises(Refused):
        _fixed(pack)
    assert file.read_bytes() == held
    assert (tmp_path / "pack.yaml").read_text("utf-8") == _PACK


def test_who_may_read_a_file_stays(tmp_path: Path) -> None:
    pack = _written(tmp_path, facts="facts:\n" + _BLOCK + _ANSWER)
    (tmp_path / "facts.yaml").chmod(0o600)
    _fixed(pack)
    assert (tmp_path / "facts.yaml").stat().st_mode & 0o777 == 0o600


def test_silence_is_an_assumption_of_every_door(tmp_path: Path) -> None:
    day = "  day: {cardinality: one, fields: {sun: {type: boolean}}}\n"
    side = "  side: {cardinality: many, fields: {of: {type: text}}}\n"
    pack = _fixed(_written(tmp_path, facts="facts:\n" + _BLOCK + day + side + _ANSWER))
    sunny = {"day": {"sun": True}}
    slow = pack.decide(sunny, engine="reference")
    quick = [pack.decide(sunny) for _ in range(3)][-1]
    spoken = pack.decide({**sunny, "clerk": []})
    assert quick.engine == spoken.engine == "scalar"
    assert slow.assumptions == quick.assumptions == ("clerk",)  # nothing looks at sides
    assert slow.canonical == quick.canonical
    assert spoken.assumptions == ()
    assert (slow.claim, spoken.claim) == ("shut", "shut")
    assert pack.decide({**sunny, "side": []}).assumptions == ("clerk",)
    told = [condition.get("assumed") for node in slow.warrant["nodes"] for condition in node.get("conditions", ())]
    assert told == ["clerk"]
    assert "there is no clerk, since" in slow.explain(full=True)
    assert "there is no clerk, since" in slow.html()
    assert "since the case" not in spoken.explain(full=True) + spoken.html()
