"""``averment explain`` in every form, of the claim and of facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import averment_schemas

_SHOP = """case: shop
facts:
  product: {technical_complexity: high, technologies: [api]}
  component: [{name: camera, team: edge}, {name: inference, team: ml}]
  dependency: [{from: camera, to: inference}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(_SHOP, "utf-8")
    return file


def test_without_more_it_says_what_decide_says_in_full(averment: Any, shop: Path) -> None:
    assert averment("explain", shop).out == averment("decide", shop, "--full").out


def test_a_fact_is_explained_down_to_its_lines(averment: Any, shop: Path) -> None:
    ran = averment("explain", shop, "--fact", "cross_team_dependency")
    assert ran.code == 0
    assert ran.out.startswith('cross_team_dependency["camera","inference"]')
    assert "shop.yaml:5" in ran.out and "rules/structure.yaml:" in ran.out


@pytest.mark.parametrize("named", ["product", "product.technical_complexity"])
def test_a_given_fact_says_where_it_was_given(averment: Any, shop: Path, named: str) -> None:
    assert "the technical complexity of the product is high" in averment("explain", shop, "--fact", named).out


def test_json_fits_its_schema(averment: Any, shop: Path) -> None:
    for more in ((), ("--fact", "component")):
        document = json.loads(averment("explain", shop, "--format", "json", *more).out)
        jsonschema.Draft202012Validator(averment_schemas.load("explanation")).validate(document)
        assert document["places"]["facts"]["product.technical_complexity"] == "shop.yaml:3"


@pytest.mark.parametrize(
    ("format", "start"),
    [("html", "<!doctype html>"), ("svg", "<svg"), ("dot", "digraph"), ("mermaid", "flowchart RL\n")],
)
def test_every_form_is_written_to_a_file_as_to_the_terminal(
    averment: Any, shop: Path, tmp_path: Path, format: str, start: str
) -> None:
    printed = averment("explain", shop, "--format", format).out
    assert printed.startswith(start)
    assert averment("explain", shop, "--format", format, "-o", tmp_path / "written").code == 0
    assert (tmp_path / "written").read_text("utf-8") == printed


def test_an_unknown_fact_is_refused_with_a_mend(averment: Any, shop: Path) -> None:
    ran = averment("explain", shop, "--fact", "componnent")
    assert ran.code == 3
    assert "AV560" in ran.err and "did you mean `component`?" in ran.err


def test_a_picture_is_of_one_case(averment: Any, shop: Path) -> None:
    shop.write_text(f"{_SHOP}---\n{_SHOP.replace('case: shop', 'case: other')}", "utf-8")
    assert averment("explain", shop, "--format", "svg").code == 2
    assert averment("explain", shop).out.count("shop.yaml") > 2
