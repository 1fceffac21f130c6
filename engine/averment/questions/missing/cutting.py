"""Claims that no completion has, shown by what sums and counts may be: each stands for itself, whatever it is made of.

The circuit is cut at its sums and counts. Each may be any number between the bounds that the law finds for it, beside
the open fields that the claim looks at directly: if none of these states has a claim, no completion has it, because
every completion is one of them.
"""

from __future__ import annotations

from math import prod

from averment.backends.symbolic.gates import Unsure
from averment.backends.symbolic.many import States
from averment.backends.symbolic.planes import Plane
from averment.law import network as net
from averment.law.truth import Interval, Quantity
from averment.questions.judging.alternatives import representatives
from averment.questions.judging.choices import Choices
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.together import read

MOST_STATES = 1 << 17
MOST_NUMBERS = 4_096  # that one sum may be


def within_reach(judge: Judge, numbers: list[int]) -> frozenset[str] | None:
    """The claims that are not ruled out for completions of these slots; none where this tells nothing."""
    if not isinstance(judge.circuitry, Circuitry):
        return None
    circuit, places = judge.circuitry.circuit, judge.circuitry.places
    try:
        circuit.claims({})
    except Unsure:
        return None
    leaves = {places[number]: number for number in numbers if number in places}
    loose: dict[int, tuple[Quantity, ...]] = {}
    inner: set[int] = set()
    pending = [place for slot in circuit.claim_slots for place in (slot.value, slot.truth)]
    while pending:
        place = pending.pop()
        if place in inner or place in loose:
            continue
        node, held = circuit.network.nodes[place], circuit.held(place)
        if circuit.loop_of(place) is not None:
            return None
        if isinstance(node, net.Summed | net.Counted) and isinstance(held, Interval):
            if held.low is None or held.high is None or held.high - held.low >= MOST_NUMBERS:
                return None
            loose[place] = tuple(range(held.low, held.high + 1))
        elif place in leaves:
            if judge.candidates[leaves[place]] is None:
                return None
            loose[place] = representatives(judge, leaves[place])
        else:
            inner.add(place)
            pending += net.reach_of(node)
    if prod(map(len, loose.values())) > MOST_STATES:
        return None
    return _claims(judge.circuitry, loose, sorted(inner - set(circuit.leaves.values())))


def _claims(circuitry: Circuitry, loose: dict[int, tuple[Quantity, ...]], inner: list[int]) -> frozenset[str]:
    """The claims of all states in which the loose places hold one of their quantities."""
    everything = Choices([len(each) for each in loose.values()])
    (batch,) = everything.batches(len(loose), MOST_STATES)
    fields: dict[int, dict[Quantity, Plane]] = {place: {} for place in loose}
    for (thing, form), plane in batch.planes.items():
        place = list(loose)[thing]
        fields[place][loose[place][form]] = plane
    states = States(circuitry.circuit, batch.size, fields, inner)
    return frozenset(
        word for verdict in read(circuitry.claim, states.claims(), states.every) for word in verdict.possible
    )
