"""An engine that is lost is told of, whatever it was asked; and no engine that is let go of leaves a process behind."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import averment
from averment.backends import reference
from averment.diagnostics.diagnostic import Report
from averment.engines import Engine, EngineLost
from averment.law.evaluation import Evaluation, Given
from averment.law.truth import CaseError
from averment.pack import SETS
from averment.pipeline import decide

FACTS = """
facts:
  load: {cardinality: one, fields: {crates: {type: integer, min: 0, max: 99}, dry: {type: boolean, presume: true}}}
  order: {derived: true, fields: {by: {type: choice, of: [cart, lorry]}}}
"""
PACK = """
pack: loading
version: 1.0.0
title: What carries a load
claim: {fact: order, field: by}
parameters: {many: {type: integer, value: 9, min: 0, max: 99, says: How many crates are many.}}
"""
RULES = """
author: nobody
rules:
  - rule: cart
    says: The load is dry, or small.
    backing: judgement
    when: [{any: [{load: {dry: true}}, {load: {crates: < many}}]}]
    then: [{order: {by: cart}}]
"""


@pytest.fixture
def pack(tmp_path: Path) -> averment.Pack:
    (tmp_path / "rules").mkdir()
    for name, text in {"facts.yaml": FACTS, "pack.yaml": PACK, "rules/all.yaml": RULES}.items():
        (tmp_path / name).write_text(text)
    return averment.load(tmp_path)


@pytest.mark.parametrize("lawful", [True, False])
def test_a_loss_on_what_is_presumed_is_told(pack: averment.Pack, monkeypatch: pytest.MonkeyPatch, lawful: bool) -> None:
    program, case = pack.program(), pack.case({"load": {"crates": 20}})

    def losing(asked: Given) -> Evaluation:
        """Fails where the case is not the one that was given, and is replaced by the reference."""
        found = reference.evaluate(program, asked)
        if asked is case:
            return found
        if lawful:
            found.loss = "the engine ended its process with signal 11"
            return found
        error = CaseError("AV501", "it leaves 64 bits")
        error.loss = "the engine ended its process with signal 11"
        raise error

    engine, report = Engine("durable", program, losing), Report()
    outcome = decide(engine, case, report)
    assert outcome is not None and bool(outcome.presumed) is lawful
    assert [each.code for each in report.diagnostics] == ["AV454"]
    monkeypatch.setattr(averment.Pack, "engine", lambda *_: engine)
    with pytest.warns(EngineLost, match="signal 11"):
        pack.decide(case)


LETTING_GO = """
import gc, os, sys, averment
pack = averment.load(sys.argv[1])
host, pids = pack._host, set()
for many in range(int(sys.argv[2])):
    assert pack.decide({"load": {"crates": 20, "dry": True}}, {"many": many}, "durable").engine == "durable"
    pids.add(host.worker.pid)
(pid,) = pids
os.kill(pid, 0)
del pack, host
gc.collect()
try:
    os.kill(pid, 0)
except ProcessLookupError:
    print("none is left")
"""


@pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules is not installed")
def test_engines_that_are_let_go_of_leave_no_process(pack: averment.Pack) -> None:
    command = [sys.executable, "-c", LETTING_GO, pack.root, str(3 * SETS)]  # here all packs of all tests share one
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "none is left\n", done.stderr
