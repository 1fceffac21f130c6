"""The pages of the 3xx and 4xx codes tell the truth: what they avoid is found, what they prefer passes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from averment.diagnostics.catalogue import codes, page

_EXAMPLE = re.compile(r"\*\*(Avoid|Prefer)\*\*\n\n```yaml (pack|facts|rules|table|case)\n(.*?)\n```", re.DOTALL)
_FILES = {"pack": "pack.yaml", "facts": "facts.yaml", "rules": "rules/example.yaml", "table": "tables/example.yaml"}
_LATER = ("AV651", "AV652", "AV653")  # of the stages that load a pack, with a later number
_EXAMPLES = [
    (code, part, kind, text)
    for code in codes()
    if (code[2] in "34" and code < "AV450") or code in _LATER
    for part, kind, text in _EXAMPLE.findall(page(code))
]


def _found(code: str, kind: str, text: str, sample: Callable[..., Any], given: Callable[[str], Any]) -> set[str]:
    """What is found in an example: by the stages, and by the check of this code."""
    if kind == "case":
        return {finding.code for finding in given(text)[1]}
    changes = {_FILES[kind]: text}
    if kind == "facts":  # the rules of the sample speak of other facts
        changes["rules/base.yaml"] = "author: The authors\nrules: []\n"
    compiled = sample(changes)
    stages = set(compiled.codes) - ({"AV302"} if kind == "facts" else set())
    return stages | ({finding.code for finding in compiled.found(code)} if compiled.program else set())


@pytest.mark.parametrize(("code", "part", "kind", "text"), _EXAMPLES, ids=[f"{c}-{p}" for c, p, _, _ in _EXAMPLES])
def test_the_examples_of_a_page_are_what_they_say(
    code: str, part: str, kind: str, text: str, sample: Callable[..., Any], given: Callable[[str], Any]
) -> None:
    assert _found(code, kind, text, sample, given) == ({code} if part == "Avoid" else set())
