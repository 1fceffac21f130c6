"""Which column is which field, and what is said of one that is none."""

from __future__ import annotations

import pytest

import averment
from averment.batch.adapter import read_mapping
from averment.batch.columns import map_columns
from averment.diagnostics.diagnostic import Report

FITS = [
    (["case", "product.technical_complexity"], {}, ["case", "product.technical_complexity"]),
    (["technical_complexity", "team_size"], {}, ["product.technical_complexity", "engineering.team_size"]),
    (["product", "engineering.team_size"], {}, ["product", "engineering.team_size"]),
    (["Size"], {"Size": "team_size"}, ["engineering.team_size"]),
    (["team_size", "__index_level_0__"], {}, ["engineering.team_size", "case"]),
    (["case", "team_size", "__index_level_0__"], {"__index_level_0__": "ignore"}, ["case", "engineering.team_size"]),
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
    (
        ["case", "team_size", "__index_level_0__"],
        {},
        "AV123",
        "the index (`__index_level_0__`) would name the cases of `t.csv`, and something else does",
        "map `__index_level_0__` to `ignore`",
    ),
    (
        ["team_size", "__index_level_0__", "__index_level_1__"],
        {},
        "AV123",
        "the index of `t.csv` has 2 levels",
        "names: [__index_level_0__, __index_level_1__]",
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
    (b"columns: {Size: engineering.team_size, '*': ignore}", {"Size": "engineering.team_size"}, []),
    (b"colums: {Size: engineering.team_size}", {}, ["`colums` is not a key of a mapping file"]),
    (b"columns: [a]", {}, ["`columns` must be a mapping"]),
    (b"columns: {Size: 3}", {}, ["`Size` must be text or a mapping, not the number `3`"]),
    (b"columns: {Size: {to: team_size, factr: 2}}", {}, ["`factr` is not a key of a column"]),
    (b"columns: {Size: {factor: 2}}", {}, ["this column has no `to`"]),
    (b"encoding: utf-9", {}, ["`utf-9` is not an encoding"]),
    (b"encoding: base64", {}, ["`base64` is not an encoding"]),
    (b"date: DD.MM", {}, ["`DD.MM` does not say how a day is written"]),
    (b"{delimiter: ';', quote: ';'}", {}, ["`delimiter` and `quote` are the same mark"]),
    (b"{decimal: ',', thousands: ','}", {}, ["`decimal` and `thousands` are the same mark"]),
]


@pytest.mark.parametrize(("text", "expected", "messages"), MAPPINGS)
def test_mapping_files(text: bytes, expected: dict[str, str], messages: list[str]) -> None:
    report = Report()
    assert read_mapping(text, "map.yaml", report).columns == expected
    assert len(report.diagnostics) == len(messages)
    for found, message in zip(report.diagnostics, messages, strict=True):
        assert message in found.message
