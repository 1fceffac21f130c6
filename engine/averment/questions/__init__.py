"""The questions a person asks of an outcome: why not, what if, what would turn it, what matters, what is missing."""
