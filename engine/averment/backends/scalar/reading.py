"""Reading the facts of a case: every field of every record, checked and encoded.

A case that lacks a field, has another, or holds what is not plainly a value of its field is not for this code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from averment.backends.scalar.source import GONE, Block, Names
from averment.backends.scalar.terms import Terms
from averment.core.plain import plain
from averment.core.program import FactType, Field, Kind, Program
from averment.core.values import Misfit, fit
from averment.ir.ranges import admitted

_EXACT = 10**15  # below it no two decimals are one binary float
FROM_LISTS = (list, tuple, set, frozenset)


class Reader:
    """Writes the reading of all given types.

    ``fields`` are by `one` type the names of its fields; ``rows`` by `many` type the name of a dictionary of its
    records by what tells them apart: the value of the one field of the key, or a tuple of several. ``values`` is an
    expression for all that was read, as ``Quick.values``.
    """

    def __init__(self, program: Program, names: Names, terms: Terms) -> None:
        self._names, self._terms = names, terms
        self._kinds = [kind for kind in program.types.values() if not kind.derived]
        self.fields: dict[str, list[str]] = {}
        self.rows: dict[str, str] = {}
        self.values = ""

    def write(self, block: Block) -> None:
        ones = sum(kind.one for kind in self._kinds)
        many = len(self._kinds) > ones
        if many:
            block.leave("not facts")
            block.line(f"given = {ones}")
        else:
            block.leave(f"len(facts) != {ones}")
        body = block.block("try:")
        values = [self._one(body, kind) if kind.one else self._many(body, kind) for kind in self._kinds]
        block.line(f"except Lookup: {GONE}")
        if many:
            block.leave("len(facts) != given")
        self.values = f"({', '.join(values)}, )"

    def _one(self, body: Block, kind: FactType) -> str:
        record = self._names.fresh("r")
        body.line(f"{record} = facts[{self._names.constant(kind.name)}]")
        body.leave(f"len({record}) != {len(kind.fields)}")
        self.fields[kind.name] = self._fields(body, record, kind)
        return row_of(self.fields[kind.name])

    def _many(self, body: Block, kind: FactType) -> str:
        """Records by key; of a type that the case does not speak of there are none."""
        name, rows, mentioned = self._names.constant(kind.name), self._names.fresh("d"), self._names.fresh("m")
        self.rows[kind.name] = rows
        body.line(f"{rows} = {{}}")
        if kind.absent_unknown:
            given = body
        else:
            given = body.block(f"if {name} in facts:")
            body.line(f"else: {mentioned} = None")
        given.line("given += 1", f"{mentioned} = {rows}", f"q = facts[{name}]")
        given.leave("type(q) is not list")
        each = given.block("for r in q:")
        each.leave(f"type(r) is not dict or len(r) != {len(kind.fields)}")
        fields = self._fields(each, "r", kind)
        key = [fields[index] for index in kind.naming]
        if key == fields:
            each.line(f"x = {key_of(fields)}", f"{rows}[x] = x")
        else:
            each.line(f"{rows}[{key_of(key)}] = {key_of(fields)}")
        given.leave(f"len({rows}) != len(q)")
        return mentioned

    def _fields(self, body: Block, record: str, kind: FactType) -> list[str]:
        found: list[str] = []
        for declared in kind.fields:
            found.append(self._names.fresh("f"))
            read = f"{record}[{self._names.constant(declared.name)}]"
            self._field(body, found[-1], read, declared, f"{kind.name}.{declared.name}")
        return found

    def _field(self, body: Block, name: str, read: str, declared: Field, shown: str) -> None:
        constant = self._names.constant
        match declared.kind:
            case Kind.BOOLEAN:
                body.line(f"{name} = {read}")
                body.leave(f"{name} is not True and {name} is not False")
            case Kind.LEVEL:
                body.line(f"{name} = {constant({value: rank for rank, value in enumerate(declared.values)})}[{read}]")
            case Kind.CHOICE:
                body.line(f"{name} = {constant({value: value for value in declared.values})}[{read}]")
            case Kind.SET:
                bits = constant({value: self._terms.bits[value] for value in declared.values})
                body.line(f"s = {read}")
                body.leave(f"type(s) not in {constant(FROM_LISTS)}")
                body.line(f"{name} = 0", f"for e in s: {name} |= {bits}[e]")
                body.leave(f"{name}.bit_count() != len(s)")
            case Kind.INTEGER:
                least, greatest = admitted(declared)
                body.line(f"{name} = {read}")
                body.leave(f"type({name}) is not int or {name} < {least} or {name} > {greatest}")
            case Kind.TEXT:
                body.line(f"{name} = {read}")
                other = body.block(f"if type({name}) is not str or not {name}.isascii() or not {name}.isprintable():")
                other.line(f"{name} = {constant(_encoder(declared, shown))}({name})")
                other.leave(f"{name} is None")
            case Kind.DECIMAL:
                self._decimal(body, name, read, declared, shown)
            case _:
                body.line(f"{name} = {constant(_encoder(declared, shown))}({read})")
                body.leave(f"{name} is None")

    def _decimal(self, body: Block, name: str, read: str, declared: Field, shown: str) -> None:
        """A binary float stands for the decimal of the field's places that it is nearest to, if its digits are so few
        that no other is: then to divide by the power of ten, which rounds rightly, gives the same float.
        """
        (least, greatest), ten = admitted(declared), 10**declared.places
        body.line(f"{name} = {read}")
        binary = body.block(f"if type({name}) is float and {-_EXACT} < {name} * {ten} < {_EXACT}:")
        binary.line(f"x = round({name} * {ten})")
        binary.leave(f"x / {ten} != {name} or x < {least} or x > {greatest}")
        binary.line(f"{name} = x")
        other = body.block("else:")
        other.line(f"{name} = {self._names.constant(_encoder(declared, shown))}({name})")
        other.leave(f"{name} is None")


def key_of(texts: list[str]) -> str:
    """What a dictionary has for some values: a value that is alone, or a tuple."""
    return texts[0] if len(texts) == 1 else row_of(texts)


def row_of(texts: list[str]) -> str:
    return "(" + "".join(f"{text}, " for text in texts) + ")"


def _encoder(declared: Field, shown: str) -> Callable[[object], Any]:
    def encoded(value: object) -> object:
        found = fit(plain(value), declared, shown)
        return None if isinstance(found, Misfit) else found

    return encoded
