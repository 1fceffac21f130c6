"""A second reading of the law, for complete cases: a pack as written, turned into an answer set program for clingo.

It shares no code with averment: it reads the pack's YAML and the cases as they stand. A complete case has no unknown,
so the law is that of stratified logic programs: each fact is an atom ``TYPE(CASE, FIELD, …)``, each conjunction of a
rule's conditions an atom of its variables, and each of its conclusions a rule over that atom. All cases are decided in
one run.

Values: levels are ranks, dates ordinals, decimals integers in their places, sets masks of bits, all else strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count, product
from typing import Any
from unicodedata import normalize

import clingo
import yaml
from tests.laws.oracle_numbers import NUMBER, Field, Numbers, Term, aligned, constant_of, places_of, scaled
from tests.laws.oracle_tables import write_table
from tests.laws.oracle_words import (
    MADE,
    NONE,
    Found,
    Test,
    Texts,
    data_of,
    expanded,
    listed,
    literal,
    many,
    named,
    of_optional,
    parameters_of,
    pattern,
    plain,
    rules_of,
    seconds,
    split,
    tables_of,
    tokens_of,
    types_of,
    unquoted,
    variable,
)

Scope = dict[str, Field]  # by variable, the field that its values are from
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
AGGREGATES = ("count", "sum", "min", "max", "average")
OPERATORS = ("<", "<=", ">", ">=", "=", "!=")
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def decide(files: Mapping[str, bytes], cases: Sequence[Mapping[str, Any]]) -> list[Found | None]:
    """What each case (its ``facts``) comes to; nothing where a rule derives a value outside of its field's range."""
    read = {name: yaml.load(text, LOADER) for name, text in files.items() if not name.endswith(".csv")}
    program = Program(read)
    cases = [data_of(files) | {**facts} for facts in cases]
    given = (line for number, facts in enumerate(cases) for line in program.case(number, facts))
    lines = [*program.lines(), *given]
    control = clingo.Control(["--warn=none"])
    control.add("base", [], "\n".join(lines))
    control.ground([("base", [])], context=Texts())
    with control.solve(yield_=True) as solved:
        model = solved.model()
        assert model is not None
        atoms = [(atom.name, [plain(argument) for argument in atom.arguments]) for atom in model.symbols(shown=True)]
    return [
        _found(program, [(name, rest) for name, (case, *rest) in atoms if case == number])
        for number in range(len(cases))
    ]


def _found(program: Program, atoms: Sequence[tuple[str, list[Any]]]) -> Found | None:
    said: dict[str, set[Any]] = {"claim": set(), "strength": set(), "fired": set(), "outside": set()}
    for name, values in atoms:
        said[name].add(values[0] if values else True)
    if said["outside"]:
        return None
    claims, strengths, fired = said["claim"], said["strength"], tuple(sorted(said["fired"]))
    if len(claims) != 1:
        status = "conflict" if claims else "gap"
        return Found(status, status, None, fired)
    strength = program.strength["of"][min(strengths)] if len(strengths) == 1 else None
    return Found(claims.pop(), "settled", strength, fired)


class Program:
    def __init__(self, files: Mapping[str, Any]) -> None:
        self.pack, self.types, self.rules = files["pack.yaml"], types_of(files), rules_of(files)
        self.tables = tables_of(files)
        self.parameters = parameters_of(files)
        fields = [about for kind in self.types.values() for about in kind["fields"].values()]
        self.elements = sorted({value for about in fields if about["type"] == "set" for value in about["of"]})
        self.numbers, self.written = count(), list[str]()

    @property
    def strength(self) -> Field:
        of = self.pack["claim"]["strength"]
        return self.types[of["fact"]]["fields"][of["field"]]  # type: ignore[no-any-return]

    def lines(self) -> list[str]:
        """The pack, and what is shown of each case."""
        claim = self.pack["claim"]
        shows = ["#show claim/2. #show strength/2. #show fired/2. #show outside/1."]
        for shown, of in (("claim", claim), ("strength", claim.get("strength"))):
            if of:
                names = ",".join("V" if name == of["field"] else "_" for name in self.types[of["fact"]]["fields"])
                shows.append(f"{shown}(C,V) :- {of['fact']}(C,{names}).")
        sizes = [f"size({mask},{mask.bit_count()})." for mask in range(2 ** len(self.elements))]
        for rule in self.rules:
            for conditions in expanded(rule["when"]):
                Conjunction(self, rule["rule"], conditions).conclude(rule["then"])
        for table in self.tables:
            write_table(self, table, Conjunction)
        return shows + sizes + self.written

    def case(self, number: int, facts: Mapping[str, Any]) -> Iterator[str]:
        yield f"case({number})."
        for name, kind in self.types.items():
            records = [] if kind.get("derived") else facts.get(name, [])
            for record in [records] if isinstance(records, dict) else records:
                values = (
                    self.value(record.get(field, about.get("default")), about)
                    for field, about in kind["fields"].items()
                )
                yield f"{name}({number},{','.join(values)})."

    def fresh(self, name: str) -> str:
        return f"{name}{next(self.numbers)}"

    def value(self, value: Any, field: Field) -> str:
        """A value of a field as a term; that an optional one has none is a symbol."""
        if value == NONE and field.get("optional"):
            return NONE
        match field["type"]:
            case "integer" | "decimal":
                return str(int(Decimal(str(value)).scaleb(field.get("places", 0))))
            case "level":
                return str(field["of"].index(value))
            case "date":
                return str(date.fromisoformat(str(value)).toordinal())
            case "time" | "datetime" | "duration":
                return str(seconds(field["type"], value))
            case "set":
                return str(sum(1 << self.elements.index(element) for element in value))
            case "boolean":
                return f'"{str(value).lower()}"'
            case _:
                text = normalize("NFC", str(value)).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                return f'"{text}"'

    def constant(self, token: str) -> Term:
        """A literal as a term."""
        return constant_of(self, token)

    # --- cells ----------------------------------------------------------------------------------------------------

    def atom(self, token: str, field: Field) -> str:
        """A literal, or the name of a parameter, where a value of the field is wanted."""
        if token in self.parameters and token not in field.get("of", ()):
            about = self.parameters[token]
            return self.value([about["value"]] if field["type"] == "set" else about["value"], field)
        plain = unquoted(token) if field["type"] == "text" else token
        return self.value([plain] if field["type"] == "set" else plain, field)

    def cell(self, cell: Any, column: str, field: Field) -> list[list[Test]]:
        """The alternatives under which a column passes a cell, each a list of comparisons."""
        if isinstance(cell, list):
            return [one for each in cell for one in self.cell(each, column, field)]
        if field.get("optional") and cell != "-":
            plain = {**field, "optional": False}
            return of_optional(str(cell), column, lambda others: self.cell(others, column, plain))
        tokens = tokens_of(str(cell).lower() if isinstance(cell, bool) else str(cell))
        if tokens == ["-"]:
            return [[]]
        negated = tokens[:2] == ["not", "("]
        listed = split(tokens[2:-1] if negated else tokens)
        tests = [self._test(each, column, field) for test in listed for each in self._spread(test, field)]
        if not negated:
            return tests
        opposites = ([(left, OPPOSITE[operator], right) for left, operator, right in test] for test in tests)
        return [list(chosen) for chosen in product(*opposites)]

    def _spread(self, tokens: list[str], field: Field) -> Iterator[list[str]]:
        """A test of a parameter that is a set as one of each of its elements."""
        about = self.parameters.get(tokens[-1], {})
        if about.get("type") != "set" or tokens[-1] in field.get("of", ()):
            yield tokens
            return
        for element in about["value"]:
            yield [*tokens[:-1], f'"{element}"' if field["type"] == "text" else element]

    def _test(self, tokens: list[str], column: str, field: Field) -> list[Test]:
        if tokens[0] in OPERATORS:
            return [(column, tokens[0], self.atom(literal(tokens[1:]), field))]
        if ".." in tokens:
            middle = tokens.index("..")
            low, high = literal(tokens[1:middle]), literal(tokens[middle + 1 : -1])
            above, below = ">=" if tokens[0] == "[" else ">", "<=" if tokens[-1] == "]" else "<"
            return [(column, above, self.atom(low, field)), (column, below, self.atom(high, field))]
        if tokens[0] in MADE and len(tokens) > 1:
            return [(f"@{MADE[tokens[0]]}({column},{self.atom(literal(tokens[-1:]), field)})", "=", "1")]
        value = self.atom(literal(tokens), field)
        return [(f"({column} & {value})", "!=", "0") if field["type"] == "set" else (column, "=", value)]


class Conjunction:
    """The conditions of one rule, without alternatives, and what they bind; or those that are denied ``within`` one."""

    def __init__(
        self, program: Program, rule: str, conditions: Sequence[Any], within: Conjunction | None = None
    ) -> None:
        self.program, self.rule = program, rule
        self.scope: Scope = dict(within.scope) if within else {}
        self.body = [line for line in within.body if not line.startswith("not ")] if within else []
        self.around = within.denials if within else []  # where one of these is false, nothing in here is asked
        self.dividing: list[tuple[str, list[str]]] = []  # tests, each with what must not be zero for it
        for condition in conditions:
            (key, content), *_ = condition.items()
            if key in AGGREGATES:
                self.scope[content["as"][1:]] = self._result(key, content)
            elif key in program.types:
                self.scope |= {
                    cell[1:]: program.types[key]["fields"][name] for name, cell in content.items() if variable(cell)
                }
        for condition in sorted(listed(conditions), key=lambda condition: isinstance(condition.get("not"), list)):
            (key, content), *_ = condition.items()
            self._condition(key, content)

    def _result(self, function: str, content: Any) -> Field:
        if function == "count":
            return NUMBER
        field: Field = self.program.types[pattern(content["of"])[0]]["fields"][content["field"]]
        return {**field, "over": many(content)} if function == "average" else field

    def _condition(self, key: str, content: Any) -> None:
        match key:
            case "test":
                self._compare(tokens_of(content))
            case "not" if isinstance(content, list):
                self.body += [f"not {self._together(denied)}" for denied in expanded(content)]
            case "not":
                self.body.append(f"not {self._exists(*pattern(content))}")
            case "known" | "unknown":
                exists = "C = C" if isinstance(content, str) else self._exists(*pattern(content["of"]))
                self.body.append(exists if key == "known" else f"not {exists}" if exists != "C = C" else "C != C")
            case _ if key in AGGREGATES:
                self.body.append(self._aggregate(key, content))
            case _:
                self.body.append(self.matched(key, content, outer=True)[0])

    def matched(self, type: str, cells: Mapping[str, Any], outer: bool, added: str = "") -> tuple[str, list[str]]:
        """The atom of a fact that passes the cells, and its columns; what is bound or ``added`` up has a value."""
        program, fields = self.program, self.program.types[type]["fields"]
        local: dict[str, str] = {}
        columns: list[str] = []
        passes: list[list[list[Test]]] = []
        for number, (name, field) in enumerate(fields.items()):
            cell = cells.get(name, "-")
            against = isinstance(cell, str) and "$" in cell and '"' not in cell
            passes += [[[(f"A{number}", "!=", NONE)]]] * (field.get("optional", False) and (against or name == added))
            if variable(cell):
                known = cell[1:] in self.scope
                columns.append(named(cell[1:]) if known else local.setdefault(cell, program.fresh("L")))
                continue
            columns.append(program.fresh("F"))
            if against:
                assert outer
                self.body.append(self._against(columns[-1], field, tokens_of(cell)))
            else:
                passes.append(program.cell(cell, f"A{number}", field))
        predicate, arguments = program.fresh("passes"), ",".join(f"A{number}" for number in range(len(fields)))
        for chosen in product(*passes):
            tests = [" ".join(test) for tests in chosen for test in tests]
            program.written.append(f"{predicate}(C,{arguments}) :- {', '.join([f'{type}(C,{arguments})', *tests])}.")
        return f"{predicate}(C,{','.join(columns)})", columns

    def _exists(self, type: str, cells: Mapping[str, Any]) -> str:
        """The atom that some fact matches, of the variables that it joins with."""
        matched, columns = self.matched(type, cells, outer=False)
        joined = ",".join(["C", *dict.fromkeys(column for column in columns if column.startswith("V"))])
        predicate = self.program.fresh("some")
        self.program.written.append(f"{predicate}({joined}) :- {matched}.")
        return f"{predicate}({joined})"

    def _together(self, conditions: Sequence[Any]) -> str:
        """The atom that some facts meet these conditions, of the variables that they share with those around them."""
        inner = Conjunction(self.program, self.rule, conditions, self)
        held = {name for line in self.body for name in re.findall(r"\bV_[a-z0-9_]+", line)}
        arguments = ",".join(["C", *sorted(held)])
        predicate = self.program.fresh("together")
        self.program.written.append(f"{predicate}({arguments}) :- {', '.join(['case(C)', *inner.lawful()])}.")
        return f"{predicate}({arguments})"

    def _aggregate(self, function: str, content: Any) -> str:
        type, cells = pattern(content["of"])
        matched, columns = self.matched(type, cells, outer=False, added=content.get("field", ""))
        place = [*self.program.types[type]["fields"]].index(content["field"]) if "field" in content else 0
        kept = ",".join([columns[place], *columns])
        result = named(content["as"][1:])
        if function == "average":
            counted = f"{many(content)} = #count{{ {','.join(columns)} : {matched} }}, {many(content)} > 0"
            return f"{result} = #sum{{ {kept} : {matched} }}, {counted}"
        found = f"{result} = #{function}{{ {kept} : {matched} }}"
        return found if function in ("count", "sum") else f"{found}, {result} != #sup, {result} != #inf"

    # --- expressions ----------------------------------------------------------------------------------------------

    def _compare(self, tokens: list[str]) -> None:
        place = next(place for place, token in enumerate(tokens) if token in OPERATORS)
        sides, numbers = (tokens[:place], tokens[place + 1 :]), Numbers(self.program, self.scope)
        alone = [len(side) == 1 and side[0][0].islower() for side in sides]
        if alone[0] and not alone[1]:
            right = numbers.sum(list(sides[1]), None)
            left = numbers.sum(list(sides[0]), right[1])
        else:
            left = numbers.sum(list(sides[0]), None)
            right = numbers.sum(list(sides[1]), left[1])
        self.body += numbers.beside
        compared = aligned(left, tokens[place], right)
        if numbers.zeros:
            self.dividing.append((compared, numbers.zeros))
        else:
            self.body.append(compared)

    def _against(self, column: str, field: Field, tokens: list[str]) -> str:
        negated = tokens[0] == "not"
        inner = tokens[2:-1] if negated else tokens
        operator = inner[0] if inner[0] in OPERATORS else "="
        other = Numbers(self.program, self.scope).sum(inner[-1:], None)
        return aligned((column, field), OPPOSITE[operator] if negated else operator, other)

    @property
    def denials(self) -> list[str]:
        """What is denied here and around."""
        return [*self.around, *(line for line in self.body if line.startswith("not "))]

    def lawful(self) -> list[str]:
        """The conditions, as far as none divides by zero; where one does and all else is true, there is no outcome."""
        choices = [
            [[test, *(f"{zero} != 0" for zero in zeros)], *([f"{zero} = 0"] for zero in zeros)]
            for test, zeros in self.dividing
        ]
        first, *others = ([text for texts in chosen for text in texts] for chosen in product(*choices))
        self.program.written += [
            f"outside(C) :- {', '.join(['case(C)', *self.around, *self.body, *other])}." for other in others
        ]
        return [*self.body, *first]

    # --- conclusions ----------------------------------------------------------------------------------------------

    def conclude(self, then: Sequence[Mapping[str, Any]]) -> None:
        program = self.program
        body, numbers = self.lawful(), Numbers(program, self.scope)
        heads: list[tuple[str, list[str], list[str]]] = []
        for conclusion in then:
            (type, values), *_ = conclusion.items()
            if program.types[type].get("distinct") == "by_rule":
                values = {**values, "rule": f'"{self.rule}"'}
            terms, outside = list[str](), list[str]()
            for name, field in program.types[type]["fields"].items():
                terms.append(self.value(values[name], field, numbers))
                outside += [f"{terms[-1]} < {program.value(field['min'], field)}"] if "min" in field else []
                outside += [f"{terms[-1]} > {program.value(field['max'], field)}"] if "max" in field else []
            heads.append((type, terms, outside))
        for zero in numbers.zeros:  # what comes after it may have no value then
            place = next(place for place, text in enumerate(numbers.beside) if text.startswith(f"{zero} = "))
            beside = [*numbers.beside[: place + 1], f"{zero} = 0"]
            program.written.append(f"outside(C) :- {', '.join(['case(C)', *body, *beside])}.")
        body += numbers.beside
        bound = {name for line in body for name in re.findall(r"\b[VS]_?[a-z0-9_]+", line)}
        used = ",".join(
            ["C", *sorted(name for name in bound if any(name in term for _, terms, _ in heads for term in terms))]
        )
        solved = program.fresh("solved")
        program.written.append(f"{solved}({used}) :- {', '.join(['case(C)', *body])}.")
        program.written.append(f'fired(C,"{self.rule}") :- {solved}({used}).')
        for type, terms, outside in heads:
            program.written.append(f"{type}(C,{','.join(terms)}) :- {solved}({used}).")
            program.written += [f"outside(C) :- {solved}({used}), {test}." for test in outside]

    def value(self, value: Any, field: Field, numbers: Numbers | None = None) -> str:
        """What a conclusion gives to a field, as a term."""
        numbers = numbers or Numbers(self.program, self.scope)
        if isinstance(value, list | bool):
            return self.program.value(value, field)
        tokens = tokens_of(str(value))
        if tokens[0] == "round":
            return numbers.rounded(tokens[1], numbers.sum(tokens[2:], None), places_of(field))
        return scaled(numbers.sum(tokens, field), places_of(field))
