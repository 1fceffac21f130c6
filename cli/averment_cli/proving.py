"""``averment batch --verify``: an output proved by its manifest, its input and its pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from averment_cli.holding import proved_against


def prove(context: click.Context, output: Path, table: str, pack: str, jobs: int, against: Sequence[str]) -> int:
    """Prove an output, and say what there is against it."""
    from averment.batch.verifying import told_by, verify
    from averment.diagnostics.diagnostic import Diagnostic, Refused
    from averment_cli.reading import pack_of
    from averment_cli.terminal import data, talk, talk_findings

    for name in sorted(context.params.keys() - {"table", "verify", "pack", "jobs", "against"}):
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError(
                f"--verify takes IN, --pack, --against and --jobs, and not --{name.replace('_', '-')}"
            )
    entries = told_by(output)
    decided_by = entries[0]["pack"]
    named = context.get_parameter_source("pack") is not click.core.ParameterSource.DEFAULT
    known = pack_of(pack if named else decided_by["name"])
    if known.digest != decided_by["digest"]:
        what = f"`{output}` was decided by another pack than this `{known.name}`: {decided_by['digest']}"
        raise Refused([Diagnostic("AV532", what, (), ("name the pack that decided it with --pack",))])
    other = proved_against(entries[0], known, against)
    proof = verify(output, entries, known.program(entries[0]["parameters"]), known.model.types, table, jobs, other)
    if proof.unsure:
        talk(f"note: {', '.join(proof.unsure)} has no checksums: whether the input was damaged before, nobody can know")
    if proof.found:
        talk_findings(proof.found, {})
        return 1
    data(f"{output}: proved: {proof.rows:,} rows, {proof.rejected:,} of them rejected, as its manifest has them\n")
    return 0
