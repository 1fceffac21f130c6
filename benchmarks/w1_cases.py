"""Random complete cases of the pack ``packs/w1``, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

DOMAINS = ("ml", "api", "cloud", "data", "mobile", "security", "web", "hardware")
DEGREES = ("low", "medium", "high")


def complete_cases(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """The facts of ``count`` cases with every field given."""
    rng = random.Random(seed)

    def likely(share: float) -> bool:
        return rng.random() < share

    for _ in range(count):
        yield {
            "product": {
                "technical_complexity": rng.choice(DEGREES),
                "uses_cutting_edge_tech": likely(0.3),
                "domains": rng.sample(DOMAINS, rng.randint(0, 5)),
                "integrations": rng.randint(0, 12),
                "platform_product": likely(0.3),
                "stage": rng.choice(("idea", "growth", "mature")),
            },
            "engineering": {
                "team_size": rng.randint(1, 90),
                "teams": rng.randint(1, 8),
                "pm_engineer_communication": rng.choice(("poor", "fair", "good")),
                "has_architect": likely(0.5),
                "delivery_risk": rng.choice(DEGREES),
            },
            "industry": {
                "rate_of_change": rng.choice(("slow", "moderate", "fast")),
                "regulated": likely(0.4),
                "competition": rng.choice(DEGREES),
            },
            "needs": {
                "technical_roadmap": likely(0.4),
                "customer_research": likely(0.4),
                "go_to_market": likely(0.4),
                "evaluate_new_tech": likely(0.3),
                "stakeholder_alignment": likely(0.5),
                "pricing": likely(0.3),
            },
        }
