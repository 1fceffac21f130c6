"""The columnar backend: a program over record batches of any size, every row with its claim and the rules that fired."""

from averment.backends.columnar.arrow import Reject
from averment.backends.columnar.kernel import Decided, Kernel
from averment.backends.columnar.single import Alone, Answer

__all__ = ["Alone", "Answer", "Decided", "Kernel", "Reject"]
