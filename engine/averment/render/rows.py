"""Why the rows of a table that go before another did not match: what each would have needed, and what there was."""

from __future__ import annotations

from collections.abc import Iterator

from averment.core.program import Absent, Fact, Literal, Match, Rule
from averment.law.cells import passes
from averment.law.evaluation import Evaluation
from averment.law.truth import TRUE
from averment.render.display import Piece
from averment.render.tree import Branch, Line, say
from averment.warrant.derivation import Application

_MOST = 8  # rows told, the nearest


def unmatched(guard: Absent, application: Application, evaluation: Evaluation) -> Iterator[Branch]:
    """Each row that ``guard`` asks of, by the fields that it lacks in what the application's own row looks at."""
    from averment.questions.why_not.shortfall import lacks_of  # here: most explanations are of no such table
    from averment.render.why_not_tree import lack_line

    program, memory = evaluation.program, evaluation.told
    asked = sorted((rule for rule in program.rules if rule.between and _tells(rule, guard.match)), key=_number)
    if any(program.types[pattern.type].table for rule in asked for pattern in rule.matches):
        return  # rows are not asked one by one, but as those of a block
    if len(asked) > _MOST:
        yield Branch([say(f"{len(asked) - _MOST} rows before these")])
    for rule in asked[-_MOST:]:
        facts = {fact.type: fact for fact in application.firing.premises}
        lines = [
            lack_line(lack, program)
            for pattern in rule.matches
            if (fact := facts.get(pattern.type) or _record(evaluation, pattern))
            for lack in lacks_of(pattern, fact, application.bindings, memory)
        ]
        leads = (Piece(f"row {_number(rule)}: "), *[Piece("and ")] * len(lines))
        yield Branch([Line((lead, *line.pieces), line.note) for lead, line in zip(leads, lines, strict=False)])


def _number(rule: Rule) -> int:
    """The number of the row that a rule tells of."""
    number = rule.id.rpartition("/")[2].partition(" ")[0]
    return int(number) if number.isdigit() else 0


def _tells(rule: Rule, asked: Match) -> bool:
    """Whether what a rule tells is that a row matches which is among those asked of."""
    head = rule.heads[0]
    values = [value.value if isinstance(value, Literal) else None for value in head.values]
    return head.type == asked.type and all(passes(cell, values[index]) is TRUE for index, cell in asked.cells)


def _record(evaluation: Evaluation, pattern: Match) -> Fact | None:
    one = evaluation.program.types[pattern.type].one
    return next(iter(evaluation.told.of(pattern.type)), None) if one else None
