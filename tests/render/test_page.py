"""The page stands alone, shows all there is to show, and nothing that anybody writes breaks out of it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html import escape
from typing import Any

import pytest

import averment
from averment.core.program import Fact
from averment.outcome.explained import explain
from averment.render.diagram import diagram
from averment.render.dot import dot
from averment.render.html import page
from averment.render.mermaid import mermaid
from averment.render.svg import svg

_WITHOUT = ("script", "iframe", "object", "embed", "link", "form", "input", "img", "base", "foreignobject", "animate")

_TAGS = ["script", "img", "svg", "iframe", "body", "style", "a", "input", "math", "object"]
_TEMPLATES = [
    "<{0}>alert(1)</{0}>",
    "<{0} src=x onerror=alert(1)>",
    "\"><{0} onload='alert(1)'>",
    "'><{0}/onclick=alert(1)//",
    "</style></title></{0}><{0}>x",
    "<!--<{0}>--><{0} autofocus onfocus=alert`1`>",
    "]]></{0}><![CDATA[<{0}>",
    "&lt;{0}&gt;<{0}\tonmouseover=alert(1)>",
    '`"\'}}];<{0}>\\"; -->|x| n9["y"]',
    "javascript:alert('{0}')<{0} href=javascript:alert(1)>",
]
PAYLOADS = [template.replace("{0}", tag) for template in _TEMPLATES for tag in _TAGS]


def test_there_are_a_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == 100


def test_the_page_of_every_example_stands_alone(example: Any, markup: Any) -> None:
    explained, pack, case = example
    text = page(explained, pack.model, case.places)
    found = markup(text)
    assert found.open == []
    assert not {tag for tag, _ in found.elements} & set(_WITHOUT)
    attributes = {name for _, names in found.elements for name in names}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert any(f"style-src 'sha256-{digest}'" in value for value in found.values)
    assert "http://" not in text.replace("http://www.w3.org", "") and "https://" not in text


def test_the_page_shows_every_rule_and_every_fact_with_its_place(example: Any, markup: Any) -> None:
    explained, pack, case = example
    shown = " ".join(markup(page(explained, pack.model, case.places)).texts)
    for application in explained.derivation.applications:
        rule = application.firing.rule
        assert rule.id in shown
        assert f"{pack.model.places[rule.id].file}:{pack.model.places[rule.id].line}" in shown
    for path, span in case.places.items():
        assert f"{span.file}:{span.line}" in shown, path
    for path in explained.outcome.hangs_on:
        assert path in shown


def test_a_short_word_is_never_broken_off(example: Any) -> None:
    explained, pack, case = example
    text = page(explained, pack.model, case.places)
    assert "<td>true</td>" not in text and "<td>possible</td>" not in text
    assert re.search(r"^\.word \{ overflow-wrap: normal; \}$", text, re.MULTILINE)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_text_wherever_it_stands(payload: str, filled: Callable[[str], Any], markup: Any) -> None:
    harmless, hostile = (_pages(filled(text)) for text in ("harmless", payload))
    for form in ("html", "fact", "svg"):
        found, expected = markup(hostile[form]), markup(harmless[form])
        assert found.open == []
        assert found.elements == expected.elements if form != "svg" else _kinds(found) == _kinds(expected)
        assert not {tag for tag, _ in found.elements} & set(_WITHOUT)
        assert all(link.startswith("#") for link in found.links)
    assert payload.replace("\t", "    ") in "".join(markup(hostile["html"]).texts)
    for form, line in (("dot", _DOT), ("mermaid", _MERMAID)):
        rows, expected_rows = hostile[form].splitlines(), harmless[form].splitlines()
        assert len(rows) == len(expected_rows)
        assert all(line.fullmatch(row) for row in rows), [row for row in rows if not line.fullmatch(row)]


def test_what_acts_on_a_reader_is_written_out(filled: Callable[[str], Any]) -> None:
    _, pack, _ = filled("name")
    case = pack.case({"person": {"age": 4}, "note": [{"text": "plain", "more": "text"}]})
    written = {"plain": "a\u202eb\x00c\ufeff", "text": "\u0007"}  # what no door lets in
    facts = [Fact(fact.type, tuple(written.get(str(each), each) for each in fact.values)) for fact in case.facts]
    hidden = replace(case, facts=tuple(facts))
    text = page(explain(pack.decide(hidden, engine="reference")), pack.model, hidden.places)
    assert not set("\u202e\x00\ufeff\u0007") & set(text)
    assert "a&lt;U+202E&gt;b&lt;U+0000&gt;c&lt;U+FEFF&gt;" in text


_DOT = re.compile(
    r'digraph "(?:[^"\\]|\\.)*" \{|\}|  (?:rankdir|node|edge).*|  n\d+ \[label="(?:[^"\\]|\\.)*"(?: \w+="[^"\\]*")+\];'
    r'|  n\d+ -> n\d+(?: \[(?:style=dashed)? ?(?:label="(?:for|against) [\d.]+" color="#\w+" fontcolor="#\w+")?\])?;'
)
_MERMAID = re.compile(
    r'flowchart RL|  n\d+(?:\(\[|\(|\[/|\[)"(?:[\w .,:/()?\'-]|#\d+;|<br/>)*"(?:\]\)|\)|/\]|\])'
    r"|  n\d+ (?:-->|-\.->)(?:\|(?:for|against) [\d.]+\|)? n\d+|  linkStyle [\d,]+ stroke:#\w+"
    r"|  classDef (?:undecided stroke-dasharray: 4 3|(?:supports|opposes) stroke:#\w+)"
    r"|  class [n\d,]+ (?:undecided|supports|opposes)"
)


def _pages(filled: Any) -> dict[str, str]:
    explained, pack, case = filled
    drawn = diagram(explained, pack.model, case.places)
    point = explain(explained.outcome, "point")
    return {
        "html": page(explained, pack.model, case.places),
        "fact": page(point, pack.model, case.places),
        "svg": svg(drawn),
        "dot": dot(drawn),
        "mermaid": mermaid(drawn),
    }


def _kinds(found: Any) -> set[tuple[str, tuple[str, ...]]]:
    """The kinds of elements: a longer text takes more rows."""
    return set(found.elements)


def test_the_page_names_the_source_and_links_what_is_above() -> None:
    """Whoever reads the page alone knows what `article` is; whatever stands above is a link to it."""
    pack = averment.load("pm_tpm")
    seen = page(
        explain(pack.decide({"company": {"has_product_manager": False, "role_emphasis": "market"}})), pack.model
    )
    article = pack.model.sources["article"]
    for said in (article.title, *article.about.values()):
        assert escape(str(said), quote=False) in seen
    assert "↑ above" not in seen
