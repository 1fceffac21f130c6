"""The library's front door: load a pack, decide cases with it.

A pack never changes once loaded and shares nothing with another, so it may be used from many threads, pickled, copied,
and used on both sides of a fork. What it makes ready to decide with is kept for the parameters asked for last.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from averment.core.node import IN_PROGRAM, node_of
from averment.core.program import Program, Rule, Value
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.engines import Engine, Host, open_engine, warn_of_loss
from averment.extras import need
from averment.law.budget import FIRINGS
from averment.model.case import UNNAMED, Case, read_case, refuse_unsupported
from averment.model.model import Model
from averment.outcome.outcome import Outcome
from averment.pipeline import compile_pack, decide
from averment.recent import Recent
from averment.shelf import find_pack
from averment.showing import Showing, pack_shown
from averment.surface.folder import read_folder, texts_of

if TYPE_CHECKING:
    from averment.pack_cache import PackCache
    from averment.quick import Decide
    from averment.shown_answers import ShownFlips, ShownWhatIf
    from averment.surface.pack_files import PackFiles

Parameters = Mapping[str, Any]
Overrides = tuple[tuple[str, Value], ...]
Lowered = dict[int, tuple[dict[str, Any], list[Rule]]]  # as ``ir.lower.Kept``, which few cases need
SETS = 8  # of parameters for which what was made ready is kept, those asked for last


@dataclass(frozen=True, repr=False)
class Pack:
    """A knowledge pack, checked and ready. ``texts`` are its files as read, by path relative to the pack."""

    model: Model
    texts: Mapping[str, str]
    root: str
    _program: Program
    _lowered: Lowered = field(default_factory=dict[int, tuple[dict[str, Any], list[Rule]]])
    _host: Host = field(default_factory=Host)
    _engines: Recent[tuple[str, int, Overrides], Engine] = field(default_factory=lambda: Recent(2 * SETS))
    _scalars: Recent[tuple[int, Overrides], Decide | None] = field(default_factory=lambda: Recent(SETS))
    _asked: Recent[str, Pack] = field(default_factory=lambda: Recent(SETS))
    _deciders: Recent[tuple[int, Overrides], Any] = field(default_factory=lambda: Recent(SETS))

    @cached_property
    def _showing(self) -> Showing:
        return Showing(self.model)

    def _repr_html_(self) -> str:
        return pack_shown(self.model, self.digest)

    def __repr__(self) -> str:
        return f"<Pack {self.name[:80]} {self.version[:80]} {self.digest[:19]}>"

    @property
    def name(self) -> str:
        """What the pack calls itself."""
        return self.model.name

    @property
    def version(self) -> str:
        """The version that the pack declares."""
        return self.model.version

    @property
    def title(self) -> str:
        """What the pack decides, in words."""
        return self.model.title

    @property
    def digest(self) -> str:
        """``sha256:…`` of the pack's meaning: comments and formatting do not change it."""
        return self._program.digest

    @cached_property
    def requires_evidence(self) -> bool:
        """Whether a value of any field is decided on only with evidence."""
        return any(field.evidence for type in self.model.types.values() for field in type.fields)

    def program(self, parameters: Parameters | None = None) -> Program:
        """The pack in normal form, with some parameters overridden.

        Raises: Refused where a parameter is not the pack's or a value is not of its type and range.
        """
        overrides = self._overrides(parameters or {})
        if not overrides:
            return self._program
        from averment.ir.lower import lower  # here, since the pack's own parameters mostly do

        report = Report()
        program = lower(self.model, overrides, report, self.digest, self._lowered)
        if program is None or report.failed:
            raise Refused(report.diagnostics)
        return program

    def case(
        self,
        facts: Mapping[str, Any],
        name: str = UNNAMED,
        evidence: Iterable[Mapping[str, Any]] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> Case:
        """A case from plain data: fact types to records, as in the ``facts`` of a fact file.

        ``evidence``: what values rest on, each ``{field, document, quote, offset}``: the very words of a document,
        known by the digest under which ``documents`` has its text, and where they begin; without an offset they must
        stand there once. A pack may require it of fields. Raises: Refused with every mistake in it.
        """
        report = Report()
        document: dict[str, Any] = {"case": name, "facts": dict(facts)}
        if evidence is not None:
            document |= {"evidence": list(evidence), "documents": dict(documents or {})}
        node = node_of(document, IN_PROGRAM)
        if evidence is not None:
            from averment.surface.shape import check_shape

            if not check_shape(node, "request", report):
                raise Refused(report.diagnostics)
        read = read_case(node, self.model.types, report)
        if read is None or report.failed:
            raise Refused(report.diagnostics)
        return read

    def decide(
        self,
        facts: Mapping[str, Any] | Case,
        parameters: Parameters | None = None,
        engine: str = "",
        firings: int = FIRINGS,
        *,
        name: str = UNNAMED,
        evidence: Iterable[Mapping[str, Any]] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> Outcome:
        """The outcome of one case, on the durable engine where it is installed and can run the pack, else on reference.

        ``name`` is that of the case, where its facts are plain data, and ``evidence`` with its ``documents`` as for
        ``case``. From the second call on, of plain facts that leave
        nothing unknown, the claim and the fired rules are found by straight-line code where the rules allow it, in
        microseconds; the engine follows if more is asked for. A case with more than ``firings`` has no outcome (AV503).
        Raises: Refused for facts or parameters that the pack does not allow, and for a case without a lawful outcome.
        """
        if not engine and not isinstance(facts, Case) and evidence is None:
            found = self.decide_quickly(facts, parameters, firings, name=name)
            if found:
                return found
        case = facts if isinstance(facts, Case) else self.case(facts, name, evidence, documents)
        report = Report()
        if refuse_unsupported(case, self.model.types, report):
            raise Refused(report.diagnostics)
        outcome = decide(self.engine(parameters, engine, firings), case, report)
        if outcome is None:
            raise Refused(report.diagnostics)
        warn_of_loss(case.name, outcome.loss)
        return outcome.shown_by(self._showing)

    def decide_quickly(
        self,
        facts: Mapping[str, Any],
        parameters: Parameters | None = None,
        firings: int = FIRINGS,
        *,
        name: str = UNNAMED,
    ) -> Outcome | None:
        """The outcome where straight-line code finds it, in microseconds; None where an engine has to decide.

        Raises: Refused as ``decide`` does for parameters.
        """
        quick = None if self.requires_evidence else self._quick(parameters, firings)
        found = quick(facts, name) if quick else None
        return found.shown_by(self._showing) if found else None

    def asking(self, of: str) -> Pack:
        """The pack whose claim is what is asked of: a result by its name, or with a test, as in ``amount >= 100``,
        which is met (``yes``) or not (``no``). Its outcomes are for questions; of the pack itself nothing changes.

        Raises: Refused where there is no such result (AV633), or it has too many values to be asked of so (AV631).
        """
        from averment.ir.lower import lower
        from averment.model.asking import asked_of

        def made() -> Pack:
            report = Report()
            model = asked_of(self.model, of, report)
            program = None if model is None else lower(model, {}, report, self.digest)
            if model is None or program is None or report.failed:
                raise Refused(report.diagnostics)
            return Pack(model, self.texts, self.root, program)

        return self._asked.get(of, made)

    def flip(self, outcome: Outcome, to: str | None = None, of: str = "", **how: Any) -> ShownFlips:
        """The smallest changes that would turn the claim of an outcome of this pack, ``to`` one claim or to any; or the
        result that is asked ``of`` (see ``asking``).

        ``how`` as for ``averment.questions.flip.flip.flip``. Raises: Refused as that does.
        """
        from averment.questions.flip.flip import flip
        from averment.shown_answers import shown_flips

        if of:
            outcome = self.asking(of).decide(_case_of(outcome), outcome.evaluation.program.parameters, "reference")
        return shown_flips(flip(outcome, to, **how))

    def whatif(
        self,
        facts: Mapping[str, Any] | Case,
        sets: Mapping[str, object] | None = None,
        unsets: Iterable[str] = (),
        parameters: Parameters | None = None,
    ) -> ShownWhatIf:
        """The case as it is, and with fields ``sets`` by path, ``unsets`` or ``parameters`` otherwise: what differs.

        Raises: Refused as ``averment.questions.whatif.whatif`` does.
        """
        from averment.questions.judging.knowledge import Knowledge
        from averment.questions.whatif import whatif
        from averment.shown_answers import shown_what_if

        case = facts if isinstance(facts, Case) else self.case(facts)
        return shown_what_if(whatif(Knowledge(self), case, sets, unsets, parameters))

    def decide_all(
        self, cases: Iterable[Case], parameters: Parameters | None = None, engine: str = "", firings: int = FIRINGS
    ) -> Iterator[tuple[Case, Outcome | None, Report]]:
        """Each case with its outcome (none where it has no lawful one) and what there is to report of it, in order.

        Raises: Refused as ``engine`` does.
        """
        ready = self.engine(parameters, engine, firings)
        for case in cases:
            report = Report()
            unsupported = refuse_unsupported(case, self.model.types, report)
            outcome = None if unsupported else decide(ready, case, report)
            yield case, outcome and outcome.shown_by(self._showing), report

    def decide_table(
        self,
        table: Any,
        parameters: Parameters | None = None,
        sides: Mapping[str, Any] | None = None,
        firings: int = FIRINGS,
        mapping: Mapping[str, Any] | None = None,
        *,
        fired: Literal["mask", "names"] = "mask",
        frame: bool = False,
    ) -> Any:
        """A table of cases decided row for row, in columns: pyarrow, polars or pandas in, a pyarrow Table out.

        ``fired="names"``: the ids of the rules that fired as a list, and the paths an open claim hangs on too; else
        bits, which ``averment.fired_names`` reads, and JSON. ``frame``: what went in comes out, a frame as its like.

        Columns are called ``TYPE.FIELD``, or ``FIELD`` where only one type has it; see ``averment.batch.table``.
        ``mapping``: what a mapping file says, for a table in other words.
        ``sides``: by type, tables of the records of `many` types, each row with the name of its case under ``case``.
        ``firings`` as for ``decide``.
        Raises: Refused where a column is no field of the pack; TypeError for what is no table; MissingExtra, an
        ImportError, without the extra ``scale``.
        """
        need("scale", "`decide_table`")
        from averment.batch.adapter import read_document
        from averment.batch.table import TableDecider  # the library of a single case needs no tables

        ready = self._deciders.get(
            (firings, self._key(parameters)),
            lambda: TableDecider(self.program(parameters), self.model.types, firings),
        )
        report = Report()
        adapter = read_document(node_of(mapping, "mapping"), report) if mapping else None
        if report.failed:
            raise Refused(report.diagnostics)
        found = ready.decide(table, adapter, sides)
        if fired not in ("mask", "names"):
            raise ValueError(f"fired is `mask` or `names`, not `{fired}`")
        if fired == "names" or frame:
            from averment.batch.frames import framed, named

            found = named(found) if fired == "names" else found
            return framed(found, table) if frame else found
        return found

    def engine(self, parameters: Parameters | None = None, engine: str = "", firings: int = FIRINGS) -> Engine:
        """The named engine (``reference``, ``durable``) made ready for this pack, kept for the next call.

        Raises: Refused where it is not installed or cannot run the pack.
        """
        key = engine, firings, self._key(parameters)
        return self._engines.get(key, lambda: open_engine(engine, self.program(parameters), self._host, firings))

    def _quick(self, parameters: Parameters | None, firings: int) -> Decide | None:
        """Code for complete cases, written when a case is decided for the second time."""
        key = firings, self._key(parameters)
        found = self._scalars.kept(key)
        if found is None and ("", *key) in self._engines:
            found = self._scalars.get(key, lambda: _written(self.engine(parameters, "", firings), firings))
        return found

    def _key(self, parameters: Parameters | None) -> Overrides:
        return tuple(sorted(self._overrides(parameters).items())) if parameters else ()

    def _overrides(self, parameters: Parameters) -> dict[str, Value]:
        if not parameters:
            return {}
        from averment.model.parameters import read_override

        report = Report()
        known = dict(self.model.parameters)
        read = {
            name: read_override(name, node_of(value, "parameters"), known, report) for name, value in parameters.items()
        }
        if report.failed:
            raise Refused(report.diagnostics)
        return {name: value for name, value in read.items() if value is not None}


def _case_of(outcome: Outcome) -> Case:
    case = outcome.case
    return case if isinstance(case, Case) else Case(case.name, case.facts, case.mentioned, case.assumptions)


def _written(engine: Engine, firings: int) -> Decide | None:
    from averment.quick import quick_decider  # here, since whoever decides one case needs no code of it

    return quick_decider(engine, firings)


class NameOfTwo(UserWarning):
    """The name of a pack is that of an installed one, which is taken, and of a folder. ``diagnostic``: AV126."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def load(pack: str | Path = "pm_tpm") -> Pack:
    """An installed pack by its name, or the pack in a folder: by a path, or a name that no installed pack has.

    Where a name is that of a folder here as well, a warning says so (``NameOfTwo``).
    Raises: Refused with every finding of the stage that stopped.
    """
    report = Report()
    loaded = read_pack(pack, report)
    for found in report.diagnostics:
        if found.code == "AV126":
            warnings.warn(NameOfTwo(found), stacklevel=2)
    if loaded is None:
        raise Refused(report.diagnostics)
    return loaded


def read_pack(pack: str | Path, report: Report) -> Pack | None:
    """As ``load``, with the findings, warnings too, in ``report``."""
    folder = find_pack(pack, report)
    return None if folder is None else compile_folder(folder, report)


def compile_folder(
    folder: Path, report: Report, texts: dict[str, str] | None = None, cache: PackCache | None = None
) -> Pack | None:
    """The pack in a folder; ``None`` where the report has an error. ``texts`` gets the files that were read, by name.

    ``cache``: where it is taken from or put, if nothing was found in it.
    """
    files, names = read_folder(folder, report)
    if texts is not None:
        texts.update(texts_of(files))
    cached = cache if cache and files and not report.diagnostics else None
    compiled = cached.get(files) if cached else None
    if compiled is None:
        from averment.surface.pack_files import read_files

        compiled = compile_pack(read_files(files, names, str(folder), report), report)
        if cached and compiled and not report.diagnostics:
            cached.put(files, compiled)
    return None if compiled is None else Pack(compiled[0], texts_of(files), str(folder), compiled[1])


def compile_files(files: PackFiles, root: str, report: Report) -> Pack | None:
    """The pack that these files make; ``None`` where the report has an error. ``root`` is the folder they are from."""
    compiled = compile_pack(files, report)
    return None if compiled is None else Pack(compiled[0], files.texts, root, compiled[1])
