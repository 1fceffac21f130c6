"""The pack ``packs/w1`` as one Python function: what a programmer would write who needs this claim and this warrant.

``decide`` takes the complete facts of a case and returns the document that ``Outcome.document`` is, equal to the last
key. It knows the thirty rules and nothing else: no vocabulary, no unknowns, no parameters, no other pack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Facts = dict[str, Any]
Document = dict[str, Any]

DOMAINS = ("ml", "api", "cloud", "data", "mobile", "security", "web", "hardware")
ENOUGH, MARGIN = 3, 2
BACKING = [{"judgement": "The benchmark's authors"}]
SUMS = (
    "sum: {of: {evidence: {role: tpm}}, field: weight, as: $t}",
    "sum: {of: {evidence: {role: pm}}, field: weight, as: $p}",
)

# Each rule's conditions as the author wrote them; of a rule with alternatives, those of each.
CONDITIONS: dict[tuple[str, int], tuple[str, ...]] = {
    ("r01", 1): ("product: {technical_complexity: high}",),
    ("r01", 2): ("product: {uses_cutting_edge_tech: true}",),
    ("r02", 0): ('product: {domains: "ml, security, hardware"}',),
    ("r03", 1): ("product: {domains: api}",),
    ("r03", 2): ("product: {platform_product: true}",),
    ("r04", 0): ('product: {integrations: ">= 6"}',),
    ("r05", 0): ('engineering: {team_size: ">= 30"}',),
    ("r06", 0): ('engineering: {teams: ">= 3"}',),
    ("r07", 1): ("engineering: {pm_engineer_communication: poor}",),
    ("r07", 2): ('engineering: {pm_engineer_communication: fair, team_size: ">= 20"}',),
    ("r08", 1): ("industry: {rate_of_change: fast}",),
    ("r08", 2): ("industry: {competition: high, rate_of_change: moderate}",),
    ("r09", 1): ("needs: {technical_roadmap: true}",),
    ("r09", 2): ("needs: {evaluate_new_tech: true}",),
    ("r10", 1): ("needs: {customer_research: true}",),
    ("r10", 2): ("needs: {go_to_market: true}",),
    ("r10", 3): ("needs: {pricing: true}",),
    ("r11", 1): ("engineering: {delivery_risk: high}",),
    ("r11", 2): ('engineering: {delivery_risk: medium, teams: ">= 5"}',),
    ("r12", 0): ("industry: {regulated: true}", 'product: {domains: "security, cloud"}'),
    ("r13", 0): ("product: {stage: idea}",),
    ("r14", 0): ("product: {stage: mature}", 'engineering: {team_size: ">= 50"}'),
    ("r15", 0): ("engineering: {has_architect: false}", 'product: {technical_complexity: "medium, high"}'),
    ("r16", 0): ('product: {integrations: "< 3", technical_complexity: low, uses_cutting_edge_tech: false}',),
    ("r17", 1): ("industry: {competition: high}",),
    ("r17", 2): ("industry: {competition: medium, rate_of_change: fast}",),
    ("r18", 0): ("product: {domains: $d}", "count($d) >= 4"),
    ("e1", 0): ("trait: {name: complexity_high}", "trait: {name: needs_tech_direction}"),
    ("e2", 0): ("trait: {name: domain_deep}", 'trait: {name: "api_platform, integration_heavy"}'),
    ("e3", 0): ('trait: {name: "large_team, multi_team"}', "trait: {name: comm_weak}"),
    ("e4", 0): ("trait: {name: architect_gap}", 'trait: {name: "delivery_pressure, compliance, broad_stack"}'),
    ("e5", 0): ("trait: {name: needs_market}", "trait: {name: competitive_market}"),
    ("e6", 0): ("trait: {name: early_stage}", "not: {trait: {name: needs_tech_direction}}"),
    ("e7", 0): ('trait: {name: "simple_product, mature_scale"}', "not: {trait: {name: comm_weak}}"),
    ("e8", 0): ("trait: {name: fast_industry}", "needs: {stakeholder_alignment: true}"),
    ("d1", 0): (*SUMS, "$t >= enough", "$t - $p >= margin"),
    ("d2", 0): (*SUMS, "$p >= enough", "$p - $t >= margin"),
    ("d3", 0): (*SUMS, "$t >= enough", "$p >= enough", "$t - $p < margin", "$p - $t < margin"),
    ("d4", 0): ("not: {reached: {}}",),
}
# The fields of each record that a rule looks at.
READS: dict[tuple[str, int], tuple[tuple[str, str], ...]] = {
    ("r01", 1): (("product", "technical_complexity"),),
    ("r01", 2): (("product", "uses_cutting_edge_tech"),),
    ("r02", 0): (("product", "domains"),),
    ("r03", 1): (("product", "domains"),),
    ("r03", 2): (("product", "platform_product"),),
    ("r04", 0): (("product", "integrations"),),
    ("r05", 0): (("engineering", "team_size"),),
    ("r06", 0): (("engineering", "teams"),),
    ("r07", 1): (("engineering", "pm_engineer_communication"),),
    ("r07", 2): (("engineering", "pm_engineer_communication"), ("engineering", "team_size")),
    ("r08", 1): (("industry", "rate_of_change"),),
    ("r08", 2): (("industry", "rate_of_change"), ("industry", "competition")),
    ("r09", 1): (("needs", "technical_roadmap"),),
    ("r09", 2): (("needs", "evaluate_new_tech"),),
    ("r10", 1): (("needs", "customer_research"),),
    ("r10", 2): (("needs", "go_to_market"),),
    ("r10", 3): (("needs", "pricing"),),
    ("r11", 1): (("engineering", "delivery_risk"),),
    ("r11", 2): (("engineering", "delivery_risk"), ("engineering", "teams")),
    ("r12", 0): (("industry", "regulated"), ("product", "domains")),
    ("r13", 0): (("product", "stage"),),
    ("r14", 0): (("product", "stage"), ("engineering", "team_size")),
    ("r15", 0): (("engineering", "has_architect"), ("product", "technical_complexity")),
    ("r16", 0): (
        ("product", "technical_complexity"),
        ("product", "uses_cutting_edge_tech"),
        ("product", "integrations"),
    ),
    ("r17", 1): (("industry", "competition"),),
    ("r17", 2): (("industry", "competition"), ("industry", "rate_of_change")),
    ("r18", 0): (("product", "domains"),),
    ("e8", 0): (("needs", "stakeholder_alignment"),),
}


class Firing(NamedTuple):
    rule: str
    alternative: int
    premises: tuple[str, ...]  # paths, in the order of the conditions
    counted: tuple[str, ...]
    conclusion: str
    bindings: dict[str, Any]


def decide(name: str, facts: Facts, pack: Document) -> Document:
    """The outcome of one case. ``pack`` says which pack this is: its name, version and digest."""
    firings: dict[str, list[Firing]] = {}  # by what they conclude
    fields: dict[str, Document] = {}  # of the derived facts
    fired: set[str] = set()

    def fire(rule: str, alternative: int, premises: tuple[str, ...], conclusion: str) -> None:
        fired.add(rule)
        firings.setdefault(conclusion, []).append(Firing(rule, alternative, premises, (), conclusion, {}))

    traits = _traits(facts, fire)
    _broad_stack(facts, fired, firings, traits)
    for trait in traits:
        fields[_trait(trait)] = {"name": trait}
    weights = _evidence(facts, traits, fire, fields)
    claim = _decide(weights, fired, firings, fields)
    return {
        "case": name,
        "claim": claim,
        "status": "settled",
        "strength": None,
        "possible": [claim],
        "hangs_on": [],
        "assumptions": [],
        "fired": sorted(fired),
        "facts": _shown(facts),
        "warrant": _warrant(f'decision["{claim}"]', firings, fields, facts),
        "parameters": {"enough": ENOUGH, "margin": MARGIN},
        "pack": pack,
    }


def _trait(name: str) -> str:
    return f'trait["{name}"]'


Fire = Callable[[str, int, tuple[str, ...], str], None]


def _traits(facts: Facts, fire: Fire) -> set[str]:
    product, engineering, industry, needs = (facts["product"], facts["engineering"], facts["industry"], facts["needs"])
    complexity, domains, integrations = product["technical_complexity"], product["domains"], product["integrations"]
    cutting_edge, stage = product["uses_cutting_edge_tech"], product["stage"]
    size, teams = engineering["team_size"], engineering["teams"]
    communication = engineering["pm_engineer_communication"]
    risk, change, competition = engineering["delivery_risk"], industry["rate_of_change"], industry["competition"]
    found: set[str] = set()

    def conclude(rule: str, alternative: int, premises: tuple[str, ...], trait: str) -> None:
        found.add(trait)
        fire(rule, alternative, premises, _trait(trait))

    if complexity == "high":
        conclude("r01", 1, ("product",), "complexity_high")
    if cutting_edge:
        conclude("r01", 2, ("product",), "complexity_high")
    if "ml" in domains or "security" in domains or "hardware" in domains:
        conclude("r02", 0, ("product",), "domain_deep")
    if "api" in domains:
        conclude("r03", 1, ("product",), "api_platform")
    if product["platform_product"]:
        conclude("r03", 2, ("product",), "api_platform")
    if integrations >= 6:
        conclude("r04", 0, ("product",), "integration_heavy")
    if size >= 30:
        conclude("r05", 0, ("engineering",), "large_team")
    if teams >= 3:
        conclude("r06", 0, ("engineering",), "multi_team")
    if communication == "poor":
        conclude("r07", 1, ("engineering",), "comm_weak")
    if communication == "fair" and size >= 20:
        conclude("r07", 2, ("engineering",), "comm_weak")
    if change == "fast":
        conclude("r08", 1, ("industry",), "fast_industry")
    if change == "moderate" and competition == "high":
        conclude("r08", 2, ("industry",), "fast_industry")
    if needs["technical_roadmap"]:
        conclude("r09", 1, ("needs",), "needs_tech_direction")
    if needs["evaluate_new_tech"]:
        conclude("r09", 2, ("needs",), "needs_tech_direction")
    if needs["customer_research"]:
        conclude("r10", 1, ("needs",), "needs_market")
    if needs["go_to_market"]:
        conclude("r10", 2, ("needs",), "needs_market")
    if needs["pricing"]:
        conclude("r10", 3, ("needs",), "needs_market")
    if risk == "high":
        conclude("r11", 1, ("engineering",), "delivery_pressure")
    if risk == "medium" and teams >= 5:
        conclude("r11", 2, ("engineering",), "delivery_pressure")
    if industry["regulated"] and ("security" in domains or "cloud" in domains):
        conclude("r12", 0, ("industry", "product"), "compliance")
    if stage == "idea":
        conclude("r13", 0, ("product",), "early_stage")
    if stage == "mature" and size >= 50:
        conclude("r14", 0, ("product", "engineering"), "mature_scale")
    if not engineering["has_architect"] and complexity != "low":
        conclude("r15", 0, ("engineering", "product"), "architect_gap")
    if complexity == "low" and not cutting_edge and integrations < 3:
        conclude("r16", 0, ("product",), "simple_product")
    if competition == "high":
        conclude("r17", 1, ("industry",), "competitive_market")
    if competition == "medium" and change == "fast":
        conclude("r17", 2, ("industry",), "competitive_market")
    return found


def _broad_stack(facts: Facts, fired: set[str], firings: dict[str, list[Firing]], traits: set[str]) -> None:
    domains = facts["product"]["domains"]
    if len(domains) >= 4:
        shown = {"d": [domain for domain in DOMAINS if domain in domains]}
        path = _trait("broad_stack")
        fired.add("r18")
        traits.add("broad_stack")
        firings[path] = [Firing("r18", 0, ("product",), (), path, shown)]


def _evidence(facts: Facts, traits: set[str], fire: Fire, fields: dict[str, Document]) -> dict[str, dict[str, int]]:
    """The weights of the evidence for each role, by path."""
    weights: dict[str, dict[str, int]] = {"tpm": {}, "pm": {}}

    def conclude(rule: str, role: str, weight: int, *premises: str) -> None:
        path = f'evidence["{rule}","{role}",{weight}]'
        weights[role][path] = weight
        fields[path] = {"criterion": rule, "role": role, "weight": weight}
        fire(rule, 0, premises, path)

    if "complexity_high" in traits and "needs_tech_direction" in traits:
        conclude("e1", "tpm", 3, _trait("complexity_high"), _trait("needs_tech_direction"))
    if "domain_deep" in traits:
        for other in ("api_platform", "integration_heavy"):
            if other in traits:
                conclude("e2", "tpm", 2, _trait("domain_deep"), _trait(other))
    if "comm_weak" in traits:
        for other in ("large_team", "multi_team"):
            if other in traits:
                conclude("e3", "tpm", 2, _trait(other), _trait("comm_weak"))
    if "architect_gap" in traits:
        for other in ("delivery_pressure", "compliance", "broad_stack"):
            if other in traits:
                conclude("e4", "tpm", 1, _trait("architect_gap"), _trait(other))
    if "needs_market" in traits and "competitive_market" in traits:
        conclude("e5", "pm", 3, _trait("needs_market"), _trait("competitive_market"))
    if "early_stage" in traits and "needs_tech_direction" not in traits:
        conclude("e6", "pm", 2, _trait("early_stage"))
    if "comm_weak" not in traits:
        for other in ("simple_product", "mature_scale"):
            if other in traits:
                conclude("e7", "pm", 2, _trait(other))
    if "fast_industry" in traits and facts["needs"]["stakeholder_alignment"]:
        conclude("e8", "pm", 1, _trait("fast_industry"), "needs")
    return weights


def _decide(
    weights: dict[str, dict[str, int]],
    fired: set[str],
    firings: dict[str, list[Firing]],
    fields: dict[str, Document],
) -> str:
    t, p = sum(weights["tpm"].values()), sum(weights["pm"].values())
    if t >= ENOUGH and t - p >= MARGIN:
        rule, claim = "d1", "tpm"
    elif p >= ENOUGH and p - t >= MARGIN:
        rule, claim = "d2", "pm"
    elif t >= ENOUGH and p >= ENOUGH:
        rule, claim = "d3", "both"
    else:
        rule, claim = "d4", "insufficient"
    path = f'decision["{claim}"]'
    fields[path] = {"role": claim}
    fired.add(rule)
    if rule == "d4":
        firings[path] = [Firing(rule, 0, (), (), path, {})]
    else:
        counted = (*sorted(weights["tpm"]), *sorted(weights["pm"]))
        firings[path] = [Firing(rule, 0, (), counted, path, {"t": t, "p": p})]
    return claim


def _shown(facts: Facts) -> Facts:
    """The facts with their sets in declared order."""
    product = facts["product"]
    domains = [domain for domain in DOMAINS if domain in product["domains"]]
    return facts | {"product": product | {"domains": domains}}


def _warrant(root: str, firings: dict[str, list[Firing]], fields: dict[str, Document], facts: Facts) -> Document:
    """Everything under the claim: facts, the firings that conclude them, and what those rest on."""
    reached = {root}
    pending = [root]
    used: list[Firing] = []
    while pending:
        for firing in firings.get(pending.pop(), ()):
            used.append(firing)
            for path in firing.premises + firing.counted:
                if path not in reached:
                    reached.add(path)
                    pending.append(path)
    used.sort(key=lambda firing: (firing.rule, firing.premises, firing.alternative))
    read: dict[str, set[str]] = {}
    for firing in used:
        for record, field in READS.get((firing.rule, firing.alternative), ()):
            read.setdefault(record, set()).add(field)
    nodes: list[Document] = [_fact(path, fields, facts, read) for path in sorted(reached)]
    edges: list[Document] = []
    counts: dict[str, int] = {}
    for firing in used:
        counts[firing.rule] = counts.get(firing.rule, 0) + 1
        id = f"{firing.rule}#{counts[firing.rule]}"
        nodes.append(_firing(id, firing))
        edges += [{"from": path, "to": id, "role": "premise"} for path in firing.premises]
        edges += [{"from": path, "to": id, "role": "counted"} for path in firing.counted]
        edges.append({"from": id, "to": firing.conclusion, "role": "concludes"})
    return {"claims": [root], "nodes": nodes, "edges": edges}


def _fact(path: str, fields: dict[str, Document], facts: Facts, read: dict[str, set[str]]) -> Document:
    if path in fields:
        origin, shown = "derived", fields[path]
    else:
        origin = "given"
        shown = {field: facts[path][field] for field in read[path]}
        if "domains" in shown:
            shown["domains"] = [domain for domain in DOMAINS if domain in shown["domains"]]
    type = path.split("[")[0]
    return {"id": path, "kind": "fact", "type": type, "origin": origin, "truth": "true", "fields": shown}


def _firing(id: str, firing: Firing) -> Document:
    node: Document = {
        "id": id,
        "kind": "firing",
        "rule": firing.rule,
        "truth": "true",
        "says": firing.rule,
        "bindings": firing.bindings,
        "conditions": [{"text": text, "truth": "true"} for text in CONDITIONS[firing.rule, firing.alternative]],
        "backing": BACKING,
    }
    if firing.alternative:
        node["alternative"] = firing.alternative
    return node
