"""Which fields belong to some least set that turns the claim, found out once for all that nothing tells apart.

Of hundreds of records a few classes are made (``blocks``): what is so of a field of one is so of that field of all.
What is asked of Z3 is how many of a class change, not which, so a thousand records cost it no more than ten; and a
least set that was found stands for all that differ from it in which they are.

The questions are those of ``turning``: a change that turns the claim, and no longer does so without one of its fields;
where the rest of it turns the claim after all, by other values, a least set is in there, which is excluded. Each change
is decided again by the reference backend before it counts; that there is none is proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from averment.backends.symbolic.blocks import blocks_of
from averment.backends.symbolic.counted import Changed, Counted, Counts, Found, Sizes, changed_in
from averment.backends.symbolic.terms import Beyond
from averment.core.program import Value
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry

MOST_EFFORT = 2_000_000  # of one question to Z3
MOST_SETS = 60  # found for one field of a class
MOST_COUNTS = 800  # of classes in their ways
MOST_UPPER = 2_000  # nodes above the blocks

Same = list[int]
"""Slots that nothing tells apart."""
Field = tuple[int, int]
"""A class, and the place of a leaf in its blocks."""


class ByClass:
    """``values``: by slot those it may change to; all other fields stay as they are."""

    def __init__(self, judge: Judge, circuitry: Circuitry, values: Mapping[int, Sequence[Value]]) -> None:
        """Raises: NoBlocks, Beyond, Unsure where this cannot be done; Spent."""
        self._judge, self._circuit, self._before = judge, circuitry.circuit, judge.verdict({}).claim
        self._slots = {circuitry.places[number]: number for number in values}
        given = [slot.value for slot in judge.situation.slots]
        self._values = {place: (given[number], *values[number]) for place, number in self._slots.items()}
        self._blocks = blocks_of(self._circuit, self._values, judge.budget.check)
        if sum(len(each.ways) for each in self._blocks.classes) > MOST_COUNTS or len(self._blocks.upper) > MOST_UPPER:
            raise Beyond("there are too many classes")
        self._formulas = Counted(self._circuit, self._blocks, MOST_EFFORT, judge.budget.check)
        self._least: list[Sizes] = []
        self.relevant: set[Field] = set()

    def fields(self) -> Iterator[tuple[Field, Same]]:
        """The fields of each class, with the slots that they are."""
        for number, each in enumerate(self._blocks.classes):
            for place in range(len(each.blocks[0])):
                yield (number, place), [self._slots[leaves[place]] for leaves in each.blocks]

    def decide(self, field: Field) -> bool:
        """Whether a field of a class is in some least set. Raises: Beyond where that is not found out; Spent."""
        for _ in range(MOST_SETS):
            if field in self.relevant:
                return True
            found = self._needing(field)
            if found is None:
                return False
            sizes = self._sizes(found.counts)
            less = self._turning_within(self._but(sizes, field, found.focus))
            if less is None:
                self._confirm(found.counts)
                self.relevant.add(field)
            else:
                self._learn(self._sizes(less))
        raise Beyond("there are too many least sets")

    def _learn(self, sizes: Sizes) -> None:
        """Note a least set within what turns the claim."""
        found = self._made_least(sizes)
        turning = self._turning_within(found)
        assert turning is not None
        self._confirm(turning)
        self._least.append(found)
        self.relevant |= {(number, place) for (number, changed), size in found.items() if size for place in changed}

    def _needing(self, field: Field) -> Found | None:
        """A change that turns the claim, and not without one block's change of this field; it holds no least set that
        is known.
        """
        formulas = self._formulas
        with formulas.scope():
            formulas.all_blocks()
            with_it, without_it = formulas.focused(*field)
            with_it.turns(self._before)
            without_it.keeps(self._before)
            for sizes in self._least:
                formulas.without(sizes)
            return self._find()

    def _turning_within(self, sizes: Sizes) -> Counts | None:
        """A change of no more than this that turns the claim."""
        formulas = self._formulas
        with formulas.scope():
            formulas.within(sizes)
            formulas.write("")
            formulas.turns(self._before)
            found = self._find()
            return None if found is None else found.counts

    def _find(self) -> Found | None:
        self._judge.budget.check()
        return self._formulas.find(self._judge.budget.left)

    def _sizes(self, counts: Counts) -> dict[tuple[int, Changed], int]:
        found: dict[tuple[int, Changed], int] = {}
        for (number, way), count in counts.items():
            changed = changed_in(self._blocks.classes[number].ways[way])
            if count and changed:
                found[number, changed] = found.get((number, changed), 0) + count
        return found

    def _but(self, sizes: Sizes, field: Field, focus: int) -> Sizes:
        """The sizes without this field of the block that is the focus."""
        number, place = field
        return _moved(sizes, number, changed_in(self._blocks.classes[number].ways[focus]), place, 1)

    def _made_least(self, sizes: Sizes) -> Sizes:
        """The sizes without all they do not need: of the largest changes first, as many blocks as can do without."""
        for many in range(max(len(changed) for _, changed in sizes), 0, -1):
            for number, changed in [key for key in sizes if len(key[1]) == many]:
                for place in sorted(changed):
                    sizes = self._dropped(sizes, number, changed, place)
        return sizes

    def _dropped(self, sizes: Sizes, number: int, changed: Changed, place: int) -> Sizes:
        """The same without the change of a place in as many blocks as can do without; how many is found by halving."""
        low, high = 0, sizes.get((number, changed), 0)
        tried = high
        while low < high:
            if self._turning_within(_moved(sizes, number, changed, place, tried)) is None:
                high = tried - 1
            else:
                low = tried
            tried = (low + high + 1) // 2
        return _moved(sizes, number, changed, place, low)

    def _confirm(self, counts: Counts) -> None:
        """Have the reference backend decide a change of so many blocks. Raises: Beyond where it does not turn."""
        change: dict[int, Value | None] = {}
        for number, each in enumerate(self._blocks.classes):
            blocks = iter(each.blocks)
            for way, held in enumerate(each.ways):
                for leaves in islice(blocks, counts[number, way]):
                    for leaf, value in zip(leaves, held, strict=True):
                        if value:
                            change[self._slots[leaf]] = self._values[leaf][value]
        if self._judge.replayed(change).claim == self._before:
            raise Beyond("the law does not confirm what was found")


def _moved(sizes: Sizes, number: int, changed: Changed, place: int, many: int) -> Sizes:
    """The sizes where so many blocks of a class change this place no more."""
    found = dict(sizes)
    found[number, changed] = found.get((number, changed), 0) - many
    less = changed - {place}
    if less:
        found[number, less] = found.get((number, less), 0) + many
    return {key: size for key, size in found.items() if size}
