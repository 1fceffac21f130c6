"""Working memory: the set of facts that are true and of those that are only possible, found by type and field value.

A possible fact with an unknown field stands for any number of facts; a true fact with unknown fields (a given record)
stands for exactly one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from averment.core.program import Fact, FactType, Guard, Kind, Match, Program, Value
from averment.law.cells import points
from averment.law.selection import Index, Selection, Wanted, repeated
from averment.law.tick import Tick, on_and_on, paced
from averment.law.truth import TRUE, UNKNOWN, Quantity, Truth

_FEW = 4  # facts are tried one by one

Spend = Callable[[int], None]
"""Told of every look (``law.budget``) that is taken at working memory."""


def freely(looks: int) -> None:
    """Whoever works without a budget."""


class Answer(NamedTuple):
    """What a guard is on what it joins with: its truth, the value it gives its variable, and how many facts it met."""

    guard: Guard
    truth: Truth
    value: Quantity = None
    met: int = 0


class Memory:
    """Facts by type. ``silent`` are the types of which there is assumed to be none, since the case does not speak of
    them; ``doubtful`` are the types of which something is unknown or merely possible, ``possible`` those of
    which a fact was; ``tick`` is called again and again while facts are held and whenever a pattern is matched against
    it, and ``spend`` told of every look.
    """

    def __init__(
        self,
        program: Program,
        given: Iterable[Fact],
        mentioned: Collection[str] | None,
        tick: Tick = on_and_on,
    ) -> None:
        """``given`` are the records of a case; ``mentioned`` the types it speaks of, if only with an empty list.

        What belongs to the pack is held beside. What a case leaves out is unknown: a blank record of each ``one`` type,
        and one of each type that is ``absent: unknown`` and not mentioned. With ``None`` instead the memory holds just
        these facts.
        """
        self.program, self.types, self.tick = program, program.types, tick
        self.spend: Spend = freely
        self.answers: dict[str, dict[object, Answer]] = {}  # of guards, by type and by what they ask
        self.behind: dict[str, dict[Fact, dict[Fact, None]]] = {}  # of inner types (``law.denied``)
        self.truths: dict[Fact, Truth] = {}
        self.doubtful: set[str] = set()
        self.possible: set[str] = set()
        self._facts: dict[str, list[Fact]] = {name: [] for name in program.types}
        self._all: dict[str, Selection] = {}
        self._selections: dict[object, Selection] = {}
        self._of_pattern: dict[int, tuple[Match, Selection]] = {}  # by identity, with what keeps it
        self.silent = frozenset[str]() if mentioned is None else program.silent.difference(mentioned)
        self.learn(given)
        if mentioned is None:
            return
        for data in program.data.values():
            self.learn(data.facts)
        for name, kind in program.types.items():
            if kind.one:
                if not self._facts[name]:
                    self.add(_blank(kind), TRUE)
            elif kind.absent_unknown and name not in mentioned:
                self.add(_blank(kind), UNKNOWN)

    def add(self, fact: Fact, truth: Truth) -> bool:
        """Hold ``fact``; whether that is news. What is true is never made merely possible."""
        held = self.truths.get(fact)
        if held is not None and held >= truth:
            return False
        self.truths[fact] = truth
        if held is None:
            self._file((fact,))
        elif fact.type in self.answers:
            del self.answers[fact.type]
        if truth is UNKNOWN:
            self.doubtful.add(fact.type)
            self.possible.add(fact.type)
        return True

    def learn(self, facts: Iterable[Fact]) -> list[Fact]:
        """Hold facts as true; those of them that are news."""
        truths = self.truths
        size = len(truths)
        news: list[Fact] = []
        raised: list[Fact] = []
        for fact in paced(facts, self.tick):
            held = truths.setdefault(fact, TRUE)
            if len(truths) > size:
                size += 1
                news.append(fact)
            elif held is not TRUE:
                truths[fact] = TRUE
                raised.append(fact)
        self._file(news)
        if raised:
            self.answers.clear()
        return news + raised

    @property
    def uncertain(self) -> bool:
        """Whether anything is unknown or merely possible."""
        return bool(self.doubtful)

    def of(self, type: str) -> list[Fact]:
        """Every fact of a type, true or possible."""
        return self._facts[type]

    def true(self, type: str) -> Iterator[Fact]:
        """The true facts of a type."""
        return (fact for fact in self._facts[type] if self.truths[fact] is TRUE)

    def holds(self, facts: Iterable[Fact]) -> bool:
        """Whether all of these are true."""
        return all(self.truths.get(fact) is TRUE for fact in facts)

    def candidates(self, type: str, field: int, value: Value) -> list[Fact]:
        """The facts of ``type`` whose ``field`` is, or may be, ``value``."""
        return self._agreeing(self._whole(type), (field,), (value,))

    def meeting(self, pattern: Match, fields: tuple[int, ...], wanted: Wanted) -> list[Fact] | None:
        """The facts that may match ``pattern`` by its cells, and have, or may have, the wanted values in these fields;
        none where there are so few of the type that all may as well be tried.
        """
        if self.few(pattern.type):
            return None
        selection = self._selection(pattern)
        return self._agreeing(selection, fields, wanted) if fields else selection.facts

    def few(self, type: str) -> bool:
        """Whether all facts of a type may as well be tried."""
        return len(self._facts[type]) <= _FEW

    def all_few(self, types: Iterable[str]) -> bool | None:
        """Whether the facts of each of these types are few; None where there are none of one."""
        facts, few = self._facts, True
        for type in types:
            size = len(facts[type])
            if not size:
                return None
            if size > _FEW:
                few = False
        return few

    def index(self, pattern: Match, fields: tuple[int, ...]) -> Index:
        """The facts that may match ``pattern`` by its cells, by their values in these fields."""
        return self._taken(self._selection(pattern), fields)

    def _whole(self, type: str) -> Selection:
        found = self._all.get(type)
        if found is None:
            found = self._all[type] = Selection([self._facts[type]])
        return found

    def _selection(self, pattern: Match) -> Selection:
        _, found = self._of_pattern.get(id(pattern), (None, None))
        if found is None:
            found = self._made(pattern)
            self._of_pattern[id(pattern)] = pattern, found
        if found.through:
            self._taken(self._whole(pattern.type), found.through)
        if looks := found.take():
            self.spend(looks)
        return found

    def _made(self, pattern: Match) -> Selection:
        """Alike patterns have one. Where a cell passes few values, only facts that have one of them are looked at."""
        same = repeated(pattern)
        if not pattern.cells and not same:
            return self._whole(pattern.type)
        key = pattern.type, pattern.cells, same
        found = self._selections.get(key)
        if found is None:
            found = self._selections[key] = self._selecting(pattern)
        return found

    def _selecting(self, pattern: Match) -> Selection:
        for field, cell in pattern.cells:
            values = points(cell)
            if values is not None and self.types[pattern.type].fields[field].kind is not Kind.SET:
                index = self._whole(pattern.type).index((field,))
                return Selection([index.bucket((value,)) for value in (*values, None)], pattern, (field,))
        return Selection([self._facts[pattern.type]], pattern)

    def _agreeing(self, selection: Selection, fields: tuple[int, ...], wanted: Wanted) -> list[Fact]:
        index = self._taken(selection, fields)
        if index.gaps:
            self.spend(len(index.gaps))
        return index.agreeing(wanted)

    def _taken(self, selection: Selection, fields: tuple[int, ...]) -> Index:
        index = selection.index(fields)
        if index.read < len(selection.facts):
            self.spend(index.take(selection.facts))
        return index

    def _file(self, facts: Iterable[Fact]) -> None:
        filed, answers = self._facts, self.answers
        for fact in facts:
            filed[fact[0]].append(fact)
            if fact[0] in answers:
                del answers[fact[0]]
            if None in fact[1]:
                self.doubtful.add(fact[0])

    def unbounded(self, fact: Fact) -> bool:
        """Whether ``fact`` may stand for more than one fact."""
        return fact[0] in self.possible and None in fact[1] and self.truths[fact] is UNKNOWN


def _blank(type: FactType) -> Fact:
    return Fact(type.name, (None,) * len(type.fields))
