"""An explanation as data (``explanation.schema.json``): the warrant, where everything stands, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from averment.core.naming import field_at
from averment.core.node import Span
from averment.model.model import Model
from averment.outcome.explained import Explained
from averment.outcome.outcome import FORMAT, Outcome
from averment.render.evidence import sides
from averment.render.facts import answers
from averment.render.places import given_place, rule_place


def explanation_document(
    explained: Explained, model: Model, places: Mapping[str, Span] | None = None
) -> dict[str, Any]:
    """``facts``: what is explained; ``places``: rules in the pack and given facts in the case, as ``FILE:LINE``."""
    outcome, program = explained.outcome, explained.outcome.evaluation.program
    warrant = explained.document()
    facts = warrant.pop("facts")
    rules = sorted({node["rule"] for node in warrant["nodes"] if node["kind"] == "firing"})
    found = places or {}
    return {
        "format": FORMAT,
        "case": outcome.case.name,
        **_standing(explained),
        "facts": facts,
        "warrant": warrant,
        "evidence": [
            {
                "claim": side.claim,
                "sign": "against" if side.against else "for",
                "certain": side.total,
                "undecided": side.doubtful,
            }
            for side in sides(explained)
        ],
        **({"given_evidence": outcome.evidence.document} if outcome.evidence else {}),
        "hangs_on": [_question(program.types, path) for path in explained.hangs_on],
        "places": {
            "rules": {rule: rule_place(model, rule) for rule in rules},
            "facts": {path: given_place(found, path) for path in sorted(found)},
        },
        "parameters": dict(program.parameters),
        "pack": {"name": program.name, "version": program.version, "digest": program.digest},
    }


def _standing(explained: Explained) -> dict[str, Any]:
    """The claim and how it stands."""
    outcome, presumption = explained.outcome, explained.presumption
    if presumption:
        short = presumption.short
        return {
            "claim": "open",
            "status": "presumed",
            "strength": None,
            "presumed": short,
            **_results(presumption.open),
        }
    stands = {"claim": outcome.claim, "status": outcome.status.value, "strength": outcome.strength}
    return stands | _results(outcome)


def _results(outcome: Outcome) -> dict[str, Any]:
    """The results as an outcome tells them, where the pack names any."""
    found = {name: result.document for name, result in outcome.results.items()}
    return {"results": found} if found else {}


def _question(types: Mapping[str, Any], path: str) -> dict[str, str]:
    field = field_at(types, path)
    return {"path": path, "ask": field.ask if field else "", "answers": answers(field) if field else ""}
