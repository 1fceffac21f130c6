"""What an agent may read: the pack, its rules and sources, and decisions on record; each a JSON document.

Everybody who may act may read back the decisions they asked for themselves, and whoever may audit those of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from averment.audit.record import DECISION, Record
from averment.audit.store import Filter
from averment.core.program import Backing
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.model.model import AnyOf, Condition, ModelRule, Source
from averment_service.agents import schemas
from averment_service.agents.desk import Desk
from averment_service.principals import Permission
from averment_service.problems import UNKNOWN

SCHEME = "averment://"
MEDIA = "application/json"
_LATEST = 100  # decisions in the list of them

Whole = Callable[[Desk], Any]
Part = Callable[[Desk, str], Any]


def read(desk: Desk, uri: str) -> Any:
    """The document at ``uri``. Raises: Refused (AV592) where there is none, LogError."""
    area, _, name = uri.removeprefix(SCHEME).partition("/") if uri.startswith(SCHEME) else ("", "", "")
    if not name and area in WHOLES:
        return WHOLES[area][1](desk)
    if name and area in PARTS:
        return PARTS[area][1](desk, unquote(name))
    known = [SCHEME + each for each in WHOLES]
    raise _missing(f"there is nothing at `{uri[:120]}`", uri, known)


def _pack(desk: Desk) -> dict[str, Any]:
    return {**desk.standing, "title": desk.pack.title, **schemas.vocabulary(desk.pack, desk.parameters)}


def _rules(desk: Desk) -> dict[str, Any]:
    rules = [{"rule": rule.id, "says": rule.says.text, "uri": _uri("rules", rule.id)} for rule in desk.pack.model.rules]
    return {**desk.standing, "rules": rules}


def _rule(desk: Desk, id: str) -> dict[str, Any]:
    rules = {rule.id: rule for rule in desk.pack.model.rules}
    if id not in rules:
        raise _missing(f"there is no rule `{id[:80]}`", id, rules)
    return {**desk.standing, **_rule_document(rules[id])}


def _rule_document(rule: ModelRule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "says": rule.says.text,
        "when": [_condition(each) for each in rule.when],
        "then": [each.origin.text for each in rule.then],
        "backing": [_backing(each) for each in rule.backing],
    }


def _condition(condition: Condition) -> Any:
    if isinstance(condition, AnyOf):
        return {"any": [[_condition(each) for each in way] for way in condition.alternatives]}
    return condition.origin.text


def _backing(backing: Backing) -> dict[str, Any]:
    return {name: value for name in Backing.__dataclass_fields__ if (value := getattr(backing, name))}


def _sources(desk: Desk) -> dict[str, Any]:
    return {**desk.standing, "sources": [_source_document(each) for each in desk.pack.model.sources.values()]}


def _source(desk: Desk, name: str) -> dict[str, Any]:
    sources = desk.pack.model.sources
    if name not in sources:
        raise _missing(f"there is no source `{name[:80]}`", name, sources)
    return {**desk.standing, **_source_document(sources[name])}


def _source_document(source: Source) -> dict[str, Any]:
    return {
        "source": source.name,
        "title": source.title,
        "about": dict(source.about),
        "sections": [
            {"section": each.name, "paragraphs": list(each.paragraphs), "omitted": each.omitted}
            for each in source.sections
        ],
    }


def _documents(desk: Desk) -> dict[str, Any]:
    found = [(each.document, each.name) for each in desk.documents]
    return {
        **desk.standing,
        "documents": [{"document": digest, "name": name, "uri": _uri("documents", digest)} for digest, name in found],
    }


def _document(desk: Desk, digest: str) -> dict[str, Any]:
    text = desk.documents(digest)
    if text is None:
        raise _missing(f"there is no document `{digest[:80]}`", digest, ())
    return {**desk.standing, "document": digest, "text": text}


def _decisions(desk: Desk) -> dict[str, Any]:
    log = desk.service.log
    where = Filter(kind=DECISION, pack=desk.pack.name)
    found: list[dict[str, Any]] = []
    for record in log.records(where, newest_first=True) if log else ():
        if _theirs(desk, record):
            shown = {name: getattr(record, name) for name in ("id", "time", "case", "digest", "claim", "status")}
            found.append({**shown, "uri": _uri("decisions", record.id)})
            if len(found) == _LATEST:
                break
    return {**desk.standing, "decisions": found}


def _decision(desk: Desk, id: str) -> dict[str, Any]:
    record = desk.service.log.get(id) if desk.service.log else None
    if record is None or record.kind != DECISION or not _theirs(desk, record):  # which of these it is, is not told
        raise _missing(f"there is no decision `{id[:80]}` of yours", id, ())
    return record.document()


def _theirs(desk: Desk, record: Record) -> bool:
    return desk.principal.may(Permission.AUDIT) or record.body.get("requester") == desk.principal.name


def _uri(area: str, name: str) -> str:
    return f"{SCHEME}{area}/{quote(name, safe='')}"


def _missing(message: str, name: str, known: Any) -> Refused:
    close = did_you_mean(name, known)
    return Refused([Diagnostic(UNKNOWN, message, help=(f"did you mean `{close}`?",) if close else ())])


WHOLES: Mapping[str, tuple[str, Whole]] = {
    "pack": ("The pack: its facts, claims and parameters.", _pack),
    "rules": ("The rules of the pack.", _rules),
    "sources": ("The sources that rules rest on, with the digests of their paragraphs.", _sources),
    "documents": ("The documents that are kept here, for evidence to quote.", _documents),
    "decisions": ("The latest decisions on record that you may see.", _decisions),
}
PARTS: Mapping[str, tuple[str, Part]] = {
    "rules": ("One rule: what it says, its conditions and conclusions, and its backing.", _rule),
    "sources": ("One source.", _source),
    "documents": ("One document: offsets count the characters of its text.", _document),
    "decisions": ("One decision on record.", _decision),
}
