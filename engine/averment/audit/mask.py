"""What of a case may enter the decision log: the vocabulary's ``sensitive`` marks, applied before anything is hashed.

A given value of a sensitive field is replaced by a marker, an object, which no field's value can be:

=========  ============================================  =======================================================
sensitive  recorded instead                              what can be learnt from the log
=========  ============================================  =======================================================
drop       ``{"masked": "drop"}``                        that the field was given
hash       ``{"masked": "hash", "hmac": "<64 hex>"}``    which cases gave the same value of that field
last4      ``{"masked": "last4", "last4": "1234"}``      the last four characters, of eight or more; else none
=========  ============================================  =======================================================

``hmac`` is HMAC-SHA-256 over the length-prefixed type, field and canonical value under a key that is *not in the log*,
so that a value of few possibilities cannot be guessed from the log alone. Who destroys the key makes that final.

The digests of the outcome and of the warrant of a case that gave a sensitive value are of documents in which the value
is masked wherever it stands, and are keyed with the same key: what was computed from it cannot be guessed either.
So are the digests of a batch's parts where the vocabulary has sensitive fields. The name of the case and the requester
are recorded as they are.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, cast

from averment.audit.chain import prefixed
from averment.audit.errors import UNRECORDABLE, refused
from averment.core.plain import is_list
from averment.core.program import FactType
from averment.ir.digest import canonical, canonical_members, canonical_object, digest_of

_VALUE = b"averment audit mask 1\n"
_DOCUMENT = b"averment audit masked document 1\n"
_DIGEST = b"averment audit masked digest 1\n"
_DOTS = "...."
_Written = TypeVar("_Written")
Write = Callable[[Any], bytes]


class Masked(NamedTuple):
    """A case's facts as they may be recorded, and the values hidden (never to be stored)."""

    facts: dict[str, Any]
    hidden: tuple[Any, ...]


@dataclass(frozen=True)
class Mask:
    """How the facts of one vocabulary are masked. ``sensitive`` holds (type, field) to drop, hash or last4."""

    sensitive: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    key: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if self.sensitive and len(self.key) < 16:
            raise refused(
                UNRECORDABLE,
                "the pack has sensitive fields, and the decision log was given no masking key",
                "give a file that holds 16 random bytes or more, and keep it away from the log",
            )

    def facts(self, facts: Mapping[str, Any]) -> Masked:
        """``facts`` (type to a record, or to a list of records) with every sensitive value masked."""
        if not self.sensitive:
            return Masked(dict(facts), ())
        hidden: list[Any] = []
        result: dict[str, Any] = {}
        for name, given in facts.items():
            if is_list(given):
                result[name] = [self._record(name, record, hidden) for record in given]
            else:
                result[name] = self._record(name, given, hidden) if given is not None else None
        return Masked(result, tuple(hidden))

    def evidence(self, evidence: Mapping[str, Any], hidden: tuple[Any, ...]) -> tuple[dict[str, Any], tuple[Any, ...]]:
        """The ``evidence`` of an outcome as it may be recorded, beside facts of which these values are hidden; and all
        that is hidden then. Of a sensitive field no word is kept, and of keys that are hidden none in a path.
        """
        quotes: list[dict[str, Any]] = []
        words = [each["quote"] for each in evidence["quotes"] if self._covers(each["field"])]
        texts = _forms(hidden)[1]
        for each in evidence["quotes"]:
            quote = {"masked": "drop"} if self._covers(each["field"]) else each["quote"]
            quotes.append({**each, "field": _cut(each["field"], texts), "quote": quote})
        return {"quotes": quotes, "without": [_cut(path, texts) for path in evidence["without"]]}, (*hidden, *words)

    def _covers(self, path: str) -> bool:
        """Whether the field at a path such as ``component["camera"].team`` is sensitive."""
        return (path.partition(".")[0].partition("[")[0], path.rpartition(".")[2]) in self.sensitive

    def digest(self, document: Any, hidden: tuple[Any, ...]) -> str:
        """``sha256:…`` of the canonical document; where values are hidden, ``hmac-sha256:…`` of it without them."""
        if not hidden:
            return digest_of(recordable("the outcome", document))
        data = recordable("the outcome", _without(document, *_forms(hidden)))
        return "hmac-sha256:" + hmac.digest(self.key, _DOCUMENT + data, "sha256").hex()

    def digests(self, outcome: Mapping[str, Any], hidden: tuple[Any, ...], written: bytes = b"") -> dict[str, str]:
        """The digests of an outcome document and of the warrant in it, which is written once for both; of an answer
        without a warrant its own, by what they are digests of. ``written``: the answer's canonical bytes.
        """
        if "warrant" not in outcome:
            return {"answer": digest_of(written) if written and not hidden else self.digest(outcome, hidden)}
        if hidden:
            return {"outcome": self.digest(outcome, hidden), "warrant": self.digest(outcome["warrant"], hidden)}
        members = recordable_members("the outcome", outcome)
        return {"outcome": digest_of(canonical_object(members)), "warrant": digest_of(members["warrant"])}

    def seal(self, digest: str) -> str:
        """The digest of what may hold sensitive values that were not masked, such as a part of a batch: keyed."""
        if not self.sensitive or not digest:
            return digest
        return "hmac-sha256:" + hmac.digest(self.key, _DIGEST + digest.encode(), "sha256").hex()

    def _record(self, type_name: str, record: Mapping[str, Any], hidden: list[Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in record.items():
            how = self.sensitive.get((type_name, name), "")
            if how and value is not None:
                hidden.append(value)
                result[name] = self._marker(how, type_name, name, value)
            else:
                result[name] = value
        return result

    def _marker(self, how: str, type_name: str, name: str, value: Any) -> dict[str, str]:
        match how:
            case "hash":
                data = prefixed(type_name.encode()) + prefixed(name.encode()) + prefixed(recordable("a fact", value))
                return {"masked": how, "hmac": hmac.digest(self.key, _VALUE + data, "sha256").hex()}
            case "last4":
                shown = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
                return {"masked": how, "last4": shown[-4:] if len(shown) >= 8 else ""}
            case _:
                return {"masked": "drop"}


def mask_of(types: Iterable[FactType], key: bytes = b"") -> Mask:
    """The mask of a vocabulary; ``key`` is needed only where a field is sensitive."""
    return Mask(
        {(kind.name, field.name): field.sensitive for kind in types for field in kind.fields if field.sensitive}, key
    )


def is_masked(facts: Mapping[str, Any]) -> bool:
    """Whether recorded ``facts`` hold a marker instead of some value."""
    return any(isinstance(value, dict) for record in _records(facts) for value in record.values())


def recordable(what: str, value: Any, write: Write = canonical) -> bytes:
    """The canonical bytes of ``value``. Raises LogRefused (AV559), which does not quote it, where it has none."""
    return _recordable(what, write, value)


def recordable_members(what: str, value: Mapping[str, Any]) -> dict[str, bytes]:
    """The canonical bytes of each member of ``value``. Raises LogRefused as ``recordable`` does."""
    return _recordable(what, canonical_members, value)


def _recordable(what: str, write: Callable[[Any], _Written], value: Any) -> _Written:
    try:
        return write(value)
    except (TypeError, ValueError):
        message = f"{what} holds a value that canonical JSON has no form for"
    raise refused(UNRECORDABLE, message, "write decimals as texts, and no NaN, infinity or lone surrogate")


def _records(facts: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for given in facts.values():
        if isinstance(given, list):
            yield from given
        elif given is not None:
            yield given


def _forms(hidden: tuple[Any, ...]) -> tuple[set[tuple[type, Any]], tuple[str, ...]]:
    """The scalars to hide (with their type, for True is not 1) and the texts they may stand as in a sentence."""
    scalars: list[Any] = []
    for value in hidden:
        scalars += value if is_list(value) else [value]
    texts = {str(one) for one in scalars if not isinstance(one, bool)} - {""}
    return {(type(one), one) for one in scalars}, tuple(sorted(texts, key=lambda text: (-len(text), text)))


def _without(document: Any, scalars: set[tuple[type, Any]], texts: tuple[str, ...]) -> Any:
    """``document`` with the hidden scalars, and the hidden texts within any text, replaced by dots."""
    if isinstance(document, dict):  # as pairs, for two keys may become one
        members = cast(dict[str, Any], document)
        return [[_cut(key, texts), _without(members[key], scalars, texts)] for key in sorted(members)]
    if isinstance(document, list | tuple):
        return [_without(value, scalars, texts) for value in cast(list[Any], document)]
    if isinstance(document, str):
        return _cut(document, texts)
    return _DOTS if (type(document), document) in scalars else document


def _cut(text: str, texts: tuple[str, ...]) -> str:
    for hidden in texts:
        text = text.replace(hidden, _DOTS)
    return text
