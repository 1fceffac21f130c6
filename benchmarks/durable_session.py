"""How much of a warm decision is the engine, and how much is us.

One PM/TPM case, every field known, decided again and again in one run, turn and turn about by

- ours: a warm ``Engine``, which hands back firings and working memory;
- bare: the C module alone, given the same rules and the very texts that ours gave it, made beforehand, in a fresh
  session that is deleted afterwards, and in one that is kept and emptied (which is only safe where nothing joins);
- host: durable-rules' own ``Host`` with the same rules and the same facts, its background threads stopped.

The bare module and ``Host`` match patterns only: guards, aggregates and working memory are left out of theirs.
Run: ``python benchmarks/durable_session.py [CASE] [ROUNDS]``.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import durable_rules_engine as c_module
from durable.engine import Host

from averment import load
from averment.backends import durable, reference
from averment.backends.durable.compile import compile
from averment.backends.durable.native import Network
from averment.diagnostics.diagnostic import Report
from averment.source.yaml_reader import read_yaml

CASES = Path(__file__).parents[1] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
PRIMER = {"p": {"all": [{"m0": {"p": 1}}]}}


def main(name: str = "bank-cloud-migration", rounds: int = 400) -> None:
    pack = load("pm_tpm")
    program = pack.program()
    documents = read_yaml((CASES / f"{name}.yaml").read_bytes(), name, Report())
    facts = next(document.plain()["facts"] for document in documents)
    case = pack.case(facts)
    engine = durable.Engine(program)
    steps = recorded(engine, case)
    rules = [draft.rules for draft in compile(program)[0]]
    found = engine.evaluate(case)
    matches = sum(Bare(rules, steps).fresh())
    print(f"{name}: {len(program.rules)} rules, {matches} matches in the engine, {len(found.firings)} firings")
    bare = Bare(rules, steps)
    contestants: dict[str, Callable[[], object]] = {
        "ours": lambda: engine.evaluate(case),
        "bare, fresh session": bare.fresh,
        "host": Hosted(rules, steps).run,
        "reference": lambda: reference.evaluate(program, case),
    }
    if all(engine_rules.single for engine_rules in bare.networks):
        contestants["bare, kept session"] = bare.kept
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds + 20):
        for who, run in contestants.items():
            begun = perf_counter()
            run()
            if turn >= 20:
                times[who].append(perf_counter() - begun)
    medians = {who: statistics.median(spent) * 1e6 for who, spent in times.items()}
    for who, median in medians.items():
        print(f"{who:22} {median:8.1f} µs   {median / medians['ours']:6.2f} of ours")
    print(f"ours / bare, fresh session: {medians['ours'] / medians['bare, fresh session']:.2f} (at most 1.5 wanted)")
    print(f"host / ours: {medians['host'] / medians['ours']:.2f} (at least 3 wanted)")


class _Used:
    """What one network was told: its texts in rounds, each followed by a drain."""

    def __init__(self, handle: int, rounds: list[list[str]]) -> None:
        self.handle, self.rounds = handle, rounds
        self.single = sum(len(texts) for texts in rounds) == 1


class Bare:
    """The C module with the same rules and texts."""

    def __init__(self, rules: list[dict[str, object]], steps: dict[int, list[list[str]]]) -> None:
        self.networks = [
            _Used(c_module.create_ruleset("bare", json.dumps({**PRIMER, **rules[number]})), rounds)
            for number, rounds in steps.items()
        ]
        self._kept = [self._open(used.handle, "k") for used in self.networks]
        self._texts = [
            texts[0][0].replace('"sid":"s"', '"sid":"k"') for used in self.networks for texts in [used.rounds]
        ]

    def fresh(self) -> list[int]:
        """All matches, network by network, each in a session of its own."""
        counts = []
        for used in self.networks:
            state = self._open(used.handle, "s")
            count = 0
            for texts in used.rounds:
                for text in texts:
                    c_module.assert_fact(used.handle, text)
                count += self._drain(used.handle, state)
            c_module.delete_state(used.handle, "s")
            counts.append(count)
        return counts

    def kept(self) -> list[int]:
        """The same in sessions that stay; for networks that hold one fact."""
        counts = []
        for used, state, text in zip(self.networks, self._kept, self._texts, strict=True):
            c_module.assert_fact(used.handle, text)
            counts.append(self._drain(used.handle, state))
            c_module.retract_fact(used.handle, '{"id":"w","sid":"k"}')
        return counts

    def _open(self, handle: int, session: str) -> int:
        _, state = c_module.assert_fact(handle, f'{{"id":"p","sid":"{session}","p":1}}')
        self._drain(handle, state)
        return int(state)

    @staticmethod
    def _drain(handle: int, state: int) -> int:
        count = 0
        started = c_module.start_action_for_state(handle, state)
        text = started and started[1]
        while text:
            count += 1
            text = c_module.complete_and_start_action(handle, state)
        return count


class Hosted:
    """durable-rules' own Host with the same rules and facts; a rule's action notes that it fired."""

    def __init__(self, rules: list[dict[str, object]], steps: dict[int, list[list[str]]]) -> None:
        self.fired: list[Any] = []
        self._facts = {
            f"host{number}": [json.loads(text) for texts in rounds for text in texts]
            for number, rounds in steps.items()
        }
        self._host = Host(
            {
                f"host{number}": {
                    name: {**json.loads(json.dumps(rule)), "run": lambda closure: self.fired.append(closure.m0)}
                    for name, rule in {**PRIMER, **rules[number]}.items()
                }
                for number in steps
            }
        )
        for timer in (self._host._d_timer, self._host._t_timer):
            timer.cancel()

    def run(self) -> int:
        self.fired.clear()
        for name, facts in self._facts.items():
            self._host.assert_fact(name, {"id": "p", "sid": "s", "p": 1})
            for fact in facts:
                self._host.assert_fact(name, fact)
            self._host.delete_state(name, "s")
        return len(self.fired)


def recorded(engine: durable.Engine, case: Any) -> dict[int, list[list[str]]]:
    """What ``engine`` tells each of its networks about a case, by the network's number."""
    networks: list[Network] = engine._networks
    steps: dict[int, list[list[str]]] = {}
    add, drain = Network.add, Network.drain

    def noted_add(self: Network, id: str, fact: str) -> bool:
        steps.setdefault(networks.index(self), [[]])[-1].append(fact)
        return add(self, id, fact)

    def noted_drain(self: Network) -> list[str]:
        if (number := networks.index(self)) in steps:
            steps[number].append([])
        return drain(self)

    engine.evaluate(case)  # so that no session is opened while we listen
    Network.add, Network.drain = noted_add, noted_drain  # type: ignore[method-assign]
    try:
        engine.evaluate(case)
    finally:
        Network.add, Network.drain = add, drain  # type: ignore[method-assign]
    return {number: [texts for texts in rounds if texts] for number, rounds in steps.items()}


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(*arguments[:1], *map(int, arguments[1:2]))
