"""The small language of a pack for ``oracle``: the tokens of its cells and expressions, and its conditions."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import clingo

Test = tuple[str, str, str]  # the sides of a comparison, and its operator between them
NONE = "none"  # of an optional field: without a value
TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"
         | \d{4}-\d\d-\d\d (?:T[0-9:]+)? | \d\d:[0-9:]+ | P[0-9A-Z]+
         | \d+(?:\.\d+)? | \$?[a-z][a-z0-9_]* | \.\. | <= | >= | != | [-<>=()\[\],+*/])""",
    re.DOTALL | re.VERBOSE,
)


def expanded(conditions: Sequence[Any]) -> Iterator[list[Any]]:
    """The conjunctions that conditions with ``any`` among them stand for."""
    choices = [
        [chosen for one in each["any"] for chosen in expanded(one if isinstance(one, list) else [one])]
        if "any" in each
        else [[each]]
        for each in conditions
    ]
    yield from ([one for part in chosen for one in part] for chosen in product(*choices))


def pattern(of: Any) -> tuple[str, Mapping[str, Any]]:
    return (of, {}) if isinstance(of, str) else next(iter(of.items()))


def variable(cell: Any) -> bool:
    return isinstance(cell, str) and re.fullmatch(r"\$[a-z][a-z0-9_]*", cell) is not None


def compares(denied: Any) -> bool:
    """Whether a cell of a denied pattern compares with a variable."""
    cells = [] if isinstance(denied, list) else pattern(denied)[1].values()
    return any(isinstance(cell, str) and "$" in cell and '"' not in cell and not variable(cell) for cell in cells)


def listed(conditions: Sequence[Any]) -> list[Any]:
    """The same conditions, a denied pattern that compares as a list of one."""
    return [{"not": [each["not"]]} if "not" in each and compares(each["not"]) else each for each in conditions]


def many(content: Any) -> str:
    """The variable of how many facts an average is of."""
    return f"{named(content['as'][1:])}_many"


def named(variable: str) -> str:
    return f"V_{variable}"


def tokens_of(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    while match := TOKEN.match(text, place):
        found.append(match[1])
        place = match.end()
    assert not text[place:].strip(), text
    return found


def split(tokens: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for token in tokens:
        if token == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def literal(tokens: list[str]) -> str:
    return "".join(tokens)  # a number may have a sign before it


def unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[0] == '"' else token


def types_of(files: Mapping[str, Any]) -> dict[str, Any]:
    """The fact types; those told apart by their rule have its id as their last field."""
    types = dict(files["facts.yaml"]["facts"])
    for name, kind in types.items():
        if kind.get("distinct") == "by_rule":
            types[name] = kind | {"fields": kind["fields"] | {"rule": {"type": "text"}}}
    return types


def rules_of(files: Mapping[str, Any]) -> list[Any]:
    """The rules with what they share with others of their file, and their exceptions as one more condition."""
    found: list[Any] = []
    for file in (file for name, file in files.items() if name.startswith("rules/")):
        for rule in file["rules"]:
            exceptions = [{"not": rule["unless"]}] if "unless" in rule else []
            whole = rule | {"when": [*file.get("when", []), *rule["when"], *exceptions]}
            for each, days in by_days(whole, files["pack.yaml"]):
                day, name = files["pack.yaml"].get("day", ".").split(".")
                found.append(each | {"when": [*each["when"], *({day: {name: cell}} for cell in days)]})
    return found


def tables_of(files: Mapping[str, Any]) -> list[Any]:
    """The tables, with a column more for each period that is asked for."""
    found: list[Any] = []
    for table in (file for name, file in files.items() if name.startswith("tables/")):
        for each, days in by_days(table, files["pack.yaml"]):
            when = [*table["when"], *([files["pack.yaml"]["day"]] * len(days) if days else [])]
            many = len(table["when"])
            rows = [[*row[:many], *days, *row[many:]] for row in each["rows"]]
            found.append(each | {"when": when, "rows": rows})
    return found


def parameters_of(files: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters; the value of a period as one of its own."""
    declared = files["pack.yaml"].get("parameters", {})
    several = {
        f"{name}_{number}": about | {"value": period["value"]}
        for name, about in declared.items()
        for number, period in enumerate(about.get("values", ()))
    }
    return {**declared, **several}


def by_days(whole: Any, pack: Mapping[str, Any]) -> list[tuple[Any, list[str]]]:
    """A rule or table for each choice of periods of the parameters in it, with the cells that ask for the day."""
    found = [(whole, [_day(whole["valid"])] if "valid" in whole else [])]
    for name, about in pack.get("parameters", {}).items():
        if "values" in about and re.search(rf"\b{name}\b", json.dumps(whole)):
            chosen = [*enumerate(period["valid"] for period in about["values"])]
            found = [(_aliased(each, name, of), [*days, _day(valid)]) for each, days in found for of, valid in chosen]
    return found


def _aliased(whole: Any, name: str, number: int) -> Any:
    return json.loads(re.sub(rf"\b{name}\b", f"{name}_{number}", json.dumps(whole)))


def _day(valid: Mapping[str, Any]) -> str:
    if len(valid) == 2:
        return f"[{valid['from']}..{valid['until']}]"
    return f">= {valid['from']}" if "from" in valid else f"<= {valid['until']}"


_FORMS = {
    "boolean": "true|false",
    "date": r"\d{4}-\d\d-\d\d",
    "datetime": r"\d{4}-\d\d-\d\dT[\d:]+",
    "time": r"\d\d:[\d:]+",
    "duration": r"-?P.*",
}
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:0S)?)?")


def kind_of(token: str) -> str:
    """The kind of a literal that is no text."""
    return next((kind for kind, form in _FORMS.items() if re.fullmatch(form, token)), "decimal")


def seconds(kind: str, text: str) -> int:
    """A time, a datetime or a duration as seconds; of a datetime since 2020, within the 32 bits that clingo has."""
    if kind == "duration":
        found = _DURATION.fullmatch(text)
        assert found is not None, text
        days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
        length = timedelta(days=days, hours=hours, minutes=minutes)
        return int((-length if found[1] else length).total_seconds())
    moment = datetime.fromisoformat(text if kind == "datetime" else f"2020-01-01T{text}")
    return int((moment - datetime(2020, 1, 1)).total_seconds())


def plain(symbol: Any) -> Any:
    """What one of clingo's symbols stands for: a number, or a text."""
    return symbol.number if symbol.type is symbol.type.Number else symbol.string


MADE = {"starts": "starts", "ends": "ends", "contains": "within"}


class Texts:
    """Tests of what texts are made of, as clingo calls them."""

    def starts(self, text: clingo.Symbol, part: clingo.Symbol) -> clingo.Symbol:
        return clingo.Number(text.string[: len(part.string)] == part.string)

    def ends(self, text: clingo.Symbol, part: clingo.Symbol) -> clingo.Symbol:
        return clingo.Number(text.string[max(0, len(text.string) - len(part.string)) :] == part.string)

    def within(self, text: clingo.Symbol, part: clingo.Symbol) -> clingo.Symbol:
        return clingo.Number(text.string.find(part.string) >= 0)


class Found(NamedTuple):
    """What a case comes to: its claim, or ``gap`` or ``conflict``; its strength, if one; and the rules that fired."""

    claim: str
    status: str
    strength: str | None
    fired: tuple[str, ...]


def of_optional(cell: str, column: str, passes: Callable[[str], list[list[Test]]]) -> list[list[Test]]:
    """The alternatives under which an optional column passes a cell; ``passes``: one that does not name `none`."""
    tokens = tokens_of(cell)
    negated = tokens[:2] == ["not", "("]
    tests = [" ".join(test) for test in split(tokens[2:-1] if negated else tokens)]
    others = ", ".join(test for test in tests if test != NONE)
    found = passes(f"not({others})" if negated else others) if others else [[]] * negated
    found = [[*each, (column, "!=", NONE)] for each in found]
    return [*found, [(column, "=", NONE)]] if NONE in tests and not negated else found


def data_of(files: Mapping[str, bytes]) -> dict[str, list[dict[str, str]]]:
    """The records of each file of data, by the type that is called as the file is."""
    return {
        name.removeprefix("data/").removesuffix(".csv"): [*csv.DictReader(io.StringIO(held.decode(), newline=""))]
        for name, held in files.items()
        if name.startswith("data/")
    }
