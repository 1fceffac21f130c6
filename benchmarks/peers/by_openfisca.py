"""OpenFisca: a variable for each rule, all cases at once (W1, from codes in memory; it has no joins for W2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from by_numpy import CLAIMS, planes, read
from harness import Task
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from workloads import DOMAINS, RULES

CASE = build_entity("case", "cases", "A case", is_person=True)
NOW = "2026"


def bits(*names: str) -> int:
    return sum(1 << DOMAINS.index(name) for name in names)


FORMULAS = {
    "r01": lambda v: (v("technical_complexity") == 2) | v("uses_cutting_edge_tech"),
    "r02": lambda v: (v("domains") & bits("ml", "security", "hardware")) != 0,
    "r03": lambda v: ((v("domains") & bits("api")) != 0) | v("platform_product"),
    "r04": lambda v: v("integrations") >= 6,
    "r05": lambda v: v("team_size") >= 30,
    "r06": lambda v: v("teams") >= 3,
    "r07": lambda v: (
        (v("pm_engineer_communication") == 0) | ((v("pm_engineer_communication") == 1) & (v("team_size") >= 20))
    ),
    "r08": lambda v: (v("rate_of_change") == 2) | ((v("rate_of_change") == 1) & (v("competition") == 2)),
    "r09": lambda v: v("technical_roadmap") | v("evaluate_new_tech"),
    "r10": lambda v: v("customer_research") | v("go_to_market") | v("pricing"),
    "r11": lambda v: (v("delivery_risk") == 2) | ((v("delivery_risk") == 1) & (v("teams") >= 5)),
    "r12": lambda v: v("regulated") & ((v("domains") & bits("security", "cloud")) != 0),
    "r13": lambda v: v("stage") == 0,
    "r14": lambda v: (v("stage") == 2) & (v("team_size") >= 50),
    "r15": lambda v: ~v("has_architect") & (v("technical_complexity") > 0),
    "r16": lambda v: (v("technical_complexity") == 0) & ~v("uses_cutting_edge_tech") & (v("integrations") < 3),
    "r17": lambda v: (v("competition") == 2) | ((v("competition") == 1) & (v("rate_of_change") == 2)),
    "r18": lambda v: np.bitwise_count(v("domains")) >= 4,
    "e1": lambda v: v("r01") & v("r09"),
    "e2": lambda v: v("r02") & (v("r03") | v("r04")),
    "e3": lambda v: (v("r05") | v("r06")) & v("r07"),
    "e4": lambda v: v("r15") & (v("r11") | v("r12") | v("r18")),
    "e5": lambda v: v("r10") & v("r17"),
    "e6": lambda v: v("r13") & ~v("r09"),
    "e7": lambda v: (v("r16") | v("r14")) & ~v("r07"),
    "e8": lambda v: v("r08") & v("stakeholder_alignment"),
    "tpm": lambda v: 3 * v("e1") + 2 * v("e2") + 2 * v("e3") + 1 * v("e4"),
    "pm": lambda v: 3 * v("e5") + 2 * v("e6") + 2 * v("e7") + 1 * v("e8"),
    "d1": lambda v: (v("tpm") >= 3) & (v("tpm") - v("pm") >= 2),
    "d2": lambda v: (v("pm") >= 3) & (v("pm") - v("tpm") >= 2),
    "d3": lambda v: (v("tpm") >= 3) & (v("pm") >= 3) & (abs(v("tpm") - v("pm")) < 2),
    "d4": lambda v: ~(v("d1") | v("d2") | v("d3")),
}


def variable(name: str, kind: type, formula: Any = None) -> type:
    about: dict[str, Any] = {"value_type": kind, "entity": CASE, "definition_period": DateUnit.YEAR, "label": name}
    if formula is not None:
        about["formula"] = lambda cases, period: formula(lambda wanted: cases(wanted, period))
    return type(name, (Variable,), about)


def main() -> None:
    task = Task()
    held = planes(read(task.table).slice(0, task.count))
    system = TaxBenefitSystem([CASE])
    for name, plane in held.items():
        system.add_variable(variable(name, bool if plane.dtype == np.bool_ else int))
    for name, formula in FORMULAS.items():
        system.add_variable(variable(name, int if name in ("tpm", "pm") else bool, formula))

    def decide() -> tuple[Any, Any]:
        simulation = SimulationBuilder().build_default_simulation(system, task.count)
        for name, plane in held.items():
            simulation.set_input(name, NOW, plane)
        mask = np.zeros(task.count, np.uint32)
        for place, rule in enumerate(RULES):
            mask |= simulation.calculate(rule, NOW).astype(np.uint32) << np.uint32(place)
        return np.bitwise_count((mask >> np.uint32(26)) - np.uint32(1)), mask

    claim, mask = task.at_once(decide)
    task.write_columns(CLAIMS[claim], mask)


main()
