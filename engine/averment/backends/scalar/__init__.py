"""The scalar backend: one complete case at a time, by straight-line code, for a warm process."""

from averment.backends.scalar.compiling import (
    Decide,
    Given,
    Quick,
    compile_scalar,
    facts_of,
    given_writer,
    not_mentioned,
    results_of,
)

__all__ = ["Decide", "Given", "Quick", "compile_scalar", "facts_of", "given_writer", "not_mentioned", "results_of"]
