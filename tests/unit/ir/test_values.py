"""Values in and out of their encoding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.core.node import node_of
from averment.core.program import Fact, Field, Kind, Value
from averment.core.values import Misfit, decode, fact_order, fit, show
from averment.diagnostics.diagnostic import Report
from averment.model.encoding import encode

FLAG = Field("flag", Kind.BOOLEAN)
WHOLE = Field("whole", Kind.INTEGER, unit="engineers", singular="engineer")
SMALL = Field("small", Kind.INTEGER, minimum=-5, maximum=5)
MONEY = Field("money", Kind.DECIMAL, places=2, minimum=0, maximum=100_000, unit="EUR")
PLAIN = Field("plain", Kind.DECIMAL)
WORDS = Field("words", Kind.TEXT)
ROLE = Field("role", Kind.CHOICE, values=("product_manager", "nobody"))
RANK = Field("rank", Kind.LEVEL, values=("low", "medium", "high"))
KINDS = Field("kinds", Kind.SET, values=("web", "api", "machine_learning"))
DAY = Field("day", Kind.DATE, minimum=730_120)

_FITS: list[tuple[Any, Field, Value, Any, str]] = [
    (True, FLAG, True, True, "yes"),
    (False, FLAG, False, False, "no"),
    (20, WHOLE, 20, 20, "20 engineers"),
    (Decimal("20.0"), WHOLE, 20, 20, "20 engineers"),
    (20.0, WHOLE, 20, 20, "20 engineers"),
    (2.0**53 - 1, WHOLE, 2**53 - 1, 2**53 - 1, "9007199254740991 engineers"),
    (1, WHOLE, 1, 1, "1 engineer"),
    (0, WHOLE, 0, 0, "0 engineers"),
    (2**53, WHOLE, 2**53, "9007199254740992", "9007199254740992 engineers"),
    ("9007199254740992", WHOLE, 2**53, "9007199254740992", "9007199254740992 engineers"),
    (-(2**63), WHOLE, -(2**63), "-9223372036854775808", "-9223372036854775808 engineers"),
    (5, SMALL, 5, 5, "5"),
    (12, MONEY, 1200, "12.00", "12.00 EUR"),
    (Decimal("0.05"), MONEY, 5, "0.05", "0.05 EUR"),
    (Decimal("12.500"), MONEY, 1250, "12.50", "12.50 EUR"),
    ("12.5", MONEY, 1250, "12.50", "12.50 EUR"),
    (12.5, MONEY, 1250, "12.50", "12.50 EUR"),
    (0.1, replace(MONEY, places=1), 1, "0.1", "0.1 EUR"),
    ("-3", PLAIN, -3, "-3", "-3"),
    (Decimal("-0.07"), replace(MONEY, minimum=None), -7, "-0.07", "-0.07 EUR"),
    ("\u00e9 $x", WORDS, "\u00e9 $x", "\u00e9 $x", "\u00e9 $x"),
    ("product_manager", ROLE, "product_manager", "product_manager", "product manager"),
    ("high", RANK, 2, "high", "high"),
    (["machine_learning", "web"], KINDS, frozenset(("web", "machine_learning")), ["web", "machine_learning"],
     "web and machine learning"),
    ([], KINDS, frozenset(), [], "none"),
    (["api"], KINDS, frozenset(("api",)), ["api"], "api"),
    ("2024-01-31", DAY, 738_916, "2024-01-31", "2024-01-31"),
]  # fmt: skip

_MISFITS: list[tuple[Any, Field, str, str | None]] = [
    ("yes", FLAG, "AV312", "the text `yes` is not a value of `t.flag`"),
    (1, FLAG, "AV312", "`1` is not a value of `t.flag`"),
    (None, FLAG, "AV312", "nothing is not a value of `t.flag`"),
    ("20", WHOLE, "AV312", "the text `20` is not a value of `t.whole`"),
    (True, WHOLE, "AV312", "`true` is not a value of `t.whole`"),
    (Decimal("1E+17"), WHOLE, "AV314", "`100000000000000000` is not exact"),
    (Decimal("20.5"), WHOLE, "AV314", "`20.5` is finer than `t.whole` can hold"),
    (float("nan"), WHOLE, "AV115", "`nan` is not a number that a fact can have"),
    (2**63, WHOLE, "AV116", "the integer `9223372036854775808` does not fit in 64 bit"),
    (10**400, WHOLE, "AV116", f"the integer `1{'0' * 38}…` does not fit in 64 bit"),
    (10**20_000, WHOLE, "AV116", None),
    (6, SMALL, "AV313", "`6` is out of the range of `t.small`"),
    (-6, SMALL, "AV313", "`-6` is out of the range of `t.small`"),
    (Decimal("1.005"), MONEY, "AV314", "`1.005` is finer than `t.money` can hold"),
    (Decimal("1000.01"), MONEY, "AV313", "`1000.01` is out of the range of `t.money`"),
    (Decimal("1e999999999"), MONEY, "AV116", "the number `1e+999999999` is out of range"),
    (float("-inf"), MONEY, "AV115", "`-inf` is not a number that a fact can have"),
    ("1e3", MONEY, "AV312", "the text `1e3` is not a value of `t.money`"),
    ("NaN", MONEY, "AV312", "the text `NaN` is not a value of `t.money`"),
    (["1"], MONEY, "AV312", "a list is not a value of `t.money`"),
    (7, WORDS, "AV312", "`7` is not a value of `t.words`"),
    ("\ud800", WORDS, "AV109", "U+D800 is not accepted: it does not show, or changes how the text shows"),
    ("product_manger", ROLE, "AV303", "`product_manger` is not a value of `t.role`"),
    (2, RANK, "AV312", "`2` is not a value of `t.rank`"),
    ("api", KINDS, "AV312", "the text `api` is not a value of `t.kinds`"),
    (["api", "api"], KINDS, "AV312", "`api` occurs twice in `t.kinds`"),
    (["api", None], KINDS, "AV312", "nothing is not a value of `t.kinds`"),
    (["apy"], KINDS, "AV303", "`apy` is not a value of `t.kinds`"),
    ("2024-02-30", DAY, "AV312", "`2024-02-30` is not a date of the calendar"),
    ("31.1.2024", DAY, "AV312", "`31.1.2024` is not a date of the calendar"),
    ("20240131", DAY, "AV312", "`20240131` is not a date of the calendar"),
    ("1999-12-31", DAY, "AV313", "`1999-12-31` is out of the range of `t.day`"),
    (2024, DAY, "AV312", "`2024` is not a value of `t.day`"),
]


def _id(part: Any) -> str:
    return "number" if isinstance(part, int) else ascii(part)[:40]


@pytest.mark.parametrize(("plain", "field", "value", "json", "sentence"), _FITS)
def test_a_value_is_encoded_decoded_and_shown(plain: Any, field: Field, value: Value, json: Any, sentence: str) -> None:
    found = fit(plain, field, "t")
    assert found == value
    assert type(found) is type(value)
    assert decode(value, field) == json
    assert fit(json, field, "t") == value
    assert show(value, field) == sentence


@pytest.mark.parametrize(("plain", "field", "code", "message"), _MISFITS, ids=_id)
def test_what_is_no_value_says_why(plain: Any, field: Field, code: str, message: str | None) -> None:
    found = fit(plain, field, f"t.{field.name}")
    assert isinstance(found, Misfit)
    assert (found.code, found.message) == (code, message or found.message)
    assert len(found.line) < 500


@pytest.mark.parametrize(("plain", "field", "code", "message"), _MISFITS, ids=_id)
def test_a_sensitive_value_is_not_repeated(plain: Any, field: Field, code: str, message: str | None) -> None:
    found = fit(plain, replace(field, sensitive="hash"), f"t.{field.name}")
    assert isinstance(found, Misfit)
    assert (found.code, found.message, found.help) == (code, f"this is not a value of `t.{field.name}`", ())


def test_a_finding_stands_at_the_value_and_suggests() -> None:
    report = Report()
    assert encode(node_of(["web", "apy"], "f"), KINDS, "t.kinds", report) is None
    assert encode("hihg", RANK, "t.rank", report) is None
    assert [finding.help for finding in report.diagnostics] == [
        ("did you mean `api`?", "its values are `web`, `api`, `machine_learning`"),
        ("did you mean `high`?", "its values are `low`, `medium`, `high`"),
    ]
    assert [finding.labels != () for finding in report.diagnostics] == [True, False]


def test_what_is_unknown() -> None:
    assert decode(None, MONEY) is None
    assert show(None, MONEY) == "unknown"


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 9))
def test_every_decimal_comes_back(value: int, places: int) -> None:
    field = Field("f", Kind.DECIMAL, places=places)
    assert fit(decode(value, field), field, "f") == value
    assert fit(Decimal(decode(value, field)), field, "f") == value


def test_facts_have_one_order() -> None:
    facts = [
        Fact("b", (None, 1)),
        Fact("b", (0, None)),
        Fact("b", (False, 2)),
        Fact("a", (frozenset(("y", "x")),)),
        Fact("a", (frozenset(("x",)),)),
        Fact("a", (None,)),
    ]
    ordered = sorted(facts, key=fact_order)
    assert ordered == sorted(set(facts), key=fact_order)
    assert ordered[:3] == [facts[5], facts[4], facts[3]]
    assert ordered[3] == facts[0]


MOST = 2**63 - 1


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (MOST, "`9223372036854775807` is out of the range of `price`"),
        (-MOST - 1, "`-9223372036854775808` is out of the range of `price`"),
        (MOST + 1, "the integer `9223372036854775808` does not fit in 64 bit"),
        (-MOST - 2, "the integer `-9223372036854775809` does not fit in 64 bit"),
        (MOST // 100, MOST // 100 * 100),
        (-(MOST // 100), -(MOST // 100) * 100),
    ],
)
def test_an_integer_for_a_decimal_is_within_64_bits_once_it_is_scaled(number: int, expected: object) -> None:
    found = fit(number, Field("price", Kind.DECIMAL, places=2), "price")
    assert (found.message if isinstance(found, Misfit) else found) == expected
