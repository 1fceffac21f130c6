"""What may be asked of a service, as requests and how their answers are read: the same for either client."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote

from averment.client.answers import Decided, Document, NotServed, Outcome, Standing, decided_of, error_of, outcome_of
from averment.core.plain import plain
from averment.diagnostics.diagnostic import Diagnostic

T = TypeVar("T")
Facts = Mapping[str, Any]
Evidence = Iterable[Mapping[str, Any]]
"""What values rest on, each ``{field, document, quote, offset}``."""
Case = tuple[str, Facts] | tuple[str, Facts, Evidence]
"""The name of a case, its facts and, where there is any, its evidence."""

TOGETHER = 500  # cases of one request
_CUT_OFF = 502  # as a gateway says it
_FORMATS = {"html", "svg", "dot", "mermaid", "text"}


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request, and how its answer is read. ``again``: whether it may be sent again where it may have been heard."""

    method: str
    path: str
    read: Callable[[bytes], T]
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    again: bool = True


def document(method: str, path: str, query: Mapping[str, Any] | None = None) -> Call[Document]:
    """What is read as it is."""
    told = {name: str(value) for name, value in (query or {}).items() if value is not None}
    return Call(method, path, json.loads, query=told)


def nothing(method: str, path: str) -> Call[None]:
    return Call(method, path, lambda _: None)


def decide(
    pack: str, case: Case, parameters: Facts | None, documents: Mapping[str, str] | None, whole: bool, key: str
) -> Call[Outcome]:
    """``key`` makes it exact-once; without one it gets one, so that it can be sent again."""
    told = {**_case(case, documents), **_told(parameters=parameters), **_whole(whole)}
    headers = {"idempotency-key": key or new_key()}
    return _sent("POST", f"{_pack(pack)}/decide", told, lambda body: outcome_of(json.loads(body)), headers)


def decide_many(
    pack: str,
    cases: Iterable[Case],
    parameters: Facts | None,
    documents: Mapping[str, str] | None,
    whole: bool,
    key: str,
    number: int,
) -> Call[list[Decided]]:
    """Cases as lines, each with a key of its own, ``key`` and its place among all (the first at ``number``), so that
    they can be sent again.
    """
    held = [*cases]
    lines = [{**_case(case, documents), "key": f"{key}/{place}"} for place, case in enumerate(held, number)]
    query = {**_whole(whole), **({"parameters": _written(parameters).decode()} if parameters else {})}

    def read(body: bytes) -> list[Decided]:
        answers: list[Document] = [json.loads(line) for line in body.split(b"\n")[:-1]]
        if len(answers) != len(held):  # it ends with why there are no more, or was cut off
            found: Document | None = answers[-1].get("problem") if answers else None
            if found is not None:
                raise error_of(found["status"], found)
            message = f"{len(answers):,} of {len(held):,} answers came, and what is decided is on record"
            raise NotServed(_CUT_OFF, [Diagnostic("AV595", message, (), ("send them again under the same key",))])
        return [decided_of(case[0], answer) for case, answer in zip(held, answers, strict=True)]

    headers = {"content-type": "application/x-ndjson"}
    written = b"".join(_written(line) + b"\n" for line in lines)
    return Call("POST", f"{_pack(pack)}/decide", read, written, headers, query)


def new_key() -> str:
    """A key that nobody else has."""
    return secrets.token_hex(16)


def keep_document(text: str, name: str) -> Call[Document]:
    query, headers = {"name": name} if name else {}, {"content-type": "text/plain; charset=utf-8"}
    return Call("POST", "/v1/documents", json.loads, text.encode(), headers, query)


def text_of_document(digest: str) -> Call[str]:
    return Call("GET", f"/v1/documents/{quote(digest, ':')}", bytes.decode)


def delete_document(digest: str) -> Call[None]:
    return nothing("DELETE", f"/v1/documents/{quote(digest, ':')}")


def ask(pack: str, question: str, facts: Facts, name: str, options: Mapping[str, Any]) -> Call[Document]:
    """A question about a case, answered with the library's document."""
    told = {"case": name, "facts": facts, **_told(**options)}
    return _sent("POST", f"{_pack(pack)}/{question}", told, json.loads)


def shown(pack: str, format: str, facts: Facts, name: str, options: Mapping[str, Any]) -> Call[str]:
    """An explanation as text, as a page or as a picture. Raises: ValueError for no such format."""
    if format not in _FORMATS:
        raise ValueError(f"format is one of {', '.join(sorted(_FORMATS))}, not `{format}`")
    told = {"case": name, "facts": facts, **_told(**options)}
    return _sent("POST", f"{_pack(pack)}/explain", told, bytes.decode, query={"format": format})


def change(sets: Facts | None, unsets: Iterable[str], parameters: Facts | None) -> Document | None:
    """What is to be otherwise; None for nothing."""
    return {**_told(sets=sets, parameters=parameters), **_told(unsets=[*unsets] or None)} or None


def begin(
    pack: str,
    facts: Facts | None,
    name: str | None,
    evidence: Evidence | None,
    documents: Mapping[str, str] | None,
    options: Mapping[str, Any],
) -> Call[Standing]:
    told = {**_told(facts=facts, case=name), **_quoted(evidence, documents), **_told(**options)}
    return _sent("POST", f"{_pack(pack)}/ask", told, _standing, again=False)


def standing(session: str) -> Call[Standing]:
    return Call("GET", _session(session), _standing)


def reply(
    session: str,
    step: int,
    said: str,
    about: str | None,
    evidence: Evidence | None = None,
    documents: Mapping[str, str] | None = None,
    **value: Any,
) -> Call[Standing]:
    told = {"said": said, "step": step, **_told(field=about), **value, **_quoted(evidence, documents)}
    return _sent("POST", f"{_session(session)}/replies", told, _standing, again=False)


def back(session: str) -> Call[Standing]:
    return Call("POST", f"{_session(session)}/back", _standing, again=False)


def end(session: str, whole: bool) -> Call[Outcome]:
    read: Callable[[bytes], Outcome] = lambda body: outcome_of(json.loads(body))  # noqa: E731  typed
    return Call("POST", f"{_session(session)}/decide", read, query=_whole(whole))


def leave(session: str) -> Call[None]:
    return nothing("DELETE", _session(session))


def of_pack(pack: str, part: str) -> Call[Document]:
    return document("GET", f"{_pack(pack)}{part}")


def decision(id: str, part: str = "") -> Call[Document]:
    """``id``: of a decision; or of the row of a batch, as ``RUN/ROW``."""
    id, _, row = id.partition("/")
    return document("GET", f"/v1/decisions/{quote(id, '')}{part}", {"row": row or None})


def _standing(body: bytes) -> Standing:
    return Standing(json.loads(body))


def _sent(
    method: str,
    path: str,
    told: Mapping[str, Any],
    read: Callable[[bytes], T],
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    again: bool = True,
) -> Call[T]:
    kind = {"content-type": "application/json"}
    return Call(method, path, read, _written(told), {**kind, **(headers or {})}, query or {}, again)


def _told(**options: Any) -> Document:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _case(case: Case, documents: Mapping[str, str] | None) -> Document:
    """A case as it is sent."""
    name, facts = case[0], case[1]
    told: Document = {"case": name, "facts": facts}
    return told if len(case) == 2 else {**told, **_quoted(case[2], documents)}


def _quoted(evidence: Evidence | None, documents: Mapping[str, str] | None) -> Document:
    """Evidence as it is sent, with the documents that it quotes as far as they are at hand."""
    if evidence is None:
        return {}
    quotes = [dict(each) for each in evidence]
    quoted = {each.get("document") for each in quotes}
    texts = {digest: text for digest, text in (documents or {}).items() if digest in quoted}
    return {"evidence": quotes, **({"documents": texts} if texts else {})}


def _whole(whole: bool) -> dict[str, str]:
    return {"detail": "outcome"} if whole else {}


def _pack(named: str) -> str:
    return f"/v1/packs/{quote(named, '@:')}"


def _session(id: str) -> str:
    return f"/v1/sessions/{quote(id, '')}"


def _written(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, allow_nan=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    """A value that JSON has not, as a fact file writes it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, time, timedelta)):
        return plain(value)
    if isinstance(value, (set, frozenset)):
        return sorted(cast("Any", value))
    if isinstance(value, Mapping):
        return dict(cast("Any", value))
    raise TypeError(f"{type(value).__name__} is not a value of facts")
