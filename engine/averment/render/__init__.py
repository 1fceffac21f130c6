"""Outcomes for readers. A renderer takes data and gives text; it decides nothing and prints nothing."""
