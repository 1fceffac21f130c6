"""Which of the rows that match derive their facts: the hit policies of DMN 1.5, said in rules.

========================  ==========================================================================================
``collect``, none         every row that matches
``rule order``            likewise; the field ``order`` gets the number of the row
``output order``          likewise; the field ``order`` gets the place of its output in ``priority``
``first``                 the first that matches
``priority``              the one whose output comes first in ``priority``; of equals the first
``unique``                the one that matches: a case in which two do has no outcome
``any``                   every one that matches: a case in which two do that derive different facts has no outcome
``collect sum``, …        one fact, of the sum, count, min or max of what the rows that match give
========================  ==========================================================================================

What rows tell each other are facts of types that no author can name: of ``first``, that a row matches, and a later row
asks that none before it does. Rows are asked in blocks, each of a type of its own, so that a row looks at no more than
a block of them, however long the table is. All is asked for each record by itself, whose key the facts hold.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from averment.core import written
from averment.core.aggregates import AGGREGATES
from averment.core.node import Node, Span
from averment.core.program import NUMBER, FactType, Field
from averment.core.written import SILENT
from averment.model.conclusions import read_conclusion
from averment.model.conditions import read_pattern
from averment.model.model import (
    AggregateOf,
    Conclusion,
    Condition,
    Constant,
    ModelRule,
    NoneOf,
    Pattern,
    Test,
    Use,
)
from averment.model.scope import Scope
from averment.model.table import AGGREGATING, Row, Table
from averment.model.table_rows import bound

BLOCK = 16  # rows that look at each other one by one
_PLACE, _OUT = "_place", "_broken"
_FIRST, _LAST, _MANY = "_first", "_last", "_many"


def under_policy(table: Table, rows: list[Row], scope: Scope) -> tuple[list[ModelRule], list[FactType]]:
    """The rules that the rows of a table come to, and the types of what they tell each other."""
    policy = _Policy(table, scope)
    own, other = [row for row in rows if row.number], next((row for row in rows if not row.number), None)
    match table.hit:
        case "first" | "priority":
            policy.in_order([*table.ranked(own), *([other] if other else [])])
        case "unique":
            policy.unique(own, other)
        case "any":
            policy.agreeing(own, other)
        case _ if table.hit in AGGREGATING:
            policy.aggregated(own, other)
        case _:
            policy.all_of(own, other)
    return policy.rules, policy.types


class _Policy:
    def __init__(self, table: Table, scope: Scope) -> None:
        self.rules: list[ModelRule] = []
        self.types: list[FactType] = []
        self._table, self._scope, self._keys = table, scope, table.key_columns
        self._span = table.span

    # --- the policies -----------------------------------------------------------------------------------------------

    def all_of(self, rows: list[Row], other: Row | None) -> None:
        """Every row that matches."""
        hits = self._type("row of", {_PLACE: NUMBER}) if other else None
        for row in map(self._placed, rows) if self._table.hit == "output order" else rows:
            self._row(row, (), (self._matches(hits, row.number),) if hits else ())
        self._otherwise(other, hits)

    def _placed(self, row: Row) -> Row:
        """The row with the place of its output in the field for that."""
        assert self._table.order
        of, place = self._table.order
        rank = self._table.rank(row) + 1

        def placed(conclusion: Conclusion) -> Conclusion:
            if conclusion.type is not of:
                return conclusion
            name = of.fields[place].name
            number = written.Number(Decimal(rank))
            values = tuple(Constant(rank) if index == place else term for index, term in enumerate(conclusion.values))
            trees = tuple((key, number if key == name else tree) for key, tree in conclusion.origin.values)
            return replace(conclusion, values=values, origin=written.Conclusion(of.name, trees))

        return row._replace(then=tuple(map(placed, row.then)))

    def unique(self, rows: list[Row], other: Row | None) -> None:
        hits = self._type("row of", {_PLACE: NUMBER})
        for row in rows:
            self._row(row, (), (self._matches(hits, row.number),))
        self._otherwise(other, hits)
        ends = tuple(
            self._aggregate(function, hits, _PLACE, name) for function, name in (("min", _FIRST), ("max", _LAST))
        )
        variables = {_FIRST: hits.fields[hits.position[_PLACE]], _LAST: hits.fields[hits.position[_PLACE]]}
        less = written.Comparison("<", written.Dollar(_FIRST), written.Dollar(_LAST))
        self._promise((*ends, Test("<", Use(_FIRST), Use(_LAST), less)), variables)

    def agreeing(self, rows: list[Row], other: Row | None) -> None:
        """Every row that matches, where all those derive the same."""
        free = [column for column in self._table.then if column.value is None] or list(self._table.then)
        hits = self._type("result of", {column.variable: column.field for column in free})
        for row in rows:
            values = {column.variable: row.cells[column.variable] for column in free}
            self._row(row, (), (self._concluded(hits, values),))
        self._otherwise(other, hits)
        count, several = self._several(hits, 1)
        self._promise((count, several), {_MANY: AGGREGATES["count"].result(None)})

    def aggregated(self, rows: list[Row], other: Row | None) -> None:
        """One fact, of what all rows that match give."""
        table, column, function = self._table, self._table.counted, AGGREGATING[self._table.hit]
        if column is None:
            return
        aggregation = AGGREGATES[function]
        given = {} if aggregation.of_facts else {column.variable: aggregation.result(column.field)}
        hits = self._type("row of", {_PLACE: NUMBER, **given})
        for row in rows:
            values = {name: row.cells[name] for name in given}
            self._row(row, (), (self._matches(hits, row.number, values),))
        variables = {column.variable: aggregation.result(None if aggregation.of_facts else column.field)}
        when: list[Condition] = [
            *self._record(),
            self._aggregate(function, hits, "" if aggregation.of_facts else column.variable, column.variable),
        ]
        if other and aggregation.adds:
            when += self._several(hits, 0)
            variables[_MANY] = AGGREGATES["count"].result(None)
        variables |= {key.variable: key.field for key in self._keys}
        scope = replace(self._scope, variables=variables, bound=frozenset(variables))
        then: list[Conclusion] = []
        for of in {each.type.name: each.type for each in self._table.then}.values():
            listed = [
                (each.field.name, each.value or _named(f"${each.variable}", each.span), each.span)
                for each in self._table.then
                if each.type is of
            ]
            conclusion = read_conclusion(of, listed, self._span, scope, f"{table.name}/{function}")
            then += [conclusion] if conclusion else []
        self.rules.append(
            ModelRule(
                f"{table.name}/{function}", table.total, table.backing, tuple(when), tuple(then), variables, self._span
            )
        )
        self._otherwise(other, hits)

    def in_order(self, rows: list[Row]) -> None:
        """The first of these rows that matches."""
        before: FactType | None = None
        for start in range(0, len(rows), BLOCK):
            block, whole = rows[start : start + BLOCK], len(rows) <= BLOCK
            hits = self._type("row of" if whole else f"row from {start + 1} of", {_PLACE: NUMBER})
            for place, row in enumerate(block, start + 1):
                earlier = [self._none(hits, start + 1, place - 1, under=True)] if place > start + 1 else []
                earlier += [self._none(before, 1, start)] if before else []
                self._row(row, tuple(earlier), ())
                if place < len(rows):
                    self._inner(f"{row.id} matches", self._keyed(row), self._matches(hits, place))
            if start + BLOCK < len(rows):
                before = self._up_to(start + BLOCK, hits, before)

    def _up_to(self, place: int, hits: FactType, before: FactType | None) -> FactType:
        """The type that tells that one of the first rows matches, this many of them."""
        found = self._type(f"row up to {place} of", {_PLACE: NUMBER})
        for number, of in enumerate((hits, before), 1):
            if of:
                when = (read_pattern(of, self._joined(), self._span, self._scope),)
                self._inner(f"{self._table.name}/up to {place}, {number}", when, self._matches(found, place))
        return found

    # --- what they are made of --------------------------------------------------------------------------------------

    def _row(self, row: Row, more: tuple[Condition, ...], told: tuple[Conclusion, ...]) -> None:
        """The rule of a row; with the key of its record where rows tell or ask something of each other."""
        when = self._keyed(row) if more or told else row.when
        variables = dict(row.variables)
        if more or told:
            variables |= {key.variable: key.field for key in self._keys}
        self.rules.append(
            ModelRule(
                row.id,
                row.says,
                self._table.backing,
                (*when, *more),
                (*row.then, *told),
                variables,
                row.span,
                row.parameters,
            )
        )

    def _otherwise(self, row: Row | None, hits: FactType | None) -> None:
        if row and hits:
            self._row(row, (self._none(hits, 1, len(self._table.node.list_of("rows"))),), ())

    def _inner(self, id: str, when: tuple[Condition, ...], then: Conclusion, **variables: Field) -> None:
        """A rule that only tells what rows ask of each other, or that a promise is broken."""
        named = {key.variable: key.field for key in self._keys} | variables
        self.rules.append(ModelRule(id, SILENT, (), when, (then,), named, self._span, between=True))

    def _promise(self, conditions: tuple[Condition, ...], variables: dict[str, Field]) -> None:
        """The rule that is without a lawful outcome where the conditions hold: what it would derive is out of range."""
        broken = self._type("broken", {_OUT: NUMBER}, self._table.hit)
        then = self._concluded(broken, {_OUT: Node(1, self._span, "1")})
        fields = tuple(replace(field, maximum=0) if field.name == _OUT else field for field in broken.fields)
        broken = self.types[-1] = replace(broken, fields=fields)
        then = replace(then, type=broken)
        self._inner(f"{self._table.name}/{self._table.hit}", (*self._record(), *conditions), then, **variables)

    def _type(self, what: str, fields: dict[str, Field], policy: str = "") -> FactType:
        """A type of what rows tell, of each record by its key."""
        all_fields = {key.variable: key.field for key in self._keys} | fields
        name = f"_{what} {self._table.name}".replace(" ", "_").replace("-", "_")
        plain = tuple(_plain(name, field) for name, field in sorted(all_fields.items()))
        self.types.append(FactType(name, plain, derived=True, table=self._table.name, policy=policy))
        return self.types[-1]

    def _keyed(self, row: Row) -> tuple[Condition, ...]:
        return tuple(bound(pattern, self._keys) for pattern in row.when)

    def _record(self) -> tuple[Condition, ...]:
        """A record, by its key; nothing of a table that is asked once a case."""
        of = self._table.record
        if of is None:
            return ()
        return (bound(Pattern(of, (), (), (), written.Pattern(of.name), self._span), self._keys),)

    def _joined(self) -> list[tuple[str, Node, Span]]:
        return [(key.variable, _named(f"${key.variable}", self._span), self._span) for key in self._keys]

    def _none(self, of: FactType, first: int, last: int, under: bool = False) -> NoneOf:
        """None of the rows at these places has told so of this record; ``under``: others have facts of the type too."""
        cells = self._joined() + ([(_PLACE, _named(f"<= {last}", self._span), self._span)] if under else [])
        pattern = read_pattern(of, cells, self._span, replace(self._scope, inner=True))
        return NoneOf(pattern, written.NoRow(self._table.name, first, last, self._table.hit == "priority"))

    def _aggregate(self, function: str, of: FactType, field: str, variable: str) -> AggregateOf:
        pattern = read_pattern(of, self._joined(), self._span, replace(self._scope, inner=True))
        tree = written.Aggregate(function, pattern.origin, field, variable)
        return AggregateOf(function, pattern, of.position[field] if field else None, variable, tree, self._span)

    def _several(self, of: FactType, than: int) -> tuple[AggregateOf, Test]:
        """There are more than so many facts of a record."""
        tree = written.Comparison(">", written.Dollar(_MANY), written.Number(Decimal(than)))
        return self._aggregate("count", of, "", _MANY), Test(">", Use(_MANY), Constant(than), tree)

    def _matches(self, of: FactType, place: int, values: dict[str, Node] | None = None) -> Conclusion:
        return self._concluded(of, {_PLACE: Node(place, self._span, str(place)), **(values or {})})

    def _concluded(self, of: FactType, values: dict[str, Node]) -> Conclusion:
        listed = [(name, node, node.span) for name, node in values.items()]
        found = read_conclusion(of, [*self._joined(), *listed], self._span, self._scope, "")
        assert found is not None
        return found


def _plain(name: str, field: Field) -> Field:
    """A field of that kind, and nothing that is asked or presumed of it."""
    low, high = field.minimum, field.maximum
    return Field(
        name,
        field.kind,
        field.values,
        field.places,
        low,
        high,
        unit=field.unit,
        singular=field.singular,
        sensitive=field.sensitive,
    )


def _named(text: str, span: Span) -> Node:
    return Node(text, span, text)
