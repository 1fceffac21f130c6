"""Shapes: what is found, where, and with which mend; all at once and most specific only."""

from __future__ import annotations

import copy
import random
from typing import Any

import jsonschema
import pytest
import referencing

import averment_schemas
from averment.core.node import node_of
from averment.diagnostics.diagnostic import Report
from averment.source.yaml_reader import read_yaml
from averment.surface.shape import check_shape

RULE = "rules:\n- rule: a\n  backing: judgement\n  author: me\n  when: %s\n  then: [x: {a: 1}]\n"
FIELD = "facts: {t: {cardinality: one, fields: {f: {%s}}}}"
TABLE = "table: t\nbacking: judgement\nauthor: me\nwhen: [a.b]\nthen: [c.d]\nrows: [['< 10', 1], ['-', [a]]]"
PARAMETER = "pack: p\nversion: 1.0.0\ntitle: T\nclaim: {fact: a, field: b}\nparameters: {p: {%s}}"


def findings(schema: str, text: str) -> list[tuple[str, str, str, str]]:
    """Code, place, message and help of each finding."""
    report = Report()
    (document,) = read_yaml(text.encode(), "f", report)
    assert not report.diagnostics
    good = check_shape(document, schema, report)
    assert good == (not report.diagnostics)
    return [
        (found.code, f"{found.labels[0].span.line}:{found.labels[0].span.column}", found.message, " ".join(found.help))
        for found in report.diagnostics
    ]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("rules", "rules: []"),
        ("rules", RULE % "[]"),
        ("rules", RULE % "[x: {a: high, b: [1, two, true], c: 2.5}, y: {}]"),
        ("rules", RULE % "[not: {x: {}}, any: [x: {a: 1}, [y: {}, test: $a != 1]], count: {of: x, as: $n}]"),
        ("rules", RULE % "[sum: {of: {x: {a: 1}}, field: b, as: $n}, min: {of: x, field: b, as: $m}]"),
        ("rules", RULE % "[known: x.a, unknown: {of: {x: {}}, field: a}]"),
        ("rules", "author: me\nrules: [{rule: a, backing: judgement, when: [], then: [x: {}]}]"),
        (
            "facts",
            FIELD % "type: decimal, places: 2, min: 0, max: '9.5', default: 1.5, unit: EUR, cost: 3",
        ),
        ("facts", FIELD % "type: date, min: 2024-01-31"),
        ("facts", FIELD % "type: set, of: [a, b], default: [a], label: l, ask: a, says: s, sensitive: hash"),
        ("facts", "facts: {t: {cardinality: many, key: [f, g], absent: unknown, fields: {f: {type: text}}}}"),
        ("facts", "facts: {t: {derived: true, cardinality: many, fields: {f: {type: integer}}}}"),
        ("pack", PARAMETER % "type: level, of: [a, b], value: a"),
        (
            "table",
            "table: t\nbacking: judgement\nauthor: me\nwhen: [a.b]\nthen: [c.d]\nrows: [['< 10', 1], ['-', [a]]]",
        ),
        ("case", "case: c\nfacts: {a: {b: [x, y], c: 1.5, d: true}, e: [], f: [{g: '1'}]}\nexpect: {claim: x}"),
    ],
)
def test_good_shapes(schema: str, text: str) -> None:
    assert findings(schema, text) == []


LISTS = "only a choice, level or set lists its values"
BOUNDS = "only a number, date, time, datetime or duration has bounds"
NAME = "a name (lower-case letters, digits and `_`, a letter first)"


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        ("rules", "rulez: []", [("AV201", "1:1", "`rulez` is not a key of a rule file", "did you mean `rules`?")]),
        (
            "rules",
            RULE.replace("when", "wen") % "[]",
            [("AV201", "5:3", "`wen` is not a key of a rule", "did you mean `when`?")],
        ),
        (
            "rules",
            RULE.replace("  author: me\n", "") % "[]",
            [("AV202", "2:3", "this rule has no `author`", "add `author: …`")],
        ),
        (
            "rules",
            RULE.replace("judgement", "judgment") % "[]",
            [("AV204", "3:12", "`backing` must be `judgement`, not `judgment`", "did you mean `judgement`?")],
        ),
        (
            "rules",
            RULE.replace("judgement", "[]") % "[]",
            [("AV206", "3:12", "`backing` must have at least 1 value, and has nothing", "")],
        ),
        (
            "rules",
            RULE % "[{x: {}, y: {}}]",
            [
                (
                    "AV206",
                    "5:18",
                    "this condition must have at most 1 key, and has 2",
                    "start a new list entry with `- ` for each",
                )
            ],
        ),
        (
            "rules",
            RULE % "[x: {a: {b: 1}, c: }]",
            [
                (
                    "AV203",
                    "5:28",
                    "`c` must be text, a number, true or false or a list, not nothing",
                    "write a value, or leave the key out",
                ),
            ],
        ),
        (
            "rules",
            RULE % "[count: {of: x, as: n}]",
            [("AV205", "5:29", "`n` is not a variable (`$` and a name)", "did you mean `$n`?")],
        ),
        (
            "rules",
            RULE % "[test: true]",
            [("AV203", "5:16", "`test` must be text, not `true`", 'put it in quotes: `"true"`')],
        ),
        (
            "rules",
            RULE % "[known: a]",
            [("AV205", "5:17", "`a` is not a field as `TYPE.FIELD`", "write a field as `TYPE.FIELD`")],
        ),
        (
            "facts",
            FIELD % "type: integr",
            [
                (
                    "AV204",
                    "1:50",
                    "`type` must be one of `boolean`, `integer`, `decimal`, `text`, `choice`, `level`, `set`, `date`, "
                    "`time`, `datetime`, `duration`, "
                    "not `integr`",
                    "did you mean `integer`?",
                )
            ],
        ),
        ("facts", FIELD % "type: level", [("AV202", "1:43", "this field has no `of`", "add `of: …`")]),
        (
            "facts",
            FIELD % "type: text, of: [a], min: 1",
            [
                ("AV208", "1:56", "`of` has no meaning here", f"delete it: {LISTS}"),
                ("AV208", "1:65", "`min` has no meaning here", f"delete it: {BOUNDS}"),
            ],
        ),
        (
            "facts",
            FIELD % "type: choice, of: [yes, true, 1]",
            [
                ("AV203", "1:68", "this value must be text, not `true`", 'put it in quotes: `"true"`'),
                ("AV203", "1:74", "this value must be text, not the number `1`", 'put it in quotes: `"1"`'),
            ],
        ),
        (
            "facts",
            FIELD % "type: decimal, places: 2.0",
            [("AV203", "1:67", "`places` must be an integer, not the number `2.0`", "")],
        ),
        (
            "facts",
            FIELD % "type: decimal, places: 12",
            [("AV207", "1:67", "`places` must be from 0 to 9, not `12`", "")],
        ),
        (
            "facts",
            "facts: {teamSize: {cardinalty: one, fields: {f: {type: text, fixed: yes}}}}",
            [
                ("AV205", "1:9", f"`teamSize` is not {NAME}", "did you mean `team_size`?"),
                ("AV201", "1:20", "`cardinalty` is not a key of a fact type", "did you mean `cardinality`?"),
                ("AV203", "1:69", "`fixed` must be true or false, not the text `yes`", "write `true`"),
            ],
        ),
        (
            "facts",
            "facts: {t: {data: data/rates, backing: judgement, fields: {f: {type: text}}}}",
            [
                (
                    "AV205",
                    "1:19",
                    "`data/rates` is not the name of a file of `data` (such as `rates.csv`)",
                    "did you mean `rates.csv`?",
                )
            ],
        ),
        (
            "facts",
            "facts: {t: {derived: true, key: a, fields: {f: {type: text, default: a}}}}",
            [
                (
                    "AV208",
                    "1:28",
                    "`key` has no meaning here",
                    "delete it: records of a derived fact type are told apart by all their fields",
                ),
                ("AV208", "1:61", "`default` has no meaning here", "delete it: only a given fact type has defaults"),
            ],
        ),
        (
            "pack",
            "pack: My Pack\nversion: 1.0\ntitle: ''\nclaim: {fact: a}",
            [
                ("AV205", "1:7", f"`My Pack` is not {NAME}", "did you mean `my_pack`?"),
                ("AV203", "2:10", "`version` must be text, not the number `1.0`", 'put it in quotes: `"1.0"`'),
                ("AV206", "3:8", "`title` must have at least 1 character, and has nothing", ""),
                ("AV202", "4:8", "this claim has no `field`", "add `field: …`"),
            ],
        ),
        ("case", "case: c", [("AV202", "1:1", "this case has no `facts`", "add `facts: …`")]),
        ("case", "[]", [("AV203", "1:1", "this case must be a mapping, not a list", "")]),
        (
            "case",
            "case: 12\nfacts: {a: [3], b: {c: null}}\nexpect: {status: setled}",
            [
                ("AV203", "1:7", "`case` must be text, not the number `12`", 'put it in quotes: `"12"`'),
                ("AV203", "2:13", "this record must be a mapping, not the number `3`", ""),
                (
                    "AV204",
                    "3:18",
                    "`status` must be one of `settled`, `presumed`, `open`, `gap`, `conflict`, not `setled`",
                    "did you mean `settled`?",
                ),
            ],
        ),
        ("table", "table: t\nbacking: judgement\nwhen: [a]\nthen: [a.b]\nrows: [[]]", [
            ("AV202", "1:1", "this table has no `author`", "add `author: …`"),
            ("AV205", "3:8", "`a` is not a field as `TYPE.FIELD`", "write a field as `TYPE.FIELD`"),
            ("AV206", "5:8", "this row must have at least 1 value, and has nothing", ""),
        ]),
    ],
)  # fmt: skip
def test_what_is_found(schema: str, text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert findings(schema, text) == expected


def test_a_name_with_a_line_feed_at_its_end_is_no_name() -> None:
    """To Python's own reading of a pattern it is one, to that of JSON Schema it is not."""
    found = [
        *findings("case", 'case: c\nfacts: {"shop\\n": {size: 1}}'),
        *findings("rules", (RULE % "[]").replace("rule: a", 'rule: "a\\n"')),
    ]
    assert [code for code, *_ in found] == ["AV205", "AV205"]


def test_findings_of_one_document_are_bounded() -> None:
    found = findings("rules", "rules:\n" + "- {rule: A}\n" * 1_000)
    assert len(found) == 101 and found[-1][2].startswith("something is wrong in at least 1,")
    found = findings("rules", "rules: []\n" + "".join(f"k{number}: 1\n" for number in range(150)))
    assert len(found) == 101 and found[-1][2] == "something is wrong in 50 more places of `f`"


_SEEDS: dict[str, str] = {
    "rules": RULE % "[x: {a: [1, b]}, not: {y: {}}, any: [x: {}, [y: {}]], sum: {of: x, field: f, as: $n}, known: a.b]",
    "facts": FIELD % "type: decimal, places: 2, min: 0, default: 1.5" + "\n",
    "pack": PARAMETER % "type: integer, value: 1, min: 0, says: s",
    "table": TABLE,
    "case": "case: c\nfacts: {a: {b: [x, y], c: 1.5, d: true}, f: [{g: '1'}]}\nexpect: {claim: x, status: open}",
}
_KEYS = ["of", "min", "author", "derived", "key", "zzz", "B", "places"]
_VALUES: list[Any] = [None, True, 0, 1.5, "", "a", "A b", "$x", "a.b", "judgement", "decimal", "set", "one"]
_VALUES += [[], ["a"], {}, {"a": 1}]


def _containers(value: Any) -> list[Any]:
    if not isinstance(value, (dict, list)):
        return []
    children = value.values() if isinstance(value, dict) else value
    return [value, *(inner for child in children for inner in _containers(child))]


@pytest.mark.parametrize("schema", _SEEDS)
def test_jsonschema_agrees(schema: str) -> None:
    """The reference implementation takes and refuses the same documents, and we explain every refusal."""
    validator = jsonschema.Draft202012Validator(averment_schemas.load(schema), registry=referencing.Registry())
    seed = read_yaml(_SEEDS[schema].encode(), "f", Report())[0].plain()
    chance = random.Random(schema)
    good = 0
    for _ in range(400):
        document = copy.deepcopy(seed)
        for _ in range(chance.randint(0, 2)):
            place = chance.choice(_containers(document) or [{}])
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            value = copy.deepcopy(chance.choice(_VALUES))
            match chance.randrange(3):
                case 0 if keys:
                    place[chance.choice(keys)] = value
                case 1 if keys:
                    del place[chance.choice(keys)]
                case _ if isinstance(place, dict):
                    place[chance.choice(_KEYS)] = value
                case _:
                    place.append(value)
        report = Report()
        accepted = check_shape(node_of(document, "f"), schema, report)
        good += accepted
        assert accepted == validator.is_valid(document), document
        assert accepted == (not report.diagnostics), document
    assert 40 < good < 360
