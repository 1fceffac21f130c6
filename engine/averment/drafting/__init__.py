"""A mapping file, drafted by looking at a table: which column is which field, and how its cells are read.

``sample`` looks, ``likeness`` compares a heading with a field, ``reading`` finds how the cells of a column become
values of a field, ``matching`` chooses, ``draft`` puts together, and ``mapping_text`` writes the file. Everything is
found by fixed rules in a fixed order, so the same table gives the same draft.
"""
