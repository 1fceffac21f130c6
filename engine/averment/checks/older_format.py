"""What a pack of an older format leaves to be understood, and the latest says."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.model.format import LATEST


def _find(subject: Subject) -> Iterator[Finding]:
    for older in subject.model.older:
        if older.type:
            what = f"`{older.type}` does not say what it means that a case does not speak of it"
            words = {"what": what, "label": "so far: there are none", "entry": "absent: none` or `absent: unknown"}
        else:
            what = f"the pack is written in an older format than {LATEST}"
            words = {"what": what, "label": "an older format", "entry": f"format: {LATEST}"}
        yield Finding(older.place, words, edit=older.edit)


CHECK = Check("AV661", _find, "{what}", "{label}", "write `{entry}`, or let `averment check --fix` do it")
