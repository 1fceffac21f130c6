"""The scalar backend: one complete case at a time, by straight-line code, for a warm process."""

from averment.backends.scalar.compiling import Decide, Quick, compile_scalar, facts_of

__all__ = ["Decide", "Quick", "compile_scalar", "facts_of"]
