"""The closed vocabulary of a pack: what ``facts.yaml`` declares.

The fields of a type are held in the order of their names, so that the order in which a file has them means nothing.
"""

from __future__ import annotations

from dataclasses import field, replace

from averment.core.node import Node, Span
from averment.core.program import BY_RULE, FactType, Field
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Edit, Report
from averment.model.edits import entry_after
from averment.model.encoding import encode
from averment.model.fields import read_field, words
from averment.model.format import LATEST
from averment.model.names import is_name, reserved, unknown_field


@dataclass(slots=True)
class Vocabulary:
    """The fact types by name, where each was declared and each field of it, and the documentation of both.

    ``silent`` has the given types of which nothing says what it means that a case does not speak of them, each with the
    edit that would say that there are none; ``data`` those whose facts the pack has, each with its declaration.
    ``broken`` holds the fields (``TYPE.FIELD``) that were declared with a mistake: naming them is no second one.
    """

    types: dict[str, FactType] = field(default_factory=dict[str, FactType])
    places: dict[str, Span] = field(default_factory=dict[str, Span])
    says: dict[str, str] = field(default_factory=dict[str, str])
    silent: dict[str, Edit] = field(default_factory=dict[str, Edit])
    data: dict[str, Node] = field(default_factory=dict[str, Node])
    broken: set[str] = field(default_factory=set[str])


def read_vocabulary(facts: Node, report: Report, evidence: bool = False, format: int = LATEST) -> Vocabulary:
    """Read the ``facts`` mapping of a vocabulary file, with the types in the order of their names.

    ``evidence``: whether given fields require evidence, where they do not say themselves. ``format``: that of the pack.
    """
    vocabulary = Vocabulary()
    declared = facts.get("facts") or facts
    for name, node in sorted(declared.items()):
        span = declared.keys[name]
        reserved(name, "a fact type", report, span)
        if not is_name(name):
            report.error("AV305", f"`{name}` cannot name a fact type", span, "not a name")
        vocabulary.places[name] = span
        vocabulary.types[name] = _read_type(name, node, span, vocabulary, report, evidence, format)
    return vocabulary


def _read_type(
    name: str, node: Node, span: Span, vocabulary: Vocabulary, report: Report, evidence: bool, format: int
) -> FactType:
    marker, data = node.get("derived"), node.get("data") is not None
    derived = data or (marker is not None and marker.value is True)
    if data:
        vocabulary.data[name] = node
    cardinality = node.get("cardinality")
    if cardinality is None and not derived:
        report.error("AV307", f"`{name}` does not say its cardinality", span, "needs `cardinality: one` or `many`")
    one = cardinality is not None and cardinality.value == "one"
    if derived and one and cardinality:
        report.error("AV307", f"`{name}` is derived, so it is always `many`", cardinality.span, "cannot be `one`")
        one = False
    if says := words(node, "says"):
        vocabulary.says[name] = says
    fields = _read_fields(name, node, derived, vocabulary, report, evidence)
    key = () if data else _read_key(name, node, fields, derived or one, vocabulary, report)
    for each in fields:
        if each.optional and each.name in key:
            message = f"`{name}.{each.name}` tells records apart, so it cannot be optional"
            help = () if node.get("key") else ("every field of this type belongs to its key: declare a `key`",)
            report.error("AV662", message, vocabulary.places[f"{name}.{each.name}"], "a field of the key", *help)
    distinct = _read_distinct(name, node, fields, derived, report)
    if distinct == "by_rule":
        fields = (*(field for field in fields if field.name != BY_RULE.name), BY_RULE)
    absent = _read_absent(name, node, derived or one, vocabulary, report, format)
    unknown, none = absent == "unknown", absent == "none" and format > 1
    return FactType(name, fields, one, derived, key, unknown, distinct=distinct, absent_none=none, data=data)


def _read_distinct(name: str, node: Node, fields: tuple[Field, ...], derived: bool, report: Report) -> str:
    """What tells the facts of a derived type apart, where the pack says so."""
    distinct = words(node, "distinct")
    if distinct and not derived:
        message = f"`{name}` is given, and what tells its records apart is their key"
        report.error("AV640", message, node.keys["distinct"], "for derived fact types")
        return ""
    for each in fields if distinct == "by_rule" else ():
        if each.name == BY_RULE.name:
            message = f"`{name}` has a field `{each.name}` of its own, and one of the rule that derives it"
            help = "give the field another name"
            report.error("AV640", message, node.at(["fields", each.name])[0].span, "declared here", help)
    return distinct


def _read_absent(name: str, node: Node, never: bool, vocabulary: Vocabulary, report: Report, format: int) -> str:
    """What it means that a case does not speak of a type: ``none``, ``unknown`` or nothing where that is not said."""
    absent = node.get("absent")
    if never:
        if absent is not None:
            why = f"`absent` is for given `many` types, and `{name}` is none"
            report.error("AV307", why, node.keys["absent"], "not here")
        return ""
    if absent is not None:
        return str(absent.value)
    if node.get("cardinality") is not None:
        vocabulary.silent[name] = entry_after(node, "cardinality", "absent: none")
        if format > 1:
            message = f"`{name}` does not say what it means that a case does not speak of it"
            help = "write `absent: none` where there are none then, `absent: unknown` where nobody knows"
            report.error("AV660", message, vocabulary.places[name], "needs `absent`", help)
    return ""


def _read_fields(
    type_name: str, node: Node, derived: bool, vocabulary: Vocabulary, report: Report, evidence: bool
) -> tuple[Field, ...]:
    fields: list[Field] = []
    for name, child, span in sorted(node.entries_of("fields")):
        shown = f"{type_name}.{name}"
        vocabulary.places[shown] = span
        if not is_name(name):
            report.error("AV305", f"`{name}` cannot name a field", span, "not a name")
        if says := words(child, "says"):
            vocabulary.says[shown] = says
        read = read_field(name, child, shown, report, span)
        if read is None:
            vocabulary.broken.add(shown)
        else:
            read = _with_stand_in(read, child, shown, derived, report)
            fields.append(_with_evidence(read, child, shown, derived, report, evidence))
    return tuple(fields)


def _with_evidence(read: Field, node: Node, shown: str, derived: bool, report: Report, evidence: bool) -> Field:
    """The field with whether it requires evidence."""
    said = node.get("evidence")
    if said is not None and derived:
        report.error(
            "AV307", f"`{shown}` is derived, so nobody gives evidence of it", node.keys["evidence"], "not here"
        )
    required = evidence if said is None else said.value == "required"
    return replace(read, evidence=True) if required and not derived else read


def _with_stand_in(read: Field, node: Node, shown: str, derived: bool, report: Report) -> Field:
    """The field with what stands in where it is not given: a default, or a presumption."""
    default, presume = node.get("default"), node.get("presume")
    for word, child in (("default", default), ("presumption", presume)):
        if child is not None and derived:
            key = "default" if word == "default" else "presume"
            report.error("AV307", f"`{shown}` is derived, so it has no {word}", node.keys[key], "not here")
            return read
    if default is not None and presume is not None:
        why = f"`{shown}` has a default, so it is never unknown and nothing is presumed of it"
        report.error("AV307", why, node.keys["presume"], "not beside `default`")
        return read
    if default is not None:
        return replace(read, default=encode(default, read, shown, report))
    if presume is None:
        return read
    value = presume.get("value") or presume
    return replace(read, presumption=encode(value, read, shown, report), presumed_for=words(presume, "says"))


def _read_key(
    name: str, node: Node, fields: tuple[Field, ...], keyless: bool, vocabulary: Vocabulary, report: Report
) -> tuple[str, ...]:
    declared = node.get("key")
    if keyless:
        if declared is not None:
            report.error("AV307", f"`{name}` has no key: only given `many` types have", node.keys["key"], "not here")
        return ()
    names = tuple(field.name for field in fields)
    if declared is None:
        return names
    found: list[str] = []
    for element in declared.elements() or [declared]:
        word = str(element.value)
        if word in found:
            report.error("AV307", f"`{word}` occurs twice in the key of `{name}`", element.span, "again")
        elif word in names:
            found.append(word)
            if next(field for field in fields if field.name == word).presumption is not None:
                why = f"`{name}.{word}` tells records apart, so it must be given and nothing is presumed of it"
                report.error("AV307", why, element.span, "a field of the key")
        elif f"{name}.{word}" not in vocabulary.broken:
            unknown_field(word, name, names, report, element.span)
    return tuple(found)
