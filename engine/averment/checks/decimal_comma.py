"""Two whole numbers with a bare comma between them, in a cell on a decimal: what was meant may be one number."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject, every, pattern_in
from averment.core.program import Kind
from averment.core.written import Bound, Cell, Equal, Number, wording


def find(subject: Subject) -> Iterator[Finding]:
    for rule in subject.model.rules:
        for pattern in filter(None, map(pattern_in, every(rule.when))):
            for cell in pattern.cells:
                numbers = _numbers(cell.origin)
                if numbers and pattern.type.fields[cell.field].kind is Kind.DECIMAL:
                    whole, rest = numbers
                    yield Finding(cell.span, {"whole": whole, "rest": rest})


def _numbers(cell: Cell) -> tuple[str, str] | None:
    """The two numbers of a cell that has just these and nothing but a comma between them."""
    if len(cell.tests) != 2:
        return None
    first, second = cell.tests
    if not isinstance(first, (Equal, Bound)) or not isinstance(second, Equal):
        return None
    left, right = first.atom, second.atom
    if isinstance(left, Number) and isinstance(right, Number) and right.at == left.end + 1:
        return wording(left), wording(right)
    return None


CHECK = Check(
    "AV427",
    find,
    says="`{whole},{rest}` is two values, {whole} and {rest}",
    label="one number?",
    help="write `{whole}.{rest}` for the one, or a space after the comma for the two",
)
