"""A batch in the decision log: the lines of its manifest as records, and the runs that can be read off them.

A **run** is one doing of an **order**: a pack and its parameters, the input and what beside it decides. Two runs of one
order decide the same cases. The bodies hold, beside who made them, the pack's version and the parameters:

- run: ``order`` (its digest), ``run`` (the manifest's header, without what stands beside it), ``folder`` and ``place``:
  where paths are from, and where the output was to be
- part: ``run`` (the hash of the header), ``order``, ``part`` (the hash of its own line), ``first`` and ``rows`` of the
  input, ``cases``, ``claims``, ``statuses``, ``presumed``, ``rules``, ``rejected``, ``files`` (how long each file of
  the output is after it, and its digest), ``inputs`` (the digest of the file its rows are of)
- done: ``run``, ``order``, ``rows``, ``cases``, and the digests ``result`` and ``rejects`` of what the run wrote

Digests of what may hold sensitive values are keyed (``mask``), and a mapping that may is not recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from averment.audit.log import DecisionLog
from averment.audit.mask import Mask, recordable
from averment.audit.record import DONE, PART, RUN, Entry, Maker, Record, made_by, plain
from averment.audit.store import Filter
from averment.ir.digest import canonical, digest_of

Line = Mapping[str, Any]
"""A line of a manifest."""

KINDS = {"claim": "claims", "status": "statuses", "presumed": "presumed", "rule": "rules", "reject": "rejected"}
_BESIDE = ("kind", "pack", "parameters", "previous", "hash")  # of a header, what its record has elsewhere


@dataclass(frozen=True)
class BatchEntries:
    """The entries for one run. ``header``: the first line of its manifest; ``folder``, ``place`` as in its body."""

    header: Line
    mask: Mask
    folder: str = ""
    place: str = ""

    def run(self, maker: Maker) -> Entry:
        """The entry for the run itself."""
        header = {name: value for name, value in self.header.items() if name not in _BESIDE}
        for name in ("files", "sides"):
            if name in header:
                header[name] = [{**file, "digest": self.mask.seal(file["digest"])} for file in header[name]]
        if self.mask.sensitive and "adapter" in header:
            header["adapter"] = {"masked": self.mask.seal(digest_of(canonical(header["adapter"])))}
        body = {"order": self.order, "run": header, "folder": self.folder, "place": self.place}
        return self._entry(RUN, self.header["hash"], maker, body)

    def part(self, line: Line, maker: Maker) -> Entry:
        """The entry for a part."""
        counts = Counter(dict(line["counts"]))
        body = {
            "run": self.header["hash"],
            "order": self.order,
            "part": self.mask.seal(line["hash"]),
            "first": line["first"],
            "rows": line["rows"],
            "cases": line["decided"],
            **{name: _of_kind(counts, kind) for kind, name in KINDS.items()},
            "files": {name: [size, self.mask.seal(digest)] for name, (size, digest) in line["files"].items()},
            "inputs": self.mask.seal(self.header["files"][line["file"]]["digest"]),
        }
        return self._entry(PART, f"{self.header['hash']}/{line['part']}", maker, body)

    def done(self, line: Line, rejects: str, maker: Maker) -> Entry:
        """The entry for the end of the run. ``rejects``: the digest of its file of rejects, if it has one."""
        body = {
            "run": self.header["hash"],
            "order": self.order,
            "rows": line["rows"],
            "cases": line["decided"],
            "result": self.mask.seal(line["digest"]),
            "rejects": self.mask.seal(rejects),
        }
        return self._entry(DONE, self.header["hash"], maker, body)

    @cached_property
    def order(self) -> str:
        """What tells this order from others: all that its decisions depend on, wherever it is."""
        header = self.header
        decides = {
            "pack": header["pack"]["digest"],
            "parameters": header["parameters"],
            "files": [[file["format"], file["digest"]] for file in header["files"]],
            "sides": [[side["type"], side["format"], side["digest"]] for side in header.get("sides", ())],
            "mapping": header["mapping"],
            "adapter": header.get("adapter", ""),
            "firings": header["firings"],
        }
        return self.mask.seal(digest_of(canonical(decides)))

    def _entry(self, kind: str, key: str, maker: Maker, body: dict[str, Any]) -> Entry:
        pack = self.header["pack"]
        made = {**made_by(maker), "pack_version": pack["version"], "parameters": dict(self.header["parameters"])}
        return Entry(
            kind,
            recordable("the entry", {**made, **body}),
            plain("the key", f"{kind}:{key}"),
            pack=plain("the pack's name", pack["name"]),
            digest=pack["digest"],
        )


@dataclass
class Batch:
    """A run as the log has it. Without a ``done`` it was not finished, or its end is not recorded yet."""

    record: Record
    parts: list[Record] = field(default_factory=list[Record])
    done: Record | None = None

    @property
    def header(self) -> dict[str, Any]:
        """The header of its manifest, as far as it is recorded."""
        pack = {"name": self.record.pack, "version": self.record.body["pack_version"], "digest": self.record.digest}
        run: dict[str, Any] = self.record.body["run"]
        return {**run, "kind": "run", "pack": pack, "parameters": self.record.parameters}

    @property
    def hash(self) -> str:
        """The hash of its header, by which its records know it."""
        return self.record.key.removeprefix(f"{RUN}:")

    @property
    def order(self) -> str:
        return str(self.record.body["order"])

    @property
    def masked(self) -> bool:
        """Whether a mapping that decided it is not in the log."""
        return isinstance(self.record.body["run"].get("adapter"), dict)

    @property
    def cases(self) -> int:
        """How many were decided, as far as recorded."""
        return sum(part.body["cases"] for part in self.parts)

    @property
    def rows(self) -> int:
        return sum(part.body["rows"] for part in self.parts)

    def counts(self, kind: str) -> Counter[str]:
        """Cases by ``claims``, ``statuses``, ``presumed`` or ``rules``; rows by the code they were ``rejected`` for."""
        found: Counter[str] = Counter()
        for part in self.parts:
            found.update(part.body[kind])
        return found

    @property
    def standing(self) -> Counter[tuple[str, str]]:
        """Cases by claim and status."""
        return sum(map(standing, self.parts), Counter[tuple[str, str]]())

    def number(self, where: Filter) -> int:
        """How many cases have the claim and the status that ``where`` asks for."""
        return sum(number for (claim, status), number in self.standing.items() if meets(where, claim, status))

    def part_of(self, row: int) -> Record | None:
        """The part that holds a row of the input."""
        return next((part for part in self.parts if 0 <= row - part.body["first"] < part.body["rows"]), None)


_EVERYTHING = Filter()


def batches(log: DecisionLog, where: Filter = _EVERYTHING) -> list[Batch]:
    """The runs that were begun when ``where`` says, by such a pack, in order, each with all that is recorded of it."""
    wanted = Filter(since=where.since, until=where.until, kind=RUN, pack=where.pack)
    found = {batch.hash: batch for batch in map(Batch, log.records(wanted))}
    if found:
        for record in _of_runs(log, min(batch.record.sequence for batch in found.values())):
            batch = found.get(record.body.get("run", ""))
            if batch is not None and record.kind == PART:
                batch.parts.append(record)
            elif batch is not None:
                batch.done = record
    return list(found.values())


def batch_of(log: DecisionLog, record: Record) -> Batch:
    """The run of the record of a run, of a part or of an end."""
    hash = record.key.removeprefix(f"{RUN}:") if record.kind == RUN else record.body.get("run", "")
    return next((batch for batch in batches(log) if batch.hash == hash), Batch(record))


def strays(log: DecisionLog, where: Filter = _EVERYTHING) -> list[Record]:
    """Parts of which nobody knows the run: an averment that did not record runs recorded them."""
    wanted = Filter(since=where.since, until=where.until, kind=PART, pack=where.pack)
    return [record for record in log.records(wanted) if "run" not in record.body]


def standing(part: Record) -> Counter[tuple[str, str]]:
    """The cases of a part by claim and status. A claim tells its status, but that what is open may be presumed."""
    found: Counter[tuple[str, str]] = Counter()
    for claim, number in part.body["claims"].items():
        if claim == "open" and "statuses" in part.body:
            found.update({(claim, status): part.body["statuses"].get(status, 0) for status in ("open", "presumed")})
        else:
            status = "open or presumed" if claim == "open" else claim if claim in ("gap", "conflict") else "settled"
            found[claim, status] += number
    return +found


def meets(where: Filter, claim: str, status: str) -> bool:
    """Whether a decision has the claim and the status that ``where`` asks for."""
    return where.claim in ("", claim) and where.status in ("", status)


def _of_runs(log: DecisionLog, after: int) -> Iterator[Record]:
    for kind in (PART, DONE):
        yield from log.records(Filter(kind=kind), after=after)


def _of_kind(counts: Mapping[str, int], kind: str) -> dict[str, int]:
    start = f"{kind}:"
    return {name.removeprefix(start): number for name, number in sorted(counts.items()) if name.startswith(start)}
