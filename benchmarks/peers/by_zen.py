"""GoRules ZEN: one decision graph, an expression node a layer (W1; it has no joins for W2)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import zen
from harness import Task

LAYERS = [
    {
        "r01": "product.technical_complexity == 'high' or product.uses_cutting_edge_tech",
        "r02": "some(product.domains, # in ['ml', 'security', 'hardware'])",
        "r03": "product.platform_product or some(product.domains, # == 'api')",
        "r04": "product.integrations >= 6",
        "r05": "engineering.team_size >= 30",
        "r06": "engineering.teams >= 3",
        "r07": "engineering.pm_engineer_communication == 'poor' or"
        " (engineering.pm_engineer_communication == 'fair' and engineering.team_size >= 20)",
        "r08": "industry.rate_of_change == 'fast' or"
        " (industry.rate_of_change == 'moderate' and industry.competition == 'high')",
        "r09": "needs.technical_roadmap or needs.evaluate_new_tech",
        "r10": "needs.customer_research or needs.go_to_market or needs.pricing",
        "r11": "engineering.delivery_risk == 'high' or"
        " (engineering.delivery_risk == 'medium' and engineering.teams >= 5)",
        "r12": "industry.regulated and some(product.domains, # in ['security', 'cloud'])",
        "r13": "product.stage == 'idea'",
        "r14": "product.stage == 'mature' and engineering.team_size >= 50",
        "r15": "not engineering.has_architect and product.technical_complexity != 'low'",
        "r16": "product.technical_complexity == 'low' and not product.uses_cutting_edge_tech and"
        " product.integrations < 3",
        "r17": "industry.competition == 'high' or"
        " (industry.competition == 'medium' and industry.rate_of_change == 'fast')",
        "r18": "len(product.domains) >= 4",
        "stakeholders": "needs.stakeholder_alignment",
    },
    {
        "e1": "r01 and r09",
        "e2": "r02 and (r03 or r04)",
        "e3": "(r05 or r06) and r07",
        "e4": "r15 and (r11 or r12 or r18)",
        "e5": "r10 and r17",
        "e6": "r13 and not r09",
        "e7": "(r16 or r14) and not r07",
        "e8": "r08 and stakeholders",
    },
    {
        "tpm": "(e1 ? 3 : 0) + (e2 ? 2 : 0) + (e3 ? 2 : 0) + (e4 ? 1 : 0)",
        "pm": "(e5 ? 3 : 0) + (e6 ? 2 : 0) + (e7 ? 2 : 0) + (e8 ? 1 : 0)",
    },
    {
        "d1": "tpm >= 3 and tpm - pm >= 2",
        "d2": "pm >= 3 and pm - tpm >= 2",
        "d3": "tpm >= 3 and pm >= 3 and tpm - pm < 2 and pm - tpm < 2",
    },
    {"d4": "not (d1 or d2 or d3)"},
]
CLAIMS = {"d1": "tpm", "d2": "pm", "d3": "both", "d4": "insufficient"}


def graph() -> str:
    """The layers in a row, each passing on what it was given."""
    names = ["in", *(f"layer{number}" for number in range(len(LAYERS))), "out"]
    place = {"x": 0, "y": 0}
    nodes: list[dict[str, Any]] = [{"id": "in", "name": "in", "type": "inputNode", "position": place}]
    for name, layer in zip(names[1:], LAYERS, strict=False):
        expressions = [{"id": key, "key": key, "value": value} for key, value in layer.items()]
        content = {"expressions": expressions, "passThrough": True}
        nodes.append({"id": name, "name": name, "type": "expressionNode", "position": place, "content": content})
    nodes.append({"id": "out", "name": "out", "type": "outputNode", "position": place})
    edges = [
        {"id": f"to {target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in pairwise(names)
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def answer(found: dict[str, Any]) -> list[Any]:
    result = found["result"]
    fired = sorted(name for name, value in result.items() if value is True and name[0] in "red" and name[1:].isdigit())
    return [CLAIMS[next(name for name in fired if name[0] == "d")], fired]


task = Task()
decision = zen.ZenEngine().create_decision(graph())
task.one_by_one(decision.evaluate, answer)
