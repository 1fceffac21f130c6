"""What is read by template is what the parser reads, or it is not read by template at all."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import averment
from averment.batch.arrow import json as arrow_json
from averment.batch.arrow import pa
from averment.batch.json_schema import case_schema
from averment.batch.json_template import TemplateReader

Lines = list[bytes]


@pytest.fixture(scope="module")
def reader(pack: averment.Pack) -> TemplateReader:
    return TemplateReader(pack.model.types, case_schema(pack.model.types))


@pytest.fixture(scope="module")
def parsed(pack: averment.Pack) -> Callable[[bytes], Any]:
    """What pyarrow's parser makes of lines, or nothing."""
    schema = case_schema(pack.model.types)
    options = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")

    def parse(data: bytes) -> Any:
        try:
            return arrow_json.read_json(pa.BufferReader(data), parse_options=options).combine_chunks()
        except pa.ArrowInvalid:
            return None

    return parse


def alike(count: int, seed: int = 1, **style: Any) -> Lines:
    """Lines of one template."""
    rng = random.Random(seed)
    lines: Lines = []
    for number in range(count):
        facts = {
            "product": {
                "technical_complexity": rng.choice(["low", "medium", "high"]),
                "technologies": rng.sample(["machine_learning", "api", "web"], rng.randint(0, 3)),
                "trains_own_models": rng.random() < 0.5,
            },
            "engineering": {"team_size": rng.choice([0, 7, 34, 123456789012345678])},
        }
        lines.append(json.dumps({"case": f"case {number}", "facts": facts}, **style).encode() + b"\n")
    return lines


def read(reader: TemplateReader, lines: Lines) -> Any:
    table = reader.read(b"".join(lines), np.cumsum([len(line) for line in lines]))
    return None if table is None else table.combine_chunks()


@pytest.mark.parametrize("style", [{}, {"separators": (",", ":")}, {"separators": (" , ", " :  ")}])
@pytest.mark.parametrize("count", [1, 50, 9000])
def test_lines_of_one_template(style: Any, count: int, reader: TemplateReader, parsed: Any) -> None:
    lines = alike(count, **style)
    if style.get("separators") == (" , ", " :  "):  # lists are not read with a space before the comma
        lines = [line.replace(b'" , "', b'", "') for line in lines]
    found = read(reader, lines)
    assert found is not None
    assert found.equals(parsed(b"".join(lines)))


DIFFERENT = {
    "a null": (b'"technical_complexity":"low"', b'"technical_complexity":null'),
    "an escape": (b'"case 3"', b'"case\\u00203"'),
    "not ASCII": (b'"case 3"', '"cäse 3"'.encode()),
    "a control": (b'"case 3"', b'"case\t3"'),
    "another key": (b'"team_size"', b'"teamxsize"'),
    "a fraction": (b'"team_size":', b'"team_size":1.'),
    "a leading zero": (b'"team_size":', b'"team_size":0'),
    "two minuses": (b'"team_size":', b'"team_size":--'),
    "too many digits": (b'"team_size":', b'"team_size":1234567890123456789'),
    "a boolean that is none": (b"true", b"truf"),
    "another that is none": (b"false", b"falsy"),
    "a list without a comma": (b'"api","web"', b'"api""web"'),
    "a list with a number": (b'"api","web"', b'"api",7'),
    "a list with two commas": (b'"api","web"', b'"api",,"web"'),
    "a bracket in a list": (b'"api","web"', b'"ap]i","web"'),
    "a nested list": (b'"api","web"', b'["api"],"web"'),
    "a key more": (b'"engineering":{', b'"engineering":{"product_minded_lead":true,'),
    "a space": (b'"facts":', b'"facts": '),
    "something after it": (b"}}\n", b"}} \n"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_line_that_differs_is_left_to_the_parser(what: str, reader: TemplateReader) -> None:
    before, after = DIFFERENT[what]
    lines = alike(40, separators=(",", ":"))
    lines = [line.replace(b'"team_size":0', b'"team_size":5') for line in lines]
    place = next(
        place
        for place, line in enumerate(lines)
        if place > 2 and before in line.replace(b'"case %d"' % place, b'"case 3"')
    )
    lines[place] = lines[place].replace(b'"case %d"' % place, b'"case 3"').replace(before, after)
    assert read(reader, lines) is None


FIRST = [
    b'{"case":"a","facts":{"product":{"technical_complexity":"high","technical_complexity":"low"}}}\n',
    b'{"case":"a","facts":{"produce":{"technical_complexity":"high"}}}\n',
    b'{"case":"a","facts":{"product":{"technical_complexty":"high"}}}\n',
    b'{"case":"a","facts":{"product":{"technical_complexity":3}}}\n',
    b'{"case":"a","facts":{}}\n',
    b'{"facts":{"product":{"technical_complexity":"high"}}}\n',
    b'{"case":"a","facts":{"product":{"technical_complexity":"high"}},"expect":{"claim":"open"}}\n',
    b'{"case":"a","facts":{"product":{"technical_complexity":"high"}}\n',
    b'{"case":7,"facts":{"product":{"technical_complexity":"high"}}}\n',
    b'{"case":"a","product":{"technical_complexity":"high"}}\n',
    b'{"facts":{"product":{"technical_complexity":"high"},"case":"a"}}\n',
    b'[{"case":"a","facts":{"product":{"technical_complexity":"high"}}}]\n',
    b'{"case":"a","facts":{"product":{"technical_complexity":"high"}}}}\n',
    b"}{\n",
]


@pytest.mark.parametrize("line", FIRST)
def test_a_first_line_that_is_no_template(line: bytes, reader: TemplateReader) -> None:
    assert read(reader, [line] * 3) is None


@pytest.mark.parametrize("seed", range(8))
def test_any_bytes_changed(seed: int, reader: TemplateReader, parsed: Any) -> None:
    """Whatever a line is made into: read alike, or not at all."""
    rng = random.Random(seed)
    lines = alike(12, seed, separators=(",", ":"))
    some = 0
    for _ in range(300):
        place = rng.randrange(len(lines))
        line = bytearray(lines[place])
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(line) - 1)
            line[at : at + rng.randint(0, 2)] = bytes(rng.choices(b'"{}[]:,-0159 aetrufls', k=rng.randint(0, 2)))
        changed = [*lines[:place], bytes(line), *lines[place + 1 :]]
        found = read(reader, changed)
        if found is not None:
            some += 1
            assert found.equals(parsed(b"".join(changed))), bytes(line)
    assert some
