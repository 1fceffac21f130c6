"""Cases by the million: tables in, a decision for each row out, resumable, in order, the same bytes however it is run.

``text`` → ``Unit`` → ``Reading`` → ``Decisions`` → part → output. A unit is a run of rows whose bounds depend on the
input and the chunk size only; each becomes a part that is written, synced, renamed and entered in a chained manifest.
"""

from __future__ import annotations
