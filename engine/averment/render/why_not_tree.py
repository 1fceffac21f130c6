"""Why something does not hold, on a terminal: each rule that could have derived it, what it needed, and what there
was.
"""

from __future__ import annotations

from averment.ir.naming import record_path
from averment.ir.program import Program, Rule
from averment.law.truth import UNKNOWN
from averment.questions.why_not import Attempt, Failing, Lack, WhyNot
from averment.render.cells import Wording
from averment.render.conditions import Worded
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, noun
from averment.render.tree import Branch, Line, draw, layout, say

_MOST = 8  # facts named of those that stand against it


def why_not_text(why_not: WhyNot, style: Style) -> str:
    """Why what was asked about does not hold."""
    program = why_not.evaluation.program
    asked = claim_phrase(why_not.asked)
    rule = any(rule.id == why_not.asked for rule in program.rules)
    if rule and why_not.holds:
        return "\n".join(layout(say(f"But the rule `{why_not.asked}` did fire."), style)) + "\n"
    if why_not.holds:
        return "\n".join(layout(say(f"But it does hold: {asked}."), style)) + "\n"
    if not why_not.attempts:
        return "\n".join(layout(say(f"No rule could derive it: {asked}."), style)) + "\n"
    title = f"Why not {asked}: what each rule that could have derived it came to"
    if rule:
        title = f"Why the rule `{why_not.asked}` did not fire"
    rows = [*layout(say(Piece(title, "bold")), style)]
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
    if failing.lacks:
        lines = [_lack(lack, program) for lacks in failing.lacks for lack in lacks]
        return Branch(lines, children)
    doubtful = failing.truth is UNKNOWN
    lead = [Piece("undecided: ", "doubt"), "whether "] if doubtful else [Piece("not so: ", "bad")]
    lines = [say(*lead, _words(failing, attempt.rule, program))]
    lines += [
        say(Piece(f"but there is {record_path(program.types[fact.type], fact)}", "dim")) for fact in failing.met[:_MOST]
    ]
    if len(failing.met) > _MOST:
        lines.append(say(Piece(f"and {len(failing.met) - _MOST} more", "dim")))
    return Branch(lines, children)


def _words(failing: Failing, rule: Rule, program: Program) -> str:
    """What the condition asked for; what is told of no condition stands as it is."""
    asked = next((each for each in (*rule.matches, *rule.guards) if each.text == failing.text), None)
    return Worded(rule, dict(failing.bindings), program).condition(asked) if asked else failing.text


def _lack(lack: Lack, program: Program) -> Line:
    type = program.types[lack.fact.type]
    field, value = type.fields[lack.index], lack.fact.values[lack.index]
    needed = Wording(program.parameters, "{}, the {}").cell(lack.needed, field)
    path = f"{record_path(type, lack.fact)}.{field.name}"
    return say(
        f"{noun(field)} is ",
        Piece(held(field, value), "doubt" if value is None else "bad"),
        "" if lack.needed == "known" else f", needed: {needed}",
        note=path,
    )
