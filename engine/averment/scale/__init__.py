"""The kernel on hosts that spread a table over many machines: cases never join with each other, so deciding is a map.

>>> from averment.scale import spark
>>> spark.decide(frame, "pm_tpm")

``spark`` and ``ray`` give a host the one function of ``rows``; splitting, shipping,
retrying and writing stay the host's own.
"""

from __future__ import annotations
