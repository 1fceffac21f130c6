"""CLIPS through clipspy: templates and rules in its own language, one environment, reset for each case."""

# ruff: noqa: E501 - a rule a line

from __future__ import annotations

import re
from typing import Any

import clips
from harness import Case, Task

HIRING = """
(deftemplate product (slot technical_complexity) (slot uses_cutting_edge_tech) (multislot domains) (slot integrations)
  (slot platform_product) (slot stage))
(deftemplate engineering (slot team_size) (slot teams) (slot pm_engineer_communication) (slot has_architect)
  (slot delivery_risk))
(deftemplate industry (slot rate_of_change) (slot regulated) (slot competition))
(deftemplate needs (slot technical_roadmap) (slot customer_research) (slot go_to_market) (slot evaluate_new_tech)
  (slot stakeholder_alignment) (slot pricing))
(deftemplate trait (slot name))
TRAIT r01 complexity_high (product (technical_complexity ?c) (uses_cutting_edge_tech ?n)) (test (or (eq ?c high) (eq ?n TRUE)))
TRAIT r02 domain_deep (exists (product (domains $? ml|security|hardware $?)))
TRAIT r03 api_platform (product (domains $?d) (platform_product ?p)) (test (or (eq ?p TRUE) (member$ api ?d)))
TRAIT r04 integration_heavy (product (integrations ?n&:(>= ?n 6)))
TRAIT r05 large_team (engineering (team_size ?n&:(>= ?n 30)))
TRAIT r06 multi_team (engineering (teams ?n&:(>= ?n 3)))
TRAIT r07 comm_weak (engineering (pm_engineer_communication ?c) (team_size ?n)) (test (or (eq ?c poor) (and (eq ?c fair) (>= ?n 20))))
TRAIT r08 fast_industry (industry (rate_of_change ?c) (competition ?v)) (test (or (eq ?c fast) (and (eq ?c moderate) (eq ?v high))))
TRAIT r09 needs_tech_direction (needs (technical_roadmap ?a) (evaluate_new_tech ?b)) (test (or (eq ?a TRUE) (eq ?b TRUE)))
TRAIT r10 needs_market (needs (customer_research ?a) (go_to_market ?b) (pricing ?c)) (test (or (eq ?a TRUE) (eq ?b TRUE) (eq ?c TRUE)))
TRAIT r11 delivery_pressure (engineering (delivery_risk ?r) (teams ?n)) (test (or (eq ?r high) (and (eq ?r medium) (>= ?n 5))))
TRAIT r12 compliance (industry (regulated TRUE)) (exists (product (domains $? security|cloud $?)))
TRAIT r13 early_stage (product (stage idea))
TRAIT r14 mature_scale (product (stage mature)) (engineering (team_size ?n&:(>= ?n 50)))
TRAIT r15 architect_gap (engineering (has_architect FALSE)) (product (technical_complexity medium|high))
TRAIT r16 simple_product (product (technical_complexity low) (uses_cutting_edge_tech FALSE) (integrations ?n&:(< ?n 3)))
TRAIT r17 competitive_market (industry (competition ?v) (rate_of_change ?c)) (test (or (eq ?v high) (and (eq ?v medium) (eq ?c fast))))
TRAIT r18 broad_stack (product (domains $?d&:(>= (length$ ?d) 4)))
WEIGH e1 tpm 3 (trait (name complexity_high)) (trait (name needs_tech_direction))
WEIGH e2 tpm 2 (trait (name domain_deep)) (exists (trait (name api_platform|integration_heavy)))
WEIGH e3 tpm 2 (exists (trait (name large_team|multi_team))) (trait (name comm_weak))
WEIGH e4 tpm 1 (trait (name architect_gap)) (exists (trait (name delivery_pressure|compliance|broad_stack)))
WEIGH e5 pm 3 (trait (name needs_market)) (trait (name competitive_market))
WEIGH e6 pm 2 (trait (name early_stage)) (not (trait (name needs_tech_direction)))
WEIGH e7 pm 2 (exists (trait (name simple_product|mature_scale))) (not (trait (name comm_weak)))
WEIGH e8 pm 1 (trait (name fast_industry)) (needs (stakeholder_alignment TRUE))
(defrule total (declare (salience 1)) => (assert (sums ?*tpm* ?*pm*)))
CLAIM d1 tpm (sums ?t ?p&:(and (>= ?t 3) (>= (- ?t ?p) 2)))
CLAIM d2 pm (sums ?t ?p&:(and (>= ?p 3) (>= (- ?p ?t) 2)))
CLAIM d3 both (sums ?t ?p&:(and (>= ?t 3) (>= ?p 3) (< (abs (- ?t ?p)) 2)))
CLAIM d4 insufficient (sums ?t ?p&:(not (or (and (>= ?t 3) (>= (- ?t ?p) 2)) (and (>= ?p 3) (>= (- ?p ?t) 2)) (and (>= ?t 3) (>= ?p 3)))))
"""
TEAMS = """
(deftemplate team (slot id) (slot has_lead) (slot size))
(deftemplate component (slot id) (slot owner) (slot critical) (slot has_po))
(deftemplate dependency (slot src) (slot dst))
(deftemplate crossing (slot src) (slot dst) (slot from) (slot to))
(defrule j1 (declare (salience 5)) (dependency (src ?a) (dst ?b)) (component (id ?a) (owner ?t))
  (component (id ?b) (owner ?u&~?t)) => (assert (crossing (src ?a) (dst ?b) (from ?t) (to ?u))) (fired j1 ?a ?b))
(defrule j2 (declare (salience 5)) (team (id ?t)) (not (component (owner ?t) (has_po TRUE)))
  => (assert (unowned ?t)) (fired j2 ?t -1))
(defrule j3 (declare (salience 4)) (team (id ?t)) =>
  (if (>= (length$ (find-all-facts ((?c crossing)) (eq ?c:from ?t))) 3) then (assert (loaded ?t)) (fired j3 ?t -1)))
(defrule j4 (declare (salience 3)) (unowned ?u) (crossing (src ?a) (dst ?b) (from ?t) (to ?u))
  => (assert (risky ?a ?b)) (fired j4 ?a ?b))
(defrule j5 (declare (salience 3)) (loaded ?t) (component (id ?c) (owner ?t) (critical TRUE))
  (exists (crossing (src ?c) (from ?t))) => (fired j5 ?c -1))
(defrule j6 (declare (salience 2)) (loaded ?t) (exists (component (id ?c) (owner ?t)) (risky ?c ?))
  => (assert (needing ?t)) (fired j6 ?t -1))
CLAIM c1 tpm (exists (needing ?))
CLAIM c2 pm (exists (unowned ?)) (not (needing ?))
CLAIM c3 none (not (unowned ?)) (not (needing ?))
"""
GLOBALS = "(defglobal ?*fired* = (create$) ?*claim* = nil ?*tpm* = 0 ?*pm* = 0)"
FIRED = "(deffunction fired ($?what) (bind ?*fired* (create$ ?*fired* ?what)))"
SHORT = {
    "TRAIT": "(defrule {0} (declare (salience 5)) {2} => (assert (trait (name {1}))) (fired {0}))",
    "WEIGH": "(defrule {0} (declare (salience 3)) {3} => (bind ?*{1}* (+ ?*{1}* {2})) (fired {0}))",
    "CLAIM": "(defrule {0} {2} => (bind ?*claim* {1}) (fired {0}))",
}


def constructs(text: str) -> list[str]:
    """The constructs of a rule text, its short forms written out."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        word = line.split(" ", 1)[0]
        parts = line.split(" ", 4 if word == "WEIGH" else 3)[1:]
        lines.append(SHORT[word].format(*parts) if word in SHORT else line)
    return re.split(r"\n(?=\(def)", "\n".join(lines))


def symbol(value: Any) -> Any:
    if isinstance(value, bool):
        return clips.Symbol("TRUE" if value else "FALSE")
    if isinstance(value, list):
        return [symbol(element) for element in value]
    return clips.Symbol(value) if isinstance(value, str) else value


def engine(text: str) -> Any:
    """A function that asserts the records of a case, runs the rules and gives the claim and what fired."""
    environment = clips.Environment()
    for construct in [GLOBALS, FIRED, *constructs(text)]:
        environment.build(construct)
    claim, fired = environment.find_global("claim"), environment.find_global("fired")
    templates = {template.name: template for template in environment.templates() if not template.implied}

    def decide(case: Case) -> tuple[Any, Any]:
        environment.reset()
        for kind, records in case.items():
            for record in records if isinstance(records, list) else [records]:
                templates[kind].assert_fact(**{name: symbol(value) for name, value in record.items()})
        environment.run()
        return claim.value, fired.value

    return decide


def hiring(found: tuple[Any, Any]) -> list[Any]:
    return [str(found[0]), sorted(map(str, found[1]))]


def teams(found: tuple[Any, Any]) -> list[Any]:
    flat = [word for word in found[1] if not str(word).startswith("c")]
    fired = [[str(flat[place]), int(flat[place + 1]), int(flat[place + 2])] for place in range(0, len(flat), 3)]
    return [str(found[0]), sorted(fired)]


task = Task()
if task.workload == "w1":
    task.one_by_one(engine(HIRING), hiring)
else:
    task.one_by_one(engine(TEAMS), teams, warm=20)
