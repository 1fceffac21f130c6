"""What would turn a presumed claim."""
