"""A rule that is told never to fire (AV418) never does: random packs, on every case that is drawn for them."""

from __future__ import annotations

from tests.laws.differential import made

from averment import Refused
from averment.checks import dead_rule
from averment.checks.check import run
from averment.checks.registry import CHECKS
from averment.checks.subject import Subject

_SEEDS = range(60, 110)  # with 87, where a variable that a `not` has twice was taken for two


def test_a_rule_that_never_fires_never_fires() -> None:
    told = 0
    for seed in _SEEDS:
        pack, cases = made(seed)
        subject = Subject(pack.model, pack.program())
        dead = {finding.words["rule"]: finding.words["why"] for finding in dead_rule.find(subject)}
        told += len(dead)
        for case in cases:
            try:
                fired = pack.decide(case, engine="reference").fired
            except Refused:
                continue
            assert {rule: why for rule, why in dead.items() if rule in fired} == {}, (seed, case.name)
    assert told > len(_SEEDS) // 2


def test_every_check_can_read_every_pack() -> None:
    for seed in range(20):
        pack, cases = made(seed)
        run(CHECKS, Subject(pack.model, pack.program(), tuple(cases)))
