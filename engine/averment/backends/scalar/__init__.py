"""The scalar backend: one complete case of `one` records at a time, by straight-line code, for a warm process."""

from averment.backends.scalar.compiling import Decide, Quick, compile_scalar

__all__ = ["Decide", "Quick", "compile_scalar"]
