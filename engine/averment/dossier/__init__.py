"""A case file to take away: facts, pack, outcome, warrant, page and anchor, with a digest of each, provable anywhere.

``making.make`` makes its files, ``files`` writes and reads them, ``proving.prove`` proves them from themselves alone.
"""
