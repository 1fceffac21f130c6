"""What people write who know another language: each slip is told with what to write instead, and that is right."""

import pytest

from averment.surface.grammar import Fault, parse_cell, parse_comparison
from averment.surface.slips import CELL, KEY, SLIPS, Slip, slip_in


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.where != KEY], ids=lambda slip: slip.wrote)
def test_slip_is_told_with_its_fix(slip: Slip) -> None:
    parse = parse_cell if slip.where == CELL or "$" not in slip.wrote else parse_comparison
    fault = parse(slip.wrote)
    assert isinstance(fault, Fault), "what is in the grammar is no slip"
    assert len(fault.help) == 1, "one fix"
    assert f"`{mended(slip)}`" in fault.help[0].replace("'", "")
    assert fault.at < fault.end <= len(slip.wrote), "the caret stands under the slip"
    assert not isinstance(parse(slip.instead), Fault), "what is to be written instead can be read"


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.where == KEY], ids=lambda slip: slip.wrote)
def test_slip_in_a_key_is_told_with_its_fix(slip: Slip) -> None:
    mend = slip_in(slip.wrote, KEY, 0)
    assert mend
    assert slip.instead in mend.help


def mended(slip: Slip) -> str:
    """The part of the fix that the example changes: a slip in a longer text tells only that."""
    found = slip.pattern.search(slip.wrote)
    assert found
    meant = slip.meant(found)
    assert slip.wrote.replace(found[0], meant) == slip.instead
    return meant
