"""From the files of a pack to its model: every name resolved, every value typed, every finding reported."""

from __future__ import annotations

from collections.abc import Mapping

from averment.core.node import Node
from averment.core.program import NO_CLAIM, Claim, FactType, Kind
from averment.diagnostics.diagnostic import Report
from averment.model.data import read_data
from averment.model.edits import entry_after
from averment.model.fields import words
from averment.model.format import LATEST, format_of
from averment.model.model import Model, Older, Told
from averment.model.names import reserved
from averment.model.parameters import read_parameters
from averment.model.results import derived_field, places_of_results, read_results
from averment.model.rules import read_rules
from averment.model.scope import Declared
from averment.model.sources import read_sources
from averment.model.tables import read_tables
from averment.model.validity import read_day
from averment.model.value_lists import with_lists
from averment.model.vocabulary import Vocabulary, read_vocabulary
from averment.source.collector import collector_paused
from averment.surface.pack_files import PackFiles


def build_model(files: PackFiles, report: Report) -> Model | None:
    """The model of a pack; ``None`` when anything in it is wrong. All findings of all files are reported."""
    with collector_paused():
        return _build(files, report)


def _build(files: PackFiles, report: Report) -> Model | None:
    before = len(report.diagnostics)
    format = format_of(files.manifest)
    facts, manifest = with_lists(files.facts, files.manifest, report)
    vocabulary = read_vocabulary(facts, report, words(files.manifest, "evidence") == "required", format)
    day = read_day(files.manifest, vocabulary, report)
    parameters, broken = read_parameters(manifest, day, report)
    sources = read_sources(files.manifest, report)
    data = read_data(files.data, vocabulary, sources, report)
    results = read_results(files.manifest, vocabulary, report)
    claim = _read_claim(files.manifest, vocabulary, report)
    declared = Declared(vocabulary, parameters, frozenset(broken), report, day=day)
    rules = read_rules(files.rules, declared, sources)
    rows, told = read_tables(files.tables, declared, sources)
    rules += rows
    if claim is None or any(found.severity == "error" for found in report.diagnostics[before:]):
        return None
    rules.sort(key=lambda rule: rule.id)
    written = files.manifest.get("claim")
    return Model(
        name=words(files.manifest, "pack"),
        version=words(files.manifest, "version"),
        title=words(files.manifest, "title"),
        types=_with(vocabulary.types, told),
        parameters=parameters,
        sources=sources,
        rules=tuple(rules),
        claim=claim,
        results=results,
        day=day,
        places={rule.id: rule.span for rule in rules},
        type_places=vocabulary.places,
        type_says=vocabulary.says,
        claim_place=written.span if written else None,
        result_places=places_of_results(files.manifest),
        data=data,
        older=_older(files.manifest, vocabulary) if format < LATEST else (),
        checks={code: Told(node.text, span) for code, node, span in files.manifest.entries_of("checks")},
    )


def _with(types: Mapping[str, FactType], told: list[FactType]) -> Mapping[str, FactType]:
    """The types and those of what rows tell each other, in the order of their names."""
    return dict(sorted({**types, **{of.name: of for of in told}}.items())) if told else types


def _older(manifest: Node, vocabulary: Vocabulary) -> tuple[Older, ...]:
    """What the latest format would have said, if anything but its number; that of the pack comes first."""
    if all(type.one or type.derived or type.absent_unknown for type in vocabulary.types.values()):
        return ()
    pack = Older("", manifest.keys["pack"], entry_after(manifest, "pack", f"format: {LATEST}"))
    return pack, *(Older(name, vocabulary.places[name], edit) for name, edit in vocabulary.silent.items())


def _read_claim(manifest: Node, vocabulary: Vocabulary, report: Report) -> Claim | None:
    node = manifest.get("claim")
    if node is None:
        if manifest.get("results") is None:
            message = "the pack says neither a claim nor results"
            report.error("AV328", message, manifest.span, "needs `claim` or `results`")
        return NO_CLAIM
    found = derived_field(node, vocabulary, report, "claim")
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
    strength = derived_field(written, vocabulary, report, "claim")
    return Claim(of.name, index, field.values, strength[0].name, strength[1]) if strength else None
