"""Which column is which field, and what is said of one that is none."""

from __future__ import annotations

import pytest

import averment
from averment.batch.columns import map_columns, read_mapping
from averment.diagnostics.diagnostic import Report

FITS = [
    (["case", "product.technical_complexity"], {}, ["case", "product.technical_complexity"]),
    (["technical_complexity", "team_size"], {}, ["product.technical_complexity", "engineering.team_size"]),
    (["product", "engineering.team_size"], {}, ["product", "engineering.team_size"]),
    (["Size"], {"Size": "team_size"}, ["engineering.team_size"]),
    (["team_size", "__index_level_0__"], {}, ["engineering.team_size"]),
    (["team_size", "__index_level_0__"], {"__index_level_0__": "case"}, ["engineering.team_size", "case"]),
    (
        ["ID", "Size", "Notes"],
        {"ID": "case", "Size": "engineering.team_size", "Notes": "ignore"},
        ["case", "engineering.team_size"],
    ),
]


@pytest.mark.parametrize(("headings", "mapped", "targets"), FITS)
def test_what_fits(pack: averment.Pack, headings: list[str], mapped: dict[str, str], targets: list[str]) -> None:
    report = Report()
    found = map_columns(headings, pack.model.types, mapped, "t.csv", report)
    assert report.diagnostics == []
    assert [target.path for target in found.values()] == targets


ASTRAY = [
    (
        ["case", "team_sise"],
        {},
        "AV123",
        "the column `team_sise` is no field of this pack",
        "did you mean `team_size`?",
    ),
    (
        ["product.technical_complexty"],
        {},
        "AV123",
        "is no field of this pack",
        "did you mean `product.technical_complexity`?",
    ),
    (
        ["team_size", "engineering.team_size"],
        {},
        "AV123",
        "are both `engineering.team_size`",
        "map one of them to `ignore`",
    ),
    (
        ["Size"],
        {"Size": "engineering.team_sze"},
        "AV123",
        "`engineering.team_sze`, which the column `Size` is mapped to,",
        "team_size",
    ),
    (["team_size"], {"Sze": "ignore"}, "AV520", "has no column `Sze`", "`team_size`"),
    (["case"], {}, "AV522", "no column of `t.csv` is a field", ""),
]


@pytest.mark.parametrize(("headings", "mapped", "code", "message", "help"), ASTRAY)
def test_what_does_not(
    pack: averment.Pack, headings: list[str], mapped: dict[str, str], code: str, message: str, help: str
) -> None:
    report = Report()
    map_columns(headings, pack.model.types, mapped, "t.csv", report)
    (found,) = report.diagnostics
    assert (found.code, message in found.message) == (code, True), found
    assert help in " ".join(found.help)


MAPPINGS = [
    (
        b"columns: {Size: engineering.team_size, Notes: ignore}",
        {"Size": "engineering.team_size", "Notes": "ignore"},
        [],
    ),
    (b"colums: {Size: engineering.team_size}", {}, ["`colums` is not a part of a mapping file", "has `columns`"]),
    (b"columns: [a]", {}, ["has `columns`"]),
    (b"columns: {Size: 3}", {}, ["`Size` is mapped to no name"]),
]


@pytest.mark.parametrize(("text", "expected", "messages"), MAPPINGS)
def test_mapping_files(text: bytes, expected: dict[str, str], messages: list[str]) -> None:
    report = Report()
    assert read_mapping(text, "map.yaml", report) == expected
    assert len(report.diagnostics) == len(messages)
    for found, message in zip(report.diagnostics, messages, strict=True):
        assert found.code == "AV520"
        assert message in found.message
