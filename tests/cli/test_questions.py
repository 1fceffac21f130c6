"""The commands that ask about outcomes: valid documents, the claim they promise, and a consultation to its end."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import averment as library
import averment_schemas
from averment.backends import reference
from averment.diagnostics.diagnostic import Report
from averment.model.case import read_case
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import consult
from averment.questions.ask.live import Live
from averment.render.fact_file import fact_file
from averment.surface.pack_files import read_case_file

CASES = Path(__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
SCHEMA = Draft202012Validator(averment_schemas.load("questions"))
SETTLED, BEGUN = (CASES / f"{name}.yaml" for name in ("internal-reports", "first-conversation"))
OPEN = Path(__file__).with_name("even.yaml")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Type this at the questions."""

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))

    return put


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with every type of field, in which any reasoning may be put: `rules.yaml`."""
    folder = tmp_path / "every"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: every\nversion: 1.0.0\ntitle: Every type\nclaim: {fact: pick, field: what}\n", "utf-8"
    )
    (folder / "facts.yaml").write_text(
        "facts:\n"
        "  thing:\n"
        "    cardinality: one\n"
        "    fields:\n"
        "      word: {type: text}\n"
        "      day: {type: date}\n"
        "      share: {type: decimal, places: 2}\n"
        "      parts: {type: set, of: [one_part, none_at_all, back]}\n"
        "      state: {type: choice, of: ['no', unknown, 'on']}\n"
        "      sure: {type: boolean}\n"
        "      many: {type: integer, default: 7}\n"
        "  part: {cardinality: many, key: name, fields: {name: {type: text}, weight: {type: integer}}}\n"
        "  pick: {derived: true, fields: {what: {type: choice, of: [left, right]}}}\n",
        "utf-8",
    )
    rules(folder, "- thing: {sure: true}", "- thing: {sure: false}")
    return folder


def rules(pack: Path, left: str, right: str) -> None:
    (pack / "rules" / "all.yaml").write_text(
        "author: Ann\nrules:\n"
        f"  - {{rule: to-left, backing: judgement, when: [{left[2:]}], then: [pick: {{what: left}}]}}\n"
        f"  - {{rule: to-right, backing: judgement, when: [{right[2:]}], then: [pick: {{what: right}}]}}\n",
        "utf-8",
    )


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("flip", ("flip", SETTLED)),
        ("flip", ("flip", SETTLED, "--to", "technical_product_manager", "--most", "2")),
        ("matters", ("matters", SETTLED, "--param", "decision_margin=1")),
        ("missing", ("missing", OPEN)),
        ("missing", ("missing", SETTLED)),
        ("whatif", ("whatif", SETTLED, "--set", "engineering.team_size=4", "--unset", "product.stage")),
        ("sweep", ("whatif", SETTLED, "--sweep", "engineering.team_size=0..200")),
        ("sweep", ("whatif", SETTLED, "--sweep", "decision_margin")),
        ("why_not", ("explain", SETTLED, "--why-not", "technical_product_manager")),
        ("why_not", ("explain", OPEN, "--why-not", "small-company")),
    ],
)
def test_the_answer_is_a_valid_document_and_a_text_without_variables(
    averment: Any, question: str, arguments: tuple[str | Path, ...]
) -> None:
    ran = averment(*arguments, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    SCHEMA.validate(document)
    assert document["question"] == question
    text = averment(*arguments)
    assert (text.code, text.err) == (0, "")
    assert document["case"] in text.out.splitlines()[0]
    assert not re.search(r"\$[a-z]|None|[a-z]_[a-z]+ is ", text.out)


@pytest.mark.parametrize("case", ["sensor-maker", "ticket-office", "consumer-loyalty-app"])
def test_each_flip_flips(averment: Any, case: str) -> None:
    """Applied as it is told, with the first values and with each other value in their place."""
    facts = SETTLED.with_name(f"{case}.yaml")
    document = json.loads(averment("flip", facts, "--format", "json").out)
    SCHEMA.validate(document)
    assert document["flips"]
    for flip in document["flips"]:
        chosen = {change["field"]: change["to"] for change in flip["changes"]}
        others = [{change["field"]: other} for change in flip["changes"] for other in change["or"]]
        for values in (chosen, *({**chosen, **other} for other in others)):
            settings = [f"--set={field}={json.dumps(value)}" for field, value in values.items()]
            turned = json.loads(averment("whatif", facts, *settings, "--format", "json").out)
            assert turned["before"]["claim"] == document["claim"] != flip["claim"] == turned["after"]["claim"]


def test_a_case_that_cannot_be_flipped_does_not_keep_the_others_from_an_answer(averment: Any) -> None:
    ran = averment("flip", OPEN, SETTLED, "--format", "json")
    assert ran.code == 3 and json.loads(ran.out)["case"] == "internal-reports"
    assert ran.err.count("error[AV580]: the claim of case `even` is still open") == 1


def test_a_sweep_of_a_text_has_one_that_is_not_named(averment: Any) -> None:
    facts, field = SETTLED.with_name("ticket-office.yaml"), 'component["checkout"].team'
    regions = json.loads(averment("whatif", facts, "--sweep", field, "--format", "json").out)["regions"]
    assert [region["from"] for region in regions] == ["booking", "venue", "another"]


def test_a_sweep_starts_from_the_changes(averment: Any) -> None:
    plain = averment("whatif", SETTLED, "--sweep", "engineering.team_size=1..30", "--format", "json").out
    regions = json.loads(plain)["regions"]
    assert len(regions) > 1
    changed = averment(
        "whatif", SETTLED, "--set", "product.technical_complexity=high", "--param", "decision_margin=1",
        "--sweep", "engineering.team_size=1..30", "--format", "json",
    ).out  # fmt: skip
    assert json.loads(changed)["regions"] != regions


def test_a_plot_has_a_lane_for_each_claim_and_a_mark_at_the_value(averment: Any) -> None:
    lines = averment("whatif", SETTLED, "--sweep", "engineering.team_size=0..59").out.splitlines()
    none, low, high, _, mark = lines[-5:]
    assert none.startswith("neither yet ") and low.startswith("product manager ")
    assert high.startswith("technical product manager ")
    assert [lane.count("█") for lane in (none, low, high)] == [2, 18, 40]
    assert mark.index("^") == none.index("█") + 11


def test_several_cases_are_answered_one_after_another(averment: Any) -> None:
    ran = averment("missing", SETTLED, OPEN, "--format", "json")
    assert [json.loads(line)["case"] for line in ran.out.splitlines()] == ["internal-reports", "even"]


# --- the consultation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["technical", " Technical ", "1", "market"])
def test_a_consultation_ends_as_soon_as_it_is_settled(
    averment: Any, typed: Callable[[str], None], tmp_path: Path, answer: str
) -> None:
    typed(f"{answer}\nnobody hears this\n")
    ran = averment("ask", OPEN, "-o", tmp_path / "told.yaml")
    claim = "product_manager" if answer == "market" else "technical_product_manager"
    assert (ran.code, ran.err) == (0, "")
    assert f"The claim is settled: {claim.replace('_', ' ')} " in ran.out
    assert "No further answer can change it." in ran.out and "nobody hears" not in ran.out
    assert averment("decide", tmp_path / "told.yaml", "--quiet").out.split("\t")[1] == claim


def test_what_may_be_typed_at_a_question(averment: Any, typed: Callable[[str], None], tmp_path: Path) -> None:
    saved = tmp_path / "so far.yaml"
    typed(f"why\nhow\nwhat if market\nwhat if marekt\ntechncal\nwhyy\nback\nskip\nsave {saved}\nhelp\nquit\n")
    out = averment("ask", OPEN).out
    for said in (
        "whether these rules apply",
        "the emphasis that the company wants for the role is market presumed",
        "Then the claim would be settled: product manager.",
        "did you mean `market`?",
        "did you mean `technical`?",
        "did you mean `why`?",
        "Nothing was answered yet.",
        "This is the only question left",
        f"The facts are saved in {saved}.",
        "take the last answer back",
    ):
        assert said in " ".join(out.split()), said
    assert out.rstrip().endswith("The claim is presumably product manager (slight).")
    assert averment("decide", saved, "--quiet").out == averment("decide", OPEN, "--quiet").out


def test_each_answer_is_echoed_with_the_score_and_what_is_left(averment: Any, typed: Callable[[str], None]) -> None:
    typed("3\nunknown\n")
    out = " ".join(averment("ask").out.split())
    assert "1 low · 2 medium · 3 high > 3 Understood: technical complexity of the product: high." in out
    assert "> unknown Understood: number of engineers: not known." in out
    assert "So far, with what is presumed: technical product manager 4 to 0; at most" in out
    left = [int(many) for many in re.findall(r"t most (\d+) more question", out)]
    assert len(left) == 3 and left[0] > left[1] > left[2]


def test_the_consultation_as_a_document(averment: Any, typed: Callable[[str], None]) -> None:
    typed("technical\nback\n")
    ran = averment("ask", OPEN, "--format", "json")
    document = json.loads(ran.out)
    SCHEMA.validate(document)
    assert document["finished"] and document["at_most"] == 0 and document["replies"][0]["value"] == "technical"
    assert "settled" in ran.err


def test_who_would_not_say_is_kept_apart_from_who_does_not_know(averment: Any, typed: Callable[[str], None]) -> None:
    typed("declined\nunknown\nskip\ndecline\nquit\n")
    ran = averment("ask", "--format", "json")
    document = json.loads(ran.out)
    SCHEMA.validate(document)
    assert [each["said"] for each in document["replies"]] == ["declined", "unknown", "skipped", "declined"]
    assert "Understood: nobody would say" in ran.err


def test_the_facts_are_never_lost(averment: Any, typed: Callable[[str], None], tmp_path: Path) -> None:
    typed("add team fares, 12\n")
    out = averment("ask", BEGUN).out
    file = tmp_path / "pasted.yaml"
    file.write_text(out[out.index("case: ") :], "utf-8")
    assert averment("decide", file, "--quiet").out.split("\t")[:3] == [
        "first-conversation", "product_manager", "presumed",
    ]  # fmt: skip


def test_an_interrupt_says_how_it_stands_and_keeps_the_facts(start: Any, tmp_path: Path) -> None:
    file = tmp_path / "told.yaml"
    process: subprocess.Popen[bytes] = start("ask", BEGUN, "-o", file, stdin=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    deadline = threading.Timer(120, process.kill)
    deadline.start()
    process.stdin.write(b"add team fares, 12\n")
    process.stdin.flush()
    seen = b""
    while b"\n2. " not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    time.sleep(0.1)  # the prompt comes after the question
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    deadline.cancel()
    assert process.returncode == 130, err
    assert b"Traceback" not in err and b"The claim is presumably product manager" in rest
    assert "engineers: 12" in file.read_text("utf-8")


def test_a_file_that_is_there_is_not_written_over(averment: Any, typed: Callable[[str], None], tmp_path: Path) -> None:
    own, again = tmp_path / "own.yaml", tmp_path / "again.yaml"
    own.write_text("# what somebody wrote\n")
    typed(f"save {own}\nsave {again}\nsave {again}\nquit\n")
    said = " ".join(averment("ask", OPEN).out.split())
    assert f"`{own}` is there already, and not certainly averment's own" in said
    assert said.count(f"The facts are saved in {again}.") == 2  # its own it may write anew
    assert averment("ask", OPEN, "-o", own).code == 2
    assert own.read_text() == "# what somebody wrote\n"


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_lost(
    averment: Any, typed: Callable[[str], None], tmp_path: Path
) -> None:
    typed(f"save {tmp_path}\ntechnical\n")
    ran = averment("ask", OPEN)
    assert "cannot be written" in ran.out and "role_emphasis: technical" in ran.out


@pytest.mark.parametrize(
    ("field", "test", "typing", "value"),
    [
        ("word", '"why"', '"why"', "why"),
        ("day", "2024-02-29", "2024-02-30\n2024-02-29", "2024-02-29"),
        ("share", "[0..0.25]", "1.234\n0.25", "0.25"),
        ("parts", "one_part", "One part and back", ["one_part", "back"]),
        ("state", "unknown", "unknown", "unknown"),
        ("parts", "one_part", "4\n1, 3", ["one_part", "back"]),
        ("state", "unknown", "2", "unknown"),
        ("sure", "true", "Yes", True),
        ("sure", "true", "3\n1", True),
    ],
)
def test_every_type_of_field_can_be_answered_and_saved(
    averment: Any,
    typed: Callable[[str], None],
    pack: Path,
    tmp_path: Path,
    field: str,
    test: str,
    typing: str,
    value: object,
) -> None:
    rules(pack, f"- thing: {{{field}: '{test}'}}", f"- thing: {{{field}: 'not({test})'}}")
    typed(typing + "\n")
    file = tmp_path / "told.yaml"
    ran = averment("ask", "--pack", pack, "-o", file)
    assert "The claim is settled: left." in ran.out, ran
    document = json.loads(averment("decide", file, "--pack", pack, "--format", "json").out)
    assert (document["claim"], document["facts"]["thing"][field]) == ("left", value)
    assert document["assumptions"] == ["thing.many"]


def test_a_claim_that_every_answer_leaves_is_proved(averment: Any, typed: Callable[[str], None], pack: Path) -> None:
    rules(pack, "- any: [thing: {sure: true}, thing: {sure: false}]", "- thing: {many: 8}")
    typed("")
    out = averment("ask", "--pack", pack).out
    assert "Whatever the answers still open are, the claim is left: that is proved." in " ".join(out.split())


def test_a_fact_file_reads_back_as_the_case(pack: Path) -> None:
    loaded = library.load(pack)
    thing = {"word": 'true\n"yes"', "share": "-0.50", "parts": ["back"], "state": "no", "sure": False}
    case = loaded.case({"thing": thing, "part": [{"name": "a: b", "weight": -3}, {"name": "#"}]}, "on")
    text = fact_file(case, loaded.program())
    report = Report()
    (node,) = read_case_file(text.encode(), "told.yaml", report)
    read = read_case(node, loaded.model.types, report)
    assert read is not None and report.diagnostics == [] and "many" not in text
    assert loaded.decide(read).canonical == loaded.decide(case).canonical


# --- the live session ------------------------------------------------------------------------------------------------


def outcome(file: Path) -> Outcome:
    loaded = library.load()
    return loaded.decide(json_facts(file), engine="reference")


def json_facts(file: Path) -> dict[str, Any]:
    (node,) = read_case_file(file.read_bytes(), file.name, Report())
    facts = node.get("facts")
    assert facts is not None
    return {type: record.plain() for type, record in facts.items()}


def test_an_answer_taken_back_is_withdrawn_from_the_live_session() -> None:
    begun = outcome(OPEN)
    program = begun.evaluation.program
    with Live(library.load().engine()) as live:
        start = consult(begun, live.evaluate)
        before = start.outcome.canonical
        answered = start.answer("technical")
        assert answered.outcome.claim == "technical_product_manager"
        plain = Outcome(answered.case, reference.evaluate(program, answered.case))
        assert answered.outcome.canonical == plain.canonical
        back = answered.back()
        assert back.outcome.canonical == before
        assert live._session is not None and set(live._session.facts) == set(back.case.facts)
