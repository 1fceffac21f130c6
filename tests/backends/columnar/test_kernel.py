"""Reading Arrow columns, rejecting rows, and what a decided batch carries."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from averment.backends.columnar import Kernel, compile_program
from averment.core.program import (
    Aggregate,
    Among,
    Compare,
    FactType,
    Field,
    Head,
    Kind,
    Literal,
    Match,
    Ranges,
    Rule,
    Variable,
)
from averment.diagnostics.diagnostic import Report


def nobody(case: object) -> Any:
    raise AssertionError(case)


def _program(kit: Any) -> Any:
    given = FactType(
        "given",
        (
            Field("day", Kind.DATE),
            Field("level", Kind.LEVEL, ("low", "high")),
            Field("price", Kind.DECIMAL, places=2, minimum=0, maximum=100_00),
            Field("size", Kind.INTEGER, minimum=0, maximum=9, default=4),
            Field("words", Kind.SET, ("u", "v", "w")),
        ),
        one=True,
    )
    tests = [
        (0, Ranges(((719_163, None),))),
        (1, Ranges(((1, 1),))),
        (2, Ranges(((50, None),))),
        (3, Ranges(((4, 9),))),
        (4, Among(frozenset("v"), False)),
    ]
    claim = Head("claim", (Literal("red"),))
    return kit.program(
        [given], [Rule(f"r{place}", 0, (Match("given", (cell,)),), (), (claim,)) for place, cell in enumerate(tests)]
    )


@pytest.mark.parametrize(
    ("name", "values", "fired"),
    [
        ("day", pa.array([0, -1, None], pa.date32()), ["r0", "", ""]),
        ("given.day", pa.array(["1970-01-01", "1969-12-31", None]), ["r0", "", ""]),
        ("level", pa.array(["high", "low", None]).dictionary_encode(), ["r1", "", ""]),
        ("level", pa.array(["high", "low", None], pa.large_string()), ["r1", "", ""]),
        ("level", pa.array(["high", "low", None], pa.string_view()), ["r1", "", ""]),
        ("given.day", pa.array(["1970-01-01", "1969-12-31", None], pa.string_view()), ["r0", "", ""]),
        ("words", pa.array([["w", "v"], ["u"], None], pa.list_(pa.string_view())), ["r4", "", ""]),
        ("price", pa.array([Decimal("0.50"), Decimal("0.49"), None], pa.decimal128(6, 2)), ["r2", "", ""]),
        ("price", pa.array([Decimal("0.5"), Decimal("0.4"), None], pa.decimal128(6, 1)), ["r2", "", ""]),
        ("price", pa.array(["0.50", "0", None]), ["r2", "", ""]),
        ("price", pa.array([1, 0, None], pa.int16()), ["r2", "", ""]),
        ("price", pa.array([0.5, 0.25, None]), ["r2", "", ""]),
        ("size", pa.array([4, 3, None], pa.uint8()), ["r3", "", "r3"]),
        ("words", pa.array([["w", "v"], ["u"], None]), ["r4", "", ""]),
        (
            "words",
            pa.array([["w", "v"], [], None], pa.large_list(pa.dictionary(pa.int8(), pa.string()))),
            ["r4", "", ""],
        ),
        ("given", pa.array([{"level": "high"}, {"level": "low"}, None]), ["r1", "", ""]),
    ],
)
def test_a_column_is_read_in_every_form_it_may_have(kit: Any, name: str, values: pa.Array, fired: list[str]) -> None:
    kernel = Kernel(_program(kit))
    front = pa.table({name: values.slice(0, 1)})  # so that the other rows begin inside a buffer
    table = pa.concat_tables([front, pa.table({name: values})])
    found = kernel.decide(table.slice(1), nobody)
    assert found.rejects == ()
    ids = [
        [
            rule
            for place, rule in enumerate(kernel.rules)
            if row["fired"][0] >> place & 1 and (rule != "r3" or "size" in name)
        ]
        for row in found.batch.to_pylist()
    ]
    assert ids == [rule.split() for rule in fired]


@pytest.mark.parametrize("form", [pa.int8(), pa.uint8(), pa.int32(), pa.int64()])
@pytest.mark.parametrize("default", [5, -1, 1000, 2**40, -(2**63)])
def test_a_default_is_itself_in_a_column_too_narrow_for_it(kit: Any, form: pa.DataType, default: int) -> None:
    given = FactType("given", (Field("size", Kind.INTEGER, default=default),), one=True)
    cells = (
        Ranges(((default, default),)),
        Ranges(((default + 1, None),) if default < 7 else ((None, default - 1),)),
        Ranges(((7, 7),)),
    )
    claim = Head("claim", (Literal("red"),))
    rules = [Rule(f"r{n}", 0, (Match("given", ((0, cell),)),), (), (claim,)) for n, cell in enumerate(cells)]
    found = Kernel(kit.program([given], rules)).decide(pa.table({"size": pa.array([None, 7], form)}), nobody)
    assert [row["fired"][0] for row in found.batch.to_pylist()] == [0b001, 0b110]


def test_rows_without_a_value_of_their_field_are_rejected_and_the_others_decided(kit: Any) -> None:
    table = pa.table(
        {
            "case": pa.array(["a", "b", "c", "d", "e", "f"], pa.string_view()),
            "level": ["high", "hihg", "low", "low", "low", "low"],
            "size": [1, 1, 10, 1, 1, 1],
            "words": [["u"], ["u"], ["u"], ["u", "u"], ["x"], [None]],
        }
    )
    found = Kernel(_program(kit)).decide(table, nobody)
    assert found.batch.column("case").to_pylist() == ["a"]
    assert [(reject.row, reject.code) for reject in found.rejects] == [
        (1, "AV303"),
        (2, "AV313"),
        (3, "AV312"),
        (4, "AV303"),
        (5, "AV312"),
    ]
    said = "unknown value; did you mean `high`?; its values are `low`, `high`"
    assert found.rejects[0].message == f"`hihg` is not a value of `given.level`: {said}"


def test_a_batch_says_which_pack_decided_it_and_what_its_bits_mean(kit: Any) -> None:
    kernel = Kernel(_program(kit))
    metadata = kernel.decide(pa.table({"level": ["low"]}), nobody).batch.schema.metadata
    assert metadata[b"averment.pack"] == b"sha256:0"
    assert tuple(json.loads(metadata[b"averment.rules"])) == kernel.rules


def test_neither_chunks_nor_their_halves_show(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for joined in (False, True):
        chance = kit.chance(3, joined)
        cases = [chance.case() for _ in range(60)]
        whole = kit.columnar(chance.program, cases)
        for names, size in ((("kernel.ROWS", "kernel.JOINED_ROWS"), 7), (("chunk.MOST_PAIRS", "chunk.SHARE"), 0)):
            for name in names:
                monkeypatch.setattr(f"averment.backends.columnar.{name}", size)
            said, alone = kit.columnar(chance.program, cases)
            assert said == whole[0]
            assert alone == whole[1] or size == 0  # where nothing is to be held at once, single rows are decided alone
            monkeypatch.undo()


def test_side_tables_say_the_same_as_lists(kit: Any) -> None:
    link = FactType("link", (Field("from", Kind.INTEGER), Field("to", Kind.INTEGER)), key=("from", "to"))
    made = Rule(
        "two",
        0,
        (Match("link", (), ((0, "a"), (1, "b"))), Match("link", (), ((0, "b"), (1, "c")))),
        (Aggregate("count", Match("link"), None, "n"), Compare(">", Variable("n"), Literal(2))),
        (Head("claim", (Literal("red"),)),),
    )
    kernel = Kernel(kit.program([link], [made]))
    links = {"x": [(1, 2), (2, 3), (3, 4)], "y": [(1, 2), (3, 4), (5, 6)], "z": [(1, 2), (2, 3)], "w": []}
    records = [{"case": case, "from": a, "to": b} for case, pairs in links.items() for a, b in pairs][::-1]
    found = kernel.decide(pa.table({"case": list(links)}), nobody, {"link": pa.Table.from_pylist(records)})
    assert found.batch.column("claim").to_pylist() == ["red", "gap", "gap", "gap"]
    records += [{"case": "y", "from": 1, "to": 2}, {"case": "lost", "from": 1, "to": 2}]
    found = kernel.decide(pa.table({"case": list(links)}), nobody, {"link": pa.Table.from_pylist(records)})
    assert found.batch.column("case").to_pylist() == ["x", "z", "w"]
    assert sorted((reject.row, reject.code) for reject in found.rejects) == [(-1, "AV347"), (1, "AV343")]


def test_what_cannot_run_is_refused_with_the_rule(kit: Any) -> None:
    many = tuple(f"v{number}" for number in range(65))
    given = FactType("given", (Field("words", Kind.SET, many),), one=True)
    cell = Among(frozenset(["v0"]), False)
    made = Rule("wide", 0, (Match("given", ((0, cell),)),), (), (Head("claim", (Literal("red"),)),))
    report = Report()
    assert compile_program(kit.program([given], [made]), report) is None
    assert [(found.code, "`wide`" in found.message) for found in report.diagnostics] == [("AV465", True)]
