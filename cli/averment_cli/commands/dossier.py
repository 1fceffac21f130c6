"""``averment dossier``: a case file to take away, and its proof on another machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from averment_cli.logs import ADDRESS, FILE, now
from averment_cli.options import engine_option, format_option, pack_option, param_option

if TYPE_CHECKING:
    from averment.dossier.proving import Proof


@click.command("dossier")
@click.argument("facts", required=False, type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="A new folder, or a new *.zip.")
@click.option("--id", "id", metavar="ID", help="Of this record of --log, or RUN/ROW of a batch, instead of FACTS.")
@click.option("--input", "places", multiple=True, metavar="PATH", help="Where the table of that batch is now.")
@click.option("--verify", type=click.Path(exists=True), metavar="PATH", help="Prove this dossier instead.")
@pack_option
@param_option
@engine_option
@click.option("--log", metavar=ADDRESS, help="Add the record of the decision in this log, and the log's anchor.")
@click.option("--key", type=FILE, metavar="FILE", help="Ed25519 (PEM): the private key that signs the anchor, or with --verify the public.")  # fmt: skip  # noqa: E501
@click.option("--masking-key", type=FILE, metavar="FILE", help="Keys sensitive fields; SQLite keeps its own.")
@format_option
def command(
    facts: str | None,
    output: str | None,
    id: str | None,
    places: tuple[str, ...],
    verify: str | None,
    pack: str,
    parameters: Sequence[str],
    engine: str | None,
    log: str | None,
    key: str | None,
    masking_key: str | None,
    format: str,
) -> int:
    """Write a decision with all it rests on, provable anywhere; or prove one.

    It is of the one case in FACTS, or with --id a recorded one, decided by the pack and the parameters in the log.

    A dossier holds the facts, the pack, the outcome, its warrant, a page, and a digest of each; with --log also the
    record and an anchor. Facts marked sensitive are in it as they were given. --verify needs nothing but averment:
    exit code 1 where something does not hold.

    \b
    averment dossier case.yaml -o case.zip
    averment dossier --log sqlite:decisions.db --id 2/41 -o case.zip
    averment dossier --verify case.zip
    """
    signing = Path(key).read_bytes() if key else b""
    if verify is not None:
        if facts or output or log or id:
            raise click.UsageError("--verify takes a dossier and nothing else")
        return _prove(verify, signing, format)
    if (facts is None) == (id is None) or output is None:
        message = "name a fact file, or with --id a record, and with -o where the dossier goes; or --verify a dossier"
        raise click.UsageError(message)
    if signing and not log:
        raise click.UsageError("--key signs the anchor of a --log")
    masking = Path(masking_key).read_bytes() if masking_key else b""
    if id is not None:
        if log is None or parameters:
            raise click.UsageError("--id is of a record of --log, which has its parameters")
        return _make_recorded(log, id, places, output, engine or "", signing, masking)
    assert facts is not None
    return _make(facts, output, pack, parameters, engine or "", log, signing, masking)


def _make(
    facts: str,
    output: str,
    name: str,
    parameters: Sequence[str],
    engine: str,
    address: str | None,
    signing: bytes,
    masking: bytes,
) -> int:
    from contextlib import nullcontext

    from averment.audit.log import open_log
    from averment.case_files import cases_of
    from averment.diagnostics.diagnostic import Report
    from averment.dossier.files import write
    from averment.dossier.making import make
    from averment_cli.reading import Texts, pack_of, stop_if_failed
    from averment_cli.terminal import talk
    from averment_cli.written import parameters_of

    report, texts = Report(), Texts()
    pack = pack_of(name)
    overrides = parameters_of(parameters, pack.model, report, texts)
    cases = cases_of([facts], report, texts.of, pack.model.types)
    stop_if_failed(report, texts)
    if len(cases) != 1:
        raise click.UsageError(f"a dossier is of one case, and `{facts}` has {len(cases)}")
    with open_log(address, key=masking) if address else nullcontext() as log:
        files = make(pack, cases[0], overrides, engine, log=log, clock=now, key=signing)
    write(files, Path(output))
    talk(f"{len(files)} files in {output}: prove them with averment dossier --verify {output}")
    return 0


def _make_recorded(
    address: str, id: str, places: tuple[str, ...], output: str, engine: str, signing: bytes, masking: bytes
) -> int:
    """A dossier of a recorded decision, by what the log has of it, and the input of its batch."""
    from averment.audit.log import open_log
    from averment.dossier.files import write
    from averment.dossier.making import make
    from averment.replaying.rows import case_in_log
    from averment_cli.audit_reading import chosen, decisions_of
    from averment_cli.terminal import talk

    with open_log(address, key=masking) as log:
        record, row = chosen(log, id)
        pack, case, recorded = case_in_log(decisions_of(log, places), record, row)
        files = make(pack, case, record.parameters, engine, log=log, clock=now, key=signing, record=recorded, row=row)
    write(files, Path(output))
    talk(f"{len(files)} files in {output}: prove them with averment dossier --verify {output}")
    return 0


def _prove(source: str, public: bytes, format: str) -> int:
    from averment.diagnostics.render_json import all_to_json
    from averment.dossier.files import read
    from averment.dossier.proving import prove
    from averment_cli.terminal import data, json_line

    proof = prove(read(Path(source)), public)
    if format == "json":
        checks = [
            {
                "what": check.what,
                "said": "" if check.found else check.said,
                "findings": all_to_json(check.found),
            }
            for check in proof.checks
        ]
        json_line({"case": proof.manifest.get("case"), "holds": proof.holds, "checks": checks})
    else:
        data(_proved(proof))
    return 0 if proof.holds else 1


def _proved(proof: Proof) -> str:
    from averment.diagnostics.render_text import visible
    from averment_cli.terminal import style

    look = style()
    rows: list[str] = []
    for check in proof.checks:
        mark = look.paint(look.glyphs.against, "bad") if check.found else look.paint(look.glyphs.holds, "good")
        said = [f"{found.code} {found.message}" for found in check.found] or [check.said]
        rows += [f"{mark if number == 0 else ' '} {check.what if number == 0 else '':<9} {visible(one)}"
                 for number, one in enumerate(said)]  # fmt: skip
    manifest = proof.manifest
    verdict = look.paint("proved", "headline-good") if proof.holds else look.paint("not proved", "headline-bad")
    claim = [visible(str(manifest["claim"]))] if manifest.get("claim") is not None else []
    rows.append(f"\n{visible(str(manifest.get('case')))}: {', '.join([*claim, verdict])}")
    return "\n".join(rows) + "\n"
