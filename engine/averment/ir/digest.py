"""Canonical JSON (RFC 8785) of the values averment has, its digest, and the digest of a pack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from averment.core.data import Data
from averment.core.program import Backing, FactType, Field
from averment.core.values import MOST_EXACT, decode
from averment.model.model import ALWAYS, AnyOf, Condition, Model, ModelRule, Parameter, Source
from averment.source.collector import collector_paused

_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_write_in_order = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """RFC 8785 of a value of ``None``, booleans, integers, texts, lists, tuples and mappings with texts as keys.

    An integer that not every JSON reader keeps (beyond 2 ** 53 - 1) is written as a string.
    Raises TypeError for anything else, and UnicodeEncodeError for half a surrogate pair.
    """
    return (_write(value) if _plain(value) else _write_in_order(_exact(value))).encode()


def canonical_members(value: Mapping[str, Any]) -> dict[str, bytes]:
    """The canonical form of each member of an object, in the order that the object's own has them."""
    return {name: canonical(value[name]) for name in sorted(value, key=_order)}


def canonical_object(members: Mapping[str, bytes]) -> bytes:
    """The canonical form of the object that has these members."""
    return b"{" + b",".join(canonical(name) + b":" + members[name] for name in members) + b"}"


def digest(value: Any) -> str:
    """The ``digest_of`` the canonical form of a value."""
    return digest_of(canonical(value))


def digest_of(data: bytes) -> str:
    """``sha256:`` and the SHA-256 of some bytes, in hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def pack_digest(model: Model) -> str:
    """``sha256:…`` over the whole meaning of a pack, its texts included.

    Comments, layout, the order of rules, files and keys do not change it. Conditions enter by their canonical wording,
    which says the same exactly when it means the same under one vocabulary.
    """
    with collector_paused():
        return digest(_meaning(model))


def _meaning(model: Model) -> dict[str, Any]:
    return {
        "pack": model.name,
        "version": model.version,
        "title": model.title,
        "claim": asdict(model.claim) if model.claim else None,
        **({"results": [asdict(result) for result in model.results]} if model.results else {}),
        "facts": {name: _type(of) for name, of in model.types.items()},
        "says": dict(model.type_says),
        **({"day": f"{model.day.type.name}.{model.day.type.fields[model.day.field].name}"} if model.day else {}),
        "parameters": {name: _parameter(parameter) for name, parameter in model.parameters.items()},
        "sources": {name: _source(source) for name, source in model.sources.items()},
        **({"data": {name: _data(model.types[name], data) for name, data in model.data.items()}} if model.data else {}),
        "rules": {rule.id: _rule(rule) for rule in model.rules},
    }


_PLAIN, _LISTS = frozenset({str, bool, type(None)}), frozenset({list, tuple})


def _plain(value: Any) -> bool:
    """Whether ``json`` writes the value as it is to be: most are, and are not copied."""
    items: Iterable[Any] = (value,)
    held = value.__class__
    if held is dict:
        try:
            if not "".join(value).isascii():
                return False
        except TypeError:  # a key that is no text
            return False
        items = value.values()
    elif held in _LISTS:
        items = value
    for item in items:
        kind = item.__class__
        if kind in _PLAIN:
            continue
        if kind is int:
            if not -MOST_EXACT <= item <= MOST_EXACT:
                return False
        elif (kind is not dict and kind not in _LISTS) or not _plain(item):
            return False
    return True


def _order(key: Any) -> bytes:
    """What keys are ordered by: their UTF-16 code units. Raises TypeError for what is no text."""
    if not isinstance(key, str):
        raise TypeError("not a key of canonical JSON here")
    return key.encode("utf-16-be")


def _exact(value: Any) -> Any:
    """The value as ``json`` is to write it, keys in order. Most of it is texts, which are left to where they stand."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        keys = sorted(mapping, key=_order)
        return {key: item if type(item := mapping[key]) is str else _exact(item) for key in keys}
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        return [item if type(item) is str else _exact(item) for item in items]
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if -MOST_EXACT <= value <= MOST_EXACT else str(value)
    raise TypeError(f"not a value of canonical JSON here: {type(value).__name__}")


def _type(of: FactType) -> dict[str, Any]:
    return {
        "fields": {field.name: _field(field) for field in of.fields},
        "one": of.one,
        "derived": of.derived,
        "key": of.key,
        "absent_unknown": of.absent_unknown,
        **({"distinct": of.distinct} if of.by_rule else {}),
        **({"absent_none": True} if of.absent_none else {}),
    }


def _field(field: Field) -> dict[str, Any]:
    shown = decode(field.presumption, field)
    return {
        "kind": str(field.kind),
        "values": field.values,
        "places": field.places,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "default": decode(field.default, field),
        **({} if field.presumption is None else {"presumption": [shown, field.presumed_for]}),
        "unit": field.unit,
        **({"singular": field.singular} if field.singular else {}),  # older than the word are many packs
        "label": field.label,
        "ask": field.ask,
        "sensitive": field.sensitive,
        "fixed": field.fixed,
        "cost": field.cost,
        **({"evidence": True} if field.evidence else {}),
        **({"optional": True} if field.optional else {}),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    shown = decode(parameter.value, parameter.field)
    values = [[decode(period.value, parameter.field), *period.valid] for period in parameter.periods]
    said = {"field": _field(parameter.field), "value": shown, "says": parameter.says}
    return {**said, "values": values} if values else said


def _source(source: Source) -> dict[str, Any]:
    sections = [[section.name, section.paragraphs, section.omitted] for section in source.sections]
    said = {"title": source.title, "about": dict(source.about), "sections": sections}
    return said if source.valid == ALWAYS else {**said, "valid": list(source.valid)}


def _data(of: FactType, data: Data) -> list[Any]:
    rows = [[decode(value, field) for value, field in zip(fact.values, of.fields, strict=True)] for fact in data.facts]
    return [data.file, rows, [_backing(backing) for backing in data.backing]]


def _backing(backing: Backing) -> list[Any]:
    return [backing.source, backing.section, backing.paragraph, backing.digest, backing.author]


def _rule(rule: ModelRule) -> dict[str, Any]:
    return {
        "says": rule.says.text,
        "backing": [_backing(backing) for backing in rule.backing],
        "when": [_condition(condition) for condition in rule.when],
        "then": [conclusion.origin.text for conclusion in rule.then],
    }


def _condition(condition: Condition) -> str | list[Any]:
    if isinstance(condition, AnyOf):
        return [_conjunction(alternative) for alternative in condition.alternatives]
    return condition.origin.text


def _conjunction(conditions: Sequence[Condition]) -> list[Any]:
    return [_condition(condition) for condition in conditions]
