"""CSV cut into records: what is seen of a whole text at once is what each record says by itself."""

from __future__ import annotations

import random

import pytest

from averment.batch import lines
from averment.batch.csv_rows import are_clean

TEXTS = [  # a text, and its records
    (b'"a",b\n"c","d"\n', [b'"a",b\n', b'"c","d"\n']),
    (b'"a\nb",c\nd\n', [b'"a\nb",c\n', b"d\n"]),
    (b'a,"say ""x"""\nb\n', [b'a,"say ""x"""\n', b"b\n"]),
    (
        b'b"c,"\nd"\n',
        [b'b"c,"\nd"\n'],
    ),  # a quote within a cell is one of its signs, and so the second one begins a cell
    (b'"a"b\n"c"', [b'"a"b\n', b'"c"']),
]


@pytest.mark.parametrize(("text", "records"), TEXTS)
def test_records(text: bytes, records: list[bytes]) -> None:
    ends = lines.record_ends(text, True, last=True)
    assert [text[start:end] for start, end in zip([0, *ends], ends, strict=False)] == records


def test_all_at_once_and_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    for _ in range(20_000):
        text = bytes(rng.choice(b'ab",\n\r"\n"",') for _ in range(rng.randint(0, 24)))
        for last, most in ((True, None), (False, None), (True, 2), (False, 1)):
            found = lines.record_ends(text, True, last, most)
            with monkeypatch.context() as patched:
                patched.setattr(lines, "_quick", None)
                assert lines.record_ends(text, True, last, most) == found, (text, last, most)
        ends = lines.record_ends(text, True, last=True)
        if are_clean(text, ends):
            records = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
            assert all(map(lines.is_clean, records)), text
