"""Where a claim turns along one axis: a field or a parameter."""
