"""The words of all stages, below them all: nodes and spans, kinds, fields, facts, values, rules in normal form."""
