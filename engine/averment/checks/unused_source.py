"""A source that no rule cites, though no paragraph of it lacks one either: every section is omitted."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    resting = [*(rule.backing for rule in subject.model.rules), *(data.backing for data in subject.model.data.values())]
    cited = {backing.source for each in resting for backing in each}
    for source in subject.model.sources.values():
        missing = any(section.paragraphs and not section.omitted for section in source.sections)  # told as AV462
        if source.name not in cited and not missing:
            yield Finding(source.span, {"source": source.name})


CHECK = Check(
    "AV416",
    find,
    says="no rule cites the source `{source}`",
    label="backs nothing",
    help="delete the source, or cite it where a rule rests on it",
)
