"""What each given field turns the claim to by itself: the claim at each of its values, all others as given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from averment.core.program import Value
from averment.core.values import ends
from averment.questions.judging.alternatives import kinds
from averment.questions.judging.halving import Region, halved
from averment.questions.judging.judge import Judge
from averment.questions.judging.together import verdicts

FIRST, AT_ONCE = 64, 2_048  # changes judged together, ever more: what is found by then is kept when time runs out

Kinds = list[list[Value]]
"""The candidate values of a field, those together that do alike."""


class Alone:
    """The fields looked at so far, each with its values in kinds (``kinds``) and the claim of each kind (``claims``).

    A field that has too many values to try is in neither; where these are in order, it has ``regions`` of them.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.before = judge.verdict({}).claim
        self.kinds: dict[int, Kinds] = {}
        self.claims: dict[int, list[str]] = {}
        self.regions: dict[int, list[Region]] = {}

    def look(self, numbers: Sequence[int]) -> None:
        """Look at these fields. Raises: Spent; what was found by then is kept."""
        self._try_each(numbers)
        slots = [(number, self._judge.situation.slots[number].field) for number in numbers]
        wide = {number: ends(field) for number, field in slots if self._wide(number) and field.kind.ordered}
        halved(self._judge, wide, self.regions)

    def _try_each(self, numbers: Sequence[int]) -> None:
        for some in self._portions(numbers):
            tried = [(number, place) for number, found in some.items() for place in self._apart(number, found)]
            told = verdicts(self._judge, [{number: some[number][place][0]} for number, place in tried])
            claims = {each: verdict.claim for each, verdict in zip(tried, told, strict=True)}
            for number, found in some.items():
                alike = self._alike(number, found)
                self.kinds[number] = found
                self.claims[number] = [claims.get((number, place), self.before) for place in alike]

    def _apart(self, number: int, found: Kinds) -> list[int]:
        """The places of the kinds to try."""
        held = self._held(number)
        return [place for place in dict.fromkeys(self._alike(number, found)) if held not in found[place]]

    def _alike(self, number: int, found: Kinds) -> list[int]:
        """By kind the place of the one that does alike as long as no other field changes: of fresh texts the first."""
        fresh = [place for place, together in enumerate(found) if self._judge.fresh.rank(number, together[0])]
        return [fresh[0] if fresh and place >= fresh[0] else place for place in range(len(found))]

    def others(self, number: int) -> list[Value]:
        """One value of each kind but that of the one given."""
        held = self._held(number)
        return [together[0] for together in self.kinds[number] if held not in together]

    def turns_to(self, number: int) -> set[str]:
        """The claims that a field turns to alone."""
        return set(self.claims[number]) - {self.before}

    def at(self, number: int) -> dict[Value, str]:
        """The claim at each candidate value of a field."""
        entries = zip(self.kinds[number], self.claims[number], strict=True)
        return {value: claim for together, claim in entries for value in together}

    def _held(self, number: int) -> Value | None:
        return self._judge.situation.slots[number].value

    def _wide(self, number: int) -> bool:
        return self._judge.candidates[number] is None

    def _portions(self, numbers: Sequence[int]) -> Iterator[dict[int, Kinds]]:
        some: dict[int, Kinds] = {}
        size, most = 0, FIRST
        for number in numbers:
            if self._wide(number):
                continue
            some[number] = kinds(self._judge, number)
            size += len(self._apart(number, some[number]))
            if size >= most:
                yield some
                some, size, most = {}, 0, min(2 * most, AT_ONCE)
        if some:
            yield some
