"""What a notebook shows of itself: packs, outcomes, flips and what-ifs; and decided tables as people read them."""

from __future__ import annotations

import pickle
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest

import averment
from averment.recording import loaded_files

FILES = {
    "pack.yaml": b"pack: loans\nversion: 1.0.0\ntitle: May <b>it</b> be given?\nclaim: {fact: advice, field: what}\n",
    "facts.yaml": b"""facts:
  person: {cardinality: one, fields: {age: {type: integer, min: 0, max: 200}, name: {type: text}}}
  advice: {derived: true, fields: {what: {type: choice, of: [give, refuse]}}}
""",
    "rules/all.yaml": b"""author: The authors
rules:
  - rule: old-enough
    says: $n is old enough.
    backing: judgement
    when: [{person: {age: '>= 30', name: $n}}]
    then: [{advice: {what: give}}]
  - rule: too-young
    says: The person is too young.
    backing: judgement
    when: [{person: {age: '< 30'}}]
    then: [{advice: {what: refuse}}]
""",
}
_EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    return loaded_files(FILES)


def test_an_outcome_shows_itself_and_nothing_breaks_out(pack: averment.Pack) -> None:
    for _ in range(3):  # from the second on, by straight-line code
        outcome = pack.decide({"person": {"age": 40, "name": _EVIL}})
        framed = outcome._repr_html_()  # pyright: ignore[reportPrivateUsage]
        assert framed.startswith("<iframe ") and " sandbox" in framed and "<script" not in framed
        assert unescape(framed.partition(' srcdoc="')[2].partition('"')[0]) == outcome.html()
        assert framed.count("<") == 2 and framed.endswith('"></iframe>')
        assert "prefers-color-scheme: dark" in outcome.html() and "<script" not in outcome.html()
        svg = outcome._repr_svg_()  # pyright: ignore[reportPrivateUsage]
        assert svg == outcome.svg() and ElementTree.fromstring(svg).tag.endswith("svg") and "<script" not in svg
        assert "Because" in outcome.explain() and "outcome.explain(full=True)" in outcome.explain()
        assert outcome.explain() != outcome.explain(full=True)
        assert len(repr(outcome)) < 300


def test_an_outcome_shows_itself_on_the_other_side_of_a_pickle(pack: averment.Pack) -> None:
    outcome = pack.decide({"person": {"age": 40, "name": "ann"}}, engine="reference")
    again = pickle.loads(pickle.dumps(outcome))
    assert (again.explain(), again.canonical) == (outcome.explain(), outcome.canonical)


def test_a_pack_shows_itself(pack: averment.Pack) -> None:
    shown = pack._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert "loans" in shown and "<b>" not in shown and pack.digest in shown and "person" in shown


def test_a_flip_and_a_what_if_show_themselves(pack: averment.Pack) -> None:
    facts = {"person": {"age": 40, "name": _EVIL}}
    flips = pack.flip(pack.decide(facts))
    what_if = pack.whatif(facts, {"person.age": 20})
    assert what_if.turns and what_if.after.claim == "refuse"
    for shown in (flips, what_if):
        html = shown._repr_html_()  # pyright: ignore[reportPrivateUsage]
        assert "refuse" in html and html.startswith("<pre") and "<script" not in html
        assert "refuse" in str(shown)


ROWS: dict[str, list[Any]] = {"case": ["a", "b", "c", "d"], "age": [40, 20, None, 300], "name": ["x", "y", "z", "w"]}
NAMES = [["old-enough"], ["too-young"], [], None]


def test_a_table_is_decided_by_names(pack: averment.Pack) -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table(ROWS)
    found = pack.decide_table(table, fired="names")
    assert found.column("fired").to_pylist() == NAMES
    assert found.column("hangs_on").to_pylist() == [[], [], ["person.age"], None]
    masks = pack.decide_table(table)
    assert averment.fired_names(masks).to_pylist() == NAMES
    assert averment.fired_names(masks.column("fired"), masks.schema.metadata).to_pylist() == NAMES
    assert (
        averment.fired_names(masks.column("fired").slice(1, 2), ["old-enough", "too-young"]).to_pylist() == NAMES[1:3]
    )
    with pytest.raises(ValueError, match="nothing says which rule each bit is of"):
        averment.fired_names(masks.column("fired"))
    with pytest.raises(ValueError, match="fired is `mask` or `names`"):
        pack.decide_table(table, fired="bits")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_masks_in_a_file_are_read(pack: averment.Pack, tmp_path: Any) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    from averment.batch.order import Order
    from averment.batch.run import run
    from averment.batch.unit import Format

    (tmp_path / "in.csv").write_text("case,age,name\na,40,x\nb,20,y\n")
    output = tmp_path / "out.parquet"
    run(Order(pack.program(), pack.model.types, str(tmp_path / "in.csv"), output, Format.PARQUET))
    assert averment.fired_names(parquet.read_table(output)).to_pylist() == NAMES[:2]


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_a_frame_comes_back_as_what_went_in(pack: averment.Pack, library: str) -> None:
    frames = pytest.importorskip(library)
    given = frames.DataFrame({name: values[:2] for name, values in ROWS.items() if name != "case"})
    if library == "pandas":
        given.index = ["first", "second"]  # which names the cases
    found = pack.decide_table(given, frame=True, fired="names")
    assert isinstance(found, frames.DataFrame)
    assert [list(names) for names in found["fired"]] == NAMES[:2]
    if library == "pandas":
        assert list(found.index) == ["first", "second"]
