"""Why something does not hold, on a terminal: each rule that could have derived it, what it needed, and what there
was.
"""

from __future__ import annotations

import re

from averment.ir.naming import record_path
from averment.ir.program import Program
from averment.law.truth import UNKNOWN
from averment.questions.why_not import Attempt, Failing, Lack, WhyNot
from averment.render.conditions import filled
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, noun
from averment.render.tree import Branch, Line, draw, layout, say

_MOST = 8  # facts named of those that stand against it
_VARIABLE = re.compile(r"\$[a-z][a-z0-9_]*")


def why_not_text(why_not: WhyNot, style: Style) -> str:
    """Why what was asked about does not hold."""
    program = why_not.evaluation.program
    asked = claim_phrase(why_not.asked)
    if why_not.holds:
        return "\n".join(layout(say(f"But it does hold: {asked}."), style)) + "\n"
    if not why_not.attempts:
        return "\n".join(layout(say(f"No rule could derive it: {asked}."), style)) + "\n"
    rows = [*layout(say(Piece(f"Why not {asked}: what each rule that could have derived it came to", "bold")), style)]
    rows += draw([_attempt(attempt, program, style) for attempt in why_not.attempts], style)
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _attempt(attempt: Attempt, program: Program, style: Style) -> Branch:
    rule = attempt.rule
    doubtful = bool(attempt.failing) and all(failing.truth is UNKNOWN for failing in attempt.failing)
    mark = Piece(f"{style.glyphs.doubtful} ", "doubt") if doubtful else Piece(f"{style.glyphs.against} ", "bad")
    name = rule.id.replace("-", " ") + (f", alternative {rule.alternative}" if rule.alternative else "")
    if attempt.told:
        return Branch([say(mark, name, note=style.glyphs.above)])
    return Branch([say(mark, name)], [_failing(failing, attempt, program) for failing in attempt.failing])


def _failing(failing: Failing, attempt: Attempt, program: Program) -> Branch:
    below = Style()
    children = [_attempt(each, program, below) for each in failing.below]
    role = "doubt" if failing.truth is UNKNOWN else "bad"
    if failing.lacks:
        lines = [_lack(lack, program) for lacks in failing.lacks for lack in lacks]
        return Branch(lines, children)
    text = _VARIABLE.sub("any", filled(failing.text, attempt.rule, dict(failing.bindings), program))
    lines = [say(Piece("not known: " if failing.truth is UNKNOWN else "not so: ", role), text)]
    lines += [
        say(Piece(f"but there is {record_path(program.types[fact.type], fact)}", "dim")) for fact in failing.met[:8]
    ]
    return Branch(lines, children)


def _lack(lack: Lack, program: Program) -> Line:
    type = program.types[lack.fact.type]
    field, value = type.fields[lack.index], lack.fact.values[lack.index]
    needed = _VARIABLE.sub("any", lack.needed.replace("_", " "))
    path = f"{record_path(type, lack.fact)}.{field.name}"
    return say(
        f"{noun(field)} is ",
        Piece(held(field, value), "doubt" if value is None else "bad"),
        f", needed: {needed}",
        note=path,
    )
