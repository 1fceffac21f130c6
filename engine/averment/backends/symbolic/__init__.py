"""The symbolic backend: the law over one case whose fields may take other values, as a circuit and as Z3 formulas."""
