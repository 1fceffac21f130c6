"""Batches of a decision log, decided again: where their input is, whether all comes out the same, what rows they have,
and what would turn under another pack.
"""
