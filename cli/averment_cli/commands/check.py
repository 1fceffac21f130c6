"""``averment check``: everything that is wrong with a pack, and with a source text that it cites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from averment_cli.options import complete_pack, formats_option, source_option

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Diagnostic
    from averment.pack import Pack
    from averment_cli.reading import Texts


@click.command("check")
@click.argument("pack", required=False, shell_complete=complete_pack)
@source_option
@formats_option("json", "sarif", "github", "junit")
@click.option("--watch", is_flag=True, help="Check again whenever a file of the pack changes, until Ctrl-C.")
@click.option("--fix", is_flag=True, help="Edit the pack's files where a finding says how.")
def command(pack: str | None, sources: Sequence[str], format: str, watch: bool, fix: bool) -> int:
    """Find what is wrong with a pack, and with its example cases.

    PACK is a folder or the name of an installed pack: by default the folder you are in, if it is one, else pm_tpm.

    \b
    averment check my_pack
    averment check pm_tpm --source article.txt
    averment check my_pack --format sarif > findings.sarif
    averment check my_pack --watch
    averment check my_pack --fix
    """
    from averment_cli.reading import default_pack

    name = default_pack() if pack is None else pack
    if watch:
        from averment_cli.watching import run_again

        return run_again(name, lambda: _check(name, sources, format, fix))
    return _check(name, sources, format, fix)


def _check(name: str, sources: Sequence[str], format: str, fix: bool) -> int:
    from averment.checking import checked
    from averment.core.text import spelled
    from averment.diagnostics.diagnostic import Report
    from averment.diagnostics.render_json import all_to_json
    from averment.diagnostics.render_text import summary
    from averment.shelf import find_pack
    from averment_cli.reading import Texts, read_pack, stop_if_failed
    from averment_cli.sources import agreement, held_texts
    from averment_cli.terminal import data, findings, json_line

    report, texts = Report(), Texts()
    unknown = Report()
    if find_pack(name, unknown) is None:
        stop_if_failed(unknown, texts)
    read = read_pack(name, report, texts)
    if fix and read is not None:
        read = _fixed(read, texts)
    agreed: list[str] = []
    if read is not None:
        held = held_texts(read.model, sources, report, texts)
        found = checked(read, held)
        report.extend(found.findings)
        texts.of.update(found.texts)
        agreed = agreement(held)
    if format == "json":
        json_line({"pack": spelled(name), "findings": all_to_json(report.diagnostics)})
    elif format != "text":
        data(_for_programs(format, report.diagnostics, name))
    else:
        data(findings(report.diagnostics, texts.of))
        about = _about(read) if read else name
        data("; ".join([f"{about}: {summary(report.diagnostics)}", *agreed]) + "\n")
    return 1 if report.failed else 0


def _for_programs(format: str, found: Sequence[Diagnostic], name: str) -> str:
    """The findings for code scanning, for annotations, or for a report of tests."""
    import json

    from averment import __version__
    from averment.core.text import spelled
    from averment.diagnostics.diagnostic import Report
    from averment.diagnostics.finding_text import whereabouts
    from averment.diagnostics.render_github import to_github
    from averment.diagnostics.render_junit import to_junit
    from averment.diagnostics.render_sarif import to_sarif
    from averment.shelf import find_pack

    where = whereabouts(spelled(str(find_pack(name, Report()) or name)))
    match format:
        case "sarif":
            return json.dumps(to_sarif(found, where, __version__), ensure_ascii=False, indent=2) + "\n"
        case "github":
            return to_github(found, where)
        case _:
            return to_junit(found, where, f"averment check {spelled(name)}")


def _fixed(pack: Pack, texts: Texts) -> Pack:
    """The pack with its files edited where findings say how, which is said."""
    from averment.checking import checked
    from averment.diagnostics.diagnostic import Refused, Report
    from averment.fixing import fix
    from averment_cli.reading import stop_if_failed
    from averment_cli.terminal import talk

    edits = [found.edit for found in checked(pack).findings if found.edit]
    if not edits:
        return pack
    try:
        fixed, names = fix(pack, edits)
    except Refused as refusal:
        refused = Report()
        refused.extend(refusal.diagnostics)
        stop_if_failed(refused, texts)
        raise
    texts.of.update(fixed.texts)
    kept = fixed.digest == pack.digest
    became = "whose digest stays" if kept else f"whose digest was {pack.digest} and is now {fixed.digest}"
    talk(f"{len(edits)} change{'' if len(edits) == 1 else 's'} made in {' and '.join(names)} of {pack.name}, {became}")
    return fixed


def _about(pack: Pack) -> str:
    model = pack.model
    counts = {"rule": len(model.own_rules), "fact type": len(model.own_types), "parameter": len(model.parameters)}
    shown = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items()]
    return f"{pack.name} {pack.version} ({', '.join(shown)})"
