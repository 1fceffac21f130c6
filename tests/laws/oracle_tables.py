"""Decision tables for the oracle: which rows match of which record, and which of those their hit policy lets derive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.laws.oracle_words import named

if TYPE_CHECKING:
    from tests.laws.oracle import Conjunction, Program

AGGREGATED = ("collect sum", "collect count", "collect min", "collect max")


def write_table(program: Program, table: Mapping[str, Any], conjunction: type[Conjunction]) -> None:
    """The rows of a table as atoms ``hit(CASE, ROW, KEY …)``, and what follows from those that are chosen."""
    _Table(program, table, conjunction).write()


class _Table:
    def __init__(self, program: Program, table: Mapping[str, Any], conjunction: type[Conjunction]) -> None:
        self.program, self.table, self.conjunction = program, table, conjunction
        self.hit_policy = table.get("hit", "collect")
        self.then = [(path, None) if isinstance(path, str) else next(iter(path.items())) for path in table["then"]]
        self.record = next((type for type, _ in self.columns() if program.types[type].get("cardinality") != "one"), "")
        about = program.types.get(self.record, {})
        key = about.get("key", list(about.get("fields", ()))) if self.record else []
        self.key = [key] if isinstance(key, str) else key
        self.hit, self.chosen = program.fresh("hit"), program.fresh("chosen")
        self.keys = "".join(f",{named(name)}" for name in self.key)
        self.case = f"record{self.hit}(C{self.keys})"

    def columns(self) -> list[tuple[str, str]]:
        return [tuple(path.split(".")) for path in self.table["when"]]  # type: ignore[misc]

    def write(self) -> None:
        lines, rows = self.program.written, self.table["rows"]
        lines.append(f"{self.case} :- {self._record()}.")
        for number, row in enumerate(rows, 1):
            lines.append(f"{self.hit}(C,{number}{self._matched(row)}.")
        if self.hit_policy in AGGREGATED:
            self._total()
        else:
            lines += self._choice()
            for number, row in enumerate(rows, 1):
                self._conclude(number, f"{number}", row[len(self.columns()) :])
        if "else" in self.table:
            lines.append(f"{self.chosen}(C,0{self.keys}) :- {self.case}, not {self._any_hit()}.")
            self._conclude(0, "else", self.table["else"])

    def _any_hit(self) -> str:
        some = f"some{self.hit}(C{self.keys})"
        self.program.written.append(f"{some} :- {self.hit}(C,_{self.keys}).")
        return some

    def _record(self) -> str:
        if not self.record:
            return "case(C)"
        fields = self.program.types[self.record]["fields"]
        return f"{self.record}(C,{','.join(named(name) if name in self.key else '_' for name in fields)})"

    def _matched(self, row: list[Any]) -> str:
        """The key of the records that a row matches, and the body under which it does."""
        conjunction = self.conjunction(self.program, "", [])
        keys = ""
        looks = [(of, {name: cell}) for (of, name), cell in zip(self.columns(), row, strict=False) if of != self.record]
        if self.record:
            own = zip(self.columns(), row, strict=False)
            looks.append((self.record, {name: cell for (of, name), cell in own if of == self.record}))
        for type, cells in looks:
            atom, columns = conjunction.matched(type, cells, outer=True)
            if type == self.record:
                names = [*self.program.types[type]["fields"]]
                keys = "".join(f",{columns[names.index(name)]}" for name in self.key)
            conjunction.body.append(atom)
        return f"{keys}) :- {', '.join(['case(C)', *conjunction.body])}"

    def _choice(self) -> Iterator[str]:
        hit, keys = self.hit, self.keys
        one, other = f"{hit}(C,R{keys})", f"{hit}(C,Q{keys})"
        match self.hit_policy:
            case "first" | "priority":
                for number in range(1, len(self.table["rows"]) + 1):
                    yield f"rank{hit}({number},{self._rank(number)})."
                earlier = f"later{hit}(C,R{keys})"
                yield f"{earlier} :- {one}, {other}, rank{hit}(R,A), rank{hit}(Q,B), (B,Q) < (A,R)."
                yield f"{self.chosen}(C,R{keys}) :- {one}, not {earlier}."
                return
            case "unique":
                yield f"outside(C) :- {one}, {other}, R < Q."
            case "any":
                for number, row in enumerate(self.table["rows"], 1):
                    yield f"result{hit}({number},{self._result(row)})."
                yield f"outside(C) :- {one}, {other}, result{hit}(R,A), result{hit}(Q,B), A != B."
            case _:
                pass
        yield f"{self.chosen}(C,R{keys}) :- {one}."

    def _rank(self, number: int) -> int:
        row = self.table["rows"][number - 1]
        return self.table["priority"].index(row[len(self.columns())]) if "priority" in self.table else 0

    def _result(self, row: list[Any]) -> str:
        conjunction = self.conjunction(self.program, "", [])
        values = iter(row[len(self.columns()) :])
        terms = [conjunction.value(next(values), self._field(path)) for path, value in self.then if value is None]
        return f"({','.join([*terms, '0'])})"

    def _field(self, path: str) -> Any:
        type, name = path.split(".")
        return self.program.types[type]["fields"][name]

    def _facts(self, cells: list[Any], place: int = 0) -> list[Any]:
        values, found = iter(cells), dict[str, dict[str, Any]]()
        for path, value in self.then:
            type, name = path.split(".")
            found.setdefault(type, {})[name] = next(values) if value is None else value
        if "order" in self.table:
            type, name = self.table["order"].split(".")
            found.setdefault(type, {})[name] = place
        return [{type: fields} for type, fields in found.items()]

    def _concluding(self, id: str) -> Conjunction:
        conjunction = self.conjunction(self.program, f"{self.table['table']}/{id}", [])
        fields = self.program.types[self.record]["fields"] if self.record else {}
        conjunction.scope = {name: fields[name] for name in self.key}
        return conjunction

    def _conclude(self, number: int, id: str, cells: list[Any]) -> None:
        conjunction = self._concluding(id)
        conjunction.body.append(f"{self.chosen}(C,{number}{self.keys})")
        place = self._rank(number) + 1 if self.hit_policy == "output order" and number else number
        conjunction.conclude(self._facts(cells, place))

    def _total(self) -> None:
        function = self.hit_policy.removeprefix("collect ")
        path = next(path for path, value in self.then if value is None)
        field, width = self._field(path), len(self.columns())
        given = f"given{self.hit}"
        for number, row in enumerate(self.table["rows"], 1):
            value = "1" if function == "count" else self.conjunction(self.program, "", []).value(row[width], field)
            self.program.written.append(f"{given}({number},{value}).")
            self.program.written.append(
                f'fired(C,"{self.table["table"]}/{number}") :- {self.hit}(C,{number}{",_" * len(self.key)}).'
            )
        conjunction = self._concluding(function)
        total = "V_total"
        what = f"{'R' if function == 'count' else 'W,R'} : {self.hit}(C,R{self.keys}), {given}(R,W)"
        conjunction.body += [self.case, f"{total} = #{function}{{ {what} }}"]
        if function in ("min", "max") or "else" in self.table:
            conjunction.body.append(self._any_hit())
        conjunction.scope["total"] = {"type": "integer"} if function == "count" else field
        conjunction.conclude(self._facts(["$total"]))
