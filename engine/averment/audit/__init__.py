"""The decision log: what was decided, from what, by which pack, in a chain that shows whether it is whole.

``log.open_log`` opens one; ``record.decision`` makes an entry; ``verify.verify``, ``anchor.draw`` and ``replay.replay``
are the auditor's.
"""
