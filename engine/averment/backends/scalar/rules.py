"""A rule that joins, as loops over facts: patterns in the order of its plan, each guard as soon as it may be asked.

A guard or a conclusion that may leave 64 bits or the range of a field, or divide by zero, gives the case up, so it must
meet whatever the law would have it meet, and should meet no more: it waits for all patterns and for the other guards;
and most guards wait for all patterns where each turn of a loop is counted. A rule that has none such, and that derives
the same each time or nothing that anybody looks at, ends with its first solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from averment.backends.scalar.nodes import fired
from averment.backends.scalar.reading import Reader, key_of
from averment.backends.scalar.source import Block, Names
from averment.backends.scalar.tables import Tables
from averment.backends.scalar.terms import COMPARISONS, Term, Terms, kept
from averment.core.aggregates import AGGREGATES
from averment.core.mentions import variables
from averment.core.program import Absent, Aggregate, Compare, Expression, Guard, Known, Literal, Match, Program
from averment.core.steps import weight as weight_of
from averment.ir.ranges import admitted, may_fail, may_leave, ranges
from averment.law.budget import FACTS
from averment.law.joining import Asked, Plan, asked, is_unique, outer

WAYS = "ways"
"""The name of how many ways (``law.budget``) there are by then, at most. A case with no more of them than it may have
firings is within its budget; any other is left to an engine, which counts."""


BEGUN = "begun"
"""The name of how many matches of only the first patterns of a rule there are by then, each times its weight: again as
many as it may have firings leave a case within its budget, since nothing is unknown in it, and one phase is all."""


def past(firings: int) -> str:
    """The condition that a case may be past its budget."""
    return f"{WAYS} > {firings} or {BEGUN} > {firings}"


@dataclass(frozen=True, slots=True)
class Tools:
    """What the rules of a program are written with."""

    program: Program
    names: Names
    terms: Terms
    reader: Reader
    tables: Tables
    firings: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """Within a recursion: the place of the pattern that meets new facts only, those, and where found facts go."""

    place: int
    facts: str
    found: Mapping[str, str]


class RuleCode:
    """The code of one rule, by its number in ``Program.rules``."""

    def __init__(self, tools: Tools, number: int, block: Block, fresh: Fresh | None = None) -> None:
        self._tools, self._tables, self._types = tools, tools.tables, tools.program.types
        self._rule, self._number, self._fresh = tools.program.rules[number], number, fresh
        self._plan = Plan(self._rule, self._types, fresh.place if fresh else None)
        self._outer = outer(self._rule)
        self._ranges = ranges(self._rule.matches, self._rule.guards, self._types)
        self._variables: dict[str, Term] = {}
        if fresh is None:
            self._tables.before = block.gap()
        self._body = block
        self._conditions: list[str] = []
        self._loops: list[Block] = []  # what each loop stands in
        self._turns: list[Block] = []  # where each turn of a loop begins
        self._looped: list[str] = []  # how many turns each loop takes at most
        self._beside: list[str] = []  # how many facts each pattern without a loop meets at most, if more than one
        self._waiting = list(self._rule.guards)

    def write(self) -> None:
        """Write it all."""
        self._guards()
        for place, step in self._plan.steps:
            self._step(place, step)
            self._guards()
        self._guards(last=True)
        body = self._settled()
        lines = [line for place in range(len(self._rule.heads)) for line in self._head(place)]
        body.line(f"{fired(self._number)} = True", *lines)
        self._count(body)

    # --- patterns -------------------------------------------------------------------------------------------------

    def _step(self, place: int, step: Asked) -> None:
        kind = self._types[step.type]
        if kind.one:
            fields = self._tools.reader.fields[kind.name]
            self._conditions += self._tests(step, step.keys, fields.__getitem__)
            self._bind(place, step, fields.__getitem__)
        elif self._fresh and place == self._fresh.place:
            self._scan(place, step, self._fresh.facts)
        elif not step.binds:
            self._conditions.append(self._exists(step))
            if not is_unique(kind, step):
                self._beside.append(self._tables.count(kind.name))
            self._bind(place, step, str)
        elif is_unique(kind, step):
            self._look_up(place, step)
        elif step.keys:
            self._follow(place, step)
        else:
            self._scan(place, step, self._tables.rows(kind.name))

    def _look_up(self, place: int, step: Asked) -> None:
        """The one fact of a given type that has this key."""
        row, naming = self._tools.names.fresh("x"), self._types[step.type].naming
        self._conditions.append(f"({row} := {self._tables.by_key(step.type)}.get({self._name(step)})) is not None")

        def field(index: int) -> str:
            return f"{row}[{index}]" if len(self._types[step.type].fields) > 1 else row

        self._conditions += self._tests(step, [(i, name) for i, name in step.keys if i not in naming], field)
        self._bind(place, step, field)

    def _follow(self, place: int, step: Asked) -> None:
        """The facts that agree with what is bound, by an index."""
        fields = {index: self._tools.names.fresh("v") for index, _ in step.binds}
        found = self._tables.index("all", step, tuple(fields))
        self._loop(step, key_of([*fields.values()]), f"{found}.get({self._key(step)}, ())")
        self._bind(place, step, fields.__getitem__)

    def _scan(self, place: int, step: Asked, facts: str) -> None:
        """All of these facts."""
        fields = {index: self._tools.names.fresh("v") for index in step.fields}
        self._loop(step, self._tables.target(step.type, fields), facts)
        self._conditions += self._tests(step, step.keys, fields.__getitem__)
        self._bind(place, step, fields.__getitem__)

    def _loop(self, step: Asked, target: str, facts: str) -> None:
        body = self._settled()
        self._loops.append(body)
        self._body = body.block(f"for {target} in {facts}:")
        self._turns.append(self._body.gap())
        self._looped.append(self._tables.count(step.type))

    def _bind(self, place: int, step: Asked, field: Callable[[int], str]) -> None:
        """Give variables their values: those of the fields, or of the variables that a guard wants them equal to."""
        for index, name in step.binds:
            self._variables[name] = Term(field(index), *self._ranges[name])
        for _, name in self._rule.matches[place].binds:
            equal = self._plan.bound.get(name)
            if name not in self._variables and equal in self._variables:
                self._variables[name] = Term(self._variables[equal].text, *self._ranges[name])

    def _tests(self, step: Asked, keys: Iterable[tuple[int, str]], field: Callable[[int], str]) -> list[str]:
        """The conditions of a pattern on one fact."""
        equal = [f"({field(index)} == {self._variables[name].text})" for index, name in keys]
        return equal + self._tables.tests(step.type, step.cells, step.same, field)

    def _exists(self, step: Asked) -> str:
        """The condition that there is such a fact."""
        kind = self._types[step.type]
        if kind.one:
            fields = self._tools.reader.fields[kind.name]
            return f"({' and '.join(self._tests(step, step.keys, fields.__getitem__)) or 'True'})"
        rows = self._tables.rows(kind.name)
        if step.plain:
            return rows
        if is_unique(kind, step) and len(step.keys) == len(kind.naming) and not (step.cells or step.same):
            facts = self._tables.by_key(kind.name) if self._tables.is_given(kind.name) else rows
            return f"({self._name(step)} in {facts})"
        found = self._tables.index("any", step)
        return f"({self._key(step)} in {found})" if step.keys else found

    def _key(self, step: Asked) -> str:
        """What an index has for the values of the keys."""
        return key_of([self._variables[name].text for _, name in step.keys])

    def _name(self, step: Asked) -> str:
        """What tells the one fact from others that has the values of the keys."""
        values = dict(step.keys)
        return key_of([self._variables[values[index]].text for index in self._types[step.type].naming])

    # --- guards ---------------------------------------------------------------------------------------------------

    def _guards(self, last: bool = False) -> None:
        """Ask the guards that may be asked by now: those whose variables are bound. Those that may fail come last, as
        far as none waits for what they give: where any other is false, nobody minds.

        What the law asks only when all patterns are met must not take a turn away that is to be counted.
        """
        counting = not last and self._counts_turns
        for guard in [*self._waiting]:
            later = guard not in self._rule.early if counting else may_fail(guard, self._ranges, self._types)
            if not later and self._variables.keys() >= self._needed(guard):
                self._waiting.remove(guard)
                self._ask(guard)
        if last and self._waiting:
            self._ask(self._waiting.pop(0))
            self._guards(last)

    def _needed(self, guard: Guard) -> set[str]:
        if isinstance(guard, Compare):
            return {*variables(guard.left), *variables(guard.right)}
        return {name for _, name in guard.match.binds if name in self._outer}

    def _ask(self, guard: Guard) -> None:
        match guard:
            case Compare(operator, left, right):
                sides = [self._term(side).text for side in (left, right)]
                self._conditions.append(f"({sides[0]} {COMPARISONS[operator]} {sides[1]})")
            case Absent(pattern):
                self._conditions.append(f"(not {self._exists(self._asked(pattern))})")
            case Known(pattern, _, given):
                self._conditions.append(f"({'' if given else 'not '}{self._exists(self._asked(pattern))})")
            case Aggregate():
                self._aggregate(guard)

    def _asked(self, pattern: Match) -> Asked:
        return asked(pattern, {name: name for name in self._variables})

    def _aggregate(self, guard: Aggregate) -> None:
        """Give the variable of an aggregate its value; of no facts there is neither a least nor a greatest."""
        step, name = self._asked(guard.match), self._tools.names.fresh("a")
        found = Term("", *self._ranges[guard.variable])
        extreme = not AGGREGATES[guard.function].adds
        if self._types[step.type].one:
            condition = self._exists(step)
            text = "1" if guard.field is None else self._tools.reader.fields[step.type][guard.field]
            text = text if extreme else f"({text} if {condition} else 0)"
            self._conditions += [condition] if extreme else []
        else:
            taken = () if guard.field is None else (guard.field,)
            text = self._tables.index(guard.function, step, taken)
            if step.keys:
                text = f"{text}.get({self._key(step)}{'' if extreme else ', 0'})"
            if extreme:
                self._conditions.append(f"({name} := {text}) is not None")
                text = name
        body = self._settled()
        if not found.fits:
            found = kept(found._replace(text=text), name, body)
        elif text != name:
            body.line(f"{name} = {text}")
        self._variables[guard.variable] = found._replace(text=name)

    def _term(self, expression: Expression) -> Term:
        return self._tools.terms.expression(
            expression, self._variables, lambda term: kept(term, self._tools.names.fresh("w"), self._settled())
        )

    def _settled(self) -> Block:
        """Where the conditions so far hold."""
        if self._conditions:
            self._body = self._body.block(f"if {' and '.join(self._conditions)}:")
            self._conditions = []
        return self._body

    # --- conclusions ----------------------------------------------------------------------------------------------

    def _head(self, place: int) -> list[str]:
        """What holds the fact of a head; of a type that is not held by rows, that the rule fired says all."""
        head = self._rule.heads[place]
        values: list[str] = []
        for expression, declared in zip(head.values, self._types[head.type].fields, strict=True):
            term, (least, greatest) = self._term(expression), admitted(declared)
            if term.low < least or term.high > greatest:
                term = kept(term, self._tools.names.fresh("w"), self._settled(), least, greatest)
            values.append(term.text)
        to = self._fresh.found.get(head.type, "") if self._fresh else ""
        return self._tables.add(head.type, values, to)

    @property
    def _ends_early(self) -> bool:
        """Whether one solution is as good as all."""
        if self._fresh or may_leave(self._rule, self._ranges, self._types):
            return False
        if any(may_fail(guard, self._ranges, self._types) for guard in self._rule.guards):
            return False
        return all(
            not self._tables.is_held(head.type) or all(isinstance(value, Literal) for value in head.values)
            for head in self._rule.heads
        )

    @property
    def _counts_turns(self) -> bool:
        """Whether ways are counted one by one, since there may be far fewer than the numbers of facts allow."""
        return bool(self._fresh) or (self._plan.loops > 1 and not self._ends_early)

    def _count(self, body: Block) -> None:
        """Count the ways to satisfy the patterns, or more; and end with the first where it is as good as all."""

        met = [
            self._tables.count(guard.match.type)
            for guard in self._rule.guards
            if isinstance(guard, Aggregate) and not self._types[guard.match.type].one
        ]
        own = weight_of(self._rule)
        weight = f"({own + 1} + ({' + '.join(met)}) // {FACTS // 2})" if met else str(own)

        def weighed(ways: str) -> str:
            return ways if weight == "1" else f"{weight} * {ways}"

        early = self._ends_early
        counts = self._tables.counts(head.type for head in self._rule.heads)
        if self._counts_turns:
            times = " * ".join(self._beside) or "1"
            for turn in self._turns[:-1]:
                turn.line(f"{BEGUN} += {weighed(times)}")
            self._turns[-1].line(f"{WAYS} += {weighed(times)}")
            body.line(*(f"{count} += {times}" for count in counts))
            self._loops[-1].leave(past(self._tools.firings))
        elif most := " * ".join([*self._looped, *self._beside]):
            self._tables.before.line(f"{WAYS} += {weighed(most)}", *(f"{count} += {most}" for count in counts))
            self._tables.before.leave(f"{WAYS} > {self._tools.firings}")
        else:
            self._tables.before.line(f"{WAYS} += {weighed('1')}")
        if early and self._loops:
            body.line("break")
            for parent in reversed(self._loops[1:]):
                parent.block("else:").line("continue")
                parent.line("break")
