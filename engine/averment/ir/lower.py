"""From a model to a program: parameters filled in, cells to ranges, `any` expanded, guards in order, strata found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from averment.core import written
from averment.core.aggregates import AGGREGATES, part_names
from averment.core.operators import OPPOSITE
from averment.core.optional import NONE
from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Cell,
    Compare,
    Expression,
    FactType,
    Field,
    Guard,
    Head,
    Known,
    Literal,
    Match,
    Program,
    Ratio,
    Rule,
    Shown,
    Value,
    Variable,
)
from averment.core.values import Misfit, decode, fit, show
from averment.core.written import Sentence
from averment.diagnostics.diagnostic import Report
from averment.ir.alternatives import expanded
from averment.ir.denied import Domain, Outer, inner_head, inner_type, joined
from averment.ir.digest import pack_digest
from averment.ir.early import early_guards
from averment.ir.eras import eras, periods_told
from averment.ir.lower_cell import lower_cell, some_value
from averment.ir.lower_expression import ONE, DividedByZero, Terms, averages, beyond, divides, multiplied_out
from averment.ir.parameters import Parameters, own_parameters, referred
from averment.ir.ranges import positive, ranges
from averment.ir.silence import silent_types
from averment.ir.stratify import stratify
from averment.model.model import (
    AggregateOf,
    AnyOf,
    Conclusion,
    Condition,
    KnownOf,
    Model,
    ModelRule,
    NoneOf,
    NotAll,
    Parameter,
    Pattern,
    Period,
    Test,
    Use,
    tree_of,
)
from averment.source.collector import collector_paused

Kept = dict[int, tuple[dict[str, Value | tuple[Period, ...]], list[Rule]]]
"""By its place a rule as it was lowered, with what the parameters that it names held."""


def lower(
    model: Model, overrides: Mapping[str, Value], report: Report, digest: str = "", kept: Kept | None = None
) -> Program | None:
    """The program of a model, with the encoded ``overrides`` in place of its parameters' own values.

    ``digest``: that of the pack, where it is known; no override changes it. ``kept``: of earlier programs of the model;
    a rule none of whose parameters has changed since is taken from it.

    ``None`` when the report has an error of this stage: an override that does not fit, too many alternatives, a cycle.
    """
    with collector_paused():
        return _lower(model, overrides, report, digest, {} if kept is None else kept)


def _lower(model: Model, overrides: Mapping[str, Value], report: Report, digest: str, kept: Kept) -> Program | None:
    before = len(report.diagnostics)
    parameters = _parameters(model, overrides, report)
    rules: list[Rule] = []
    for place, rule in enumerate(model.rules):
        rules += _once(place, rule, parameters, report, kept)
    strata = stratify(model, rules, report)
    if any(found.severity == "error" for found in report.diagnostics[before:]):
        return None
    return Program(
        name=model.name,
        version=model.version,
        digest=digest or pack_digest(model),
        types={**model.types, **{rule.heads[0].type: inner_type(rule) for rule in rules if rule.inner}},
        strata=strata.rules,
        recursive=strata.recursive,
        parts=strata.parts,
        claim=model.claim,
        results=model.results,
        parameters={
            name: decode(value, parameters.field(name))
            for name, value in parameters.values.items()
            if name not in parameters.periods
        },
        told={
            name: periods_told(parameters.periods[name], parameters.field(name))
            if name in parameters.periods
            else show(value, parameters.field(name))
            for name, value in parameters.values.items()
            if name in parameters.periods or parameters.field(name).kind.timed
        },
        data=model.data,
        silent=silent_types(model.types, rules, model.answering),
    )


def _parameters(model: Model, overrides: Mapping[str, Value], report: Report) -> Parameters:
    values: dict[str, Value] = {}
    for name, value in overrides.items():
        parameter = model.parameters.get(name)
        if parameter is None:
            report.error("AV330", f"`{name}` is not a parameter of this pack")
        elif (misfit := _misfit(value, parameter)) is not None:
            report.error(misfit.code, misfit.message, parameter.span, misfit.label, *misfit.help)
        else:
            values[name] = value
    return own_parameters(model).overridden(values)


def _misfit(value: Value, parameter: Parameter) -> Misfit | None:
    """Why an encoded value is none of the parameter's, if it is none."""
    try:
        found = fit(decode(value, parameter.field), parameter.field, parameter.name)
    except (AssertionError, IndexError, TypeError, ValueError, OverflowError):  # not encoded as this kind is
        found = None
    if isinstance(found, Misfit):
        return found
    if found != value or isinstance(found, bool) != isinstance(value, bool):
        return Misfit("AV312", f"`{value!r}` is not a value of `{parameter.name}`")
    return None


def _once(place: int, rule: ModelRule, parameters: Parameters, report: Report, kept: Kept) -> list[Rule]:
    """A rule lowered, or as it was where it would be the same again and nothing is to be said of it."""
    if place in kept and all(parameters.held(name) == value for name, value in kept[place][0].items()):
        return kept[place][1]
    before, found = len(report.diagnostics), _lower_rule(rule, parameters, report)
    if len(report.diagnostics) == before:
        kept[place] = {name: parameters.held(name) for name in referred(rule)}, found
    return found


def _lower_rule(rule: ModelRule, parameters: Parameters, report: Report) -> list[Rule]:
    found, rules = eras(referred(rule), parameters), list[Rule]()
    alternatives = expanded(rule, report, len(found))
    chosen = [(era, conditions) for era in found for conditions in alternatives]
    for number, (era, conditions) in enumerate(chosen, 1):
        then = parameters.overridden(era.values) if era.values else parameters
        asked = (*conditions, *era.condition(parameters, rule.span))
        rules.append(_Lowering(rule, then, report, rules).rule(number if len(chosen) > 1 else 0, asked))
    return rules


class _Lowering:
    """One alternative of one rule on its way. Inner rules go into ``rules``."""

    def __init__(self, rule: ModelRule, parameters: Parameters, report: Report, rules: list[Rule]) -> None:
        self._rule = rule
        self._parameters = parameters
        self._report = report
        self._rules = rules
        self._types: dict[str, FactType] = {}
        self._shown: dict[str, Field] = {}
        self._fresh = (f"_{number}" for number in count(1))  # variables that no author can have written
        self._terms = Terms(rule.variables, parameters, {}, {}, {})

    def rule(self, alternative: int, conditions: tuple[Condition, ...]) -> Rule:
        rule = self._rule
        matches, guards = self._conditions(conditions, Domain())
        heads = tuple(self._head(conclusion) for conclusion in rule.then)
        return self._made(alternative, matches, guards, heads, self._says())

    def _made(
        self, alternative: int, matches: list[Match], guards: list[Guard], heads: tuple[Head, ...], says: Sentence
    ) -> Rule:
        ratios = self._terms.ratios
        shown = tuple(Shown(name, field, ratios.get(name)) for name, field in sorted(self._shown.items()))
        early, rule = early_guards(matches, guards), self._rule
        between = rule.between and alternative >= 0
        return Rule(
            rule.id, alternative, tuple(matches), tuple(guards), heads, says, rule.backing, shown, early, between
        )

    def _conditions(self, conditions: tuple[Condition, ...], domain: Domain) -> tuple[list[Match], list[Guard]]:
        """The patterns and guards of a conjunction, after those of ``domain``."""
        matches, guards, exceptions = domain.matches, domain.guards, list[NotAll]()
        self._terms = replace(self._terms, ratios={**self._terms.ratios, **averages(conditions)})
        for condition in conditions:
            if isinstance(condition, Pattern):
                match, compares = self._match(condition)
                matches.append(match)
                guards += compares
        bound, aggregates, asked = domain.bound, domain.aggregates, dict[int, list[Guard]]()
        for place, condition in enumerate(conditions):
            if isinstance(condition, AggregateOf):
                found, asked[place] = self._aggregate(condition, bound)
                aggregates += found
        if divides(self._rule):
            self._find_ranges(matches, aggregates, conditions)
        for place, condition in enumerate(conditions):
            match condition:
                case AggregateOf():
                    guards += asked[place]
                case NoneOf():
                    guards.append(Absent(self._match(condition.pattern)[0], condition.origin))
                case KnownOf():
                    match = self._match(condition.pattern)[0]
                    guards.append(Known(match, condition.field, condition.given, condition.origin))
                case Test():
                    guards += self._test(condition, self._rule.variables)
                case NotAll():
                    exceptions.append(condition)
                case Pattern() | AnyOf():
                    pass
        outer = Outer(matches, self._in_order(aggregates), guards, self._types)
        denials = [denial for each in exceptions for denial in self._denied(each, outer)]
        return matches, [*outer.aggregates, *guards, *denials]

    def _denied(self, condition: NotAll, outer: Outer) -> Iterator[Guard]:
        """That conditions do not hold together; of each alternative among them by itself."""
        for denied in expanded(replace(self._rule, when=condition.conditions), self._report):
            tree = written.NotAll(tuple(map(tree_of, denied)), condition.origin.unless)
            match denied:
                case (Pattern(compares=()) as pattern,):
                    yield Absent(self._match(pattern)[0], tree)
                case (Test() as test,):
                    operator = OPPOSITE[test.operator]
                    for found in self._test(test, condition.variables):
                        yield replace(found, operator=operator, origin=replace(test.origin, operator=operator))
                case (KnownOf() as known,):
                    origin = replace(known.origin, given=not known.given)
                    yield Known(self._match(known.pattern)[0], known.field, not known.given, origin)
                case _:
                    yield Absent(self._inner(denied, condition, outer), tree)

    def _inner(self, denied: tuple[Condition, ...], condition: NotAll, outer: Outer) -> Match:
        """What matches the fact that denied conditions hold together, which an inner rule derives."""
        domain = outer.domain(denied, self._fresh)
        names = joined(denied)
        joins = {name: names[name] for name in names.keys() & outer.bound - domain.bound}
        fields = {**joins, **domain.naming}
        rule = replace(self._rule, variables=condition.variables)
        inner = _Lowering(rule, self._parameters, self._report, self._rules)
        inner._fresh, inner._types = self._fresh, self._types
        inner._terms = replace(inner._terms, ratios=self._terms.ratios)
        inner._shown |= self._shown
        matches, guards = inner._conditions(denied, domain)
        inner._shown |= fields
        number = sum(rule.inner for rule in self._rules) + 1
        head = inner_head(rule.id, number, fields)
        self._rules.append(inner._made(-number, matches, guards, (head,), written.SILENT))
        return Match(head.type, (), tuple(enumerate(sorted(fields))))

    def _find_ranges(
        self, matches: list[Match], aggregates: list[Aggregate], conditions: tuple[Condition, ...]
    ) -> None:
        found = ranges(matches, aggregates, self._types)
        terms = replace(self._terms, ranges=found, within=found)
        counts = [(">", ratio.denominator, Literal(0)) for ratio in terms.ratios.values()]
        within = positive(found, (*counts, *(terms.plain(test) for test in conditions if isinstance(test, Test))))
        self._terms = replace(terms, within=within)

    def _test(self, test: Test, variables: Mapping[str, Field]) -> list[Compare]:
        try:
            left, right, told, ratios = replace(self._terms, variables=variables).comparison(test)
        except DividedByZero:
            self._divided(test.origin)
            return []
        self._check_scale(test.origin, left, right)
        return [Compare(test.operator, left, right, test.origin, told, ratios)]

    def _divided(self, origin: written.Comparison | written.Conclusion) -> None:
        message = f"`{origin.text}` divides by zero"
        if all(found.message != message for found in self._report.diagnostics):  # of another alternative
            self._report.error("AV618", message, self._rule.span, "has no value", "divide by what is not zero")

    def _says(self) -> written.Sentence:
        """The sentence, with the values of the parameters that it mentions."""
        rule, parameters = self._rule, self._parameters

        def shown(mentioned: str) -> str | None:
            name = rule.parameters.get(mentioned)
            return None if name is None else show(parameters.value(name), parameters.field(name))

        return rule.says.filled(shown) if rule.parameters else rule.says

    def _head(self, conclusion: Conclusion) -> Head:
        typed = zip(conclusion.values, conclusion.type.fields, strict=True)
        try:
            values = tuple(self._terms.valued(term, field) for term, field in typed)
        except DividedByZero:
            self._divided(conclusion.origin)
            values = ()
        self._check_scale(conclusion.origin, *values)
        return Head(conclusion.type.name, values)

    def _check_scale(self, origin: written.Comparison | written.Conclusion, *expressions: Expression) -> None:
        if any(map(beyond, expressions)):
            message = f"`{origin.text}` has a number beyond 64 bits once all have the same decimal places"
            self._report.error("AV313", message, self._rule.span, "out of range", "use numbers of fewer places")

    def _match(self, pattern: Pattern, *also: int) -> tuple[Match, list[Compare]]:
        """The pattern, and what it compares. Fields that are bound, and those ``also`` looked at, must have a value."""
        of = self._types[pattern.type.name] = pattern.type
        cells: list[tuple[int, Cell]] = []
        for cell in pattern.cells:
            field = of.fields[cell.field]
            cells.append((cell.field, lower_cell(cell, field, self._parameters)))
        binds = [(bind.field, bind.variable) for bind in pattern.binds]
        needed = {*(bind.field for bind in pattern.binds), *(each.field for each in pattern.compares), *also}
        for index, passing in cells:  # no text is made of `none`
            if isinstance(passing, Among) and passing.parts and not passing.negated and NONE not in passing.values:
                needed.add(index)
        cells += ((index, some_value(of.fields[index])) for index in sorted(needed) if of.fields[index].optional)
        for index, variable in binds:
            self._shown.setdefault(variable, self._rule.variables.get(variable, of.fields[index]))
        compares: list[Compare] = []
        for compare in pattern.compares:
            field = of.fields[compare.field]
            variable = self._new(field)
            binds.append((compare.field, variable))
            sides = Ratio(Variable(variable), ONE, field.places), self._terms.lowered(Use(compare.variable))
            left, right, told, ratios = multiplied_out(*sides, field)
            origin = written.FieldComparison(of.name, field.name, compare.operator, compare.variable)
            compares.append(Compare(compare.operator, left, right, origin, told, ratios))
        return Match(of.name, tuple(cells), tuple(binds), pattern.origin), compares

    def _parts(self, condition: AggregateOf) -> tuple[list[Aggregate], list[Guard]]:
        """The aggregates of which one is the quotient, and that the last of them, which counts, has anything."""
        variable, found = condition.variable, list[Aggregate]()
        self._shown[variable] = self._rule.variables[variable]
        for part, name in zip(AGGREGATES[condition.function].parts, part_names(variable), strict=True):
            field = None if AGGREGATES[part].of_facts else condition.field
            called = "" if field is None else condition.pattern.type.fields[field].name
            origin = written.Aggregate(part, condition.pattern.origin, called, name.removeprefix("_"))
            self._shown[name] = AGGREGATES[part].result(None if field is None else condition.pattern.type.fields[field])
            found.append(Aggregate(part, self._match(condition.pattern)[0], field, name, origin))
        return found, [Compare(">", Variable(found[-1].variable), Literal(0), found[-1].origin)]

    def _aggregate(self, condition: AggregateOf, bound: set[str]) -> tuple[list[Aggregate], list[Guard]]:
        """The aggregate, or its parts, and what is asked of the result."""
        if AGGREGATES[condition.function].parts:
            return self._parts(condition)
        guards: list[Guard] = []
        match, _ = self._match(condition.pattern, *([] if condition.field is None else [condition.field]))
        variable = condition.variable
        self._shown.setdefault(variable, self._rule.variables[variable])
        if variable in bound:
            field = self._rule.variables[variable]
            result = self._new(field)
            guards.append(Compare("=", Variable(variable), Variable(result), condition.origin, field))
        else:
            result = variable
            bound.add(variable)
        return [Aggregate(condition.function, match, condition.field, result, condition.origin)], guards

    def _new(self, field: Field) -> str:
        """A variable that no author can have written."""
        name = next(self._fresh)
        self._shown[name] = field
        return name

    def _in_order(self, aggregates: list[Aggregate]) -> list[Aggregate]:
        """Each aggregate after those whose results its pattern joins with."""
        waiting, ordered = list(aggregates), list[Aggregate]()
        while waiting:
            results = {aggregate.variable for aggregate in waiting}
            ready = [
                aggregate
                for aggregate in waiting
                if not any(variable in results for _, variable in aggregate.match.binds)
            ]
            if not ready:
                names = " and ".join(sorted(f"`${name}`" for name in results))
                message = f"the aggregates of {names} wait for each other"
                self._report.error(
                    "AV331", message, self._rule.span, "cannot be computed", "use another variable in one of them"
                )
                return ordered
            ordered += ready
            waiting = [aggregate for aggregate in waiting if aggregate not in ready]
        return ordered
