"""From a model to a program: parameters filled in, cells to ranges, `any` expanded, guards in order, strata found."""

from __future__ import annotations

from collections.abc import Mapping

from averment.core import written
from averment.core.program import (
    Absent,
    Aggregate,
    Cell,
    Compare,
    Expression,
    Field,
    Guard,
    Head,
    Known,
    Match,
    Program,
    Rule,
    Shown,
    Value,
    Variable,
)
from averment.core.values import Misfit, decode, fit, show
from averment.diagnostics.diagnostic import Report
from averment.ir.alternatives import expanded
from averment.ir.digest import pack_digest
from averment.ir.early import early_guards
from averment.ir.lower_cell import lower_cell
from averment.ir.lower_expression import aligned, beyond, lower_comparison, lower_term, told_as
from averment.ir.parameters import Parameters, own_parameters, referred
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
    Parameter,
    Pattern,
    Test,
)
from averment.source.collector import collector_paused

Kept = dict[int, tuple[dict[str, Value], list[Rule]]]
"""By its place a rule as it was lowered, with the values of the parameters that it names."""


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
    strata, recursive = stratify(model, rules, report)
    if any(found.severity == "error" for found in report.diagnostics[before:]):
        return None
    return Program(
        name=model.name,
        version=model.version,
        digest=digest or pack_digest(model),
        types=model.types,
        strata=strata,
        recursive=recursive,
        claim=model.claim,
        results=model.results,
        parameters={name: decode(value, parameters.field(name)) for name, value in parameters.values.items()},
        told={
            name: show(value, parameters.field(name))
            for name, value in parameters.values.items()
            if parameters.field(name).kind.timed
        },
    )


def _parameters(model: Model, overrides: Mapping[str, Value], report: Report) -> Parameters:
    own = own_parameters(model)
    values = dict(own.values)
    for name, value in overrides.items():
        parameter = model.parameters.get(name)
        if parameter is None:
            report.error("AV330", f"`{name}` is not a parameter of this pack")
        elif (misfit := _misfit(value, parameter)) is not None:
            report.error(misfit.code, misfit.message, parameter.span, misfit.label, *misfit.help)
        else:
            values[name] = value
    return Parameters(own.fields, values)


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
    if place in kept and all(parameters.value(name) == value for name, value in kept[place][0].items()):
        return kept[place][1]
    before, found = len(report.diagnostics), _lower_rule(rule, parameters, report)
    if len(report.diagnostics) == before:
        kept[place] = {name: parameters.value(name) for name in referred(rule)}, found
    return found


def _lower_rule(rule: ModelRule, parameters: Parameters, report: Report) -> list[Rule]:
    found = expanded(rule, report)
    if len(found) == 1:
        return [_Lowering(rule, parameters, report).rule(0, found[0])]
    return [_Lowering(rule, parameters, report).rule(number, conditions) for number, conditions in enumerate(found, 1)]


class _Lowering:
    """One alternative of one rule on its way."""

    def __init__(self, rule: ModelRule, parameters: Parameters, report: Report) -> None:
        self._rule = rule
        self._parameters = parameters
        self._report = report
        self._shown: dict[str, Field] = {}
        self._fresh = 0

    def rule(self, alternative: int, conditions: tuple[Condition, ...]) -> Rule:
        rule = self._rule
        matches: list[Match] = []
        guards: list[Guard] = []
        for condition in conditions:
            if isinstance(condition, Pattern):
                match, compares = self._match(condition)
                matches.append(match)
                guards += compares
        bound = {variable for match in matches for _, variable in match.binds}
        aggregates: list[Aggregate] = []
        for condition in conditions:
            match condition:
                case AggregateOf():
                    aggregates.append(self._aggregate(condition, bound, guards))
                case NoneOf():
                    guards.append(Absent(self._match(condition.pattern)[0], condition.origin))
                case KnownOf():
                    match = self._match(condition.pattern)[0]
                    guards.append(Known(match, condition.field, condition.given, condition.origin))
                case Test():
                    left, right, told = lower_comparison(condition, rule.variables, self._parameters)
                    self._check_scale(condition.origin, left, right)
                    guards.append(Compare(condition.operator, left, right, condition.origin, told))
                case Pattern() | AnyOf():
                    pass
        heads = tuple(self._head(conclusion) for conclusion in rule.then)
        ordered = (*self._in_order(aggregates), *guards)
        shown = tuple(Shown(name, field) for name, field in sorted(self._shown.items()))
        early = early_guards(matches, ordered)
        return Rule(rule.id, alternative, tuple(matches), ordered, heads, self._says(), rule.backing, shown, early)

    def _says(self) -> written.Sentence:
        """The sentence, with the values of the parameters that it mentions."""
        rule, parameters = self._rule, self._parameters

        def shown(mentioned: str) -> str | None:
            name = rule.parameters.get(mentioned)
            return None if name is None else show(parameters.value(name), parameters.field(name))

        return rule.says.filled(shown) if rule.parameters else rule.says

    def _head(self, conclusion: Conclusion) -> Head:
        typed = zip(conclusion.values, conclusion.type.fields, strict=True)
        values = tuple(
            aligned(*lower_term(term, self._rule.variables, self._parameters), field.places) for term, field in typed
        )
        self._check_scale(conclusion.origin, *values)
        return Head(conclusion.type.name, values)

    def _check_scale(self, origin: written.Comparison | written.Conclusion, *expressions: Expression) -> None:
        if any(map(beyond, expressions)):
            message = f"`{origin.text}` has a number beyond 64 bits once all have the same decimal places"
            self._report.error("AV313", message, self._rule.span, "out of range", "use numbers of fewer places")

    def _match(self, pattern: Pattern) -> tuple[Match, list[Compare]]:
        of = pattern.type
        cells: list[tuple[int, Cell]] = []
        for cell in pattern.cells:
            field = of.fields[cell.field]
            cells.append((cell.field, lower_cell(cell, field, self._parameters)))
        binds = [(bind.field, bind.variable) for bind in pattern.binds]
        for index, variable in binds:
            self._shown.setdefault(variable, self._rule.variables.get(variable, of.fields[index]))
        compares: list[Compare] = []
        for compare in pattern.compares:
            field = of.fields[compare.field]
            variable = self._new(field)
            binds.append((compare.field, variable))
            other = self._rule.variables[compare.variable].places
            places = max(field.places, other)
            left: Expression = aligned(Variable(variable), field.places, places)
            right = aligned(Variable(compare.variable), other, places)
            origin = written.FieldComparison(of.name, field.name, compare.operator, compare.variable)
            compares.append(Compare(compare.operator, left, right, origin, told_as(field, places)))
        return Match(of.name, tuple(cells), tuple(binds), pattern.origin), compares

    def _aggregate(self, condition: AggregateOf, bound: set[str], guards: list[Guard]) -> Aggregate:
        match, _ = self._match(condition.pattern)
        variable = condition.variable
        self._shown.setdefault(variable, self._rule.variables[variable])
        if variable in bound:
            field = self._rule.variables[variable]
            result = self._new(field)
            guards.append(Compare("=", Variable(variable), Variable(result), condition.origin, field))
        else:
            result = variable
            bound.add(variable)
        return Aggregate(condition.function, match, condition.field, result, condition.origin)

    def _new(self, field: Field) -> str:
        """A variable that no author can have written."""
        self._fresh += 1
        name = f"_{self._fresh}"
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
