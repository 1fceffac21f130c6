"""``averment batch --verify``: an output proved by its manifest, its input and its pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from averment_cli.holding import proved_against

_TAKEN = {"pack": "pack", "against": "against", "jobs": "jobs", "sides": "side"}


def prove(
    context: click.Context,
    output: Path,
    table: str,
    pack: str,
    jobs: int,
    against: Sequence[str],
    sides: Sequence[tuple[str, str]],
    format: str,
) -> int:
    """Prove an output, and say what there is against it."""
    from averment.batch.verifying import told_by, verify
    from averment.diagnostics.diagnostic import Diagnostic, Refused
    from averment.diagnostics.render_json import all_to_json
    from averment.engines import losses_of
    from averment_cli.reading import pack_of
    from averment_cli.terminal import data, json_line, talk, talk_findings

    for name in sorted(context.params.keys() - {"table", "verify", "format", *_TAKEN}):
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            told = ", ".join(f"--{name}" for name in _TAKEN.values())
            raise click.UsageError(f"--verify takes IN, {told} and --format, and not --{name.replace('_', '-')}")
    if format not in ("text", "json"):
        raise click.UsageError(f"--verify says what it finds as text or as json, not as {format}")
    entries = told_by(output)
    decided_by = entries[0]["pack"]
    named = context.get_parameter_source("pack") is not click.core.ParameterSource.DEFAULT
    known = pack_of(pack if named else decided_by["name"])
    if known.digest != decided_by["digest"]:
        what = f"`{output}` was decided by another pack than this `{known.name}`: {decided_by['digest']}"
        raise Refused([Diagnostic("AV532", what, (), ("name the pack that decided it with --pack",))])
    other = proved_against(entries[0], known, against)
    proof = verify(
        output, entries, known.program(entries[0]["parameters"]), known.model.types, table, jobs, other, sides
    )
    talk_findings(losses_of(proof.losses), {})
    if format == "json":
        json_line(
            {
                "output": str(output),
                "proved": not proof.found,
                "rows": proof.rows,
                "rejected": proof.rejected,
                "without_checksums": list(proof.unsure),
                "findings": all_to_json(proof.found),
            }
        )
        return 1 if proof.found else 0
    if proof.unsure:
        talk(f"note: {', '.join(proof.unsure)} has no checksums: whether the input was damaged before, nobody can know")
    if proof.found:
        talk_findings(proof.found, {})
        return 1
    data(f"{output}: proved: {proof.rows:,} rows, {proof.rejected:,} of them rejected, as its manifest has them\n")
    return 0
