"""The files of a pack and fact files: read, checked for their shape, and nothing more.

A pack is a folder, or the same in memory as a mapping from relative path to bytes. Spans name files relative to the
pack, always with ``/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from averment.core.node import Node
from averment.core.suggest import did_you_mean
from averment.core.text import start_of
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.source.collector import collector_paused
from averment.source.csv_cells import read_csv
from averment.source.documents import read_documents
from averment.source.text import MAX_FINDINGS
from averment.source.yaml_reader import read_yaml
from averment.surface.folder import DATA, MANIFEST, VOCABULARY, belonging, bounded, texts_of
from averment.surface.shape import check_shape, has_shape


@dataclass(frozen=True, slots=True)
class PackFiles:
    """The documents of a pack, each of the shape its schema asks for.

    ``texts`` has every file that was read, by its name in spans, so that renderers can quote it. Where the report has
    an error the documents are partial (a missing file is an empty mapping), and only ``texts`` is of use.
    """

    root: str
    manifest: Node
    facts: Node
    rules: tuple[Node, ...]
    tables: tuple[Node, ...]
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    data: Mapping[str, list[list[Node]]] = field(
        default_factory=dict[str, "list[list[Node]]"]
    )  # rows of cells, by file


def read_files(files: Mapping[str, bytes], names: tuple[str, ...], root: str, report: Report) -> PackFiles:
    """The documents of the files that ``read_folder`` found, with all the ``names`` that are there."""
    if not names and report.failed:  # not read at all, which has been said
        return _none(root)
    return _pack(files, names, root, report)


def read_pack_files(files: Mapping[str, bytes], report: Report, root: str = "") -> PackFiles:
    """The files of a pack held in memory, by their relative paths."""
    found = {name: files[name] for name in belonging(files, report)}
    if not bounded(found, report):
        return _none(root)
    return _pack(found, tuple(files), root, report)


def read_case_file(data: bytes, file: str, report: Report) -> list[Node]:
    """The cases of a fact file that can be read and are of the shape of one; the report has what is wrong with others.

    A document of YAML and a line of JSON Lines stand alone. Of what is wrong with many the first is told, and of how
    many more something is.

    By name: ``*.yaml`` and ``*.yml`` are YAML, one case a document; ``*.jsonl`` and ``*.ndjson`` JSON Lines; ``*.json``
    JSON. By content otherwise: what starts with ``{`` is JSON, or JSON Lines if a second line starts with ``{`` too.
    """
    before, more = len(report.diagnostics), 0
    sound: list[Node] = []
    with collector_paused():
        for case, found in _cases(data, file, report):
            told = len(report.diagnostics) - before
            if case is not None and (
                has_shape(case, "case") if told >= MAX_FINDINGS else check_shape(case, "case", found)
            ):
                sound.append(case)
            elif told >= MAX_FINDINGS:
                more += 1
            report.extend(found.diagnostics if told < MAX_FINDINGS else ())
    if more:
        code = report.diagnostics[-1].code
        report.add(Diagnostic(code, f"something is wrong with {more:,} more cases of `{file}`", count=more))
    return sound


def _pack(files: Mapping[str, bytes], names: tuple[str, ...], root: str, report: Report) -> PackFiles:
    with collector_paused():
        manifest = _required(MANIFEST, "pack", files, names, report)
        facts = _required(VOCABULARY, "facts", files, names, report)
        rules = tuple(_documents("rules", "rules", files, report))
        tables = tuple(_documents("tables", "table", files, report))
        data = {name: read_csv(held, name, report) for name, held in files.items() if name.startswith(f"{DATA}/")}
    if not any(name.startswith(("rules/", "tables/")) for name in names):
        nearest = did_you_mean("rules", names)
        help = f"rename `{nearest}` to `rules`" if nearest else "write a `rules/….yaml`"
        report.error("AV118", "the pack has no rules", start_of("rules"), "missing", help)
    return PackFiles(root, manifest, facts, rules, tables, texts_of(files), data)


def _required(name: str, schema: str, files: Mapping[str, bytes], names: tuple[str, ...], report: Report) -> Node:
    if name in files:
        return _document(name, files[name], schema, report) or _nothing(name)
    if name not in names:  # else it is there and cannot be read, which has been said
        stems = {other.rpartition(".")[0]: other for other in names if "/" not in other}
        nearest = did_you_mean(name.removesuffix(".yaml"), stems)
        help = f"rename `{stems[nearest]}` to `{name}`" if nearest else f"write a `{name}`"
        report.error("AV118", f"the pack has no `{name}`", start_of(name), "missing", help)
    return _nothing(name)


def _documents(folder: str, schema: str, files: Mapping[str, bytes], report: Report) -> Iterator[Node]:
    for name in sorted(files):
        if name.startswith(f"{folder}/"):
            node = _document(name, files[name], schema, report)
            if node is not None:
                yield node


def _document(name: str, data: bytes, schema: str, report: Report) -> Node | None:
    before = len(report.diagnostics)
    documents = read_yaml(data, name, report)
    if len(report.diagnostics) > before:
        return None
    if len(documents) > 1:
        help = "delete the line `---`, or make it two files"
        report.error("AV120", f"`{name}` holds more than one document", documents[1].span, "second document", help)
        return None
    return documents[0] if check_shape(documents[0], schema, report) else None


def _none(root: str) -> PackFiles:
    return PackFiles(root, _nothing(MANIFEST), _nothing(VOCABULARY), (), ())


def _nothing(name: str) -> Node:
    return Node({}, start_of(name))


def _cases(data: bytes, file: str, report: Report) -> Iterator[tuple[Node | None, Report]]:
    """Each case with what was found in it; none where it cannot be read."""
    suffix = file.lower().rpartition(".")[2]
    if suffix in ("jsonl", "ndjson") or (suffix not in ("yaml", "yml", "json") and _are_lines(data)):
        from averment.source.json_reader import read_json_lines  # here, as read_json: most files are YAML

        found = Report()
        for _, node in read_json_lines(data.splitlines(), file, found):
            yield (None if found.failed else node), found
            found.diagnostics = []
    elif suffix == "json" or (suffix not in ("yaml", "yml") and data.lstrip()[:1] == b"{"):
        from averment.source.json_reader import read_json

        found = Report()
        node = read_json(data, file, found)
        yield (None if found.failed else node), found
    else:
        yield from read_documents(data, file, report)


def _are_lines(data: bytes) -> bool:
    first, _, rest = data.lstrip().partition(b"\n")
    return first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip()[:1] == b"{"
