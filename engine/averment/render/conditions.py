"""Conditions in words: fields by what they are called, with the values they had, and never the name of a variable."""

from __future__ import annotations

from averment.core import written
from averment.core.aggregates import AGGREGATES, part_names
from averment.core.operators import OPPOSITE
from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Cell,
    Compare,
    Condition,
    Expression,
    Field,
    Kind,
    Known,
    Literal,
    Match,
    Program,
    Rule,
    Size,
    Variable,
)
from averment.dataclass import dataclass
from averment.law.patterns import Bindings
from averment.render.cells import Wording, order_words
from averment.render.phrases import indefinite, noun, stated, subject, words
from averment.render.reckoned import called, come_to, counted, counts, is_moment, period, told_quantity
from averment.warrant.bearing import claims_from
from averment.warrant.sentences import ratio_phrase

_FUNCTIONS = {"average": "average", "sum": "total", "min": "least", "max": "greatest"}
_LEADS = {  # what a difference does, whether that is a negation, and by how much
    ">=": ("exceeds", False, "by at least {}"),
    ">": ("exceeds", False, "by more than {}"),
    "<": ("does not exceed", True, "by {} or more"),
    "<=": ("does not exceed", True, "by more than {}"),
}
_ORDINALS = ("first", "second", "third", "fourth")
_ARITHMETIC = {"+": "plus", "-": "less", "*": "times", "/": "divided by"}
_PLAIN = Field("", Kind.INTEGER)


@dataclass(frozen=True, slots=True)
class Worded:
    """The conditions of ``rule`` under ``bindings``: those of a firing, or as far as a rule came."""

    rule: Rule
    bindings: Bindings
    program: Program
    denied: bool = False  # within conditions that must not hold together: what they bind has no value

    def condition(self, condition: Condition) -> str:
        """What a condition asks for, as a statement."""
        match condition:
            case Match():
                return self._matched(condition)
            case Absent(_, written.NoRow() as rows):
                return no_row(rows)
            case Absent():
                return self.absent(condition)
            case Known():
                return self._known(condition)
            case Aggregate():
                return f"there is {self.some(condition.match)}"
            case Compare():
                return self._compare(condition)

    def absent(self, guard: Absent) -> str:
        """That nothing is as a ``not`` denies it: ``there is no component where the team is ml``."""
        if guard.match.type in self.program.denied:
            return self._denied(guard.match, "there is no", "it is not so that ")
        return f"there is no {self.pattern(guard.match)}"

    def present(self, guard: Absent) -> str:
        """That something is as a ``not`` denies it."""
        if guard.match.type in self.program.denied:
            return self._denied(guard.match, "there is", "")
        return f"there is {self.some(guard.match)}"

    def _denied(self, pattern: Match, exists: str, holds: str) -> str:
        """Conditions that are denied together: ``there is no waiver such that its limit is at least 5``."""
        rule = self.program.denied[pattern.type]
        taken = [match for match in (pattern, *rule.matches) if not match.origin]
        around = {name for match in taken for _, name in match.binds}
        around |= {each.variable for each in rule.guards if isinstance(each, Aggregate) and not each.origin}
        outer = {name: value for name, value in self.bindings.items() if name in around}
        inner = Worded(rule, outer, self.program, denied=True)
        told = [
            each
            for each in (*rule.matches, *rule.guards)
            if each.origin and not (isinstance(each, Aggregate) and AGGREGATES[each.function].adds)
        ]
        first = told[0]
        if isinstance(first, Match) and not self.program.types[first.type].one:
            rest = " and ".join(inner.condition(each) for each in told[1:])
            what = inner.pattern(first) if exists.endswith("no") else inner.some(first)
            return f"{exists} {what} such that {rest}"
        return holds + " and ".join(map(inner.condition, told))

    def pattern(self, pattern: Match, named: str = "") -> str:
        """What a pattern looks for: ``component where the team is ml``; by another name where one is given."""
        clauses = self._clauses(pattern)
        named = named or words(pattern.type)
        if claim := self._names_a_claim(pattern):
            return f"{named} for {words(claim)}"
        return f"{named} where {' and '.join(clauses)}" if clauses else named

    def value(self, variable: str) -> str:
        """What a variable stands for: ``17``, ``120 km``, ``0 to 23``, ``not known``."""
        ratio = next((entry.ratio for entry in self.rule.shown if entry.variable == variable), None)
        if ratio:
            return ratio_phrase(ratio, self.bindings, self._fields()[variable])
        return told_quantity(self.bindings.get(variable), self._fields().get(variable, _PLAIN))

    def _matched(self, pattern: Match) -> str:
        clauses = self._clauses(pattern)
        if self.program.types[pattern.type].one and clauses:
            return " and ".join(clauses)
        return f"there is {self.some(pattern)}"

    def some(self, pattern: Match) -> str:
        """As ``pattern``, with an article: ``a component where the team is ml``."""
        return self.pattern(pattern, indefinite(self.program.types[pattern.type]))

    def _clauses(self, pattern: Match) -> list[str]:
        type, wording = self.program.types[pattern.type], Wording(self.program.worded)
        clauses = [
            _yes_or_no(type.fields[index], cell)
            or f"{subject(type.fields[index])} {wording.asks(cell.origin, type.fields[index])}"
            for index, cell in pattern.cells
        ]
        told = ((type.fields[index], self._joined(name, pattern, type.fields[index])) for index, name in pattern.binds)
        return clauses + [stated(field, value) for field, value in told if value]

    def _joined(self, name: str, pattern: Match, field: Field) -> str:
        """What a variable of a pattern stands for, or, within what is denied, in which pattern it stood before."""
        if self.bindings.get(name) is not None:
            return told_quantity(self.bindings[name], field)
        if self.denied and pattern in self.rule.matches:
            for before in self.rule.matches[: self.rule.matches.index(pattern)]:
                fields = self.program.types[before.type].fields
                for index, other in before.binds if before.origin else ():
                    if other == name:
                        return f"the {noun(fields[index])} of {self._that(before)}"
        return ""

    def _that(self, pattern: Match) -> str:
        """A fact of those that are denied: ``that component``, or ``the second component`` where there are more."""
        alike = [each for each in self.rule.matches if each.origin and each.type == pattern.type]
        which = f"the {_ORDINALS[alike.index(pattern)]}" if 1 < len(alike) <= len(_ORDINALS) else "that"
        return f"{which} {words(pattern.type)}"

    def _known(self, guard: Known) -> str:
        type = self.program.types[guard.match.type]
        called = f"the {noun(type.fields[guard.field])}"
        if type.one:
            return f"{called} is {'' if guard.given else 'not '}known"
        return f"{called} is known of {'some' if guard.given else 'no'} {self.pattern(guard.match)}"

    def _aggregate(self, guard: Aggregate, function: str = "") -> str:
        """What an aggregate is of: ``the number of component records``, ``the least size of all room records``."""
        what = self.pattern(guard.match, self._all_of(guard.match.type))
        if guard.field is None:
            return f"the number of {what}"
        called = noun(self.program.types[guard.match.type].fields[guard.field])
        return f"the {_FUNCTIONS[function or guard.function]} {called} of all {what}"

    # --- comparisons ------------------------------------------------------------------------------------------------

    def _compare(self, guard: Compare) -> str:
        tree = guard.origin
        kind = guard.told.kind if guard.told.kind.timed else self._kind(guard.left) or self._kind(guard.right)
        match guard.operator:
            case "=":
                verb = "is"
            case "!=":
                verb = "is not"
            case _:
                verb = f"is {order_words(guard.operator, kind or Kind.INTEGER)}"
        if not isinstance(tree, written.Comparison):  # a cell that compares, or an aggregate of a variable bound before
            if isinstance(tree, written.FieldComparison) and guard.ratios:
                return f"{self._side(guard.ratios[0].numerator)} {verb} {self._variable(tree.variable)}"
            return f"{self._side(guard.left)} {verb} {self._side(guard.right)}"
        if lead := self._lead(tree, guard.operator):
            return lead
        left, right = self._reckoned(tree.left, guard.left, guard), self._reckoned(tree.right, guard.right, guard)
        if counts(tree.left) and not left.startswith("the 1 "):
            verb = verb.replace("is", "are", 1)
        return f"{left.removesuffix(f' ({right})') if verb == 'is' else left} {verb} {right}"

    def shortfall(self, guard: Compare) -> tuple[str, str, str] | None:
        """A comparison of one value that is not so, as what it is, its value, and what is needed; nothing of others."""
        tree = guard.origin
        if not isinstance(tree, written.Comparison) or not isinstance(tree.left, written.Dollar):
            return None
        kind = self._kind(guard.left) or self._kind(guard.right) or Kind.INTEGER
        equal = {"=": "", "!=": "not"}
        order = equal[guard.operator] if guard.operator in equal else order_words(guard.operator, kind)
        needed = f"{order} {self._whole(tree.right)}".strip()
        return f"{self._named(tree.left.name)}: ", self.value(tree.left.name), f", needed: {needed}"

    def behind(self, guard: Compare) -> str:
        """A difference that is not as it is compared, as it is: ``train (5) does not lead plane (4) by 2 or more``."""
        tree, other = guard.origin, OPPOSITE.get(guard.operator, "")
        return self._lead(tree, other) if isinstance(tree, written.Comparison) else ""

    def _lead(self, tree: written.Comparison, operator: str) -> str:
        """A difference that is compared: ``train (5) leads plane (3) by at least 2`` where both count what speaks for a
        claim; else ``5 times 2 exceeds 3 by at least 2``.
        """
        left = tree.left
        if not isinstance(left, written.Operation) or left.operator != "-" or operator not in _LEADS:
            return ""
        verb, negative, by = _LEADS[operator]
        one, other = self._contender(left.left), self._contender(left.right)
        if not one and not other and self._is_moment(left.left) and self._is_moment(left.right):
            if operator in ("=", "!="):
                return ""
            one, other = self._whole(left.left), self._whole(left.right)
            return f"{one} is {order_words(operator, Kind.DURATION)} {self._whole(tree.right)} after {other}"
        if one and other:
            told = f"does not lead {other}" if negative else f"leads {other}"
        else:
            one, other = self._expression(left.left), self._expression(left.right)
            told = f"{verb} {other}"
        return f"{one} {told} {by.format(self._whole(tree.right))}"

    def _contender(self, side: written.Expression) -> str:
        """``train (5)``: the claim that all that a variable counts speaks for."""
        if not isinstance(side, written.Dollar):
            return ""
        guards = (guard for guard in self.rule.guards if isinstance(guard, Aggregate) and guard.variable == side.name)
        claim = next((self._speaks_for(guard) for guard in guards), "")
        return claim and f"{claim} ({self.value(side.name)})"

    def _reckoned(self, tree: written.Expression, side: Expression, guard: Compare) -> str:
        """One side of a comparison, and what it comes to where that is reckoned from dates or times."""
        told = self._whole(tree)
        if not counts(tree) and (not self._is_moment(tree) or isinstance(tree, written.Dollar | written.Moment)):
            return told
        value = "" if guard.ratios or not self.bindings else come_to(side, guard.told, self.bindings)
        return counted(told, value) if counts(tree) else f"{told}, {value}" if value else told

    def _whole(self, side: written.Expression) -> str:
        """One side of a comparison."""
        return self._variable(side.name) if isinstance(side, written.Dollar) else self._expression(side)

    def _kind(self, side: Expression) -> Kind | None:
        fields = self._fields()
        match side:
            case Variable(name) if name in fields:
                return fields[name].kind
            case _:
                return None

    def _side(self, side: Expression) -> str:
        """One side that is a variable, whatever it is scaled by."""
        match side:
            case Variable(name):
                return self._variable(name)
            case Literal(value):
                return str(value)
            case Size(name):
                return self._size(name)
            case _:
                scaled = getattr(side, "left", None)
                return self._side(scaled) if scaled is not None else "it"

    def _expression(self, tree: written.Expression) -> str:
        match tree:
            case written.Dollar(name):
                return self._variable(name, brief=True)
            case written.SizeOf(name):
                return self._size(name)
            case written.Call(name, arguments):
                return called(name, [*map(self._expression, arguments)])
            case written.Period(amount, unit):
                return period(self._expression(amount), unit)
            case written.Operation():
                left, right = self._expression(tree.left), self._expression(tree.right)
                if self._is_moment(tree):
                    return f"{right} {'after' if tree.operator == '+' else 'before'} {left}"
                if tree.operator in "*/" and written.is_sum(tree.left):
                    left = f"({left})"
                if isinstance(tree.right, written.Operation) and tree.operator != "+":
                    right = f"({right})"
                return f"{left} {_ARITHMETIC[tree.operator]} {right}"
            case _:
                return Wording(self.program.worded).atom(tree)

    def _is_moment(self, tree: written.Expression) -> bool:
        return is_moment(tree, self._fields())

    def _variable(self, name: str, *, brief: bool = False) -> str:
        """``the number of engineers (80)``, ``the evidence for technical product manager (17)``; this one, within an
        expression, as ``17 for technical product manager``.
        """
        value = self.value(name)
        for guard in self.rule.guards:
            if isinstance(guard, Aggregate) and guard.variable == name:
                side = self._speaks_for(guard)
                if side and brief:
                    return f"{value} for {side}"
                what = self._all_of(guard.match.type) if guard.field is None else words(guard.match.type)
                lead = "the number of " if guard.field is None else "the "
                counted = f"{lead}{what} for {side}" if side else self._aggregate(guard)
                return counted if self.denied and name not in self.bindings else f"{counted} ({value})"
            if isinstance(guard, Aggregate) and guard.variable == part_names(name)[0]:
                return f"{self._aggregate(guard, 'average')} ({value})"
        field = self._fields().get(name)
        if field and self.denied and name not in self.bindings:
            of = next((each for each in self.rule.matches if name in dict(each.binds).values() and each.origin), None)
            return f"the {noun(field)}" + (f" of {self._that(of)}" if of else "")
        return f"the {noun(field)}{self._whose(name, field)} ({value})" if field else value

    def _named(self, name: str) -> str:
        """What a variable is called, without its value and an article."""
        told = self._variable(name).removesuffix(f" ({self.value(name)})")
        return told.removeprefix("the ")

    def _all_of(self, type: str) -> str:
        """What is counted: ``component records`` that are given, ``core work facts`` that are derived."""
        return f"{words(type)} {'facts' if self.program.types[type].derived else 'records'}"

    def _whose(self, name: str, field: Field) -> str:
        """`` of component camera``: the record a value is of, where another value of the rule is called the same."""
        if sum(noun(entry.field) == noun(field) for entry in self.rule.shown) < 2:
            return ""
        for pattern in self.rule.matches:
            type, binds = self.program.types[pattern.type], dict(pattern.binds)
            key = [binds.get(index) for index in type.naming]
            if name in binds.values() and key and name not in key and all(key):
                told = [told_quantity(self.bindings.get(binds[index]), type.fields[index]) for index in type.naming]
                return f" of {words(type.name)} {' and '.join(told)}"
        return ""

    def _size(self, name: str) -> str:
        """The number of elements of a set."""
        bound = self.bindings.get(name)
        many = str(len(bound)) if isinstance(bound, frozenset) else "not known"
        return f"the size of the {noun(self._fields()[name])} ({many})"

    def _speaks_for(self, guard: Aggregate) -> str:
        """The one claim that all that an aggregate counts speaks for and is told by, its only cell being that claim."""
        claim = self._names_a_claim(guard.match)
        return words(claim) if claim and claims_from(self.program, guard.match) == (claim,) else ""

    def _names_a_claim(self, pattern: Match) -> str:
        """The claim that is all that a pattern asks of derived facts."""
        if not self.program.types[pattern.type].derived or len(pattern.cells) != 1 or pattern.binds:
            return ""
        cell = pattern.cells[0][1]
        if not isinstance(cell, Among) or cell.negated or len(cell.values) != 1:
            return ""
        claim = str(next(iter(cell.values)))
        return claim if claim in self.program.claim.values else ""

    def _fields(self) -> dict[str, Field]:
        return {entry.variable: entry.field for entry in self.rule.shown}


def no_row(rows: written.NoRow) -> str:
    """That none of these rows of a table matches."""
    first, last = rows.first, rows.last
    if rows.priority:
        return f"none of the rows of the table that rank from {first} to {last} by their priority matches"
    if first == last:
        return f"row {first} of the table does not match"
    if last == first + 1:
        return f"rows {first} and {last} of the table do not match"
    return f"none of the rows {first} to {last} of the table matches"


def _yes_or_no(field: Field, cell: Cell) -> str:
    """A cell that asks for one value of a boolean, as the statement that this is; nothing for any other."""
    if field.kind is not Kind.BOOLEAN or not isinstance(cell, Among) or len(cell.values) != 1:
        return ""
    told = "yes" if (True in cell.values) is not cell.negated else "no"
    return stated(field, told).replace(f"{noun(field)}: ", f"{noun(field)} is ")
