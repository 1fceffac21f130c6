"""How much of a warm decision is the engine, and how much is us.

One PM/TPM case, every field known, decided again and again in one run, turn and turn about by

- ours: a warm ``Engine``, from a case to all its firings (``Firing`` with its rule, premises and conclusions) and to
  working memory; and with the claim, its status and strength read as well;
- bare: the C module alone, with the rules that ours gave it, in the least Python that finds the same firings. Each is
  a rule and the ids of the facts it bound. *In:* asserting every text, given and derived, draining, taking rule and
  ids from the text of each match, the guards (``durable_by_hand``), stratum by stratum, the set of what was concluded.
  *Out*, made beforehand: the texts, the values by id, what each firing concludes, the records as tuples. A fresh
  session for each case, which is deleted afterwards; and one that is kept and emptied, where nothing joins (only
  there is it safe);
- host: durable-rules' own ``Host`` with the same rules and facts, its background threads stopped. *In:* the facts
  derived too. *Out:* guards, strata and what is concluded.

Before anything is timed, the firings of bare are compared with those of ours. Times are of the process, not the wall.
Run: ``python benchmarks/durable_session.py [CASE] [ROUNDS]``.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import durable_rules_engine as c_module
from durable.engine import Host
from durable_by_hand import Plain, Test, Values, tests

from averment import load
from averment.backends import durable, reference
from averment.backends.durable.compile import compile
from averment.backends.durable.layout import Codes
from averment.core.program import Fact, Rule
from averment.diagnostics.diagnostic import Report
from averment.law.evaluation import Evaluation
from averment.outcome.claim import read_claim
from averment.source.yaml_reader import read_yaml

CASES = Path(__file__).parents[1] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
PRIMER = {"p": {"all": [{"m0": {"p": 1}}]}}
Key = tuple[str, int]  # a rule and its alternative
Ids = tuple[str, ...]  # the facts that a match bound, but for the records of `one` types
Fired = list[tuple[Key, Ids]]


def main(name: str = "bank-cloud-migration", rounds: int = 400) -> None:
    pack = load("pm_tpm")
    program = pack.program()
    documents = read_yaml((CASES / f"{name}.yaml").read_bytes(), name, Report())
    case = pack.case(next(document.plain()["facts"] for document in documents))
    engine = durable.Engine(program)
    found = engine.evaluate(case)
    prepared = Prepared(engine, found)
    ours = Counter(prepared.named(found))
    contestants: dict[str, Callable[[], Any]] = {
        "ours": lambda: engine.evaluate(case),
        "ours, claim read": lambda: read_claim(engine.evaluate(case)),
        "bare, fresh session": Bare(prepared).fresh,
        "host": Hosted(prepared).run,
        "reference": lambda: reference.evaluate(program, case),
    }
    if len(prepared.networks) == 1 and prepared.networks[0].flat:
        contestants["bare, kept session"] = Bare(prepared).kept
    for who in ("bare, fresh session", "bare, kept session"):
        assert who not in contestants or all(Counter(contestants[who]()) == ours for _ in range(3)), who
    print(f"{name}: {len(program.rules)} rules, {len(found.firings)} firings, the same from bare")
    medians = {who: seconds * 1e6 for who, seconds in measured(contestants, rounds).items()}
    for who, median in medians.items():
        print(f"{who:22} {median:8.1f} µs   {median / medians['ours']:6.2f} of ours")
    for who in ("bare, fresh session", "bare, kept session"):
        if who in medians:
            print(f"ours / {who}: {medians['ours'] / medians[who]:.2f} (at most 1.5 wanted)")
    print(f"host / ours: {medians['host'] / medians['ours']:.2f} (at least 3 wanted)")


def measured(contestants: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median seconds of each, in an order drawn anew each round.

    Each runs twice before it is timed once, so that nobody pays for what another left behind in the processor's caches
    or for the garbage collector.
    """
    times: dict[str, list[float]] = {name: [] for name in contestants}
    order, chance = list(contestants), random.Random(0)
    for _ in range(rounds):
        chance.shuffle(order)
        for who in order:
            run = contestants[who]
            gc.collect()
            run()
            run()
            begun = process_time()
            run()
            times[who].append(process_time() - begun)
    return {who: statistics.median(spent) for who, spent in times.items()}


class _Used:
    """What one network is told: the texts of what is given, and that of each fact that is derived."""

    def __init__(self, rules: dict[str, object], flat: bool) -> None:
        self.rules, self.flat = rules, flat
        self.given: list[str] = []
        self.derived: dict[Fact, str] = {}


class Prepared:
    """All that the bare module is handed ready-made, from what ours found."""

    def __init__(self, engine: durable.Engine, found: Evaluation) -> None:
        program, memory, codes = found.program, found.memory, Codes()
        self.plans, self.strata = engine.plans, len(program.strata)
        self.tests: dict[Key, Test] = tests(program)
        self._ids = {fact: str(number) for number, fact in enumerate(memory.truths)}
        self.values: dict[str, Values] = {id: fact.values for fact, id in self._ids.items()}
        self.derived = [name for name, type in program.types.items() if type.derived]
        self.given = {name: [fact.values for fact in memory.of(name)] for name in {*program.types} - {*self.derived}}
        drafts = compile(program)[0]
        networks = {
            network: _Used(draft.rules, draft.flat) for network, draft in zip(engine._networks, drafts, strict=True)
        }
        for type, takers in engine.takers.items():
            for network, layout in takers:
                texts = {fact: layout.write(self._ids[fact], {type: fact}, codes) for fact in memory.of(type)}
                if program.types[type].derived:
                    networks[network].derived.update(texts)
                else:
                    networks[network].given += texts.values()
        ones = {name: memory.of(name)[0] for name in engine.ones}
        for network, layout in [*engine.flat, *engine.joining.items()]:
            used = networks[network]
            if used.flat or used.given or used.derived:
                used.given.insert(0, layout.write("w", ones, codes))
        self.networks = [used for used in networks.values() if used.given or used.derived]
        self.effects: dict[Key, dict[Ids, Any]] = {_key(rule): {} for rule in program.rules}
        for firing, (key, ids) in zip(found.firings, self.named(found), strict=True):
            facts = [(fact.type, fact.values, self._texts(fact)) for fact in firing.conclusions]
            self.effects[key][ids] = (key, ids), facts

    def _texts(self, fact: Fact) -> list[tuple[int, str]]:
        return [(place, used.derived[fact]) for place, used in enumerate(self.networks) if fact in used.derived]

    def named(self, found: Evaluation) -> Fired:
        """The firings as the bare module gives them."""
        joined = {_key(rule): plan.joined for plan in self.plans.values() for rule in plan.rules}
        return [
            (_key(rule), tuple(self._ids[premises[place]] for place in joined[_key(rule)]))
            for rule, premises, _ in found.firings
        ]


def _key(rule: Rule) -> Key:
    return rule.id, rule.alternative


class Bare:
    """The C module with the same rules and texts, and guards by hand."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        rulesets = [json.dumps({**PRIMER, **used.rules}) for used in prepared.networks]
        self._handles = [c_module.create_ruleset("bare", rules) for rules in rulesets]
        self._kept: list[int] | None = None
        self._rules = {
            name: (
                plan.stratum,
                plan.joined and 1 + plan.wide,  # where the ids begin in the text of a match
                [(prepared.tests.get(key), prepared.effects[key]) for key in map(_key, plan.rules)],
            )
            for name, plan in prepared.plans.items()
        }

    def fresh(self) -> Fired:
        """All firings, each network in a session of its own."""
        fired = self._decide([self._open(handle) for handle in self._handles])
        for handle in self._handles:
            c_module.delete_state(handle, "s")
        return fired

    def kept(self) -> Fired:
        """The same in sessions that stay; for networks that hold one fact."""
        if self._kept is None:
            self._kept = [self._open(handle) for handle in self._handles]
        fired = self._decide(self._kept)
        for handle in self._handles:
            c_module.retract_fact(handle, '{"id":"w","sid":"s"}')
        return fired

    def _decide(self, states: list[int]) -> Fired:
        handles, values, rules = self._handles, self._prepared.values, self._rules
        derived: dict[str, set[Values]] = {name: set() for name in self._prepared.derived}
        case = Plain(self._prepared.given, derived)
        waiting: list[list[tuple[Any, Ids]]] = [[] for _ in range(self._prepared.strata)]
        fired: Fired = []

        def drain(place: int) -> None:
            handle, state, following = handles[place], states[place], c_module.complete_and_start_action
            started = c_module.start_action_for_state(handle, state)
            text = started and started[1]
            while text:
                stratum, begin, alike = rules[text[2:8]]
                ids = begin and tuple([part[: part.index('"')] for part in text.split('{"id":"')[begin:]])
                waiting[stratum].append((alike, ids))
                text = following(handle, state)

        for place, used in enumerate(self._prepared.networks):
            for text in used.given:
                c_module.assert_fact(handles[place], text)
            drain(place)
        for stratum in range(len(waiting)):
            if stratum == len(waiting) - 1:
                case.weigh()
            while waiting[stratum]:
                batch, waiting[stratum] = waiting[stratum], []
                stirred: set[int] = set()
                for alike, ids in batch:
                    for test, effects in alike:
                        if test is None or test(case, ids and [values[id] for id in ids]):
                            firing, facts = effects[ids]
                            fired.append(firing)
                            for known, fact, texts in facts:
                                if fact not in derived[known]:
                                    derived[known].add(fact)
                                    for place, text in texts:
                                        c_module.assert_fact(handles[place], text)
                                        stirred.add(place)
                for place in stirred:
                    drain(place)
        return fired

    @staticmethod
    def _open(handle: int) -> int:
        _, state = c_module.assert_fact(handle, '{"id":"p","sid":"s","p":1}')
        c_module.start_action_for_state(handle, state)
        c_module.complete_and_start_action(handle, state)
        return int(state)


class Hosted:
    """durable-rules' own Host with the same rules and facts; a rule's action notes that it fired."""

    def __init__(self, prepared: Prepared) -> None:
        self.fired: list[Any] = []
        self._facts = {
            f"host{number}": [json.loads(text) for text in [*used.given, *used.derived.values()]]
            for number, used in enumerate(prepared.networks)
        }
        self._host = Host(
            {
                f"host{number}": {
                    name: {**json.loads(json.dumps(rule)), "run": lambda closure: self.fired.append(closure.m0)}
                    for name, rule in {**PRIMER, **used.rules}.items()
                }
                for number, used in enumerate(prepared.networks)
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


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(*arguments[:1], *map(int, arguments[1:2]))
