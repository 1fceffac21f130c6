"""The sources of a pack, and the backing of its rules: a paragraph of a source, or somebody's judgement."""

from __future__ import annotations

from averment.core.node import Node, Span
from averment.core.program import Backing
from averment.diagnostics.diagnostic import Report
from averment.model.fields import words
from averment.model.model import Section, Source
from averment.model.names import one_line, suggestion
from averment.model.validity import read_validity


def read_sources(manifest: Node, report: Report) -> dict[str, Source]:
    """The sources of ``pack.yaml`` in the order of their names."""
    declared = sorted(manifest.entries_of("sources"))
    return {name: _read_source(name, node, span, report) for name, node, span in declared}


def read_backing(
    node: Node, sources: dict[str, Source], author: str, report: Report, span: Span
) -> tuple[Backing, ...]:
    """What the rule or table at ``span`` rests on; ``author`` is that of the file unless the rule names its own."""
    author = words(node, "author") or author
    written = node.get("backing")
    if written is None:
        report.error(
            "AV325", "nothing backs this rule", span, "needs `backing`", "cite a source or write `backing: judgement`"
        )
        return ()
    found: list[Backing] = []
    for element in written.elements() or [written]:
        if isinstance(element.value, dict):
            cited = _cited(element, sources, report)
            if cited:
                found.append(cited)
        elif author:
            found.append(Backing(author=author))
        else:
            report.error(
                "AV325", "a judgement needs an author", element.span, "whose?", "add `author:` to the rule or the file"
            )
    return tuple(found)


def _read_source(name: str, node: Node, span: Span, report: Report) -> Source:
    sections: dict[str, Section] = {}
    for element in node.list_of("sections"):
        title = words(element, "section")
        if title in sections:
            report.error("AV326", f"the section `{title}` occurs twice in `{name}`", element.span, "again")
            continue
        sections[title] = Section(title, _digests(element.get("paragraphs")), words(element, "omitted"), element.span)
    about = {
        key: one_line(child.text or str(child.value))
        for key, child in node.items()
        if not isinstance(child.value, (dict, list)) and key != "title"
    }
    valid = read_validity(node, report)
    return Source(name, words(node, "title"), about, tuple(sections.values()), span, valid)


def _digests(node: Node | None) -> tuple[str, ...]:
    """The digest of each paragraph; of so many as are only counted, empty."""
    if node and isinstance(node.value, int):
        return ("",) * node.value
    return tuple(str(paragraph.value) for paragraph in (node.elements() if node else ()))


def _cited(node: Node, sources: dict[str, Source], report: Report) -> Backing | None:
    name, title = words(node, "source"), words(node, "section")
    source = sources.get(name)
    if source is None:
        place = (node.get("source") or node).span
        report.error(
            "AV326", f"`{name}` is not a source of this pack", place, "unknown source", *suggestion(name, sources)
        )
        return None
    sections = {section.name: section for section in source.sections}
    section = sections.get(title)
    if section is None:
        place = (node.get("section") or node).span
        message = f"`{title}` is not a section of `{name}`"
        report.error("AV326", message, place, "unknown section", *suggestion(title, sections))
        return None
    number = node.get("paragraph")
    paragraph = number.value if number and isinstance(number.value, int) else 1
    if not 1 <= paragraph <= len(section.paragraphs):
        place = (number or node).span
        have = f"it has {len(section.paragraphs)}"
        report.error("AV326", f"the section `{title}` of `{name}` has no paragraph {paragraph}", place, have)
        return None
    actual = section.paragraphs[paragraph - 1]
    written = node.get("digest")
    if (written.value if written else "") != actual:
        report.error("AV327", *_misquoted(title, paragraph, actual, written, node))
        return None
    return Backing(name, title, paragraph, actual)


def _misquoted(section: str, number: int, actual: str, written: Node | None, node: Node) -> tuple[str, Span, str, str]:
    """What is wrong with the digest of a citation: the message, the place, the label and the help."""
    place = f"paragraph {number} of `{section}`"
    if written is None:
        help = f"read the paragraph; if the rule follows from it, add `digest: {actual}`"
        return f"{place} is cited without its digest", node.span, "needs `digest`", help
    if not actual:
        help = "leave the digest out, or list the digests of the section's paragraphs in `pack.yaml`"
        return f"the pack holds no digest of {place}", written.span, "of nothing", help
    help = "read the paragraph again; if the rule still follows from it, copy the digest from `pack.yaml`"
    return f"the digest is not that of {place}", written.span, "another digest than in `sources`", help
