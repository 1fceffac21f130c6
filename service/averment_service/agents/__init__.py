"""Packs as tools of agents, over the Model Context Protocol: asked and decided by, and never changed.

``desk`` (a pack, pinned, and who sits there) → ``tools`` and ``resources`` (what can be asked, and the answers) →
``protocol``, the only module that knows the SDK.
"""
