"""The documents of a YAML stream, each by itself where the whole cannot be read: so one hides no other.

A line that begins with ``---``, and nothing or white space after it, starts a document wherever it stands, within a
quoted text or a block too (YAML 1.2.2, production c-forbidden). So it is certain where documents begin, in a stream
that is no YAML as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from averment.core.node import Node
from averment.diagnostics.diagnostic import Report
from averment.source.text import MAX_BYTES, MAX_NODES
from averment.source.yaml_reader import read_yaml

_START = re.compile(rb"(?:\A|(?<=\n)|(?<=\r))---(?=[ \t\r\n]|\Z)")
_BREAK = re.compile(rb"\r\n|\r|\n")
_CONTENT = re.compile(rb"^[ \t]*[^#%\s]", re.MULTILINE)


def read_documents(data: bytes, file: str, report: Report) -> Iterator[tuple[Node | None, Report]]:
    """Each document with what was found in it; none for one that cannot be read. What is wrong with the stream as a
    whole, such as its size, is in the ``report``.
    """
    whole = Report()
    documents = read_yaml(data, file, whole)
    parts = list(_parts(data)) if whole.failed and len(data) <= MAX_BYTES else []
    if len(parts) < 2:
        report.extend(whole.diagnostics)
        yield from ((document, Report()) for document in documents if not whole.failed)
        return
    left = MAX_NODES
    for part, line in parts:
        own = Report()
        found = read_yaml(part, file, own, line)
        left -= sum(map(_size, found))
        if left < 0:
            report.error(
                "AV106", f"`{file}` holds more than {MAX_NODES:,} values", found[0].span, "more than that here"
            )
            return
        if own.failed or not found:
            yield None, own
        else:
            yield from ((document, Report()) for document in found)


def _parts(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The text of each document with the line it starts on."""
    starts = [match.start() for match in _START.finditer(data)]
    if not starts or _CONTENT.search(data[: starts[0]]):
        starts.insert(0, 0)
    else:
        starts[0] = 0  # only comments come before
    line = 1
    for start, stop in zip(starts, [*starts[1:], len(data)], strict=True):
        part = data[start:stop]
        yield part, line
        line += len(_BREAK.findall(part))


def _size(node: Node) -> int:
    """How many values a document holds."""
    pending, found = [node], 0
    while pending:
        found += 1
        value = pending.pop().value
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return found
