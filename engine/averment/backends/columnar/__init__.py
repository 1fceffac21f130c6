"""The columnar backend: a program over record batches, every row with its claim and the rules that fired."""

from averment.core.program import Program
from averment.diagnostics.diagnostic import Report
from averment.extras import TABLES, MissingExtra
from averment.law.budget import FIRINGS

try:
    from averment.backends.columnar.kernel import Decided, Kernel
    from averment.backends.columnar.reading import Reject
    from averment.backends.columnar.single import Alone, Answer
    from averment.backends.columnar.support import unsupported
except ModuleNotFoundError as missing:  # NumPy, or pyarrow
    raise MissingExtra("scale", TABLES) from missing

__all__ = ["Alone", "Answer", "Decided", "Kernel", "Reject", "compile_program"]


def compile_program(program: Program, report: Report, firings: int = FIRINGS) -> Kernel | None:
    """The kernel of a program; nothing, and a diagnostic for each rule that stands against it, where it has none."""
    found = unsupported(program)
    report.extend(found)
    return None if found else Kernel(program, firings)
