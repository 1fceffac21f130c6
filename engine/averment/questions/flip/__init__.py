"""What would turn a claim."""
