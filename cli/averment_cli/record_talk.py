"""The part of a consultation's talk that is about records: to add one, to remove one, to see what there is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from averment.core.program import Fact, FactType, Field, Program
    from averment.diagnostics.diagnostic import Refused
    from averment.questions.ask.consultation import Consultation
    from averment.render.display import Style

_STOP = ("cancel", "back", "stop")
_END = ("quit", "exit", ":quit")
_NOTHING = ("", "unknown", "skip", "don't know")
_WOULD_NOT_SAY = ("declined", "decline")


class Talk(Protocol):
    """The talk that this is a part of."""

    state: Consultation
    style: Style

    def say(self, text: str) -> None: ...
    def line(self, text: str) -> None: ...
    def read(self) -> str | None: ...
    def accepted(self, text: str) -> bool: ...
    def told(self, tell: Callable[[], Consultation], refuse: Callable[[Refused], None]) -> bool: ...
    def refuse(self, text: str, refused: Refused, field: Field, path: str, commands: Iterable[str]) -> None: ...


class RecordTalk:
    """``add``, ``remove`` and ``records`` of a talk. What is false ends the talk: nobody types any more."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._ended = False

    def any_of(self, type: str, text: str) -> bool:
        """The answer to whether there is any record of a type."""
        said = _any(text)
        if said is None:
            self._talk.line("Answer with yes or no; or help.")
        elif said:
            return self.add(type)
        else:
            self._talk.told(lambda: self._talk.state.none(type), self._say_refused)
        return True

    def add(self, about: str) -> bool:
        """Ask for the fields of a record that are not told yet, and whether there is another."""
        from averment.render.consultation_text import YES_NO, numbered

        if not about:
            self._talk.line(f"Name what there is one more of: {self._types('add')}.")
            return True
        found = self._type(about)
        if found is None:
            return True
        type, rest = found
        parts = [part.strip() for part in rest.split(",")] if rest else []
        if len(parts) > len(type.fields):
            self._talk.line(f"This is {len(parts)} answers, and a {_words(type)} has {len(type.fields)} fields.")
            return True
        yes_no = numbered(YES_NO, self._talk.style)
        while (written := self._fields(type, parts)) is not None:
            self._added(type, written)
            if rest:
                return True
            self._talk.say(f"\nIs there another {_words(type)}? {yes_no}\n")
            answer = self._talk.read()
            if answer is None:
                return False
            if answer.casefold() in _END:
                return False
            if not _any(answer):
                return True
        return not self._ended

    def remove(self, about: str) -> None:
        """Take a record away, named by its number or its key."""
        from averment.core.naming import record_path
        from averment.render.consultation_text import record_phrase

        if not about:
            self._talk.line(f"Name what there is not: {self._types('remove')}, with its number.")
            self.show()
            return
        found = self._type(about)
        if found is None:
            return
        type, which = found
        facts = self._talk.state.records_of(type.name)
        quoted = f'"{which}"'
        named = [
            fact for fact in facts if record_path(type, fact) in (f"{type.name}[{which}]", f"{type.name}[{quoted}]")
        ]
        if which.isdecimal() and not named and 0 < int(which) <= len(facts):
            named = [facts[int(which) - 1]]
        elif not which and len(facts) == 1:
            named = list(facts)
        if not named:
            self._talk.line(f"There is no {_words(type)} {which}.".replace(" .", "."))
            self.show()
            return
        if self._talk.told(lambda: self._talk.state.remove(named[0]), self._say_refused):
            self._talk.line(f"Removed: {_words(type)} {record_phrase(named[0], type)}.")

    def show(self) -> None:
        """The records so far, numbered."""
        from averment.render.consultation_text import record_phrase

        shown = False
        for type in tellable(self._program):
            for number, fact in enumerate(self._talk.state.records_of(type.name), 1):
                self._talk.line(f"{_words(type)} {number}: {record_phrase(fact, type)}")
                shown = True
        if not shown:
            self._talk.line("There are no records yet.")

    # --- the rest -------------------------------------------------------------------------------------------------

    def _fields(self, type: FactType, parts: Sequence[str]) -> dict[str, object] | None:
        """What is told of a record, and what somebody would not say; nothing where the record is given up."""
        written: dict[str, object] = {}
        for place, field in enumerate(_in_order(type)):
            told = parts[place] if place < len(parts) else None
            value = self._field(type, field, told, asked=place >= len(parts) and (not parts or field.name in type.key))
            if value is _CANCELLED:
                self._talk.line("Nothing was added.")
                return None
            if value is not None:
                written[field.name] = value
        return written

    def _field(self, type: FactType, field: Field, told: str | None, *, asked: bool) -> object:
        """The value of a field, as a fact file has it; asked for until it is one. None where it is not known."""
        from averment.core.naming import question
        from averment.core.values import Misfit, fit
        from averment.diagnostics.diagnostic import Refused, of_misfit
        from averment.render.consultation_text import offered
        from averment.render.phrases import noun
        from averment_cli.answering import answer_of

        text = told
        while True:
            if text is None:
                if not asked:
                    return None
                self._talk.say("\n")
                self._talk.line(question(field))
                optional = "" if field.name in type.key else ", unknown or declined"
                self._talk.line(f"  {offered(field, self._talk.style)}{optional}; or cancel")
                text = self._talk.read()
                if text is None or text.casefold() in (*_STOP, *_END):
                    self._ended = text is not None and text.casefold() in _END
                    return _CANCELLED
            if text.casefold() in (*_NOTHING, *_WOULD_NOT_SAY) and text not in field.values:
                if field.name not in type.key:
                    return _DECLINED if text.casefold() in _WOULD_NOT_SAY else None
                self._talk.line(f"A {_words(type)} is told from the others by the {noun(field)}: it has to be known.")
            elif self._talk.accepted(text):
                value = answer_of(text, field)
                path = f"{type.name}.{field.name}"
                fits = fit(value, field, path)
                if not isinstance(fits, Misfit):
                    return value
                finding = of_misfit(fits)
                self._talk.refuse(text, Refused([finding]), field, path, ("cancel",))
            text, asked = None, True

    def _added(self, type: FactType, told: dict[str, object]) -> None:
        from averment.core.naming import record_path
        from averment.render.consultation_text import record_phrase, reply_phrase

        before = self._talk.state
        written = {name: value for name, value in told.items() if value is not _DECLINED}
        if any(
            all(_plain(fact, type, name) == written[name] for name in type.key) for fact in before.records_of(type.name)
        ):
            self._talk.line(f"There is such a {_words(type)} already; remove it first to enter it again.")
        elif self._talk.told(lambda: before.add(type.name, written), self._say_refused):
            added = self._talk.state.replies[-1].record
            assert added is not None
            self._talk.line(f"Added: {_words(type)} {record_phrase(added, type)}.")
            for name in [name for name in told if name not in written]:
                path = f"{record_path(type, added)}.{name}"
                if self._talk.told(partial(self._talk.state.decline, path), self._say_refused):
                    self._talk.line(f"Declined: {reply_phrase(self._talk.state.replies[-1])}.")

    def _type(self, about: str) -> tuple[FactType, str] | None:
        """The type that a text begins with, and the rest of it; says what is wrong where it names none."""
        from averment.diagnostics.diagnostic import Refused
        from averment.questions.ask.records import type_of

        words = about.replace(":", " ").split()
        for many in reversed(range(1, len(words) + 1)):
            try:
                return type_of(self._program, " ".join(words[:many])), " ".join(words[many:])
            except Refused as refused:
                if many == 1:
                    self._say_refused(refused, refused.diagnostics[0].help)
        return None

    def _say_refused(self, refused: Refused, mends: tuple[str, ...] = ()) -> None:
        found = refused.diagnostics[0]
        mend = f"did you mean `{found.near}`?" if found.near else next(iter(mends), "")
        end = f"; {mend}" if mend else ""
        self._talk.line(f"{found.message[0].upper()}{found.message[1:]}{end}{'' if end.endswith('?') else '.'}")

    def _types(self, command: str) -> str:
        return ", ".join(f"{command} {_words(type)}" for type in tellable(self._program)) or "there is nothing to name"

    @property
    def _program(self) -> Program:
        return self._talk.state.judge.situation.program


_CANCELLED, _DECLINED = object(), object()


def tellable(program: Program) -> Sequence[FactType]:
    """The types of which there may be several records."""
    from averment.questions.ask import records

    return records.tellable(program)


def _plain(fact: Fact, type: FactType, name: str) -> object:
    from averment.core.values import decode

    index = type.position[name]
    return decode(fact.values[index], type.fields[index])


def _in_order(type: FactType) -> list[Field]:
    """The fields, those first that tell one record from another."""
    key = [type.fields[type.position[name]] for name in type.key]
    return [*key, *(field for field in type.fields if field not in key)]


def _words(type: FactType) -> str:
    from averment.render.consultation_text import type_phrase

    return type_phrase(type.name)


def _any(text: str) -> bool | None:
    """The answer to whether there is a record."""
    from averment_cli.answering import yes_or_no

    return False if text.casefold().strip() == "none" else yes_or_no(text)
