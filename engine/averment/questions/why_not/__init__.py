"""Why something does not hold."""
