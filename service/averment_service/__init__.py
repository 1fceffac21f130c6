"""averment over HTTP: packs that decide, explain and are asked, for programs, for agents and for people.

Data flows one way here as well: ``settings`` → ``shelf`` (packs and their versions) → ``answering`` (a request's body
to an answer) → ``journal`` (the answer on record) → ``app`` (routes) → ``worker``, ``supervisor`` (processes).
"""
