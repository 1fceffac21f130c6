"""The PM/TPM pack's guards as somebody would write them by hand around the bare C module.

One function a rule, in plain Python over plain tuples: ``case.given`` are the values of the given records by type,
``case.derived`` those of what was concluded so far, ``bound`` those of the facts that a match bound, one after the
other. A rule that is not named here has no guard that the engine has not already asked. Sums that many rules ask for
are taken once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from averment.core.program import Compare, Literal, Program

Values = tuple[Any, ...]
Test = Callable[["Plain", tuple[Values, ...]], bool]


class Plain:
    """One case: its records, and what was concluded."""

    def __init__(self, given: dict[str, list[Values]], derived: dict[str, set[Values]]) -> None:
        self.given, self.derived = given, derived
        self.technical = self.market = 0

    def weigh(self) -> None:
        """Once, before the last rules: what speaks for either role."""
        for _, favours, weight in self.derived["evidence"]:
            if favours == "technical_product_manager":
                self.technical += weight
            else:
                self.market += weight


def tests(program: Program) -> dict[tuple[str, int], Test]:
    """The guards by rule and alternative, with the pack's parameters filled in."""
    limits = {
        (rule.id, rule.alternative): [
            guard.right.value
            for guard in rule.guards
            if isinstance(guard, Compare) and isinstance(guard.right, Literal)
        ]
        for rule in program.rules
    }

    def limit(rule: str, alternative: int = 0, place: int = 0) -> Any:
        return limits[rule, alternative][place]

    stack, rework = limit("broad-technology"), limit("costly-misunderstandings")
    large, little, services = (
        limit("large-engineering-team"),
        limit("small-engineering-team"),
        limit("many-third-party-services"),
    )
    small, teams, together = limit("small-company"), limit("many-teams"), limit("teams-large-together")
    coordination, breadth, entangled = limit("coordination-load"), limit("core-breadth"), limit("entangled-milestones")
    outside, technical = limit("many-outside-dependencies"), limit("technical-milestones")
    platform, unowned = limit("shared-platform"), limit("unowned-components")
    mixed_core, mixed_technical = limit("mixed-role"), limit("mixed-role", 0, 1)
    margin, clear, strong = (
        limit("evidence-for-product-manager"),
        limit("clear-evidence", 2, 2),
        limit("strong-evidence", 1),
    )
    market_kinds = {"pricing", "user_experience", "market_launch"}
    plain: dict[str, Test] = {
        "broad-technology": lambda case, _: len(case.given["product"][0][3]) >= stack,
        "costly-misunderstandings": lambda case, _: case.given["engineering"][0][2] >= rework,
        "large-engineering-team": lambda case, _: case.given["engineering"][0][3] >= large,
        "small-engineering-team": lambda case, _: case.given["engineering"][0][3] <= little,
        "many-third-party-services": lambda case, _: case.given["product"][0][5] >= services,
        "small-company": lambda case, _: case.given["company"][0][1] <= small,
        "many-teams": lambda case, _: len(case.given["team"]) >= teams,
        "teams-large-together": lambda case, _: sum(team[1] for team in case.given["team"]) >= together,
        "outside-dependency": lambda case, bound: not any(one[0] == bound[1][1] for one in case.given["component"]),
        "relies-directly": lambda _, bound: bound[0][0] != bound[0][1],
        "team-without-technical-owner": lambda case, bound: (
            not any(owner[0] == bound[0][1] and owner[1] for owner in case.given["product_owner"])
        ),
        "unowned-component": lambda case, bound: (
            not any(owner[0] == bound[0][1] for owner in case.given["product_owner"])
        ),
        "coordination-load": lambda case, _: len(case.derived["cross_team_dependency"]) >= coordination,
        "core-breadth": lambda case, _: len(case.derived["core_work"]) >= breadth,
        "entangled-milestones": lambda case, _: len(case.derived["entangled_milestone"]) >= entangled,
        "many-outside-dependencies": lambda case, _: len(case.derived["outside_dependency"]) >= outside,
        "market-roadmap": lambda case, _: (
            sum(milestone[0] in market_kinds for milestone in case.given["milestone"])
            > len(case.derived["technical_milestone"])
        ),
        "technical-milestones": lambda case, _: len(case.derived["technical_milestone"]) >= technical,
        "shared-platform": lambda case, bound: (
            sum(on == bound[0][0] for _, on in case.derived["relies_on"]) >= platform
        ),
        "technical-owners-everywhere": lambda case, _: (
            bool(case.given["component"]) and not case.derived["team_without_technical_owner"]
        ),
        "unowned-components": lambda case, _: len(case.derived["unowned_component"]) >= unowned,
        "mixed-role": lambda case, _: (
            len(case.derived["core_work"]) >= mixed_core and len(case.derived["technical_work"]) >= mixed_technical
        ),
        "business-without-need": lambda case, _: case.technical == 0,
        "evidence-for-product-manager": lambda case, _: case.market - case.technical >= margin,
        "evidence-for-technical-product-manager": lambda case, _: case.technical - case.market >= margin,
        "preference-for-market": lambda case, _: case.technical - case.market < margin,
        "preference-for-technology": lambda case, _: case.technical > 0 and case.market - case.technical < margin,
        "slight-evidence": lambda case, _: case.technical > 0 and abs(case.technical - case.market) < clear,
    }
    return {(rule, 0): test for rule, test in plain.items()} | {
        ("clear-evidence", 1): lambda case, _: abs(case.technical - case.market) < strong and case.technical == 0,
        ("clear-evidence", 2): lambda case, _: clear <= case.technical - case.market < strong,
        ("clear-evidence", 3): lambda case, _: clear <= case.market - case.technical < strong,
        ("strong-evidence", 1): lambda case, _: case.technical - case.market >= strong,
        ("strong-evidence", 2): lambda case, _: case.market - case.technical >= strong,
    }
