"""From the files of a pack to its model: every name resolved, every value typed, every finding reported."""

from __future__ import annotations

from averment.core.node import Node
from averment.core.program import Claim, FactType, Kind
from averment.diagnostics.diagnostic import Report
from averment.model.fields import words
from averment.model.model import Model, Told
from averment.model.names import reserved, suggestion, unknown_field, unknown_type
from averment.model.parameters import read_parameters
from averment.model.rules import read_rules
from averment.model.scope import Declared
from averment.model.sources import read_sources
from averment.model.tables import read_tables
from averment.model.vocabulary import Vocabulary, read_vocabulary
from averment.source.collector import collector_paused
from averment.surface.pack_files import PackFiles


def build_model(files: PackFiles, report: Report) -> Model | None:
    """The model of a pack; ``None`` when anything in it is wrong. All findings of all files are reported."""
    with collector_paused():
        return _build(files, report)


def _build(files: PackFiles, report: Report) -> Model | None:
    before = len(report.diagnostics)
    vocabulary = read_vocabulary(files.facts, report, words(files.manifest, "evidence") == "required")
    parameters, broken = read_parameters(files.manifest, report)
    sources = read_sources(files.manifest, report)
    claim = _read_claim(files.manifest, vocabulary, report)
    declared = Declared(vocabulary, parameters, frozenset(broken), report)
    rules = read_rules(files.rules, declared, sources) + read_tables(files.tables, declared, sources)
    if claim is None or any(found.severity == "error" for found in report.diagnostics[before:]):
        return None
    rules.sort(key=lambda rule: rule.id)
    written = files.manifest.get("claim")
    return Model(
        name=words(files.manifest, "pack"),
        version=words(files.manifest, "version"),
        title=words(files.manifest, "title"),
        types=vocabulary.types,
        parameters=parameters,
        sources=sources,
        rules=tuple(rules),
        claim=claim,
        places={rule.id: rule.span for rule in rules},
        type_places=vocabulary.places,
        type_says=vocabulary.says,
        claim_place=written.span if written else None,
        checks={code: Told(node.text, span) for code, node, span in files.manifest.entries_of("checks")},
    )


def _read_claim(manifest: Node, vocabulary: Vocabulary, report: Report) -> Claim | None:
    node = manifest.get("claim")
    if node is None:
        report.error("AV328", "the pack says no claim", manifest.span, "needs `claim`")
        return None
    found = _derived_field(node, vocabulary, report)
    if found is None:
        return None
    of, index = found
    field = of.fields[index]
    place = node.at(["field"])[0].span
    if field.kind is not Kind.CHOICE:
        report.error("AV328", f"the claim is a choice, and `{of.name}.{field.name}` is not", place, f"a {field.kind}")
        return None
    if any(reserved(value, "a claim", report, place) for value in field.values):
        return None
    written = node.get("strength")
    if written is None:
        return Claim(of.name, index, field.values)
    strength = _derived_field(written, vocabulary, report)
    return Claim(of.name, index, field.values, strength[0].name, strength[1]) if strength else None


def _derived_field(node: Node, vocabulary: Vocabulary, report: Report) -> tuple[FactType, int] | None:
    """The derived type and the index of its field that a mapping of ``fact`` and ``field`` names."""
    fact, named = node.get("fact"), node.get("field")
    if fact is None or named is None:
        report.error("AV328", "a claim names a fact type and its field", node.span, "needs `fact` and `field`")
        return None
    of = vocabulary.types.get(str(fact.value))
    derived = [name for name, declared in vocabulary.types.items() if declared.derived]
    if of is None:
        unknown_type(str(fact.value), derived, report, fact.span)
        return None
    if not of.derived:
        help = suggestion(of.name, derived)
        report.error("AV328", f"the claim is derived, and `{of.name}` is given", fact.span, "a given fact type", *help)
        return None
    index = of.position.get(str(named.value))
    if index is None:
        if f"{of.name}.{named.value}" not in vocabulary.broken:
            unknown_field(str(named.value), of.name, of.position, report, named.span)
        return None
    return of, index
