"""The PM/TPM pack keeps its promises: the article is backed, what its authors add is owned, and its cases hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import averment
import averment_knowledge
from averment.core.program import Field
from averment.diagnostics.diagnostic import Report
from averment.model.model import ModelRule
from averment.source.yaml_reader import read_yaml

PACK = averment.load("pm_tpm")
RULES = {rule.id: rule for rule in PACK.model.rules}
GIVEN = [type for type in PACK.model.types.values() if not type.derived]
CASES = sorted((Path(averment_knowledge.__path__[0]) / "pm_tpm" / "cases").glob("*.yaml"))
ASKED_OF = ("product", "engineering", "industry", "company", "role_needs")

CORE = "The Core Functions of a Product Manager"
KIND = "What is a technical product manager?"
ROADMAP = "Technical Product Roadmapping"
HIRE = "When to Hire a Technical Product Manager"

# Every criterion of the article, where it stands, and the rules that represent it.
CRITERIA = {
    "core function: product strategy": (CORE, 2, ["product-strategy"]),
    "core function: customer research": (CORE, 3, ["customer-research"]),
    "core function: feature prioritization": (CORE, 4, ["feature-prioritization"]),
    "core function: cross-functional collaboration": (CORE, 5, ["cross-functional-work"]),
    "core function: launch and iteration": (CORE, 6, ["launch-and-iteration"]),
    "the core functions are a product manager's job": (CORE, 1, ["core-breadth"]),
    "difference: technical knowledge": ("In-Depth Technical Knowledge", 1, ["deep-technical-knowledge", "own-models"]),
    "difference: close to engineering": (
        "Close Collaboration with Engineering Teams",
        1,
        ["close-engineering-collaboration", "communication-gap"],
    ),
    "difference: technical roadmap": (ROADMAP, 1, ["technical-roadmap", "technical-milestones"]),
    "difference: technical and business priorities": (
        "Balancing Technical and Business Priorities",
        1,
        ["technical-tradeoffs", "heavy-technical-debt"],
    ),
    "difference: new technologies": ("Evaluating New Technologies and Trends", 1, ["technology-evaluation"]),
    "the core functions are shared": (KIND, 1, ["mixed-role"]),
    "factor: complexity": (HIRE, 2, ["complex-product"]),
    "factor: or cutting-edge technology": (HIRE, 2, ["cutting-edge-product"]),
    "factor: size of the engineering team": (HIRE, 3, ["large-engineering-team", "teams-large-together"]),
    "factor: rate of technological change": (HIRE, 4, ["rapidly-changing-industry"]),
    "factor: or the forefront of technology": (HIRE, 4, ["forefront-of-technology"]),
    "kind: machine learning": (KIND, 1, ["machine-learning-product"]),
    "kind: APIs": (KIND, 1, ["api-product"]),
    "kind: cloud infrastructure": (KIND, 1, ["cloud-infrastructure-product"]),
    "milestone: a new API": (ROADMAP, 1, ["milestone-new-api"]),
    "milestone: third-party integration": (ROADMAP, 1, ["milestone-third-party-integration"]),
    "milestone: particular technologies": (ROADMAP, 1, ["milestone-technology-feature"]),
    "not every business needs one": (HIRE, 1, ["business-without-need"]),
    "takeaway: strong technical component, five differences": (
        "Key Takeaways",
        1,
        ["machine-learning-product", "deep-technical-knowledge", "mixed-role"],
    ),
    "takeaway: complex products, rapid industries": (
        "Key Takeaways",
        2,
        ["complex-product", "rapidly-changing-industry"],
    ),
}

# The two sides of an "or" are one criterion: they derive the very same fact, so that it cannot count twice.
ONE_CRITERION = [
    ("complex-product", "cutting-edge-product"),
    ("rapidly-changing-industry", "forefront-of-technology"),
    ("large-engineering-team", "teams-large-together"),
    ("machine-learning-product", "api-product", "cloud-infrastructure-product"),
    ("technical-roadmap", "technical-milestones"),
    ("technical-tradeoffs", "heavy-technical-debt", "entangled-milestones"),
]

# What the cases with missing facts hang on.
HANGS_ON = {
    "museum-audio-tours": {"company.role_emphasis", 'component["map"].team'},
    "quantum-library": {
        "company.role_emphasis",
        "engineering.product_minded_lead",
        "engineering.team_size",
    },
}

STRENGTH = {
    "ml-platform-start-up": "strong",
    "games-studio": "clear",
    "sensor-maker": "slight",
    "insurance-assistant": None,
}


def _case(path: Path) -> dict[str, Any]:
    report = Report()
    (document,) = read_yaml(path.read_bytes(), path.name, report)
    assert not report.diagnostics
    found: dict[str, Any] = document.plain()
    return found


def _facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _case(next(path for path in CASES if path.stem == name))["facts"]
    return found


def _conclusions(rule: ModelRule) -> set[str]:
    return {conclusion.origin.text for conclusion in rule.then}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_is_decided_as_it_expects(path: Path) -> None:
    case = _case(path)
    assert case["case"] == path.stem
    outcome = PACK.decide(case["facts"])
    found: dict[str, Any] = {"claim": outcome.claim, "status": str(outcome.status)}
    if outcome.presumed:
        found["presumed"] = outcome.presumed.claim
    if outcome.settled:
        found["strength"] = outcome.strength
    assert found == case["expect"]


@pytest.mark.parametrize(("name", "fields"), HANGS_ON.items())
def test_open_case_hangs_on(name: str, fields: set[str]) -> None:
    assert set(PACK.decide(_facts(name)).hangs_on) == fields


@pytest.mark.parametrize(("name", "strength"), STRENGTH.items())
def test_strength(name: str, strength: str | None) -> None:
    assert PACK.decide(_facts(name)).strength == strength


@pytest.mark.parametrize("emphasis", ["technical", "market"])
def test_preference_decides_a_balanced_case_only(emphasis: str) -> None:
    def claim(name: str) -> str:
        facts = _facts(name)
        facts["company"]["role_emphasis"] = emphasis
        return PACK.decide(facts).claimed

    balanced = {"technical": "technical_product_manager", "market": "product_manager"}[emphasis]
    assert claim("fleet-telematics") == balanced
    assert claim("two-person-shop") == "neither_yet"
    assert claim("marketplace") == "product_manager"
    assert claim("payments-api") == "technical_product_manager"


def test_every_case_that_is_complete_gets_one_claim() -> None:
    for path in CASES:
        outcome = PACK.decide(_case(path)["facts"])
        assert outcome.claim not in ("gap", "conflict")
        assert outcome.settled or outcome.hangs_on


def test_every_rule_fires_in_some_case() -> None:
    fired = {rule for path in CASES for rule in PACK.decide(_case(path)["facts"]).fired}
    assert sorted(set(RULES) - fired) == []


@pytest.mark.parametrize(("section", "paragraph", "rules"), CRITERIA.values(), ids=CRITERIA.keys())
def test_criterion_of_the_article_is_backed(section: str, paragraph: int, rules: list[str]) -> None:
    for rule in rules:
        assert (section, paragraph) in {(backing.section, backing.paragraph) for backing in RULES[rule].backing}


def test_every_paragraph_backs_a_rule_or_says_why_not() -> None:
    cited = {(backing.section, backing.paragraph) for rule in RULES.values() for backing in rule.backing}
    for section in PACK.model.sources["article"].sections:
        for paragraph in range(1, len(section.paragraphs) + 1):
            assert section.omitted or (section.name, paragraph) in cited, (section.name, paragraph)


def test_every_citation_is_of_a_listed_paragraph() -> None:
    listed = {
        (source.name, section.name, number): digest
        for source in PACK.model.sources.values()
        for section in source.sections
        for number, digest in enumerate(section.paragraphs, 1)
    }
    for rule in RULES.values():
        assert rule.backing
        for backing in rule.backing:
            if backing.judgement:
                assert backing.author == "The averment authors"
            else:
                assert listed[backing.source, backing.section, backing.paragraph] == backing.digest


@pytest.mark.parametrize("rules", ONE_CRITERION, ids=lambda rules: rules[0])
def test_reasons_for_one_criterion_count_once(rules: tuple[str, ...]) -> None:
    conclusions = [_conclusions(RULES[rule]) for rule in rules]
    assert all(conclusion == conclusions[0] for conclusion in conclusions)


@pytest.mark.parametrize(
    "field", [pytest.param(field, id=f"{type.name}.{field.name}") for type in GIVEN for field in type.fields]
)
def test_field_has_a_question_and_a_label(field: Field) -> None:
    assert field.ask.endswith("?") and field.ask[0].isupper()
    assert field.label and not field.label.endswith((".", "?"))


def test_every_rule_speaks_in_a_sentence() -> None:
    for rule in RULES.values():
        assert rule.says.text.endswith("."), rule.id
        assert rule.says.text[0].isupper() or rule.says.text[0] == "$", rule.id


def test_every_parameter_is_documented_and_used() -> None:
    written = " ".join(
        path.read_text("utf-8")
        for folder in ("rules", "tables")
        for path in (CASES[0].parent.parent / folder).glob("*.yaml")
    ).replace("}", " ")
    for parameter in PACK.model.parameters.values():
        assert parameter.says.endswith("."), parameter.name
        assert parameter.name in written, parameter.name


def test_size_of_the_pack() -> None:
    assert sum(len(type.fields) for type in GIVEN if type.name in ASKED_OF) >= 28
    assert len(RULES) >= 40
    assert len(CASES) >= 24


def test_files_name_their_schema() -> None:
    root = CASES[0].parent.parent
    for path in root.rglob("*.yaml"):
        first = path.read_text("utf-8").partition("\n")[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert schema != first and (path.parent / schema).resolve().is_file(), path
