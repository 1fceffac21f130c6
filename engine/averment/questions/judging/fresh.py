"""Texts that neither the case nor a rule names: each stands for any other such text.

Nothing tells such *fresh* texts of a group of fields apart but whether they are the same one. Changes that differ only
in which of them they use are therefore one change; it is written with the first of them first, in the order of the
slots, then the second, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations, product

from averment.core.program import Kind, Value
from averment.core.text_tests import made_of
from averment.questions.judging.candidates import Candidates, named_texts
from averment.questions.judging.situation import Situation
from averment.questions.judging.uses import Uses


class Fresh:
    """The fresh texts among the candidates of each slot."""

    def __init__(self, situation: Situation, uses: Uses, candidates: Sequence[Candidates]) -> None:
        self._group: dict[int, int] = {}
        self._texts: dict[int, tuple[Value, ...]] = {}
        self._ranks: dict[int, dict[Value, int]] = {}
        named: dict[int, frozenset[str]] = {}
        groups: dict[int, int] = {}
        for number, slot in enumerate(situation.slots):
            if slot.field.kind is not Kind.TEXT or (slot.type, slot.index) not in uses.read:
                continue
            group = uses.group(slot.type, slot.index)
            key = self._group[number] = groups.setdefault(id(group), len(groups) + 1)
            if key not in named:
                named[key] = named_texts(situation, group)
                texts = tuple(
                    text
                    for text in candidates[number] or ()
                    if text not in named[key] and not made_of(str(text), group.parts)
                )
                self._texts[key] = texts
                self._ranks[key] = {text: place for place, text in enumerate(texts, 1)}

    def group(self, number: int) -> int:
        """A number for the group of a slot that holds a text; 0 for other slots."""
        return self._group.get(number, 0)

    def rank(self, number: int, value: Value) -> int:
        """Which fresh text a value of a slot is, from 1 on; 0 for one that is named."""
        return self._ranks[self._group[number]].get(value, 0) if number in self._group else 0

    def most(self, number: int, taken: Iterable[tuple[int, Value]]) -> int:
        """The greatest rank a slot may take, in order, after the slots that have ``taken`` theirs."""
        group = self._group.get(number)
        ranks = (self.rank(other, value) for other, value in taken if self._group.get(other) == group)
        return 1 + max(ranks, default=0)

    def in_order(self, changes: Sequence[tuple[int, Value]]) -> bool:
        """Whether changes, in the order of their slots, are as a change is written."""
        return all(
            self.rank(number, value) <= self.most(number, changes[:place])
            for place, (number, value) in enumerate(changes)
        )

    def in_turn(self, numbers: Sequence[int], number: int, values: Iterable[Value]) -> tuple[Value, ...]:
        """The values of a slot that may occur in a change of some of these slots, in order."""
        group = self._group.get(number)
        if group is None:
            return tuple(values)
        place = [other for other in numbers if self._group.get(other) == group].index(number)
        return tuple(value for value in values if self.rank(number, value) <= place + 1)

    def once(self, number: int, values: Iterable[Value]) -> list[Value]:
        """Of values that do alike those to name: of fresh texts the first."""
        kept: list[Value] = []
        for value in values:
            if not self.rank(number, value) or not any(self.rank(number, other) for other in kept):
                kept.append(value)
        return kept

    def renamed(self, changes: dict[int, Value]) -> Iterator[dict[int, Value]]:
        """The changes under every naming of their fresh texts, first as a change is written."""
        used: dict[int, list[Value]] = {}
        for number, value in sorted(changes.items()):
            if self.rank(number, value) and value not in used.setdefault(self._group[number], []):
                used[self._group[number]].append(value)
        for names in product(*(permutations(self._texts[group], len(texts)) for group, texts in used.items())):
            renaming = {
                (group, text): name
                for (group, texts), chosen in zip(used.items(), names, strict=True)
                for text, name in zip(texts, chosen, strict=True)
            }
            yield {number: renaming.get((self.group(number), value), value) for number, value in changes.items()}
