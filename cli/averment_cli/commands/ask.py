"""``averment ask``: a consultation in the terminal, which asks only what still matters."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment_cli.options import format_option, pack_option, param_option

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Refused
    from averment.ir.program import Field
    from averment.model.case import Case
    from averment.pack import Pack
    from averment.questions.consultation import Consultation
    from averment.questions.next_question import Question
    from averment.render.display import Style

_LONGEST = 100_000  # bytes of one answer
_INTRODUCTION = "Answer, or type why, how, what if VALUE, skip, unknown, back, save FILE or quit; help explains them."


@click.command("ask")
@click.argument("facts", required=False, type=click.Path())
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the facts here in the end; - prints."
)
@pack_option
@param_option
@format_option
def command(facts: str | None, output: str | None, pack: str, parameters: Sequence[str], format: str) -> int:
    """Ask only what still matters, until the claim is settled.

    Begins with the case in FACTS, or with nothing known. Each question is the one that leaves the fewest claims
    possible. The facts can be saved as a fact file, for averment decide and the other commands. With --format json
    the consultation as a document goes to standard output in the end, and the talk to standard error.

    \b
    averment ask
    averment ask case.yaml -o case.yaml
    """
    from averment.questions.consultation import consult
    from averment.questions.live import Live
    from averment_cli.terminal import json_line

    if facts == "-":
        raise click.UsageError("the answers come from standard input: name a fact file")
    if output == "-" and format == "json":
        raise click.UsageError("both --format json and -o - print to standard output: leave out one")
    if output not in (None, "-") and not Path(output or "").absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder to write `{output}` into")
    known, case, begun = _begun(facts, pack, parameters)
    with Live(begun.judge.situation.program) as live:
        talk = _Talk(known, pack, case, consult(begun.outcome, live.evaluate), aside=format == "json" or output == "-")
        try:
            code = talk.hold()
        except KeyboardInterrupt:
            talk.say("\n")
            code = 130
        talk.end(output)
        if format == "json":
            json_line(talk.state.document())
    return code


def _begun(facts: str | None, pack: str, parameters: Sequence[str]) -> tuple[Pack, Case, Consultation]:
    from averment.model.case import blank_case
    from averment.questions.consultation import consult
    from averment_cli.questioning import decide_files

    if facts is None:
        asked = decide_files((), pack, parameters)
        case = blank_case(asked.pack.model.types, "consultation")
        return asked.pack, case, consult(asked.pack.decide(case, asked.parameters))
    asked = decide_files([facts], pack, parameters)
    if len(asked.cases) != 1:
        raise click.UsageError(f"a consultation is about one case, and `{facts}` has {len(asked.cases)}")
    ((case, outcome),) = asked.cases
    return asked.pack, case, consult(outcome)


class _Talk:
    """The talk: questions and what is typed at them. ``aside``: on standard error, because data goes to the other."""

    def __init__(self, pack: Pack, name: str, case: Case, state: Consultation, *, aside: bool) -> None:
        self.state = state
        self._pack, self._name, self._case = pack, name, case
        self._stream = sys.stderr if aside else sys.stdout
        self._style = self._look(aside)
        self._saved: Consultation | None = None
        self._told = ""

    def say(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def hold(self) -> int:
        """Ask until nothing is left to ask or nobody answers any more; the exit code."""
        from averment.render.consultation_text import question_text, standing

        if not self.state.finished:
            self._line(_INTRODUCTION)
        while (question := self.state.question) is not None:
            stands = standing(self.state.outcome)
            if stands != self._told:
                self._told = stands
                self._line(stands)
            self.say("\n" + question_text(question, len(self.state.replies) + 1, self._style))
            if not self._heard(question):
                break
        return 0

    def end(self, output: str | None) -> None:
        """Say how it stands, and keep the facts."""
        from averment.render.consultation_text import closing

        if self._told:
            self.say("\n")
        self._line(closing(self.state))
        if output == "-":
            sys.stdout.write(self._facts())
        elif output is not None:
            self._save(output)
        elif self._saved != self.state and self.state.replies:
            self._line("The facts were not saved; as a fact file they are:")
            self.say("\n" + self._facts())
        if output not in (None, "-") and self._saved == self.state:
            pack = "" if self._name == "pm_tpm" else f" --pack {self._name}"
            self._line(f"averment explain {output}{pack} says why.")

    def _heard(self, question: Question) -> bool:
        """Take what is typed until the question is answered, put off or taken back; false where that is the end."""
        while (text := self._read()) is not None:
            before = self.state
            if not text:
                self._line(f"Type an answer: {self._choices(question.slot.field)}.")
            elif not self._obeyed(text, question):
                return False
            if self.state is not before:
                return True
        return False

    def _obeyed(self, text: str, question: Question) -> bool:
        from averment_cli.answering import command_of

        name, about = command_of(text, question.slot.field)
        if name == "quit":
            return False
        match name:
            case "why":
                self._why()
            case "how":
                self._how()
            case "help":
                self._help(question.slot.field)
            case "skip":
                self._skip()
            case "unknown":
                self.state = self.state.unknown()
            case "back":
                self._back()
            case "what if":
                self._what_if(about, question)
            case "save":
                self._save(about) if about else self._line("Name the file: save FILE.")
            case _:
                self._answer(about, question)
        return True

    # --- what may be typed ----------------------------------------------------------------------------------------

    def _answer(self, text: str, question: Question) -> None:
        state = self._with(text, question)
        if state is not None:
            self.state = state

    def _what_if(self, text: str, question: Question) -> None:
        from averment.render.consultation_text import what_if_text

        if not text:
            self._line("Name a value: what if VALUE.")
        elif (state := self._with(text, question)) is not None:
            self._line(what_if_text(state.outcome))

    def _skip(self) -> None:
        if len(self.state.questions) == 1:
            self._line("This is the only question left: answer it, or say that it is unknown.")
        else:
            self.state = self.state.skip()

    def _back(self) -> None:
        from averment.render.phrases import noun

        if not self.state.replies:
            self._line("Nothing was answered yet.")
            return
        slot = self.state.judge.situation.slots[self.state.replies[-1].number]
        self._line(f"Taken back: the {noun(slot.field)}.")
        self.state = self.state.back()

    def _why(self) -> None:
        from averment.render.consultation_text import why_text

        self.say(why_text(self.state, self._pack.model, self._style))

    def _how(self) -> None:
        from averment.render.text import explanation

        self.say(explanation(self.state.outcome, self._pack.model, self._style, self._case.places))

    def _help(self, field: Field) -> None:
        from averment_cli.answering import COMMANDS

        self._line(f"Answer with {self._choices(field)}. Or type:")
        wide = max(map(len, COMMANDS))
        self.say("".join(f"  {name.ljust(wide)}  {does}\n" for name, does in COMMANDS.items()))

    def _save(self, file: str) -> None:
        from averment.surface.folder import reason

        if not self.state.case.facts:
            self._line("Nothing is known yet, so there is nothing to save.")
            return
        try:
            Path(file).write_text(self._facts(), encoding="utf-8")
        except (OSError, ValueError) as problem:
            self._line(f"`{file}` cannot be written: {reason(problem)}.")
            return
        self._saved = self.state
        self._line(f"The facts are saved in {file}.")

    # --- the rest -------------------------------------------------------------------------------------------------

    def _with(self, text: str, question: Question) -> Consultation | None:
        """The consultation after an answer; nothing, and why, where it cannot be one."""
        from averment.diagnostics.diagnostic import Refused
        from averment.law.truth import CaseError
        from averment.source.text import hidden
        from averment_cli.answering import answer_of

        if named := hidden(text):
            self._line(f"{named} is not accepted in an answer.".capitalize())
            return None
        try:
            state = self.state.answer(answer_of(text, question.slot.field), question)
            state.outcome  # noqa: B018  an answer may leave the case without an outcome
        except Refused as refused:
            self._refuse(text, refused, question)
        except CaseError as error:
            self._line(f"With this answer the case has no outcome: {error.message}.")
        else:
            return state
        return None

    def _refuse(self, text: str, refused: Refused, question: Question) -> None:
        from averment.diagnostics.suggest import did_you_mean
        from averment.render.phrases import noun
        from averment_cli.answering import COMMANDS

        found = refused.diagnostics[0]
        near = did_you_mean(text.split()[0], [name.split()[0] for name in COMMANDS])
        message = f"`{text}` is not an answer to this question"
        if found.code not in ("AV303", "AV312"):
            message = found.message.replace(f"`{question.slot.path}`", f"the {noun(question.slot.field)}")
        mends = [help for help in found.help if help.startswith("did you mean")]
        if not mends and near:
            mends = [f"did you mean `{near}`?"]
        self._line(f"{message[0].upper()}{message[1:]}{'; ' + mends[0] if mends else '.'}")
        if not mends:
            self._line(f"Answer with {self._choices(question.slot.field)}; or help.")

    def _choices(self, field: Field) -> str:
        from averment.render.consultation_text import choices

        return choices(field)

    def _facts(self) -> str:
        from averment.render.fact_file import fact_file

        return fact_file(self.state.case, self.state.judge.situation.program)

    def _line(self, text: str) -> None:
        from averment.render.tree import layout, say

        self.say("\n".join(layout(say(text), self._style)) + "\n")

    def _read(self) -> str | None:
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

    def _look(self, aside: bool) -> Style:
        from averment_cli.terminal import coloured, style

        return replace(style(), colour=coloured(self._stream)) if aside else style()
