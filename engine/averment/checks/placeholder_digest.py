"""A digest that no text has: a placeholder that was never replaced."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.paragraphs import paragraph_digest
from averment.checks.subject import Subject

_FEW = 6  # different digits: of some 10 ** 23 digests one has no more


def find(subject: Subject) -> Iterator[Finding]:
    for source in subject.model.sources.values():
        for section in source.sections:
            for number, digest in enumerate(section.paragraphs, 1):
                if digest and _made_up(digest):
                    yield Finding(section.span, {"paragraph": str(number), "section": section.name})


def _made_up(digest: str) -> bool:
    digits = digest.removeprefix("sha256:")
    return len(set(digits)) <= _FEW or digits == digits[:16] * 4 or digest == paragraph_digest("")


CHECK = Check(
    "AV423",
    find,
    says="the digest of paragraph {paragraph} of `{section}` is a placeholder",
    label="of no text",
    help="`averment check --source ID=FILE` tells the digests of the paragraphs of a text",
)
