"""The talk of a consultation: what is asked, what is typed, and what that does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from averment_cli.record_talk import RecordTalk, tellable

if TYPE_CHECKING:
    from averment.core.program import Field
    from averment.diagnostics.diagnostic import Refused
    from averment.model.case import Case
    from averment.pack import Pack
    from averment.questions.ask.consultation import Consultation
    from averment.questions.missing.next_question import Question
    from averment.render.display import Style

_LONGEST = 100_000  # bytes of one answer
_INTRODUCTION = (
    "Answer, in words or by number, or type why, how, what if VALUE, skip, unknown, declined, back, {records}save FILE "
    "or quit; help explains them."
)


class Talk:
    """The talk: questions and what is typed at them. ``aside``: on standard error, because data goes to the other."""

    def __init__(self, pack: Pack, name: str, case: Case, state: Consultation, *, aside: bool) -> None:
        self.state = state
        self._pack, self._name, self._case = pack, name, case
        self._stream = sys.stderr if aside else sys.stdout
        self.style = self._look(aside)
        self._saved: Consultation | None = None
        self._files: dict[str, bytes] = {}  # that this consultation has written
        self._told: dict[str, str] = {}  # how it stands, and how far it has come
        self._records = RecordTalk(self)

    def say(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def hold(self) -> int:
        """Ask until nothing is left to ask or nobody answers any more; the exit code."""
        from threading import Thread

        from averment.questions.ask.proving import prepare
        from averment.render.consultation_text import hurry, progress, question_text, standing, whether_text

        if not self.state.finished:
            several = tellable(self.state.judge.situation.program)
            self.line(_INTRODUCTION.format(records="add, remove, records, " if several else ""))
        while not self.state.finished:
            for about, text in (("claim", standing(self.state.outcome)), ("progress", progress(self.state))):
                if text and text != self._told.get(about):
                    self._told[about] = text
                    self.line(text)
            number = len(self.state.replies) + 1
            question = None if self.state.whether else self.state.question
            asked = (
                question_text(question, number, self.style)
                if question
                else whether_text(self.state, number, self.style)
            )
            if question and self.state.hurried:
                self.line(hurry(self.state))
            self.say("\n" + asked)
            if number == 1:
                Thread(target=prepare, daemon=True).start()
            if not self._heard(question):
                break
        return 0

    def end(self, output: str | None) -> None:
        """Say how it stands, and keep the facts."""
        from averment.render.consultation_text import closing

        if self._told:
            self.say("\n")
        self.line(closing(self.state))
        if output == "-":
            sys.stdout.write(self._facts())
        elif output is not None:
            self._save(output)
        elif self._saved != self.state and self.state.replies:
            self.line("The facts were not saved; as a fact file they are:")
            self.say("\n" + self._facts())
        if output not in (None, "-") and self._saved == self.state:
            pack = "" if self._name == "pm_tpm" else f" --pack {self._name}"
            self.line(f"averment explain {output}{pack} says why.")

    def _heard(self, question: Question | None) -> bool:
        """Take what is typed until the question is answered, put off or taken back; false where that is the end."""
        from averment.render.consultation_text import understood

        while (text := self.read()) is not None:
            before = self.state
            if not text:
                self.line(f"Type an answer: {self._choices(question)}.")
            elif not self._obeyed(text, question):
                return False
            if self.state is not before:
                if self.state.before is before and (told := understood(self.state.replies[-1])):
                    self.line(told)
                return True
        return False

    def _obeyed(self, text: str, question: Question | None) -> bool:
        """Do what is typed at a question, or at whether there is any record of a type; false where that is the end."""
        from averment_cli.answering import command_of

        name, about = command_of(text, question.slot.field if question else None)
        match name:
            case "quit":
                return False
            case "why":
                self._why()
            case "how":
                self._how()
            case "help":
                self._help(question)
            case "skip":
                self._skip()
            case "unknown":
                self.state = self.state.unknown()
            case "declined":
                self.state = self.state.decline()
            case "back":
                self._back()
            case "what if":
                self._what_if(about, question)
            case "save":
                self._save(about) if about else self.line("Name the file: save FILE.")
            case "add":
                return self._records.add(about)
            case "remove":
                self._records.remove(about)
            case "records":
                self._records.show()
            case _ if question is None:
                return self._records.any_of(self.state.whether, about)
            case _:
                self._answer(about, question)
        return True

    # --- what may be typed ----------------------------------------------------------------------------------------

    def _answer(self, text: str, question: Question) -> None:
        state = self._with(text, question)
        if state is not None:
            self.state = state

    def _what_if(self, text: str, question: Question | None) -> None:
        from averment.render.consultation_text import what_if_text

        if question is None:
            self.line("Answer this first: yes or no.")
        elif not text:
            self.line("Name a value: what if VALUE.")
        elif (state := self._with(text, question)) is not None:
            self.line(what_if_text(state.outcome))

    def _skip(self) -> None:
        if self.state.whether:
            self.line("This comes first: answer it, or say that it is unknown or declined.")
        elif len(self.state.left) == 1:
            self.line("This is the only question left: answer it, or say that it is unknown or declined.")
        else:
            self.state = self.state.skip()

    def _back(self) -> None:
        from averment.render.consultation_text import reply_phrase

        if not self.state.replies:
            self.line("Nothing was answered yet.")
            return
        self.line(f"Taken back: {reply_phrase(self.state.replies[-1])}.")
        self.state = self.state.back()

    def _why(self) -> None:
        from averment.render.consultation_text import why_text

        self.say(why_text(self.state, self._pack.model, self.style))

    def _how(self) -> None:
        from averment.render.text import explanation

        self.say(explanation(self.state.outcome, self._pack.model, self.style, self._case.places, asking=True))

    def _help(self, question: Question | None) -> None:
        from averment.render.tree import layout, say
        from averment_cli.answering import COMMANDS, RECORDS

        self.line(f"Answer with {self._choices(question)}. Or type:")
        several = tellable(self.state.judge.situation.program)
        commands = COMMANDS | (RECORDS if several else {})
        wide = max(map(len, commands)) + 4
        for name, does in commands.items():
            first, *others = layout(say(does), self.style, wide)
            rows = [f"  {name}".ljust(wide) + first, *(" " * wide + row for row in others)]
            self.say("".join(f"{row}\n" for row in rows))

    def _save(self, file: str) -> None:
        from averment.diagnostics.diagnostic import Refused
        from averment.ownership import write_new
        from averment.surface.folder import reason

        if not self.state.case.facts and not self.state.case.mentioned:
            self.line("Nothing is known yet, so there is nothing to save.")
            return
        facts = self._facts().encode()
        try:
            write_new(Path(file), facts, self._files.get(file))
        except Refused as refused:
            self.line(f"{refused.diagnostics[0].message}; name another file.")
            return
        except (OSError, ValueError) as problem:
            self.line(f"`{file}` cannot be written: {reason(problem)}.")
            return
        self._files[file] = facts
        self._saved = self.state
        self.line(f"The facts are saved in {file}.")

    # --- the rest -------------------------------------------------------------------------------------------------

    def told(self, tell: Callable[[], Consultation], refuse: Callable[[Refused], None]) -> bool:
        """Take what is told, where it leaves the case with an outcome; else say why not."""
        from averment.diagnostics.diagnostic import Refused
        from averment.law.truth import CaseError

        try:
            state = tell()
            state.outcome  # noqa: B018  an answer may leave the case without an outcome
        except Refused as refused:
            refuse(refused)
        except CaseError as error:
            self.line(f"With this the case has no outcome: {error.message}.")
        else:
            self.state = state
            return True
        return False

    def accepted(self, text: str) -> bool:
        """Whether a text holds no characters that nobody sees; else says which."""
        from averment.core.text import hidden

        named = hidden(text)
        if named:
            self.line(f"{named} is not accepted in an answer.".capitalize())
        return not named

    def refuse(self, text: str, refused: Refused, field: Field, path: str, commands: Iterable[str]) -> None:
        """Say what is wrong with an answer, and what it may be."""
        from averment.core.suggest import did_you_mean
        from averment.render.consultation_text import choices
        from averment.render.phrases import noun

        found = refused.diagnostics[0]
        near = did_you_mean(text.split()[0], [name.split()[0] for name in commands])
        message = f"`{text}` is not an answer to this question"
        if found.code not in ("AV303", "AV312"):
            message = found.message.replace(f"`{path}`", f"the {noun(field)}")
        meant = found.near or near
        self.line(f"{message[0].upper()}{message[1:]}{f'; did you mean `{meant}`?' if meant else '.'}")
        if not meant:
            self.line(f"Answer with {choices(field)}; or help.")

    def line(self, text: str) -> None:
        """Say a sentence, wrapped to the width of the terminal."""
        from averment.render.tree import layout, say

        self.say("\n".join(layout(say(text), self.style)) + "\n")

    def read(self) -> str | None:
        """What is typed; nothing at the end of the input. What comes through a pipe is shown, as if it were typed."""
        self.say("> ")
        line = sys.stdin.buffer.readline(_LONGEST)
        if not line:
            self.say("\n")
            return None
        text = line.decode("utf-8", "replace").strip()
        if not sys.stdin.isatty():
            from averment.diagnostics.render_text import visible

            self.say(visible(text) + "\n")
        return text

    def _with(self, text: str, question: Question) -> Consultation | None:
        """The consultation after an answer; nothing, and why, where it cannot be one."""
        from averment_cli.answering import COMMANDS, RECORDS, answer_of

        before = self.state
        slot = question.slot
        if not self.accepted(text) or not self.told(
            lambda: before.answer(answer_of(text, slot.field), question),
            lambda refused: self.refuse(text, refused, slot.field, slot.path, (*COMMANDS, *RECORDS)),
        ):
            return None
        after, self.state = self.state, before
        return after

    def _choices(self, question: Question | None) -> str:
        from averment.render.consultation_text import choices

        return choices(question.slot.field) if question else "yes or no"

    def _facts(self) -> str:
        from averment.render.fact_file import fact_file

        return fact_file(self.state.case, self.state.judge.situation.program)

    def _look(self, aside: bool) -> Style:
        from averment_cli.terminal import coloured, style

        return replace(style(), colour=coloured(self._stream)) if aside else style()
