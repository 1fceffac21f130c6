"""The order of a run, made again from the header of its manifest: what is decided then is what was decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from averment.batch.adapter import restored
from averment.batch.explaining import refuse_another_input
from averment.batch.inputs import digest_of, find_inputs
from averment.batch.manifest import Entry
from averment.batch.order import Order
from averment.batch.sides import Named
from averment.batch.unit import Format
from averment.core.program import FactType, Program
from averment.diagnostics.diagnostic import Refused, Report, refused
from averment.law.budget import FIRINGS

_HELP = "say where the file is that was decided: averment batch IN --verify OUT"


def order_again(
    header: Entry,
    program: Program,
    types: Mapping[str, FactType],
    place: str,
    output: Path,
    jobs: int,
    sides: Named = (),
    help: str = _HELP,
) -> Order:
    """The order whose header this is, with an output of its own. ``place`` and ``sides``: where the input and its
    side tables are, if no longer where they were. Raises Refused for others than those that were decided.
    """
    files = header["files"]
    name = place or header["input"]
    if name == "-":
        raise refused("AV534", "the input came from standard input", help)
    report = Report()
    format = common_format(files)
    found = find_inputs(name, format, report)
    if report.failed:
        raise Refused(report.diagnostics)
    refuse_another_input(found, files, name, help)
    told = {side["type"]: side for side in header.get("sides", ())}
    places = {type: side["path"] for type, side in told.items()} | dict(sides)
    for type, file in sorted(places.items(), key=lambda item: item[0] in told):
        if type not in told:
            raise refused("AV534", f"no side table of `{type}` was decided", "leave it out")
        if not Path(file).is_file() or digest_of(file) != told[type]["digest"]:
            raise refused(
                "AV534", f"the side table `{file}` is not what was decided", f"say where it is: --side {type}=FILE"
            )
    return Order(
        program=program,
        types=types,
        name=name,
        output=output,
        format=Format(header["format"]),
        input_format=format,
        exact=header.get("cells") == "exact",
        mapping=restored(header.get("adapter", ""), dict(header["mapping"])),
        warrants=header["warrants"] == "full",
        engine="" if header["engine"] == "columnar" else header["engine"],
        jobs=jobs,
        alias=header["input"],
        names=tuple(file["path"] for file in files),
        sides=tuple(places.items()),
        side_names={type: side["path"] for type, side in told.items()},
        firings=header.get("firings", FIRINGS),
    )


def common_format(files: Sequence[Entry]) -> Format | None:
    """The format that all tables of an input have, as a manifest has them; none where they differ."""
    formats = {file["format"] for file in files}
    return Format(formats.pop()) if len(formats) == 1 else None
