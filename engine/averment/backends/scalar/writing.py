"""Writing the code of one program: reading its fields, its nodes in order, its claim and the rules that fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from averment.ir.program import Among, Cell, Field, Kind, Program, Value
from averment.ir.values import Misfit, decode, fit, limits
from averment.law import network as net
from averment.law.truth import INT64_MAX, INT64_MIN, TRUE

_LINE = "    "
_GONE = "return None"
_TOGETHER = 64  # terms of one sum


class Writer:
    """The source of a function ``decide`` and the constants that it names."""

    def __init__(self, program: Program, network: net.Network) -> None:
        self._program, self._network = program, network
        self.constants: dict[str, Any] = {"Lookup": (KeyError, TypeError), "type": type, "len": len, "int": int}
        self._lines: list[str] = []
        self._text: dict[int, str] = {}
        self._bounds: dict[int, tuple[int, int]] = {}
        self._uses = Counter(child for node in network.nodes for child in _children(node))
        roots = [slot.truth for slots in network.slots.values() for slot in slots]
        roots += [truth for truths in network.fired.values() for truth in truths]
        self._uses.update(roots)

    @property
    def source(self) -> str:
        return "\n".join(["def decide(facts):", *(_LINE + line for line in self._lines)]) + "\n"

    def write(self) -> bool:
        """Write it all; False where the program needs more than straight-line code."""
        self._records()
        if self._mixes_sets():
            return False
        for place, node in enumerate(self._network.nodes):
            text = self._node(place, node)
            if text is None:
                return False
            self._keep(place, node, text)
        for check in self._network.checks:
            self._check(check)
        self._fired()
        return self._claim()

    def _mixes_sets(self) -> bool:
        """Whether sets may be compared whose bits mean different values."""
        fields = [declared for kind in self._program.types.values() for declared in kind.fields]
        if len({declared.values for declared in fields if declared.kind is Kind.SET}) < 2:
            return False
        compared = [node for node in self._network.nodes if isinstance(node, net.Same | net.Compared | net.Stored)]
        sides = [side for node in compared for side in _children(node)]
        return any(self._set_of(side) is not None for side in sides)

    # --- words ----------------------------------------------------------------------------------------------------

    def _constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _keep(self, place: int, node: net.Node, text: str) -> None:
        """Name what is used more than once; leave the rest to be written where it is used."""
        if self._uses[place] > 1 and not isinstance(node, net.Constant | net.Fixed | net.FieldOf):
            self._lines.append(f"v{place} = {text}")
            text = f"v{place}"
        self._text[place] = text

    # --- reading --------------------------------------------------------------------------------------------------

    def _records(self) -> None:
        """Every field of every record, checked; a case that lacks one, or has another, is not for this code."""
        kinds = [kind for kind in self._program.types.values() if kind.one]
        self._lines.append(f"if len(facts) != {len(kinds)}: {_GONE}")
        self._lines.append("try:")
        body: list[str] = []
        for number, kind in enumerate(kinds):
            body.append(f"r{number} = facts[{self._constant(kind.name)}]")
            body.append(f"if len(r{number}) != {len(kind.fields)}: {_GONE}")
            for index, declared in enumerate(kind.fields):
                body += self._field(
                    f"f{number}_{index}", f"r{number}[{self._constant(declared.name)}]", declared, kind.name
                )
        self._lines += [_LINE + line for line in body]
        self._lines.append(f"except Lookup: {_GONE}")
        self._names = {kind.name: number for number, kind in enumerate(kinds)}
        records = (
            "(" + "".join(f"f{number}_{index}, " for index in range(len(kind.fields))) + ")"
            for number, kind in enumerate(kinds)
        )
        self._values = f"({', '.join(records)}, )"

    def _field(self, name: str, read: str, declared: Field, owner: str) -> Iterator[str]:
        match declared.kind:
            case Kind.BOOLEAN:
                yield f"{name} = {read}"
                yield f"if {name} is not True and {name} is not False: {_GONE}"
            case Kind.LEVEL | Kind.CHOICE:
                codes = {value: index for index, value in enumerate(declared.values)}
                if declared.kind is Kind.CHOICE:
                    yield f"{name} = {self._constant({value: value for value in declared.values})}[{read}]"
                else:
                    yield f"{name} = {self._constant(codes)}[{read}]"
            case Kind.SET:
                bits = self._constant({value: 1 << index for index, value in enumerate(declared.values)})
                yield f"s = {read}"
                yield f"if type(s) not in {self._constant((list, tuple, set, frozenset))}: {_GONE}"
                yield f"{name} = 0"
                yield f"for e in s: {name} |= {bits}[e]"
                yield f"if {name}.bit_count() != len(s): {_GONE}"
            case Kind.INTEGER:
                least, greatest = _ends(declared)
                yield f"{name} = {read}"
                yield f"if type({name}) is not int or {name} < {least} or {name} > {greatest}: {_GONE}"
            case _:

                def encoded(value: object, declared: Field = declared) -> object:
                    found = fit(value, declared, f"{owner}.{declared.name}")
                    return None if isinstance(found, Misfit) else found

                yield f"{name} = {self._constant(encoded)}({read})"
                yield f"if {name} is None: {_GONE}"

    # --- nodes ----------------------------------------------------------------------------------------------------

    def _node(self, place: int, node: net.Node) -> str | None:
        text, bounds = self._text, self._bounds
        match node:
            case net.Constant(value):
                if isinstance(value, int) and not isinstance(value, bool):
                    bounds[place] = (value, value)
                    return f"({value})"
                return self._constant(self._encoded(value))
            case net.FieldOf(type, index):
                bounds[place] = _ends(self._program.types[type].fields[index])
                return f"f{self._names[type]}_{index}"
            case net.Coalesce(column, _) | net.Stored(column, _):  # in a complete case the first is always known
                if column in bounds:
                    bounds[place] = bounds[column]
                return text[column]
            case net.SizeOf(column):
                bounds[place] = (0, 64)
                return f"{text[column]}.bit_count()"
            case net.Calculated(operator, left, right):
                return self._calculated(place, operator, left, right)
            case net.Counted(members):
                bounds[place] = (0, len(members))
                return _total([text[member] for member in members]) if members else "(0)"
            case net.Summed(members, declared):
                return self._summed(place, members, declared)
            case net.Extreme():
                return None
            case net.Fixed(truth):
                return "True" if truth is TRUE else "False"
            case net.Passes(column, cell):
                return self._passes(text[column], cell, self._set_of(column))
            case net.Same(left, right):
                return f"({text[left]} == {text[right]})"
            case net.Given() | net.IsKnown() | net.Definite():
                return "True"
            case net.Compared(operator, left, right):
                return f"({text[left]} {'==' if operator == '=' else operator} {text[right]})"
            case net.All(parts):
                return "(" + " and ".join(text[part] for part in parts) + ")"
            case net.AnyOf(parts):
                return "(" + " or ".join(text[part] for part in parts) + ")"
            case net.Negated(part):
                return f"(not {text[part]})"
            case _:
                return None

    def _encoded(self, value: Value) -> object:
        if not isinstance(value, frozenset):
            return value
        declared = next(f for kind in self._program.types.values() for f in kind.fields if f.kind is Kind.SET)
        return _mask(value, declared)

    def _calculated(self, place: int, operator: str, left: int, right: int) -> str:
        (a, b), (c, d) = self._bounds[left], self._bounds[right]
        ends = {"+": (a + c, b + d), "-": (a - d, b - c), "*": (a * c, a * d, b * c, b * d)}[operator]
        return self._within(place, f"({self._text[left]} {operator} {self._text[right]})", min(ends), max(ends))

    def _summed(self, place: int, members: tuple[tuple[int, int], ...], declared: Field) -> str:
        low = high = 0
        terms: list[str] = []
        for truth, value in members:
            least, greatest = self._bounds.get(value, _ends(declared))
            low, high = low + min(0, least), high + max(0, greatest)
            terms.append(f"({self._text[value]} if {self._text[truth]} else 0)")
        return self._within(place, _total(terms), low, high)

    def _within(self, place: int, text: str, low: int, high: int) -> str:
        """A calculation; where its bounds leave 64 bits, so may it, and then the case is for another engine."""
        if low < INT64_MIN or high > INT64_MAX:
            self._lines.append(f"w{place} = {text}")
            self._lines.append(f"if w{place} < {INT64_MIN} or w{place} > {INT64_MAX}: {_GONE}")
            text, low, high = f"w{place}", max(low, INT64_MIN), min(high, INT64_MAX)
        self._bounds[place] = (low, high)
        return text

    def _set_of(self, column: int) -> Field | None:
        node = self._network.nodes[column]
        match node:
            case net.FieldOf(type, index):
                declared = self._program.types[type].fields[index]
            case net.Stored(_, declared):
                pass
            case _:
                return None
        return declared if declared.kind is Kind.SET else None

    def _passes(self, value: str, cell: Cell, of_set: Field | None) -> str:
        if isinstance(cell, Among):
            if of_set is not None:
                found = f"({value} & {_mask(cell.values, of_set)})"
                return f"(not {found})" if cell.negated else f"({found} != 0)"
            if len(cell.values) == 1:
                (only,) = cell.values
                return f"({value} {'!=' if cell.negated else '=='} {self._constant(only)})"
            return f"({value} {'not in' if cell.negated else 'in'} {self._constant(cell.values)})"
        tests: list[str] = []
        for low, high in cell.ranges:
            if low is not None and low == high:
                tests.append(f"{value} == {low}")
            elif low is None:
                tests.append("True" if high is None else f"{value} <= {high}")
            else:
                tests.append(f"{value} >= {low}" if high is None else f"{low} <= {value} <= {high}")
        return "(" + " or ".join(tests) + ")" if tests else "False"

    # --- the end --------------------------------------------------------------------------------------------------

    def _check(self, check: net.OutOfRange | net.Coincide | net.Unbounded) -> None:
        match check:
            case net.OutOfRange(truth, column, declared):
                least, greatest = _ends(declared)
                low, high = self._bounds.get(column, (INT64_MIN, INT64_MAX))
                if low < least or high > greatest:
                    self._lines.append(
                        f"if {self._text[truth]} and not {least} <= {self._text[column]} <= {greatest}: {_GONE}"
                    )
            case net.Coincide(left, right):
                pairs = zip(left.values, right.values, strict=True)
                equal = [f"{self._text[one]} == {self._text[other]}" for one, other in pairs if one != other]
                both = [self._text[left.truth], self._text[right.truth], *equal]
                self._lines.append(f"if {' and '.join(both)}: {_GONE}")
            case net.Unbounded():
                pass

    def _fired(self) -> None:
        truths: dict[str, list[str]] = {}
        for number, places in self._network.fired.items():
            truths.setdefault(self._program.rules[number].id, []).extend(self._text[place] for place in places)
        self._lines += ["fired = []", "a = fired.append"]
        for id, texts in sorted(truths.items()):
            if texts:
                self._lines.append(f"if {' or '.join(texts)}: a({self._constant(id)})")
        self.constants["tuple"] = tuple

    def _claim(self) -> bool:
        claim = self._program.claim
        truths: dict[str, list[str]] = {}
        for slot in self._network.slots.get(claim.type, []):
            node = self._network.nodes[slot.values[claim.field]]
            if not isinstance(node, net.Constant):
                return False
            truths.setdefault(str(node.value), []).append(self._text[slot.truth])
        strength = self._strength()
        self._lines.append("n = 0")
        for value, texts in truths.items():
            self._lines.append(f"if {' or '.join(texts)}:")
            self._lines += [f"{_LINE}n += 1", f"{_LINE}c = {self._constant(value)}"]
        words = {word: self._constant(word) for word in ("settled", "gap", "conflict")}
        self._lines.append("ids = tuple(fired)")
        rest = f"ids, {self._values}"
        self._lines.append(f"if n == 1: return c, {words['settled']}, {strength}, {rest}")
        self._lines.append(f"if n: return {words['conflict']}, {words['conflict']}, None, {rest}")
        self._lines.append(f"return {words['gap']}, {words['gap']}, None, {rest}")
        return True

    def _strength(self) -> str:
        """An expression for the one value of the strength, or None."""
        claim = self._program.claim
        slots = self._network.slots.get(claim.strength_type, []) if claim.strength_type else []
        if not slots:
            return "None"
        declared = self._program.types[claim.strength_type].fields[claim.strength_field]

        def shown(held: set[Any]) -> object:
            return decode(held.pop(), declared) if len(held) == 1 else None

        self._lines.append("h = " + self._constant(set) + "()")
        for slot in slots:
            value = self._text[slot.values[claim.strength_field]]
            self._lines.append(f"if {self._text[slot.truth]}: h.add({value})")
        return f"{self._constant(shown)}(h)"


def _total(terms: list[str]) -> str:
    """Terms added up; in groups, for Python reads a sum as deeply nested as it has terms."""
    while len(terms) > _TOGETHER:
        terms = [_total(terms[start : start + _TOGETHER]) for start in range(0, len(terms), _TOGETHER)]
    return f"({' + '.join(terms)})"


def _children(node: net.Node) -> Iterator[int]:
    """The nodes that a node names, once for each time its code does."""
    match node:
        case net.Calculated(_, left, right) | net.Compared(_, left, right) | net.Same(left, right):
            yield from (left, right)
        case net.Passes(column, cell):
            yield from [column] * (1 if isinstance(cell, Among) else max(len(cell.ranges), 1))
        case net.SizeOf(column) | net.Stored(column, _):
            yield column
        case net.Coalesce(first, _):
            yield first
        case net.Counted(parts) | net.All(parts) | net.AnyOf(parts):
            yield from parts
        case net.Summed(members, _):
            for truth, value in members:
                yield from (truth, value)
        case net.Negated(part):
            yield part
        case _:
            return


def _ends(declared: Field) -> tuple[int, int]:
    least, greatest = limits(declared) if declared.kind.ordered else (None, None)
    return INT64_MIN if least is None else least, INT64_MAX if greatest is None else greatest


def _mask(elements: frozenset[Any], declared: Field) -> int:
    return sum(1 << index for index, value in enumerate(declared.values) if value in elements)
