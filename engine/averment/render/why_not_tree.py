"""Why something does not hold, on a terminal: each rule that could have derived it, what it needed, and what there
was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from averment.ir.naming import record_path
from averment.ir.program import Aggregate, Field, Kind, Program, Rule
from averment.law.truth import UNKNOWN
from averment.questions.why_not import Attempt, Failing, Lack, WhyNot
from averment.render.conditions import described, filled
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, noun
from averment.render.tree import Branch, Line, draw, layout, say

_MOST = 8  # facts named of those that stand against it
_VARIABLE = re.compile(r"\$[a-z][a-z0-9_]*")


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
    role = "doubt" if failing.truth is UNKNOWN else "bad"
    if failing.lacks:
        lines = [_lack(lack, program) for lacks in failing.lacks for lack in lacks]
        return Branch(lines, children)
    text = _VARIABLE.sub(
        "any", filled(_unknowns_named(failing, attempt.rule, program), attempt.rule, dict(failing.bindings), program)
    )
    lines = [say(Piece("not known: " if failing.truth is UNKNOWN else "not so: ", role), text)]
    lines += [say(Piece(line, "dim")) for line in _numbers(failing, attempt.rule, program)]
    lines += [
        say(Piece(f"but there is {record_path(program.types[fact.type], fact)}", "dim")) for fact in failing.met[:8]
    ]
    return Branch(lines, children)


def _unknowns_named(failing: Failing, rule: Rule, program: Program) -> str:
    """The condition with each unknown value as what it is of: ``number of people <= $limit``."""
    fields = _fields(rule, program)

    def named(found: re.Match[str]) -> str:
        name = found[0][1:]
        unknown = name in fields and failing.bindings.get(name, "") is None
        return noun(fields[name]) if unknown else found[0]

    return _VARIABLE.sub(named, failing.text)


def _numbers(failing: Failing, rule: Rule, program: Program) -> Iterator[str]:
    """What the values in a condition are of: ``90 is the number of people``, ``6 is the sum of …``."""
    counts = {guard.variable: guard for guard in rule.guards if isinstance(guard, Aggregate)}
    fields = _fields(rule, program)
    for name in dict.fromkeys(word[1:] for word in _VARIABLE.findall(failing.text)):
        if failing.bindings.get(name) is None:
            continue
        value = filled(f"${name}", rule, dict(failing.bindings), program)
        if name in counts:
            yield f"{value} is {_counted(counts[name], rule, failing, program)}"
        elif name in fields:
            yield f"{value} is the {noun(fields[name])}"


def _counted(guard: Aggregate, rule: Rule, failing: Failing, program: Program) -> str:
    what = _VARIABLE.sub("any", described(guard.match, rule, dict(failing.bindings), program)).replace("_", " ")
    if guard.field is None:
        return f"the count of {what}"
    of = noun(program.types[guard.match.type].fields[guard.field])
    return f"the {_FUNCTION[guard.function]} {of} over {what}"


_FUNCTION = {"count": "count of", "sum": "sum of", "min": "least", "max": "greatest"}


def _fields(rule: Rule, program: Program) -> dict[str, Field]:
    """The field that each variable of a rule's patterns stands for."""
    return {name: program.types[match.type].fields[index] for match in rule.matches for index, name in match.binds}


def _lack(lack: Lack, program: Program) -> Line:
    type = program.types[lack.fact.type]
    field, value = type.fields[lack.index], lack.fact.values[lack.index]
    needed = _VARIABLE.sub("any", lack.needed.replace("_", " "))
    if field.kind is Kind.BOOLEAN:
        needed = {"true": "yes", "false": "no"}.get(needed, needed)
    path = f"{record_path(type, lack.fact)}.{field.name}"
    return say(
        f"{noun(field)} is ",
        Piece(held(field, value), "doubt" if value is None else "bad"),
        "" if lack.needed == "known" else f", needed: {needed}",
        note=path,
    )
