"""The warrant: the whole derivation of a claim, a DAG of facts and firings down to the given facts."""
