"""The scalar backend: one complete case of `one` records at a time, by straight-line code, for a warm process."""

from averment.backends.scalar.compiling import Decide, Found, Quick, compile_scalar, facts_of

__all__ = ["Decide", "Found", "Quick", "compile_scalar", "facts_of"]
