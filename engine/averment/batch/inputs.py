"""What a batch reads: a file, or the tables of a folder or glob in the order of their names; known by content."""

from __future__ import annotations

import glob
import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

from averment.batch.adapting import Adaptation
from averment.batch.converting import Converted, converted
from averment.batch.dialects import PLAIN, Dialect
from averment.batch.unit import Format
from averment.core.text import spelled, start_of
from averment.diagnostics.diagnostic import Report
from averment.extras import installed
from averment.surface.folder import reason

_FORMATS = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".arrows": Format.ARROW,
    ".json": Format.JSON,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".xlsb": Format.XLSX,
    ".xls": Format.XLSX,
    ".ods": Format.XLSX,
}
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
_BLOCK = 1 << 20


def lines_of(stream: IO[bytes], path: str = "", most: int = 0) -> Iterator[bytes]:
    """The lines of a text, without their ends and the mark at its start; last what no end of line follows.

    Raises Unreadable for a line of more than ``most`` bytes, where that is said.
    """
    held, fresh = b"", True
    while block := stream.read(1 << 18):
        *whole, held = (held + (block.removeprefix(b"\xef\xbb\xbf") if fresh else block)).split(b"\n")
        fresh = False
        if most and len(held) > most:
            raise Unreadable(path, f"a record of it has more than {most:,} bytes")
        yield from whole
    if held:
        yield held


@dataclass(frozen=True, slots=True)
class Input:
    """A file: ``size`` and ``changed`` tell whether it was touched, ``digest`` (``sha256:…``) what it holds.

    ``origin``: what it is, where it is put into text of its ``format``; ``sheet``: which of ``sheets`` of a workbook.
    """

    path: str
    format: Format
    compression: str
    size: int
    changed: int
    digest: str = ""
    dialect: Dialect = PLAIN
    adaptation: Adaptation | None = None
    origin: Format | None = None
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def written(self) -> Format:
        """The format in which the file is."""
        return self.origin or self.format

    @property
    def is_plain(self) -> bool:
        """Whether its bytes are read as they are."""
        return not (self.compression or self.is_converted)

    @property
    def is_converted(self) -> bool:
        """Whether its text is put into plain CSV first."""
        return not self.dialect.is_plain or self.adaptation is not None or self.origin is not None

    @contextmanager
    def open(self) -> Generator[IO[bytes]]:
        """The bytes of the table, decompressed, as plain CSV. Raises Unreadable where it is not as its name says."""
        with self.text() as stream:
            if self.adaptation is not None or not self.dialect.is_plain:
                convert = self.adaptation.convert() if self.adaptation else None
                yield cast("IO[bytes]", converted(stream, self.dialect, convert))
            else:
                yield stream

    @contextmanager
    def text(self) -> Generator[IO[bytes]]:
        """The bytes of the file, decompressed and put into text, whatever its marks. Raises Unreadable."""
        if self.origin is Format.XLSX:
            from averment.batch.workbooks import csv_of

            yield cast("IO[bytes]", Converted(csv_of(self.path, self.sheet)))
        elif self.origin is not None and self.format is Format.CSV:
            from averment.batch.json_tables import csv_of as csv_of_records

            yield cast("IO[bytes]", Converted(csv_of_records(self.lines, self.path)))
        elif self.origin is not None:
            with self.lines() as stream:
                yield stream
        else:
            with self.raw() as stream:
                yield stream

    @contextmanager
    def lines(self) -> Generator[IO[bytes]]:
        """The records of JSON in the file, each on a line. Raises Unreadable."""
        with self.raw() as stream:
            if self.origin is Format.JSON:
                from averment.batch.json_arrays import lines_of

                yield cast("IO[bytes]", Converted(lines_of(stream)))
            else:
                yield stream

    @contextmanager
    def raw(self) -> Generator[IO[bytes]]:
        """The bytes of the file, decompressed. Raises Unreadable where it is not compressed as its name says."""
        with self._opened() as stream, damage_told(self.path):
            yield stream

    def _opened(self) -> IO[bytes]:
        if self.compression == "gzip":
            return cast("IO[bytes]", gzip.open(self.path, "rb"))
        if self.compression == "zstd":
            from averment.batch.arrow import pa

            stream: Any = pa.input_stream(self.path, compression="zstd")
            return stream  # type: ignore[no-any-return]
        return Path(self.path).open("rb")


class Unreadable(Exception):
    """A file that is damaged, or ends too early: its ``path``, and ``why``."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why


@contextmanager
def damage_told(path: str) -> Generator[None]:
    """What a decoder finds damaged is raised as Unreadable; what the system has against a file stays an OSError."""
    try:
        yield
    except Exception as problem:
        if not _is_damage(problem):
            raise
        raise Unreadable(path, str(problem).partition("\n")[0].rstrip(".") or "it ends too early") from None


def _is_damage(problem: Exception) -> bool:
    if isinstance(problem, EOFError | UnicodeDecodeError | zlib.error) or (
        isinstance(problem, OSError) and problem.errno is None
    ):
        return True
    if not installed("scale"):
        return False
    from averment.batch.arrow import pa  # loaded by whatever decodes

    return isinstance(problem, pa.ArrowException)


def format_of(name: str) -> tuple[Format | None, str]:
    """The format and the compression that a file's name tells."""
    path = Path(name)
    compression = _COMPRESSIONS.get(path.suffix.lower(), "")
    return _FORMATS.get((Path(path.stem) if compression else path).suffix.lower()), compression


def find_inputs(name: str, format: Format | None, report: Report) -> tuple[Input, ...]:
    """The files that ``name`` stands for: a file, a folder or a glob. ``format`` where the name does not tell."""
    path = Path(name)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if _is_table(file))
    elif not path.exists() and glob.has_magic(name):
        files = [Path(found) for found in sorted(glob.glob(name, recursive=True)) if Path(found).is_file()]  # noqa: PTH207 - may be absolute
    else:
        files = [path]
    if not files:
        help = f"a table is called *{', *'.join(_FORMATS)}, perhaps with .gz or .zst after it"
        report.error("AV523", f"there is no table in `{name}`", None, "", help)
    found = [_input(file, format, report) for file in files]
    return tuple(file for file in found if file is not None)


def _is_table(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and _is_listed(file.name)


def _is_listed(name: str) -> bool:
    """Whether a file of a folder is one of its tables, by its name; JSON is as often something else."""
    return format_of(name)[0] not in (None, Format.JSON)


def _input(path: Path, format: Format | None, report: Report) -> Input | None:
    told, compression = format_of(path.name)
    chosen = format or told
    if chosen is None:
        help = f"name it *{', *'.join(_FORMATS)}, or say what it is with --input-format"
        report.error("AV523", f"the name of `{path}` does not tell what it holds", None, "", help)
        return None
    if compression and not (chosen.text or chosen is Format.JSON):
        report.error("AV523", f"`{path}` is compressed twice: {chosen} files are not read through {compression}")
        return None
    if spelled(str(path)) != str(path):
        why = "its name is not UTF-8, and the manifest of a run holds it"
        report.error("AV117", f"`{path}` cannot be read: {why}", start_of(str(path)), "", "rename it")
        return None
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # it could be read only once
            help = "- reads JSON Lines from standard input; if it is something else, say --input-format"
            report.error("AV117", f"`{path}` is not a file", start_of(str(path)), "", help)
            return None
        with path.open("rb"):
            pass
    except (OSError, ValueError) as problem:
        report.error("AV117", f"`{path}` cannot be read: {reason(problem)}", start_of(str(path)))
        return None
    return Input(str(path), chosen, compression, status.st_size, status.st_mtime_ns)


def check_output(output: Path, name: str, inputs: Sequence[Input], report: Report) -> None:
    """Report where an output cannot be: not a file, where nothing can be written, or one of the files that are read for
    ``name``, now or by the next run.
    """
    absolute = Path(os.path.abspath(output))  # noqa: PTH100 - links stay, as they do in a pattern
    why, help = "", tuple[str, ...]()
    if spelled(str(output)) != str(output):
        why, help = "its name is not UTF-8, and the manifest of the run holds it", ("choose another name",)
    elif output.exists() and not output.is_file():
        why = "it is a folder" if output.is_dir() else "it is not a file"
        help = () if output.is_dir() else ("- is standard output",)
    elif any(_same(output, file.path) for file in inputs):
        why, help = "it is the input", ("name another file",)
    elif (
        _is_listed(output.name) and Path(name).is_dir() and absolute.resolve().is_relative_to(Path(name).resolve())
    ) or (format_of(output.name)[0] and glob.has_magic(name) and absolute.match(os.path.abspath(name))):  # noqa: PTH100
        why, help = f"the next run would take it for one of the tables of `{name}`", ("name a file outside",)
    elif not os.access(next(folder for folder in absolute.parents if folder.exists()), os.W_OK):
        why = "permission denied"
    if why:
        report.error("AV531", f"`{output}` cannot be written: {why}", None, "", *help)


def _same(file: Path, other: str) -> bool:
    try:
        return file.samefile(other)
    except OSError:
        return False


def digested(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """The files with the digests of their contents. Raises OSError."""
    return tuple(replace(file, digest=digest_of(file.path)) for file in inputs)


def digest_of(path: str) -> str:
    """``sha256:…`` of a file."""
    found = hashlib.sha256()
    with Path(path).open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return "sha256:" + found.hexdigest()


def touched(inputs: Sequence[Input]) -> list[Input]:
    """The files that were written to since they were found."""
    found: list[Input] = []
    for file in inputs:
        try:
            status = Path(file.path).stat()
        except OSError:
            found.append(file)
        else:
            if (status.st_size, status.st_mtime_ns) != (file.size, file.changed):
                found.append(file)
    return found
