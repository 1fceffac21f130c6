"""Every form of sentence a person can meet that is put together when it is told, for reading aloud.

``python -m tests.render.sentences`` prints them. ``sentences.txt`` keeps them, so that a sentence that changes is seen
in review; ``REWRITE_GOLDEN=1 pytest tests/render/test_sentences.py`` writes it anew. What findings say stands in the
stories of ``tests/golden/bad``.

A *condition* is each form of cell, guard and aggregate with each kind of field, in a rule of its own, as it is told
where it holds, where it does not and where that is not known. A *screen* is each answer to each status of a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import averment
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.questions.ask.consultation import consult
from averment.questions.flip.flip import flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import matters
from averment.questions.missing.missing import missing
from averment.questions.whatif import whatif
from averment.questions.why_not.why_not import why_not
from averment.recording import loaded_files
from averment.render.consultation_text import closing, question_text, standing, what_if_text, why_text
from averment.render.display import Style
from averment.render.flip_text import flips_text
from averment.render.html import page
from averment.render.questions_text import missing_text
from averment.render.screen import screen
from averment.render.text import explanation, fact_explanation
from averment.render.weighing import matters_text
from averment.render.what_if_text import whatif_text
from averment.render.why_not_tree import why_not_text

_HERE = Path(__file__).parent
_WIDE = Style(width=400)  # nothing is wrapped
_SPACE = re.compile(r" {2,}")
_RULE = re.compile(r"[✘·] \w+ {3}")
_RAIL = re.compile(r"^[├└│─ ]+")

_TRUE = {
    "open": True,
    "sea": True,
    "guard": True,
    "lead": True,
    "people": 50,
    "distance": 120,
    "price": "12.50",
    "grade": "very_high",
    "stage": "early_growth",
    "tags": ["wood", "steel"],
    "town": "Bern",
    "day": "2024-05-01",
}
_FALSE = {
    "open": False,
    "sea": False,
    "guard": False,
    "lead": False,
    "people": 1,
    "distance": 3,
    "price": "0.50",
    "grade": "low",
    "stage": "idea",
    "tags": [],
    "town": "Chur",
    "day": "2020-05-01",
}
_ROOMS = [
    {"name": "hall", "floor": 1, "safe": True, "size": 80},
    {"name": "attic", "floor": 3, "safe": True, "size": 9},
]

CELLS = {
    **{name: ["true", "not(false)"] for name in ("open", "sea", "guard", "lead")},
    "people": ['">= 20"', '"[2..90)"', "50", '"< 60, > 70"', "not(1)"],
    "distance": ['"> far"', '">= far"', '"(5..200]"'],
    "price": ['">= 10.00"', "12.50"],
    "grade": ["very_high", '">= best"', '"> low"', "not(low)"],
    "stage": ["early_growth", '"early_growth, mature"', "not(idea)", '"not(idea, mature)"'],
    "tags": ["wood", '"wood, plain_glass"', "not(plain_glass)"],
    "town": ["'\"Bern\"'", "'not(\"Chur\")'", '\'starts with "Be", "Rom"\'', "'not(starts with \"Be\")'"],
    "day": ['">= 2024-01-01"', '"[2024-01-01..2024-12-31]"'],
}
GUARDS = {
    "comparison": ["{site: {people: $n}}", "{test: $n >= 20}"],
    "comparison with a parameter": ["{site: {distance: $n}}", "{test: $n > far}"],
    "comparison of levels": ["{site: {grade: $g}}", "{test: $g != low}"],
    "comparison of days": ["{site: {day: $d}}", "{test: $d >= 2024-01-01}"],
    "comparison of choices": ["{site: {stage: $s}}", "{test: $s = early_growth}"],
    "comparison of two fields": ["{site: {people: $n, distance: $m}}", "{test: $m > $n}"],
    "difference": ["{site: {people: $n, distance: $m}}", "{test: $m - $n >= 20}"],
    "sum and product": ["{site: {people: $n, distance: $m}}", "{test: $m * 2 + $n >= 100}"],
    "quotient": ["{site: {people: $n, distance: $m}}", "{test: $m / $n >= 7 / 3}"],
    "absolute value": ["{site: {people: $n, distance: $m}}", "{test: abs($m - $n) >= 20}"],
    "least and greatest of numbers": ["{site: {people: $n, distance: $m}}", "{test: 'min($m, $n) < max($n, 60) - 5'}"],
    "size of a set": ["{site: {tags: $t}}", "{test: count($t) >= 2}"],
    "record": ['{room: {name: $r, floor: 3, size: "< 20"}}'],
    "record of a yes or no": ["{room: {name: $r, safe: true}}"],
    "no record": ["{not: {room: {floor: 7}}}"],
    "no record that joins": ["{site: {people: $n}}", "{not: {room: {size: $n}}}"],
    "no record at all": ["{not: {room: {}}}"],
    "join": ["{room: {name: $r, floor: $f}}", "{site: {people: $f}}"],
    "count": ["{count: {of: room, as: $n}}", "{test: $n >= 2}"],
    "count of some": ["{count: {of: {room: {safe: true}}, as: $n}}", "{test: $n >= 2}"],
    "count of the derived": ["{count: {of: {point: {side: go}}, as: $n}}", "{test: $n >= 1}"],
    "sum": ["{sum: {of: room, field: size, as: $n}}", "{test: $n >= 20}"],
    "average": ["{average: {of: room, field: size, as: $n}}", "{test: $n >= 15.5}"],
    "least": ["{min: {of: room, field: size, as: $n}}", "{test: $n <= 20}"],
    "greatest of some": ["{max: {of: {room: {floor: 1}}, field: size, as: $n}}", "{test: $n >= 20}"],
    "known": ["{known: site.people}"],
    "unknown": ["{unknown: site.people}"],
    "known of records": ["{known: {of: {room: {floor: 1}}, field: safe}}"],
    "alternatives": ["{any: [{site: {open: true}}, {site: {grade: very_high}}]}"],
}

_TRIP = {"distance": 300, "sea": False, "luggage": "very_bulky", "station": True, "forced": []}
CASES: Mapping[str, dict[str, Any]] = {
    "settled": _TRIP,
    "settled the other way": {**_TRIP, "distance": 1200, "sea": True},
    "presumed": {key: _TRIP[key] for key in ("distance", "forced", "luggage")},
    "open": {"distance": 900, "forced": []},
    "open, and nothing is given": {},
    "gap": {**_TRIP, "distance": 900},
    "conflict": {**_TRIP, "forced": ["plane"]},
    "forced": {**_TRIP, "distance": 900, "forced": ["train"]},
}


class Section(NamedTuple):
    """Some sentences, under what they are about."""

    title: str
    lines: list[str]


def sections() -> Iterator[Section]:
    """All sentences."""
    yield from _conditions()
    yield from _screens()


def _conditions() -> Iterator[Section]:
    forms = {f"{name} {cell}": [f"{{site: {{{name}: {cell}}}}}"] for name, cells in CELLS.items() for cell in cells}
    forms |= GUARDS
    rules = {f"r{number}": form for number, form in enumerate(forms)}
    written = "".join(
        f"  - {{rule: {rule}, says: It is so., backing: judgement, when: [{', '.join(forms[form])}], "
        f"then: [{{mark: {{rule: '\"{rule}\"'}}}}]}}\n"
        for rule, form in rules.items()
    )
    files = {name: (_HERE / "forms" / name).read_bytes() for name in ("pack.yaml", "facts.yaml", "rules/sides.yaml")}
    pack = loaded_files({**files, "rules/forms.yaml": f"author: The authors\nrules:\n{written}".encode()})
    cases: dict[str, dict[str, Any]] = {
        "true": {"site": _TRUE, "room": _ROOMS},
        "false": {"site": _FALSE, "room": []},
        "unknown": {},
    }
    outcomes = {truth: pack.decide(pack.case(facts, truth), engine="reference") for truth, facts in cases.items()}
    for rule, form in (rules | {"go": "what leads", "stay": "what does not lead"}).items():
        lines = [
            f"{truth}: {line}" for truth, outcome in outcomes.items() for line in _told(pack, outcome, rule) if line
        ]
        yield Section(form, list(dict.fromkeys(lines)))


def _told(pack: Pack, outcome: Outcome, rule: str) -> Iterator[str]:
    """What is said of one rule: what it rested on where it fired or may, and what it lacked where it did not."""
    derived, wanted = {"go": ("advice", "go"), "stay": ("advice", "stay_put")}.get(rule, ("mark", rule))
    if any(fact.type == derived for fact in outcome.evaluation.memory.truths):
        told = fact_explanation(explain(outcome, derived), pack.model, _WIDE)
        for block in told.split("\n\n"):
            if f'["{wanted}"]' in block.split("\n", 1)[0]:
                yield from map(_plain, block.splitlines()[3:])
    asked = why_not_text(why_not(outcome, rule), pack.model, _WIDE)
    yield from (line for line in map(_plain, asked.splitlines()[1:]) if not _RULE.match(line))


def _plain(line: str) -> str:
    return _SPACE.sub("   ", _RAIL.sub("", line)).strip()


def _screens() -> Iterator[Section]:
    pack = averment.load(_HERE / "trip")
    knowledge = Knowledge(pack)
    for name, facts in CASES.items():
        case = pack.case({"trip": facts}, name)
        outcome = pack.decide(case, engine="reference")
        assert outcome.status.value in name or name == "forced", (name, outcome.status, outcome.claim)
        texts = {
            "first screen": screen(outcome, pack.model, _WIDE, case.places, "trip.yaml"),
            "full": explanation(outcome, pack.model, _WIDE, case.places),
            "page": _words_of(page(explain(outcome), pack.model, case.places)),
            "matters": matters_text(matters(outcome, knowledge), _WIDE),
            "missing": missing_text(missing(outcome), _WIDE),
            "what if": whatif_text(whatif(knowledge, case, {"trip.distance": 1500}, ["trip.station"]), _WIDE),
            "why not": why_not_text(why_not(outcome, "plane"), pack.model, _WIDE),
        }
        if outcome.settled:
            texts["flip"] = flips_text(flip(outcome), _WIDE)
        state = consult(outcome)
        texts["ask"] = standing(outcome) + "\n" + closing(state) + "\n" + what_if_text(outcome)
        if state.question is not None:
            texts["ask"] += "\n" + question_text(state.question, 1, _WIDE) + "\n" + why_text(state, pack.model, _WIDE)
        for what, text in texts.items():
            lines = [re.sub(r"sha256:\w+…", "sha256:…", line) for line in map(_plain, text.splitlines()) if line]
            yield Section(f"{name}: {what}", list(dict.fromkeys(lines)))


def _words_of(markup: str) -> str:
    """What a page says, a line for each block."""
    text = re.sub(r"<(style|svg|table)\b.*?</\1>", "", markup, flags=re.DOTALL)
    text = re.sub(r"</(?:p|li|h\d|div|tr|summary|dt|dd|title)>", "\n", text)
    return re.sub(r"<[^>]+>", "", text)


def written() -> str:
    """The list, as it is kept."""
    return "\n".join(f"## {title}\n" + "".join(f"{line}\n" for line in lines) for title, lines in sections())


if __name__ == "__main__":
    print(written(), end="")
