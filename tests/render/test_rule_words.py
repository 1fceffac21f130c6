"""Rules in words without any case: every rule of the shipped pack, with nothing that only a case would tell."""

from __future__ import annotations

import averment
from averment.render.rule_words import general_conclusions, general_conditions, general_sentence


def told(id: str) -> tuple[str, list[str]]:
    program = averment.load("pm_tpm").program()
    rule = next(rule for rule in program.rules if rule.id == id)
    return general_sentence(rule), general_conditions(rule, program)


def test_a_rule_is_told_with_what_is_open_in_brackets() -> None:
    assert told("large-engineering-team") == (
        "The engineering team of [number of engineers] is large.",
        ["the number of engineers is at least 20 (large team size)"],
    )
    assert told("evidence-for-technical-product-manager")[1][-1] == (
        "technical product manager leads product manager by at least 2 (decision margin)"
    )
    assert (
        told("cross-team-dependency")[1][-1]
        == "the team of the first component is not the team of the second component"
    )


def test_no_rule_names_a_variable_or_a_value_that_nothing_has() -> None:
    program = averment.load("pm_tpm").program()
    for rule in program.rules:
        lines = [general_sentence(rule), *general_conditions(rule, program), *general_conclusions(rule, program)]
        assert not [line for line in lines if "$" in line or "not known" in line or "()" in line], rule.id
