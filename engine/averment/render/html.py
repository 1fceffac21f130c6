"""An explanation as one page of HTML that stands alone: no script, no network, readable on a phone and on paper.

The page forbids itself everything but its own style sheet, which its Content-Security-Policy names by digest.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from averment.core.naming import field_at, question, record_path
from averment.core.node import Span
from averment.core.program import Fact, Field, Kind, Setting, Value
from averment.core.values import decode, show
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.explained import Explained
from averment.outcome.presumption import Presumption
from averment.render.display import Style
from averment.render.evidence import sides
from averment.render.facts import Given, answers
from averment.render.html_evidence import picture
from averment.render.html_tree import anchors_of, tree
from averment.render.markup import Markup, element, joined
from averment.render.outline import PRESUMED, asides, headline, roots_of, stops, verdict_of
from averment.render.phrases import claim_phrase, fact_words, series, words
from averment.render.places import given_place, rule_place
from averment.render.presumption import presuming_lines, unless_lines
from averment.render.reasons import Reasons
from averment.render.results import result_name, result_phrase, result_reasons
from averment.render.silence import silence
from averment.render.tree import Branch

_PLAINLY = ("publisher", "author", "date", "url")  # of a source, that need no word before them


def page(explained: Explained, model: Model, places: Mapping[str, Span] | None = None) -> str:
    """The page; ``places`` are where the case gives each field and record."""
    return _Page(explained, model, places or {}).whole()


def sections(explained: Explained, model: Model, places: Mapping[str, Span] | None = None) -> Markup:
    """What the page tells under its headline, for another page to hold."""
    return joined(*_Page(explained, model, places or {}).sections())


@cache
def style_sheet() -> str:
    """The style of the page."""
    return files("averment.render").joinpath("page.css").read_text(encoding="utf-8")


class _Page:
    def __init__(self, explained: Explained, model: Model, places: Mapping[str, Span]) -> None:
        self._explained, self._outcome, self._model, self._places = explained, explained.outcome, model, places
        self._given = Given.of(explained.outcome, places)
        self._program = explained.outcome.evaluation.program

    def whole(self) -> str:
        digest = b64encode(sha256(style_sheet().encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        subject = self._explained.named or (
            words(self._outcome.claim) if self._outcome.claim else headline(self._outcome)
        )
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("meta", name="referrer", content="no-referrer"),
            element("title", f"{self._outcome.case.name}: {subject}"),
            element("style", Markup(style_sheet())),
        )
        body = element("body", self._head(), element("main", *self.sections()), self._foot())
        return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"

    def _head(self) -> Markup:
        outcome, named = self._outcome, self._explained.named
        eyebrow = element("p", outcome.case.name, class_="case")
        if named:
            many = len(self._explained.about)
            title, badges, verdict = named, [f"{many} fact{'' if many == 1 else 's'}"], ""
            status = "fact"
        else:
            title, status = _capital(headline(outcome)), self._explained.status.value
            verdict = verdict_of(outcome, "listed below", claim_phrase)
            badges = [] if outcome.strength is None else [words(str(outcome.strength))]
            if self._explained.presumption:
                title, verdict = f"Presumably {words(outcome.claimed)}", PRESUMED
                badges.append("presumed: what is not known may turn it")
            elif outcome.status is Status.SETTLED:
                badges.append("settled: nothing unknown can change it")
        return element(
            "header",
            eyebrow,
            element("h1", title),
            *([element("ul", *(element("li", badge) for badge in badges), class_="badges")] if badges else []),
            *([element("p", verdict, class_="verdict")] if verdict else []),
            class_=status,
        )

    def sections(self) -> Iterator[Markup]:
        found = [side for side in sides(self._explained) if side.reach]
        if found:
            yield _section(
                "evidence",
                "Strength of the evidence",
                picture(found, self._outcome.claimed if self._outcome.status is Status.SETTLED else ""),
            )
        if self._explained.presumption:
            yield from self._presumption(self._explained.presumption)
        groups = list(self._groups())
        anchors: dict[str, str] = {}
        for _, _, branches in groups:
            anchors_of(branches, anchors)
        for id, title, branches in groups:
            note = []
            if len(branches) > 1 and id.startswith("why"):
                note = [element("p", f"{len(branches)} justifications; each would do alone.", class_="note")]
            yield _section(id, title, *note, tree(branches, anchors))
        if not self._explained.named:
            yield from self._results()
            yield from self._asides()
        if not self._explained.named and self._outcome.status is Status.OPEN:
            yield _section("questions", "What it hangs on", self._questions())
        told = silence(self._outcome)
        yield _section(
            "given", "Facts given", self._given_table(), *([element("p", told, class_="note")] if told else [])
        )
        derived = self._derived_table(anchors)
        if derived:
            yield _section("derived", "Facts derived", derived)
        if self._program.parameters:
            yield _section("parameters", "Parameters", self._parameters())
        if cited := self._sources():
            yield _section("sources", "Sources", element("dl", *cited, class_="questions"))

    def _presumption(self, presumption: Presumption) -> Iterator[Markup]:
        """What a presumed claim presumes, and what would turn it."""
        for id, title, branches in (
            ("presuming", "Presuming that", [*presuming_lines(presumption)]),
            ("unless", "Unless", [*unless_lines(presumption)]),
        ):
            if branches:
                yield _section(id, title, tree(branches, {}))

    def _groups(self) -> Iterator[tuple[str, str, list[Branch]]]:
        """Titled trees: for each claim, for the strength, and for what stopped the rules of a gap."""
        outcome, style = self._outcome, Style()
        settled = outcome.status is Status.SETTLED
        reasons = Reasons(self._explained.derivation, self._model, self._given, style)
        if self._explained.named:
            for number, fact in enumerate(self._explained.about, 1):
                yield f"why-{number}", f"Why {self._explained.derivation.path(fact)}", self._about(reasons, fact)
            return
        if outcome.status is Status.GAP and outcome.claim is not None:
            title = "Where each rule that could have claimed stopped"
            yield "stopped", title, stops(outcome, self._model, self._given, style)
        claims, strengths = roots_of(outcome)
        for number, (value, facts) in enumerate(claims.items(), 1):
            certain = any(outcome.evaluation.memory.truths[fact] is TRUE for fact in facts)
            stands = "is claimed" if certain else "is possible"
            title = "Why" if settled else f"{_capital(claim_phrase(value))} {stands}"
            yield f"why-{number}", title, [branch for fact in facts for branch in reasons.of(fact)]
        if strengths:
            branches = [branch for fact in strengths for branch in reasons.of(fact)]
            yield "clarity", f"How clear: {words(str(outcome.strength))}", branches

    def _results(self) -> Iterator[Markup]:
        """Each result, with its reasons."""
        presumption = self._explained.presumption
        whole = presumption.open if presumption else self._outcome
        for result, branches in result_reasons(whole, self._model, Style(), self._places) if whole.results else ():
            anchors: dict[str, str] = {}
            anchors_of(branches, anchors, f"{result.name}-")
            title = _capital(f"{result_name(result)}: {result_phrase(result)}")
            content = [tree(branches, anchors)] if branches else []
            if result.status is Status.OPEN:
                content.insert(0, element("p", f"It hangs on {series(result.hangs_on)}.", class_="note"))
            yield _section(f"result-{result.name}", title, *content)

    def _asides(self) -> Iterator[Markup]:
        """What is concluded beside the claim, with its reasons."""
        derivation = asides(self._outcome)
        reasons = Reasons(derivation, self._model, self._given, Style())
        branches = [reasons.marked(fact) for fact in derivation.roots]
        if branches:
            anchors: dict[str, str] = {}
            anchors_of(branches, anchors, "also-")
            yield _section("also", "Also concluded", tree(branches, anchors))

    def _about(self, reasons: Reasons, fact: Fact) -> list[Branch]:
        return list(reasons.of(fact)) or reasons.given(fact)

    def _questions(self) -> Markup:
        entries: list[Markup] = []
        for path in self._outcome.hangs_on:
            field = field_at(self._program.types, path)
            entries.append(element("dt", question(field) if field else path))
            allowed = answers(field) if field else ""
            entries.append(element("dd", element("code", path), f" · {allowed}" if allowed else ""))
        return element("dl", *entries, class_="questions")

    # --- tables -------------------------------------------------------------------------------------------------------

    def _given_table(self) -> Markup:
        rows = [
            element("tr", element("th", path, scope="row"), element("td", value), element("td", origin, class_="place"))
            for path, value, origin in self._given_rows()
        ]
        return _table("Facts given, and where", ("Fact", "Value", "Origin"), rows)

    def _given_rows(self) -> Iterator[tuple[str, str, str]]:
        """Path, value and origin: of each given field of a `one` type, of each other record as a whole."""
        types = self._program.types
        for fact in self._outcome.case.facts:
            type, record = types[fact.type], record_path(types[fact.type], fact)
            held = [(field, value) for field, value in zip(type.fields, fact.values, strict=True) if value is not None]
            if type.one:
                for field, value in held:
                    yield f"{record}.{field.name}", _shown(value, field), self._origin(record, field.name)
            else:
                more = [f"{field.name} {_shown(value, field)}" for field, value in held if field.name not in type.key]
                rests = [f"{field.name}: {each}" for field, _ in held for each in self._rests_on(record, field)]
                yield record, "; ".join(more) or "given", "; ".join([self._origin(record), *rests])

    def _origin(self, record: str, field: str = "") -> str:
        return self._given.origin(f"{record}.{field}", given_place(self._places, record, field)) or "given"

    def _rests_on(self, record: str, field: Field) -> list[str]:
        return self._given.rests_on(f"{record}.{field.name}")

    def _derived_table(self, anchors: Mapping[str, str]) -> Markup:
        derivation = self._explained.derivation
        rows: list[Markup] = []
        for path, fact in derivation.facts.items():
            applications = derivation.support.get(fact, [])
            if not derivation.memory.types[fact.type].derived or not applications:
                continue
            links: list[str] = []
            for application in applications:
                rule = application.firing.rule.id
                at = anchors.get(application.id, "")
                place = rule_place(self._model, rule)
                name = element("a", rule, href=f"#{at}") if at else element("span", rule)
                links.append(element("div", name, " ", element("span", place, class_="place")))
            truth = "true" if derivation.memory.truths[fact] is TRUE else "possible"
            rows.append(
                element(
                    "tr",
                    element("th", fact_words(derivation.memory.types[fact.type], fact), scope="row", title=path),
                    element("td", truth, class_="word"),
                    element("td", joined(*links)),
                )
            )
        return _table("Facts derived, and by which rules", ("Fact", "Truth", "Rule"), rows) if rows else Markup("")

    def _parameters(self) -> Markup:
        rows: list[Markup] = []
        for name, value in self._program.parameters.items():
            declared = self._model.parameters.get(name)
            own = None if declared is None else decode(declared.value, declared.field)
            pack = "as the pack" if own == value else "" if own is None else _plain(own)
            cells = [element("td", _plain(value)), element("td", pack)]
            rows.append(element("tr", element("th", name, scope="row"), *cells))
        return _table("Parameters, and what the pack says", ("Parameter", "Value", "In the pack"), rows)

    def _sources(self) -> list[Markup]:
        """What is cited: by which name, its title, and who published it when."""
        program = self._program
        resting = [*(rule.backing for rule in program.rules), *(data.backing for data in program.data.values())]
        backing = {each.source for cited in resting for each in cited if not each.judgement}
        entries: list[Markup] = []
        for name in sorted(backing & self._model.sources.keys()):
            source = self._model.sources[name]
            about = [f"{words(what)} {said}" if what not in _PLAINLY else said for what, said in source.about.items()]
            entries.append(element("dt", source.title or name))
            entries.append(element("dd", " · ".join([*about, f"cited as “{name}”"])))
        return entries

    def _foot(self) -> Markup:
        program = self._program
        pack = joined(f"{program.name} {program.version} ", element("code", program.digest))
        title = [element("p", self._model.title)] if self._model.title else []
        return element("footer", *title, element("p", pack))


def _shown(value: Value, field: Field) -> str:
    return str(value) if field.kind is Kind.TEXT else show(value, field)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _plain(value: Setting) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _section(id: str, title: str, *content: str) -> Markup:
    return element("section", element("h2", title, id=id), *content, aria_labelledby=id)


def _table(caption: str, columns: tuple[str, ...], rows: list[Markup]) -> Markup:
    head = element("thead", element("tr", *(element("th", column, scope="col") for column in columns)))
    table = element("table", element("caption", caption, class_="unseen"), head, element("tbody", *rows))
    return element("div", table, class_="table", role="region", aria_label=caption, tabindex=0)
