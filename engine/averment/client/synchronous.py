"""The client of a program without an event loop. Made from ``asynchronous``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import TracebackType
from typing import Any, Self

from averment.client import calls
from averment.client.answers import Decided, Document, Outcome, Standing
from averment.client.calls import TOGETHER, Case, Evidence, Facts
from averment.client.sending import Sender

NAME = "case"


class Client:
    """A service at ``url``, asked with a ``token``. ``how``: as for ``sending.Sender``. Safe in threads."""

    def __init__(self, url: str, token: str = "", **how: Any) -> None:
        self._sender = Sender(url, token, **how)

    def pack(self, name: str = "pm_tpm") -> Pack:
        """A pack by its name; ``NAME@VERSION`` or ``NAME@sha256:…`` pins it."""
        return Pack(name, self._sender)

    def packs(self) -> list[Document]:
        """The packs that are served, with their versions."""
        answer = self._sender.send(calls.document("GET", "/v1/packs"))
        return list(answer["packs"])

    def decisions(self, **chosen: Any) -> Document:
        """Decisions, the newest first; ``chosen`` by since, until, claim, status, pack, case, before, limit."""
        return self._sender.send(calls.document("GET", "/v1/decisions", chosen))

    def decision(self, id: str) -> Document:
        """A decision as it was recorded."""
        return self._sender.send(calls.decision(id))

    def verify(self, id: str) -> Document:
        """Whether a decision comes out the same again."""
        return self._sender.send(calls.decision(id, "/verify"))

    def documents(self) -> list[Document]:
        """The documents that one's evidence may quote by their digests: ``document``, ``name``, ``characters``."""
        answer = self._sender.send(calls.document("GET", "/v1/documents"))
        return list(answer["documents"])

    def keep_document(self, text: str, name: str = "") -> str:
        """Have the text of a document kept, for one's own evidence to quote; its digest."""
        answer = self._sender.send(calls.keep_document(text, name))
        return str(answer["document"])

    def document(self, digest: str) -> str:
        """The text of a document, of which offsets count the characters."""
        return self._sender.send(calls.text_of_document(digest))

    def delete_document(self, digest: str) -> None:
        """Have a document that one sent kept no longer."""
        self._sender.send(calls.delete_document(digest))

    def close(self) -> None:
        self._sender.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Pack:
    """A pack of a service: it decides, and is asked, as ``averment.Pack`` is."""

    def __init__(self, name: str, sender: Sender) -> None:
        self.name, self._sender = name, sender

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name[:80]}>"

    def decide(
        self,
        facts: Facts,
        parameters: Facts | None = None,
        *,
        name: str = NAME,
        evidence: Evidence | None = None,
        documents: Mapping[str, str] | None = None,
        whole: bool = False,
        key: str = "",
    ) -> Outcome:
        """The outcome of one case, on record. ``whole``: with its facts and its warrant; ``key`` makes it exact-once.

        ``evidence`` and ``documents`` as for ``averment.Pack.decide``; a document that the service keeps need not be
        among these. Raises: Refused, NotServed.
        """
        case = (name, facts) if evidence is None else (name, facts, evidence)
        return self._sender.send(calls.decide(self.name, case, parameters, documents, whole, key))

    def decide_all(
        self,
        cases: Iterable[Case],
        parameters: Facts | None = None,
        *,
        documents: Mapping[str, str] | None = None,
        whole: bool = False,
        key: str = "",
    ) -> Iterator[Decided]:
        """Each case (its name, its facts and, where there is any, its evidence) with its outcome, or with what was
        wrong with it, in order. ``documents``: what the evidence of any of them quotes; ``key`` makes all exact-once.
        """
        key, number, waiting = key or calls.new_key(), 0, iter(cases)
        while some := list(islice(waiting, TOGETHER)):
            call = calls.decide_many(self.name, some, parameters, documents, whole, key, number)
            yield from self._sender.send(call)
            number += len(some)

    def explain(
        self,
        facts: Facts,
        fact: str | None = None,
        why_not: str | None = None,
        parameters: Facts | None = None,
        *,
        name: str = NAME,
        seconds: float | None = None,
    ) -> Document:
        """Why the claim is made or a ``fact`` holds; or why something does not (``why_not``)."""
        options = {"fact": fact, "why_not": why_not, "parameters": parameters, "seconds": seconds}
        return self._sender.send(calls.ask(self.name, "explain", facts, name, options))

    def shown(
        self,
        facts: Facts,
        format: str = "text",
        fact: str | None = None,
        parameters: Facts | None = None,
        *,
        name: str = NAME,
    ) -> str:
        """The explanation as text, ``html``, ``svg``, ``dot`` or ``mermaid``."""
        options = {"fact": fact, "parameters": parameters}
        return self._sender.send(calls.shown(self.name, format, facts, name, options))

    def whatif(
        self,
        facts: Facts,
        sets: Facts | None = None,
        unsets: Iterable[str] = (),
        parameters: Facts | None = None,
        *,
        sweep: Mapping[str, Any] | None = None,
        under: Facts | None = None,
        name: str = NAME,
        seconds: float | None = None,
    ) -> Document:
        """The case under other facts or ``parameters``; with ``sweep`` (``name``, ``low``, ``high``) the claim along a
        range. ``under``: the parameters that it is compared with.
        """
        change = calls.change(sets, unsets, parameters)
        options = {"change": change, "sweep": sweep, "parameters": under, "seconds": seconds}
        return self._sender.send(calls.ask(self.name, "whatif", facts, name, options))

    def flip(
        self,
        facts: Facts,
        to: str | None = None,
        most: int | None = None,
        parameters: Facts | None = None,
        *,
        name: str = NAME,
        seconds: float | None = None,
    ) -> Document:
        """The smallest changes that would turn the claim."""
        options = {"to": to, "most": most, "parameters": parameters, "seconds": seconds}
        return self._sender.send(calls.ask(self.name, "flip", facts, name, options))

    def matters(
        self, facts: Facts, parameters: Facts | None = None, *, name: str = NAME, seconds: float | None = None
    ) -> Document:
        """Which facts decide, and by what margin."""
        options = {"parameters": parameters, "seconds": seconds}
        return self._sender.send(calls.ask(self.name, "matters", facts, name, options))

    def missing(
        self, facts: Facts, parameters: Facts | None = None, *, name: str = NAME, seconds: float | None = None
    ) -> Document:
        """What would settle an open claim, and what to ask next."""
        options = {"parameters": parameters, "seconds": seconds}
        return self._sender.send(calls.ask(self.name, "missing", facts, name, options))

    def ask(
        self,
        facts: Facts | None = None,
        parameters: Facts | None = None,
        *,
        name: str | None = None,
        evidence: Evidence | None = None,
        documents: Mapping[str, str] | None = None,
        until_presumed: bool | None = None,
        seconds: float | None = None,
    ) -> Session:
        """A consultation, begun with what is known."""
        options = {"parameters": parameters, "until_presumed": until_presumed, "seconds": seconds}
        return Session(
            self._sender.send(calls.begin(self.name, facts, name, evidence, documents, options)), self._sender
        )

    def about(self) -> Document:
        """Its name, version, title and digest."""
        return self._sender.send(calls.of_pack(self.name, ""))

    def vocabulary(self) -> Document:
        """The fact types and fields there are."""
        return self._sender.send(calls.of_pack(self.name, "/vocabulary"))

    def rules(self) -> Document:
        """The rules as sentences, with the sources they rest on."""
        return self._sender.send(calls.of_pack(self.name, "/rules"))

    def parameters(self) -> Document:
        """The thresholds and weights, with their values."""
        return self._sender.send(calls.of_pack(self.name, "/parameters"))

    def examples(self) -> Document:
        """The example cases."""
        return self._sender.send(calls.of_pack(self.name, "/examples"))

    def schema(self) -> Document:
        """The JSON Schema of the facts of a case."""
        return self._sender.send(calls.of_pack(self.name, "/schema"))


class Session:
    """A consultation under way. ``standing`` is where it stood after the last reply."""

    def __init__(self, standing: Standing, sender: Sender) -> None:
        self.standing, self._sender = standing, sender

    def look(self) -> Standing:
        """Where it stands now."""
        return self._take(self._sender.send(calls.standing(self.standing.session)))

    def answer(
        self,
        value: object,
        field: str | None = None,
        *,
        evidence: Evidence | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> Standing:
        """The answer to what is asked next, or to the question of another field; ``evidence``: what it rests on."""
        return self._say("answer", field, evidence, documents, value=value)

    def unknown(self, field: str | None = None) -> Standing:
        """Nobody knows."""
        return self._say("unknown", field)

    def decline(self, field: str | None = None) -> Standing:
        """Somebody was asked and would not say."""
        return self._say("declined", field)

    def skip(self, field: str | None = None) -> Standing:
        """Ask later."""
        return self._say("skipped", field)

    def withdraw(self, field: str) -> Standing:
        """What was said of a field is taken back."""
        return self._say("withdrawn", field)

    def add(
        self,
        type: str,
        record: Mapping[str, object],
        *,
        evidence: Evidence | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> Standing:
        """There is one more record of a type; ``evidence``: what its fields rest on."""
        return self._say("added", type, evidence, documents, value=record)

    def remove(self, record: str) -> Standing:
        """There is no such record after all: by its path, as ``component["camera"]``."""
        return self._say("removed", record)

    def none(self, type: str) -> Standing:
        """There is no record of a type."""
        return self._say("none", type)

    def back(self) -> Standing:
        """What was said last is taken back."""
        return self._take(self._sender.send(calls.back(self.standing.session)))

    def decide(self, *, whole: bool = False) -> Outcome:
        """End with a decision on record."""
        return self._sender.send(calls.end(self.standing.session, whole))

    def leave(self) -> None:
        """End without one."""
        self._sender.send(calls.leave(self.standing.session))

    def _say(
        self,
        said: str,
        about: str | None,
        evidence: Evidence | None = None,
        documents: Mapping[str, str] | None = None,
        **value: object,
    ) -> Standing:
        call = calls.reply(self.standing.session, self.standing.step, said, about, evidence, documents, **value)
        return self._take(self._sender.send(call))

    def _take(self, standing: Standing) -> Standing:
        self.standing = standing
        return standing
